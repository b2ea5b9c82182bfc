/*
	What the client offers in its ClientHello (RFC 8446 section 4.1.2) and must remember until the server has answered.
*/

import type { ExtensionBit } from "../wire/extensions";
import { type ExtensionType, ProtocolLength, ProtocolVersion } from "../wire/numbers";
import { empty } from "../wire/reader";
import type { Writer } from "../wire/writer";
import type { KeyShare } from "tls/hardware/agree";
import type { Share } from "./share";
import { random } from "tls/hardware/random";
import { dropKeys, dropSession, noKeys } from "./resumption/keys";
import type { PreSharedKey, Session12 } from "./resumption/keys";
import { Transcript } from "./transcript";

/** What the client says and must remember until the server has answered. */
export class Hello {
	// what is declared is a field only once it is set: each takes 16 bytes
	/** Begins with it. */
	readonly transcript = new Transcript();
	random = new Uint8Array(ProtocolLength.random);
	/**
	 * Not empty, so that middleboxes take the handshake for TLS 1.2's (appendix D.4). Dropped when the server has
	 * answered.
	 */
	sessionId = new Uint8Array(ProtocolLength.sessionId);
	/** The TLS 1.2 session that the server may go on with. */
	declare session: Session12 | undefined;
	/** What TLS 1.3 may use in place of certificates, in the order of their numbers (section 4.2.11). */
	keys: readonly PreSharedKey[] = noKeys;
	/** What goes out with it, before the server has answered; after that, what the server has taken. */
	declare early: Uint8Array | undefined;
	/** Extensions sent, as ExtensionBit. */
	asked = 0;
	/** The group that `share` is of. */
	group: number;
	share: Share | undefined;
	/** XS: absent field. The X25519 key of a hybrid `share`, if it is offered alone, too. */
	declare classic: KeyShare | undefined;
	/** Answers a HelloRetryRequest. */
	declare cookie: Uint8Array | undefined;
	/** There was a HelloRetryRequest. */
	declare isRetried: true | undefined;

	constructor(group: number) {
		random(this.random, 0, ProtocolLength.random);
		random(this.sessionId, 0, ProtocolLength.sessionId);
		this.group = group;
	}

	/**
	 * Sets the session to offer, and the session id that goes with it. A session has its own. With a ticket goes a
	 * random one: a server that takes the ticket gives it back (RFC 5077 section 3.4). Without a session there is none,
	 * unless TLS 1.3 needs one.
	 */
	offer(session: Session12 | undefined, maxVersion: number): void {
		if (session) this.session = session;
		if (session && !session.ticket.length) this.sessionId = session.id as Uint8Array<ArrayBuffer>;
		else if (!session && maxVersion !== ProtocolVersion.tls13) this.sessionId = empty;
	}

	/** True if middleboxes are to see what they know from TLS 1.2. */
	get isCompatible(): boolean {
		return this.sessionId.length > 0;
	}

	/** Writes the extension's number, remembers it as asked, and opens its data. */
	openExtension(w: Writer, type: ExtensionType, bit: ExtensionBit): number {
		this.asked |= bit;
		const at = w.reserve(4);
		const bytes = w.bytes;
		bytes[at] = type >> 8;
		bytes[at + 1] = type;
		return at + 4;
	}

	/** Writes extensions that are ready as bytes, `extensions[start..end)`: number, length and data of each. */
	ask(w: Writer, extensions: Uint8Array, start: number, end: number, bits: number): void {
		this.asked |= bits;
		w.copy(extensions, start, end);
	}

	/** Wipes the key pairs. */
	closeShare(): void {
		this.share?.close();
		this.share = undefined;
		if (this.classic) this.classic = undefined;
	}

	close(): void {
		this.closeShare();
		this.transcript.close();
		this.dropOffers();
	}

	/** Wipes the sessions and keys that were offered and are still here: the server has answered. */
	dropOffers(): void {
		dropSession(this.session);
		dropKeys(this.keys);
	}
}
