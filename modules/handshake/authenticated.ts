/*
	The proof that the peer is who its certificate says. A connection opens for application data only against a value of
	this class. One way to it is a signature that holds (RFC 8446 section 4.4.3, RFC 5246 section 7.4.3). The other is a
	Finished made with a secret that only the peer shares. That secret is of an earlier connection with such a proof
	(RFC 5246 section 7.3), from elsewhere (RFC 8446 section 4.2.11), or encrypted for the certificate's key (RFC 5246
	section 7.4.7.1).
*/

import { TLSError } from "../errors";
import { pssKind, verifySignature } from "../crypto/signature";
import { equal } from "tls/hardware/compare";
import { HashAlgorithm } from "tls/hardware/hash";
import { KeyKind, Padding } from "tls/hardware/signature";
import type { VerifiedPeer } from "../x509/policy";
import { SignatureScheme } from "../wire/numbers";
import { KeyUsage } from "../x509/certificate";

/** What is known of a peer, also of one that was verified in an earlier connection. */
export type KnownPeer = Readonly<Pick<VerifiedPeer, "subject" | "verifiedAt" | "validUntil">>;

let make: (peer: KnownPeer, scheme: number) => AuthenticatedPeer;

export class AuthenticatedPeer {
	/** Whose certificates were verified. */
	readonly peer: KnownPeer;
	/** SignatureScheme of the proof. */
	readonly scheme: number;
	readonly #proof = true;

	private constructor(peer: KnownPeer, scheme: number) {
		this.peer = peer;
		this.scheme = scheme;
	}

	/** True for a value that this class made itself. */
	static isProof(value: object): boolean {
		return #proof in value && (value as AuthenticatedPeer).#proof;
	}

	static {
		make = (peer, scheme) => new AuthenticatedPeer(peer, scheme);
	}
}

/**
 * Which key, padding and hash a scheme stands for, packed as kind << 16 | padding << 8 | hash; 0 for one that is not
 * supported.
 */
function schemeParts(scheme: number): number {
	switch (scheme) {
		case SignatureScheme.ecdsa_secp256r1_sha256:
			return (KeyKind.p256 << 16) | (Padding.ecdsa << 8) | HashAlgorithm.sha256;
		case SignatureScheme.ecdsa_secp384r1_sha384:
			return (KeyKind.p384 << 16) | (Padding.ecdsa << 8) | HashAlgorithm.sha384;
		case SignatureScheme.ecdsa_secp521r1_sha512:
			return (KeyKind.p521 << 16) | (Padding.ecdsa << 8) | HashAlgorithm.sha512;
		case SignatureScheme.rsa_pss_rsae_sha256:
			return (KeyKind.rsa << 16) | (Padding.pss << 8) | HashAlgorithm.sha256;
		case SignatureScheme.rsa_pss_rsae_sha384:
			return (KeyKind.rsa << 16) | (Padding.pss << 8) | HashAlgorithm.sha384;
		case SignatureScheme.rsa_pss_rsae_sha512:
			return (KeyKind.rsa << 16) | (Padding.pss << 8) | HashAlgorithm.sha512;
		case SignatureScheme.rsa_pss_pss_sha256:
			return (KeyKind.pss << 16) | (Padding.pss << 8) | HashAlgorithm.sha256;
		case SignatureScheme.rsa_pss_pss_sha384:
			return (KeyKind.pss << 16) | (Padding.pss << 8) | HashAlgorithm.sha384;
		case SignatureScheme.rsa_pss_pss_sha512:
			return (KeyKind.pss << 16) | (Padding.pss << 8) | HashAlgorithm.sha512;
		case SignatureScheme.ed25519:
			return (KeyKind.ed25519 << 16) | (Padding.ed25519 << 8);
		default:
			return 0;
	}
}

