/*
	A connection under watch: what comes of each run must be one of the few things that may (RFC 8446 section 6). A run
	that breaks a rule throws Finding. Each call from outside is a turn of the event loop, and its metered steps are
	counted.
*/

import { meter } from "simulator";
import type { Numbers } from "test/harness";
import type { Config } from "tls/config";
import { Connection } from "tls/connection/connection";
import type { Events, HandshakeInfo } from "tls/connection/connection";
import { TLSError } from "tls/errors";
import { chance, someBytes } from "./mutate";
import type { Peer } from "./peer";
import { sameBytes } from "./wire";

/** A rule that was broken. */
export class Finding extends Error {}

/** The errors that a peer may cause, or the end of the transport. */
const possible: readonly string[] = [
	"decode_error",
	"unexpected_message",
	"illegal_parameter",
	"missing_extension",
	"unsupported_extension",
	"unsupported_version",
	"downgrade",
	"handshake_failure",
	"insufficient_security",
	"no_application_protocol",
	"record_too_long",
	"message_too_long",
	"bad_record_mac",
	"bad_signature",
	"bad_finished",
	"bad_certificate",
	"unsupported_certificate",
	"wrong_name",
	"untrusted",
	"pin_mismatch",
	"certificate_expired",
	"certificate_not_yet_valid",
	"certificate_revoked",
	"bad_staple",
	"too_much_work",
	"peer_alert",
	"truncated",
	"transport",
	"out_of_memory",
];

/** Throws Finding unless `error` is one that a peer may cause. */
export function expectVerdict(error: unknown, allowed: readonly string[] = possible): TLSError {
	if (!(error instanceof TLSError))
		throw new Finding(`not a TLSError: ${String(error)}${error instanceof Error ? ` ${error.stack}` : ""}`);
	if (!allowed.includes(error.code))
		throw new Finding(`an error that no peer may cause: ${error.code}: ${error.message} ${error.stack}`);
	if (!error.message) throw new Finding(`an error without words: ${error.code}`);
	return error;
}

/** Steps of the longest turn of a run. */
export class Turns {
	longest = 0;

	take<T>(body: () => T): T {
		const start = meter();
		try {
			return body();
		} finally {
			const steps = meter() - start;
			if (steps > this.longest) this.longest = steps;
		}
	}
}

/** Records that the application writes in one turn. */
const MAX_RECORDS_AT_ONCE = 16;

export class Watched extends Connection {
	/** Alerts that were queued, level and description. */
	readonly queued: [number, number][] = [];

	override alert(level: number, description: number): void {
		this.queued.push([level, description]);
		super.alert(level, description);
	}
}

const enum End {
	none,
	failed,
	ended,
	closed,
}

export class Watch implements Events {
	readonly connection: Watched;
	readonly turns = new Turns();
	private readonly peer: Peer;
	private readonly n: Numbers;
	private readonly leavesAt: number;
	private sent: Uint8Array[] = [];
	private isPaused = false;
	info: HandshakeInfo | undefined;
	/** Gets each session. */
	onSession: ((session: ArrayBuffer) => void) | undefined;
	error: TLSError | undefined;
	private end: End = End.none;
	private received: Uint8Array[] = [];
	/** True while `close` sends its alert. */
	private isClosing = false;
	private broken: Finding | undefined;
	private pending: number[] = [];

	/** With `leavesAt`, the application closes after so many steps of the conversation; -1: it does not. */
	constructor(config: Config, peer: Peer, n: Numbers, leavesAt: number) {
		this.peer = peer;
		this.n = n;
		this.leavesAt = leavesAt;
		this.connection = this.turns.take(() => new Watched(config, this));
	}

	/** True where the application closed before the server was done. */
	get wasClosed(): boolean {
		return this.end === End.closed;
	}

	// Events

	output(bytes: Uint8Array, start: number, end: number): number {
		if (this.end !== End.none && this.end !== End.ended && !this.isClosing) this.break("output after the end");
		this.sent.push(bytes.slice(start, end));
		return end - start;
	}

	opened(info: HandshakeInfo): void {
		if (this.info) this.break("opened twice");
		this.expectAlive("opened");
		if (!this.connection.isOpen) this.break("opened, but not open");
		this.info = info;
	}

	readable(count: number): void {
		this.expectAlive("readable");
		if (!this.info) this.break("data before the handshake is done");
		if (count <= 0 || count !== this.connection.readable)
			this.break(`readable(${count}) with ${this.connection.readable} to read`);
	}

	session(session: ArrayBuffer): void {
		this.expectAlive("a session");
		if (!this.info) this.break("a session before the handshake is done");
		if (!(session instanceof ArrayBuffer)) this.break("a session that is not a buffer");
		this.onSession?.(session);
	}

	ended(): void {
		this.expectAlive("ended");
		if (!this.info) this.break("ended before it was open");
		this.end = End.ended;
	}

	failed(error: TLSError): void {
		if (this.end === End.failed || this.end === End.closed) this.break("failed after the end");
		this.end = End.failed;
		this.error = error;
	}

	pause(): void {
		if (this.end === End.failed || this.end === End.closed) this.break("a pause after the end");
		this.isPaused = true;
	}

	private expectAlive(what: string): void {
		if (this.end !== End.none) this.break(`${what} after the end`);
	}

	/**
	 * Notes a broken rule; it is thrown from outside of the connection, which would take it for an error of its own.
	 */
	private break(words: string): void {
		this.broken ??= new Finding(words);
	}

	// The run

