/*
	What each certificate of a path must be, what one above the server's must be (RFC 5280 section 6.1.3, 6.1.4), and the trusted root above them
	all; and what of a certificate is remembered.
*/

import { TLSError } from "../errors";
import { sameName } from "tls/hardware/names";
import { KeyUsage, NO_PATH_LENGTH } from "./certificate";
import type { Certificate } from "./certificate";
import { dateText } from "./time";
import type { RootStore } from "./trust";
import { unsupportedKey } from "./unsupported";

/** Checks what a certificate must say of itself to issue others. */
export function checkAuthority(certificate: Certificate): void {
	certificate.checkVersion();
	if (!certificate.isAuthority) certificate.fail("is no authority (its basic constraints), but has issued another");
	if (!(certificate.keyUsage & KeyUsage.keyCertSign)) certificate.fail("may not sign certificates (its key usage)");
	if (!certificate.isForServers) certificate.fail("may not issue certificates of servers (its extended key usage)");
	if (!certificate.keyKind) certificate.fail(unsupportedKey(certificate), "unsupported_certificate");
}

/** Checks that it allows `below` authorities under it. */
export function checkPathLength(certificate: Certificate, below: number): void {
	if (certificate.pathLength !== NO_PATH_LENGTH && below > certificate.pathLength)
		certificate.fail(`allows ${certificate.pathLength} authorities below it, there are ${below}`);
}

/** That it is valid at the time `now`. */
export function checkTime(certificate: Certificate, now: number): void {
	const notBefore = certificate.notBefore,
		notAfter = certificate.notAfter;
	if (now > notAfter) certificate.fail(`expired on ${dateText(notAfter)}`, "certificate_expired");
	if (now < notBefore)
		certificate.fail(
			`is not valid before ${dateText(notBefore)}; here it is ${dateText(now)}`,
			"certificate_not_yet_valid",
		);
}

/** What the root at `place` of the store allows, with `below` authorities under it, at the time `now`. */
export function checkRoot(roots: RootStore, place: number, below: number, now: number): void {
	const limit = roots.pathLength(place);
	if (limit !== NO_PATH_LENGTH && below > limit)
		throw new TLSError("bad_certificate", `the trusted root allows ${limit} authorities below it, there are ${below}`);
	const notAfter = roots.notAfter(place);
	if (now > notAfter)
		throw new TLSError("certificate_expired", `the trusted root itself expired on ${dateText(notAfter)}`);
	const notBefore = roots.notBefore(place);
	if (now < notBefore)
		throw new TLSError(
			"certificate_not_yet_valid",
			`the trusted root itself is not valid before ${dateText(notBefore)}`,
		);
}

export function isSelfIssued(certificate: Certificate): boolean {
	const bytes = certificate.bytes;
	return sameName(
		bytes,
		certificate.subjectStart,
		certificate.subjectEnd,
		bytes,
		certificate.issuerStart,
		certificate.issuerEnd,
	);
}

/** An entry of PathSearch's `next`: which certificate to try next (there are fewer than 256), and what is to be known of the one in the path. */
export const enum Mark {
	next = 0xff,
	selfIssued = 0x100,
	pinned = 0x200,
	requiresPolicy = 0x400,
	/** How far to the left stands how it is signed: Certificate's `signedWith`. */
	signature = 12,
}

/** Packs the facts about a certificate of the path that checks need later, so that it is not parsed again. */
export function marksOf(certificate: Certificate, isPinned: boolean): number {
	return (
		(isSelfIssued(certificate) ? Mark.selfIssued : 0) |
		(isPinned ? Mark.pinned : 0) |
		(certificate.requireExplicit === undefined ? 0 : Mark.requiresPolicy) |
		(certificate.signedWith << Mark.signature)
	);
}
