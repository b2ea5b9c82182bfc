/*
	Replays a recorded handshake through the engine. What the client drew at random is taken from the recording, and all
	that it sends must be the recorded bytes. No tests of its own.
*/

import { configure } from "tls/configure";
import type { Config } from "tls/config";
import { Connection } from "tls/connection/connection";
import type { Events, HandshakeInfo } from "tls/connection/connection";
import type { TLSError } from "tls/errors";
import type { Hello } from "tls/handshake/offer";
import { fixedKeyShare } from "tls/selftest/keyshare";
import { ExtensionBit, extensionBit } from "tls/wire/extensions";
import { Reader } from "tls/wire/reader";
import type { Writer } from "tls/wire/writer";
import { writeHellosWith } from "tls/handshake/clienthello";

/** What a trace holds: private keys and records. */
export interface Recording {
	/** The client's private keys, one for each of its hellos. */
	readonly keys: readonly Uint8Array[];
	/** Each may have early data after it. */
	readonly hellos: readonly Uint8Array[];
	/** What the server answers to each. */
	readonly answers: readonly Uint8Array[];
	/** EncryptedExtensions to Finished. */
	readonly flight: Uint8Array;
	/** The client's last flight. */
	readonly finished: Uint8Array;
	readonly serverAlert: Uint8Array;
	readonly clientAlert: Uint8Array;
}

/** Collects what the engine sends and reports. Pauses end at once. */
export class Collector implements Events {
	sent: number[] = [];
	info: HandshakeInfo | undefined;
	error: TLSError | undefined;
	hasEnded = false;
	isPaused = false;
	sessions: ArrayBuffer[] = [];

	output(from: Uint8Array, start: number, end: number): number {
		for (let i = start; i < end; i++) this.sent.push(from[i]!);
		return end - start;
	}
	opened(info: HandshakeInfo): void {
		this.info = info;
	}
	session(session: ArrayBuffer): void {
		this.sessions.push(session);
	}
	readable(): void {}
	ended(): void {
		this.hasEnded = true;
	}
	failed(error: TLSError): void {
		this.error = error;
	}
	pause(): void {
		this.isPaused = true;
	}

	/** What was sent since the last call. */
	take(): Uint8Array {
		const sent = Uint8Array.from(this.sent);
		this.sent = [];
		return sent;
	}
}

/**
 * Has the hello that the recording says written, with what it is made of set in `hello`. The binders are left for the
 * engine to fill in.
 */
function writeRecorded(recording: Recording, w: Writer, hello: Hello, count: number): void {
	const record = recording.hellos[count]!;
	const r = new Reader().open(record, 5 + 4 + 2 + 32, 5 + ((record[3]! << 8) | record[4]!));
	const id = r.u8();
	hello.sessionId = record.slice(r.skip(id), r.at);
	r.skip(r.u16());
	r.skip(r.u8());
	r.u16();
	hello.asked = 0;
	while (r.left) {
		hello.asked |= extensionBit(r.u16());
		r.skip(r.u16());
	}
	hello.closeShare();
	hello.share = fixedKeyShare(hello.group, recording.keys[count]!);
	w.copy(record, 5, 5 + ((record[3]! << 8) | record[4]!));
	const { keys } = hello;
	if (!(hello.asked & ExtensionBit.pre_shared_key)) return;
	for (const { suite } of keys) w.bytes.fill(0, w.length - suite.hashLength, w.length);
}

export interface Replay {
	readonly connection: Connection;
	readonly collector: Collector;
}

/** What a client of recordings is asked for. */
export const recordedOptions = {
	serverName: "server",
	pins: [new Uint8Array(32)],
	pinsInsteadOfRoots: true,
	recordSizeLimit: 0x4001,
};

/** From now on each ClientHello is the recording's next. */
export function sayHellosOf(recording: Recording): void {
	let count = 0;
	writeHellosWith((w, hello) => writeRecorded(recording, w, hello, count++));
}

/** Starts a connection that says what the recording says; `change` is put over its configuration. */
export function start(recording: Recording, change: object = {}): Replay {
	const options = configure(recordedOptions, undefined);
	const config: Config = { ...options, ...change };
	const collector = new Collector();
	const connection = new Connection(config, collector);
	sayHellosOf(recording);
	connection.connect();
	const replay = { connection, collector };
	goOn(replay);
	return replay;
}

function goOn({ connection, collector }: Replay): void {
	while (collector.isPaused) {
		collector.isPaused = false;
		connection.resume();
	}
}

/** Feeds records in pieces of `size` bytes, running the pauses in between. */
export function feed(replay: Replay, records: Uint8Array, size: number): void {
	for (let at = 0; at < records.length && !replay.collector.error; ) {
		at = replay.connection.receive(records, at, Math.min(records.length, at + size));
		goOn(replay);
	}
}

export function readAll(connection: Connection): Uint8Array {
	const data = new Uint8Array(connection.readable);
	connection.read(data);
	return data;
}
