/*
	The client's own identity: its certificates, and something that signs with the key of the first one. The key may be
	DER in memory or in flash, or anywhere behind a function (a digital-signature peripheral, a secure element).
*/

import { Tag } from "../wire/der";
import { SignatureScheme } from "../wire/numbers";
import { wipe } from "tls/hardware/copy";
import { HashAlgorithm } from "tls/hardware/hash";
import { KeyKind, SignatureForm } from "tls/hardware/signature";
import type { Secret } from "tls/hardware/secret";
import { signDigest } from "tls/hardware/sign";
import { ed25519 } from "tls/optional/ed25519/ed25519";

export interface Credential {
	/** DER; the client's own first. */
	readonly chain: readonly Uint8Array[];
	/** The kind of its key. */
	readonly kind: KeyKind;
	/**
	 * Signs a digest by the scheme's hash; for Ed25519 what is signed itself. Returns the signature as TLS sends it:
	 * ECDSA's in DER.
	 */
	sign(scheme: number, digest: Uint8Array): Uint8Array;
	/** Moves the key to a credential for after the handshake; this one can't sign any more. */
	handOver(): Credential;
	/** Wipes the key, if it has it. */
	close(): void;
}

/** Bytes of the longest signature: RSA with 4096 bits. */
export const MAX_SIGNATURE_LENGTH = 512;

/** Writes the number `bytes[start..end)` as an INTEGER to `out` at `at`. Returns where it ends. */
function writeInteger(bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
	while (start < end - 1 && bytes[start] === 0) start++;
	const pad = bytes[start]! >= 0x80 ? 1 : 0;
	out[at++] = Tag.integer;
	out[at++] = end - start + pad;
	if (pad) out[at++] = 0;
	while (start < end) out[at++] = bytes[start++]!;
	return at;
}

/** Returns the Ecdsa-Sig-Value (RFC 3279 section 2.2.3) of r and s. That of P-521 is longer than 127 bytes. */
function encodeSignature(pair: Uint8Array, length: number): Uint8Array {
	const out = new Uint8Array(length + 9);
	const half = length / 2;
	const start = 3;
	let at = writeInteger(pair, 0, half, out, start);
	at = writeInteger(pair, half, length, out, at);
	const size = at - start;
	const first = size < 0x80 ? 1 : 0;
	out[first] = Tag.sequence;
	if (!first) out[1] = 0x81;
	out[2] = size;
	return out.slice(first, at);
}

/** Returns the hash of a signature scheme that this client signs with. */
export function schemeHash(scheme: number): HashAlgorithm {
	switch (scheme) {
		case SignatureScheme.ecdsa_secp384r1_sha384:
		case SignatureScheme.rsa_pss_rsae_sha384:
		case SignatureScheme.rsa_pkcs1_sha384:
			return HashAlgorithm.sha384;
		case SignatureScheme.rsa_pss_rsae_sha512:
		case SignatureScheme.rsa_pkcs1_sha512:
		case SignatureScheme.ecdsa_secp521r1_sha512:
			return HashAlgorithm.sha512;
		default:
			return HashAlgorithm.sha256;
	}
}

/** Returns how a key signs by `scheme`: with ECDSA r and s. */
function formOf(kind: KeyKind, scheme: number): SignatureForm {
	if (kind === KeyKind.rsa) return scheme >> 8 === 8 ? SignatureForm.pss : SignatureForm.pkcs1;
	if (kind === KeyKind.p521) return SignatureForm.p521;
	return kind === KeyKind.p256 ? SignatureForm.p256 : SignatureForm.p384;
}

/** Signs with a key in native memory, which it owns. */
export class KeyCredential implements Credential {
	readonly chain: readonly Uint8Array[];
	readonly kind: KeyKind;
	private key: Secret | undefined;

	constructor(chain: readonly Uint8Array[], kind: KeyKind, key: Secret) {
		this.chain = chain;
		this.kind = kind;
		this.key = key;
	}

