/*
	The engine: bytes in, bytes out, no I/O. It joins records and handshake, sends alerts, and hands application data
	over only after the peer was authenticated. tcp.ts puts it on TCP; any other transport can use it the same way.

	    receive(bytes) -> incoming -> by content type -> driver -> flow        (RFC 8446 section 5)
	                                                  -> the application's read()

	What lives as long as a connection has "private" methods and not "#" ones: XS stores each of those in every
	instance.
*/

import { TLSError } from "../errors";
import type { Config } from "../config";
import { channelBindingOf, exportFrom } from "../handshake/exporter";
import { handshake } from "../handshake/start";
import type { HandshakeInfo } from "../handshake/link";
import { Driver } from "./driver";
import { Work } from "./host";
import { MessageLength } from "./limits";
import { wipeSecrets, wipeSession } from "../handshake/secrets";
import { Lifecycle, State, Writing } from "./lifecycle";
import type { Events } from "./lifecycle";
import { Incoming } from "../record/incoming";
import { Outgoing, PaddedOutgoing } from "../record/outgoing";
import { Phase } from "../handshake/timing";
import { expectRoom, Need, outOfMemory, Purpose } from "../wire/memory";
import { AlertDescription, AlertLevel, ContentType, ProtocolLength, ProtocolVersion } from "../wire/numbers";
import { alertMeaning } from "./alerts";
import { waitingWords } from "./waiting";
import { copyPart } from "tls/hardware/copy";

export type { Events, HandshakeInfo };

export class Connection extends Lifecycle {
	/** XS: absent field. */
	declare readonly maxMessage: number | undefined;

	constructor(config: Config, events: Events) {
		const maxSendFragment = config.maxSendFragment,
			recordPadding = config.recordPadding;
		const outgoing = recordPadding
			? new PaddedOutgoing(events, maxSendFragment, recordPadding)
			: new Outgoing(events, maxSendFragment);
		super(events, new Incoming(), outgoing);
		if (config.maxMessage !== MessageLength.usual) this.maxMessage = config.maxMessage;
		try {
			this.driver = new Driver(this, this.incoming, outgoing, config, undefined);
		} catch (error) {
			// nobody else has them
			wipeSecrets(config);
			throw error;
		}
	}

	// XS looks a method up from the first to the last: what each read and segment needs comes first

	/** Copies received data into `to`, as much as goes in. Returns how many bytes that are. */
	read(to: ArrayBuffer | ArrayBufferView): number {
		const left = this.readable;
		if (!left) return 0;
		const incoming = this.incoming,
			end = incoming.end,
			count = copyPart(incoming.buffer, end - left, end, to, 0);
		if (!(this.readable = left - count)) incoming.next();
		return count;
	}

	/** Drops what has arrived and was not read. */
	discard(): void {
		if (!this.readable) return;
		this.readable = 0;
		this.incoming.next();
	}

	/**
	 * Takes bytes `bytes[start..end)` from the transport and returns where it stopped. It stops early while data is
	 * unread, while a pause lasts, and when the connection is over. Offer the rest again after that.
	 */
	receive(bytes: Uint8Array, start: number, end: number): number {
		const incoming = this.incoming;
		let at = start;
		while (at < end) {
			if (incoming.missing) at = incoming.takeBody(bytes, at, end);
			// nothing waits in the middle of a record; XS: this is `isWaiting`, without a call
			else if (this.readable || this.state >= State.ended || this.driver?.isPaused) break;
			// while a message is at work its record is not used up: what an app's function hands over then waits
			else if (this.budget <= 0 || this.driver?.isRunning) {
				this.events.pause();
				break;
			} else {
				try {
					at = incoming.takeHeader(bytes, at, end);
				} catch (e) {
					this.fail(e);
				}
			}
			if (!incoming.missing && incoming.have > ProtocolLength.recordHeader) this.receiveRecord();
		}
		return at;
	}

	/** True while `receive` would use nothing: data waits to be read, or a pause lasts, or nothing more is taken. */
	get isWaiting(): boolean {
		return this.readable > 0 || this.state >= State.ended || (this.driver?.isPaused ?? false);
	}

	// The application's side

	/** Sends the ClientHello: call it when the transport is ready. */
	connect(): void {
		const driver = this.driver;
		if (this.state !== State.handshake || !driver || driver.flow) return;
		try {
			driver.timing?.mark(Phase.connect);
			this.expectAlive();
			driver.start(handshake(driver));
		} catch (e) {
			this.fail(e);
		}
		this.finishClosing();
	}

	/** What the handshake waits for, in words; undefined if it is done. */
	get waitsFor(): string | undefined {
		return this.state === State.handshake && this.driver
			? waitingWords(this.driver.isPaused ? 0 : this.driver.waitsFor)
			: undefined;
	}

