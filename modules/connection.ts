/*
	The engine: octets in, octets out, no I/O. It joins records and handshake, drives the flow, sends alerts, and hands application data
	over only after the peer was authenticated. client.ts puts it on TCP; any other transport can use it the same way.

	    receive(bytes) -> deframer -> protection -> by content type -> joiner -> flow        (RFC 8446 section 5)
	                                             -> the application's read()
*/

import { TLSError } from "./errors";
import type { Config } from "./config";
import { handshake } from "./handshake/start";
import { AuthenticatedPeer } from "./handshake/authenticated";
import type { Flow, Link, Negotiated, PostHandshake } from "./handshake/link";
import { Deframer, RecordHeader } from "./record/deframer";
import { Joiner, MessageHeader } from "./record/joiner";
import { Outgoing } from "./record/outgoing";
import { Protection } from "./record/protect";
import { Timing } from "./timing";
import { Reader } from "./wire/reader";
import { AlertDescription, AlertLevel, ContentType, HandshakeType, ProtocolVersion, Step } from "./wire/numbers";
import { alertMeaning } from "./alerts";
import { copy } from "tls/hardware/copy";
import type { AEAD } from "tls/hardware/aead";

/**
 * Largest record that may arrive: unprotected, with TLS 1.3's protection (RFC 8446 section 5.1, 5.2), and with TLS 1.2's, where a longer
 * one could only hold too much (RFC 5246 section 6.2.3).
 */
const enum RecordLimit {
	plain = 0x4000,
	protected13 = 0x4000 + 256,
	protected12 = 0x4000 + 24,
}

/** Octets of the tag behind a record's text, and of the nonce in front of it in TLS 1.2. */
const TAG = 16;
const EXPLICIT = 8;

/** change_cipher_spec records that a server may send for middleboxes' sake; the RFC knows one, some send two. */
const MAX_CHANGE_CIPHER_SPECS = 2;

/** Records without application data in a row, before a peer counts as hostile. */
const MAX_IDLE_RECORDS = 32;

/** Warnings and HelloRequests that a handshake of TLS 1.2 passes over (RFC 5246 section 7.2, 7.4.1.1). */
const MAX_IGNORED = 16;

/** What the connection knows when the handshake is done. */
export interface HandshakeInfo extends Negotiated {
	/** Who the certificates say the peer is. */
	readonly peer: AuthenticatedPeer["peer"];
	readonly timing: Timing;
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

export class Connection implements Link {
	/** Both until the handshake is done. */
	#config: Config | undefined;
	#timing: Timing | undefined;
	readonly reader: Reader = new Reader();
	readonly #events: Events;
	readonly #onSession: ((session: ArrayBuffer) => void) | undefined;
	/** A session that the application does not know of yet. */
	#session: Uint8Array | undefined;
	readonly #deframer: Deframer;
	readonly #joiner: Joiner;
	readonly #outgoing: Outgoing;
	#flow: Flow | undefined;
	#accepts = 0;
	#paused = false;
	#post: PostHandshake | undefined;
	#readProtection: Protection | undefined;
	/** The text of the record in the deframer: `at..end` is what is still to be used. */
	#at = 0;
	#end = 0;
	#readable = 0;
	/** The application knows of the data, of the end. */
	#told = false;
	#toldEnd = false;
	/** Most octets that a record to the peer carries. */
	#maxFragment: number;
	/** The record size that was asked of the peer, when it has agreed to it; else 0. */
	#recordSizeLimit = 0;
	#open = false;
	#ended = false;
	#closing = false;
	#changeCipherSpecs = 0;
	#ignored = 0;
	/** 0 until the server has picked it. */
	#version: ProtocolVersion | 0 = 0;
	#idleRecords = 0;
	#error: TLSError | undefined;

