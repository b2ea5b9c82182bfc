/*
	modules/wire/numbers.ts: each number as IANA registers it. Tests' servers take their numbers from the same file, so
	that a wrong one would be wrong on both sides. A number is named here, and written out.
*/

import { equal, test } from "test/harness";
import {
	Accept,
	AlertDescription,
	AlertLevel,
	CertificateCompressionAlgorithm,
	CipherSuite,
	ContentType,
	ExtensionType,
	HandshakeType,
	NamedGroup,
	ProtocolVersion,
	SignatureScheme,
} from "tls/wire/numbers";

test("content types, versions and levels", () => {
	equal(ContentType.change_cipher_spec, 20);
	equal(ContentType.alert, 21);
	equal(ContentType.handshake, 22);
	equal(ContentType.application_data, 23);
	equal(ProtocolVersion.ssl30, 0x300);
	equal(ProtocolVersion.tls10, 0x301);
	equal(ProtocolVersion.tls11, 0x302);
	equal(ProtocolVersion.tls12, 0x303);
	equal(ProtocolVersion.tls13, 0x304);
	equal(AlertLevel.warning, 1);
	equal(AlertLevel.fatal, 2);
	equal(CertificateCompressionAlgorithm.zlib, 1);
});

test("handshake messages, and the sets of them", () => {
	equal(HandshakeType.hello_request, 0);
	equal(HandshakeType.client_hello, 1);
	equal(HandshakeType.server_hello, 2);
	equal(HandshakeType.new_session_ticket, 4);
	equal(HandshakeType.end_of_early_data, 5);
	equal(HandshakeType.encrypted_extensions, 8);
	equal(HandshakeType.certificate, 11);
	equal(HandshakeType.server_key_exchange, 12);
	equal(HandshakeType.certificate_request, 13);
	equal(HandshakeType.server_hello_done, 14);
	equal(HandshakeType.certificate_verify, 15);
	equal(HandshakeType.client_key_exchange, 16);
	equal(HandshakeType.finished, 20);
	equal(HandshakeType.certificate_status, 22);
	equal(HandshakeType.key_update, 24);
	equal(HandshakeType.compressed_certificate, 25);
	equal(HandshakeType.message_hash, 254);
	equal(Accept.server_hello, 0x4);
	equal(Accept.new_session_ticket, 0x10);
	equal(Accept.encrypted_extensions, 0x100);
	equal(Accept.certificate, 0x800);
	equal(Accept.server_key_exchange, 0x1000);
	equal(Accept.certificate_request, 0x2000);
	equal(Accept.server_hello_done, 0x4000);
	equal(Accept.certificate_verify, 0x8000);
	equal(Accept.finished, 0x100000);
	equal(Accept.certificate_status, 0x400000);
	equal(Accept.compressed_certificate, 0x2000000);
});

test("alerts", () => {
	equal(AlertDescription.close_notify, 0);
	equal(AlertDescription.unexpected_message, 10);
	equal(AlertDescription.bad_record_mac, 20);
	equal(AlertDescription.record_overflow, 22);
	equal(AlertDescription.handshake_failure, 40);
	equal(AlertDescription.bad_certificate, 42);
	equal(AlertDescription.unsupported_certificate, 43);
	equal(AlertDescription.certificate_revoked, 44);
	equal(AlertDescription.certificate_expired, 45);
	equal(AlertDescription.certificate_unknown, 46);
	equal(AlertDescription.illegal_parameter, 47);
	equal(AlertDescription.unknown_ca, 48);
	equal(AlertDescription.access_denied, 49);
	equal(AlertDescription.decode_error, 50);
	equal(AlertDescription.decrypt_error, 51);
	equal(AlertDescription.protocol_version, 70);
	equal(AlertDescription.insufficient_security, 71);
	equal(AlertDescription.internal_error, 80);
	equal(AlertDescription.inappropriate_fallback, 86);
	equal(AlertDescription.user_canceled, 90);
	equal(AlertDescription.no_renegotiation, 100);
	equal(AlertDescription.missing_extension, 109);
	equal(AlertDescription.unsupported_extension, 110);
	equal(AlertDescription.unrecognized_name, 112);
	equal(AlertDescription.bad_certificate_status_response, 113);
	equal(AlertDescription.unknown_psk_identity, 115);
	equal(AlertDescription.certificate_required, 116);
	equal(AlertDescription.no_application_protocol, 120);
});

