/*
	The fuzzer, for a moment: 200 seeds of each target, and every case of the corpus, which are those that broke a rule
	once. npm run fuzz goes on.
*/

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { projectRoot } from "../../host-sim/build/files.js";
import { corpusFolder } from "../../host-sim/programs/fuzz/material.js";
import { fuzz, longestAllowed, targets, type Outcome, type Target } from "../../host-sim/programs/fuzz/run.js";
import { variants } from "../drivers/machine.js";

interface Case {
	readonly target: Target;
	readonly seed: number;
	readonly found: string;
}

const file = join(corpusFolder, "cases.json");
const cases: readonly Case[] = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Case[]) : [];

function expectNothing({ target, findings, executions, longest, longestSeed }: Outcome, count: number): void {
	assert.deepEqual(
		findings.map(({ seed, words }) => `seed ${seed}: ${words}`),
		[],
	);
	assert.equal(executions, count);
	assert.ok(
		longest <= longestAllowed(target),
		`seed ${longestSeed}: a stretch of ${longest} steps, more than the ${longestAllowed(target)} allowed`,
	);
}

for (const variant of variants) {
	describe(`fuzzing, ${variant}`, () => {
		for (const target of targets) {
			// the emulator takes ten times as long
			const count = variant === "native" ? 200 : 20;
			test(`${target}: ${count} seeds`, async t => {
				const outcome = await fuzz({ target, variant, seed: 20000, count });
				expectNothing(outcome, count);
				t.diagnostic(
					`${target}: longest stretch ${outcome.longest} steps, peak ${outcome.peak} bytes, ${JSON.stringify(outcome.codes)}`,
				);
			});
			const seeds = cases.filter(one => one.target === target).map(({ seed }) => seed);
			if (seeds.length)
				test(`${target}: the corpus`, async () =>
					expectNothing(await fuzz({ target, variant, seed: 0, seeds, count: seeds.length }), seeds.length));
		}
	});
}

describe("npm run fuzz", () => {
	function run(...values: string[]): { status: number | null; output: string } {
		const { status, stdout, stderr } = spawnSync(
			process.execPath,
			[join(projectRoot, "host-sim", "setup.mjs"), "fuzz", ...values],
			{ encoding: "utf8", cwd: projectRoot },
		);
		return { status, output: stdout + stderr };
	}

	test("wrong arguments give a sentence and exit code 2", () => {
		const wrong: [string[], RegExp][] = [
			[["--for", "soon"], /--for takes a time/],
			[["--for"], /--for needs a value/],
			[["--seed", "x"], /--seed takes a whole number/],
			[["--target", "dns"], /--target takes one of tls13/],
			[["--count", "0"], /--count takes a whole number/],
			[["--max-steps", "-1"], /--max-steps takes a whole number/],
			[["--quick"], /there is no option --quick/],
			[["extra"], /"extra": this command takes options only/],
		];
		for (const [values, words] of wrong) {
			const { status, output } = run(...values);
			assert.equal(status, 2, `${values.join(" ")}: ${output}`);
			assert.match(output, words);
		}
	});
	test("--help says what there is", () => {
		const { status, output } = run("--help");
		assert.equal(status, 0);
		for (const option of ["--for", "--seed", "--target", "--count"]) assert.match(output, new RegExp(`  ${option} `));
	});
	test("a stretch that is too long is found, with the command that repeats it", () => {
		const { status, output } = run(
			"--target",
			"names",
			"--count",
			"5",
			"--seed",
			"3",
			"--max-steps",
			"1",
			"--no-corpus",
		);
		assert.equal(status, 1, output);
		assert.match(
			output,
			/FOUND in names: a stretch of \d+ steps, more than the 1 allowed\n {2}npm run fuzz -- --target names --seed \d+ --count 1/,
		);
		assert.match(output, /5 executions; longest stretch \d+ steps; peak memory \d+ bytes; 1 finding/);
	});
});
