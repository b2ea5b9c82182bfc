/*
	The registered names of the protocol's numbers, for people. A number that has none here comes back in hexadecimal.
*/

import { NamedGroup, ProtocolVersion, SignatureScheme } from "./numbers";

/** "0x001d" for 29. */
export function hexadecimal(number: number): string {
	return `0x${number.toString(16).padStart(4, "0")}`;
}

/** "TLS 1.3" for 0x0304; SSL 3.0 to TLS 1.3. */
export function versionName(version: number): string {
	switch (version) {
		case ProtocolVersion.tls13:
			return "TLS 1.3";
		case ProtocolVersion.tls12:
			return "TLS 1.2";
		case ProtocolVersion.tls11:
			return "TLS 1.1";
		case ProtocolVersion.tls10:
			return "TLS 1.0";
		case ProtocolVersion.ssl30:
			return "SSL 3.0";
		default:
			return `version ${hexadecimal(version)}`;
	}
}

/** "x25519" for 0x001d (RFC 8446 section 4.2.7). */
export function groupName(group: number): string {
	switch (group) {
		case NamedGroup.x25519:
			return "x25519";
		case NamedGroup.secp256r1:
			return "secp256r1";
		case NamedGroup.secp384r1:
			return "secp384r1";
		case NamedGroup.ffdhe2048:
			return "ffdhe2048";
		case NamedGroup.ffdhe3072:
			return "ffdhe3072";
		case NamedGroup.ffdhe4096:
			return "ffdhe4096";
		case NamedGroup.x25519mlkem768:
			return "X25519MLKEM768";
		default:
			return hexadecimal(group);
	}
}

/** "ecdsa_secp256r1_sha256" for 0x0403 (RFC 8446 section 4.2.3). */
export function schemeName(scheme: number): string {
	switch (scheme) {
		case SignatureScheme.ecdsa_secp256r1_sha256:
			return "ecdsa_secp256r1_sha256";
		case SignatureScheme.ecdsa_secp384r1_sha384:
			return "ecdsa_secp384r1_sha384";
		case SignatureScheme.ecdsa_secp521r1_sha512:
			return "ecdsa_secp521r1_sha512";
		case SignatureScheme.rsa_pss_rsae_sha256:
			return "rsa_pss_rsae_sha256";
		case SignatureScheme.rsa_pss_rsae_sha384:
			return "rsa_pss_rsae_sha384";
		case SignatureScheme.rsa_pss_rsae_sha512:
			return "rsa_pss_rsae_sha512";
		case SignatureScheme.rsa_pss_pss_sha256:
			return "rsa_pss_pss_sha256";
		case SignatureScheme.rsa_pss_pss_sha384:
			return "rsa_pss_pss_sha384";
		case SignatureScheme.rsa_pss_pss_sha512:
			return "rsa_pss_pss_sha512";
		case SignatureScheme.ed25519:
			return "ed25519";
		case SignatureScheme.rsa_pkcs1_sha256:
			return "rsa_pkcs1_sha256";
		case SignatureScheme.rsa_pkcs1_sha384:
			return "rsa_pkcs1_sha384";
		case SignatureScheme.rsa_pkcs1_sha512:
			return "rsa_pkcs1_sha512";
		default:
			return hexadecimal(scheme);
	}
}
