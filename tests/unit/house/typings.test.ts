/*
	Our classes stand in for those of the SDK: tests/sdk/types compiles against @moddable/typings, and does not where an
	assignment is wrong.
*/

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";

const folder = join(projectRoot, "tests", "sdk", "types");
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");

function compile(config: string): string {
	const { stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", config], { encoding: "utf8" });
	return stdout + stderr;
}

test("our classes assign to the declarations of @moddable/typings", () => {
	assert.equal(compile(join(folder, "tsconfig.json")), "");
});

test("a class that does not is found", () => {
	const below = mkdtempSync(join(projectRoot, "build", "typings-"));
	try {
		const text = readFileSync(join(folder, "main.ts"), "utf8");
		writeFileSync(join(below, "main.ts"), `${text}\nexport const wrong: typeof SDKHTTPClient = TLSSocket;\n`);
		const config = readFileSync(join(folder, "tsconfig.json"), "utf8").replaceAll("../../..", projectRoot);
		writeFileSync(join(below, "tsconfig.json"), config);
		const lines = compile(join(below, "tsconfig.json"))
			.split("\n")
			.filter(line => line.includes("error"));
		assert.equal(lines.length, 1);
		assert.match(lines[0]!, /main\.ts.*'typeof TLSSocket' is not assignable to type 'typeof HTTPClient'/);
	} finally {
		rmSync(below, { recursive: true, force: true });
	}
});