test("cipher suites", () => {
	equal(CipherSuite.TLS_AES_128_GCM_SHA256, 0x1301);
	equal(CipherSuite.TLS_AES_256_GCM_SHA384, 0x1302);
	equal(CipherSuite.TLS_CHACHA20_POLY1305_SHA256, 0x1303);
	equal(CipherSuite.TLS_AES_128_CCM_SHA256, 0x1304);
	equal(CipherSuite.TLS_AES_128_CCM_8_SHA256, 0x1305);
	equal(CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CCM, 0xc0ac);
	equal(CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8, 0xc0ae);
	equal(CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0xc02b);
	equal(CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, 0xc02c);
	equal(CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 0xc02f);
	equal(CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, 0xc030);
	equal(CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, 0xcca8);
	equal(CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, 0xcca9);
});

test("groups and signature schemes", () => {
	equal(NamedGroup.secp256r1, 0x17);
	equal(NamedGroup.secp384r1, 0x18);
	equal(NamedGroup.x25519, 0x1d);
	equal(NamedGroup.ffdhe2048, 0x100);
	equal(NamedGroup.ffdhe3072, 0x101);
	equal(NamedGroup.ffdhe4096, 0x102);
	equal(NamedGroup.x25519mlkem768, 0x11ec);
	equal(SignatureScheme.rsa_pkcs1_sha256, 0x401);
	equal(SignatureScheme.rsa_pkcs1_sha384, 0x501);
	equal(SignatureScheme.rsa_pkcs1_sha512, 0x601);
	equal(SignatureScheme.ecdsa_secp256r1_sha256, 0x403);
	equal(SignatureScheme.ecdsa_secp384r1_sha384, 0x503);
	equal(SignatureScheme.ecdsa_secp521r1_sha512, 0x603);
	equal(SignatureScheme.rsa_pss_rsae_sha256, 0x804);
	equal(SignatureScheme.rsa_pss_rsae_sha384, 0x805);
	equal(SignatureScheme.rsa_pss_rsae_sha512, 0x806);
	equal(SignatureScheme.ed25519, 0x807);
	equal(SignatureScheme.rsa_pss_pss_sha256, 0x809);
	equal(SignatureScheme.rsa_pss_pss_sha384, 0x80a);
	equal(SignatureScheme.rsa_pss_pss_sha512, 0x80b);
});

test("extensions", () => {
	equal(ExtensionType.server_name, 0);
	equal(ExtensionType.max_fragment_length, 1);
	equal(ExtensionType.status_request, 5);
	equal(ExtensionType.supported_groups, 10);
	equal(ExtensionType.ec_point_formats, 11);
	equal(ExtensionType.signature_algorithms, 13);
	equal(ExtensionType.application_layer_protocol_negotiation, 16);
	equal(ExtensionType.client_certificate_type, 19);
	equal(ExtensionType.server_certificate_type, 20);
	equal(ExtensionType.encrypt_then_mac, 22);
	equal(ExtensionType.extended_master_secret, 23);
	equal(ExtensionType.compress_certificate, 27);
	equal(ExtensionType.record_size_limit, 28);
	equal(ExtensionType.session_ticket, 35);
	equal(ExtensionType.pre_shared_key, 41);
	equal(ExtensionType.early_data, 42);
	equal(ExtensionType.supported_versions, 43);
	equal(ExtensionType.cookie, 44);
	equal(ExtensionType.psk_key_exchange_modes, 45);
	equal(ExtensionType.certificate_authorities, 47);
	equal(ExtensionType.oid_filters, 48);
	equal(ExtensionType.post_handshake_auth, 49);
	equal(ExtensionType.signature_algorithms_cert, 50);
	equal(ExtensionType.key_share, 51);
	equal(ExtensionType.renegotiation_info, 0xff01);
});
