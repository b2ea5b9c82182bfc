/*
	What the manifests of modules/optional/without leave out and put in its place. Every combination is built, with
	modules/optional/legacy and without: nothing that stays needs what is gone.
*/

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, posix } from "node:path";
import { describe, test } from "node:test";
import { projectRoot } from "../../host-sim/build/files.js";
import { findManifest, readManifest } from "../../host-sim/build/manifest.js";
import { matchFiles } from "../../host-sim/build/match.js";

const folder = join(projectRoot, "modules", "optional", "without");
const parts = readdirSync(folder).filter(name => existsSync(join(folder, name, "manifest.json")));

/** What a module imports when it runs; where it says `import type` that is gone then. */
function importsOf(name: string, source: string): string[] {
	const found = readFileSync(source, "utf8").matchAll(
		/^(?:import|export)\s+(?!type\b)(?:[^;"]*?\sfrom\s+)?"([^"]+)"/gm,
	);
	return [...found].map(([, path]) => (path!.startsWith(".") ? posix.join(posix.dirname(name), path!) : path!));
}

/** Each name that a module imports when it runs, with the module that it is of. */
function namesImported(name: string, source: string): [module: string, name: string][] {
	const found = readFileSync(source, "utf8").matchAll(/^(?:import|export)\s+\{([^}]*)\}\s+from\s+"([^"]+)"/gm);
	return [...found].flatMap(([, names, path]) =>
		names!
			.split(",")
			.map(one => one.trim())
			.filter(one => one !== "" && !one.startsWith("type "))
			.map((one): [string, string] => [
				path!.startsWith(".") ? posix.join(posix.dirname(name), path!) : path!,
				one.split(" as ")[0]!,
			]),
	);
}

/** The names that a file exports. */
function namesExported(source: string): Set<string> {
	const text = readFileSync(source, "utf8");
	const declared = [
		...text.matchAll(/^export (?:declare )?(?:abstract )?(?:const enum|const|let|function\*?|class) (\w+)/gm),
	].map(([, name]) => name!);
	const listed = [...text.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, names]) =>
		names!.split(",").map(one => one.trim().split(" as ").at(-1)!),
	);
	return new Set([...declared, ...listed]);
}

/** The modules of an app that includes these manifests. */
function modulesWith(paths: readonly string[]): {
	modules: Map<string, string>;
	natives: string[];
	warnings: string[];
} {
	const include = paths.map(path => `../../modules/optional/${path}/manifest.json`);
	const { typescript, natives, warnings } = matchFiles(
		readManifest(findManifest(join(projectRoot, "tests", "bench")), [], { include }),
	);
	return { modules: new Map(typescript.map(({ name, source }) => [name, source])), natives, warnings };
}

/** All combinations of the parts. */
function combinations(): string[][] {
	return Array.from({ length: 2 ** parts.length }, (_, bits) =>
		parts.filter((_, i) => (bits >> i) & 1).map(part => `without/${part}`),
	);
}

describe("the manifests of modules/optional/without", () => {
	test("what stands in the place of a module does so where that is left out", () => {
		assert.ok(parts.length > 0);
		for (const part of parts) {
			const { modules } = JSON.parse(readFileSync(join(folder, part, "manifest.json"), "utf8")) as {
				modules: Record<string, string | string[]>;
			};
			const { "~": out, ...places } = modules;
			const files = [out!].flat().map(path => join(folder, part, path));
			for (const file of files) assert.ok(existsSync(`${file}.ts`) || existsSync(`${file}.c`), file);
			for (const [name, source] of Object.entries(places)) {
				const rest = name.slice("tls/".length);
				assert.ok(
					files.includes(join(projectRoot, rest.startsWith("hardware/") ? "" : "modules", rest)),
					`${part}: ${name}`,
				);
				assert.ok(
					readdirSync(join(folder, part)).some(file => file.split(".")[0] === basename(source as string)),
					`${part}: ${name}`,
				);
			}
		}
	});

	for (const more of [[], ["legacy"]]) {
		test(`every combination has all that it imports${more.length ? ", with modules/optional/legacy" : ""}`, () => {
			const whole = modulesWith(more),
				exports = new Map<string, Set<string>>();
			const exportsOf = (file: string): Set<string> =>
				exports.get(file) ?? exports.set(file, namesExported(file)).get(file)!;
			for (const combination of combinations()) {
				const { modules, warnings } = modulesWith([...more, ...combination]);
				assert.deepEqual(warnings, whole.warnings);
				for (const [name, source] of modules) {
					for (const needed of importsOf(name, source))
						assert.ok(
							!needed.startsWith("tls/") || modules.has(needed),
							`${combination.join()}: ${name} imports ${needed}`,
						);
					for (const [needed, what] of namesImported(name, source)) {
						const file = modules.get(needed);
						if (file)
							assert.ok(
								exportsOf(file).has(what),
								`${combination.join()}: ${name} imports ${what} of ${needed}, whose place ${file} has`,
							);
					}
				}
			}
		});
	}

	test("the order does not matter: a part may come before modules/manifest.json", () => {
		const before = readManifest(join(folder, "tls12", "manifest.json"), []);
		const modules = matchFiles(before).typescript.filter(({ name }) => name === "tls/handshake/tls12/flow");
		assert.deepEqual(
			modules.map(({ source }) => source),
			[join(folder, "tls12", "flow.ts")],
		);
	});

	test("without client certificates the C that signs is left out, too", () => {
		const sign = join(projectRoot, "hardware", "psa", "sign.c");
		assert.ok(modulesWith([]).natives.includes(sign));
		assert.ok(!modulesWith(["without/identity"]).natives.includes(sign));
	});
});
