/*
	How the firmware ends: what the app throws, each kind of memory full, writes to where none may go. Each ends in
	words and with an exit code. The app is ends.
*/

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { projectRoot } from "../../host-sim/build/files.js";
import { buildImage } from "../../host-sim/firmware/image.js";
import { runFirmware, type FirmwareResult } from "../../host-sim/firmware/run.js";
import { lacksTools } from "../../host-sim/firmware/tools.js";

const hex = "[0-9a-f]{8}";

async function end(name: string, creation: object = {}): Promise<FirmwareResult> {
	const image = await buildImage(join(projectRoot, "tests", "firmware", "ends"), {
		config: { end: name },
		extra: { creation },
	});
	return runFirmware(image, { timeout: 20 });
}

/** Code and words; nothing may follow them but figures. */
const bad: { readonly name: string; readonly code: number; readonly says: RegExp; readonly creation?: object }[] = [
	{ name: "throw", code: 10, says: /^firmware: uncaught exception\n.*RangeError: thrown on purpose/ },
	{ name: "reject", code: 11, says: /^firmware: unhandled rejection\n.*Error: rejected on purpose/ },
	{ name: "eval", code: 10, says: /^firmware: uncaught exception\n.*(Syntax|Eval|Type)Error/ },
	{
		name: "chunks",
		code: 20,
		says: /^firmware: memory is full: a chunk of 1000\d\d bytes was asked for, \d+ bytes of creation.static are free/,
	},
	{
		name: "slots",
		code: 21,
		says: /^firmware: memory is full: a slot of 16 bytes was asked for, \d+ bytes of creation.static are free/,
	},
	{
		name: "normal",
		code: 21,
		says: /^firmware: creation.static is too small to start with: \d+ bytes were asked for stack and slots/,
		creation: { static: 4096 },
	},
	{
		name: "normal",
		code: 2,
		says: /^firmware: there are no 400000 bytes for creation.static/,
		creation: { static: 400_000 },
	},
	{ name: "stack", code: 22, says: /^firmware: the JavaScript stack is full: creation.stack has 384 slots/ },
	{
		name: "nativeStack",
		code: 23,
		says: /^firmware: the native stack is full: too many calls nested in C/,
		creation: { stack: 1024 },
	},
	{
		name: "nativeStackInC",
		code: 23,
		says: new RegExp(`^firmware: the C stack is full: its 10240 bytes are used up \\(at ${hex}\\)`),
	},
	{ name: "nativeHeap", code: 10, says: /^firmware: uncaught exception\n.*secret: not enough native memory/ },
	{ name: "connectTwice", code: 0, says: /^no connection\nno connection$/ },
	{
		name: "preloaded",
		code: 27,
		says: new RegExp(`^firmware: a write to ROM, ${hex} \\(at ${hex}\\): code, constants and preloaded`),
	},
	{ name: "preloadedInScript", code: 10, says: /TypeError/ },
	{ name: "code", code: 27, says: new RegExp(`^firmware: a write to ROM, ${hex} \\(at ${hex}\\)`) },
	{ name: "null", code: 29, says: new RegExp(`^firmware: a write to 00000000, where nothing is \\(at ${hex}\\)`) },
	{ name: "outside", code: 29, says: new RegExp(`^firmware: a write to 81000000, where nothing is \\(at ${hex}\\)`) },
	{ name: "data", code: 29, says: new RegExp(`^firmware: a jump to ${hex}, where no code is`) },
];

describe("how firmware ends", { skip: await lacksTools() }, () => {
	test("an app with nothing left to do; what is preloaded is copied where script writes to it", async () => {
		const { code, lines, figures } = await end("normal");
		assert.deepEqual({ code, lines: lines.filter(Boolean) }, { code: 0, lines: ["2 36"] });
		assert.equal(figures?.exitCode, 0);
		assert.ok(figures.cStack > 1000 && figures.cStack < figures.cStackLimit, `${figures.cStack} bytes of C stack`);
		assert.ok(figures.cHeap > figures.arena && figures.cHeap < figures.cHeapLimit, `${figures.cHeap} bytes of C heap`);
	});
	test("a connection that is refused", async () => {
		const { code, lines } = await end("connect");
		assert.deepEqual({ code, lines: lines.filter(Boolean) }, { code: 0, lines: ["no connection"] });
	});
	for (const { name, code, says, creation } of bad) {
		test(`${name}${creation ? ` ${JSON.stringify(creation)}` : ""}`, async () => {
			const result = await end(name, creation);
			assert.match(result.lines.join("\n").trim(), says);
			assert.equal(result.code, code);
		});
	}
});
