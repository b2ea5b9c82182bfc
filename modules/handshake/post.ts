/*
	TLS 1.3 after the handshake (RFC 8446 section 4.6): new keys in either direction, tickets, and the refusal of everything else. Called by
	connection.ts.
*/

import { TLSError } from "../errors";
import { AllowedIn, expectRequest } from "../wire/extensions";
import { HandshakeType } from "../wire/numbers";
import type { Suite } from "../crypto/suites";
import type { Reader } from "../wire/reader";
import type { Secret } from "tls/hardware/secret";
import type { Link, PostHandshake } from "./link";
import { deriveSecret, trafficCipher } from "./schedule13";

/** KeyUpdateRequest, section 4.6.3 */
const enum KeyUpdateRequest {
	update_not_requested = 0,
	update_requested = 1,
}

const empty = new Uint8Array(0);

/** Checks the form of a NewSessionTicket (section 4.6.1). Sessions are not resumed yet, so nothing of it is kept. */
function readTicket(r: Reader): void {
	r.u32();
	r.u32();
	r.skip(r.u8());
	const ticket = r.enter(2, 1, 0xffff);
	r.at = r.end;
	r.leave(ticket);
	const block = r.enter(2, 0, 0xfffe);
	let seen = 0;
	while (r.left) {
		const type = r.u16();
		seen = expectRequest(type, seen);
		r.skip(r.u16());
	}
	r.leave(block);
	r.finish();
	if (seen & ~AllowedIn.new_session_ticket) throw new TLSError("illegal_parameter", "a NewSessionTicket holds an extension that does not belong there");
}

export class Application13 implements PostHandshake {
	readonly #suite: Suite;
	#client: Secret;
	#server: Secret;
	/** The peer asked for a new key while earlier octets still waited: one answer serves however many requests (section 4.6.3). */
	owesUpdate = false;

	/** Takes over both traffic secrets. */
	constructor(suite: Suite, client: Secret, server: Secret) {
		this.#suite = suite;
		this.#client = client;
		this.#server = server;
	}

	receive(link: Link): void {
		switch (link.messageType) {
			case HandshakeType.new_session_ticket:
				readTicket(link.reader);
				break;
			case HandshakeType.key_update:
				this.#receiveKeyUpdate(link);
				break;
			default:
				throw new TLSError("unexpected_message", `handshake message ${link.messageType} after the handshake`);
		}
	}

	updateKey(link: Link): void {
		this.owesUpdate = false;
		this.#sendKeyUpdate(link, KeyUpdateRequest.update_not_requested);
	}

	close(): void {
		this.#client.close();
		this.#server.close();
	}

	#receiveKeyUpdate(link: Link): void {
		const request = link.reader.u8();
		link.reader.finish();
		if (request > KeyUpdateRequest.update_requested) throw new TLSError("illegal_parameter", "a KeyUpdate says neither yes nor no");
		this.#server = this.#next(this.#server);
		link.readWith(trafficCipher(this.#suite, this.#server), this.#suite.recordLimit, 0);
		if (request === KeyUpdateRequest.update_requested) {
			this.owesUpdate = true;
			if (!link.unsent) this.updateKey(link);
		}
	}

	#sendKeyUpdate(link: Link, request: KeyUpdateRequest): void {
		link.send(Uint8Array.of(HandshakeType.key_update, 0, 0, 1, request), 0, 5);
		this.#client = this.#next(this.#client);
		link.writeWith(trafficCipher(this.#suite, this.#client), this.#suite.recordLimit, 0);
	}

	/** The next generation of a traffic secret (section 7.2). */
	#next(secret: Secret): Secret {
		const next = deriveSecret(this.#suite, secret, "traffic upd", empty);
		secret.close();
		return next;
	}
}
