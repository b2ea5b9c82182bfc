/*
	What the builder writes for an app by itself: the module "mc/config", the header mc.defines.h, and the table of
	natives. APP.txt tells the simulator what to run.
*/

import { join } from "node:path";

import { buildFolder, digest, Problem, writeChanged } from "./files.js";
import { isDictionary, mergeInto, type Dictionary, type Manifest } from "./manifest.js";
import type { ModuleFile, ResourceFile } from "./match.js";
import type { CompiledModule } from "./bytecode.js";

/** The module "mc/config". `given` comes from the command line, as strings, and wins. */
export function configModule(manifest: Manifest, given: Readonly<Record<string, string>>): ModuleFile {
	const config: Dictionary = {};
	mergeInto(config, manifest.config);
	mergeInto(config, given);
	for (const name of ["screen", "touch"]) {
		if (config[name]) throw new Problem(`config: "${name}" names a driver; the simulator has no ${name}`);
	}
	const text = `export default Object.freeze(${JSON.stringify(config, null, "\t")}, true);\n`;
	const source = join(buildFolder, "config", `${digest(text)}.js`);
	writeChanged(source, text);
	return { name: "mc/config", source };
}

function defineLines(prefix: string, defines: Dictionary, lines: string[]): void {
	for (const [key, value] of Object.entries(defines)) {
		const name = prefix + key.toUpperCase();
		if (typeof value === "number" || typeof value === "boolean") lines.push(`#define ${name} (${value})`);
		else if (typeof value === "string")
			lines.push(value.startsWith("#") ? `#define ${name} "${value.slice(1)}"` : `#define ${name} ${value}`);
		else if (value === null) lines.push(`#define ${name} NULL`);
		else if (isDictionary(value)) defineLines(`${name}_`, value, lines);
		else if (Array.isArray(value) && value.every(item => typeof item === "number"))
			lines.push(`#define ${name} {${value.join(", ")}}`);
		else if (Array.isArray(value) && value.every(item => typeof item === "string"))
			lines.push([`#define ${name} `, ...value].join("\\\n"));
		else throw new Problem(`defines: ${name}: a list must be of numbers or of strings`);
	}
}

/** The header mc.defines.h (the Moddable SDK's documentation, tools/defines.md). */
export function definesHeader(defines: Dictionary): string {
	const lines = ["/* Written by the simulator's builder from the manifests' \"defines\". */"];
	defineLines("MODDEF_", defines, lines);
	return `${lines.join("\n")}\n`;
}

/** C for the table in which the simulator looks up the app's natives. */
export function nativesTable(natives: ReadonlyMap<string, boolean>): string {
	const names = [...natives].sort(([a], [b]) => (a < b ? -1 : 1));
	const declare = ([name, isDestructor]: [string, boolean]): string =>
		`extern void ${name}(${isDestructor ? "void*" : "xsMachine*"});`;
	const entry = ([name, isDestructor]: [string, boolean]): string =>
		`\t{ "${name}", ${isDestructor ? "(xsCallback)(void (*)(void))" : ""}${name} },`;
	return [
		'#include "native_table.h"',
		...names.map(declare),
		"const SimNative simNatives[] = {",
		...names.map(entry),
		"\t{ NULL, NULL }",
		"};",
		"",
	].join("\n");
}

/**
 * The same table for the firmware, with a function around each of the app's that counts its instructions. Destructors
 * run in the collector and count with it.
 */
export function countedNativesTable(natives: ReadonlyMap<string, boolean>): string {
	const functions = [...natives]
		.filter(([, isDestructor]) => !isDestructor)
		.map(([name]) => name)
		.sort();
	const counts = [
		"NativeCount fwNativeCounts[] = {",
		...functions.map(name => `\t{ "${name}", 0, 0 },`),
		"\t{ NULL, 0, 0 }",
		"};",
	];
	const wrappers = functions.map(
		(name, i) =>
			`extern void ${name}(xsMachine* the);\nstatic void counted_${name}(xsMachine* the) { nativeEnter(&fwNativeCounts[${i}]); ${name}(the); nativeLeave(); }`,
	);
	const defines = functions.map(name => `#define ${name} counted_${name}`);
	return [
		'#include "native_counts.h"',
		'#include "native_table.h"',
		...counts,
		...wrappers,
		...defines,
		nativesTable(natives).replace(/^extern void (\w+)\(xsMachine\*\);\n/gm, ""),
	].join("\n");
}

/** The engine keeps each value of `creation` in 32 bits. */
const MAX_CREATION = 2 ** 31 - 1;

/** Every value of `creation`, by its dotted name, with mcconfig's defaults. */
function creationValues(creation: Dictionary): Map<string, number> {
	const values = new Map<string, number>();
	const section = (name: string): Dictionary => (isDictionary(creation[name]) ? (creation[name] as Dictionary) : {});
	const take = (name: string, value: unknown, usual: number, isZeroUsual = false): void => {
		const number = value === undefined || (isZeroUsual && value === 0) ? usual : value;
		if (typeof number !== "number" || !Number.isInteger(number) || number < 0 || number > MAX_CREATION)
			throw new Problem(`creation: "${name}" must be a whole number from 0 to ${MAX_CREATION}`);
		values.set(name, number);
	};
	const chunk = section("chunk");
	const heap = section("heap");
	const keys = section("keys");
	const parser = section("parser");
	take("static", creation["static"], 0);
	take("chunk.initial", chunk["initial"], 32768, true);
	take("chunk.incremental", chunk["incremental"], 1024);
	take("heap.initial", heap["initial"], 2048, true);
	take("heap.incremental", heap["incremental"], 64);
	take("stack", creation["stack"], 384);
	take("keys.initial", keys["initial"] || keys["available"], 256, true);
	take("keys.incremental", keys["initial"] ? keys["incremental"] : 0, 0);
	take("keys.name", keys["name"], 127, true);
	take("keys.symbol", keys["symbol"], 127, true);
	take("parser.buffer", parser["buffer"], 32768, true);
	take("parser.table", parser["table"], 1993, true);
	return values;
}

const creationKeys = new Set(["static", "chunk", "heap", "stack", "keys", "parser", "main"]);

/** Warnings about members of `creation` that have no effect. */
export function creationWarnings(creation: Dictionary): string[] {
	return Object.keys(creation)
		.filter(key => !creationKeys.has(key))
		.map(
			key =>
				`creation: "${key}" has no effect: ${key === "nativeStack" ? "the C stack is the host's" : "no such key is known"}`,
		);
}

/** The text of APP.txt. */
export function appText(
	manifest: Manifest,
	modules: readonly CompiledModule[],
	preload: readonly string[],
	resources: readonly ResourceFile[],
	isRelease: boolean,
): string {
	const main = manifest.creation["main"] ?? "main";
	if (typeof main !== "string") throw new Problem('creation: "main" must name a module');
	if (!modules.some(module => module.name === main))
		throw new Problem(
			`there is no module "${main}" to start with: list it under "modules", or name another one as creation.main`,
		);
	const lines: (string | number)[][] = [
		...modules.map(({ name, bytecode }) => ["module", name, bytecode]),
		...preload.map(name => ["preload", name]),
		...resources.map(({ name, source }) => ["resource", name, source]),
		...[...creationValues(manifest.creation)].map(([name, value]) => ["creation", name, value]),
		["main", main],
		...(isRelease ? [["release"]] : []),
	];
	return lines.map(fields => `${fields.join("\t")}\n`).join("");
}
