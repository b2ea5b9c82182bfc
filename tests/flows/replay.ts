/*
	Replays a recorded handshake through the engine: what the client drew at random is taken from the recording, and all that it sends must be
	the recorded octets. No tests of its own.
*/

import { configure } from "tls/configure";
import type { Config } from "tls/config";
import { Connection } from "tls/connection/connection";
import type { Events, HandshakeInfo } from "tls/connection/connection";
import type { TLSError } from "tls/errors";
import type { Hello } from "tls/handshake/offer";
import { handshake } from "tls/handshake/start";
import { KeyShare } from "tls/hardware/agree";
import { KeyKind } from "tls/hardware/signature";
import { ExtensionBit, extensionBit } from "tls/wire/extensions";
import { Reader } from "tls/wire/reader";
import type { Writer } from "tls/wire/writer";
import { Certificate } from "tls/x509/certificate";
import type { VerifiedPeer } from "tls/x509/path";

/** What a trace holds: private keys and records. */
export interface Recording {
	/** The client's private keys, one for each of its hellos. */
	readonly keys: readonly Uint8Array[];
	/** Each may have early data behind it. */
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

	output(from: Uint8Array, start: number, end: number): number {
		for (let i = start; i < end; i++) this.sent.push(from[i]!);
		return end - start;
	}
	opened(info: HandshakeInfo): void { this.info = info; }
	readable(): void {}
	ended(): void { this.hasEnded = true; }
	failed(error: TLSError): void { this.error = error; }
	pause(): void { this.isPaused = true; }

	/** What was sent since the last call. */
	take(): Uint8Array {
		const sent = Uint8Array.from(this.sent);
		this.sent = [];
		return sent;
	}
}

/** The recorded certificates have keys of 1024 bits or no name: the key is taken as it is, so that the rest can be checked. */
class AcceptRecorded {
	readonly peer: VerifiedPeer;

	constructor(message: Uint8Array, spans: readonly number[]) {
		const { keyKind, keyStart, keyEnd, keyBits } = new Certificate().read(message, spans[0]!, spans[1]!, 0);
		const rsaAt = spans[0]! + 117;	// RSAPublicKey in the SubjectPublicKeyInfo
		const bytes = keyKind ? message.slice(keyStart, keyEnd) : message.slice(rsaAt, rsaAt + 140);
		const key = { kind: keyKind || KeyKind.rsa, bytes, start: 0, end: bytes.length, bits: keyBits || 1024 };
		this.peer = { key, keyUsage: -1, subject: "recorded", pathLength: 1, needsStatus: false, verifiedAt: 0, validUntil: 0xffffffff };
	}

	step(): boolean {
		return false;
	}
}

/** Has the hello that the recording says written, with what it is made of set in `hello`. The binders are left for the engine to fill in. */
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
	hello.share = new KeyShare(hello.group, recording.keys[count]!);
	w.copy(record, 5, 5 + ((record[3]! << 8) | record[4]!));
	const { keys } = hello;
	if (!(hello.asked & ExtensionBit.pre_shared_key)) return;
	for (const { suite } of keys) w.bytes.fill(0, w.length - suite.hashLength, w.length);
}

export interface Replay {
	readonly connection: Connection;
	readonly collector: Collector;
}

/** Starts a connection that says what the recording says; `change` is put over its configuration. */
export function start(recording: Recording, change: object = {}): Replay {
	const options = configure({ serverName: "server", pins: [new Uint8Array(32)], pinsInsteadOfRoots: true, recordSizeLimit: 0x4001 }, undefined);
	const config = { ...options, PathSearch: AcceptRecorded, ...change } as unknown as Config;
	const collector = new Collector();
	const connection = new Connection(config, collector);
	let count = 0;
	connection.connect(link => handshake(link, (w, hello) => writeRecorded(recording, w, hello, count++)));
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

/** Feeds records in pieces of `size` octets, running the pauses in between. */
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
