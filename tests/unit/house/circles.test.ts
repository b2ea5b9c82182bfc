/*
	No files of the simulator's runtime in C call each other in a circle.
*/

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";

const folder = join(projectRoot, "host-sim", "xs");

/** The code of each C file, without comments and strings. compile.c is a program of its own. */
const codes = new Map(
	readdirSync(folder)
		.filter(name => name.endsWith(".c") && name !== "compile.c")
		.map(name => [name, readFileSync(join(folder, name), "utf8").replace(/\/\*[^]*?\*\/|"(?:[^"\\\n]|\\.)*"/g, " ")]),
);

/** Functions that a file has for others; what the engine calls or defines is its own matter. */
function functionsOf(code: string): string[] {
	const heads = code.matchAll(/^(?!static\b|typedef\b|extern\b|int main\b)[a-z][\w *]*?\b(\w+)\([^;{}]*\)\s*\{/gm);
	return [...heads].map(([, name]) => name!).filter(name => !/^(?:fx|xs)/.test(name));
}

test("C files of the simulator do not call each other in a circle", () => {
	const owners = new Map<string, string>();
	for (const [file, code] of codes) for (const name of functionsOf(code)) owners.set(name, file);
	assert.ok(codes.size > 30 && owners.size > 150, `${codes.size} files, ${owners.size} functions`);
	const called = new Map<string, Set<string>>();
	for (const [file, code] of codes) {
		const names = code.match(/\b[a-z]\w*(?=\()/g) ?? [];
		called.set(file, new Set(names.flatMap(name => owners.get(name) ?? []).filter(owner => owner !== file)));
	}
	const done = new Set<string>();
	const circles: string[] = [];
	const visit = (file: string, way: readonly string[]): void => {
		const at = way.indexOf(file);
		if (at >= 0) circles.push([...way.slice(at), file].join(" > "));
		if (at >= 0 || done.has(file)) return;
		for (const next of called.get(file)!) visit(next, [...way, file]);
		done.add(file);
	};
	for (const file of codes.keys()) visit(file, []);
	assert.deepEqual(circles, []);
});
