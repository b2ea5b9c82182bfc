/*
	The server's own certificate: what is kept of it while a path is looked for, and whether it is trusted itself.
*/

import { copy } from "tls/hardware/copy";
import { nameDigest } from "tls/hardware/names";
import { TLSError } from "../errors";
import type { KeyKind } from "../crypto/signature";
import { commonName, nameText } from "./certificate";
import type { Certificate } from "./certificate";
import { isSelfIssued } from "./checks";
import { namesOf } from "./names";
import { unpinned } from "./pins";
import type { CertificatePolicy, VerifiedPeer } from "./policy";
import { DIGEST, sha256 } from "./rootstore";
import type { RootStore } from "./rootstore";

/**
 * Returns the root that is the certificate `leaf.bytes[start..end)` itself, or -1. `name` is a buffer for the name's
 * digest.
 */
export function findLeaf(roots: RootStore, leaf: Certificate, start: number, end: number, name: Uint8Array): number {
	nameDigest(leaf.bytes, leaf.subjectStart, leaf.subjectEnd, name);
	let root = roots.find(name);
	if (root < 0) return -1;
	const fingerprint = new Uint8Array(DIGEST);
	sha256(leaf.bytes, start, end, fingerprint);
	for (; roots.isNamed(root, name); root++) if (roots.isCertificate(roots.placeOf(root), fingerprint)) return root;
	return -1;
}

/** What VerifiedPeer says of the leaf, when a path holds. Its key stays in the message until then. */
export class Leaf {
	private readonly keyStart: number;
	private readonly keyEnd: number;
	private readonly keyKind: number;
	private readonly keyBits: number;
	private readonly keyUsage: number;
	private readonly subject: string;
	/** In seconds since 1970. */
	readonly notAfter: number;
	/** True if a stapled status must come with it. */
	readonly needsStatus: boolean;

	constructor(leaf: Certificate, policy: CertificatePolicy) {
		this.keyStart = leaf.keyStart;
		this.keyEnd = leaf.keyEnd;
		this.keyKind = leaf.keyKind;
		this.keyBits = leaf.keyBits;
		this.keyUsage = leaf.keyUsage;
		this.subject = commonName(leaf.bytes, leaf.subjectStart, leaf.subjectEnd) || namesOf(leaf);
		this.notAfter = leaf.notAfter;
		this.needsStatus = policy.requiresStatus === true || leaf.mustStaple === true;
	}

	/** Returns the verified peer, with a copy of its key. `message` holds the leaf. */
	toPeer(message: Uint8Array, verifiedAt: number, validUntil: number): VerifiedPeer {
		const bytes = new Uint8Array(this.keyEnd - this.keyStart);
		copy(message, this.keyStart, this.keyEnd, bytes, 0);
		return {
			key: { kind: this.keyKind as KeyKind, bytes, start: 0, end: bytes.length, bits: this.keyBits },
			keyUsage: this.keyUsage,
			subject: this.subject,
			needsStatus: this.needsStatus,
			verifiedAt,
			validUntil,
		};
	}
}

/** Refuses a leaf that is trusted or pinned itself, if its status must be checked and its issuer is not known. */
export function refuseAnchor(leaf: Certificate): never {
	leaf.fail(
		'is trusted itself, but its issuer is not: the status (OCSP) that it or the option "staple" requires can\'t be checked. Trust its issuer, too, or leave out the option',
		"bad_staple",
	);
}

/** Refuses a certificate below one that is trusted as itself alone. */
export function refuseSibling(certificate: Certificate): never {
	certificate.fail(
		"is not itself trusted; a certificate with its issuer's name is, but may not issue others",
		"untrusted",
	);
}

/**
 * Returns the error for a leaf from which no path leads to a trust anchor, if no path had another fault. `digest` is a
 * buffer for a SHA-256.
 */
export function untrustedLeaf(
	leaf: Certificate,
	{ pins, pinsInsteadOfRoots }: CertificatePolicy,
	digest: Uint8Array,
): TLSError {
	if (pins && pinsInsteadOfRoots) return unpinned(pins, leaf, digest);
	const words = isSelfIssued(leaf)
		? 'is self-signed and not trusted: give it as "certificate" to trust it'
		: `leads to no trust anchor: it was issued by ${nameText(leaf.bytes, leaf.issuerStart, leaf.issuerEnd)}. To trust it, give the root that it leads to as "certificate", or in a store as "roots"`;
	return new TLSError("untrusted", `${leaf.title} ${words}`);
}
