/*
	Private keys in DER: PKCS #8 (RFC 5208), RSAPrivateKey (RFC 8017 A.1.2), ECPrivateKey (RFC 5915). What is kept of one is a Secret: native memory, wiped
	when it is closed.
*/

import { TLSError } from "../errors";
import { Reader } from "../wire/reader";
import { equal } from "tls/hardware/compare";
import { Secret } from "tls/hardware/secret";
import { KeyKind } from "tls/hardware/signature";
import type { PublicKey } from "./signature";

const enum Tag {
	integer = 0x02,
	bitString = 0x03,
	octetString = 0x04,
	sequence = 0x30,
	/** ECPrivateKey's parameters and public key. */
	parameters = 0xa0,
	publicKey = 0xa1,
}

function refuse(words: string): never {
	throw new TLSError("configuration", `"clientKey" ${words}`);
}

/** What is no key of this kind: readPrivateKey has the words. */
function refuseForm(): never {
	throw new TLSError("decode_error", "not the DER of a private key");
}

/** Enters a DER element; returns what `leave` needs. */
function enter(r: Reader, tag: Tag): number {
	if (r.u8() !== tag) refuseForm();
	const first = r.u8();
	const length = first < 0x80 ? first : first === 0x81 ? r.u8() : first === 0x82 ? r.u16() : -1;
	if (length < 0 || length > r.left) refuseForm();
	const outer = r.end;
	r.end = r.at + length;
	return outer;
}

/** Skips an element. */
function skip(r: Reader, tag: Tag): void {
	const outer = enter(r, tag);
	r.at = r.end;
	r.end = outer;
}

/** Enters the key inside PKCS #8, or the key itself. */
function enterKey(r: Reader): number {
	let start = r.at;
	enter(r, Tag.sequence);
	skip(r, Tag.integer);
	if (r.bytes[r.at] !== Tag.sequence) return start;
	skip(r, Tag.sequence);
	enter(r, Tag.octetString);
	start = r.at;
	enter(r, Tag.sequence);
	skip(r, Tag.integer);
	return start;
}

function refuseOther(): never {
	refuse('is another key than that of the first of "clientCertificates"');
}

function secretOf(bytes: Uint8Array, start: number, end: number): Secret {
	const secret = new Secret(end - start);
	secret.import(bytes, start);
	return secret;
}

/** RSAPrivateKey, all of it. Its modulus stands in it as it does in RSAPublicKey. */
function readRSA(r: Reader, start: number, { bytes, start: at, end }: PublicKey): Secret {
	const modulus = r.at;
	skip(r, Tag.integer);
	const other = new Reader().open(bytes, at, end);
	enter(other, Tag.sequence);
	const expected = other.at;
	skip(other, Tag.integer);
	const length = r.at - modulus;
	if (length !== other.at - expected || !equal(r.bytes, modulus, bytes, expected, length)) refuseOther();
	return secretOf(r.bytes, start, r.end);
}

/** The number of an ECPrivateKey, as wide as its field: some software leaves its leading zeros out, or puts one in front (RFC 5915 section 3). */
function readNumber(r: Reader, width: number): Secret {
	const outer = enter(r, Tag.octetString);
	let start = r.at;
	const end = r.end;
	while (end - start > width && r.bytes[start] === 0) start++;
	const length = end - start;
	if (length > width || length < width - 4) refuse("is a key of another curve than its certificate's");
	let secret: Secret;
	if (length === width) secret = secretOf(r.bytes, start, end);
	else {
		// room for the zeros, wiped before anything else may move it
		const wide = new Uint8Array(width);
		wide.set(r.bytes.subarray(start, end), width - length);
		secret = secretOf(wide, 0, width);
		wide.fill(0);
	}
	r.at = end;
	r.end = outer;
	return secret;
}

/** ECPrivateKey. Its public key is there with most software. */
function readEC(r: Reader, { kind, bytes, start, end }: PublicKey): Secret {
	const secret = readNumber(r, kind === KeyKind.p384 ? 48 : 32);
	try {
		if (r.left && r.bytes[r.at] === Tag.parameters) skip(r, Tag.parameters);
		if (r.left && r.bytes[r.at] === Tag.publicKey) {
			enter(r, Tag.publicKey);
			enter(r, Tag.bitString);
			// behind the unused bits: a point, which may be compressed to its x
			const at = r.at + 1,
				width = end - start - 1;
			const length = r.bytes[at] === 4 ? width : width / 2;
			if (r.end - at !== 1 + length || !equal(r.bytes, at + 1, bytes, start + 1, length)) refuseOther();
		}
	} catch (error) {
		secret.close();
		throw error;
	}
	return secret;
}

/**
 * Reads the private key in `bytes[start..end)` that belongs to a certificate's `publicKey`, in the form that signDigest takes. Throws "configuration"
 * where it is none, or another certificate's.
 */
export function readPrivateKey(bytes: Uint8Array, start: number, end: number, publicKey: PublicKey): Secret {
	const r = new Reader().open(bytes, start, end);
	try {
		const at = enterKey(r);
		return publicKey.kind === KeyKind.rsa ? readRSA(r, at, publicKey) : readEC(r, publicKey);
	} catch (error) {
		if (error instanceof TLSError && error.code === "configuration") throw error;
		refuse('is no private key for the first of "clientCertificates"');
	}
}
