/*
	TLS 1.3 after the handshake (RFC 8446 section 4.6): new keys in either direction, tickets, and the refusal of everything else. Made by
	flow13.ts, called by connection.ts.
*/

import { TLSError } from "../errors";
import { AllowedIn, expectRequest } from "../wire/extensions";
import { ExtensionType, HandshakeType, ProtocolVersion } from "../wire/numbers";
import type { Suite } from "../crypto/suites";
import { Secret } from "tls/hardware/secret";
import type { Link, PostHandshake } from "./link";
import type { Identifier } from "./identity";
import { exportSession } from "./resume";
import { deriveSecret, trafficCipher } from "./schedule13";
import { empty } from "../wire/reader";

/** KeyUpdateRequest, section 4.6.3 */
const enum KeyUpdateRequest {
	update_not_requested = 0,
	update_requested = 1,
}

/** Most tickets that the application is given in one connection: what makes them is wiped then. */
const MAX_TICKETS = 8;

/** Makes sessions of tickets (section 4.6.1). It is there only where the application wants them. */
export class TicketKeeper {
	private readonly suite: Suite;
	private readonly master: Secret;
	private readonly binding: Uint8Array;
	private readonly scheme: number;
	private readonly subject: string;
	private readonly protocol: string;
	private readonly maxFragmentCode: number;
	private left = MAX_TICKETS;

	/**
	 * Takes over `master`, the resumption_master_secret; `scheme` and `subject` are the peer's proof, `binding` is what resume.ts made, the rest what
	 * was negotiated.
	 */
	constructor(suite: Suite, master: Secret, binding: Uint8Array, scheme: number, subject: string, protocol: string, maxFragmentCode: number) {
		this.suite = suite;
		this.master = master;
		this.binding = binding;
		this.scheme = scheme;
		this.subject = subject;
		this.protocol = protocol;
		this.maxFragmentCode = maxFragmentCode;
	}

	/** Hands on the session that `ticket` stands for; its key is made with the nonce `bytes[start..end)`. */
	keep(link: Link, lifetime: number, ageAdd: number, maxEarlyData: number, bytes: Uint8Array, start: number, end: number, ticket: Uint8Array): void {
		// a lifetime of zero means that it is not to be used
		if (!lifetime || !this.left) return;
		const { id, hash, hashLength } = this.suite;
		const secret = new Secret(hashLength);
		secret.expandLabel(hash, this.master, "resumption", bytes, start, end, 0, hashLength);
		const session = {
			version: ProtocolVersion.tls13, suite: id, ticket, scheme: this.scheme, subject: this.subject, ageAdd, maxEarlyData, protocol: this.protocol,
			maxFragmentCode: this.maxFragmentCode,
		} as const;
		link.keepSession(exportSession(session, secret, this.binding, Date.now(), lifetime));
		secret.close();
		if (!--this.left) this.master.close();
	}

	close(): void {
		if (this.left) this.master.close();
	}
}

/** Reads a NewSessionTicket (section 4.6.1). Without a keeper only its form is checked. */
function readTicket(link: Link, keeper: TicketKeeper | undefined): void {
	const r = link.reader;
	const lifetime = r.u32();
	const ageAdd = r.u32();
	const nonceLength = r.u8();
	const nonceAt = r.skip(nonceLength);
	const outer = r.enter(2, 1, 0xffff);
	const ticketAt = r.at;
	const ticketEnd = r.at = r.end;
	r.leave(outer);
	const block = r.enter(2, 0, 0xfffe);
	let seen = 0;
	let maxEarlyData = 0;
	while (r.left) {
		const type = r.u16();
		seen = expectRequest(type, seen, AllowedIn.new_session_ticket);
		const extension = r.enter(2, 0, 0xffff);
		if (type === ExtensionType.early_data) maxEarlyData = r.u32();
		else r.at = r.end;
		r.leave(extension);
	}
	r.leave(block);
	r.finish();
	keeper?.keep(link, lifetime, ageAdd, maxEarlyData, r.bytes, nonceAt, nonceAt + nonceLength, r.bytes.slice(ticketAt, ticketEnd));
}

export class Application13 implements PostHandshake {
	private readonly suite: Suite;
	private client: Secret;
	private server: Secret;
	/** These two are fields only where they are there: an open connection holds them. */
	declare private readonly keeper: TicketKeeper | undefined;
	declare private readonly identifier: Identifier | undefined;
	/** The peer asked for a new key while earlier octets still waited: one answer serves however many requests (section 4.6.3). */
	owesUpdate = false;

	/** Takes over all but the suite. */
	constructor(suite: Suite, client: Secret, server: Secret, keeper: TicketKeeper | undefined, identifier: Identifier | undefined) {
		this.suite = suite;
		if (keeper) this.keeper = keeper;
		if (identifier) this.identifier = identifier;
		this.client = client;
		this.server = server;
	}

	receive(link: Link): void {
		switch (link.messageType) {
			case HandshakeType.new_session_ticket:
				readTicket(link, this.keeper);
				break;
			case HandshakeType.key_update:
				this.receiveKeyUpdate(link);
				break;
			case HandshakeType.certificate_request:
				if (!this.identifier) throw new TLSError("unexpected_message", "the server asks for a certificate after the handshake, which was not offered");
				this.identifier.answer(link, this.client);
				break;
			default:
				throw new TLSError("unexpected_message", `handshake message ${link.messageType} after the handshake`);
		}
	}

	updateKey(link: Link): void {
		this.owesUpdate = false;
		this.sendKeyUpdate(link, KeyUpdateRequest.update_not_requested);
	}

	close(): void {
		this.client.close();
		this.server.close();
		this.keeper?.close();
		this.identifier?.close();
	}

	private receiveKeyUpdate(link: Link): void {
		const request = link.reader.u8();
		link.reader.finish();
		if (request > KeyUpdateRequest.update_requested) throw new TLSError("illegal_parameter", "a KeyUpdate says neither yes nor no");
		this.server = this.next(this.server);
		link.readWith(trafficCipher(this.suite, this.server));
		if (request === KeyUpdateRequest.update_requested) {
			this.owesUpdate = true;
			if (!link.unsent) this.updateKey(link);
		}
	}

	private sendKeyUpdate(link: Link, request: KeyUpdateRequest): void {
		link.send(Uint8Array.of(HandshakeType.key_update, 0, 0, 1, request), 0, 5);
		this.client = this.next(this.client);
		link.writeWith(trafficCipher(this.suite, this.client));
	}

	/** The next generation of a traffic secret (section 7.2). */
	private next(secret: Secret): Secret {
		const next = deriveSecret(this.suite, secret, "traffic upd", empty);
		secret.close();
		return next;
	}
}
