/*
	How a run ends in the simulator: each exit code with its sentence, in both builds. The app is apps/ends.
*/

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { buildApp } from "../../../host-sim/build/build.js";
import { runApp, type RunOptions, type RunResult } from "../../../host-sim/build/run.js";
import { variants } from "../../drivers/machine.js";

interface End {
	readonly end: string;
	readonly code: number;
	/** What standard error must say; nothing where undefined. */
	readonly says?: RegExp;
	readonly prints?: string[];
	readonly options?: RunOptions;
	readonly config?: Record<string, string>;
	readonly creation?: object;
}

/** Fixed pools with room for the app, where its manifest has an arena. */
const pools = { static: 0, chunk: { initial: 8192, incremental: 0 }, heap: { initial: 1024, incremental: 0 } };

const main = "tests/unit/simulator/apps/ends/main\\.ts";

const normal: End[] = [
	{ end: "normal", code: 0, prints: ["done"] },
	{ end: "exit", code: 9, config: { code: "9" } },
	{ end: "exit", code: 10, config: { code: "10" }, says: /RangeError: .*0 to 9/ },
	{ end: "exitFromTimer", code: 7 },
	{ end: "handledRejection", code: 0, prints: ["caught"] },
];

const thrown: End[] = [
	{
		end: "throw",
		code: 10,
		says: new RegExp(`^sim: uncaught exception\\nError: thrown on purpose\\n(.*\\n)* at throw \\(${main}:\\d+\\)`),
	},
	{ end: "throwCause", code: 10, says: /Error: outer\n( .*\n)+caused by: RangeError: inner\n at/ },
	{ end: "throwString", code: 10, says: /uncaught exception\njust text\n$/ },
	{ end: "throwFromTimer", code: 10, says: new RegExp(`TypeError: in a timer\\n at \\(${main}:\\d+\\)`) },
	{
		end: "reject",
		code: 11,
		says: new RegExp(`^sim: unhandled rejection\\nError: rejected on purpose\\n at reject \\(${main}`),
	},
	{ end: "rejectAsync", code: 11, says: /Error: rejected later/ },
];

const limits: End[] = [
	{
		end: "chunks",
		code: 20,
		says: new RegExp(
			"^sim: memory is full: a chunk of 1000\\d\\d bytes was asked for, " +
				`\\d+ bytes of creation.static are free .*${main}:\\d+\\n$`,
		),
	},
	{
		end: "chunks",
		code: 20,
		creation: pools,
		says: /^sim: the chunk heap is full: 1000\d\d bytes were asked for, \d+ of its 8192 bytes are free, at /,
	},
	{ end: "slots", code: 20, says: /memory is full: a chunk of/ },
	{ end: "slotsOnly", code: 21, says: /^sim: memory is full: a slot of (16|32) bytes was asked for/ },
	{
		end: "slotsOnly",
		code: 21,
		creation: pools,
		says: /^sim: the slot heap is full: one slot was asked for, all of its \d+ slots of (16|32) bytes are in use, at /,
	},
	{ end: "stack", code: 22, says: /^sim: the JavaScript stack is full: creation.stack has 384 slots, at / },
	{ end: "caughtStack", code: 22, says: /stack is full/ },
	{
		end: "nativeStack",
		code: 23,
		creation: { static: 0, stack: 4_000_000 },
		says: /^sim: the native stack is full: .*, at /,
	},
	{ end: "keys", code: 24, says: /^sim: the key table is full: all 64 keys of creation.keys are in use/ },
	{
		end: "work",
		code: 25,
		options: { meterLimit: 1e6 },
		says: /^sim: the meter reached 10\d{5}, its limit is 1000000, at /,
	},
	{ end: "work", code: 26, options: { timeout: 0.5 }, says: /^sim: the time is up: 0.5 seconds, at / },
	{ end: "wait", code: 26, options: { timeout: 0.5 }, says: /^sim: the time is up: 0.5 seconds\n$/ },
	{
		end: "normal",
		code: 21,
		creation: { static: 16384, heap: { initial: 2048 } },
		says: /^sim: creation.static is too small to start with: \d+ bytes were asked for stack and slots .*, \d+ are free; stack has 384 slots, heap.initial 2048 slots of (16|32) bytes, chunk.initial 1536 bytes \(without a value .*\n$/,
	},
];

const flash: End[] = [
	{ end: "flashBytes", code: 10, says: /TypeError: .*read-only/ },
	{ end: "flashMap", code: 10, says: /TypeError: .*read-only/ },
	{ end: "flashList", code: 0, prints: ["9,2,3"] },
	{ end: "flashObject", code: 0, prints: ["9"] },
	{ end: "flashNewMember", code: 0, prints: ["9"] },
	{ end: "flashCounter", code: 0, prints: ["1 2"] },
	{
		end: "flashInC",
		code: 27,
		says: new RegExp(`^sim: a write to flash: a preloaded module's data is read-only, at ${main}:\\d+\\n$`),
	},
];

async function run(end: End, variant: string): Promise<RunResult> {
	const extra = end.creation ? { extra: { creation: end.creation } } : {};
	const app = await buildApp("tests/unit/simulator/apps/ends", {
		variant,
		config: { end: end.end, ...end.config },
		...extra,
	});
	return runApp(app, { timeout: 60, ...end.options });
}

for (const variant of variants) {
	for (const [group, ends] of Object.entries({ normal, thrown, limits, flash })) {
		describe(`${group} ends, ${variant}`, () => {
			for (const end of ends) {
				test(`${end.end}: ${end.code}${end.creation ? `, ${JSON.stringify(end.creation)}` : ""}`, async () => {
					const { code, stdout, stderr, report } = await run(end, variant);
					assert.equal(code, end.code, stderr);
					if (end.says) assert.match(stderr, end.says);
					else assert.equal(stderr, "");
					assert.deepEqual(stdout, end.prints ?? []);
					assert.equal(report?.exitCode, end.code);
					assert.ok(end.says === undefined ? report?.reason === "" : stderr.startsWith(`sim: ${report?.reason}`));
				});
			}
		});
	}
}
