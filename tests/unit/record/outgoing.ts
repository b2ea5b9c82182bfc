/*
	modules/record/outgoing.ts: records as they go out, to a transport that takes all, some or nothing of what it is
	offered.
*/

import { bytes, equal, hex, join, ok, test, throws } from "test/harness";
import { AEAD, AEADAlgorithm, RecordVersion } from "tls/hardware/aead";
import { Secret } from "tls/hardware/secret";
import { Outgoing, PaddedOutgoing } from "tls/record/outgoing";
import type { Transport } from "tls/record/outgoing";
import { ContentType } from "tls/wire/numbers";

const text = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff);

/** Takes at most `most` bytes each time. */
class Taker implements Transport {
	most: number;
	calls = 0;
	taken: Uint8Array = new Uint8Array(0);

	constructor(most: number) {
		this.most = most;
	}

	output(from: Uint8Array, start: number, end: number): number {
		this.calls++;
		const count = Math.min(this.most, end - start);
		this.taken = join(this.taken, from.slice(start, start + count));
		return count;
	}
}

function gcm(tls12: boolean): AEAD {
	const material = new Secret(28);
	material.import(new Uint8Array(28).fill(3), 0);
	return new AEAD(AEADAlgorithm.gcm, tls12 ? RecordVersion.tls12 : RecordVersion.tls13, material, 0, 16, 16, 1000);
}

/** The length field of the record at `at`. */
function bodyLength(record: Uint8Array, at = 0): number {
	return (record[at + 3]! << 8) | record[at + 4]!;
}

test("records in the clear: the first says TLS 1.0, the others TLS 1.2", () => {
	const taker = new Taker(1000);
	const outgoing = new Outgoing(taker, 4096);
	equal([outgoing.length, outgoing.overhead], [0, 5]);
	outgoing.add(ContentType.handshake, text, 1, 4);
	outgoing.add(ContentType.alert, text, 10, 12);
	equal([outgoing.length, taker.calls], [15, 0]);
	outgoing.flush();
	equal(hex(taker.taken), "1603010003010203" + "15030300020a0b");
	equal(outgoing.length, 0);
	outgoing.flush();
	equal(taker.calls, 1, "nothing is offered where nothing waits");
});

/** Calls back from inside: adds records, as a `close` in there does, and flushes. */
class Caller extends Taker {
	outgoing!: Outgoing;
	/** Records that it adds. */
	left = 3;
	wasSending = false;

	override output(from: Uint8Array, start: number, end: number): number {
		const before = from.slice(start, end);
		if (this.left) {
			this.left--;
			this.wasSending = this.outgoing.isSending;
			this.outgoing.add(ContentType.alert, text, 10, 12);
			this.outgoing.flush();
		}
		equal(hex(from.slice(start, end)), hex(before), "what it is given stays as it is");
		return super.output(from, start, end);
	}
}

test("a transport that calls back from inside gets each byte once, in order", () => {
	for (const most of [1, 3, 8, 50, 1000]) {
		const caller = new Caller(most);
		const outgoing = (caller.outgoing = new Outgoing(caller, 4096));
		equal(outgoing.isSending, false);
		outgoing.add(ContentType.handshake, text, 0, 90);
		outgoing.flush();
		ok(caller.wasSending, `${most} bytes at a time`);
		while (outgoing.length) outgoing.flush();
		equal(outgoing.isSending, false);
		equal(
			hex(caller.taken),
			`160301005a${hex(text.subarray(0, 90))}${"15030300020a0b".repeat(3)}`,
			`${most} bytes at a time`,
		);
	}
});

test("a transport that throws gets the same bytes again; one that says a wrong number is refused", () => {
	let isBroken = true;
	const taker = new Taker(1000);
	const outgoing = new Outgoing(
		{
			output(bytes, start, end) {
				if (isBroken) throw new RangeError("broken");
				return taker.output(bytes, start, end);
			},
		},
		4096,
	);
	outgoing.add(ContentType.handshake, text, 1, 4);
	throws(() => outgoing.flush(), RangeError);
	isBroken = false;
	outgoing.flush();
	equal(hex(taker.taken), "1603010003010203");
	for (const count of [undefined, null, NaN, -1, 9, 1.5, "8", {}]) {
		const wrong = new Outgoing({ output: () => count as number }, 4096);
		wrong.add(ContentType.handshake, text, 1, 4);
		ok(throws(() => wrong.flush(), "transport").message.includes("expected 0 to 8"), String(count));
	}
});

