/*
	Object identifiers that certificates name, as numbers for a switch: the last octets of the few families that matter (RFC 5280, RFC 3279,
	RFC 4055, RFC 5480, RFC 5758).
*/

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
	// extensions
	subjectKeyIdentifier,
	keyUsage,
	subjectAltName,
	basicConstraints,
	nameConstraints,
	certificatePolicies,
	authorityKeyIdentifier,
	extKeyUsage,
	authorityInfoAccess,
	tlsFeature,
	// purposes and names
	serverAuth,
	ocspSigning,
	anyExtendedKeyUsage,
	commonName,
}

/** 1.2.840.113549.1.1.x (PKCS #1) */
function pkcs1(last: number): OID {
	switch (last) {
		case 1: return OID.rsaEncryption;
		case 4: return OID.md5WithRSA;
		case 5: return OID.sha1WithRSA;
		case 8: return OID.mgf1;
		case 10: return OID.rsassaPSS;
		case 11: return OID.sha256WithRSA;
		case 12: return OID.sha384WithRSA;
		case 13: return OID.sha512WithRSA;
		default: return OID.unknown;
	}
}

/** 2.5.29.x (extensions) */
function extension(last: number): OID {
	switch (last) {
		case 14: return OID.subjectKeyIdentifier;
		case 15: return OID.keyUsage;
		case 17: return OID.subjectAltName;
		case 19: return OID.basicConstraints;
		case 30: return OID.nameConstraints;
		case 32: return OID.certificatePolicies;
		case 35: return OID.authorityKeyIdentifier;
		case 37: return OID.extKeyUsage;
		default: return OID.unknown;
	}
}

/** True where `prefix`, whose characters are octets, and one octet more are all there is. */
function under(prefix: string, bytes: Uint8Array, start: number, end: number): boolean {
	if (end - start !== prefix.length + 1) return false;
	for (let i = 0; i < prefix.length; i++) if (bytes[start + i] !== prefix.charCodeAt(i)) return false;
	return true;
}

/** What `bytes[start..end)`, an OBJECT IDENTIFIER's content, stands for. */
export function readOID(bytes: Uint8Array, start: number, end: number): OID {
	const last = bytes[end - 1]!;
	if (under("\x55\x1d", bytes, start, end)) return extension(last);
	if (under("\x2a\x86\x48\x86\xf7\x0d\x01\x01", bytes, start, end)) return pkcs1(last);
	if (under("\x2a\x86\x48\xce\x3d\x02", bytes, start, end)) return last === 1 ? OID.ecPublicKey : OID.unknown;
	if (under("\x2a\x86\x48\xce\x3d\x03\x01", bytes, start, end)) return last === 7 ? OID.prime256v1 : OID.unknown;
	if (under("\x2b\x81\x04\x00", bytes, start, end)) return last === 34 ? OID.secp384r1 : OID.unknown;
	if (under("\x2a\x86\x48\xce\x3d\x04\x03", bytes, start, end))
		return last === 2 ? OID.ecdsaWithSHA256 : last === 3 ? OID.ecdsaWithSHA384 : last === 4 ? OID.ecdsaWithSHA512 : OID.unknown;
	if (under("\x2a\x86\x48\xce\x3d\x04", bytes, start, end)) return last === 1 ? OID.ecdsaWithSHA1 : OID.unknown;
	if (under("\x60\x86\x48\x01\x65\x03\x04\x02", bytes, start, end))
		return last === 1 ? OID.sha256 : last === 2 ? OID.sha384 : last === 3 ? OID.sha512 : OID.unknown;
	if (under("\x2b\x06\x01\x05\x05\x07\x03", bytes, start, end)) return last === 1 ? OID.serverAuth : last === 9 ? OID.ocspSigning : OID.unknown;
	if (under("\x2b\x06\x01\x05\x05\x07\x01", bytes, start, end))
		return last === 1 ? OID.authorityInfoAccess : last === 24 ? OID.tlsFeature : OID.unknown;
	if (under("\x55\x1d\x25", bytes, start, end)) return last === 0 ? OID.anyExtendedKeyUsage : OID.unknown;
	if (under("\x55\x04", bytes, start, end)) return last === 3 ? OID.commonName : OID.unknown;
	return OID.unknown;
}