	/** `start` begins the handshake; tests give another to replay recorded ones. */
	constructor(config: Config, events: Events, start: (link: Link) => Flow = handshake) {
		this.#config = config;
		this.#events = events;
		this.#onSession = config.onSession;
		this.#maxFragment = config.maxSendFragment;
		this.#timing = new Timing(config.now);
		this.#deframer = new Deframer(RecordLimit.plain);
		this.#joiner = new Joiner(config.maxMessage);
		this.#outgoing = new Outgoing((bytes, from, end) => events.output(bytes, from, end));
		this.#flow = start(this);
	}

	// The application's side

	/** Sends the ClientHello: call it when the transport is ready. */
	connect(): void {
		try {
			this.#advanceFlow();
		}
		catch (e) {
			this.#fail(e);
		}
	}

	/** What the handshake goes by; not there any more when it is done. */
	get config(): Config {
		return this.#config!;
	}

	/** The handshake's times; not there any more when it is done. */
	get timing(): Timing {
		return this.#timing!;
	}

	/** True after the handshake, until either side closes. */
	get isOpen(): boolean {
		return this.#open && !this.#closing && !this.#error;
	}

	/** Octets that `read` would give now. */
	get readable(): number {
		return this.#readable;
	}

	/** True while `receive` would use nothing: data waits to be read, or a pause lasts. */
	get isWaiting(): boolean {
		return this.#blocked;
	}

	/** Why the connection is dead, or undefined. */
	get error(): TLSError | undefined {
		return this.#error;
	}

