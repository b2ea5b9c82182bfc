/*
	Names of numbers for people: messages, alerts, groups, schemes, versions (RFC 8446, RFC 5246 and the documents of
	each).
*/

function hexadecimal(number: number): string {
	return `0x${number.toString(16).padStart(4, "0")}`;
}

const messages: Readonly<Record<number, string>> = {
	0: "HelloRequest",
	1: "ClientHello",
	2: "ServerHello",
	4: "NewSessionTicket",
	5: "EndOfEarlyData",
	8: "EncryptedExtensions",
	11: "Certificate",
	12: "ServerKeyExchange",
	13: "CertificateRequest",
	14: "ServerHelloDone",
	15: "CertificateVerify",
	16: "ClientKeyExchange",
	20: "Finished",
	22: "CertificateStatus",
	24: "KeyUpdate",
	25: "CompressedCertificate",
};

const alerts: Readonly<Record<number, string>> = {
	0: "close_notify",
	10: "unexpected_message",
	20: "bad_record_mac",
	22: "record_overflow",
	40: "handshake_failure",
	42: "bad_certificate",
	43: "unsupported_certificate",
	44: "certificate_revoked",
	45: "certificate_expired",
	46: "certificate_unknown",
	47: "illegal_parameter",
	48: "unknown_ca",
	49: "access_denied",
	50: "decode_error",
	51: "decrypt_error",
	70: "protocol_version",
	71: "insufficient_security",
	80: "internal_error",
	86: "inappropriate_fallback",
	90: "user_canceled",
	100: "no_renegotiation",
	109: "missing_extension",
	110: "unsupported_extension",
	112: "unrecognized_name",
	113: "bad_certificate_status_response",
	115: "unknown_psk_identity",
	116: "certificate_required",
	120: "no_application_protocol",
};

const groups: Readonly<Record<number, string>> = {
	0x17: "secp256r1",
	0x18: "secp384r1",
	0x19: "secp521r1",
	0x1d: "x25519",
	0x1e: "x448",
	0x100: "ffdhe2048",
	0x101: "ffdhe3072",
	0x102: "ffdhe4096",
	0x11ec: "X25519MLKEM768",
};

const schemes: Readonly<Record<number, string>> = {
	0x0401: "rsa_pkcs1_sha256",
	0x0501: "rsa_pkcs1_sha384",
	0x0601: "rsa_pkcs1_sha512",
	0x0403: "ecdsa_secp256r1_sha256",
	0x0503: "ecdsa_secp384r1_sha384",
	0x0603: "ecdsa_secp521r1_sha512",
	0x0804: "rsa_pss_rsae_sha256",
	0x0805: "rsa_pss_rsae_sha384",
	0x0806: "rsa_pss_rsae_sha512",
	0x0807: "ed25519",
	0x0808: "ed448",
	0x0809: "rsa_pss_pss_sha256",
	0x080a: "rsa_pss_pss_sha384",
	0x080b: "rsa_pss_pss_sha512",
	0x0201: "rsa_pkcs1_sha1",
	0x0203: "ecdsa_sha1",
};

const versions: Readonly<Record<number, string>> = {
	0x0300: "SSL 3.0",
	0x0301: "TLS 1.0",
	0x0302: "TLS 1.1",
	0x0303: "TLS 1.2",
	0x0304: "TLS 1.3",
};

export function messageName(type: number): string {
	return messages[type] ?? `message ${type}`;
}

export function alertName(description: number): string {
	return alerts[description] ?? `alert ${description}`;
}

export function groupName(group: number): string {
	return groups[group] ?? hexadecimal(group);
}

export function schemeName(scheme: number): string {
	return schemes[scheme] ?? hexadecimal(scheme);
}

export function versionName(version: number): string {
	return versions[version] ?? hexadecimal(version);
}
