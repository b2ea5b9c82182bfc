/*
	The engine: octets in, octets out, no I/O. It joins records and handshake, sends alerts, and hands application data over only after the
	peer was authenticated. tcp.ts puts it on TCP; any other transport can use it the same way.

	    receive(bytes) -> incoming -> by content type -> driver -> flow        (RFC 8446 section 5)
	                                                  -> the application's read()

	What lives as long as a connection has "private" methods and not "#" ones: XS stores each of those in every instance.
*/

import { asTLSError, TLSError } from "../errors";
import type { Config } from "../config";
import { handshake } from "../handshake/start";
import { AuthenticatedPeer } from "../handshake/authenticated";
import type { HandshakeInfo, PostHandshake } from "../handshake/link";
import { Driver } from "./driver";
import type { Host } from "./driver";
import { Incoming } from "../record/incoming";
import { Outgoing, PaddedOutgoing } from "../record/outgoing";
import type { Timing } from "../handshake/timing";
import { AlertDescription, AlertLevel, ContentType, ProtocolVersion } from "../wire/numbers";
import { alertMeaning } from "./alerts";
import { copyPart } from "tls/hardware/copy";

/** Records without application data in a row, before a peer counts as hostile. */
const MAX_IDLE_RECORDS = 32;

const enum State {
	handshake,
	open,
	/** The peer sent close_notify: it sends nothing more. */
	ended,
	/** Closed from this side, or failed. */
	closed,
}

/** What a connection tells whoever runs it. None of these is called from inside `read` or `send`, except `output`. */
export interface Events {
	/** Takes octets `bytes[start..end)` for the peer and returns how many it took; the connection keeps the rest. */
	output(bytes: Uint8Array, start: number, end: number): number;
	/** The handshake is done: application data may be sent. */
	opened(info: HandshakeInfo): void;
	/** `count` octets can be read. */
	readable(count: number): void;
	/** The peer sent close_notify: nothing more will arrive. */
	ended(): void;
	/** The connection is dead. */
	failed(error: TLSError): void;
	/** Asks for a call of `resume` from the event loop, so that other work gets a turn. */
	pause(): void;
}

export type { HandshakeInfo };

export class Connection implements Host {
	/** Octets of received data that the application has not read: what `read` would give now. Set here only. */
	readable = 0;
	private readonly incoming: Incoming = new Incoming();
	private readonly outgoing: Outgoing;
	private state: State = State.handshake;
	private readonly events: Events;
	/** Like the next, not even a field where there is none: each takes 16 octets. */
	declare private readonly onSession: ((session: ArrayBuffer) => void) | undefined;
	declare private failure: TLSError | undefined;
	readonly maxMessage: number;
	/** While a handshake goes on, or part of a later message has arrived. */
	private driver: Driver | undefined;
	/** What messages after the handshake go to. */
	private post: PostHandshake | undefined = undefined;
	/** Records without application data in a row. */
	private idleRecords = 0;

	constructor(config: Config, events: Events) {
		this.events = events;
		if (config.onSession) this.onSession = config.onSession;
		this.maxMessage = config.maxMessage;
		const maxSendFragment = config.maxSendFragment, recordPadding = config.recordPadding;
		this.outgoing = recordPadding ? new PaddedOutgoing(events, maxSendFragment, recordPadding) : new Outgoing(events, maxSendFragment);
		this.driver = new Driver(this, this.incoming, this.outgoing, config, undefined);
	}

	// The application's side

	/** Sends the ClientHello: call it when the transport is ready. */
	connect(): void {
		try {
			this.driver!.start(handshake(this.driver!));
		}
		catch (e) {
			this.fail(e);
		}
	}

	/** The handshake's times; not there any more when it is done. */
	get timing(): Timing {
		return this.driver!.timing;
	}

	/** True after the handshake, until either side closes. */
	get isOpen(): boolean {
		return this.state === State.open || this.state === State.ended;
	}

	/** True while `receive` would use nothing: data waits to be read, or a pause lasts, or nothing more is taken. */
	get isWaiting(): boolean {
		return this.readable > 0 || this.state >= State.ended || (this.driver?.isPaused ?? false);
	}

	/** Why the connection is dead, or undefined. */
	get error(): TLSError | undefined {
		return this.failure;
	}

	/**
	 * Takes octets `bytes[start..end)` from the transport and returns where it stopped: before the end while a record's data is unread, while a
	 * pause lasts, and when the connection is over. Offer the rest again after `read` or the pause.
	 */
	receive(bytes: Uint8Array, start: number, end: number): number {
		const incoming = this.incoming;
		let at = start;
		while (at < end) {
			if (incoming.missing) {
				at = incoming.takeBody(bytes, at, end);
				if (!incoming.missing) this.receiveRecord();
			}
			// nothing waits in the middle of a record
			else if (this.isWaiting) break;
			else at = this.receiveHeader(bytes, at, end);
		}
		return at;
	}

