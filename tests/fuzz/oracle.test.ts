/*
	The fuzzer's oracle, tested: in a copy of the sources one check at a time is taken out, and the fuzzer must find that.
*/

import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";

import { buildFolder, projectRoot } from "../../host-sim/build/files.js";
import { fuzz, longestAllowed, type Target } from "../../host-sim/programs/fuzz/run.js";

const copy = join(buildFolder, "sabotage");

interface Sabotage {
	readonly name: string;
	readonly file: string;
	readonly before: string;
	readonly after: string;
	readonly target: Target;
	/** In the words of a finding; absent where a stretch that is too long is what must be found. */
	readonly finding?: RegExp;
}

const sabotages: readonly Sabotage[] = [
	{
		name: "no alert is sent",
		file: "modules/connection/lifecycle.ts",
		before: "if (error.answersPeer) this.alert(",
		after: "if (Number(0)) this.alert(",
		target: "tls12",
		finding: /alerts \[\] for/,
	},
	{
		name: "a turn has no end",
		file: "modules/connection/driver.ts",
		before: "turn = 8,",
		after: "turn = 800,",
		target: "tls13",
	},
];

describe("what the fuzzer must find", () => {
	before(() => {
		for (const name of [
			"modules",
			"hardware",
			"tests/fuzz",
			"tests/harness.ts",
			"tests/manifest.json",
			"manifest.json",
		])
			cpSync(join(projectRoot, name), join(copy, name), { recursive: true });
	});
	for (const { name, file, before: right, after: wrong, target, finding } of sabotages)
		test(name, async t => {
			const path = join(copy, file),
				text = readFileSync(path, "utf8");
			assert.equal(text.split(right).length, 2, `${file} has ${right} once`);
			writeFileSync(path, text.replace(right, wrong));
			try {
				const seed = finding ? 20000 : 103119;
				const outcome = await fuzz({ folder: join(copy, "tests", "fuzz"), target, seed, count: finding ? 200 : 1 });
				t.diagnostic(
					`${outcome.findings.length} findings in ${outcome.executions} runs; longest stretch ${outcome.longest}`,
				);
				if (finding)
					assert.ok(
						outcome.findings.some(({ words }) => finding.test(words)),
						JSON.stringify(outcome.findings[0]),
					);
				else assert.ok(outcome.longest > longestAllowed(target), `the longest stretch is ${outcome.longest} steps`);
			} finally {
				writeFileSync(path, text);
			}
		});
});
