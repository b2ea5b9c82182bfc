/*
	The client's own identity: its certificates, and something that signs with the key of the first one. The key may be DER in memory or in flash,
	or anywhere behind a function (a digital-signature peripheral, a secure element). Used by config.ts and the flows.
*/

import { TLSError } from "../errors";
import { SignatureScheme } from "../wire/numbers";
import { Reader } from "../wire/reader";
import { HashAlgorithm } from "tls/hardware/hash";
import { KeyKind, Padding } from "tls/hardware/signature";
import { signDigest } from "tls/hardware/sign";

export interface Credential {
	/** DER; the client's own first. */
	readonly chain: readonly Uint8Array[];
	/** What its key is. */
	readonly kind: KeyKind;
	/** A signature over a digest by the scheme's hash, as TLS sends it: ECDSA's in DER. */
	sign(scheme: number, digest: Uint8Array): Uint8Array;
}

const enum Tag {
	integer = 0x02,
	octetString = 0x04,
	sequence = 0x30,
}

/** Octets of the longest signature: RSA with 4096 bits. */
const SIGNATURE_ROOM = 512;

/** Enters a DER element; returns what `leave` needs. */
function enter(r: Reader, tag: Tag): number {
	if (r.u8() !== tag) throw new TLSError("decode_error", "not the DER of a private key");
	const first = r.u8();
	const length = first < 0x80 ? first : first === 0x81 ? r.u8() : first === 0x82 ? r.u16() : -1;
	if (length < 0 || length > r.left) throw new TLSError("decode_error", "not the DER of a private key");
	const outer = r.end;
	r.end = r.at + length;
	return outer;
}

/** Passes over an element. */
function skip(r: Reader, tag: Tag): void {
	const outer = enter(r, tag);
	r.at = r.end;
	r.end = outer;
}

/**
 * Where in `der` the key lies in the form that signDigest takes. It may be PKCS #8 (RFC 5208), RSAPrivateKey (RFC 8017 A.1.2) or ECPrivateKey
 * (RFC 5915).
 */
function findKey(der: Uint8Array, kind: KeyKind): { start: number; end: number } {
	const r = new Reader().open(der, 0, der.length);
	let start = 0;
	enter(r, Tag.sequence);
	skip(r, Tag.integer);
	if (der[r.at] === Tag.sequence) {
		skip(r, Tag.sequence);
		enter(r, Tag.octetString);
		start = r.at;
		enter(r, Tag.sequence);
		skip(r, Tag.integer);
	}
	if (kind === KeyKind.rsa) {
		const end = r.end;
		skip(r, Tag.integer);
		return { start, end };
	}
	enter(r, Tag.octetString);
	if (r.left !== (kind === KeyKind.p384 ? 48 : 32)) throw new TLSError("decode_error", "the private key is of another curve");
	return { start: r.at, end: r.end };
}

/** An INTEGER's octets from the fixed width `bytes[start..end)`, to `out` at `at`; returns its end. */
function putInteger(bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
	while (start < end - 1 && bytes[start] === 0) start++;
	const pad = bytes[start]! >= 0x80 ? 1 : 0;
	out[at++] = Tag.integer;
	out[at++] = end - start + pad;
	if (pad) out[at++] = 0;
	while (start < end) out[at++] = bytes[start++]!;
	return at;
}

/** Ecdsa-Sig-Value (RFC 3279 section 2.2.3) from r and s. */
function signatureDER(pair: Uint8Array, length: number): Uint8Array {
	const out = new Uint8Array(length + 8);
	const half = length / 2;
	let at = putInteger(pair, 0, half, out, 2);
	at = putInteger(pair, half, length, out, at);
	out[0] = Tag.sequence;
	out[1] = at - 2;
	return out.slice(0, at);
}

