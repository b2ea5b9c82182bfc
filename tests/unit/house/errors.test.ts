/*
	docs/ERRORS.md has every code of modules/errors.ts with the alert that goes out, and none that is not there; each
	code is expected by some test.
*/

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";

function read(path: string): string {
	return readFileSync(join(projectRoot, path), "utf8");
}

/** Codes with the numbers of their alerts; undefined where none goes out. */
function codes(): Map<string, number | undefined> {
	const numbers = /const enum AlertDescription \{([^}]*)\}/.exec(read("modules/wire/numbers.ts"))![1]!;
	const alerts = new Map([...numbers.matchAll(/(\w+) = (\d+)/g)].map(([, name, value]) => [name!, Number(value)]));
	const table = /const failures = Object\.freeze\(\{([^]*?)\n\}\)/.exec(read("modules/errors.ts"))![1]!;
	return new Map(
		[...table.matchAll(/^\s*(\w+): (?:NONE|AlertDescription\.(\w+)),/gm)].map(([, code, alert]) => [
			code!,
			alert ? alerts.get(alert) : undefined,
		]),
	);
}

test("one helper refuses options: refuse in modules/errors.ts", () => {
	const files = readdirSync(join(projectRoot, "modules"), { recursive: true })
		.map(name => `modules/${String(name)}`)
		.filter(name => name.endsWith(".ts") && name !== "modules/errors.ts");
	const direct = /new TLSError\(\s*"configuration"/;
	assert.match('throw new TLSError(\n\t"configuration", "x")', direct);
	const found = files.filter(name => direct.test(readFileSync(join(projectRoot, name), "utf8")));
	assert.ok(files.length > 100);
	assert.deepEqual(found, []);
});

test("docs/ERRORS.md has every code and its alert", () => {
	const documented = new Map(
		[...read("docs/ERRORS.md").matchAll(/^\| `(\w+)` \|([^|]*)\|/gm)].map(([, code, alert]) => [
			code!,
			Number(alert) || undefined,
		]),
	);
	const actual = codes();
	assert.ok(actual.size > 30);
	assert.deepEqual(Object.fromEntries([...documented].sort()), Object.fromEntries([...actual].sort()));
});

test("docs/ERRORS.md says of every code what happened, and what to do", () => {
	const rows = [...read("docs/ERRORS.md").matchAll(/^\| `(\w+)` \|.*$/gm)];
	const short = rows.filter(
		([row]) =>
			row
				.split("|")
				.slice(3, -1)
				.filter(cell => cell.trim() !== "").length !== 2,
	);
	assert.deepEqual(
		short.map(([, code]) => code),
		[],
	);
});

test("a test expects every code", () => {
	const folder = join(projectRoot, "tests");
	const files = readdirSync(folder, { recursive: true })
		.map(String)
		.filter(name => name.endsWith(".ts") && !name.startsWith("unit/house/"));
	const texts = files.map(name => readFileSync(join(folder, name), "utf8")).join("\n");
	assert.deepEqual(
		[...codes().keys()].filter(code => !new RegExp(`"${code}"|\\b${code}\\b:|/\\^?${code}`).test(texts)),
		[],
	);
});
