/*
	Runs a handshake in a connection. Joins its messages, lets in only those that the flow waits for, and serves the
	flow (handshake/link.ts). It and all it holds are dropped when the handshake is done. A later message, such as a
	ticket, gets a driver of its own.
*/

import { TLSError } from "../errors";
import type { Config } from "../config";
import type { AuthenticatedPeer } from "../handshake/authenticated";
import type { Flow, HandshakeInfo, Link, PostHandshake } from "../handshake/link";
import { expectLength } from "../handshake/lengths";
import { wipeSecrets, wipeSession } from "../handshake/secrets";
import type { Transcript } from "../handshake/transcript";
import type { Incoming } from "../record/incoming";
import { Joiner } from "../record/joiner";
import type { Gate } from "../record/joiner";
import type { Outgoing } from "../record/outgoing";
import { Timing } from "../handshake/timing";
import { Work, workOf } from "./host";
import { MessageLength } from "./limits";
import type { Host } from "./host";
import { expectRoom, Need, Purpose } from "../wire/memory";
import { Reader } from "../wire/reader";
import { AlertLevel, ContentType, HandshakeType, ProtocolLength, type ProtocolVersion, Step } from "../wire/numbers";
import type { AlertDescription } from "../wire/numbers";
import type { RecordCipher } from "tls/hardware/aead";

/** change_cipher_spec records dropped in a handshake of TLS 1.3 (RFC 8446 section 5). Servers send one or two. */
const MAX_CHANGE_CIPHER_SPECS = 32;

/** RFC 5246 section 7.1 */
const changeCipherSpec = Uint8Array.of(1);

/** Warnings and HelloRequests that one handshake ignores (RFC 5246 section 7.2, 7.4.1.1, RFC 8446 section 6.1). */
const MAX_IGNORED = 16;

/** Replaces the set of accepted messages while the flow runs: no message has this bit. */
const RUNNING = 1 << 31;

/** Bytes of a record that is longer than what follows on it: it has brought certificates. */
const LONG_RECORD = 512;

/** Highest handshake type that has a bit in a set of messages. */
const MAX_HANDSHAKE_TYPE = 29;

export class Driver implements Link, Gate {
	/** The handshake's step, or the answer to a later message; undefined if neither goes on. Set here only. */
	flow: Flow | undefined = undefined;
	/** True until `resume`. */
	isPaused = false;
	private readonly incoming: Incoming;
	private readonly joiner: Joiner;
	readonly reader: Reader = new Reader();
	/** The messages that may come next, or the step that is waited for. */
	private accepts = 0;
	/** XS: absent fields. What the application does not know of yet: sessions, and how the handshake ended. */
	declare sessions: ArrayBuffer[] | undefined;
	declare info: HandshakeInfo | undefined;
	/** What the handshake goes by; not there for messages after it. */
	readonly config: Config;
	private readonly host: Host;
	private readonly outgoing: Outgoing;
	/** XS: absent fields from here on. */
	declare readonly timing: Timing | undefined;
	declare private post: PostHandshake | undefined;
	declare private held: { close(): void } | undefined;
	/** Counts of what is ignored: change_cipher_spec records, and warnings. */
	declare private changeCipherSpecs: number | undefined;
	declare private ignored: number | undefined;
	declare private changeCipherSpecSent: boolean | undefined;
	/** True if an alert would be the first of the second flight. */
	declare private owesChangeCipherSpec: boolean | undefined;
	declare owesCertificate: boolean | undefined;
	/** Gets a message that is passed over. */
	declare private passedTo: Transcript | undefined;

	/** For a handshake, `config`; for messages after it, `post`. */
	constructor(
		host: Host,
		incoming: Incoming,
		outgoing: Outgoing,
		config: Config | undefined,
		post: PostHandshake | undefined,
	) {
		this.host = host;
		this.incoming = incoming;
		this.outgoing = outgoing;
		if (post) this.post = post;
		this.joiner = new Joiner(this);
		this.config = config!;
		if (config?.now) this.timing = new Timing(config.now);
	}

	/** Begins the handshake. */
	start(flow: Flow): void {
		this.flow = flow;
		this.advance();
	}

	/** True while a flow or a message is at work, and so perhaps an application's function, such as `sign`. */
	get isRunning(): boolean {
		return this.accepts === RUNNING;
	}

	/** What the handshake waits for, as a set of messages. */
	get waitsFor(): number {
		return this.accepts;
	}

	/** True if part of a message has arrived, and not all of it. */
	get hasPart(): boolean {
		return this.joiner.have !== 0;
	}

