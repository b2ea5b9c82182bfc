/*
	Keys and signature algorithms of certificates (RFC 3279, RFC 4055, RFC 5480, RFC 5758): which are taken, and where they lie. One that is not
	taken is 0: the certificate may be of no importance.
*/

import { HashAlgorithm, KeyKind, Padding } from "../crypto/signature";
import type { PublicKey } from "../crypto/signature";
import { equal } from "tls/hardware/compare";
import type { DER } from "./der";
import { Tag } from "./der";
import { OID, readOID } from "./oids";

/** Sizes of an RSA modulus that are taken, in bits. */
const enum RSASize {
	min = 2048,
	max = 4096,
}

/** Where a public key lies. */
export interface KeyPlace {
	/** KeyKind, or 0 where the key is of no use to TLS here. */
	keyKind: number;
	keyStart: number;
	keyEnd: number;
	/** Size of the modulus or of the field; 0 where it is not known. */
	keyBits: number;
}

/**
 * The AlgorithmIdentifiers that are taken have one form each in DER. They are compared whole; any other is read element by element, to tell what
 * is malformed from what is only not taken.
 */
const forms = Uint8Array.of(
	// the keys': rsaEncryption with NULL; id-ecPublicKey with prime256v1, with secp384r1
	0x30,
	0x0d,
	0x06,
	0x09,
	0x2a,
	0x86,
	0x48,
	0x86,
	0xf7,
	0x0d,
	0x01,
	0x01,
	0x01,
	0x05,
	0x00,
	0x30,
	0x13,
	0x06,
	0x07,
	0x2a,
	0x86,
	0x48,
	0xce,
	0x3d,
	0x02,
	0x01,
	0x06,
	0x08,
	0x2a,
	0x86,
	0x48,
	0xce,
	0x3d,
	0x03,
	0x01,
	0x07,
	0x30,
	0x10,
	0x06,
	0x07,
	0x2a,
	0x86,
	0x48,
	0xce,
	0x3d,
	0x02,
	0x01,
	0x06,
	0x05,
	0x2b,
	0x81,
	0x04,
	0x00,
	0x22,
	// an exponent, the INTEGER 65537
	0x02,
	0x03,
	0x01,
	0x00,
	0x01,
	// ecdsa-with-SHA2: what is in it before the last byte
	0x06,
	0x08,
	0x2a,
	0x86,
	0x48,
	0xce,
	0x3d,
	0x04,
	0x03,
);

/** Where each of them starts. */
const enum Form {
	rsaKey = 0,
	/** sha2WithRSA: what is in it before the last byte of the identifier. */
	rsaSignature = 2,
	p256Key = 15,
	p384Key = 36,
	exponent = 54,
	ecdsaSignature = 59,
}

/** Takes a SubjectPublicKeyInfo. */
export function readPublicKey(der: DER, place: KeyPlace): void {
	der.take(Tag.sequence, "public key");
	const outer = der.enter();
	let kind = 0;
	if (der.passes(forms, Form.rsaKey, 15)) kind = KeyKind.rsa;
	else if (der.passes(forms, Form.p256Key, 21)) kind = KeyKind.p256;
	else if (der.passes(forms, Form.p384Key, 18)) kind = KeyKind.p384;
	else skipKeyAlgorithm(der);
	der.octetBits();
	const start = der.start,
		end = der.end;
	let bits = 0;
	if (kind === KeyKind.rsa) {
		bits = readRSAKey(der);
		// PSA has no size that is not a multiple of 8 (Mbed TLS: "not well" supported)
		if (bits < RSASize.min || bits > RSASize.max || bits & 7) kind = 0;
	} else if (kind) {
		bits = kind === KeyKind.p256 ? 256 : 384;
		if (der.bytes[start] !== 4 || end - start !== 1 + bits / 4) der.fail("has a key that is no point of its curve");
	}
	place.keyKind = kind;
	place.keyStart = start;
	place.keyEnd = end;
	place.keyBits = bits;
	der.leave(outer);
}

/** The AlgorithmIdentifier of a key that is not taken. */
function skipKeyAlgorithm(der: DER): void {
	der.take(Tag.sequence, "public key's algorithm");
	const outer = der.enter();
	der.take(Tag.objectIdentifier, "public key's algorithm");
	const algorithm = readOID(der.bytes, der.start, der.end);
	if (algorithm === OID.rsaEncryption) takeNull(der);
	else if (algorithm === OID.ecPublicKey && der.sees(Tag.objectIdentifier)) der.takeAny();
	else der.at = der.limit;
	der.leave(outer);
}

/** Takes a SubjectPublicKeyInfo that is known to be good. */
export function takePublicKey(der: DER): PublicKey {
	const place = { bytes: der.bytes, keyKind: 0, keyStart: 0, keyEnd: 0, keyBits: 0 };
	readPublicKey(der, place);
	return publicKeyOf(place);
}

/** A key that was read, where it lies. */
export function publicKeyOf(place: KeyPlace & { readonly bytes: Uint8Array }): PublicKey {
	return {
		kind: place.keyKind as KeyKind,
		bytes: place.bytes,
		start: place.keyStart,
		end: place.keyEnd,
		bits: place.keyBits,
	};
}

