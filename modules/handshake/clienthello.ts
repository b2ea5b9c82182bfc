/*
	The ClientHello of both versions (RFC 8446 section 4.1.2). Extensions that only TLS 1.2 needs are in tls12/hello.ts.
*/

import type { Config } from "../config";
import { ExtensionBit } from "../wire/extensions";
import {
	CertificateCompressionAlgorithm,
	ExtensionType,
	HandshakeType,
	NamedGroup,
	ProtocolLength,
	ProtocolVersion,
} from "../wire/numbers";
import type { Writer } from "../wire/writer";
import { statusType } from "../x509/ocsp";
import { rawKeys } from "tls/optional/rawkeys/rawkeys";
import type { Hello } from "./offer";
import type { Share } from "./share";
import { resumption } from "./resumption/resumption";
import { writeExtensions12 } from "./tls12/hello";

/**
 * Extensions whose bytes are always the same: number, length of the data, data. One array: each takes more than a
 * hundred bytes of flash.
 */
const fixed = Uint8Array.of(
	// supported_versions: TLS 1.3 and 1.2, TLS 1.3 alone (section 4.2.1)
	0x00,
	0x2b,
	0x00,
	0x05,
	0x04,
	0x03,
	0x04,
	0x03,
	0x03,
	0x00,
	0x2b,
	0x00,
	0x03,
	0x02,
	0x03,
	0x04,
	// psk_key_exchange_modes: psk_dhe_ke alone (section 4.2.9)
	0x00,
	0x2d,
	0x00,
	0x02,
	0x01,
	0x01,
	// status_request: OCSP, from any responder, without extensions (RFC 6066 section 8)
	0x00,
	0x05,
	0x00,
	0x05,
	0x01,
	0x00,
	0x00,
	0x00,
	0x00,
);

/** Where each of them starts. */
const enum Fixed {
	bothVersions = 0,
	onlyTLS13 = 9,
	keyExchangeModes = 16,
	statusRequest = 22,
	end = 31,
}

function writeNames(w: Writer, hello: Hello, config: Config): void {
	if (config.sni !== undefined) {
		// RFC 6066 section 3
		const extension = hello.openExtension(w, ExtensionType.server_name, ExtensionBit.server_name);
		const list = w.open(2);
		w.u8(0);
		const name = w.open(2);
		w.ascii(config.sni);
		w.close(2, name);
		w.close(2, list);
		w.close(2, extension);
	}
	if (config.protocols.length) {
		// RFC 7301 section 3.1
		const bit = ExtensionBit.application_layer_protocol_negotiation;
		const extension = hello.openExtension(w, ExtensionType.application_layer_protocol_negotiation, bit);
		const list = w.open(2);
		for (const protocol of config.protocols) {
			const name = w.open(1);
			w.ascii(protocol);
			w.close(1, name);
		}
		w.close(2, list);
		w.close(2, extension);
	}
}

function writeKeyShare(w: Writer, hello: Hello, share: Share): void {
	// section 4.2.8
	const extension = hello.openExtension(w, ExtensionType.key_share, ExtensionBit.key_share);
	const list = w.open(2);
	w.u16(hello.group);
	let key = w.open(2);
	const at = w.reserve(share.publicLength);
	share.publicKey(w.bytes, at);
	w.close(2, key);
	if (hello.classic) {
		// the key that the hybrid share ends with
		const end = at + share.publicLength;
		w.u16(NamedGroup.x25519);
		key = w.open(2);
		w.copy(w.bytes, end - hello.classic.publicLength, end);
		w.close(2, key);
	}
	w.close(2, list);
	w.close(2, extension);
}

/** Groups, signatures and versions. */
function writeChoices(w: Writer, hello: Hello, config: Config): void {
	const has12 = config.minVersion === ProtocolVersion.tls12;
	let extension = hello.openExtension(w, ExtensionType.supported_groups, ExtensionBit.supported_groups);
	w.numbers(config.oldGroups ? [...config.groups, ...config.oldGroups] : config.groups);
	w.close(2, extension);
	extension = hello.openExtension(w, ExtensionType.signature_algorithms, ExtensionBit.signature_algorithms);
	w.numbers(config.signatureSchemes);
	w.close(2, extension);
	if (has12) writeExtensions12(w, hello, config);
	if (config.maxVersion === ProtocolVersion.tls13) {
		const start = has12 ? Fixed.bothVersions : Fixed.onlyTLS13;
		hello.ask(w, fixed, start, has12 ? Fixed.onlyTLS13 : Fixed.keyExchangeModes, ExtensionBit.supported_versions);
	}
}