	/** Begins a turn of the event loop, which limits how many records `receive` handles. `resume` begins one, too. */
	beginTurn(): void {
		this.budget = Work.turn;
	}

	/** For a transport that reads bytes to their place in a long record (Deframer.bodyView). Allocates a view. */
	bodyView(count: number): Uint8Array | undefined {
		return this.incoming.bodyView(count);
	}

	filled(count: number): void {
		this.incoming.filled(count);
		if (!this.incoming.missing) this.receiveRecord();
	}

	/** Ends the connection with "out_of_memory": there is no room for the `length` bytes of `purpose`. */
	abort(purpose: Purpose, length: number): void {
		this.die(outOfMemory(purpose, length));
	}

	/** Gives the record buffers back, which wait for the next records. Call it after a while without data. */
	release(): void {
		this.answer();
		if (this.incoming.isEmpty) this.incoming.release();
		this.outgoing.release();
	}

	/**
	 * Protects and sends `bytes[start..end)`, with what was collected before. Each record takes some hundred steps.
	 * Throws TLSError before the handshake is done and after close. A failure to protect ends the connection.
	 */
	write(bytes: Uint8Array, start: number, end: number): void {
		this.collect(bytes, start, end, end - start);
		this.flush();
	}

	/**
	 * As `write`, but what does not fill a record waits for the next `write`, `collect` or `flush`. In all, `expected`
	 * bytes are to be collected, these included, as far as that is known.
	 */
	collect(bytes: Uint8Array, start: number, end: number, expected: number): void {
		const { post, outgoing, state } = this,
			maxFragment = outgoing.maxFragment;
		// XS: this is `expectWritable`, without a call
		if (!post || (state !== State.open && state !== State.ended) || this.writing) throw this.whyUnwritable();
		try {
			for (let at = start; at < end; at += maxFragment) {
				if (outgoing.cipher!.needsNewKey || post.owesUpdate) this.updateKey();
				outgoing.collect(bytes, at, end - at > maxFragment ? at + maxFragment : end, expected + start - at);
			}
		} catch (e) {
			// some of it may be sealed, and can't be taken back
			throw this.die(e);
		}
	}

	/**
	 * Sends the KeyUpdate that the server has asked for, unless a `write` has done so already. Call it now and then:
	 * one answer serves for many requests (RFC 8446 section 4.6.3). `release` does it, too.
	 */
	answer(): void {
		if (!this.isWritable || !this.post!.owesUpdate) return;
		try {
			this.updateKey();
		} catch (e) {
			this.fail(e);
		}
	}

	/**
	 * Replaces the sending key, and has the server replace its own (RFC 8446 section 4.6.3). If a message is at work,
	 * the next `write` or `answer` does it. Throws TLSError "configuration" in TLS 1.2.
	 */
	requestKeyUpdate(): void {
		this.expectWritable().requestUpdate();
		this.answer();
	}

	/** Returns keying material for a protocol above (exporter.ts). */
	exportKeyingMaterial(label: string, context: Uint8Array | undefined, length: number): ArrayBuffer {
		return exportFrom(this.expectOpen().exporter, label, context, length);
	}

	/** Returns the channel binding tls-exporter (RFC 9266). */
	channelBinding(): ArrayBuffer {
		return channelBindingOf(this.expectOpen().exporter);
	}

	/** True if something waits for `flush`. */
	get hasUnsent(): boolean {
		return this.outgoing.isWaiting;
	}

	/** Bytes that the transport has not taken yet. */
	get unsent(): number {
		return this.outgoing.length;
	}

	/** Most bytes that one record carries. */
	get maxFragment(): number {
		return this.outgoing.maxFragment;
	}

	/** Bytes that a record adds to what it carries. */
	get overhead(): number {
		return this.outgoing.overhead;
	}

	/** Goes on after a pause. */
	resume(): void {
		this.beginTurn();
		let driver = this.driver;
		if (!driver?.isPaused) return;
		try {
			driver.resume();
			if (!driver.flow) this.dropDriver(driver);
		} catch (e) {
			driver = undefined;
			this.fail(e);
		}
		if (this.state === State.closed) this.finishClosing();
		else if (!driver?.flow) this.report(driver);
	}

	/** Seals what was collected, and offers the transport what it has not taken yet. */
	flush(): void {
		try {
			this.outgoing.flush();
		} catch (e) {
			this.fail(e);
		}
	}

	// Inside

	/**
	 * Replaces the sending key. While a message is at work, perhaps with that key, or the transport, the next write
	 * does it.
	 */
	private updateKey(): void {
		const driver = this.driver;
		if (!driver?.isRunning && !this.outgoing.isSending) this.post!.updateKey(driver ?? this.driverForMessages());
	}

	private driverForMessages(): Driver {
		expectRoom(Need.laterBytes, Need.laterSlots, Purpose.connection);
		return new Driver(this, this.incoming, this.outgoing, undefined, this.post);
	}

