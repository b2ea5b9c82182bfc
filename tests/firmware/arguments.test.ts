/*
	What npm run firmware takes; nothing is built for it.
*/

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";

import { projectRoot } from "../../host-sim/build/files.js";

function firmware(...values: string[]): { status: number | null; stdout: string; stderr: string } {
	return spawnSync(process.execPath, [join(projectRoot, "host-sim", "setup.mjs"), "firmware", ...values], {
		encoding: "utf8",
	});
}

const wrong: readonly [readonly string[], RegExp][] = [
	[["--some"], /^there is no option --some \(--help lists them\)$/m],
	[["app"], /^"app": this command takes options only \(--help lists them\)$/m],
	[["--chain"], /^--chain needs a value$/m],
	[["--chain", "dsa"], /^--chain takes ecdsa or rsa, not "dsa"$/m],
	[["--timeout", "0"], /^--timeout takes a number of seconds above 0, at most 2000000, not "0"$/m],
	[["--timeout"], /^--timeout needs a value$/m],
];

describe("arguments of npm run firmware", () => {
	for (const [values, says] of wrong) {
		test(values.join(" "), () => {
			const { status, stderr } = firmware(...values);
			assert.match(stderr, says);
			assert.equal(status, 2);
		});
	}
	test("--help lists every option", () => {
		const { status, stdout } = firmware("--help");
		for (const option of ["--chain", "--replay", "--json", "--timeout"])
			assert.ok(stdout.includes(`  ${option}`), option);
		assert.equal(status, 0);
	});
});
