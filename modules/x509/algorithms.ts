/*
	Keys and signature algorithms of certificates (RFC 3279, RFC 4055, RFC 5480, RFC 5758): which are supported, and
	where they are. An unsupported one is 0 and no error: the certificate may have no part in the path.
*/

import { coordinateLength, HashAlgorithm, isRSA, KeyKind, Padding, pssKind } from "../crypto/signature";
import type { PublicKey } from "../crypto/signature";
import { ChipFeature, chipFeatures } from "tls/hardware/chip";
import { equal } from "tls/hardware/compare";
import { hashLength } from "tls/hardware/hash";
import { ed25519 } from "tls/optional/ed25519/ed25519";
import type { DER } from "../wire/der";
import { Part, Tag } from "../wire/der";
import { OID, readOID } from "./oids";

/** Supported sizes of an RSA modulus, in bits. */
const enum RSASize {
	min = 2048,
	max = 4096,
}

/** Bits of a KeyKind. */
const KIND_BITS = 4;
const KIND_MASK = 15;

/** The offsets of a public key. */
export interface KeyFields {
	/** KeyKind, or 0 for an unsupported key. */
	keyKind: number;
	keyStart: number;
	keyEnd: number;
	/** Size of the modulus or of the field in bits; 0 if unknown. */
	keyBits: number;
}

/**
 * The supported AlgorithmIdentifiers have one form each in DER. They are compared whole. Any other is read element by
 * element, to tell malformed from unsupported.
 */
const forms = new Uint8Array([
	// the keys': rsaEncryption with NULL; id-ecPublicKey with prime256v1, with secp384r1
	0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x30, 0x13, 0x06, 0x07,
	0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x30, 0x10,
	0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22,
	// id-ecPublicKey with secp521r1
	0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23,
	// an exponent, the INTEGER 65537
	0x02, 0x03, 0x01, 0x00, 0x01,
	// ecdsa-with-SHA2: what is in it before the last byte
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03,
	// id-Ed25519, of keys and of signatures (RFC 8410 section 3)
	0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70,
]);

/** Offset of each. */
const enum Form {
	rsaKey = 0,
	/** sha2WithRSA: what is in it before the last byte of the identifier. */
	rsaSignature = 2,
	p256Key = 15,
	p384Key = 36,
	p521Key = 54,
	exponent = 72,
	ecdsaSignature = 77,
	ed25519Key = 86,
	/** What is in it. */
	ed25519Signature = 88,
}

/** True if PSA has P-521. */
function hasP521(): boolean {
	return (chipFeatures() & ChipFeature.p521) !== 0;
}

/**
 * Takes a SubjectPublicKeyInfo, header and all. The key in it is then `start..end`. Returns its KeyKind, 0 if it is
 * unsupported, and above that its bits.
 */
function takeKey(der: DER): number {
	der.take(Tag.sequence, Part.publicKey);
	const outer = der.enter();
	let kind = 0;
	if (der.skipIfEqual(forms, Form.rsaKey, 15)) kind = KeyKind.rsa;
	else if (der.skipIfEqual(forms, Form.p256Key, 21)) kind = KeyKind.p256;
	else if (der.skipIfEqual(forms, Form.p384Key, 18)) kind = KeyKind.p384;
	else if (hasP521() && der.skipIfEqual(forms, Form.p521Key, 18)) kind = KeyKind.p521;
	else if (ed25519 && der.skipIfEqual(forms, Form.ed25519Key, 7)) kind = KeyKind.ed25519;
	else kind = readKeyAlgorithm(der);
	der.takeBitString();
	const start = der.start,
		end = der.end;
	let bits = 0;
	if (isRSA(kind)) {
		bits = readRSAKey(der);
		// PSA has no size that is not a multiple of 8 (Mbed TLS: "not well" supported)
		if (bits < RSASize.min || bits > RSASize.max || bits & 7) kind = 0;
	} else if (kind === KeyKind.ed25519) {
		bits = 256;
		if (end - start !== 32) der.fail(`has an Ed25519 key of ${end - start} bytes, expected 32`);
	} else if (kind) {
		bits = kind === KeyKind.p256 ? 256 : kind === KeyKind.p384 ? 384 : 521;
		checkPoint(der, 1 + 2 * coordinateLength(kind));
	}
	der.leave(outer);
	der.start = start;
	der.end = end;
	return (bits << KIND_BITS) | kind;
}

/**
 * Goes into the certificate that was taken last, up to its SubjectPublicKeyInfo. What stands before is not looked at.
 */
export function enterToKey(der: DER): void {
	der.enter();
	der.take(Tag.sequence, Part.tbsCertificate);
	der.enter();
	if (der.nextIs(Tag.explicit)) der.takeAny();
	// serial number, signature, issuer, validity, subject
	for (let i = 0; i < 5; i++) der.takeAny();
}

/** Takes a SubjectPublicKeyInfo to the fields of a certificate. */
export function readPublicKey(der: DER, fields: KeyFields): void {
	const key = takeKey(der);
	fields.keyKind = key & KIND_MASK;
	fields.keyBits = key >> KIND_BITS;
	fields.keyStart = der.start;
	fields.keyEnd = der.end;
}

