/*
	What the simulator counts: heap, native memory, work; what lies in flash; resources. The app is apps/memory.
*/

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { buildApp, type BuildOptions } from "../../../host-sim/build/build.js";
import { runApp, type Report, type RunOptions } from "../../../host-sim/build/run.js";
import { lacks32, variants } from "../../drivers/machine.js";

interface Outcome {
	readonly result: any;
	readonly report: Report;
}

async function run(
	variant: string,
	part: string,
	options: RunOptions = {},
	build: BuildOptions = {},
): Promise<Outcome> {
	const app = await buildApp("tests/unit/simulator/apps/memory", { variant, config: { part }, ...build });
	const { code, stdout, stderr, report } = await runApp(app, { timeout: 20, ...options });
	assert.equal(code, 0, stderr);
	assert.ok(report);
	return { result: JSON.parse(stdout[0]!), report };
}

for (const variant of variants) {
	const slotSize = variant === "m32" ? 16 : 32;
	/** An arena grows with the size of slots. */
	const arena = (32768 / 16) * slotSize;

	describe(`memory, ${variant}`, () => {
		test("chunks, slots and stack are counted in use, peak and limit", async () => {
			const {
				result: { before, grown },
			} = await run(variant, "use");
			assert.ok(grown.chunks >= 2000 && grown.chunks < 2032, `${grown.chunks} bytes of chunks for 2000`);
			assert.ok(grown.chunksPeak >= 2000 && grown.chunkAllocations >= 1 && grown.slotAllocations >= 2);
			assert.equal(before.slotSize, slotSize);
			assert.equal(before.stackLimit, 384);
			// what slots can't have: the chunks that creation.chunk.initial reserves
			const all = before.stackLimit * slotSize + before.slotsLimit * slotSize + 8192;
			assert.ok(before.chunksLimit < arena && all <= arena && all > arena * 0.98, `${all} of ${arena} bytes`);
			assert.ok(before.stack > 0 && before.stack <= before.stackPeak && before.stackPeak < 384);
			assert.ok(before.slots > 0 && before.slots <= before.slotsPeak);
		});

		test("live mode has peaks without garbage", async () => {
			const usual = (await run(variant, "garbage")).result;
			const live = (await run(variant, "garbage", { live: true })).result;
			assert.ok(usual.peak > 3000, `a peak of ${usual.peak}`);
			assert.ok(live.peak >= 1000 && live.peak < 2200, `a live peak of ${live.peak}`);
			assert.ok(usual.grown.collections >= 1 && live.grown.collections > 40);
			assert.equal(usual.grown.chunkAllocations, live.grown.chunkAllocations);
		});

		test("native memory is counted by the bytes that were asked for", async () => {
			const {
				result: { during, after },
				report,
			} = await run(variant, "nativeBlocks");
			assert.deepEqual([during.nativeBytes, during.nativePeak, during.nativeAllocations], [3000, 3000, 2]);
			assert.deepEqual([after.nativeBytes, after.nativePeak], [0, 3000]);
			assert.deepEqual([report.memory.native.current, report.memory.native.peak], [0, 3000]);
		});

		test("what is preloaded takes no heap", async () => {
			const loaded = (await run(variant, "big")).result;
			const preloaded = (await run(variant, "big", {}, { extra: { preload: ["big"] } })).result;
			assert.ok(
				loaded.bytes - preloaded.bytes > 6000,
				`${loaded.bytes} bytes where it is not preloaded, ${preloaded.bytes} where it is`,
			);
			assert.ok(preloaded.bytes < 110 * slotSize);
			assert.deepEqual(preloaded.last, { name: "entry 39".padEnd(100, "."), number: 39 });
			assert.deepEqual(loaded.last, preloaded.last);
		});

		test("resources are read where they lie", async () => {
			const { result } = await run(variant, "resource");
			assert.deepEqual(result, [
				0,
				256,
				7,
				true,
				false,
				[250, 251, 252, 253, 254, 255],
				10,
				10,
				10,
				"URIError",
				"TypeError",
			]);
		});

		test("the environment can be asked", async () => {
			assert.deepEqual((await run(variant, "environment", { env: { SIM_TEST: "yes" } })).result, ["yes", true]);
		});

		test("the report has what script sees", async () => {
			const {
				result: { before },
				report,
			} = await run(variant, "use");
			const { chunks, slots, stack, keys, collections, allocations } = report.memory;
			assert.equal(slots.size, slotSize);
			assert.equal(stack.limit, before.stackLimit);
			for (const pool of [chunks, slots, stack])
				assert.ok(pool.current <= pool.peak && pool.peak <= pool.limit && pool.limit > 0);
			assert.ok(collections >= 1 && keys >= 0);
			assert.ok(allocations.slots > before.slotAllocations && allocations.chunks > before.chunkAllocations);
			assert.ok(report.meter > 0);
			assert.deepEqual([report.exitCode, report.reason, report.accelerators], [0, "", []]);
		});
	});
}

test("metering is the same in every run and build", { skip: lacks32 }, async () => {
	const results = await Promise.all(
		["native", "native", "m32"].map(async variant => (await run(variant, "work")).result),
	);
	assert.deepEqual(results[0], results[1]);
	assert.deepEqual(results[0], results[2]);
	assert.equal(results[0].sum, 10 + 180 + 2700);
	assert.ok(results[0].meter > 1000);
});
