/*
	The ServerHello of TLS 1.2 (RFC 5246 section 7.4.1.3), and its extensions of the ClientHello that it answers, which
	is the same for both versions (clienthello.ts). A build without TLS 1.2 has without/tls12 in the place of this.
*/

import { TLSError } from "../../errors";
import { findSuite } from "../../crypto/suites";
import type { Suite } from "../../crypto/suite";
import type { Config } from "../../config";
import { AllowedIn, ExtensionBit, expectAnswer } from "../../wire/extensions";
import { ExtensionType, ProtocolLength, ProtocolVersion, Signer } from "../../wire/numbers";
import { canKeepTicket } from "../../wire/memory";
import { copyRange, empty } from "../../wire/reader";
import type { Options } from "../../options";
import type { Reader } from "../../wire/reader";
import type { Writer } from "../../wire/writer";
import { equal } from "tls/hardware/compare";
import { copy } from "tls/hardware/copy";
import { legacy } from "tls/optional/legacy/legacy";
import { rawKeys } from "tls/optional/rawkeys/rawkeys";
import { checkVersion12, readFragmentLength, readProtocol, readRecordLimit, refuseBothLimits } from "../answers";
import { offeredSuites } from "../offered";
import type { Hello } from "../offer";
import type { Session12 } from "../resumption/keys";

/** What a ServerHello of TLS 1.2 says. */
export interface ServerHello12 {
	suite: Suite;
	/** The client's random, then the server's: what the server signs and the keys depend on. */
	randoms: Uint8Array;
	/** The number of the session that begins here, if the application wants sessions; may be empty. */
	sessionId: Uint8Array;
	/** The server goes on with the session that was offered. */
	resumes: boolean;
	/** The server may send a CertificateStatus (RFC 6066 section 8). */
	sendsStatus: boolean;
	/** The master secret is the extended one (RFC 7627). */
	isExtended: boolean;
	/** A block cipher's MAC is over what is encrypted (RFC 7366). */
	encryptThenMac: boolean;
	/** The server will send a NewSessionTicket (RFC 5077 section 3.2). */
	sendsTicket: boolean;
	/** The application protocol, if the server picked one. */
	protocol: string | undefined;
	/** Most bytes that the server takes in a record; 0 if it does not say. */
	recordLimit: number;
	/** The server sends its key, or takes ours, without certificates (RFC 7250). XS: absent fields. */
	isServerRaw?: boolean;
	isClientRaw?: boolean;
	/** Most bytes in a record either way, by max_fragment_length; 0 if nothing was agreed. */
	maxFragment: number;
}

/** The lowest version that is spoken if the options don't say. */
export function lowestVersion(_options: Options): ProtocolVersion {
	return ProtocolVersion.tls12;
}

/**
 * ec_point_formats: uncompressed ones (RFC 8422 section 5.1.2); extended_master_secret (RFC 7627 section 5.1); and
 * renegotiation_info, for a connection's first handshake (RFC 5746 section 3.4).
 */
const ALWAYS = Uint8Array.of(0x00, 0x0b, 0x00, 0x02, 0x01, 0x00, 0x00, 0x17, 0x00, 0x00, 0xff, 0x01, 0x00, 0x01, 0x00);

/** The extensions of the ClientHello that only TLS 1.2 needs. */
export function writeExtensions12(w: Writer, hello: Hello, config: Config): void {
	hello.ask(
		w,
		ALWAYS,
		0,
		ALWAYS.length,
		ExtensionBit.ec_point_formats | ExtensionBit.extended_master_secret | ExtensionBit.renegotiation_info,
	);
	if (legacy?.asksEncryptThenMac) {
		// RFC 7366 section 2
		const extension = hello.openExtension(w, ExtensionType.encrypt_then_mac, ExtensionBit.encrypt_then_mac);
		w.close(2, extension);
	}
	const ticket = hello.session?.ticket;
	if (config.onSession || ticket?.length) {
		// RFC 5077 section 3.2: an empty one asks for a ticket
		const extension = hello.openExtension(w, ExtensionType.session_ticket, ExtensionBit.session_ticket);
		if (ticket) w.copy(ticket, 0, ticket.length);
		w.close(2, extension);
	}
}

/** One extension's data; the caller has checked that it may be there. */
function readExtension(r: Reader, type: number, config: Config, to: ServerHello12): void {
	switch (type) {
		case ExtensionType.application_layer_protocol_negotiation:
			to.protocol = readProtocol(r, config.protocols);
			break;
		case ExtensionType.record_size_limit:
			to.recordLimit = readRecordLimit(r, ProtocolLength.plaintext);
			break;
		case ExtensionType.max_fragment_length:
			to.maxFragment = readFragmentLength(r, config);
			break;
		case ExtensionType.renegotiation_info:
			// RFC 5746 section 3.4: empty in the first handshake
			if (r.u8() !== 0)
				throw new TLSError("handshake_failure", "server sent a non-empty renegotiation_info in the first handshake");
			break;
		case ExtensionType.ec_point_formats: {
			// RFC 8422 section 5.2: whatever else there is, uncompressed points must be
			let isPlain = false;
			const list = r.enter(1, 1, 255);
			while (r.left) isPlain = r.u8() === 0 || isPlain;
			r.leave(list);
			if (!isPlain)
				throw new TLSError(
					"illegal_parameter",
					"server does not support uncompressed points, which it must (RFC 8422)",
				);
			break;
		}
		case ExtensionType.supported_groups:
			r.at = r.end;
			break;
		case ExtensionType.status_request:
			to.sendsStatus = true;
			break;
		case ExtensionType.session_ticket:
			to.sendsTicket = true;
			break;
		case ExtensionType.extended_master_secret:
			to.isExtended = true;
			break;
		case ExtensionType.server_certificate_type:
			to.isServerRaw = rawKeys!.readType(r);
			break;
		case ExtensionType.client_certificate_type:
			to.isClientRaw = rawKeys!.readType(r);
			break;
		case ExtensionType.encrypt_then_mac:
			// RFC 7366 section 3
			if (!to.suite.mac)
				throw new TLSError(
					"illegal_parameter",
					`the server answers encrypt_then_mac, which does not go with ${to.suite.name}`,
				);
			to.encryptThenMac = true;
			break;
		default:
			break; // server_name is empty
	}
}

