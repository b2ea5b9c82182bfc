/*
	The size of things (CONTRIBUTING.md): files have at most 400 lines. Functions of the stack have at most 60 (as
	compiled), and at most five parameters. A range of bytes counts as one.
*/

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";

import { type Node, parse } from "acorn";

import { projectRoot } from "../../../host-sim/build/files.js";
import { compileStack } from "./stack.js";

const MAX_LINES = 400;
const MAX_FUNCTION_LINES = 60;
const MAX_PARAMETERS = 5;

test(`files have at most ${MAX_LINES} lines`, () => {
	const files = ["hardware", "host-sim", "modules", "roots", "tests"].flatMap(folder =>
		readdirSync(join(projectRoot, folder), { recursive: true })
			.map(name => `${folder}/${String(name)}`)
			.filter(name => /\.(ts|mjs|c|h)$/.test(name)),
	);
	assert.ok(files.length > 500);
	const found = files
		.map(file => ({ file, lines: readFileSync(join(projectRoot, file), "utf8").split("\n").length - 1 }))
		.filter(({ lines }) => lines > MAX_LINES)
		.map(({ file, lines }) => `${file} has ${lines}`);
	assert.equal(found.length, 0, `split by subject:\n${found.join("\n")}`);
});

interface Found {
	readonly name: string;
	readonly lines: number;
	readonly parameters: number;
}

/** Parameters by name; "bytes, start, end" is one. */
function countParameters(names: readonly string[]): number {
	let count = names.length;
	for (let i = 1; i + 1 < names.length; i++)
		if (/start$|^from$|^at$|^offset$/i.test(names[i]!) && /end$/i.test(names[i + 1]!)) count -= 2;
	return count;
}

/** All functions of a script with a name. */
function functionsOf(script: string): Found[] {
	const found: Found[] = [];
	const walk = (node: unknown, name: string): void => {
		if (Array.isArray(node)) for (const one of node) walk(one, name);
		if (typeof node !== "object" || node === null || !("type" in node)) return;
		const it = node as Node & Record<string, any>;
		const own = it["id"]?.name ?? it["key"]?.name ?? name;
		if (/Function/.test(it.type)) {
			const names = (it["params"] as any[]).map(one => one.name ?? one.left?.name ?? one.argument?.name ?? "");
			const lines = script.slice(it.start, it.end).split("\n").length;
			found.push({ name: own, lines, parameters: countParameters(names) });
		}
		for (const [key, value] of Object.entries(it)) if (key !== "loc") walk(value, own);
	};
	walk(parse(script, { ecmaVersion: "latest", sourceType: "module" }), "");
	return found;
}

test("functions are found, and a range of bytes is one parameter", () => {
	const script = "class A { b(bytes, start, end, c = 1) {\n\n} }\nconst d = (e, { f }) => e;";
	assert.deepEqual(functionsOf(script), [
		{ name: "b", lines: 3, parameters: 2 },
		{ name: "d", lines: 1, parameters: 2 },
	]);
});

test(`functions of the stack have at most ${MAX_FUNCTION_LINES} lines and ${MAX_PARAMETERS} parameters`, async () => {
	let count = 0;
	const lines: string[] = [];
	for (const { source, script } of (await compileStack("sizes")).emitted) {
		const file = relative(projectRoot, source);
		if (!/^(modules|hardware)\//.test(file)) continue;
		for (const { name, lines: length, parameters } of functionsOf(readFileSync(script, "utf8"))) {
			count++;
			if (length > MAX_FUNCTION_LINES) lines.push(`${file} ${name}: ${length} lines`);
			if (parameters > MAX_PARAMETERS) lines.push(`${file} ${name}: ${parameters} parameters`);
		}
	}
	assert.ok(count > 800, `${count} functions`);
	assert.equal(lines.length, 0, `${lines.length} functions:\n${lines.sort().join("\n")}`);
});
