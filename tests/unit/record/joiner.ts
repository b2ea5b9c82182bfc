/*
	modules/record/joiner.ts: messages out of records. They are asked about as soon as their header is there, and passed
	over if there is no room and they need not be kept.
*/

import { equal, join, test, throws } from "test/harness";
import { TLSError } from "tls/errors";
import { Joiner } from "tls/record/joiner";

/** More than any heap of these tests has. */
const HUGE = 0x400000;

/** Notes what it is asked. */
class Gate {
	asked = "";
	passedOver = 0;
	refuses = false;
	mayPass = false;

	expectMessage(type: number, length: number): void {
		this.asked += `${type}:${length} `;
		if (this.refuses) throw new TLSError("unexpected_message", "not now");
	}

	mayPassOver(): boolean {
		return this.mayPass;
	}

	passOver(_bytes: Uint8Array, start: number, end: number): void {
		this.passedOver += end - start;
	}
}

function header(type: number, length: number, ...body: number[]): Uint8Array {
	return Uint8Array.of(type, length >> 16, (length >> 8) & 0xff, length & 0xff, ...body);
}

test("a message in one record is used where it lies", () => {
	const gate = new Gate(),
		joiner = new Joiner(gate);
	const record = header(20, 3, 1, 2, 3);
	equal(joiner.takeFrom(record, 0, record.length), record.length);
	equal([joiner.bytes === record, joiner.start, joiner.end, joiner.have, gate.asked], [true, 0, 7, 0, "20:3 "]);
});

test("one that comes byte by byte is asked about once, when its header is there", () => {
	const gate = new Gate(),
		joiner = new Joiner(gate);
	const record = header(20, 3, 1, 2, 3);
	for (let at = 0; at < record.length; at++) {
		equal(joiner.takeFrom(record, at, at + 1), at + 1);
		equal(gate.asked, at < 3 ? "" : "20:3 ");
		equal(joiner.end, at < 6 ? 0 : 7);
	}
	equal(joiner.bytes, record);
});

test("messages one after the other, cut anywhere: each is whole, and nothing of one is left for the next", () => {
	const messages = [
		header(8, 2, 1, 2),
		header(20, 0),
		header(11, 5, 3, 4, 5, 6, 7),
		header(15, 1, 8),
		header(4, 3, 9, 9, 9),
	];
	const all = join(...messages);
	for (let size = 1; size <= all.length; size++) {
		const gate = new Gate(),
			joiner = new Joiner(gate);
		// what may be passed over is not, where there is room
		gate.mayPass = true;
		let found = 0,
			startOfNext = 0;
		for (let from = 0; from < all.length; from += size) {
			const record = all.slice(from, from + size);
			for (let at = 0; at < record.length; ) {
				at = joiner.takeFrom(record, at, record.length);
				equal(joiner.have > 0, !joiner.end, `records of ${size} bytes: a part has come`);
				if (!joiner.end) continue;
				equal(joiner.bytes.slice(joiner.start, joiner.end), messages[found]!, `records of ${size} bytes`);
				startOfNext += messages[found++]!.length;
				equal(from + at, startOfNext);
				joiner.release();
				equal([joiner.bytes.length, joiner.start, joiner.end], [0, 0, 0]);
			}
		}
		equal([found, gate.passedOver], [messages.length, 0]);
		equal(gate.asked, messages.map(one => `${one[0]}:${one.length - 4} `).join(""));
	}
});

for (const size of [1, 4, 9]) {
	test(`the header alone decides, ${size} bytes at a time`, () => {
		const gate = new Gate(),
			joiner = new Joiner(gate);
		const record = header(1, HUGE, 1, 2, 3, 4, 5);
		gate.refuses = true;
		throws(() => {
			for (let at = 0; at < record.length; at += size) joiner.takeFrom(record, at, Math.min(record.length, at + size));
		}, "unexpected_message");
		equal(gate.asked, `1:${HUGE} `);
	});
	test(`one for which there is no room ends in an error, ${size} bytes at a time`, () => {
		const joiner = new Joiner(new Gate());
		const record = header(11, HUGE, 1, 2, 3, 4, 5);
		throws(() => {
			for (let at = 0; at < record.length; at += size) joiner.takeFrom(record, at, Math.min(record.length, at + size));
		}, "out_of_memory");
	});
	test(`or is passed over to its last byte, ${size} bytes at a time`, () => {
		const gate = new Gate(),
			joiner = new Joiner(gate);
		gate.mayPass = true;
		const record = header(4, HUGE, 1, 2, 3, 4, 5);
		for (let at = 0; at < record.length; at += size) joiner.takeFrom(record, at, Math.min(record.length, at + size));
		equal([joiner.have, joiner.end, gate.passedOver], [9 - (HUGE + 4), 0, 9]);
		const piece = new Uint8Array(0x4000);
		while (joiner.have < -piece.length) equal(joiner.takeFrom(piece, 0, piece.length), piece.length);
		const left = -joiner.have;
		// the message after it is whole
		piece.set(header(24, 1, 1), left);
		equal(joiner.takeFrom(piece, 0, left + 5), left);
		equal([joiner.have, joiner.end, gate.passedOver], [0, 0, HUGE + 4]);
		equal(joiner.takeFrom(piece, left, left + 5), left + 5);
		equal([joiner.start, joiner.end], [left, left + 5]);
	});
}