	/** The whole conversation. */
	run(): void {
		const { connection, n, peer } = this;
		this.turn(() => connection.connect());
		for (let rounds = 0; ; rounds++) {
			if (rounds > 20000) throw new Finding("the conversation does not end");
			if (this.isPaused) {
				this.isPaused = false;
				this.turn(() => connection.resume());
			} else if (!this.move()) break;
			if (this.end === End.none && rounds === this.leavesAt) this.close();
		}
		if (this.end !== End.closed && this.end !== End.failed && (peer.isCut || this.end === End.none || chance(n, 2)))
			this.turn(() => connection.transportEnded());
		this.checkEnd();
	}

	/** One step of the two sides; false where nothing is left to do. */
	private move(): boolean {
		const { connection, n, peer } = this;
		if (this.sent.length) {
			const sent = this.sent;
			this.sent = [];
			for (const bytes of sent) peer.receive(bytes);
			return true;
		}
		if (connection.readable) {
			this.read();
			return true;
		}
		if (this.info && this.end === End.none && this.pending.length < 2 && chance(n, 2)) {
			this.write();
			return true;
		}
		const next = peer.out[0];
		if (!next || this.end === End.failed || this.end === End.closed) return false;
		this.feed(next);
		return true;
	}

	private feed(bytes: Uint8Array): void {
		const { connection, n, peer } = this;
		const count = chance(n, 3)
			? bytes.length
			: chance(n, 2)
				? Math.min(bytes.length, 1 + n.below(16))
				: 1 + n.below(bytes.length);
		const at = this.turn(() => connection.receive(bytes, 0, Math.min(count, bytes.length)));
		if (!(at >= 0 && at <= bytes.length)) throw new Finding(`receive stopped at ${at} of ${count}`);
		if (at === 0 && !bytes.length) peer.out.shift();
		else if (at === 0 && !this.isPaused && !connection.readable && this.end === End.none)
			throw new Finding("receive takes nothing and waits for nothing");
		else if (at === 0 && this.end === End.ended) peer.out = [];
		else if (at === bytes.length) peer.out.shift();
		else peer.out[0] = bytes.subarray(at);
	}

	private read(): void {
		const { connection, n } = this;
		const to = new Uint8Array(1 + n.below(2 * connection.readable));
		const before = connection.readable;
		const count = this.turn(() => connection.read(to));
		if (count !== Math.min(before, to.length) || connection.readable !== before - count)
			throw new Finding(`read gave ${count} of ${before}`);
		this.received.push(to.subarray(0, count));
		if (chance(n, 8)) this.turn(() => connection.release());
	}

	private write(): void {
		const { connection, n } = this;
		const data = someBytes(n, 1 + n.below(chance(n, 6) ? 6000 : 60));
		this.pending.push(data.length);
		// how much it writes at once is the application's choice, and each record has its price: the server may ask for
		// records of 64 bytes
		const most = MAX_RECORDS_AT_ONCE * connection.maxFragment;
		for (let at = 0; at < data.length && connection.isOpen; at += most)
			this.turn(() => connection.write(data, at, Math.min(data.length, at + most)));
	}

	private close(): void {
		const { connection } = this;
		this.isClosing = true;
		this.end = End.closed;
		this.turn(() => connection.close());
		this.isClosing = false;
	}

	private turn<T>(body: () => T): T {
		let result: T;
		try {
			result = this.turns.take(body);
		} catch (error) {
			throw new Finding(`thrown by the connection: ${String(error)} ${(error as Error).stack}`);
		}
		if (this.broken) throw this.broken;
		return result;
	}

	// What must hold at the end

	private checkEnd(): void {
		const { connection, error, end } = this;
		if (end === End.none) throw new Finding("neither failed nor ended");
		if (end === End.failed) this.checkFailure(error!);
		if (end !== End.ended && (connection.isOpen || connection.readable))
			throw new Finding("open, or with data to read, after the end");
		this.checkSilence();
		this.checkData();
	}

	private checkFailure(error: TLSError): void {
		const { connection } = this;
		expectVerdict(error);
		if (connection.error !== error) throw new Finding("the connection's error is not the one that was reported");
		const fatal = connection.queued.filter(([level]) => level === 2);
		if (error.answersPeer ? fatal.length !== 1 || fatal[0]![1] !== error.alert : fatal.length)
			throw new Finding(`alerts ${JSON.stringify(fatal)} for ${error.code} (${error.alert}): ${error.message}`);
	}

	/** After the end nothing has an effect, and nothing is called. */
	private checkSilence(): void {
		const { connection } = this;
		if (this.end === End.ended) this.close();
		const noise = Uint8Array.of(22, 3, 3, 0, 4, 0, 0, 0, 0, 23, 3, 3, 0, 1, 0);
		if (connection.receive(noise, 0, noise.length)) throw new Finding("bytes are taken after the end");
		connection.resume();
		connection.transportEnded();
		connection.release();
		connection.flush();
		connection.close();
		if (connection.read(new Uint8Array(4))) throw new Finding("data after the end");
		try {
			connection.write(noise, 0, 1);
		} catch (error) {
			expectVerdict(error, [...possible, "closed"]);
			if (this.broken) throw this.broken;
			return;
		}
		throw new Finding("write after the end does not throw");
	}

	/** What was read is the beginning of what the server sent. */
	private checkData(): void {
		const all = joinAll(this.received),
			sent = joinAll(this.peer.sent);
		if (all.length > sent.length || !sameBytes(all, sent.subarray(0, all.length)))
			throw new Finding(`${all.length} bytes were read that are not the server's`);
	}
}

function joinAll(list: readonly Uint8Array[]): Uint8Array {
	let length = 0;
	for (const one of list) length += one.length;
	const result = new Uint8Array(length);
	let at = 0;
	for (const one of list) {
		result.set(one, at);
		at += one.length;
	}
	return result;
}
