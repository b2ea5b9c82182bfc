/*
	The numbers of the protocol, as IANA registers them. `const enum` only: nothing of this file is left at run time.
*/

/** RFC 8446 section 5.1 */
export const enum ContentType {
	change_cipher_spec = 20,
	alert = 21,
	handshake = 22,
	application_data = 23,
}

export const enum ProtocolVersion {
	ssl30 = 0x0300,
	tls10 = 0x0301,
	tls11 = 0x0302,
	tls12 = 0x0303,
	tls13 = 0x0304,
}

/** RFC 8446 section 4, RFC 5246 section 7.4 */
export const enum HandshakeType {
	hello_request = 0,
	client_hello = 1,
	server_hello = 2,
	new_session_ticket = 4,
	end_of_early_data = 5,
	encrypted_extensions = 8,
	certificate = 11,
	server_key_exchange = 12,
	certificate_request = 13,
	server_hello_done = 14,
	certificate_verify = 15,
	client_key_exchange = 16,
	finished = 20,
	certificate_status = 22,
	key_update = 24,
	compressed_certificate = 25,
	message_hash = 254,
}

/** RFC 8446 section 6, RFC 5246 section 7.2 */
export const enum AlertDescription {
	close_notify = 0,
	unexpected_message = 10,
	bad_record_mac = 20,
	record_overflow = 22,
	handshake_failure = 40,
	bad_certificate = 42,
	unsupported_certificate = 43,
	certificate_revoked = 44,
	certificate_expired = 45,
	certificate_unknown = 46,
	illegal_parameter = 47,
	unknown_ca = 48,
	access_denied = 49,
	decode_error = 50,
	decrypt_error = 51,
	protocol_version = 70,
	insufficient_security = 71,
	internal_error = 80,
	inappropriate_fallback = 86,
	user_canceled = 90,
	no_renegotiation = 100,
	missing_extension = 109,
	unsupported_extension = 110,
	unrecognized_name = 112,
	bad_certificate_status_response = 113,
	unknown_psk_identity = 115,
	certificate_required = 116,
	no_application_protocol = 120,
}

export const enum AlertLevel {
	warning = 1,
	fatal = 2,
}

/** Lengths that the protocol fixes, in bytes. */
export const enum ProtocolLength {
	/** A record's header: type, version, length (RFC 8446 section 5.1). */
	recordHeader = 5,
	/** A handshake message's header: type and length (RFC 8446 section 4). */
	messageHeader = 4,
	/** Longest plaintext of a record (RFC 8446 section 5.1). */
	plaintext = 0x4000,
	/** Longest TLSInnerPlaintext, its type and padding included (RFC 8446 section 5.4). */
	innerPlaintext = 0x4000 + 1,
	/** Longest body of a record under TLS 1.3's protection (RFC 8446 section 5.2). */
	ciphertext = 0x4000 + 256,
	/** The client's and the server's random (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2). */
	random = 32,
	/** Longest session id. */
	sessionId = 32,
	/** Public keys: X25519, and the uncompressed points of P-256 and P-384 (RFC 8446 section 4.2.8.2). */
	x25519 = 32,
	p256Point = 65,
	p384Point = 97,
}

/** RFC 8446 appendix B.4; RFC 5288, 5289, 7251, 7905 for TLS 1.2 */
export const enum CipherSuite {
	TLS_AES_128_GCM_SHA256 = 0x1301,
	TLS_AES_256_GCM_SHA384 = 0x1302,
	TLS_CHACHA20_POLY1305_SHA256 = 0x1303,
	TLS_AES_128_CCM_SHA256 = 0x1304,
	TLS_AES_128_CCM_8_SHA256 = 0x1305,
	TLS_ECDHE_ECDSA_WITH_AES_128_CCM = 0xc0ac,
	TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 = 0xc0ae,
	TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 = 0xc02b,
	TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 = 0xc02c,
	TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 = 0xc02f,
	TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 = 0xc030,
	TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca8,
	TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca9,
}

