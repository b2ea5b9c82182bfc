/*
	What lies in flash: each module of the stack that has something to run is preloaded, and none that has nothing but
	types. One that is not preloaded takes memory of every app; one without code takes flash for nothing.
*/

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";
import { compileStack } from "./stack.js";

/** True for JavaScript that does nothing when it is loaded, and exports nothing. */
function isEmpty(script: string): boolean {
	const code = script
		.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, "")
		.replace(/^\s*(export\s*\{\s*\}|"use strict")\s*;?\s*$/gm, "");
	return code.trim() === "";
}

test("modules are preloaded if they have something to run", async () => {
	const { manifest, files, emitted } = await compileStack("preload");
	const preloaded = new Set(files.preload);
	const lines: string[] = [];
	for (const { name, source, script } of emitted) {
		if (!/^(modules|hardware)\//.test(relative(projectRoot, source))) continue;
		const isType = isEmpty(readFileSync(script, "utf8"));
		if (isType && preloaded.has(name)) lines.push(`${name} has nothing but types and is preloaded`);
		if (!isType && !preloaded.has(name)) lines.push(`${name} is not preloaded`);
	}
	const names = new Set([...emitted, ...files.scripts].map(file => file.name));
	for (const name of manifest.preload)
		if (!name.includes("*") && !names.has(name)) lines.push(`${name} is preloaded and not there`);
	assert.ok(emitted.length > 50);
	assert.equal(lines.length, 0, `${lines.length} modules:\n${lines.sort().join("\n")}`);
});
