/*
	How large a buffer XS can still make, and how many slots (hardware/memory.ts). It is tried in an arena, in pools
	that grow and in pools that do not. What it says must be there, and there must not be much more. The app is
	apps/room.
*/

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { buildApp } from "../../../host-sim/build/build.js";
import { runApp } from "../../../host-sim/build/run.js";
import { variants } from "../../drivers/machine.js";

interface Outcome {
	readonly code: number;
	readonly stderr: string;
	readonly before: number;
	readonly room: number;
	readonly refused: string;
	readonly probed: number;
	readonly last?: number;
	readonly kept?: boolean;
	readonly slots?: number;
	readonly taken?: boolean;
}

async function run(variant: string, creation: object, wanted: number, more = 0, moreSlots = 0): Promise<Outcome> {
	const config = { wanted: String(wanted), more: String(more), moreSlots: String(moreSlots) };
	const app = await buildApp("tests/unit/hardware/apps/room", { variant, config, extra: { creation } });
	const { code, stdout, stderr } = await runApp(app, { timeout: 20 });
	return Object.assign({ code, stderr }, ...stdout.map(line => JSON.parse(line))) as Outcome;
}

const CHUNKS_FULL = 20;
const SLOTS_FULL = 21;
const heap = { initial: 256, incremental: 64 };
const arena = { static: 24576, chunk: { initial: 1024, incremental: 512 }, heap };
const pool = { static: 0, chunk: { initial: 12288, incremental: 0 }, heap: { initial: 512, incremental: 0 } };
/** An arena whose chunks can't have more than they start with. */
const fixed = { static: 24576, chunk: { initial: 6144, incremental: 0 }, heap };
const growing = { static: 0, chunk: { initial: 1024, incremental: 512 }, heap };

for (const variant of variants) {
	describe(`the largest buffer, ${variant}`, () => {
		for (const [name, creation, least, most] of [
			["an arena", arena, 8000, 48000],
			["a pool that can't grow", pool, 7500, 10300],
			["an arena with such a pool", fixed, 2500, 4200],
		] as const) {
			test(`${name}: what it says is there`, async () => {
				const { code, stderr, before, room, refused, last, kept } = await run(variant, creation, 100000);
				assert.equal(code, 0, stderr);
				assert.ok(room >= least && room < most, `${room} bytes`);
				assert.equal(room, before);
				assert.deepEqual([refused, last, kept], ["RangeErrorRangeError", 7, true]);
			});
			test(`${name}: there is not much more`, async () => {
				const { room } = await run(variant, creation, 100000);
				const { code, last } = await run(variant, creation, 100000, 1024);
				assert.ok(room > 0);
				assert.ok(code === CHUNKS_FULL || code === SLOTS_FULL, `ended with ${code}`);
				assert.equal(last, undefined);
			});
			test(`${name}: the slots that it says are there`, async () => {
				const { code, stderr, slots, taken } = await run(variant, creation, 100000);
				assert.equal(code, 0, stderr);
				assert.ok(slots! > 40 && slots! < 2000, `${slots} slots`);
				assert.equal(taken, true);
			});
			test(`${name}: there are not many more`, async () => {
				const { code, slots, taken } = await run(variant, creation, 100000, 0, 200);
				assert.ok(slots! > 0 && taken === undefined);
				assert.ok(code === CHUNKS_FULL || code === SLOTS_FULL, `ended with ${code}`);
			});
			test(`${name}: no more is said than was asked for`, async () =>
				assert.equal((await run(variant, creation, 1000)).room, 1000));
		}
		test("a pool that grows has what C's heap has", async () => {
			const { code, stderr, room, last, probed } = await run(variant, growing, 100000);
			assert.equal(code, 0, stderr);
			assert.deepEqual([room, last], [100000, 7]);
			// chunks grow by whole increments
			const most = 100000 + growing.chunk.incremental;
			assert.ok(probed >= most && probed < most + 128, `C's heap was asked for ${probed} bytes`);
		});
	});
}
