/*
	Keys and signature algorithms of certificates (RFC 3279, RFC 4055, RFC 5480, RFC 5758): which are taken, and where they lie. One that is not
	taken is 0: the certificate may be of no importance.
*/

import { HashAlgorithm, KeyKind, Padding } from "../crypto/signature";
import type { PublicKey } from "../crypto/signature";
import { DER, Tag } from "./der";
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

/** Takes a SubjectPublicKeyInfo. */
export function readPublicKey(der: DER, place: KeyPlace): void {
	der.take(Tag.sequence, "public key");
	const outer = der.enter();
	der.take(Tag.sequence, "public key's algorithm");
	const inner = der.enter();
	der.take(Tag.objectIdentifier, "public key's algorithm");
	const algorithm = readOID(der.bytes, der.start, der.end);
	let curve = OID.unknown;
	if (algorithm === OID.rsaEncryption) takeNull(der);
	else if (algorithm === OID.ecPublicKey && der.sees(Tag.objectIdentifier)) {
		der.takeAny();
		curve = readOID(der.bytes, der.start, der.end);
	}
	else
		der.at = der.limit;
	der.leave(inner);
	der.octetBits();
	place.keyStart = der.start;
	place.keyEnd = der.end;
	place.keyKind = 0;
	place.keyBits = 0;
	if (algorithm === OID.rsaEncryption) {
		const key = der.enter();
		place.keyBits = readRSAKey(der);
		der.leave(key);
		if (place.keyBits >= RSASize.min && place.keyBits <= RSASize.max) place.keyKind = KeyKind.rsa;
	}
	else if (curve === OID.prime256v1 || curve === OID.secp384r1) {
		place.keyBits = curve === OID.prime256v1 ? 256 : 384;
		if (der.bytes[place.keyStart] !== 4 || place.keyEnd - place.keyStart !== 1 + place.keyBits / 4) der.fail("has a key that is no point of its curve");
		place.keyKind = curve === OID.prime256v1 ? KeyKind.p256 : KeyKind.p384;
	}
	der.leave(outer);
}

/** The key of the SubjectPublicKeyInfo `bytes[start..end)`, which is known to be good. */
export function publicKeyAt(bytes: Uint8Array, start: number, end: number): PublicKey {
	const place = { bytes, keyKind: 0, keyStart: 0, keyEnd: 0, keyBits: 0 };
	readPublicKey(new DER(bytes, start, end, "a trusted key"), place);
	return publicKeyOf(place);
}

/** A key that was read, where it lies. */
export function publicKeyOf({ bytes, keyKind, keyStart, keyEnd, keyBits }: KeyPlace & { readonly bytes: Uint8Array }): PublicKey {
	return { kind: keyKind as KeyKind, bytes, start: keyStart, end: keyEnd, bits: keyBits };
}

function takeNull(der: DER): void {
	der.take(0x05, "NULL");
	if (der.start !== der.end) der.fail("is not DER: a NULL has content");
}

/** RSAPublicKey (RFC 8017 A.1.1): returns the modulus's bits. The exponent is odd, above 2, and of no more than 32 bits. */
function readRSAKey(der: DER): number {
	der.take(Tag.sequence, "RSA key");
	const outer = der.enter();
	der.integer();
	const bytes = der.bytes, start = der.start;
	let first = start;
	if (bytes[first]! >= 0x80) der.fail("has an RSA key with a negative modulus");
	if (bytes[first] === 0) first++;
	const bits = (der.end - first) * 8 - Math.clz32(bytes[first]!) + 24;
	if (!(bytes[der.end - 1]! & 1)) der.fail("has an RSA key with an even modulus");
	der.integer();
	let exponent = 0;
	for (let i = der.start; i < der.end; i++) exponent = exponent * 256 + bytes[i]!;
	if (bytes[der.start]! >= 0x80 || der.end - der.start > 5 || exponent < 3 || exponent > 0xffffffff || !(exponent & 1))
		der.fail("has an RSA key with an exponent that can't be right");
	der.leave(outer);
	if (der.more) der.fail("has octets behind its RSA key");
	return bits;
}

/** AlgorithmIdentifier of a signature: padding << 8 | hash, or 0 for one that is not taken. */
export function readSignatureAlgorithm(der: DER): number {
	der.take(Tag.sequence, "signature's algorithm");
	const outer = der.enter();
	der.take(Tag.objectIdentifier, "signature's algorithm");
	const oid = readOID(der.bytes, der.start, der.end);
	let result = 0;
	switch (oid) {
		case OID.sha256WithRSA: takeNull(der); result = Padding.pkcs1 << 8 | HashAlgorithm.sha256; break;
		case OID.sha384WithRSA: takeNull(der); result = Padding.pkcs1 << 8 | HashAlgorithm.sha384; break;
		case OID.sha512WithRSA: takeNull(der); result = Padding.pkcs1 << 8 | HashAlgorithm.sha512; break;
		case OID.ecdsaWithSHA256: result = Padding.ecdsa << 8 | HashAlgorithm.sha256; break;
		case OID.ecdsaWithSHA384: result = Padding.ecdsa << 8 | HashAlgorithm.sha384; break;
		case OID.ecdsaWithSHA512: result = Padding.ecdsa << 8 | HashAlgorithm.sha512; break;
		case OID.rsassaPSS: result = readPSS(der); break;
		default: der.at = der.limit;
	}
	der.leave(outer);
	return result;
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
	return hash && mask === hash && salt === expected ? Padding.pss << 8 | hash : 0;
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
	}
	else if (der.more) takeNull(der);
	der.leave(inner);
	der.leave(outer);
	switch (oid) {
		case OID.sha256: return HashAlgorithm.sha256;
		case OID.sha384: return HashAlgorithm.sha384;
		case OID.sha512: return HashAlgorithm.sha512;
		default: return 0;
	}
}