test("what the transport leaves waits, and goes out once, in order", () => {
	for (const most of [1, 4, 7, 100]) {
		const taker = new Taker(most);
		const outgoing = new Outgoing(taker, 4096);
		const expected: Uint8Array[] = [];
		for (let i = 0; i < 20; i++) {
			outgoing.add(ContentType.handshake, text, i, i + 12);
			expected.push(bytes(i ? "160303000c" : "160301000c"), text.slice(i, i + 12));
			const waiting = outgoing.length;
			outgoing.flush();
			equal(outgoing.length, waiting - Math.min(most, waiting));
			outgoing.release(); // does nothing while something waits
		}
		while (outgoing.length) outgoing.flush();
		equal(hex(taker.taken), hex(join(...expected)));
	}
});

test("a transport that takes nothing loses nothing", () => {
	const taker = new Taker(0);
	const outgoing = new Outgoing(taker, 4096);
	for (let i = 0; i < 3; i++) {
		outgoing.add(ContentType.handshake, text, 0, 200);
		outgoing.flush();
		equal(outgoing.length, 205 * (i + 1));
	}
	taker.most = 10000;
	outgoing.flush();
	equal([outgoing.length, taker.taken.length], [0, 615]);
	for (const at of [0, 205, 410]) equal(hex(taker.taken.slice(at + 5, at + 205)), hex(text.slice(0, 200)));
});

test("a message that is split: records as long as they may be, and the rest", () => {
	for (const [length, lengths] of [
		[0, []],
		[1, [1]],
		[99, [99]],
		[100, [100]],
		[101, [100, 1]],
		[250, [100, 100, 50]],
	] as const) {
		const taker = new Taker(1000);
		const outgoing = new Outgoing(taker, 100);
		outgoing.addSplit(ContentType.handshake, text, 7, 7 + length);
		outgoing.flush();
		const found: number[] = [];
		const contents: Uint8Array[] = [];
		for (let at = 0; at < taker.taken.length; at += 5 + bodyLength(taker.taken, at)) {
			found.push(bodyLength(taker.taken, at));
			contents.push(taker.taken.slice(at + 5, at + 5 + bodyLength(taker.taken, at)));
		}
		equal(found, [...lengths]);
		equal(hex(join(...contents)), hex(text.slice(7, 7 + length)));
	}
});

for (const tls12 of [true, false]) {
	test(`protected records of TLS 1.${tls12 ? 2 : 3}: as long as is said before, and they open`, () => {
		const taker = new Taker(1000);
		const outgoing = new Outgoing(taker, 4096);
		outgoing.protectWith(gcm(tls12));
		const opener = gcm(tls12);
		const overhead = tls12 ? 5 + 8 + 16 : 5 + 1 + 16;
		equal([outgoing.overhead, outgoing.cipher!.needsNewKey], [overhead, false]);
		for (const [type, length] of [
			[ContentType.handshake, 40],
			[ContentType.application_data, 0],
			[ContentType.alert, 2],
		] as const) {
			outgoing.add(type, text, 5, 5 + length);
			equal(outgoing.length, overhead + length);
			outgoing.flush();
			const record = taker.taken;
			taker.taken = new Uint8Array(0);
			equal([record.length, bodyLength(record)], [overhead + length, overhead + length - 5]);
			equal(record[0], tls12 ? type : ContentType.application_data);
			const end = opener.open(record, 0, record.length);
			const start = tls12 ? 13 : 5;
			equal(hex(record.slice(start, start + length)), hex(text.slice(5, 5 + length)));
			equal(end, start + length + (tls12 ? 0 : 1));
			if (!tls12) equal(record[end - 1], type);
		}
		opener.close();
		outgoing.unprotect();
		equal(outgoing.overhead, 5);
	});
}

test("change_cipher_spec is never protected", () => {
	const taker = new Taker(1000);
	const outgoing = new Outgoing(taker, 4096);
	outgoing.protectWith(gcm(false));
	outgoing.add(ContentType.change_cipher_spec, Uint8Array.of(1), 0, 1);
	outgoing.flush();
	equal(hex(taker.taken), "140301000101");
	outgoing.unprotect();
});

