/*
	Memory and work of handshakes and transfers, held to the figures in baseline.json: none may grow by more than a
	twentieth. After a change that is meant to cost that much, npm run bench -- --write-baseline.
*/

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { baselineFile, measure } from "../../host-sim/programs/bench.js";
import type { Figures } from "../../host-sim/programs/bench/measure.js";
import { lacks32 } from "../drivers/machine.js";

type Rows = Readonly<Record<string, Figures>>;

const baseline = JSON.parse(readFileSync(baselineFile, "utf8")) as {
	readonly handshakes: Rows;
	readonly transfers: Rows;
};

/** What a transfer allocates to start its buffers and timer anew, where a busy machine lets it rest in between. */
const RESTART_SLOTS = 40;

/** Collections near a full heap come in bursts, which a chunk more or less sets off. */
const BURST = 6;

/** What a figure may grow to; a few more where it is small. */
function limit(name: string, figure: number): number {
	return Math.max(
		figure * 1.05,
		figure + (name === "slots" ? RESTART_SLOTS : name === "collections" && figure > 2 ? BURST : 2),
	);
}

function check(rows: Rows, measured: Rows): void {
	const grown: string[] = [];
	for (const [row, figures] of Object.entries(rows)) {
		for (const [name, figure] of Object.entries(figures)) {
			const value = measured[row]?.[name];
			assert.ok(typeof value === "number", `${row}: ${name} was not measured`);
			if (value > limit(name, figure as number)) grown.push(`${row}: ${name} grew from ${figure} to ${value}`);
		}
	}
	assert.deepEqual(grown, []);
}

test("memory and work are no more than in the baseline", { skip: lacks32 }, async t => {
	const measured = await measure("steady");
	for (const kind of ["handshakes", "transfers"] as const) {
		assert.ok(Object.keys(baseline[kind]).length > 0, "the baseline is empty");
		await t.test(kind, () => check(baseline[kind], measured[kind]));
	}
});