/** The hash of a signature scheme that this client signs with. */
export function schemeHash(scheme: number): HashAlgorithm {
	switch (scheme) {
		case SignatureScheme.ecdsa_secp384r1_sha384:
		case SignatureScheme.rsa_pss_rsae_sha384:
		case SignatureScheme.rsa_pkcs1_sha384: return HashAlgorithm.sha384;
		case SignatureScheme.rsa_pss_rsae_sha512:
		case SignatureScheme.rsa_pkcs1_sha512:
		case SignatureScheme.ecdsa_secp521r1_sha512: return HashAlgorithm.sha512;
		default: return HashAlgorithm.sha256;
	}
}

function schemePadding(scheme: number): Padding {
	if (scheme >> 8 === 8) return Padding.pss;
	return (scheme & 0xff) === 3 ? Padding.ecdsa : Padding.pkcs1;
}

/** Signs with a key that lies in memory. Throws "configuration" where `der` is none for a certificate of this kind. */
export function credentialOfKey(chain: readonly Uint8Array[], kind: KeyKind, der: Uint8Array): Credential {
	let start: number;
	let end: number;
	try {
		({ start, end } = findKey(der, kind));
	}
	catch {
		throw new TLSError("configuration", '"clientKey" is no private key for the first of "clientCertificates"');
	}
	return Object.freeze({
		chain, kind,
		sign(scheme: number, digest: Uint8Array): Uint8Array {
			const out = new Uint8Array(SIGNATURE_ROOM);
			const length = signDigest(kind, schemePadding(scheme), schemeHash(scheme), der, start, end, digest, out);
			return kind === KeyKind.rsa ? out.slice(0, length) : signatureDER(out, length);
		},
	});
}

/** Signs with a function of the application's. */
export function credentialOfFunction(chain: readonly Uint8Array[], kind: KeyKind,
	sign: (scheme: number, digest: Uint8Array) => ArrayBuffer | Uint8Array): Credential {
	return Object.freeze({
		chain, kind,
		sign(scheme: number, digest: Uint8Array): Uint8Array {
			const signature = sign(scheme, digest);
			return signature instanceof Uint8Array ? signature : new Uint8Array(signature);
		},
	});
}

function firstOf(offered: readonly number[], ours: readonly number[]): number {
	for (const scheme of ours) if (offered.includes(scheme)) return scheme;
	return 0;
}

const rsa13: readonly number[] = Object.freeze([
	SignatureScheme.rsa_pss_rsae_sha256, SignatureScheme.rsa_pss_rsae_sha384, SignatureScheme.rsa_pss_rsae_sha512,
]);
const rsa12: readonly number[] = Object.freeze([
	...rsa13, SignatureScheme.rsa_pkcs1_sha256, SignatureScheme.rsa_pkcs1_sha384, SignatureScheme.rsa_pkcs1_sha512,
]);
const p256: readonly number[] = Object.freeze([
	SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.ecdsa_secp384r1_sha384, SignatureScheme.ecdsa_secp521r1_sha512,
]);
const p384: readonly number[] = Object.freeze([
	SignatureScheme.ecdsa_secp384r1_sha384, SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.ecdsa_secp521r1_sha512,
]);

/** The scheme to sign with among those that a TLS 1.3 server takes, or 0 (RFC 8446 section 4.4.2.3). */
export function pickScheme13({ kind }: Credential, offered: readonly number[]): number {
	if (kind === KeyKind.rsa) return firstOf(offered, rsa13);
	const scheme = kind === KeyKind.p256 ? SignatureScheme.ecdsa_secp256r1_sha256 : SignatureScheme.ecdsa_secp384r1_sha384;
	return offered.includes(scheme) ? scheme : 0;
}

/** The same for TLS 1.2, where a curve takes any hash (RFC 5246 section 7.4.8). */
export function pickScheme12({ kind }: Credential, offered: readonly number[]): number {
	return firstOf(offered, kind === KeyKind.rsa ? rsa12 : kind === KeyKind.p256 ? p256 : p384);
}
