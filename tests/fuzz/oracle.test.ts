/*
	The fuzzer's oracle, tested: in a copy of the sources one check at a time is taken out, and the fuzzer must find
	that.
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
	/** Runs until it must be found. */
	readonly count?: number;
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
		name: "the server's signature is not checked",
		file: "modules/handshake/authenticated.ts",
		before: "if (!verifySignature(",
		after: "if (Number(0) && !verifySignature(",
		target: "tls13",
		finding: /open with an impostor/,
	},
	{
		name: "the server's signature of TLS 1.2 is not checked",
		file: "modules/handshake/authenticated.ts",
		before: "if (!verifySignature(",
		after: "if (Number(0) && !verifySignature(",
		target: "tls12",
		finding: /open with an impostor/,
	},
	{
		name: "the server's Finished is not compared",
		file: "modules/handshake/tls13/flow.ts",
		before: "else if (!equal(link.message",
		after: "else if (Number(0) && !equal(link.message",
		target: "tls13",
		finding: /open with a changed proof/,
		count: 600,
	},
	{
		name: "a turn has no end",
		file: "modules/connection/host.ts",
		before: "turn = 8,",
		after: "turn = 800,",
		target: "tls13",
	},
	{
		name: "where a colon is in a line of HTTP is lost when the line moves",
		file: "modules/https/line.ts",
		before: "this.colon = this.colon < 0 ? -1 : this.colon - by;",
		after: "",
		target: "http",
		finding: /in one piece .* in pieces/,
		count: 400,
	},
	{
		name: "what follows a chunk of HTTP is not checked",
		file: "modules/https/response.ts",
		before: 'if (start !== end) refuseHTTP("server sent a chunk that is longer than its size says");',
		after: "",
		target: "http",
		finding: /longer than its size|are read as/,
		count: 400,
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
	for (const { name, file, before: right, after: wrong, target, finding, count = 200 } of sabotages)
		test(name, async t => {
			const path = join(copy, file),
				text = readFileSync(path, "utf8");
			assert.equal(text.split(right).length, 2, `${file} has ${right} once`);
			writeFileSync(path, text.replace(right, wrong));
			try {
				const seed = finding ? 20000 : 103119;
				const outcome = await fuzz({ folder: join(copy, "tests", "fuzz"), target, seed, count: finding ? count : 1 });
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