	/**
	 * Takes octets from the transport and returns how many it used. It stops early while a record's data is unread, while a
	 * pause lasts, and at the end; offer the rest again after `read` or the pause.
	 */
	receive(bytes: Uint8Array, start: number, end: number): number {
		let at = start;
		while (at < end && !this.#blocked) {
			try {
				at += this.#deframer.take(bytes, at, end);
				if (this.#deframer.complete) this.#openRecord();
			}
			catch (e) {
				this.#fail(e);
			}
			this.#report();
		}
		return at - start;
	}

	/** Copies up to `end - start` octets of received data into `bytes` and returns how many. */
	read(bytes: Uint8Array, start: number, end: number): number {
		const count = Math.min(end - start, this.#readable);
		copy(this.#deframer.buffer, this.#at, this.#at + count, bytes, start);
		this.#at += count;
		this.#readable -= count;
		if (count && !this.#readable) {
			this.#told = false;
			this.#deframer.next(false);
		}
		return count;
	}

	/** Gives the record buffers back, which are otherwise kept for the next records: call it when nothing was sent or has come for a while. */
	release(): void {
		if (!this.#deframer.started) this.#deframer.next(true);
		this.#outgoing.release();
	}

	/** Protects and sends `bytes[start..end)`. Throws before the handshake is done and after close. */
	write(bytes: Uint8Array, start: number, end: number): void {
		if (!this.isOpen) throw this.#error ?? new TLSError("closed", "the connection is not open");
		for (let at = start; at < end; ) {
			const next = Math.min(end, at + this.#maxFragment);
			if (this.#outgoing.worn || this.#post!.owesUpdate) this.#post!.updateKey(this);
			this.#outgoing.add(ContentType.application_data, bytes, at, next);
			at = next;
		}
		this.#outgoing.flush();
	}

	/** Octets that the transport has not taken yet. */
	get unsent(): number {
		return this.#outgoing.length;
	}

	/** Most octets that one record carries. */
	get maxFragment(): number {
		return this.#maxFragment;
	}

	/** Octets that a record adds to what it carries. */
	get overhead(): number {
		return this.#outgoing.overhead;
	}

	/** Goes on after a pause. */
	resume(): void {
		if (!this.#paused || this.#closing) return;
		this.#paused = false;
		try {
			this.#advanceFlow();
			if (!this.#paused && this.#deframer.complete) this.#readMessages();
		}
		catch (e) {
			this.#fail(e);
		}
		this.#report();
	}

	/** Offers the transport what it has not taken yet. */
	flush(): void {
		this.#outgoing.flush();
	}

	/** Sends close_notify (RFC 8446 section 6.1) and forgets the keys. */
	close(): void {
		if (this.#closing || this.#error) return;
		this.#closing = true;
		try {
			this.#sendAlert(AlertLevel.warning, this.#open ? AlertDescription.close_notify : AlertDescription.user_canceled);
			this.#outgoing.flush();
		}
		finally {
			this.#forget();
		}
	}

	/** The transport has ended. Without close_notify before it, that is a truncated stream (RFC 8446 section 6.1). */
	transportEnded(): void {
		if (this.#ended || this.#closing || this.#error) return;
		this.#fail(this.#open
			? new TLSError("truncated", "the connection was cut: the server did not say that it was done")
			: new TLSError("transport", "the server closed the connection during the handshake"));
	}

	// The handshake's side (Link)

	get messageType(): HandshakeType {
		return this.#joiner.bytes[this.#joiner.start]!;
	}

	get message(): Uint8Array {
		return this.#joiner.bytes;
	}

	get messageStart(): number {
		return this.#joiner.start;
	}

	get messageEnd(): number {
		return this.#joiner.end;
	}

	send(bytes: Uint8Array, start: number, end: number): void {
		for (let at = start; at < end; ) {
			const next = Math.min(end, at + this.#maxFragment);
			this.#outgoing.add(ContentType.handshake, bytes, at, next);
			at = next;
		}
		this.#outgoing.flush();
		this.#outgoing.release();
	}

	useVersion(version: ProtocolVersion): void {
		this.#version = version;
		if (version === ProtocolVersion.tls12 && this.#changeCipherSpecs)
			throw new TLSError("unexpected_message", "change_cipher_spec comes before the ServerHello");
	}

	warn(description: AlertDescription): void {
		this.#sendAlert(AlertLevel.warning, description);
		this.#outgoing.flush();
	}

	limitRecords(send: number, receive: number): void {
		this.#maxFragment = Math.min(this.#maxFragment, send);
		this.#recordSizeLimit = receive;
		if (this.#readProtection) this.#limitReading();
	}

	sendChangeCipherSpec(): void {
		if (this.#changeCipherSpecSent) return;
		this.#changeCipherSpecSent = true;
		this.#outgoing.add(ContentType.change_cipher_spec, Uint8Array.of(1), 0, 1);
	}
	#changeCipherSpecSent = false;

	readWith(aead: AEAD, recordLimit: number, explicit: number): void {
		if (this.#at < this.#end || this.#joiner.started)
			throw new TLSError("unexpected_message", "handshake data goes on in a record where the keys change");
		this.#readProtection?.close();
		this.#readProtection = this.#protection(aead, recordLimit, explicit);
		this.#limitReading();
	}

	writeWith(aead: AEAD, recordLimit: number, explicit: number): void {
		this.#outgoing.protectWith(this.#protection(aead, recordLimit, explicit));
	}

	keepSession(bytes: Uint8Array): void {
		this.#session = bytes;
	}

	open(peer: AuthenticatedPeer, negotiated: Negotiated, post: PostHandshake): void {
		if (!AuthenticatedPeer.isProof(peer)) throw new TLSError("internal", "the connection can't open: the peer was not authenticated");
		this.#post = post;
		this.#open = true;
		this.#idleRecords = 0;
		this.#info = { ...negotiated, peer: peer.peer, timing: this.timing };
	}
	#info: HandshakeInfo | undefined;

	// Inside

	#protection(aead: AEAD, recordLimit: number, explicit: number): Protection {
		return new Protection(aead, recordLimit, this.#version !== ProtocolVersion.tls12, explicit);
	}

	/** How long a protected record may be; with a limit asked for by us and taken by the peer, not by much more than that. */
	#limitReading(): void {
		const is12 = this.#version === ProtocolVersion.tls12;
		if (this.#recordSizeLimit) this.#deframer.limit = this.#recordSizeLimit + TAG + (is12 ? EXPLICIT : 0);
		else this.#deframer.limit = is12 ? RecordLimit.protected12 : RecordLimit.protected13;
	}

	/** True while `receive` can use nothing. */
	get #blocked(): boolean {
		return this.#paused || this.#readable > 0 || this.#ended || this.#closing || this.#error !== undefined;
	}

	/** Tells the application what has come of the last record or step. */
	#report(): void {
		if (this.#info) {
			const info = this.#info;
			this.#info = this.#config = this.#timing = undefined;
			this.#events.opened(info);
		}
		if (this.#session) {
			const session = this.#session;
			this.#session = undefined;
			if (this.isOpen) this.#onSession?.(session.buffer as ArrayBuffer);
		}
		if (this.#readable && !this.#told) {
			this.#told = true;
			this.#events.readable(this.#readable);
		}
		if (this.#ended && !this.#toldEnd && !this.#closing) {
			this.#toldEnd = true;
			this.#events.ended();
		}
	}

	/** A record has arrived: unprotects it and sees what it is. */
	#openRecord(): void {
		const deframer = this.#deframer;
		let type = deframer.type;
		this.#at = RecordHeader.length;
		this.#end = deframer.end;
		if (this.#version === ProtocolVersion.tls12 && deframer.buffer[2] !== (ProtocolVersion.tls12 & 0xff))
			throw new TLSError("unsupported_version", "a record says that it is of another version than the one that was picked");
		if (type === ContentType.change_cipher_spec) {
			this.#receiveChangeCipherSpec();
			return;
		}
		const protection = this.#readProtection;
		if (protection) {
			if (protection.hidesType && type !== ContentType.application_data)
				throw new TLSError("unexpected_message", `a record of type ${type} comes in the clear where all must be encrypted`);
			this.#end = protection.open(deframer.buffer, 0, deframer.end);
			this.#at += protection.explicit;
			type = protection.type;
			if (this.#end - this.#at > RecordLimit.plain) throw new TLSError("record_too_long", "a record holds more than 16384 bytes");
		}
		this.#dispatch(type);
	}

	#dispatch(type: number): void {
		if (this.#joiner.started && type !== ContentType.handshake)
			throw new TLSError("unexpected_message", "a handshake message is interrupted by another record");
		if (type !== ContentType.application_data && ++this.#idleRecords > MAX_IDLE_RECORDS && this.#open)
			throw new TLSError("unexpected_message", "the server sends record after record without any data");
		switch (type) {
			case ContentType.handshake:
				if (this.#at === this.#end) throw new TLSError("unexpected_message", "a handshake record is empty");
				this.#readMessages();
				break;
			case ContentType.alert:
				this.#receiveAlert();
				break;
			case ContentType.application_data:
				this.#receiveData();
				break;
			default:
				throw new TLSError("unexpected_message", `a record of type ${type} is unexpected`);
		}
	}

	#receiveData(): void {
		if (!this.#open) throw new TLSError("unexpected_message", "application data comes before the handshake is done");
		this.#readable = this.#end - this.#at;
		if (this.#readable) this.#idleRecords = 0;
		else {
			if (++this.#idleRecords > MAX_IDLE_RECORDS) throw new TLSError("unexpected_message", "the server sends empty records only");
			this.#deframer.next(true);
		}
	}

	/**
	 * RFC 8446 section 5: one octet of value 1, during the handshake only, means nothing. RFC 5246 section 7.1: it must come exactly where
	 * the flow waits for it, and changes the key.
	 */
	#receiveChangeCipherSpec(): void {
		const { buffer, end } = this.#deframer;
		const is12 = this.#version === ProtocolVersion.tls12;
		const isWhole = end === RecordHeader.length + 1 && buffer[RecordHeader.length] === 1;
		const isExpected = is12 ? this.#accepts === Step.change_cipher_spec : ++this.#changeCipherSpecs <= MAX_CHANGE_CIPHER_SPECS;
		if (!isWhole || !isExpected || this.#open || this.#joiner.started)
			throw new TLSError("unexpected_message", "a change_cipher_spec record is unexpected");
		this.#at = this.#end;
		this.#deframer.next(false);
		if (is12) this.#advanceFlow();
	}

	/** Passes over something that a TLS 1.2 server may send at any time during the handshake. */
	#ignore(): void {
		if (!this.#open && ++this.#ignored > MAX_IGNORED)
			throw new TLSError("unexpected_message", "the server sends one warning after the other and does not go on");
	}

	#receiveAlert(): void {
		const { buffer } = this.#deframer;
		if (this.#end - this.#at !== 2) throw new TLSError("decode_error", "an alert does not have two bytes");
		const level = buffer[this.#at]!;
		const description = buffer[this.#at + 1]!;
		this.#at = this.#end;
		this.#deframer.next(true);
		if (description === AlertDescription.close_notify && this.#open) {
			this.#ended = true;
			return;
		}
		// user_canceled is followed by close_notify (section 6.1)
		if (description === AlertDescription.user_canceled) return;
		// TLS 1.2 goes on after a warning (RFC 5246 section 7.2.2), TLS 1.3 knows none
		const mayWarn = (this.#version || this.#config?.minVersion) === ProtocolVersion.tls12;
		if (mayWarn && level === AlertLevel.warning && description !== AlertDescription.close_notify) {
			this.#ignore();
			return;
		}
		throw new TLSError("peer_alert", `the server refused: ${alertMeaning(description)}`, description);
	}

	/** Uses the handshake messages of the record, until it is used up or a pause comes. */
	#readMessages(): void {
		const joiner = this.#joiner;
		while (this.#at < this.#end && !this.#paused) {
			this.#at = joiner.take(this.#deframer.buffer, this.#at, this.#end);
			if (joiner.complete) this.#receiveMessage();
		}
		if (!this.#paused) this.#deframer.next(!joiner.started);
	}

	#receiveMessage(): void {
		const joiner = this.#joiner;
		const type = this.messageType;
		this.reader.open(joiner.bytes, joiner.start + MessageHeader.length, joiner.end);
		if (this.#flow) {
			if (type === HandshakeType.hello_request && this.#version === ProtocolVersion.tls12) {
				this.reader.finish();
				this.#ignore();
				this.#releaseMessage();
				return;
			}
			if (type > 29 || !(this.#accepts & (1 << type)))
				throw new TLSError("unexpected_message", `handshake message ${type} comes where it may not`);
			this.#advanceFlow();
		}
		else {
			this.#post!.receive(this);
			this.#releaseMessage();
		}
	}

	/** Lets the flow go on to where it waits for a message, pauses, or is done. */
	#advanceFlow(): void {
		const { value, done } = this.#flow!.next();
		if (value === Step.pause && !done) {
			this.#paused = true;
			this.#events.pause();
			return;
		}
		this.#releaseMessage();
		this.#accepts = value ?? 0;
		if (done) {
			this.#flow = undefined;
			if (!this.#open) throw new TLSError("internal", "the handshake ended without a result");
		}
	}

	#releaseMessage(): void {
		this.reader.release();
		this.#joiner.next();
	}

	#sendAlert(level: AlertLevel, description: number): void {
		this.#outgoing.add(ContentType.alert, Uint8Array.of(level, description), 0, 2);
	}

	#fail(thrown: unknown): void {
		const error = thrown instanceof TLSError ? thrown : new TLSError("internal", String(thrown));
		this.#error = error;
		try {
			if (error.answersPeer) this.#sendAlert(AlertLevel.fatal, error.alert!);
			this.#outgoing.flush();
		}
		catch {
			// the first error is the one to report
		}
		this.#forget();
		this.#events.failed(error);
	}

	/** Wipes and drops all that belongs to the handshake and the keys. */
	#forget(): void {
		const flow = this.#flow;
		this.#flow = undefined;
		this.#readable = 0;
		this.#paused = false;
		try {
			flow?.return();
		}
		catch {
			// it was running when it failed: it has closed what it held
		}
		this.#releaseMessage();
		this.#deframer.close();
		this.#post?.close();
		this.#post = undefined;
		this.#readProtection?.close();
		this.#readProtection = undefined;
		this.#outgoing.unprotect();
	}
}