	/** What is known from a message's header: whether it may come now, and be that long. */
	expectMessage(type: number, length: number): void {
		if (!this.flow) this.post!.expectType(type);
		else if (!this.isAccepted(type) && !(type === HandshakeType.hello_request && this.incoming.is12))
			throw new TLSError("unexpected_message", `server sent an unexpected handshake message, of type ${type}`);
		expectLength(type, length, this.host.maxMessage ?? MessageLength.usual);
	}

	/** A ticket need not be kept (RFC 8446 section 4.6.1). In TLS 1.2 it belongs to the flow's transcript. */
	mayPassOver(type: number): boolean {
		return type === HandshakeType.new_session_ticket && (!this.flow || this.passedTo !== undefined);
	}

	passOver(bytes: Uint8Array, start: number, end: number): void {
		this.passedTo?.add(bytes, start, end);
		if (this.flow && !this.hasPart) this.advance();
	}

	/** Uses the handshake messages of the record, until it is used up or a pause comes. */
	readMessages(): void {
		const joiner = this.joiner,
			incoming = this.incoming;
		let isFirst = true;
		while (incoming.at < incoming.end && !this.isPaused) {
			if (!this.flow && !isFirst && this.host.isSpent) {
				this.isPaused = true;
				this.host.pause();
				return;
			}
			incoming.at = joiner.takeFrom(incoming.buffer, incoming.at, incoming.end);
			if (joiner.end) this.receiveMessage();
			isFirst = false;
		}
		// during the handshake the next record may use this buffer, unless that takes much memory
		if (this.isPaused) return;
		if (!joiner.have && (!this.flow || incoming.end > LONG_RECORD)) incoming.release();
		else incoming.next();
	}

	/** Goes on after a pause. */
	resume(): void {
		this.isPaused = false;
		if (this.flow) this.advance();
		if (!this.isPaused && this.incoming.isComplete) this.readMessages();
	}

	/**
	 * TLS 1.3: one byte of value 1 means nothing during the handshake (RFC 8446 section 5). TLS 1.2: it must come
	 * exactly where the flow waits for it, and changes the key (RFC 5246 section 7.1).
	 */
	receiveChangeCipherSpec(): void {
		const incoming = this.incoming;
		const isWhole =
			incoming.have === ProtocolLength.recordHeader + 1 && incoming.buffer[ProtocolLength.recordHeader] === 1;
		const isExpected = incoming.is12
			? this.accepts === Step.change_cipher_spec
			: (this.changeCipherSpecs = (this.changeCipherSpecs ?? 0) + 1) <= MAX_CHANGE_CIPHER_SPECS;
		if (!isWhole || !isExpected || !this.flow || this.hasPart)
			throw new TLSError("unexpected_message", "server sent an unexpected change_cipher_spec");
		incoming.at = incoming.end;
		incoming.next();
		if (incoming.is12) this.advance();
	}

	/** Ignores something that a server may send at any time during the handshake. */
	ignore(): void {
		if ((this.ignored = (this.ignored ?? 0) + 1) > MAX_IGNORED)
			throw new TLSError(
				"unexpected_message",
				`server sent more than ${MAX_IGNORED} warnings or HelloRequests in one handshake`,
			);
	}

	/** Wipes what the flow holds. */
	close(): void {
		const flow = this.flow;
		this.flow = undefined;
		this.isPaused = false;
		try {
			flow?.return();
		} catch {
			// it was running when it failed
		}
		this.closeHeld();
		this.releaseMessage();
		if (this.sessions) {
			this.sessions.forEach(wipeSession);
			this.sessions = undefined;
		}
	}

	// What the flow asks for (Link)

	get messageType(): HandshakeType {
		return this.joiner.bytes[this.joiner.start]!;
	}

	get message(): Uint8Array {
		return this.joiner.bytes;
	}

	get messageStart(): number {
		return this.joiner.start;
	}

	get messageEnd(): number {
		return this.joiner.end;
	}

	addTo(transcript: Transcript): void {
		const joiner = this.joiner;
		transcript.add(joiner.bytes, joiner.start, joiner.end);
	}

	passTo(transcript: Transcript): void {
		this.passedTo = transcript;
	}

	wipeAtEnd(secrets: { close(): void }): void {
		this.held = secrets;
	}

	get maxFragment(): number {
		return this.outgoing.maxFragment;
	}

	send(bytes: Uint8Array, start: number, end: number): void {
		this.host.expectSendable();
		this.outgoing.addSplit(ContentType.handshake, bytes, start, end);
		this.outgoing.flush();
		this.outgoing.release();
	}