function readExtensions(r: Reader, hello: Hello, config: Config, to: ServerHello12): void {
	let seen = 0;
	// a server without extensions may leave the whole block out (section 7.4.1.3)
	if (r.left) {
		const block = r.enter(2, 0, 0xffff);
		while (r.left) {
			const type = r.u16();
			seen = expectAnswer(type, seen, hello.asked, AllowedIn.server_hello12);
			const extension = r.enter(2, 0, 0xffff);
			readExtension(r, type, config, to);
			r.leave(extension);
		}
		r.leave(block);
	}
	r.finish();
	refuseBothLimits(seen);
	// RFC 7627 section 5.3: without it a full handshake is safe, if no session is made of it
	if (!to.isExtended && config.requireExtendedMasterSecret)
		throw new TLSError(
			"handshake_failure",
			'server does not support the extended master secret (RFC 7627), which "requireExtendedMasterSecret" demands',
		);
	if (!(seen & ExtensionBit.renegotiation_info))
		throw new TLSError(
			"handshake_failure",
			"the server does not know secure renegotiation (RFC 5746), which this client insists on",
		);
}

/**
 * Checks what must be the same as when the session began (RFC 5246 section 7.4.1.3, RFC 7627 section 5.3). Only
 * sessions with the extended master secret are kept and offered.
 */
function checkResumed({ suite, isExtended }: ServerHello12, session: Session12): void {
	if (suite.id !== session.suite)
		throw new TLSError(
			"illegal_parameter",
			"the server resumes a session with another cipher suite than the session's",
		);
	if (!isExtended)
		throw new TLSError(
			"handshake_failure",
			"server resumed a session without the extended master secret (RFC 7627) that the session began with",
		);
}

/**
 * Reads the ServerHello that `r` stands at; refuses every version but TLS 1.2, and that too where it was not offered.
 */
export function readServerHello12(r: Reader, hello: Hello, config: Config): ServerHello12 {
	const randomAt = checkVersion12(r, config);
	const randoms = new Uint8Array(2 * ProtocolLength.random);
	copy(hello.random, 0, ProtocolLength.random, randoms, 0);
	copy(r.bytes, randomAt, randomAt + ProtocolLength.random, randoms, ProtocolLength.random);
	const idStart = r.skipVector(1, 0, ProtocolLength.sessionId);
	const { length } = hello.sessionId;
	const resumes = length > 0 && r.at - idStart === length && equal(r.bytes, idStart, hello.sessionId, 0, length);
	if (resumes && !hello.session)
		throw new TLSError("illegal_parameter", "server resumed a session that was not offered");
	const sessionId = config.onSession ? r.bytes.slice(idStart, r.at) : empty;
	const suiteId = r.u16();
	const suite = config.suites.includes(suiteId) ? (findSuite(suiteId) ?? legacy?.findSuite(suiteId)) : undefined;
	if (!suite || suite.signer === Signer.any)
		throw new TLSError(
			"illegal_parameter",
			`the server picked cipher suite 0x${suiteId.toString(16)}, which was not offered for TLS 1.2: offered ${offeredSuites(config, ProtocolVersion.tls12)}`,
		);
	if (r.u8() !== 0)
		throw new TLSError("illegal_parameter", "the server picked a compression method, which was not offered");
	const answer: ServerHello12 = {
		suite,
		randoms,
		sessionId,
		resumes,
		sendsStatus: false,
		isExtended: false,
		encryptThenMac: false,
		sendsTicket: false,
		protocol: undefined,
		recordLimit: 0,
		maxFragment: 0,
	};
	readExtensions(r, hello, config, answer);
	if (resumes) checkResumed(answer, hello.session!);
	return answer;
}

export interface Ticket12 {
	/** In seconds; 0 if the server does not say. */
	readonly lifetime: number;
	/** Empty if the server has none after all. */
	readonly ticket: Uint8Array;
}

/** Reads a NewSessionTicket (RFC 5077 section 3.3). */
export function readTicket12(r: Reader): Ticket12 {
	const lifetime = r.u32();
	const start = r.skipVector(2, 0, 0xffff),
		end = r.at;
	r.finish();
	// kept here, and in the session made of it; what finds no room is passed over
	return { lifetime, ticket: canKeepTicket(end - start) ? copyRange(r.bytes, start, end) : empty };
}
