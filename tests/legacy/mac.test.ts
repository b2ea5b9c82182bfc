/*
	The check of a decrypted record's padding and MAC takes the same instructions whatever is wrong, and wherever the
	plaintext ends. Valgrind counts them for every padding, over right and wrong records. The program that is counted is
	mac.c.
*/

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { projectRoot } from "../../host-sim/build/files.js";
import { run } from "../../host-sim/build/process.js";
import { lacks } from "../drivers/machine.js";

const source = join(projectRoot, "tests/legacy/mac.c");
const legacy = join(projectRoot, "hardware/legacy");

/**
 * How it is compiled, hash, bytes of the record's inside, step from padding to padding: every padding for one of them.
 */
const records = [
	["-O2", 1, 320, 1],
	["-O2", 256, 320, 17],
	["-O2", 384, 320, 17],
	["-O2", 1, 64, 7],
	["-O2", 256, 64, 7],
	["-O2", 384, 64, 7],
	["-O2", 256, 1024, 51],
	["-Os", 1, 320, 51],
	["-Os", 256, 320, 51],
	["-Os", 384, 320, 51],
] as const;

describe("a decrypted record is checked in constant time", { skip: lacks("valgrind", "valgrind") }, () => {
	let folder: string;

	before(() => {
		folder = mkdtempSync(join(tmpdir(), "xs-tls-timing-"));
	});
	after(() => rmSync(folder, { recursive: true, force: true }));

	/** Adds what each check was of, and how many instructions it took. */
	async function count(counts: Map<string, number>, level: string, ...values: readonly number[]): Promise<void> {
		const program = join(folder, `mac${level}`);
		const compiled = await run(process.env["CC"] ?? "cc", [
			level,
			`-I${legacy}`,
			source,
			join(legacy, "mac.c"),
			"-lmbedcrypto",
			"-o",
			program,
		]);
		assert.equal(compiled.code, 0, compiled.stderr);
		const profiles = mkdtempSync(join(folder, "profiles-"));
		const { code, stderr } = await run("valgrind", [
			"-q",
			"--tool=callgrind",
			"--instr-atstart=no",
			`--callgrind-out-file=${join(profiles, "out")}`,
			program,
			...values.map(String),
		]);
		assert.equal(code, 0, stderr);
		for (const file of readdirSync(profiles)) {
			const text = readFileSync(join(profiles, file), "utf8");
			const name = /^desc: Trigger: Client Request: (.*)$/m.exec(text)?.[1];
			if (name !== undefined) counts.set(name, Number(/^totals: (\d+)$/m.exec(text)?.[1]));
		}
	}

	for (const [level, hash, length, step] of records) {
		test(`SHA-${hash}, ${length} bytes, ${level}`, async t => {
			const counts = new Map<string, number>();
			// a run of valgrind with many profiles is slow
			for (let first = 0; first < (step === 1 ? 16 : 1); first++)
				await count(counts, level, hash, length, first, step === 1 ? 16 : step);
			const kinds = new Set([...counts.keys()].map(name => name.replace(/,.*/, "")));
			assert.deepEqual([...kinds].sort(), [
				...(length < 256 + 20 ? ["padding too long"] : []),
				"right",
				"wrong MAC",
				"wrong padding",
			]);
			const [least, most] = [Math.min(...counts.values()), Math.max(...counts.values())];
			t.diagnostic(`${counts.size} records, ${least} instructions each`);
			assert.ok(least > 10000, "too few to have hashed anything");
			assert.equal(
				most,
				least,
				[...counts]
					.filter(([, n]) => n !== least)
					.slice(0, 5)
					.join("; "),
			);
		});
	}
});
