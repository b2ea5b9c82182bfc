/*
	Each line of the table in host-sim/README.md that compares TCP, timers and names with the SDK's is held by tests.
	They are named here.
*/

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";

/** A line's first cell, and tests of sockets.test.ts and time.test.ts. */
const heldBy: Readonly<Record<string, readonly string[]>> = {
	"`host` without `address`, an address that is a name": ["wrong options"],
	"no `port`; an invalid port": ["wrong options"],
	"a callback that is not a function; null": ["wrong options"],
	'`format` other than "number", "buffer"': [
		"wrong options",
		"every way of reading; the end is reported when all is read",
	],
	"`write` before it is connected, after the end": [
		"by address",
		"every way of reading; the end is reported when all is read",
	],
	"`write` of more than there is room for": [
		"as much is written at once as lwIP takes on a C3, in any number of pieces",
		"a long upload keeps to the room there is",
	],
	"several writes after one `onWritable`": [
		"as much is written at once as lwIP takes on a C3, in any number of pieces",
	],
	"`read` of nothing; of 0 bytes, of more than is there": [
		"by address",
		"every way of reading; the end is reported when all is read",
	],
	"buffers each way": [
		"as much is written at once as lwIP takes on a C3, in any number of pieces",
		"a long download to a slow reader",
		"--tcp-buffer",
		"--chip esp32: buffers of 8,192 bytes, unless --tcp-buffer says otherwise",
	],
	"the end": ["every way of reading; the end is reported when all is read"],
	"`{ from: socket }`": [
		"another object takes a connection over, with what has arrived",
		"another object takes a connection over before it is there",
	],
	"`nodelay`": ["nodelay: true is off, false is on, for Nagle's algorithm, and nothing is as the system has it"],
	"`remoteAddress`, `remotePort`": ["by address"],
	"the same after a reset": ["the peer resets"],
	"`Timer.clear` of a value that is not a timer, or twice": ["cleared ones don't fire; fired ones can't be scheduled"],
	"`Net.resolve`": ["Net.resolve: IPv4 first, IPv6 where there is nothing else"],
};

test("each line of the table of TCP, timers and names has its tests", () => {
	const page = readFileSync(join(projectRoot, "host-sim", "README.md"), "utf8");
	const section = page.slice(page.indexOf("### TCP, timers and names"), page.indexOf("### The SDK's manifests"));
	const lines = section.split("\n").filter(line => line.startsWith("| ") && !line.startsWith("| |"));
	assert.deepEqual(
		lines.map(line => line.split(" | ")[0]!.slice(2)),
		Object.keys(heldBy),
	);
	const folder = join(projectRoot, "tests", "unit", "simulator");
	const tests = ["sockets.test.ts", "time.test.ts"].map(name => readFileSync(join(folder, name), "utf8")).join("\n");
	const missing = Object.values(heldBy)
		.flat()
		.filter(name => !tests.includes(`test("${name}"`));
	assert.deepEqual(missing, []);
});