/** Limits of records, and what asks for more of the server's messages. */
function writeOptional(w: Writer, hello: Hello, config: Config): void {
	const has13 = config.maxVersion === ProtocolVersion.tls13;
	let extension: number;
	if (config.recordSizeLimit) {
		// RFC 8449 section 4
		extension = hello.openExtension(w, ExtensionType.record_size_limit, ExtensionBit.record_size_limit);
		w.u16(config.recordSizeLimit);
		w.close(2, extension);
	}
	if (config.maxFragmentCode) {
		// RFC 6066 section 4
		extension = hello.openExtension(w, ExtensionType.max_fragment_length, ExtensionBit.max_fragment_length);
		w.u8(config.maxFragmentCode);
		w.close(2, extension);
	}
	if (statusType) hello.ask(w, fixed, Fixed.statusRequest, Fixed.end, ExtensionBit.status_request);
	if (config.inflate && has13) {
		// RFC 8879 section 3
		extension = hello.openExtension(w, ExtensionType.compress_certificate, ExtensionBit.compress_certificate);
		const algorithms = w.open(1);
		w.u16(CertificateCompressionAlgorithm.zlib);
		w.close(1, algorithms);
		w.close(2, extension);
	}
	if (config.postHandshakeAuth && has13) {
		// section 4.2.6
		extension = hello.openExtension(w, ExtensionType.post_handshake_auth, ExtensionBit.post_handshake_auth);
		w.close(2, extension);
	}
	if (config.rawPublicKeys) rawKeys!.write(w, hello, config);
}

/** The key share, and what goes with pre-shared keys. */
function writeKeys(w: Writer, hello: Hello, config: Config): void {
	let extension: number;
	if (hello.share) writeKeyShare(w, hello, hello.share);
	if (hello.early) {
		// section 4.2.10
		extension = hello.openExtension(w, ExtensionType.early_data, ExtensionBit.early_data);
		w.close(2, extension);
	}
	if (hello.keys.length || (config.onSession && config.maxVersion === ProtocolVersion.tls13)) {
		// without it servers send no tickets
		hello.ask(w, fixed, Fixed.keyExchangeModes, Fixed.statusRequest, ExtensionBit.psk_key_exchange_modes);
	}
	if (hello.keys.length) {
		// the last one, as its end is made of all before it
		extension = hello.openExtension(w, ExtensionType.pre_shared_key, ExtensionBit.pre_shared_key);
		resumption!.writeKeys(w, hello.keys, config.certificates.clock);
		w.close(2, extension);
	}
}

function writeExtensions(w: Writer, hello: Hello, config: Config): void {
	const list = w.open(2);
	writeNames(w, hello, config);
	writeChoices(w, hello, config);
	if (hello.cookie) {
		const extension = hello.openExtension(w, ExtensionType.cookie, ExtensionBit.cookie);
		w.u16(hello.cookie.length);
		w.copy(hello.cookie, 0, hello.cookie.length);
		w.close(2, extension);
	}
	writeOptional(w, hello, config);
	writeKeys(w, hello, config);
	w.close(2, list);
}

/** Writes the ClientHello, message header included (section 4.1.2). The binders of keys are still to be filled in. */
export function writeClientHello(w: Writer, hello: Hello, config: Config): void {
	hello.asked = 0;
	w.u8(HandshakeType.client_hello);
	const message = w.open(3);
	w.u16(ProtocolVersion.tls12);
	w.copy(hello.random, 0, ProtocolLength.random);
	w.u8(hello.sessionId.length);
	w.copy(hello.sessionId, 0, hello.sessionId.length);
	w.numbers(config.suites);
	w.u16(0x0100); // one compression method: none
	writeExtensions(w, hello, config);
	w.close(3, message);
}
