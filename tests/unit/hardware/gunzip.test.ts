/*
	hardware/inflate/zlib_stream.c as it is on a device, where the header and the checksum of gzip are its own to check.
	It is compiled with zlib in the place of the ROM's tinfl. Each stream gets the verdict of Node's zlib, or a right
	one is changed.
*/

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { deflateRawSync, deflateSync, gunzipSync, gzipSync } from "node:zlib";

import { projectRoot } from "../../../host-sim/build/files.js";
import { lacksZlib } from "../../drivers/machine.js";

/** The part of psa/binding.h that zlib_stream.c needs. */
const binding = `#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
typedef struct { int unused; } xsMachine;
typedef int xsIntegerValue;
enum { kRead, kWrite };
#define PSA_ERROR_INSUFFICIENT_MEMORY 1
#define c_malloc malloc
#define c_free free
#define xsmcSetBoolean(to, value) (void)(value)
static inline void bindingThrow(xsMachine* the, const char* name, int status) { (void)the; (void)name; exit(status); }
static inline int bindingInteger(xsMachine* the, int index) { (void)the; return index; }
static inline uint8_t* bindingRange(xsMachine* the, int index, int start, int end, int access)
{ (void)the; (void)index; (void)start; (void)end; (void)access; return NULL; }
static inline uint8_t* bindingBuffer(xsMachine* the, int index, int access, size_t* length)
{ (void)the; (void)index; (void)access; *length = 0; return NULL; }
`;

/** tinfl, by zlib. */
const miniz = `#include <zlib.h>
typedef struct { int unused; } tinfl_decompressor;
typedef enum { TINFL_STATUS_FAILED = -1, TINFL_STATUS_DONE = 0 } tinfl_status;
enum { TINFL_FLAG_PARSE_ZLIB_HEADER = 1, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF = 4, TINFL_FLAG_COMPUTE_ADLER32 = 8 };
static inline void tinfl_init(tinfl_decompressor* state) { (void)state; }
static inline tinfl_status tinfl_decompress(tinfl_decompressor* state, const uint8_t* from, size_t* taken,
	uint8_t* base, uint8_t* to, size_t* made, int flags)
{
	(void)state, (void)base;
	z_stream stream = {.next_in = (Bytef*)from, .avail_in = *taken, .next_out = to, .avail_out = *made};
	if (inflateInit2(&stream, flags & TINFL_FLAG_PARSE_ZLIB_HEADER ? MAX_WBITS : -MAX_WBITS) != Z_OK)
		return TINFL_STATUS_FAILED;
	int status = inflate(&stream, Z_FINISH);
	*taken = stream.total_in, *made = stream.total_out;
	inflateEnd(&stream);
	return status == Z_STREAM_END ? TINFL_STATUS_DONE : TINFL_STATUS_FAILED;
}
`;

/** Reads streams, each behind its format, room and length; prints 1 for each that is right, and 0 for others. */
const main = `#define ESP_PLATFORM
#include "zlib_stream.c"
int main(void)
{
	uint32_t head[3];
	while (fread(head, 4, 3, stdin) == 3) {
		/* of their exact sizes: valgrind and ASan see what is read or written beyond */
		uint8_t *from = malloc(head[2] + !head[2]), *to = malloc(head[1] + !head[1]);
		if (fread(from, 1, head[2], stdin) != head[2])
			return 1;
		putchar((head[0] ? gunzipAll : inflateAll)(NULL, from, head[2], to, head[1]) ? '1' : '0');
		free(from), free(to);
	}
	(void)xs_inflate, (void)xs_gunzip;
	return 0;
}
`;

interface Stream {
	readonly bytes: Buffer;
	/** Bytes that it is decompressed into. */
	readonly room: number;
}

const flags = { text: 1, crc: 2, extra: 4, name: 8, comment: 16 };
const content = Buffer.from("The quick brown fox jumps over the lazy dog. ".repeat(9));

/** CRC-32 and length, four bytes each. */
function trailerOf(data: Buffer): Buffer {
	return gzipSync(data).subarray(-8);
}

/** A gzip stream with these flags (RFC 1952 section 2.3). */
function gzip(data: Buffer, set = 0): Stream {
	const parts: Buffer[] = [Buffer.from([0x1f, 0x8b, 8, set, 0, 0, 0, 0, 0, 3])];
	if (set & flags.extra) parts.push(Buffer.from([5, 0, 1, 0, 2, 3, 4]));
	if (set & flags.name) parts.push(Buffer.from("name\0"));
	if (set & flags.comment) parts.push(Buffer.from("a comment\0"));
	if (set & flags.crc) parts.push(Buffer.from(trailerOf(Buffer.concat(parts)).subarray(0, 2)));
	return { bytes: Buffer.concat([...parts, deflateRawSync(data), trailerOf(data)]), room: data.length };
}