function takeNull(der: DER): void {
	der.take(Tag.null, "NULL");
	if (der.start !== der.end) der.fail("is not DER: a NULL has content");
}

/** RSAPublicKey (RFC 8017 A.1.1) in the bytes taken last: returns the modulus's bits. The exponent is odd, above 2, and of no more than 32 bits. */
function readRSAKey(der: DER): number {
	const outer = der.enter();
	der.take(Tag.sequence, "RSA key");
	const inner = der.enter();
	der.integer();
	const bytes = der.bytes;
	let first = der.start;
	if (bytes[first]! >= 0x80) der.fail("has an RSA key with a negative modulus");
	if (bytes[first] === 0) first++;
	const bits = (der.end - first) * 8 - Math.clz32(bytes[first]!) + 24;
	if (!(bytes[der.end - 1]! & 1)) der.fail("has an RSA key with an even modulus");
	if (!der.passes(forms, Form.exponent, 5)) takeExponent(der);
	der.leave(inner);
	if (der.more) der.fail("has bytes behind its RSA key");
	der.leave(outer);
	return bits;
}

function takeExponent(der: DER): void {
	der.integer();
	const bytes = der.bytes,
		start = der.start,
		end = der.end;
	let exponent = 0;
	for (let i = start; i < end && i < start + 6; i++) exponent = exponent * 256 + bytes[i]!;
	if (bytes[start]! >= 0x80 || end - start > 5 || exponent < 3 || exponent > 0xffffffff || !(exponent & 1))
		der.fail("has an RSA key with an exponent that can't be right");
}

/** AlgorithmIdentifier of a signature: padding << 8 | hash, or 0 for one that is not taken. */
export function readSignatureAlgorithm(der: DER): number {
	der.take(Tag.sequence, "signature's algorithm");
	const bytes = der.bytes,
		start = der.start,
		size = der.end - start;
	if (
		size === 13 &&
		equal(bytes, start, forms, Form.rsaSignature, 10) &&
		bytes[start + 11] === Tag.null &&
		bytes[start + 12] === 0
	) {
		switch (bytes[start + 10]) {
			case 11:
				return (Padding.pkcs1 << 8) | HashAlgorithm.sha256;
			case 12:
				return (Padding.pkcs1 << 8) | HashAlgorithm.sha384;
			case 13:
				return (Padding.pkcs1 << 8) | HashAlgorithm.sha512;
		}
	}
	if (size === 10 && equal(bytes, start, forms, Form.ecdsaSignature, 9)) {
		switch (bytes[start + 9]) {
			case 2:
				return (Padding.ecdsa << 8) | HashAlgorithm.sha256;
			case 3:
				return (Padding.ecdsa << 8) | HashAlgorithm.sha384;
			case 4:
				return (Padding.ecdsa << 8) | HashAlgorithm.sha512;
		}
	}
	return readOtherSignature(der);
}

/** The same for any but the usual ones, in the element taken last. */
function readOtherSignature(der: DER): number {
	const outer = der.enter();
	let result = 0;
	der.take(Tag.objectIdentifier, "signature's algorithm");
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

/** NULL or nothing, behind sha2WithRSA. */
function takeNoParameters(der: DER, hash: HashAlgorithm): number {
	if (der.more) takeNull(der);
	return (Padding.pkcs1 << 8) | hash;
}

/** RSASSA-PSS-params (RFC 4055 section 3.1): one hash for all, and a salt of its length; 0 for any other. */
function readPSS(der: DER): number {
	let hash = 0;
	let salt = 20;
	if (!der.sees(Tag.sequence)) return 0;
	der.takeAny();
	const outer = der.enter();
	let mask = 0;
	if (der.sees(Tag.explicit)) hash = readExplicitHash(der, false);
	if (der.sees(Tag.explicit | 1)) mask = readExplicitHash(der, true);
	if (der.sees(Tag.explicit | 2)) {
		der.takeAny();
		const inner = der.enter();
		salt = der.smallInteger("salt length");
		der.leave(inner);
	}
	der.leave(outer);
	const expected = hash === HashAlgorithm.sha256 ? 32 : hash === HashAlgorithm.sha384 ? 48 : 64;
	return hash && mask === hash && salt === expected ? (Padding.pss << 8) | hash : 0;
}

function readExplicitHash(der: DER, isMask: boolean): number {
	der.takeAny();
	const outer = der.enter();
	der.take(Tag.sequence, "hash");
	const inner = der.enter();
	der.take(Tag.objectIdentifier, "hash");
	let oid = readOID(der.bytes, der.start, der.end);
	if (isMask) {
		if (oid !== OID.mgf1) der.fail("has a PSS signature with an unknown mask");
		der.take(Tag.sequence, "hash");
		const hash = der.enter();
		der.take(Tag.objectIdentifier, "hash");
		oid = readOID(der.bytes, der.start, der.end);
		if (der.more) takeNull(der);
		der.leave(hash);
	} else if (der.more) takeNull(der);
	der.leave(inner);
	der.leave(outer);
	switch (oid) {
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
