/*
	modules/record/incoming.ts: how long a record may be, and a record that a transport reads to where it belongs.
*/

import { meter } from "simulator";
import { equal, note, ok, test, throws } from "test/harness";
import type { RecordCipher } from "tls/hardware/aead";
import { Incoming } from "tls/record/incoming";
import { ProtocolVersion } from "tls/wire/numbers";

const OVERHEAD = 24;

/** Only what is asked of a cipher before a record is whole. */
const cipher = { hidesType: true, explicit: 0, receivedOverhead: OVERHEAD, close() {} } as unknown as RecordCipher;

function header(length: number): Uint8Array {
	return Uint8Array.of(22, 3, 3, length >> 8, length & 0xff);
}

/** The longest record that is taken, by trying both sides of it, with a header in one piece and byte by byte. */
function expectLongest(make: () => Incoming, length: number): void {
	for (const size of [1, 5]) {
		const take = (incoming: Incoming, bytes: Uint8Array): void => {
			for (let at = 0; at < bytes.length; at += size) incoming.takeHeader(bytes, at, at + size);
		};
		const incoming = make();
		take(incoming, header(length));
		equal(incoming.missing, length);
		throws(() => take(make(), header(length + 1)), "record_too_long");
		throws(() => take(make(), header(0)), "unexpected_message");
	}
}

function made(version: ProtocolVersion, limit: number, isProtected: boolean): Incoming {
	const incoming = new Incoming();
	incoming.version = version;
	if (limit) incoming.limitRecords(limit);
	if (isProtected) incoming.protectWith(cipher);
	return incoming;
}

test("the longest record, with and without a limit that the server has agreed to", () => {
	for (const version of [ProtocolVersion.tls12, ProtocolVersion.tls13]) {
		expectLongest(() => made(version, 0, false), 16384);
		// RFC 8449 section 4: the limit is of protected records
		expectLongest(() => made(version, 1000, false), 16384);
		expectLongest(() => made(version, 1000, true), 1000 + OVERHEAD);
	}
	expectLongest(() => made(ProtocolVersion.tls12, 0, true), 16384 + OVERHEAD);
	expectLongest(() => made(ProtocolVersion.tls13, 0, true), 16384 + 256);
});

test("a long record is read to its place, never beyond its end", () => {
	const incoming = new Incoming();
	equal(incoming.bodyView(1000), undefined, "there is no record yet");
	incoming.takeHeader(header(500), 0, 5);
	equal(incoming.bodyView(10), undefined, "so few bytes need no view");
	const first = incoming.bodyView(300)!;
	equal(first.length, 300);
	first.fill(1);
	incoming.filled(300);
	const second = incoming.bodyView(10_000)!;
	equal(second.length, 200);
	second.fill(2);
	ok(!incoming.isComplete);
	incoming.filled(200);
	ok(incoming.isComplete);
	equal(incoming.bodyView(1000), undefined, "nothing is missing");
	equal(incoming.openRecord(), 22);
	equal([incoming.at, incoming.end], [5, 505]);
	equal(
		[incoming.buffer[4], incoming.buffer[5], incoming.buffer[304], incoming.buffer[305], incoming.buffer[504]],
		[500 & 0xff, 1, 1, 2, 2],
	);
});

/** A cipher that opens every record as it is. */
const sealed = {
	...cipher,
	open: (_bytes: Uint8Array, _start: number, end: number) => end,
} as unknown as RecordCipher;

test("the longest plaintext of a record, in TLS 1.3 with its type and padding", () => {
	for (const [version, longest] of [
		[ProtocolVersion.tls12, 16384],
		[ProtocolVersion.tls13, 16385],
	] as const) {
		const open = (length: number): number => {
			const incoming = made(version, 0, false),
				record = new Uint8Array(5 + length).fill(22);
			incoming.protectWith({ ...sealed, receivedOverhead: 256 } as unknown as RecordCipher);
			record.set([23, 3, 3, length >> 8, length & 0xff]);
			incoming.takeHeader(record, 0, 5);
			incoming.takeBody(record, 5, record.length);
			incoming.openRecord();
			return incoming.end - incoming.at;
		};
		equal(open(longest), 16384);
		throws(() => open(longest + 1), "record_too_long");
	}
});

test("the type after the plaintext is found before padding of any length, in little time (RFC 8446 section 5.4)", () => {
	const open = (plain: number, padding: number): Incoming => {
		const length = plain + 1 + padding,
			record = new Uint8Array(5 + length).fill(1, 5, 5 + plain);
		record.set([23, 3, 3, length >> 8, length & 0xff]);
		if (plain >= 0) record[5 + plain] = 22;
		const incoming = new Incoming();
		incoming.version = ProtocolVersion.tls13;
		incoming.protectWith(sealed);
		incoming.takeHeader(record, 0, 5);
		incoming.takeBody(record, 5, record.length);
		return incoming;
	};
	let longest = 0;
	for (const plain of [0, 1, 2, 255, 256, 257]) {
		for (const padding of [0, 1, 254, 255, 256, 257, 511, 512, 513, 16384 - plain]) {
			const incoming = open(plain, padding),
				before = meter();
			equal(incoming.openRecord(), 22);
			longest = Math.max(longest, meter() - before);
			equal([incoming.at, incoming.end], [5, 5 + plain]);
		}
	}
	for (const padding of [1, 255, 256, 257, 512, 16385])
		throws(() => open(-1, padding).openRecord(), "unexpected_message");
	note(`${longest} steps at most`);
	ok(longest < 10_000);
});

test("what has arrived of a record is wiped when the connection ends", () => {
	const incoming = new Incoming();
	incoming.takeHeader(header(100), 0, 5);
	incoming.takeBody(new Uint8Array(60).fill(7), 0, 60);
	const { buffer } = incoming;
	equal(buffer[5], 7);
	incoming.close();
	equal(buffer, new Uint8Array(buffer.length));
	// a TCP class may detach it
	const other = new Incoming();
	other.takeHeader(header(100), 0, 5);
	(other.buffer.buffer as ArrayBuffer).transfer?.(0);
	other.close();
});
