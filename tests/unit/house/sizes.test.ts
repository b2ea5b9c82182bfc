/*
	The size of things (CONTRIBUTING.md): files have at most 400 lines; functions of the stack at most 60 (as compiled), and at most five parameters, a range of bytes
	counting as one.
*/

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";

import { type Node, parse } from "acorn";

import { prepareApp } from "../../../host-sim/build/build.js";
import { projectRoot } from "../../../host-sim/build/files.js";
import { compileTypeScript } from "../../../host-sim/build/typescript.js";

const MAX_LINES = 400;
const MAX_FUNCTION_LINES = 60;
const MAX_PARAMETERS = 5;

/** Files that are still too long, with the lines that each may have. None may be added. */
const long: Readonly<Record<string, number>> = {
	"host-sim/xs/sim.h": 420,
	"tests/faults/app/main.ts": 410,
	"tests/fuzz/peer.ts": 520,
	"tests/unit/builder/commands.test.ts": 410,
	"tests/unit/simulator/apps/sockets/main.ts": 420,
};

/** Functions that are still too long or have too many parameters, with what each may have. None may be added. */
const large: Readonly<Record<string, number>> = {};

test(`files have at most ${MAX_LINES} lines`, () => {
	const files = ["hardware", "host-sim", "modules", "roots", "tests"].flatMap(folder =>
		readdirSync(join(projectRoot, folder), { recursive: true })
			.map(name => `${folder}/${String(name)}`)
			.filter(name => /\.(ts|mjs|c|h)$/.test(name)),
	);
	assert.ok(files.length > 500);
	const found = files
		.map(file => ({ file, lines: readFileSync(join(projectRoot, file), "utf8").split("\n").length - 1 }))
		.filter(({ file, lines }) => lines > (long[file] ?? MAX_LINES))
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
	const app = join(projectRoot, "tests", "bench");
	const include = [
		"modules/optional/legacy",
		"modules/optional/hybrid",
		"hardware/ds",
		"hardware/inflate",
		"modules/fetch",
		"modules/optional/sessions",
	].map(path => relative(app, join(projectRoot, path, "manifest.json")));
	const { manifest, files, label } = prepareApp(app, { extra: { include } });
	let count = 0;
	const lines: string[] = [];
	for (const { source, script } of await compileTypeScript(manifest, files, `${label}-sizes`)) {
		const file = relative(projectRoot, source);
		if (!/^(modules|hardware)\//.test(file)) continue;
		for (const { name, lines: length, parameters } of functionsOf(readFileSync(script, "utf8"))) {
			count++;
			const most = large[`${file} ${name}`] ?? 0;
			if (length > Math.max(most, MAX_FUNCTION_LINES)) lines.push(`${file} ${name}: ${length} lines`);
			if (parameters > Math.max(most, MAX_PARAMETERS)) lines.push(`${file} ${name}: ${parameters} parameters`);
		}
	}
	assert.ok(count > 800, `${count} functions`);
	assert.equal(lines.length, 0, `${lines.length} functions:\n${lines.sort().join("\n")}`);
});