	/** For a transport that reads `count` octets to where they belong in a long record (Deframer.room). It takes memory, which `receive` does not. */
	room(count: number): Uint8Array | undefined {
		return this.incoming.room(count);
	}

	filled(count: number): void {
		this.incoming.filled(count);
		if (!this.incoming.missing) this.receiveRecord();
	}

	/** Copies as much of the received data as goes into `to`, a buffer, a view of octets or a DataView, and returns how many octets that are. */
	read(to: ArrayBuffer | ArrayBufferView): number {
		const left = this.readable;
		if (!left) return 0;
		const incoming = this.incoming;
		const count = copyPart(incoming.buffer, incoming.end - left, incoming.end, to, 0);
		this.readable = left - count;
		if (count === left) incoming.next(false);
		return count;
	}

	/** Gives the record buffers back, which are otherwise kept for the next records: call it when nothing was sent or has come for a while. */
	release(): void {
		if (this.incoming.isEmpty) this.incoming.next(true);
		this.outgoing.release();
	}

	/** Protects and sends `bytes[start..end)`. Throws before the handshake is done and after close; a failure to protect ends the connection. */
	write(bytes: Uint8Array, start: number, end: number): void {
		if (!this.isOpen) throw this.failure ?? new TLSError("closed", "the connection is not open");
		const outgoing = this.outgoing;
		const maxFragment = outgoing.maxFragment;
		try {
			for (let at = start; at < end; at += maxFragment) {
				if (outgoing.worn || this.post!.owesUpdate) this.post!.updateKey(this.driver ?? this.driverForMessages());
				outgoing.add(ContentType.application_data, bytes, at, Math.min(end, at + maxFragment));
			}
		}
		catch (e) {
			// some of it may be sealed, and can't be taken back
			this.fail(e);
			return;
		}
		outgoing.flush();
	}

	/** Octets that the transport has not taken yet. */
	get unsent(): number {
		return this.outgoing.length;
	}

	/** Most octets that one record carries. */
	get maxFragment(): number {
		return this.outgoing.maxFragment;
	}

	/** Octets that a record adds to what it carries. */
	get overhead(): number {
		return this.outgoing.overhead;
	}

	/** Goes on after a pause. */
	resume(): void {
		let driver = this.driver;
		if (!driver?.isPaused) return;
		try {
			driver.resume();
			if (!driver.flow) this.dropDriver(driver);
		}
		catch (e) {
			driver = undefined;
			this.fail(e);
		}
		if (!driver?.flow) this.report(driver);
	}

	/** Offers the transport what it has not taken yet. */
	flush(): void {
		this.outgoing.flush();
	}

	/** Sends close_notify (RFC 8446 section 6.1) and forgets the keys. */
	close(): void {
		if (this.state === State.closed) return;
		const description = this.isOpen ? AlertDescription.close_notify : AlertDescription.user_canceled;
		this.state = State.closed;
		try {
			this.alert(AlertLevel.warning, description);
			this.outgoing.flush();
		}
		catch {
			// without the alert the server sees a connection that was cut
		}
		this.forget();
	}

	/** The transport has ended. Without close_notify before it, that is a truncated stream (RFC 8446 section 6.1). */
	transportEnded(): void {
		if (this.state >= State.ended) return;
		this.fail(this.isOpen
			? new TLSError("truncated", "the connection was cut: the server did not say that it was done")
			: new TLSError("transport", "the server closed the connection during the handshake"));
	}

	// The handshake's side (Host)

	pause(): void {
		this.events.pause();
	}

	alert(level: AlertLevel, description: number): void {
		this.outgoing.add(ContentType.alert, Uint8Array.of(level, description), 0, 2);
	}

	open(peer: AuthenticatedPeer, post: PostHandshake): void {
		if (!AuthenticatedPeer.isProof(peer)) throw new TLSError("internal", "the connection can't open: the peer was not authenticated");
		this.post = post;
		this.state = State.open;
		this.idleRecords = 0;
	}

	// Inside

	private driverForMessages(): Driver {
		return new Driver(this, this.incoming, this.outgoing, undefined, this.post);
	}

	/** Lets go of all that belongs to the handshake, which is done, when no message is half there. */
	private dropDriver(driver: Driver): void {
		if (driver.isPaused) return;
		if (this.state === State.handshake) throw new TLSError("internal", "the handshake ended without a result");
		if (!driver.started) this.driver = undefined;
	}