/** Checks that the key taken last is an uncompressed point of `length` bytes. PSA finds out if it is on its curve. */
function checkPoint(der: DER, length: number): void {
	const first = der.bytes[der.start],
		found = der.end - der.start;
	if (first === 4 && found === length) return;
	if ((first === 2 || first === 3) && found === (length + 1) / 2)
		der.fail("has a key that is a compressed point, which is unsupported: expected an uncompressed one");
	der.fail("has a key that is not a point of its curve");
}

/** Reads the AlgorithmIdentifier of a rare key: the kind of RSASSA-PSS, or 0 for an unsupported one. */
function readKeyAlgorithm(der: DER): KeyKind | 0 {
	der.take(Tag.sequence, Part.publicKeyAlgorithm);
	const outer = der.enter();
	der.take(Tag.objectIdentifier, Part.publicKeyAlgorithm);
	const algorithm = readOID(der.bytes, der.start, der.end);
	let kind: KeyKind | 0 = 0;
	if (algorithm === OID.rsaEncryption) takeNull(der);
	else if (algorithm === OID.ecPublicKey && der.nextIs(Tag.objectIdentifier)) der.takeAny();
	else if (algorithm === OID.rsassaPSS) kind = der.hasMore ? readKeyPSS(der) : KeyKind.pss;
	else der.at = der.limit;
	der.leave(outer);
	return kind;
}

/**
 * Reads the parameters of a key for RSASSA-PSS: signatures must have the same hash, and a salt that is not shorter (RFC
 * 4055 section 3.3).
 */
function readKeyPSS(der: DER): KeyKind | 0 {
	const parameters = readPSSParameters(der);
	const hash = (parameters & 0xff) as HashAlgorithm | 0;
	return hash && parameters >> 8 <= hashLength(hash) ? pssKind(hash) : 0;
}

/** Takes a SubjectPublicKeyInfo. The key's kind is 0 if it is unsupported. */
export function takePublicKey(der: DER): PublicKey {
	const key = takeKey(der);
	return {
		kind: (key & KIND_MASK) as KeyKind,
		bytes: der.bytes,
		start: der.start,
		end: der.end,
		bits: key >> KIND_BITS,
	};
}

/** Returns a key that was read, where it is. */
export function publicKeyOf(fields: KeyFields & { readonly bytes: Uint8Array }): PublicKey {
	return {
		kind: fields.keyKind as KeyKind,
		bytes: fields.bytes,
		start: fields.keyStart,
		end: fields.keyEnd,
		bits: fields.keyBits,
	};
}

function takeNull(der: DER): void {
	der.take(Tag.null, Part.null);
	if (der.start !== der.end) der.fail("is not DER: a NULL has content");
}

/**
 * Reads RSAPublicKey (RFC 8017 A.1.1) in the bytes taken last. Returns the modulus's bits. The exponent is odd, above
 * 2, and has 32 bits at most.
 */
function readRSAKey(der: DER): number {
	const outer = der.enter();
	der.take(Tag.sequence, Part.rsaKey);
	const inner = der.enter();
	der.takeInteger();
	const bytes = der.bytes;
	let first = der.start;
	if (bytes[first]! >= 0x80) der.fail("has an RSA key with a negative modulus");
	if (bytes[first] === 0) first++;
	const bits = (der.end - first) * 8 - Math.clz32(bytes[first]!) + 24;
	if (!(bytes[der.end - 1]! & 1)) der.fail("has an RSA key with an even modulus");
	if (!der.skipIfEqual(forms, Form.exponent, 5)) takeExponent(der);
	der.leave(inner);
	if (der.hasMore) der.fail("has bytes after its RSA key");
	der.leave(outer);
	return bits;
}

function takeExponent(der: DER): void {
	der.takeInteger();
	const bytes = der.bytes,
		start = der.start,
		end = der.end;
	let exponent = 0;
	for (let i = start; i < end && i < start + 6; i++) exponent = exponent * 256 + bytes[i]!;
	if (bytes[start]! >= 0x80 || end - start > 5 || exponent < 3 || exponent > 0xffffffff || !(exponent & 1))
		der.fail("has an RSA key with an exponent that can't be right");
}

/** Reads the AlgorithmIdentifier of a signature: padding << 8 | hash (0 for Ed25519), or 0 for an unsupported one. */
export function readSignatureAlgorithm(der: DER): number {
	der.take(Tag.sequence, Part.signatureAlgorithm);
	const bytes = der.bytes,
		start = der.start,
		size = der.end - start;
	let parts = 0;
	if (
		size === 13 &&
		equal(bytes, start, forms, Form.rsaSignature, 10) &&
		bytes[start + 11] === Tag.null &&
		bytes[start + 12] === 0
	)
		parts = partsOf(Padding.pkcs1, bytes[start + 10]! - 10);
	else if (size === 10 && equal(bytes, start, forms, Form.ecdsaSignature, 9))
		parts = partsOf(Padding.ecdsa, bytes[start + 9]! - 1);
	else if (ed25519 && size === 5 && equal(bytes, start, forms, Form.ed25519Signature, 5)) parts = Padding.ed25519 << 8;
	return parts || readOtherSignature(der);
}