	/** The key is in a buffer for the one call that signs. Nothing is allocated there, so no copy is left behind. */
	sign(scheme: number, digest: Uint8Array): Uint8Array {
		if (this.kind === KeyKind.ed25519) return ed25519!.sign(this.key!, digest);
		const key = this.key!,
			kind = this.kind,
			length = key.length;
		const out = new Uint8Array(MAX_SIGNATURE_LENGTH);
		const bytes = new Uint8Array(length);
		let signed: number;
		key.export(bytes, 0);
		try {
			signed = signDigest(formOf(kind, scheme), schemeHash(scheme), bytes, 0, length, digest, out);
		} finally {
			wipe(bytes, 0, length);
		}
		return kind === KeyKind.rsa ? out.slice(0, signed) : encodeSignature(out, signed);
	}

	handOver(): Credential {
		const other = new KeyCredential(this.chain, this.kind, this.key!);
		this.key = undefined;
		return other;
	}

	close(): void {
		this.key?.close();
		this.key = undefined;
	}
}

/** Makes a credential of the application's function that signs. */
export function credentialOfFunction(
	chain: readonly Uint8Array[],
	kind: KeyKind,
	sign: (scheme: number, digest: Uint8Array) => ArrayBuffer | Uint8Array,
): Credential {
	return Object.freeze({
		chain,
		kind,
		sign(scheme: number, digest: Uint8Array): Uint8Array {
			const signature = sign(scheme, digest);
			return signature instanceof Uint8Array ? signature : new Uint8Array(signature);
		},
		handOver(): Credential {
			return this as Credential;
		},
		close(): void {},
	});
}

/** Returns the first of `ours` that is offered, or 0. */
function firstOffered(offered: readonly number[], ours: readonly number[]): number {
	for (const scheme of ours) if (offered.includes(scheme)) return scheme;
	return 0;
}

const rsa13: readonly number[] = Object.freeze([
	SignatureScheme.rsa_pss_rsae_sha256,
	SignatureScheme.rsa_pss_rsae_sha384,
	SignatureScheme.rsa_pss_rsae_sha512,
]);
const rsa12: readonly number[] = Object.freeze([
	...rsa13,
	SignatureScheme.rsa_pkcs1_sha256,
	SignatureScheme.rsa_pkcs1_sha384,
	SignatureScheme.rsa_pkcs1_sha512,
]);
const p256: readonly number[] = Object.freeze([
	SignatureScheme.ecdsa_secp256r1_sha256,
	SignatureScheme.ecdsa_secp384r1_sha384,
	SignatureScheme.ecdsa_secp521r1_sha512,
]);
const p384: readonly number[] = Object.freeze([
	SignatureScheme.ecdsa_secp384r1_sha384,
	SignatureScheme.ecdsa_secp256r1_sha256,
	SignatureScheme.ecdsa_secp521r1_sha512,
]);

const p521: readonly number[] = Object.freeze([
	SignatureScheme.ecdsa_secp521r1_sha512,
	SignatureScheme.ecdsa_secp384r1_sha384,
	SignatureScheme.ecdsa_secp256r1_sha256,
]);

/** Returns the scheme of TLS 1.3 for a key that is not RSA. */
function scheme13(kind: KeyKind): number {
	switch (kind) {
		case KeyKind.p256:
			return SignatureScheme.ecdsa_secp256r1_sha256;
		case KeyKind.p384:
			return SignatureScheme.ecdsa_secp384r1_sha384;
		case KeyKind.ed25519:
			return SignatureScheme.ed25519;
		default:
			return SignatureScheme.ecdsa_secp521r1_sha512;
	}
}

/** Picks the scheme to sign with among those that a TLS 1.3 server accepts, or 0 (RFC 8446 section 4.4.2.3). */
export function pickScheme13({ kind }: Credential, offered: readonly number[]): number {
	if (kind === KeyKind.rsa) return firstOffered(offered, rsa13);
	const scheme = scheme13(kind);
	return offered.includes(scheme) ? scheme : 0;
}

/**
 * Picks one for TLS 1.2, where a curve goes with any hash (RFC 5246 section 7.4.8). Ed25519 would sign all handshake
 * messages there, not a hash of them (RFC 8422 section 5.8): they are not kept.
 */
export function pickScheme12({ kind }: Credential, offered: readonly number[]): number {
	if (kind === KeyKind.ed25519) return 0;
	return firstOffered(
		offered,
		kind === KeyKind.rsa ? rsa12 : kind === KeyKind.p256 ? p256 : kind === KeyKind.p384 ? p384 : p521,
	);
}
