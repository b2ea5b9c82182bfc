/*
	What apps may import: the demo, the examples, the firmware's app and the TypeScript in the documents keep to the
	public modules.
*/

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";
import { importedNames, sourcesBelow } from "./graph.js";
import { snippets } from "./snippets.js";

/**
 * The files at the top of modules/ that apps import, the optional parts of hardware/, and drop-ins for the SDK's
 * modules.
 */
const publicModules = /^tls\/(client|engine|trust|errors|names|sessions|https|fetch|ds|inflate)$/;

test("apps and documents import public modules only", () => {
	const files = [
		"main.ts",
		...["examples", "host-sim/firmware/app"]
			.filter(folder => existsSync(join(projectRoot, folder)))
			.flatMap(sourcesBelow),
	];
	const texts = files.map(file => ({ place: file, text: readFileSync(join(projectRoot, file), "utf8") }));
	texts.push(...snippets().map(({ document, line, code }) => ({ place: `${document}:${line}`, text: code })));
	const lines = texts.flatMap(({ place, text }) =>
		importedNames(text)
			.filter(name => name.startsWith("tls/") && !publicModules.test(name))
			.map(name => `${place} imports ${name}`),
	);
	assert.equal(lines.length, 0, `imports of internal modules:\n${lines.join("\n")}`);
});