/** The same for TLS 1.2: ECDSA names a hash but no curve, and PKCS #1 is allowed (RFC 5246 section 7.4.1.4.1). */
function schemeParts12(scheme: number, kind: KeyKind): number {
	const parts = schemeParts(scheme),
		isCurve = kind >= KeyKind.p256 && kind <= KeyKind.p521;
	switch (scheme) {
		case SignatureScheme.rsa_pkcs1_sha256:
			return (KeyKind.rsa << 16) | (Padding.pkcs1 << 8) | HashAlgorithm.sha256;
		case SignatureScheme.rsa_pkcs1_sha384:
			return (KeyKind.rsa << 16) | (Padding.pkcs1 << 8) | HashAlgorithm.sha384;
		case SignatureScheme.rsa_pkcs1_sha512:
			return (KeyKind.rsa << 16) | (Padding.pkcs1 << 8) | HashAlgorithm.sha512;
		default:
			return isCurve && ((parts >> 8) & 0xff) === Padding.ecdsa ? (kind << 16) | (parts & 0xffff) : parts;
	}
}

/** True if a key may sign with a scheme of the kind `wanted` and of this hash. */
function matchesScheme(kind: KeyKind, wanted: KeyKind, hash: HashAlgorithm): boolean {
	return kind === wanted || (wanted === KeyKind.pss && kind === pssKind(hash));
}

/** Checks the signature whose scheme is `parts`, as both versions do. */
function authenticate(
	peer: VerifiedPeer,
	scheme: number,
	parts: number,
	content: Uint8Array,
	signature: Uint8Array,
	start: number,
	end: number,
): AuthenticatedPeer {
	if (!(peer.keyUsage & KeyUsage.digitalSignature))
		throw new TLSError(
			"unsupported_certificate",
			"the server's certificate may not sign (its key usage), and so can't prove who the server is",
		);
	const { key } = peer;
	if (!key || !matchesScheme(key.kind, parts >> 16, parts & 0xff))
		throw new TLSError(
			"illegal_parameter",
			`the server signed with scheme 0x${scheme.toString(16)}, which was not offered for its kind of key`,
		);
	if (!verifySignature(key, (parts >> 8) & 0xff, parts & 0xff, content, 0, content.length, signature, start, end))
		throw new TLSError(
			"bad_signature",
			"the server could not prove that it owns its certificate: its signature is wrong",
		);
	peer.key = undefined; // it takes 300 bytes
	return make(peer, scheme);
}

/**
 * Checks TLS 1.3's CertificateVerify: `signature[start..end)` by the peer's key over `content`. Throws
 * "illegal_parameter" for a scheme that was not offered or does not go with the key, "bad_signature" for a wrong
 * signature.
 */
export function authenticate13(
	peer: VerifiedPeer,
	scheme: number,
	content: Uint8Array,
	signature: Uint8Array,
	start: number,
	end: number,
): AuthenticatedPeer {
	return authenticate(peer, scheme, schemeParts(scheme), content, signature, start, end);
}

/**
 * Checks the signature of TLS 1.2's ServerKeyExchange: by the peer's key over `content`, which is both randoms and the
 * server's ephemeral key. Throws as authenticate13 does.
 */
export function authenticate12(
	peer: VerifiedPeer,
	scheme: number,
	content: Uint8Array,
	signature: Uint8Array,
	start: number,
	end: number,
): AuthenticatedPeer {
	return authenticate(peer, scheme, schemeParts12(scheme, peer.key!.kind), content, signature, start, end);
}

/**
 * Checks that the peer has the secret that is shared with `peer`. `scheme` proved it when a session began; 0 if nothing
 * was signed. `expected` is the server's Finished, made with that secret: it must stand in `message` at `at`.
 */
export function authenticateByKey(
	peer: KnownPeer,
	scheme: number,
	expected: Uint8Array,
	message: Uint8Array,
	at: number,
): AuthenticatedPeer {
	if (!equal(message, at, expected, 0, expected.length))
		throw new TLSError(
			"bad_finished",
			"the server's Finished does not match: it does not know the key, or the handshake was changed on its way",
		);
	return make(peer, scheme);
}
