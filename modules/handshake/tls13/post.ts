/*
	TLS 1.3 after the handshake (RFC 8446 section 4.6): new keys in either direction, tickets, and the refusal of
	everything else.
*/

import { TLSError } from "../../errors";
import { HandshakeType } from "../../wire/numbers";
import type { Suite } from "../../crypto/suite";
import type { Secret } from "tls/hardware/secret";
import type { Flow, Link, PostHandshake } from "../link";
import type { Exporter } from "../exporter";
import type { Identifier } from "../identity";
import { resumption } from "../resumption/resumption";
import { deriveSecret, trafficCipher } from "./schedule";
import type { TicketKeeper } from "../resumption/tickets";
import { empty } from "../../wire/reader";

/** KeyUpdateRequest, section 4.6.3 */
const enum KeyUpdateRequest {
	update_not_requested = 0,
	update_requested = 1,
}

// XS: a literal outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const TRAFFIC_UPDATE = "traffic upd";

export class Application13 implements PostHandshake {
	private readonly suite: Suite;
	/** Traffic secrets of both directions. This and the next two are set by tls13/flow.ts, and closed here. */
	client: Secret | undefined = undefined;
	server: Secret | undefined = undefined;
	// XS: absent fields
	declare keeper: TicketKeeper | undefined;
	declare identifier: Identifier | undefined;
	declare exporter: Exporter | undefined;
	/** The application wants the peer to replace its key, too. */
	declare private asksUpdate: boolean | undefined;
	/**
	 * The peer asked for a new key, or the application did: one KeyUpdate serves however many requests, and comes
	 * before the next application data (section 4.6.3).
	 */
	owesUpdate = false;

	constructor(suite: Suite) {
		this.suite = suite;
	}

	expectType(type: number): void {
		switch (type) {
			case HandshakeType.new_session_ticket:
			case HandshakeType.key_update:
				return;
			case HandshakeType.certificate_request:
				if (this.identifier) return;
				throw new TLSError(
					"unexpected_message",
					"the server asks for a certificate after the handshake, which was not offered",
				);
			default:
				throw new TLSError("unexpected_message", `server sent handshake message ${type} after the handshake`);
		}
	}

	receive(link: Link): Flow | undefined {
		switch (link.messageType) {
			case HandshakeType.new_session_ticket:
				// RFC 8446 section 4.6.1: a client may pass over tickets
				resumption?.readTicket(link, this.keeper);
				break;
			case HandshakeType.key_update:
				this.receiveKeyUpdate(link);
				break;
			case HandshakeType.certificate_request:
				return this.identifier!.answer(link, this);
			default:
				this.expectType(link.messageType);
		}
		return undefined;
	}

	updateKey(link: Link): void {
		const request = this.asksUpdate ? KeyUpdateRequest.update_requested : KeyUpdateRequest.update_not_requested;
		this.owesUpdate = false;
		if (this.asksUpdate) this.asksUpdate = false;
		this.sendKeyUpdate(link, request);
	}

	requestUpdate(): void {
		this.asksUpdate = this.owesUpdate = true;
	}

	close(): void {
		this.client?.close();
		this.server?.close();
		this.keeper?.close();
		this.identifier?.close();
		this.exporter?.close();
	}

	private receiveKeyUpdate(link: Link): void {
		const request = link.reader.u8();
		link.reader.finish();
		if (request > KeyUpdateRequest.update_requested)
			throw new TLSError(
				"illegal_parameter",
				`server sent a KeyUpdate with request_update ${request}, expected 0 or 1`,
			);
		this.server = this.nextSecret(this.server!);
		link.readWith(trafficCipher(this.suite, this.server));
		if (request === KeyUpdateRequest.update_requested) this.owesUpdate = true;
	}

	private sendKeyUpdate(link: Link, request: KeyUpdateRequest): void {
		link.send(Uint8Array.of(HandshakeType.key_update, 0, 0, 1, request), 0, 5);
		this.client = this.nextSecret(this.client!);
		link.writeWith(trafficCipher(this.suite, this.client));
	}

	/** The next generation of a traffic secret (section 7.2). */
	private nextSecret(secret: Secret): Secret {
		const next = deriveSecret(this.suite, secret, TRAFFIC_UPDATE, empty);
		secret.close();
		return next;
	}
}
