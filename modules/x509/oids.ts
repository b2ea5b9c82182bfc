/*
	Object identifiers of keys, signatures and hashes as numbers for a switch (RFC 3279, RFC 4055, RFC 5480, RFC 5758).
	The last byte tells the members of a family apart.
*/

import { equal } from "tls/hardware/compare";

export const enum OID {
	unknown = 0,
	// keys
	rsaEncryption,
	ecPublicKey,
	prime256v1,
	secp384r1,
	// signatures
	sha256WithRSA,
	sha384WithRSA,
	sha512WithRSA,
	rsassaPSS,
	ecdsaWithSHA256,
	ecdsaWithSHA384,
	ecdsaWithSHA512,
	sha1WithRSA,
	md5WithRSA,
	ecdsaWithSHA1,
	// hashes and mask generation
	sha256,
	sha384,
	sha512,
	mgf1,
}

/** All bytes of identifiers but the last. One array: each takes more than a hundred bytes of flash. */
const prefixes = new Uint8Array([
	0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x2a, 0x86, 0x48,
	0xce, 0x3d, 0x03, 0x01, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x2b, 0x81,
	0x04, 0x00,
]);

/** Offset of each. */
const enum Prefix {
	pkcs1 = 0,
	nistHash = 8,
	primeCurve = 16,
	ecdsaSHA2 = 23,
	/** The first bytes of the one before. */
	ecdsa = 23,
	ecKey = 30,
	secgCurve = 36,
}

/** True if all of the identifier `bytes[start..end)` but its last byte is this prefix. */
function hasPrefix(prefix: Prefix, bytes: Uint8Array, start: number, end: number): boolean {
	return equal(bytes, start, prefixes, prefix, end - start - 1);
}

/** 1.2.840.113549.1.1.x (PKCS #1) */
function pkcs1(last: number): OID {
	switch (last) {
		case 1:
			return OID.rsaEncryption;
		case 4:
			return OID.md5WithRSA;
		case 5:
			return OID.sha1WithRSA;
		case 8:
			return OID.mgf1;
		case 10:
			return OID.rsassaPSS;
		case 11:
			return OID.sha256WithRSA;
		case 12:
			return OID.sha384WithRSA;
		case 13:
			return OID.sha512WithRSA;
		default:
			return OID.unknown;
	}
}

/** Reads an identifier of eight bytes. */
function oidOf8Bytes(bytes: Uint8Array, start: number, end: number): OID {
	const last = bytes[end - 1]!;
	if (hasPrefix(Prefix.primeCurve, bytes, start, end)) return last === 7 ? OID.prime256v1 : OID.unknown;
	if (!hasPrefix(Prefix.ecdsaSHA2, bytes, start, end)) return OID.unknown;
	return last === 2
		? OID.ecdsaWithSHA256
		: last === 3
			? OID.ecdsaWithSHA384
			: last === 4
				? OID.ecdsaWithSHA512
				: OID.unknown;
}

/** Reads `bytes[start..end)`, the content of an OBJECT IDENTIFIER. */
export function readOID(bytes: Uint8Array, start: number, end: number): OID {
	const last = bytes[end - 1]!;
	switch (end - start) {
		case 5:
			return last === 34 && hasPrefix(Prefix.secgCurve, bytes, start, end) ? OID.secp384r1 : OID.unknown;
		case 7:
			if (last !== 1) return OID.unknown;
			return hasPrefix(Prefix.ecKey, bytes, start, end)
				? OID.ecPublicKey
				: hasPrefix(Prefix.ecdsa, bytes, start, end)
					? OID.ecdsaWithSHA1
					: OID.unknown;
		case 8:
			return oidOf8Bytes(bytes, start, end);
		case 9:
			if (hasPrefix(Prefix.pkcs1, bytes, start, end)) return pkcs1(last);
			if (!hasPrefix(Prefix.nistHash, bytes, start, end)) return OID.unknown;
			return last === 1 ? OID.sha256 : last === 2 ? OID.sha384 : last === 3 ? OID.sha512 : OID.unknown;
		default:
			return OID.unknown;
	}
}