const allFlags = Object.values(flags).reduce((sum, flag) => sum | flag);

/** The stream cut at each byte, and with one more. */
function cuts({ bytes, room }: Stream): Stream[] {
	const cut = Array.from(bytes, (_, length) => ({ bytes: bytes.subarray(0, length), room }));
	return [...cut, { bytes: Buffer.concat([bytes, Buffer.of(0)]), room }];
}

/** The stream with each of the bytes from `start` on changed. */
function changes({ bytes, room }: Stream, start: number): Stream[] {
	return Array.from(bytes.subarray(start), (_, i) => {
		const changed = Buffer.from(bytes);
		changed[start + i]! ^= 0x40;
		return { bytes: changed, room };
	});
}

describe("zlib_stream.c as on a device", { skip: lacksZlib("native") }, () => {
	let folder = "";
	before(() => {
		folder = mkdtempSync(join(tmpdir(), "xs-tls-gunzip-"));
		for (const [name, text] of Object.entries({ "binding.h": binding, "miniz.h": miniz, "main.c": main }))
			writeFileSync(join(folder, name), text);
		const inflate = join(projectRoot, "hardware", "inflate");
		const made = spawnSync(
			process.env["CC"] ?? "cc",
			["-O1", "-Wall", "-Werror", "-fsanitize=address,undefined", `-I${folder}`, `-I${inflate}`].concat([
				join(folder, "main.c"),
				"-o",
				join(folder, "main"),
				"-lz",
			]),
			{ encoding: "utf8" },
		);
		assert.equal(made.status, 0, made.stderr);
	});
	after(() => rmSync(folder, { recursive: true, force: true }));

	/** The verdict on each of the streams. */
	function verdicts(format: "zlib" | "gzip", streams: readonly Stream[]): boolean[] {
		const input = streams.flatMap(({ bytes, room }) => [
			Buffer.from(Uint32Array.of(format === "gzip" ? 1 : 0, room, bytes.length).buffer),
			bytes,
		]);
		const run = spawnSync(join(folder, "main"), { input: Buffer.concat(input), encoding: "latin1" });
		assert.equal(run.status, 0, run.stderr);
		assert.equal(run.stdout.length, streams.length);
		return Array.from(run.stdout, verdict => verdict === "1");
	}

	function expectAll(format: "zlib" | "gzip", streams: readonly Stream[], verdict: boolean): void {
		assert.deepEqual(
			verdicts(format, streams),
			streams.map(() => verdict),
		);
	}

	test("gzip with every set of fields in its header, and of no byte", () => {
		const streams = Array.from({ length: allFlags + 1 }, (_, set) => gzip(content, set));
		for (const { bytes } of streams) assert.deepEqual(gunzipSync(bytes), content);
		expectAll("gzip", [...streams, gzip(Buffer.alloc(0)), gzip(Buffer.of(7), allFlags)], true);
	});

	test("gzip cut at each byte, and with one more", () => {
		for (const set of [0, flags.extra, flags.name, flags.comment, flags.crc, allFlags])
			expectAll("gzip", cuts(gzip(content, set)), false);
	});

	test("gzip with another magic number, method or flag", () => {
		const { bytes, room } = gzip(content);
		const changed = [0, 1, 2].flatMap(at => changes({ bytes, room }, at).slice(0, 1));
		const reserved = [0x20, 0x40, 0x80].map(set => ({ ...gzip(content, set), room }));
		expectAll("gzip", [...changed, ...reserved], false);
	});

	test("gzip with another checksum or length, or for another room", () => {
		const stream = gzip(content);
		const rooms = [-1, 1].map(more => ({ ...stream, room: stream.room + more }));
		expectAll("gzip", [...changes(stream, stream.bytes.length - 8), ...rooms], false);
	});

	test("a field of the header that is longer than the stream", () => {
		const header = Buffer.from([0x1f, 0x8b, 8, flags.extra, 0, 0, 0, 0, 0, 3, 0xff, 0xff]);
		const name = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, flags.name, 0, 0, 0, 0, 0, 3]), Buffer.alloc(20, 0x61)]);
		expectAll(
			"gzip",
			[header, name].map(bytes => ({ bytes, room: 1 })),
			false,
		);
	});

	test("zlib's format: right, cut, with one byte more, changed, and for another room", () => {
		const stream = { bytes: deflateSync(content), room: content.length };
		const rooms = [-1, 1].map(more => ({ ...stream, room: stream.room + more }));
		expectAll("zlib", [stream], true);
		expectAll("zlib", [...cuts(stream), ...changes(stream, stream.bytes.length - 4), ...rooms], false);
	});
});
