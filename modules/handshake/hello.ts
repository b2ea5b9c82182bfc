/*
	The ClientHello of both versions, and TLS 1.3's ServerHello and HelloRetryRequest (RFC 8446 section 4.1); what is TLS 1.2's alone is in
	tls12/hello.ts. One read or write for each; start.ts decides what comes of it.
*/

import { TLSError } from "../errors";
import { findSuite } from "../crypto/suites";
import type { Suite } from "../crypto/suite";
import type { Config } from "../config";
import { AllowedIn, ExtensionBit, expectAnswer } from "../wire/extensions";
import { CertificateCompressionAlgorithm, ExtensionType, HandshakeType, ProtocolVersion, Signer } from "../wire/numbers";
import { empty } from "../wire/reader";
import type { Reader } from "../wire/reader";
import type { Writer } from "../wire/writer";
import { statusType } from "../x509/ocsp";
import { equal } from "tls/hardware/compare";
import { KeyShare } from "tls/hardware/agree";
import { random } from "tls/hardware/random";
import { legacy } from "tls/optional/legacy/legacy";
import { writeExtensions12 } from "./tls12/hello";
import { RANDOM_LENGTH, SESSION_ID_LENGTH } from "./offer";
import type { Hello } from "./offer";
import type { PreSharedKey } from "./resumption/keys";
import { resumption } from "./resumption/resumption";
import { Transcript } from "./transcript";

/** The random of a ServerHello that is a HelloRetryRequest: SHA-256 of that name (section 4.1.3). */
const retryRandom = Uint8Array.of(
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c);

/** What a ServerHello or HelloRetryRequest says. `shareStart..shareEnd` lies in the message. */
export interface ServerHello {
	suite: Suite;
	isRetry: boolean;
	/** The group of the server's share, or the one that it asks for; 0 if it named none. */
	group: number;
	shareStart: number;
	shareEnd: number;
	cookie: Uint8Array | undefined;
	/** The one of the keys offered that the server takes. */
	key: PreSharedKey | undefined;
}

/** Extensions whose octets are always the same: number, length of the data, data. One array: each takes more than a hundred octets of flash. */
const fixed = Uint8Array.of(
	// supported_versions: TLS 1.3 and 1.2, TLS 1.3 alone (section 4.2.1)
	0x00, 0x2b, 0x00, 0x05, 0x04, 0x03, 0x04, 0x03, 0x03,
	0x00, 0x2b, 0x00, 0x03, 0x02, 0x03, 0x04,
	// psk_key_exchange_modes: psk_dhe_ke alone (section 4.2.9)
	0x00, 0x2d, 0x00, 0x02, 0x01, 0x01,
	// status_request: OCSP, from any responder, without extensions (RFC 6066 section 8)
	0x00, 0x05, 0x00, 0x05, 0x01, 0x00, 0x00, 0x00, 0x00);

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

function writeKeyShare(w: Writer, hello: Hello, share: KeyShare): void {
	// section 4.2.8
	const extension = hello.openExtension(w, ExtensionType.key_share, ExtensionBit.key_share);
	const list = w.open(2);
	w.u16(hello.group);
	const key = w.open(2);
	const at = w.reserve(share.publicLength);
	share.publicKey(w.bytes, at);
	w.close(2, key);
	w.close(2, list);
	w.close(2, extension);
}

function writeExtensions(w: Writer, hello: Hello, config: Config): void {
	const has12 = config.minVersion === ProtocolVersion.tls12;
	const list = w.open(2);
	writeNames(w, hello, config);
	let extension = hello.openExtension(w, ExtensionType.supported_groups, ExtensionBit.supported_groups);
	w.numbers(has12 && legacy ? [...config.groups, ...legacy.groups] : config.groups);
	w.close(2, extension);
	extension = hello.openExtension(w, ExtensionType.signature_algorithms, ExtensionBit.signature_algorithms);
	w.numbers(config.signatureSchemes);
	w.close(2, extension);
	if (has12) writeExtensions12(w, hello, config);
	if (config.maxVersion === ProtocolVersion.tls13) {
		const start = has12 ? Fixed.bothVersions : Fixed.onlyTLS13;
		hello.ask(w, fixed, start, has12 ? Fixed.onlyTLS13 : Fixed.keyExchangeModes, ExtensionBit.supported_versions);
	}
	if (hello.cookie) {
		extension = hello.openExtension(w, ExtensionType.cookie, ExtensionBit.cookie);
		w.u16(hello.cookie.length);
		w.copy(hello.cookie, 0, hello.cookie.length);
		w.close(2, extension);
	}
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
	if (config.inflate && config.maxVersion === ProtocolVersion.tls13) {
		// RFC 8879 section 3
		extension = hello.openExtension(w, ExtensionType.compress_certificate, ExtensionBit.compress_certificate);
		const algorithms = w.open(1);
		w.u16(CertificateCompressionAlgorithm.zlib);
		w.close(1, algorithms);
		w.close(2, extension);
	}
	if (config.postHandshakeAuth && config.maxVersion === ProtocolVersion.tls13) {
		// section 4.2.6
		extension = hello.openExtension(w, ExtensionType.post_handshake_auth, ExtensionBit.post_handshake_auth);
		w.close(2, extension);
	}
	if (hello.share) writeKeyShare(w, hello, hello.share);
	if (hello.early) {
		// section 4.2.10
		extension = hello.openExtension(w, ExtensionType.early_data, ExtensionBit.early_data);
		w.close(2, extension);
	}
	if (hello.keys.length || config.onSession && config.maxVersion === ProtocolVersion.tls13) {
		// without it servers send no tickets
		hello.ask(w, fixed, Fixed.keyExchangeModes, Fixed.statusRequest, ExtensionBit.psk_key_exchange_modes);
	}
	if (hello.keys.length) {
		// the last one, as its end is made of all before it
		extension = hello.openExtension(w, ExtensionType.pre_shared_key, ExtensionBit.pre_shared_key);
		resumption!.writeKeys(w, hello.keys, Date.now());
		w.close(2, extension);
	}
	w.close(2, list);
}