/** RFC 8446 section 4.2.7 */
export const enum NamedGroup {
	secp256r1 = 0x0017,
	secp384r1 = 0x0018,
	x25519 = 0x001d,
	ffdhe2048 = 0x0100,
	ffdhe3072 = 0x0101,
	ffdhe4096 = 0x0102,
	/** draft-ietf-tls-ecdhe-mlkem; in TLS 1.3 alone */
	x25519mlkem768 = 0x11ec,
}

/** RFC 8446 section 4.2.3 */
export const enum SignatureScheme {
	rsa_pkcs1_sha256 = 0x0401,
	rsa_pkcs1_sha384 = 0x0501,
	rsa_pkcs1_sha512 = 0x0601,
	ecdsa_secp256r1_sha256 = 0x0403,
	ecdsa_secp384r1_sha384 = 0x0503,
	/** In TLS 1.2 ECDSA with SHA-512, whatever the curve (RFC 8446 section 4.2.3). */
	ecdsa_secp521r1_sha512 = 0x0603,
	rsa_pss_rsae_sha256 = 0x0804,
	rsa_pss_rsae_sha384 = 0x0805,
	rsa_pss_rsae_sha512 = 0x0806,
	ed25519 = 0x0807,
	rsa_pss_pss_sha256 = 0x0809,
	rsa_pss_pss_sha384 = 0x080a,
	rsa_pss_pss_sha512 = 0x080b,
}

/** RFC 8879 section 7.3 */
export const enum CertificateCompressionAlgorithm {
	zlib = 1,
}

/** RFC 8446 section 4.2 and the documents of each */
export const enum ExtensionType {
	server_name = 0,
	max_fragment_length = 1,
	status_request = 5,
	supported_groups = 10,
	ec_point_formats = 11,
	signature_algorithms = 13,
	application_layer_protocol_negotiation = 16,
	/** RFC 7250 */
	client_certificate_type = 19,
	server_certificate_type = 20,
	encrypt_then_mac = 22,
	extended_master_secret = 23,
	compress_certificate = 27,
	record_size_limit = 28,
	session_ticket = 35,
	pre_shared_key = 41,
	early_data = 42,
	supported_versions = 43,
	cookie = 44,
	psk_key_exchange_modes = 45,
	certificate_authorities = 47,
	oid_filters = 48,
	post_handshake_auth = 49,
	signature_algorithms_cert = 50,
	key_share = 51,
	renegotiation_info = 0xff01,
}

/** Handshake messages that may come next, as a set: a bit for each. */
export const enum Accept {
	server_hello = 1 << HandshakeType.server_hello,
	new_session_ticket = 1 << HandshakeType.new_session_ticket,
	encrypted_extensions = 1 << HandshakeType.encrypted_extensions,
	certificate = 1 << HandshakeType.certificate,
	server_key_exchange = 1 << HandshakeType.server_key_exchange,
	certificate_request = 1 << HandshakeType.certificate_request,
	server_hello_done = 1 << HandshakeType.server_hello_done,
	certificate_verify = 1 << HandshakeType.certificate_verify,
	finished = 1 << HandshakeType.finished,
	certificate_status = 1 << HandshakeType.certificate_status,
	compressed_certificate = 1 << HandshakeType.compressed_certificate,
}

/**
 * What a handshake generator yields: `pause` gives the event loop a turn, any other value is the set of messages to
 * wait for.
 */
export const enum Step {
	pause = 0,
	/**
	 * In such a set: TLS 1.2's change_cipher_spec record. No handshake message has this bit's number, which is checked.
	 */
	change_cipher_spec = 1 << 30,
}

/** Which kind of certificate key a suite asks for. TLS 1.3's leave that open, and only they do. */
export const enum Signer {
	any = 0,
	rsa = 1,
	ecdsa = 2,
}

/** How a suite of old servers comes to a secret, if not by ECDHE. */
export const enum OldExchange {
	rsa = 1,
	dhe = 2,
}
