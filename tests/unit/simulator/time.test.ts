/*
	Timers, promise jobs and clocks in the simulator. The app is apps/time.
*/

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { buildApp } from "../../../host-sim/build/build.js";
import { runApp, type RunOptions } from "../../../host-sim/build/run.js";
import { variants } from "../../drivers/machine.js";

for (const variant of variants) {
	const run = async (part: string, options: RunOptions = {}): Promise<unknown[]> => {
		const app = await buildApp("tests/unit/simulator/apps/time", { variant, config: { part } });
		const { code, stdout, stderr } = await runApp(app, { timeout: 20, ...options });
		assert.equal(code, part === "default" ? 5 : 0, stderr);
		return stdout.length > 0 ? (JSON.parse(stdout[0]!) as unknown[]) : [];
	};

	describe(`timers, ${variant}`, () => {
		test("fire in order of time, then of making, each followed by its promise jobs", async () => {
			const names = ["main", "0", "also 0", "10", "30"];
			assert.deepEqual(
				await run("order"),
				names.flatMap(name => [name, `job of ${name}`]),
			);
		});
		test("repeat until they are cleared", async () => assert.deepEqual(await run("repeat"), [true, true, true, true]));
		test("fire once and then repeat", async () => assert.deepEqual(await run("setWithRepeat"), [0, 1, 2]));
		test("take another time, or none", async () => assert.deepEqual(await run("schedule"), ["20"]));
		test("cleared ones don't fire; fired ones can't be scheduled", async () =>
			assert.deepEqual(await run("cleared"), [true]));
		test("delay stops everything", async () => assert.deepEqual(await run("delay"), [true]));
		test("a callback must be a function", async () => assert.deepEqual(await run("wrong"), ["TypeError", "TypeError"]));
		test("main's default export is called", async () => assert.deepEqual(await run("default"), []));
	});

	describe(`clocks, ${variant}`, () => {
		const rest = [true, "2001-09-09T01:46", 2017, true, 0, 0, 0, true];
		test("the host's", async () => {
			const [now, ...others] = await run("clock");
			assert.ok(Math.abs(Date.now() - (now as number)) < 60_000);
			assert.deepEqual(others, rest);
		});
		test("unset", async () => {
			const [now] = await run("clock", { clock: "unset" });
			assert.ok((now as number) < 10_000);
		});
		for (const clock of ["2001-02-03T04:05:06Z", "2001-02-03T05:05:06.000+01:00", "981173106"]) {
			test(clock, async () => {
				const [now, ...others] = await run("clock", { clock });
				assert.ok((now as number) >= 981173106000 && (now as number) < 981173116000);
				assert.deepEqual(others, rest);
			});
		}
	});
}