/**
 * Padding << 8 | hash. `size` is 1, 2 or 3 for SHA-256, 384 or 512, as the last bytes of identifiers count; 0 for any
 * other.
 */
function partsOf(padding: Padding, size: number): number {
	switch (size) {
		case 1:
			return (padding << 8) | HashAlgorithm.sha256;
		case 2:
			return (padding << 8) | HashAlgorithm.sha384;
		case 3:
			return (padding << 8) | HashAlgorithm.sha512;
		default:
			return 0;
	}
}

/** Reads any but the usual ones, in the element taken last. */
function readOtherSignature(der: DER): number {
	const outer = der.enter();
	let result = 0;
	der.take(Tag.objectIdentifier, Part.signatureAlgorithm);
	switch (readOID(der.bytes, der.start, der.end)) {
		// RFC 4055 section 5: without parameters, too
		case OID.sha256WithRSA:
			result = takeNoParameters(der, HashAlgorithm.sha256);
			break;
		case OID.sha384WithRSA:
			result = takeNoParameters(der, HashAlgorithm.sha384);
			break;
		case OID.sha512WithRSA:
			result = takeNoParameters(der, HashAlgorithm.sha512);
			break;
		case OID.ecdsaWithSHA256:
		case OID.ecdsaWithSHA384:
		case OID.ecdsaWithSHA512:
			break;
		case OID.rsassaPSS:
			result = readPSS(der);
			break;
		default:
			der.at = der.limit;
	}
	der.leave(outer);
	return result;
}

/** NULL or nothing, after sha2WithRSA. */
function takeNoParameters(der: DER, hash: HashAlgorithm): number {
	if (der.hasMore) takeNull(der);
	return (Padding.pkcs1 << 8) | hash;
}

/** Reads the parameters of a signature with RSASSA-PSS: one hash for all, and a salt of its length; 0 for any other. */
function readPSS(der: DER): number {
	if (!der.nextIs(Tag.sequence)) return 0;
	const parameters = readPSSParameters(der);
	const hash = (parameters & 0xff) as HashAlgorithm | 0;
	return hash && parameters >> 8 === hashLength(hash) ? (Padding.pss << 8) | hash : 0;
}

/** Reads RSASSA-PSS-params (RFC 4055 section 3.1): the salt's length << 8 | the hash, which is one for all; else 0. */
function readPSSParameters(der: DER): number {
	let hash = 0;
	let mask = 0;
	let salt = 20;
	der.take(Tag.sequence, Part.algorithm);
	const outer = der.enter();
	if (der.nextIs(Tag.explicit)) {
		const inner = enterNext(der);
		hash = readHash(der);
		der.leave(inner);
	}
	if (der.nextIs(Tag.explicit | 1)) {
		const inner = enterNext(der);
		mask = readMaskHash(der);
		der.leave(inner);
	}
	if (der.nextIs(Tag.explicit | 2)) {
		const inner = enterNext(der);
		salt = der.takeSmallInteger(Part.saltLength);
		der.leave(inner);
	}
	// the trailer, whose default of 1 may be spelled out
	if (der.nextIs(Tag.explicit | 3)) {
		const inner = enterNext(der);
		if (der.takeSmallInteger(Part.algorithm) !== 1) der.fail("has RSASSA-PSS parameters with an unknown trailer");
		der.leave(inner);
	}
	der.leave(outer);
	return mask === hash ? (salt << 8) | hash : 0;
}

function enterNext(der: DER): number {
	der.takeAny();
	return der.enter();
}

/** Reads the AlgorithmIdentifier of a hash; 0 for an unsupported one. */
function readHash(der: DER): number {
	der.take(Tag.sequence, Part.hash);
	const outer = der.enter();
	der.take(Tag.objectIdentifier, Part.hash);
	const hash = hashOf(der.bytes, der.start, der.end);
	if (der.hasMore) takeNull(der);
	der.leave(outer);
	return hash;
}

/**
 * Returns the HashAlgorithm whose identifier is `bytes[start..end)`; 0 for one that is not of SHA-2, or unsupported.
 */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
	switch (readOID(bytes, start, end)) {
		case OID.sha256:
			return HashAlgorithm.sha256;
		case OID.sha384:
			return HashAlgorithm.sha384;
		case OID.sha512:
			return HashAlgorithm.sha512;
		default:
			return 0;
	}
}

/** Reads the AlgorithmIdentifier of MGF1. Returns its hash. */
function readMaskHash(der: DER): number {
	der.take(Tag.sequence, Part.hash);
	const outer = der.enter();
	der.take(Tag.objectIdentifier, Part.hash);
	if (readOID(der.bytes, der.start, der.end) !== OID.mgf1) der.fail("has a PSS signature with an unsupported mask");
	const hash = readHash(der);
	der.leave(outer);
	return hash;
}