	/** Drops all that belongs to the handshake, which is done, unless part of a message has arrived. */
	private dropDriver(driver: Driver): void {
		if (driver.isPaused) return;
		if (this.state === State.handshake) throw new TLSError("internal", "the handshake ended without a result");
		if (!driver.hasPart) this.driver = undefined;
	}

	/** Tells the application what has come of the last record or step: nothing while a handshake goes on. */
	private report(driver: Driver | undefined): void {
		if (driver) this.reportHandshake(driver);
		if (this.readable) this.events.readable(this.readable);
		if (this.state === State.ended) this.events.ended();
	}

	private reportHandshake(driver: Driver): void {
		const info = driver.info,
			sessions = driver.sessions;
		driver.info = driver.sessions = undefined;
		if (info) this.events.opened(info);
		if (sessions)
			for (const session of sessions) {
				if (this.isOpen && this.writing !== Writing.lingering) this.events.session?.(session);
				else wipeSession(session);
			}
	}

	/** A record has arrived. */
	private receiveRecord(): void {
		this.budget -= Work.record;
		let driver = this.driver;
		try {
			const incoming = this.incoming,
				type = incoming.openRecord(),
				count = incoming.end - incoming.at;
			// as it is most of the time
			if (type === ContentType.application_data && count && !driver && this.state === State.open) {
				this.idleMessages = 0;
				this.readable = count;
			} else driver = this.useRecord(type);
		} catch (e) {
			this.fail(e);
		}
		if (this.state === State.closed) this.finishClosing();
		else if (!driver) {
			// XS: this is `report`, without a call
			if (this.readable) this.events.readable(this.readable);
			if (this.state === State.ended) this.events.ended();
		} else if (!driver.flow) this.report(driver);
	}

	/** Uses the record, whose type is known. Returns the driver, if there is one, even if its work is done. */
	private useRecord(type: number): Driver | undefined {
		const incoming = this.incoming,
			driver = this.driver;
		const isEmpty = incoming.at === incoming.end;
		if (type !== ContentType.handshake && type !== ContentType.change_cipher_spec && driver?.hasPart)
			throw new TLSError("unexpected_message", "server interrupted a handshake message with another record");
		if (type === ContentType.application_data && !isEmpty) this.idleMessages = 0;
		else if (type !== ContentType.handshake && this.isOpen) this.countIdle();
		switch (type) {
			case ContentType.handshake:
				if (isEmpty) throw new TLSError("unexpected_message", "server sent an empty handshake record");
				(driver ?? (this.driver = this.driverForMessages())).readMessages();
				break;
			case ContentType.application_data:
				this.receiveData();
				break;
			case ContentType.change_cipher_spec:
				if (!driver) throw new TLSError("unexpected_message", "server sent an unexpected change_cipher_spec");
				driver.receiveChangeCipherSpec();
				break;
			case ContentType.alert:
				this.receiveAlert();
				break;
			default:
				throw new TLSError("unexpected_message", `server sent an unexpected record of type ${type}`);
		}
		const used = this.driver;
		if (used && !used.flow) this.dropDriver(used);
		return used;
	}

	private receiveData(): void {
		if (!this.isOpen)
			throw new TLSError("unexpected_message", "server sent application data before the handshake was done");
		const incoming = this.incoming;
		this.readable = incoming.end - incoming.at;
		if (!this.readable) incoming.release();
	}

	private receiveAlert(): void {
		const incoming = this.incoming,
			driver = this.driver;
		const buffer = incoming.buffer;
		const at = incoming.at;
		const end = incoming.end;
		if (end === at) throw new TLSError("unexpected_message", "server sent an empty alert record"); // RFC 8446 section 5.4
		if (end - at !== 2) throw new TLSError("decode_error", `server sent an alert of ${end - at} bytes, expected 2`);
		const level = buffer[at]!;
		const description = buffer[at + 1]!;
		incoming.at = end;
		incoming.release();
		if (description === AlertDescription.close_notify && this.isOpen) {
			this.enter(State.ended);
			return;
		}
		// TLS 1.2 goes on after a warning (RFC 5246 section 7.2.2). TLS 1.3 knows user_canceled alone (section 6.1)
		const mayWarn =
			description === AlertDescription.user_canceled ||
			(incoming.version || driver?.config.minVersion) === ProtocolVersion.tls12;
		if (mayWarn && level === AlertLevel.warning && description !== AlertDescription.close_notify) {
			if (!this.isOpen) driver!.ignore();
			return;
		}
		throw new TLSError(
			"peer_alert",
			`the server refused: ${alertMeaning(description, { offers: incoming.version ? undefined : driver?.config, owesCertificate: driver?.owesCertificate ?? false })}`,
			description,
		);
	}
}
