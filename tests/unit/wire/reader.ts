/*
	modules/wire/reader.ts and writer.ts: what is read ends where it has to, what is written is what is read.
*/

import { bytes, equal, hex, ok, test, throws } from "test/harness";
import { empty, Reader } from "tls/wire/reader";
import { Writer } from "tls/wire/writer";

/** In the middle of other bytes, none of which may be read. */
function reader(text: string): Reader {
	const inside = bytes(text);
	const all = new Uint8Array(inside.length + 8).fill(0xee);
	all.set(inside, 4);
	return new Reader().open(all, 4, 4 + inside.length);
}

test("numbers of 8 to 32 bits: most significant byte first, up to the last byte and not beyond", () => {
	for (const [read, text, value] of [
		[(r: Reader) => r.u8(), "fe", 0xfe],
		[(r: Reader) => r.u16(), "fedc", 0xfedc],
		[(r: Reader) => r.u24(), "fedcba", 0xfedcba],
		[(r: Reader) => r.u32(), "fedcba98", 0xfedcba98],
	] as const) {
		const r = reader(text);
		equal(read(r), value);
		equal([r.left, r.at, r.end], [0, r.end, r.at]);
		r.finish();
		throws(() => read(r), "decode_error");
		throws(() => read(reader(text.slice(2))), "decode_error");
		throws(() => read(reader("")), "decode_error");
	}
});

test("bytes that are passed over", () => {
	const r = reader("0102030405");
	equal(r.skip(0), 4);
	equal(r.skip(3), 4);
	equal(r.left, 2);
	throws(() => r.skip(3), "decode_error");
	equal(r.skip(2), 7);
	throws(() => r.skip(1), "decode_error");
});

test("a vector: nothing is read beyond its end, and nothing is left in it", () => {
	for (const [width, text] of [
		[1, "02"],
		[2, "0002"],
		[3, "000002"],
	] as const) {
		const r = reader(`${text}0a0b0c`);
		const outer = r.enter(width, 0, 0xffff);
		equal([r.left, r.u8()], [2, 0x0a]);
		throws(() => r.leave(outer), "decode_error");
		equal(r.u8(), 0x0b);
		throws(() => r.u8(), "decode_error");
		r.leave(outer);
		throws(() => r.finish(), "decode_error");
		equal([r.left, r.u8()], [1, 0x0c]);
		r.finish();
	}
});

test("the length of a vector: its own bounds, and those of what holds it", () => {
	for (const [text, min, max, good] of [
		["020a0b", 2, 2, true],
		["020a0b", 3, 255, false],
		["020a0b", 0, 1, false],
		["00", 0, 0, true],
		["00", 1, 255, false],
		["030a0b", 0, 255, false],
	] as const) {
		const enter = (): unknown => reader(text).enter(1, min, max);
		if (good) enter();
		else throws(enter, "decode_error");
	}
	const r = reader("03020a0b0c");
	r.enter(1, 0, 255);
	r.enter(1, 2, 2);
	throws(() => reader("02020a0b").enter(1, 0, 1), "decode_error");
});

test("a reader that is released reads nothing", () => {
	const r = reader("0102");
	r.release();
	equal([r.left, r.at, r.end, r.bytes === empty], [0, 0, 0, true]);
	throws(() => r.u8(), "decode_error");
});

function written(write: (w: Writer) => void, room = 4): string {
	const w = new Writer(room);
	write(w);
	return hex(w.bytes.subarray(0, w.length));
}

test("numbers, bytes and text are written as they are read, whatever room there was", () => {
	for (const room of [0, 1, 4, 100]) {
		equal(
			written(w => {
				w.u8(0xfe);
				w.u16(0xfedc);
				w.u24(0xfedcba);
				w.u8(1);
			}, room),
			"fefedcfedcba01",
		);
		equal(
			written(w => w.copy(bytes("0102030405"), 1, 4), room),
			"020304",
		);
		equal(
			written(w => w.ascii("TLS"), room),
			"544c53",
		);
		equal(
			written(w => w.numbers([0x1301, 0xc02b]), room),
			"00041301c02b",
		);
		equal(
			written(w => w.numbers([]), room),
			"0000",
		);
	}
	equal(written(w => w.numbers(new Array(200).fill(0x0102))).slice(0, 8), "01900102");
	throws(() => written(w => w.ascii("m\xfcller")), "configuration");
});

test("room that is reserved comes after what is there, which stays", () => {
	const w = new Writer(3);
	w.u16(0x0102);
	equal(w.reserve(0), 2);
	equal(w.reserve(100), 2);
	equal(w.length, 102);
	ok(w.bytes.length >= 102);
	equal(hex(w.bytes.subarray(0, 2)), "0102");
});

test("a buffer that became too small is wiped: it may have held a secret", () => {
	const w = new Writer(3);
	w.u16(0x0102);
	const first = w.bytes;
	w.u8(3);
	ok(w.bytes === first, "there was room");
	w.u8(4);
	ok(w.bytes !== first);
	equal([hex(first), hex(w.bytes.subarray(0, 4))], ["000000", "01020304"]);
});

test("vectors: their length fits its bytes, or is an error", () => {
	for (const [width, length, head] of [
		[1, 0, "00"],
		[1, 255, "ff"],
		[2, 0x1234, "1234"],
		[2, 0xffff, "ffff"],
		[3, 0x012345, "012345"],
	] as const) {
		const text = written(w => {
			w.u8(7);
			const start = w.open(width);
			w.reserve(length);
			w.close(width, start);
			w.u8(9);
		});
		equal(text.length, 2 * (2 + width + length));
		equal([text.slice(0, 2), text.slice(2, 2 + 2 * width), text.slice(-2)], ["07", head, "09"]);
	}
	for (const [width, length] of [
		[1, 256],
		[2, 0x10000],
	] as const)
		throws(
			() =>
				written(w => {
					const start = w.open(width);
					w.reserve(length);
					w.close(width, start);
				}),
			"configuration",
		);
});
