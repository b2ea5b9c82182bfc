/*
	No boolean parameter selects behaviour (CONTRIBUTING.md): two functions, or a named union, say at the call what is
	meant. Setters and fields are data, and so is what C returns.
*/

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";

/** Parameters of functions whose type is boolean, or whose default is; not of setters. Fields end with a semicolon. */
function booleanParameters(source: string): string[] {
	const code = source.replace(/\/\*[^]*?\*\//g, "").replace(/\/\/.*/g, "");
	const found: string[] = [];
	for (const line of code.split("\n")) {
		if (/^\s*(static )?set \w+\(/.test(line)) continue;
		const isParameter = /^\t+(\w+\??: boolean( \| undefined)?|\w+ = (true|false)),?$/.test(line);
		const within = [...line.matchAll(/[(,] ?(\w+)(\??: boolean\b| = (true|false)(?=[,)]))/g)];
		if (isParameter) found.push(line.trim());
		// "(a: boolean" of a call's type is one, too; "; a: boolean }" is a field
		else for (const match of within) if (!/^\s*(const|let) /.test(line)) found.push(match[1]!);
	}
	return found;
}

test("boolean parameters are found, fields and setters are not", () => {
	const found = booleanParameters(
		"function a(b: boolean, c?: boolean): void {\n\tconst d = true,\n\t\te = 1;\n}\nf(\n\tg: boolean,\n\th = false,\n);\n" +
			"interface I {\n\treadonly i: boolean;\n\tj?: boolean;\n\tset k(l: boolean);\n\tm: (n: boolean) => void;\n}\nset o(p: boolean) {}\nlet q = true,\n\tr = 2;",
	);
	assert.deepEqual(found, ["b", "c", "g: boolean,", "h = false,", "n"]);
});

test("no function of the stack takes a boolean", () => {
	const found: string[] = [];
	let count = 0;
	for (const folder of ["modules", "hardware"])
		for (const name of readdirSync(join(projectRoot, folder), { recursive: true }).map(String)) {
			if (!name.endsWith(".ts")) continue;
			count++;
			for (const parameter of booleanParameters(readFileSync(join(projectRoot, folder, name), "utf8")))
				found.push(`${folder}/${name}: ${parameter}`);
		}
	assert.ok(count > 150, `${count} files`);
	assert.equal(found.length, 0, `make two functions, or a named union:\n${found.join("\n")}`);
});
