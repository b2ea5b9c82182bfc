/*
	The rules that hold for every extension block (RFC 8446 section 4.2): what was not asked for, what stands in the
	wrong message, and what comes twice is refused. Sets of extensions are integers, one bit for each extension that
	this client knows.
*/

import { TLSError } from "../errors";
import { ExtensionType } from "./numbers";

/** One bit for each extension that this client knows. */
export const enum ExtensionBit {
	server_name = 1 << 0,
	max_fragment_length = 1 << 1,
	status_request = 1 << 2,
	supported_groups = 1 << 3,
	ec_point_formats = 1 << 4,
	signature_algorithms = 1 << 5,
	application_layer_protocol_negotiation = 1 << 6,
	encrypt_then_mac = 1 << 7,
	extended_master_secret = 1 << 8,
	compress_certificate = 1 << 9,
	record_size_limit = 1 << 10,
	session_ticket = 1 << 11,
	pre_shared_key = 1 << 12,
	early_data = 1 << 13,
	supported_versions = 1 << 14,
	cookie = 1 << 15,
	psk_key_exchange_modes = 1 << 16,
	certificate_authorities = 1 << 17,
	oid_filters = 1 << 18,
	post_handshake_auth = 1 << 19,
	signature_algorithms_cert = 1 << 20,
	key_share = 1 << 21,
	renegotiation_info = 1 << 22,
	client_certificate_type = 1 << 23,
	server_certificate_type = 1 << 24,
}

/** Which may stand in which message of the server (the table in RFC 8446 section 4.2). */
export const enum AllowedIn {
	server_hello13 = ExtensionBit.key_share | ExtensionBit.pre_shared_key | ExtensionBit.supported_versions,
	hello_retry_request = ExtensionBit.key_share | ExtensionBit.cookie | ExtensionBit.supported_versions,
	encrypted_extensions = ExtensionBit.server_name |
		ExtensionBit.max_fragment_length |
		ExtensionBit.supported_groups |
		ExtensionBit.application_layer_protocol_negotiation |
		ExtensionBit.record_size_limit |
		ExtensionBit.early_data |
		ExtensionBit.client_certificate_type |
		ExtensionBit.server_certificate_type,
	/** And RFC 8879 section 3. */
	certificate_request = ExtensionBit.status_request |
		ExtensionBit.signature_algorithms |
		ExtensionBit.certificate_authorities |
		ExtensionBit.oid_filters |
		ExtensionBit.signature_algorithms_cert |
		ExtensionBit.compress_certificate,
	certificate13 = ExtensionBit.status_request,
	new_session_ticket = ExtensionBit.early_data,
	/** What TLS 1.2 knows, in its one message with extensions (RFC 6066, 7301, 7627, 8422, 8449, 5746). */
	server_hello12 = ExtensionBit.max_fragment_length |
		ExtensionBit.server_name |
		ExtensionBit.ec_point_formats |
		ExtensionBit.extended_master_secret |
		ExtensionBit.application_layer_protocol_negotiation |
		ExtensionBit.record_size_limit |
		ExtensionBit.session_ticket |
		ExtensionBit.renegotiation_info |
		ExtensionBit.status_request |
		ExtensionBit.encrypt_then_mac |
		ExtensionBit.client_certificate_type |
		ExtensionBit.server_certificate_type |
		// RFC 8422 section 5.1 has it from clients only; F5's BIG-IP sends it, and other clients pass over it
		ExtensionBit.supported_groups,
}

/**
 * Most extensions of a message that are looked at if unknown ones are passed over: a list of them must not take long.
 */
const MAX_LOOKED_AT = 20;

/**
 * Throws "decode_error" for the extension after the last one that is looked at; `index` is 0 for a message's first.
 */
export function expectExtension(index: number, message: string): void {
	if (index >= MAX_LOOKED_AT)
		throw new TLSError("decode_error", `server sent a ${message} with more than ${MAX_LOOKED_AT} extensions`);
}

/**
 * The bit of an extension's number, 0 for one that this client doesn't know. Those that most servers send come first:
 * each case costs time.
 */
export function extensionBit(type: number): number {
	switch (type) {
		case ExtensionType.supported_versions:
			return ExtensionBit.supported_versions;
		case ExtensionType.key_share:
			return ExtensionBit.key_share;
		case ExtensionType.server_name:
			return ExtensionBit.server_name;
		case ExtensionType.record_size_limit:
			return ExtensionBit.record_size_limit;
		case ExtensionType.renegotiation_info:
			return ExtensionBit.renegotiation_info;
		case ExtensionType.extended_master_secret:
			return ExtensionBit.extended_master_secret;
		case ExtensionType.ec_point_formats:
			return ExtensionBit.ec_point_formats;
		case ExtensionType.status_request:
			return ExtensionBit.status_request;
		case ExtensionType.session_ticket:
			return ExtensionBit.session_ticket;
		case ExtensionType.application_layer_protocol_negotiation:
			return ExtensionBit.application_layer_protocol_negotiation;
		case ExtensionType.max_fragment_length:
			return ExtensionBit.max_fragment_length;
		case ExtensionType.supported_groups:
			return ExtensionBit.supported_groups;
		case ExtensionType.signature_algorithms:
			return ExtensionBit.signature_algorithms;
		case ExtensionType.encrypt_then_mac:
			return ExtensionBit.encrypt_then_mac;
		case ExtensionType.compress_certificate:
			return ExtensionBit.compress_certificate;
		case ExtensionType.pre_shared_key:
			return ExtensionBit.pre_shared_key;
		case ExtensionType.early_data:
			return ExtensionBit.early_data;
		case ExtensionType.cookie:
			return ExtensionBit.cookie;
		case ExtensionType.psk_key_exchange_modes:
			return ExtensionBit.psk_key_exchange_modes;
		case ExtensionType.certificate_authorities:
			return ExtensionBit.certificate_authorities;
		case ExtensionType.oid_filters:
			return ExtensionBit.oid_filters;
		case ExtensionType.post_handshake_auth:
			return ExtensionBit.post_handshake_auth;
		case ExtensionType.signature_algorithms_cert:
			return ExtensionBit.signature_algorithms_cert;
		case ExtensionType.client_certificate_type:
			return ExtensionBit.client_certificate_type;
		case ExtensionType.server_certificate_type:
			return ExtensionBit.server_certificate_type;
		default:
			return 0;
	}
}

/**
 * Checks an extension of a server's answer: it must have been asked for (`asked`), belong into this message
 * (`allowed`), and not be among those `seen`. Returns `seen` with it added.
 */
export function expectAnswer(type: number, seen: number, asked: number, allowed: number): number {
	const bit = extensionBit(type);
	if (!(bit & asked))
		throw new TLSError("unsupported_extension", `the server sent extension ${type}, which was not asked for`);
	if (!(bit & allowed)) throw new TLSError("illegal_parameter", `server sent extension ${type} in the wrong message`);
	if (bit & seen) throw new TLSError("illegal_parameter", `server sent extension ${type} twice in one message`);
	return seen | bit;
}

/**
 * The same for a message of the server that asks rather than answers: unknown extensions are passed over, as the RFC
 * says.
 */
export function expectRequest(type: number, seen: number, allowed: number): number {
	const bit = extensionBit(type);
	if (bit & ~allowed) throw new TLSError("illegal_parameter", `server sent extension ${type} in the wrong message`);
	if (bit & seen) throw new TLSError("illegal_parameter", `server sent extension ${type} twice in one message`);
	return seen | bit;
}
