/*
	What tests of wiping and of native memory stand on: searchMemory, keepFreed, failNative and the count of PSA's keys.
	The app is apps/search.
*/

import assert from "node:assert/strict";
import { test } from "node:test";

import { buildApp } from "../../../host-sim/build/build.js";
import { runApp } from "../../../host-sim/build/run.js";
import { variants } from "../../drivers/machine.js";

const nowhere = { chunks: 0, freeChunks: 0, slots: 0, native: 0, freed: 0, stack: 0, other: 0, total: 0 };

for (const variant of variants) {
	test(`memory is searched, and native allocations fail on demand, ${variant}`, async () => {
		const app = await buildApp("tests/unit/simulator/apps/search", { variant });
		const { code, stdout, stderr } = await runApp(app, { timeout: 60 });
		assert.equal(code, 0, stderr);
		const found = JSON.parse(stdout[0]!);
		assert.deepEqual(found["nowhere"], nowhere);
		assert.deepEqual(found["in a buffer"], { ...nowhere, chunks: 1, total: 1 });
		assert.equal(found["without itself"], 0);
		assert.deepEqual(found["in a buffer and a secret"], { ...nowhere, chunks: 1, native: 1, total: 2 });
		assert.deepEqual(found["in a secret"], { ...nowhere, native: 1, total: 1 });
		assert.deepEqual(found["wiped"], nowhere);
		assert.deepEqual(found["freed"], { ...nowhere, freed: 1, total: 1 });
		assert.ok(found["moved"].freeChunks + found["moved"].chunks >= 1, JSON.stringify(found["moved"]));
		assert.match(found["failures"][0][0], /^Error: Secret: secret: not enough native memory/);
		assert.deepEqual(
			found["failures"].slice(0, 3).map((one: unknown) => (Array.isArray(one) ? one[1] : one)),
			[true, false, ""],
		);
		assert.deepEqual(found["keys"], [1, 0]);
		assert.deepEqual([found["short"], found["none"], found["negative"]], ["RangeError", "TypeError", "RangeError"]);
	});
}
