/*
	How a connection opens and ends (RFC 8446 section 6.1): its states, and what it wipes. What a connection does
	meanwhile is in connection.ts. The state changes in one place, `enter`. A connection that is closed from inside a
	step of the handshake is wiped when that step has ended.
*/

import { asTLSError, TLSError } from "../errors";
import { AuthenticatedPeer } from "../handshake/authenticated";
import type { HandshakeInfo, PostHandshake } from "../handshake/link";
import type { Incoming } from "../record/incoming";
import type { Outgoing } from "../record/outgoing";
import { AlertDescription, AlertLevel, ContentType, ProtocolLength } from "../wire/numbers";
import type { Driver } from "./driver";
import { Work } from "./host";
import type { Host } from "./host";

/**
 * Messages in a row that bring no application data: tickets, KeyUpdates, warnings, empty records. More of them are an
 * attack.
 */
const MAX_IDLE_MESSAGES = 256;

export const enum State {
	handshake,
	open,
	/** The peer sent close_notify: it sends nothing more. */
	ended,
	/** Closed from this side, or failed. */
	closed,
}

/** Whether the application may send. */
export const enum Writing {
	allowed,
	/** `end` has closed the write side: nothing is sent any more, not even an alert (RFC 8446 section 6.1). */
	ended,
	/** And the application can do nothing more, see `linger`. */
	lingering,
}

/**
 * What a connection tells whoever runs it. None of these is called from inside `read`, `write` or `close`, except
 * `output`.
 */
export interface Events {
	/** Takes bytes `bytes[start..end)` for the peer and returns how many it took; the connection keeps the rest. */
	output(bytes: Uint8Array, start: number, end: number): number;
	/** The handshake is done: application data may be sent. */
	opened(info: HandshakeInfo): void;
	/** A later connection can go on with this session. Comes only if the configuration has `onSession`. */
	session?(session: ArrayBuffer): void;
	/** `count` bytes can be read. */
	readable(count: number): void;
	/** The peer sent close_notify: nothing more will arrive. */
	ended(): void;
	/** The connection is dead. */
	failed(error: TLSError): void;
	/** Asks for a call of `resume` from the event loop, so that other work gets a turn. */
	pause(): void;
}

export abstract class Lifecycle implements Host {
	/**
	 * Bytes of received data that the application has not read: what `read` would give now. Set by connection.ts only.
	 */
	readable = 0;
	/** A transport may move bytes of a record's body there itself, but for the last ones, which `receive` must see. */
	readonly incoming: Incoming;
	protected readonly outgoing: Outgoing;
	protected state: State = State.handshake;
	protected writing: Writing = Writing.allowed;
	protected readonly events: Events;
	// XS: absent fields
	declare private failure: TLSError | undefined;
	abstract readonly maxMessage: number | undefined;
	/** While a handshake goes on, or part of a later message has arrived. */
	protected driver: Driver | undefined = undefined;
	/** Handles messages after the handshake. */
	protected post: PostHandshake | undefined = undefined;
	/** Messages without application data in a row. */
	protected idleMessages = 0;
	/** What may still be done in this turn, in units of Work; nothing where it is not above 0. */
	protected budget: number = Work.turn;

	protected constructor(events: Events, incoming: Incoming, outgoing: Outgoing) {
		this.incoming = incoming;
		this.outgoing = outgoing;
		this.events = events;
	}

	/** True while the transport's `output` is at work. */
	get isSending(): boolean {
		return this.outgoing.isSending;
	}

	/** True after the handshake, until either side closes. */
	get isOpen(): boolean {
		return this.state === State.open || this.state === State.ended;
	}

	/** Why the connection is dead, or undefined. */
	get error(): TLSError | undefined {
		return this.failure;
	}

	/** Sends close_notify, during the handshake user_canceled before it (RFC 8446 section 6.1), and wipes the keys. */
	close(): void {
		const wasOpen = this.isOpen;
		if (!this.enter(State.closed)) return;
		try {
			if (!wasOpen) this.alert(AlertLevel.warning, AlertDescription.user_canceled);
			this.alert(AlertLevel.warning, AlertDescription.close_notify);
			this.outgoing.flush();
		} catch {
			// without the alert the server sees a connection that was cut
		}
		this.finishClosing();
	}

	/**
	 * Closes the write side with close_notify (RFC 8446 section 6.1); what the server sends can still be read. A server
	 * of TLS 1.2 may answer by closing at once (RFC 5246 section 7.2.1). Throws TLSError before the handshake is done
	 * and after close.
	 */
	end(): void {
		this.expectOpen();
		if (this.writing) return;
		try {
			this.alert(AlertLevel.warning, AlertDescription.close_notify);
			this.writing = Writing.ended;
			this.outgoing.flush();
		} catch (e) {
			throw this.die(e);
		}
	}

