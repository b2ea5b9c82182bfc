/*
	What the driver of a handshake (driver.ts) asks of the connection that it runs in, and what a turn of the event loop
	may cost.
*/

import type { AuthenticatedPeer } from "../handshake/authenticated";
import type { PostHandshake } from "../handshake/link";
import { type AlertLevel, HandshakeType } from "../wire/numbers";

/**
 * What a turn of the event loop may cost, so that none takes long whatever the peer sends: the rest waits for the next.
 * A handshake's expensive steps have pauses of their own.
 */
export const enum Work {
	/** What one turn may cost. */
	turn = 8,
	/** A record, with what it brings. */
	record = 1,
	/** A message after the handshake, such as a KeyUpdate, beside its record. */
	message = 2,
	/** A ticket: a session is made of it. */
	ticket = 8,
	/** The end of the handshake, which derives keys and opens the connection. */
	opening = 5,
	/** A request for a certificate after the handshake: it is answered in turns of its own. */
	request = 8,
}

/** Returns what a message after the handshake costs. */
export function workOf(type: HandshakeType): Work {
	switch (type) {
		case HandshakeType.certificate_request:
			return Work.request;
		case HandshakeType.new_session_ticket:
			return Work.ticket;
		default:
			return Work.message;
	}
}

/** The connection that a handshake runs in. */
export interface Host {
	/** Longest handshake message that is taken; absent if that is MessageLength.usual. */
	readonly maxMessage: number | undefined;
	/** See Link.open. */
	open(peer: AuthenticatedPeer, post: PostHandshake): void;
	/** Asks for a call of the driver's `resume` from the event loop. */
	pause(): void;
	/** Sends an alert. */
	alert(level: AlertLevel, description: number): void;
	/** Throws if the connection was closed meanwhile: the step that runs then has no use any more. */
	expectAlive(): void;
	/** Throws if nothing can be sent any more. */
	expectSendable(): void;
	/** Counts a message that brings no application data. */
	countIdle(): void;
	/** True if this turn of the event loop has done enough. */
	readonly isSpent: boolean;
	/** Counts what a message after the handshake costs (Work). */
	spend(work: number): void;
}