	/** Tells the application what has come of the last record or step, in which `driver` had a part. While a handshake goes on that is nothing. */
	private report(driver: Driver | undefined): void {
		if (driver) this.reportHandshake(driver);
		if (this.readable) this.events.readable(this.readable);
		if (this.state === State.ended) this.events.ended();
	}

	private reportHandshake(driver: Driver): void {
		const info = driver.info, sessions = driver.sessions;
		driver.info = driver.sessions = undefined;
		if (info) this.events.opened(info);
		if (sessions)
			for (const session of sessions)
				if (this.isOpen) this.onSession?.(session);
	}

	/** Takes octets of a record's header; returns where it stopped. */
	private receiveHeader(bytes: Uint8Array, start: number, end: number): number {
		let at = start;
		try {
			at = this.incoming.takeHeader(bytes, start, end);
		}
		catch (e) {
			this.fail(e);
		}
		return at;
	}

	/** A record has arrived. */
	private receiveRecord(): void {
		let driver: Driver | undefined;
		try {
			driver = this.useRecord();
		}
		catch (e) {
			this.fail(e);
		}
		if (!driver?.flow) this.report(driver);
	}

	/** Unprotects the record and sees what it is. Returns the driver where there is one, also one whose work is done by that. */
	private useRecord(): Driver | undefined {
		const incoming = this.incoming, driver = this.driver;
		const type = incoming.openRecord();
		const isEmpty = incoming.at === incoming.end;
		if (type !== ContentType.handshake && type !== ContentType.change_cipher_spec && driver?.started)
			throw new TLSError("unexpected_message", "a handshake message is interrupted by another record");
		if (type === ContentType.application_data && !isEmpty) this.idleRecords = 0;
		else if (++this.idleRecords > MAX_IDLE_RECORDS && this.isOpen)
			throw new TLSError("unexpected_message", "the server sends record after record without any data");
		switch (type) {
			case ContentType.handshake:
				if (isEmpty) throw new TLSError("unexpected_message", "a handshake record is empty");
				(driver ?? (this.driver = this.driverForMessages())).readMessages();
				break;
			case ContentType.application_data:
				this.receiveData();
				break;
			case ContentType.change_cipher_spec:
				if (!driver) throw new TLSError("unexpected_message", "a change_cipher_spec record is unexpected");
				driver.receiveChangeCipherSpec();
				break;
			case ContentType.alert:
				this.receiveAlert();
				break;
			default:
				throw new TLSError("unexpected_message", `a record of type ${type} is unexpected`);
		}
		const used = this.driver;
		if (used && !used.flow) this.dropDriver(used);
		return used;
	}

	private receiveData(): void {
		if (!this.isOpen) throw new TLSError("unexpected_message", "application data comes before the handshake is done");
		const incoming = this.incoming;
		this.readable = incoming.end - incoming.at;
		if (!this.readable) incoming.next(true);
	}

	private receiveAlert(): void {
		const incoming = this.incoming, driver = this.driver;
		const buffer = incoming.buffer;
		const at = incoming.at;
		const end = incoming.end;
		if (end - at !== 2) throw new TLSError("decode_error", "an alert does not have two bytes");
		const level = buffer[at]!;
		const description = buffer[at + 1]!;
		incoming.at = end;
		incoming.next(true);
		if (description === AlertDescription.close_notify && this.isOpen) {
			this.state = State.ended;
			return;
		}
		// user_canceled is followed by close_notify (section 6.1)
		if (description === AlertDescription.user_canceled) return;
		// TLS 1.2 goes on after a warning (RFC 5246 section 7.2.2), TLS 1.3 knows none
		const mayWarn = (incoming.version || driver?.config.minVersion) === ProtocolVersion.tls12;
		if (mayWarn && level === AlertLevel.warning && description !== AlertDescription.close_notify) {
			if (!this.isOpen) driver!.ignore();
			return;
		}
		throw new TLSError("peer_alert", `the server refused: ${alertMeaning(description, driver?.owesCertificate ?? false)}`, description);
	}

	private fail(thrown: unknown): void {
		const error = asTLSError(thrown);
		this.failure = error;
		this.state = State.closed;
		try {
			if (error.answersPeer) this.alert(AlertLevel.fatal, error.alert!);
			this.outgoing.flush();
		}
		catch {
			// the first error is the one to report
		}
		this.forget();
		this.events.failed(error);
	}

	/** Wipes and drops all that belongs to the handshake and the keys. */
	private forget(): void {
		const driver = this.driver;
		this.driver = undefined;
		this.readable = 0;
		driver?.close();
		this.incoming.close();
		this.post?.close();
		this.post = undefined;
		this.outgoing.unprotect();
	}
}