	/**
	 * Closes the write side for good, unless the server has closed its own. The application can do nothing more: only
	 * the server's close_notify is waited for. Returns false if there is nothing to wait for.
	 */
	linger(): boolean {
		if (this.state !== State.open) return false;
		this.end();
		this.writing = Writing.lingering;
		return true;
	}

	/** True if application data can be sent. */
	get isWritable(): boolean {
		const state = this.state;
		return (state === State.open || state === State.ended) && this.writing === Writing.allowed;
	}

	/** The transport has ended. Without close_notify before it, that is a truncated stream (RFC 8446 section 6.1). */
	transportEnded(): void {
		if (this.state >= State.ended) return;
		this.fail(
			this.isOpen
				? new TLSError(
						"truncated",
						`the connection was cut before the server's close_notify: what was received may not be all${this.partWords}`,
					)
				: new TLSError("transport", "the server closed the connection during the handshake"),
		);
	}

	/** How much of the last record has come; "" if it is whole. */
	private get partWords(): string {
		const { have, missing } = this.incoming;
		if (missing) return ` (${have} of ${have + missing} bytes of the last record have come)`;
		return have && have < ProtocolLength.recordHeader ? ` (${have} bytes of the last record have come)` : "";
	}

	// The handshake's side (Host)

	pause(): void {
		this.expectAlive();
		this.events.pause();
	}

	alert(level: AlertLevel, description: number): void {
		if (this.writing) return;
		this.driver?.beforeAlert();
		this.outgoing.add(ContentType.alert, Uint8Array.of(level, description), 0, 2);
	}

	get isSpent(): boolean {
		return this.budget <= 0;
	}

	spend(work: number): void {
		this.budget -= work;
	}

	expectSendable(): void {
		this.expectAlive();
		if (this.writing)
			throw new TLSError(
				"unexpected_message",
				"server wants an answer after our close_notify, which ended what we send",
			);
	}

	expectAlive(): void {
		if (this.state === State.closed)
			throw new TLSError("closed", "the app closed the connection while a message was processed");
	}

	countIdle(): void {
		if (++this.idleMessages > MAX_IDLE_MESSAGES)
			throw new TLSError(
				"unexpected_message",
				`server sent more than ${MAX_IDLE_MESSAGES} messages in a row without application data`,
			);
	}

	/** Takes over `post` before anything can go wrong. */
	open(peer: AuthenticatedPeer, post: PostHandshake): void {
		this.post = post;
		if (!AuthenticatedPeer.isProof(peer))
			throw new TLSError("internal", "the connection can't open: the peer was not authenticated");
		this.expectAlive();
		this.enter(State.open);
	}

	// For connection.ts

	/**
	 * The one place where the state changes. What is closed stays closed: then it returns false. A connection opens
	 * only from the handshake, with ciphers in both directions.
	 */
	protected enter(state: State): boolean {
		const from = this.state;
		if (from === State.closed) return false;
		const isAllowed =
			state === State.closed || (state === from + 1 && this.incoming.isProtected && this.outgoing.isProtected);
		if (!isAllowed) throw new TLSError("internal", `the connection can't go from state ${from} to ${state}`);
		this.state = state;
		return true;
	}

	/** Throws unless application data can be sent. Returns what handles messages after the handshake. */
	protected expectWritable(): PostHandshake {
		const post = this.post;
		if (!post || !this.isWritable) throw this.whyUnwritable();
		return post;
	}

	/** Why application data can't be sent. */
	protected whyUnwritable(): TLSError {
		this.expectOpen();
		return new TLSError("closed", "nothing can be written after end()");
	}

	/** Throws unless the connection is open. Returns what handles messages after the handshake. */
	protected expectOpen(): PostHandshake {
		const post = this.post;
		if (!post || !this.isOpen || this.writing === Writing.lingering)
			throw this.failure ?? new TLSError("closed", "the connection is not open");
		return post;
	}

	/** Ends the connection with the error that was thrown and reports it, unless the connection is over already. */
	protected fail(thrown: unknown): void {
		const isNews = this.state !== State.closed,
			error = this.die(thrown);
		if (isNews) this.events.failed(error);
	}

	/** The connection ends with what was thrown. Returns why it has ended. */
	protected die(thrown: unknown): TLSError {
		const error = asTLSError(thrown);
		if (!this.enter(State.closed)) {
			this.finishClosing();
			return this.failure ?? error;
		}
		this.failure = error;
		try {
			if (error.answersPeer) this.alert(AlertLevel.fatal, error.alert!);
			this.outgoing.flush();
		} catch {
			// the first error is the one to report
		}
		this.finishClosing();
		return error;
	}

	/**
	 * After the end: wipes and drops all that belongs to the handshake and the keys, at once, or when the step at work
	 * has ended.
	 */
	protected finishClosing(): void {
		if (this.state !== State.closed) return;
		const driver = this.driver;
		this.readable = 0;
		if (driver?.isRunning) return;
		this.driver = undefined;
		driver?.close();
		this.incoming.close();
		this.post?.close();
		this.post = undefined;
		this.outgoing.unprotect();
	}
}
