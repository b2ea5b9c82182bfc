/*
	Replays RFC 8448's simple 1-RTT handshake through the engine: fed the server's records, it must send the client's, byte for byte; in one
	piece and one byte at a time.
*/

import { bytes, equal, test, throws } from "test/harness";
import { clientAlertRecord, clientDataRecord, clientFinishedRecord, clientHelloRecord, clientPrivateKey, serverAlertRecord, serverDataRecord,
	serverFlightRecord, serverHelloRecord, ticketRecord } from "./rfc8448-records";
import { configure } from "tls/config";
import type { Config } from "tls/config";
import { Connection } from "tls/connection";
import type { Events, HandshakeInfo } from "tls/connection";
import type { TLSError } from "tls/errors";
import { flow13 } from "tls/handshake/flow13";
import { Hello, readServerHello } from "tls/handshake/hello";
import { accepts } from "tls/handshake/link";
import type { Flow, Link } from "tls/handshake/link";
import { Transcript } from "tls/handshake/transcript";
import { KeyShare } from "tls/hardware/agree";
import { KeyKind } from "tls/hardware/signature";
import { ExtensionBit } from "tls/wire/extensions";
import { HandshakeType, NamedGroup } from "tls/wire/numbers";
import type { VerifiedPeer } from "tls/x509/path";

const payload = Uint8Array.from({ length: 50 }, (_, i) => i);

/** Collects what the engine sends and reports. Pauses end at once. */
class Collector implements Events {
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

/** The recorded certificate has a key of 1024 bits and no name: its key is taken as it is, so that the rest can be checked. */
class AcceptRecorded {
	readonly peer: VerifiedPeer;

	constructor(message: Uint8Array, spans: readonly number[]) {
		const keyAt = spans[0]! + 117;	// SubjectPublicKeyInfo's RSAPublicKey
		const key = message.slice(keyAt, keyAt + 140);
		const peerKey = { kind: KeyKind.rsa, bytes: key, start: 0, end: key.length, bits: 1024 };
		this.peer = { key: peerKey, keyUsage: -1, subject: "recorded", pathLength: 1, needsStatus: false };
	}

	step(): boolean {
		return false;
	}
}

function* recorded(link: Link): Flow {
	const hello = new Hello(NamedGroup.x25519);
	hello.sessionId = new Uint8Array(0);
	hello.share = new KeyShare(NamedGroup.x25519, clientPrivateKey);
	hello.asked = ExtensionBit.server_name | ExtensionBit.supported_groups | ExtensionBit.key_share | ExtensionBit.supported_versions
		| ExtensionBit.record_size_limit | ExtensionBit.session_ticket | ExtensionBit.signature_algorithms;
	const transcript = new Transcript();
	transcript.add(clientHelloRecord, 5, clientHelloRecord.length);
	link.send(clientHelloRecord, 5, clientHelloRecord.length);
	yield accepts(HandshakeType.server_hello);
	const answer = readServerHello(link.reader, hello, link.config);
	transcript.begin(answer.suite.hash);
	yield* flow13(link, hello, answer, transcript);
}

function start(): { connection: Connection; collector: Collector } {
	const pin = new Uint8Array(32);
	const options = configure({ serverName: "server", pins: [pin], pinsInsteadOfRoots: true, recordSizeLimit: 0x4001 }, undefined);
	const config = { ...options, PathSearch: AcceptRecorded } as unknown as Config;
	const collector = new Collector();
	const connection = new Connection(config, collector);
	connection.connect(recorded);
	return { connection, collector };
}

/** Feeds a record in pieces of `size` octets, running the pauses in between. */
function feed(connection: Connection, collector: Collector, record: Uint8Array, size: number): void {
	for (let at = 0; at < record.length; ) {
		at += connection.receive(record, at, Math.min(record.length, at + size));
		while (collector.isPaused) {
			collector.isPaused = false;
			connection.resume();
		}
	}
}

function readAll(connection: Connection): Uint8Array {
	const data = new Uint8Array(connection.readable);
	equal(connection.read(data, 0, data.length), data.length);
	return data;
}

for (const size of [1, 7, 100000]) {
	test(`RFC 8448 section 3, fed ${size} bytes at a time`, () => {
		const { connection, collector } = start();
		equal(collector.take(), clientHelloRecord);
		feed(connection, collector, serverHelloRecord, size);
		feed(connection, collector, serverFlightRecord, size);
		equal(collector.error, undefined);
		equal(collector.take(), clientFinishedRecord);
		equal(collector.info?.suite, "TLS_AES_128_GCM_SHA256");
		feed(connection, collector, ticketRecord, size);
		connection.write(payload, 0, payload.length);
		equal(collector.take(), clientDataRecord);
		feed(connection, collector, serverDataRecord, size);
		equal(readAll(connection), payload);
		feed(connection, collector, serverAlertRecord, size);
		equal(collector.hasEnded, true);
		equal(collector.error, undefined);
		connection.close();
		equal(collector.take(), clientAlertRecord);
	});
}

test("RFC 8448 section 3, every flipped bit of the server's flight is refused", () => {
	for (let at = 5; at < serverFlightRecord.length; at += 41) {
		const { connection, collector } = start();
		const changed = serverFlightRecord.slice();
		changed[at]! ^= 1 << (at % 8);
		feed(connection, collector, serverHelloRecord, 100000);
		collector.take();
		feed(connection, collector, changed, 100000);
		equal(collector.error?.code, "bad_record_mac");
		equal(collector.info, undefined);
		equal(collector.sent.length > 0, true, "an alert is sent");
	}
});

test("before the handshake is done nothing can be written", () => {
	const { connection } = start();
	throws(() => connection.write(payload, 0, 1), "closed");
	equal(bytes("00").length, 1);
});