/** Writes the ClientHello, message header included (section 4.1.2). The binders of keys are still to be filled in. */
export function writeClientHello(w: Writer, hello: Hello, config: Config): void {
	hello.asked = 0;
	w.u8(HandshakeType.client_hello);
	const message = w.open(3);
	w.u16(ProtocolVersion.tls12);
	w.copy(hello.random, 0, RANDOM_LENGTH);
	w.u8(hello.sessionId.length);
	w.copy(hello.sessionId, 0, hello.sessionId.length);
	w.numbers(config.suites);
	w.u16(0x0100);	// one compression method: none
	writeExtensions(w, hello, config);
	w.close(3, message);
}

/** The key that the server took (section 4.2.11). */
function pickKey(number: number, hello: Hello, { suite }: ServerHello): PreSharedKey {
	const key = hello.keys[number];
	if (!key) throw new TLSError("illegal_parameter", `the server picked pre-shared key ${number} of the ${hello.keys.length} offered`);
	if (key.suite.hash !== suite.hash) throw new TLSError("illegal_parameter", `the server picked a pre-shared key that does not go with ${suite.name}`);
	return key;
}

/** Reads the extensions of a ServerHello or HelloRetryRequest into `to`; returns the version picked, 0 if none is named. */
function readExtensions(r: Reader, hello: Hello, to: ServerHello): number {
	const allowed = to.isRetry ? AllowedIn.hello_retry_request : AllowedIn.server_hello13;
	// a cookie is the one thing that a server may send unasked (section 4.2)
	const asked = hello.asked | (to.isRetry ? ExtensionBit.cookie : 0);
	let version = 0;
	let seen = 0;
	const block = r.enter(2, 0, 0xffff);
	while (r.left) {
		const type = r.u16();
		seen = expectAnswer(type, seen, asked, allowed);
		const extension = r.enter(2, 0, 0xffff);
		if (type === ExtensionType.supported_versions) version = r.u16();
		else if (type === ExtensionType.cookie) {
			const cookie = r.enter(2, 1, 0xffff);
			to.cookie = r.bytes.slice(r.at, r.end);
			r.at = r.end;
			r.leave(cookie);
		}
		else if (type === ExtensionType.pre_shared_key) to.key = pickKey(r.u16(), hello, to);
		else {
			to.group = r.u16();
			if (!to.isRetry) {
				const key = r.enter(2, 1, 0xffff);
				to.shareStart = r.at;
				to.shareEnd = r.at = r.end;
				r.leave(key);
			}
		}
		r.leave(extension);
	}
	r.leave(block);
	return version;
}

/** The checks of section 4.1.3 on what is the same in every ServerHello. Returns the suite. */
function checkEcho(r: Reader, hello: Hello, config: Config): Suite {
	const id = r.enter(1, 0, SESSION_ID_LENGTH);
	const length = hello.sessionId.length;
	if (r.left !== length || !equal(r.bytes, r.skip(length), hello.sessionId, 0, length))
		throw new TLSError("illegal_parameter", "the server did not echo the session id");
	r.leave(id);
	const suiteId = r.u16();
	const suite = config.suites.includes(suiteId) ? findSuite(suiteId) : undefined;
	if (!suite || suite.signer !== Signer.any)
		throw new TLSError("illegal_parameter", `the server picked cipher suite 0x${suiteId.toString(16)}, which was not offered for TLS 1.3`);
	if (r.u8() !== 0) throw new TLSError("illegal_parameter", "the server picked a compression method");
	return suite;
}

/**
 * Looks ahead in the ServerHello that `r` stands at for supported_versions: without it the server speaks TLS 1.2 or older, and the fields
 * before mean something else.
 */
export function namesVersion(r: Reader): boolean {
	const at = r.at, end = r.end;
	let found = false;
	const legacy = r.u16();
	r.skip(RANDOM_LENGTH);
	r.skip(r.u8());
	r.skip(3);
	if (r.left) {
		const block = r.enter(2, 0, 0xffff);
		while (r.left && !found) {
			found = r.u16() === ExtensionType.supported_versions;
			r.skip(r.u16());
		}
		// what follows it is read with the rest
		if (!found) r.leave(block);
	}
	r.at = at;
	r.end = end;
	return found && legacy === ProtocolVersion.tls12;
}

/** Reads TLS 1.3's ServerHello or HelloRetryRequest that `r` stands at, and refuses what no TLS 1.3 server may answer to `hello`. */
export function readServerHello(r: Reader, hello: Hello, config: Config): ServerHello {
	const legacy = r.u16();
	const randomAt = r.skip(RANDOM_LENGTH);
	if (legacy !== ProtocolVersion.tls12) throw new TLSError("illegal_parameter", `the version field of the ServerHello is 0x${legacy.toString(16)}`);
	const suite = checkEcho(r, hello, config);
	const isRetry = equal(r.bytes, randomAt, retryRandom, 0, RANDOM_LENGTH);
	const answer: ServerHello = { suite, isRetry, group: 0, shareStart: 0, shareEnd: 0, cookie: undefined, key: undefined };
	const version = readExtensions(r, hello, answer);
	r.finish();
	if (version !== ProtocolVersion.tls13)
		throw new TLSError("illegal_parameter", `the server picked version 0x${version.toString(16)}, which was not offered`);
	return answer;
}
