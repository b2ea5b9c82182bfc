/*
	A certificate of a path, packed in one number: its index in the server's list, and the facts that checks need later.
	A path is an array of them, from the leaf upwards.
*/

import type { Certificate } from "./certificate";
import { isSelfIssued } from "./checks";

export const enum Entry {
	index = 0x3f,
	/** The next certificate to try as its issuer, and one more of it. */
	candidate = 0xfc0,
	nextCandidate = 0x40,
	selfIssued = 0x1000,
	pinned = 0x2000,
	requiresPolicy = 0x4000,
	/** Bits to the right of Certificate's `signedWith`. */
	signature = 16,
}

/** Values for the trusted key above a path, other than a root's index. */
export const enum Anchor {
	/** The end of the path is new: nothing was tried for it. */
	untried = -1,
	/** The path ends at a pinned key, in place of a root. */
	pinned = -2,
	/** No more trusted keys for the end of the path. */
	exhausted = -3,
}

/** Packs a certificate that is not pinned. Its first candidate is the certificate after the leaf. */
export function packEntry(certificate: Certificate, index: number): number {
	return (
		index |
		Entry.nextCandidate |
		(isSelfIssued(certificate) ? Entry.selfIssued : 0) |
		(certificate.requireExplicit === undefined ? 0 : Entry.requiresPolicy) |
		(certificate.signedWith << Entry.signature)
	);
}

/** True if certificate `index` is in the path. */
export function isInPath(path: readonly number[], index: number): boolean {
	for (let i = 0; i < path.length; i++) if ((path[i]! & Entry.index) === index) return true;
	return false;
}

/** True if a certificate of the path, one of the first `length`, has this fact. */
export function hasFact(path: readonly number[], length: number, fact: Entry): boolean {
	for (let i = 0; i < length; i++) if (path[i]! & fact) return true;
	return false;
}

/** Counts the intermediates of the path that are not self-issued (RFC 5280 section 4.2.1.9). */
export function countIntermediates(path: readonly number[]): number {
	let count = 0;
	for (let i = 1; i < path.length; i++) if (!(path[i]! & Entry.selfIssued)) count++;
	return count;
}
