/*
	Types for the SDK's modules in JavaScript: the SDK's own declarations, found by the rules of its
	examples/manifest_typings.json. A module that has none there is declared without types, so that an app that imports
	it compiles.
*/

import { existsSync } from "node:fs";
import { join } from "node:path";

import { buildFolder, digest, Problem, writeChanged } from "./files.js";
import { readManifest } from "./manifest.js";
import { type AppFiles, matchFiles, type ModuleFile } from "./match.js";
import { isInSDK, sdkFolder } from "./provided.js";

/**
 * The SDK's declarations; none where its folder has no such manifest, or one that is for another version of its
 * folders.
 */
function sdkDeclarations(): readonly ModuleFile[] {
	const path = join(sdkFolder(), "examples", "manifest_typings.json");
	if (!existsSync(path)) return [];
	try {
		return matchFiles(readManifest(path, [])).declarations;
	} catch (error) {
		if (error instanceof Problem) return [];
		throw error;
	}
}

/** The file with the modules that have no declaration anywhere. */
function writeUntyped(names: readonly string[]): string {
	const text = names.map(name => `declare module ${JSON.stringify(name)};\n`).join("");
	const file = join(buildFolder, "typings", `untyped-${digest(text)}.d.ts`);
	writeChanged(file, text);
	return file;
}

/** Adds declarations for the SDK's modules of an app. */
export function declareSDK(files: AppFiles): void {
	const declared = new Set([...files.declarations, ...files.typescript].map(file => file.name));
	const untyped = files.scripts.filter(file => isInSDK(file.source) && !declared.has(file.name)).map(file => file.name);
	if (untyped.length === 0) return;
	const known = sdkDeclarations().filter(file => untyped.includes(file.name));
	files.declarations.push(...known);
	const others = untyped.filter(name => !known.some(file => file.name === name));
	if (others.length > 0) files.ambient.push(writeUntyped(others));
}