	sendData(bytes: Uint8Array): void {
		this.host.expectAlive();
		this.outgoing.addSplit(ContentType.application_data, bytes, 0, bytes.length);
		this.outgoing.flush();
		this.outgoing.release();
	}

	useVersion(version: ProtocolVersion): void {
		this.incoming.version = version;
		if (this.incoming.is12 && this.changeCipherSpecs)
			throw new TLSError("unexpected_message", "server sent change_cipher_spec before its ServerHello");
	}

	warn(description: AlertDescription): void {
		this.host.alert(AlertLevel.warning, description);
		this.outgoing.flush();
	}

	limitRecords(send: number, receive: number): void {
		this.outgoing.maxFragment = Math.min(this.outgoing.maxFragment, send);
		this.incoming.limitRecords(receive);
	}

	oweChangeCipherSpec(): void {
		this.owesChangeCipherSpec = true;
	}

	/** An alert is to be sent: what must come before it. */
	beforeAlert(): void {
		if (this.flow && this.owesChangeCipherSpec) this.sendChangeCipherSpec();
	}

	sendChangeCipherSpec(): void {
		if (this.changeCipherSpecSent) return;
		this.changeCipherSpecSent = true;
		this.outgoing.add(ContentType.change_cipher_spec, changeCipherSpec, 0, 1);
	}

	readWith(cipher: RecordCipher): void {
		this.incoming.protectWith(cipher);
		if (this.incoming.at < this.incoming.end || this.hasPart)
			throw new TLSError("unexpected_message", "server split a handshake message across a change of keys");
	}

	writeWith(cipher: RecordCipher): void {
		this.outgoing.protectWith(cipher);
	}

	writePlain(): void {
		this.outgoing.unprotect();
	}

	keepSession(bytes: ArrayBuffer): void {
		(this.sessions ??= []).push(bytes);
	}

	open(peer: AuthenticatedPeer, info: HandshakeInfo, post: PostHandshake): void {
		this.post = post;
		this.host.open(peer, post);
		info.peer = peer.peer;
		if (this.timing) info.timing = this.timing;
		this.info = info;
	}

	// Inside

	private receiveMessage(): void {
		const joiner = this.joiner,
			bytes = joiner.bytes,
			start = joiner.start;
		const type = bytes[start]!;
		this.reader.open(bytes, start + ProtocolLength.messageHeader, joiner.end);
		if (this.flow && this.isAccepted(type)) this.advance();
		else if (this.flow) this.receiveRequest();
		else this.receiveLater();
	}

	/** True if the flow waits for a message of this type. */
	private isAccepted(type: number): boolean {
		return type <= MAX_HANDSHAKE_TYPE && (this.accepts & (1 << type)) !== 0;
	}

	/** A HelloRequest, which `expectMessage` has let in though no flow waits for it. */
	private receiveRequest(): void {
		this.reader.finish();
		this.ignore();
		this.releaseMessage();
	}

	/** A message after the handshake. Where a flow answers it, that begins with the next turn. */
	private receiveLater(): void {
		const { host } = this;
		host.countIdle();
		host.spend(workOf(this.messageType));
		this.accepts = RUNNING;
		try {
			this.flow = this.post!.receive(this);
		} finally {
			this.accepts = 0;
		}
		if (this.flow) {
			this.isPaused = true;
			host.pause();
		} else this.releaseMessage();
	}

	/** Lets the flow go on to where it waits for a message, pauses, or is done. */
	private advance(): void {
		expectRoom(Need.stepBytes, Need.stepSlots, Purpose.handshake);
		const accepts = this.accepts;
		this.accepts = RUNNING;
		try {
			this.accepts = this.nextStep(accepts);
		} finally {
			if (this.accepts === RUNNING) this.accepts = 0;
		}
	}

	/** Runs the flow to its next step. Returns the messages that may come next, `accepts` if it pauses. */
	private nextStep(accepts: number): number {
		let step = this.flow!.next();
		while (step.done && step.value) step = (this.flow = step.value).next();
		const value = step.value as number | undefined;
		if (value === Step.pause) {
			this.isPaused = true;
			this.host.pause();
			return accepts;
		}
		this.host.expectAlive();
		this.releaseMessage();
		if (!step.done) return value!;
		this.flow = undefined;
		// TLS 1.2 has its keys already: bytes after Finished are refused before the application hears of it
		if (!this.incoming.is12) this.host.spend(Work.opening);
		this.closeHeld();
		return 0;
	}

	private closeHeld(): void {
		this.held?.close();
		this.held = undefined;
		// if the handshake did not even begin, nothing else has them
		if (this.config) wipeSecrets(this.config);
	}

	private releaseMessage(): void {
		this.reader.release();
		this.joiner.release();
	}
}