test("padding: text, type and zeros are a multiple, as far as a record may be that long", () => {
	for (const [length, multiple, most, inside] of [
		[1, 16, 4096, 16],
		[15, 16, 4096, 16],
		[16, 16, 4096, 32],
		[31, 16, 4096, 32],
		[0, 16, 4096, 16],
		[90, 64, 100, 101],
		[100, 64, 100, 101],
		[63, 64, 100, 64],
	] as const) {
		const taker = new Taker(1000);
		const outgoing = new PaddedOutgoing(taker, most, multiple);
		outgoing.protectWith(gcm(false));
		outgoing.add(ContentType.application_data, text, 0, length);
		outgoing.flush();
		const record = taker.taken;
		equal(bodyLength(record), inside + 16, `${length} bytes in multiples of ${multiple}`);
		ok(record.length <= length + outgoing.overhead, "the overhead is the most that there can be");
		const opener = gcm(false);
		const end = opener.open(record, 0, record.length);
		equal(end, 5 + inside);
		equal(record[5 + length], ContentType.application_data);
		for (let i = 5 + length + 1; i < end; i++) equal(record[i], 0);
		opener.close();
		outgoing.unprotect();
	}
});

for (const tls12 of [true, false]) {
	test(`collected bytes of TLS 1.${tls12 ? 2 : 3} share records, whatever the transport takes`, () => {
		for (const most of [7, 100, 10000])
			for (const [sizes, expected, lengths] of [
				[[1, 2, 3], 0, [6]],
				[[1, 2, 3], 300, [6]],
				[[60, 60, 60], 0, [100, 80]],
				[[60, 60, 60], 180, [100, 80]],
				[[100], 0, [100]],
				[[99, 1, 1], 0, [100, 1]],
				[[250, 0, 50], 0, [100, 100, 100]],
				[Array<number>(150).fill(2), 0, [100, 100, 100]],
			] as const) {
				const taker = new Taker(most);
				const outgoing = new Outgoing(taker, 100);
				outgoing.protectWith(gcm(tls12));
				const opener = gcm(tls12);
				let at = 0;
				for (const size of sizes) {
					outgoing.collect(text, at, at + size, expected || size);
					at += size;
				}
				equal(outgoing.length > 0, outgoing.isWaiting);
				outgoing.flush();
				while (outgoing.isWaiting) outgoing.flush();
				equal(outgoing.length, 0);
				const found: number[] = [],
					contents: Uint8Array[] = [];
				for (let from = 0; from < taker.taken.length; ) {
					const record = taker.taken.slice(from, from + 5 + bodyLength(taker.taken, from));
					const start = tls12 ? 13 : 5,
						end = opener.open(record, 0, record.length) - (tls12 ? 0 : 1);
					found.push(end - start);
					contents.push(record.slice(start, end));
					from += record.length;
				}
				equal(found, [...lengths], `${sizes.length} pieces from ${sizes[0]} bytes`);
				equal(hex(join(...contents)), hex(text.slice(0, at)));
				opener.close();
				outgoing.unprotect();
			}
	});
}

test("an open record goes to the transport with 1,024 bytes, without a flush", () => {
	const long = new Uint8Array(4096);
	for (const [sizes, sent] of [
		[[1023], []],
		[[1024], [1024]],
		[[1000, 23], []],
		[[1000, 24], [1024]],
		[[600, 600, 600], [1200]],
		[
			[1500, 1500],
			[1500, 1500],
		],
		[[10, 4000, 10], [4010]],
	] as const) {
		const taker = new Taker(10000);
		const outgoing = new Outgoing(taker, 16384);
		outgoing.protectWith(gcm(false));
		for (const size of sizes) outgoing.collect(long, 0, size, size);
		const found: number[] = [];
		for (let at = 0; at < taker.taken.length; at += 5 + bodyLength(taker.taken, at))
			found.push(bodyLength(taker.taken, at) - 17);
		equal(found, [...sent], `${sizes.join(" + ")} bytes`);
		outgoing.unprotect();
	}
});

test("a message between collected bytes comes in order, and without a key nothing of them goes out", () => {
	const taker = new Taker(1000);
	const outgoing = new Outgoing(taker, 100);
	outgoing.protectWith(gcm(false));
	outgoing.collect(text, 0, 10, 10);
	outgoing.add(ContentType.alert, text, 0, 2);
	outgoing.flush();
	equal([bodyLength(taker.taken), bodyLength(taker.taken, 32)], [27, 19]);
	const calls = taker.calls;
	outgoing.collect(text, 0, 10, 10);
	outgoing.unprotect();
	outgoing.flush();
	equal([taker.calls, outgoing.isWaiting], [calls, false]);
});
