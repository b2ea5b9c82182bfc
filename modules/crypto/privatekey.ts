/*
	Private keys in DER: PKCS #8 (RFC 5208, RFC 8410), RSAPrivateKey (RFC 8017 A.1.2), ECPrivateKey (RFC 5915). A key is
	kept as a Secret: native memory, wiped when it is closed.
*/

import { refuse, TLSError } from "../errors";
import { DER, Part, Tag } from "../wire/der";
import { equal } from "tls/hardware/compare";
import { Secret } from "tls/hardware/secret";
import { KeyKind } from "tls/hardware/signature";
import { ed25519 } from "tls/optional/ed25519/ed25519";
import { coordinateLength } from "./signature";
import type { PublicKey } from "./signature";
import { wipe } from "tls/hardware/copy";

/** Whom errors name. */
const CLIENT_KEY = '"clientKey"';

/** ECPrivateKey's parameters and public key. */
const PARAMETERS = Tag.explicit;
const PUBLIC_KEY = Tag.explicit | 1;

function refuseKey(words: string): never {
	refuse(`"clientKey" ${words}`);
}

/** Refuses what begins with a SEQUENCE: EncryptedPrivateKeyInfo (RFC 5208 section 6), or a certificate. */
function refuseForm(der: DER): never {
	der.takeAny();
	refuseKey(
		der.nextIs(Tag.octetString)
			? "is encrypted: decrypt it first (openssl pkey -in KEY)"
			: "is not a private key: is it a certificate?",
	);
}

/** Enters the key inside PKCS #8, or the key itself. Returns the offset of its SEQUENCE. */
function enterKey(der: DER): number {
	let start = der.at;
	der.take(Tag.sequence, Part.privateKey);
	der.enter();
	if (der.nextIs(Tag.sequence)) refuseForm(der);
	der.take(Tag.integer, Part.integer);
	if (!der.nextIs(Tag.sequence)) return start;
	der.take(Tag.sequence, Part.algorithm);
	der.take(Tag.octetString, Part.privateKey);
	der.enter();
	start = der.at;
	der.take(Tag.sequence, Part.privateKey);
	der.enter();
	der.take(Tag.integer, Part.integer);
	return start;
}

function refuseOther(): never {
	refuseKey('is another key than that of the first of "clientCertificates"');
}

function secretOf(bytes: Uint8Array, start: number, end: number): Secret {
	const secret = new Secret(end - start);
	secret.import(bytes, start);
	return secret;
}

/** Keeps all of an RSAPrivateKey. Its modulus is the same in RSAPublicKey. */
function readRSA(der: DER, start: number, key: PublicKey): Secret {
	const other = new DER(key.bytes, key.start, key.end, CLIENT_KEY);
	other.take(Tag.sequence, Part.rsaKey);
	other.enter();
	other.take(Tag.integer, Part.integer);
	der.take(Tag.integer, Part.integer);
	const length = der.end - der.start;
	if (length !== other.end - other.start || !equal(der.bytes, der.start, key.bytes, other.start, length)) refuseOther();
	return secretOf(der.bytes, start, der.limit);
}

/**
 * Keeps the number of an ECPrivateKey as wide as its field: some software drops leading zeros, or adds one (RFC 5915
 * section 3).
 */
function readNumber(der: DER, width: number): Secret {
	der.take(Tag.octetString, Part.privateKey);
	const bytes = der.bytes,
		end = der.end;
	let start = der.start;
	while (end - start > width && bytes[start] === 0) start++;
	const length = end - start;
	if (length > width || length < width - 4) refuseKey("is a key of another curve than its certificate's");
	if (length === width) return secretOf(bytes, start, end);
	// a copy with the zeros, wiped before anything else may move it
	const wide = new Uint8Array(width);
	wide.set(bytes.subarray(start, end), width - length);
	const secret = secretOf(wide, 0, width);
	wipe(wide, 0, width);
	return secret;
}

/** Compares the public key of an ECPrivateKey, which most software writes. It may be compressed to its x. */
function checkPoint(der: DER, { bytes, start, end }: PublicKey): void {
	if (der.nextIs(PARAMETERS)) der.takeAny();
	if (!der.nextIs(PUBLIC_KEY)) return;
	der.takeAny();
	der.enter();
	der.takeBitString();
	const width = end - start - 1;
	const length = der.bytes[der.start] === 4 ? width : width / 2;
	if (der.end - der.start !== 1 + length || !equal(der.bytes, der.start + 1, bytes, start + 1, length)) refuseOther();
}

/** Keeps the number of an ECPrivateKey. */
function readEC(der: DER, key: PublicKey): Secret {
	const secret = readNumber(der, coordinateLength(key.kind));
	try {
		checkPoint(der, key);
	} catch (error) {
		secret.close();
		throw error;
	}
	return secret;
}

/**
 * Reads the private key in `bytes[start..end)` that belongs to a certificate's `publicKey`, in the form that signDigest
 * takes. Throws "configuration" if it is malformed, or another certificate's.
 */
export function readPrivateKey(bytes: Uint8Array, start: number, end: number, publicKey: PublicKey): Secret {
	const der = new DER(bytes, start, end, CLIENT_KEY);
	try {
		if (publicKey.kind === KeyKind.ed25519)
			return ed25519!.readKey(der, publicKey.bytes, publicKey.start, publicKey.end) ?? refuseOther();
		const at = enterKey(der);
		return publicKey.kind === KeyKind.rsa ? readRSA(der, at, publicKey) : readEC(der, publicKey);
	} catch (error) {
		// what is not the key's fault, such as no memory for it, goes on as it is
		if (!(error instanceof TLSError) || error.code === "configuration" || error.code === "out_of_memory") throw error;
		refuseKey('is not a private key for the first of "clientCertificates"');
	}
}
