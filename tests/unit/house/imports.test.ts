/*
	Who may import whom (docs/ARCHITECTURE.md): no import runs up a layer, types included, and no files import each
	other in a circle, in no build.
*/

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";
import { circles, importedNames, importGraph, namesWith, sourcesBelow, type Graph, type Names } from "./graph.js";

interface Layer {
	readonly name: string;
	readonly files: RegExp;
	/** The layers that it may import from, beside itself. */
	readonly below: readonly string[];
}

const lowest = ["numbers", "errors", "hardware", "wire"];

/** From the lowest on. A file belongs to the first layer whose expression matches its path. */
const layers: readonly Layer[] = [
	{ name: "numbers", files: /^modules\/wire\/numbers\.ts$/, below: [] },
	{ name: "errors", files: /^modules\/errors\.ts$/, below: ["numbers"] },
	{ name: "hardware", files: /^hardware\//, below: [] },
	{ name: "wire", files: /^modules\/wire\//, below: ["numbers", "errors", "hardware"] },
	{ name: "record", files: /^modules\/record\//, below: lowest },
	{ name: "crypto", files: /^modules\/(crypto|optional\/ed25519)\//, below: lowest },
	{ name: "x509", files: /^modules\/x509\//, below: [...lowest, "crypto"] },
	{ name: "options", files: /^modules\/(options|optionreader)\.ts$/, below: [...lowest, "crypto", "x509"] },
	{
		name: "handshake",
		files: /^modules\/(handshake\/|optional\/(legacy|hybrid|rawkeys)\/|config\.ts$)/,
		below: [...lowest, "crypto", "x509", "options"],
	},
	{
		name: "connection",
		files: /^modules\/(connection\/|configure\.ts$)/,
		below: [...lowest, "record", "crypto", "x509", "options", "handshake"],
	},
	{
		name: "public",
		files: /^modules\/(client|engine|trust|names|sessions)\.ts$/,
		below: [...lowest, "record", "crypto", "x509", "options", "handshake", "connection"],
	},
	{ name: "https", files: /^modules\/(https|fetch)(\/|\.ts$)/, below: [...lowest, "options", "public"] },
	{
		name: "sdk",
		files: /^modules\/sdk\//,
		below: ["numbers", "errors", "hardware", "wire", "handshake", "public", "https"],
	},
	{ name: "app", files: /^(main\.ts$|examples\/|roots\/)/, below: ["errors", "hardware", "public", "https", "sdk"] },
	{ name: "simulator", files: /^host-sim\//, below: ["numbers", "errors", "x509", "public"] },
	{ name: "tests", files: /^tests\//, below: [] },
];

/** Modules of the platform that the stack may import, by folder; all else of it runs without a platform. */
const platformModules: readonly { readonly files: RegExp; readonly names: readonly string[] }[] = [
	{ files: /^modules\/connection\//, names: ["timer"] },
	{ files: /^modules\/optional\/legacy\//, names: ["mc/config"] },
	{
		files: /^modules\/sdk\//,
		names: [
			"socket",
			"timer",
			"embedded:io/socket/tcp",
			"securesocket",
			"ssl/session",
			"embedded:io/socket/tcp/tls",
			"tls/sdk/securesocket",
			"tls/sdk/session",
			"tls/sdk/tlssocket",
			"mc/config",
			"Resource",
		],
	},
	{
		files: /^modules\/(https|sdk)\/|^modules\/fetch\.ts$/,
		names: ["timer", "mc/config", "net", "Resource", "embedded:io/socket/tcp"],
	},
];

const parts = readdirSync(join(projectRoot, "modules", "optional", "without"))
	.map(name => `modules/optional/without/${name}/manifest.json`)
	.filter(path => existsSync(join(projectRoot, path)));

/**
 * Every build: all of the stack, the parts that are off by default with it, and without each part that can be left out.
 */
const builds: readonly (readonly string[])[] = [
	[
		"hardware/ds/manifest.json",
		"hardware/inflate/manifest.json",
		"modules/fetch/manifest.json",
		"modules/optional/sessions/manifest.json",
	],
	["modules/optional/legacy/manifest.json"],
	["modules/optional/ed25519/manifest.json"],
	["modules/optional/hybrid/manifest.json"],
	["modules/optional/rawkeys/manifest.json"],
	...parts.map(path => [path]),
];

const rank = new Map(layers.map((layer, i) => [layer.name, i]));

/** The files of modules/optional/without: each has the layer of the module that it stands for. */
function standIns(): Map<string, string> {
	const result = new Map<string, string>();
	for (const path of parts) {
		for (const [name, file] of namesWith([path])) {
			if (!file.startsWith("modules/optional/without/")) continue;
			const place = name.startsWith("tls/hardware/") ? name.slice("tls/".length) : name.replace(/^tls\//, "modules/");
			result.set(file, `${place}.ts`);
			const declaration = file.replace(/\.ts$/, ".d.ts");
			if (existsSync(join(projectRoot, declaration))) result.set(declaration, `${place}.ts`);
		}
	}
	return result;
}

const places = standIns();

function layerOf(file: string): Layer | undefined {
	const place = places.get(file) ?? file;
	// what only stand-ins share counts as the lowest that they stand for
	if (place.startsWith("modules/optional/without/")) return layers.find(layer => layer.name === "x509");
	return layers.find(layer => layer.files.test(place));
}

/** The imports of a graph that no layer allows. */
function violations(graph: Graph): string[] {
	const found: string[] = [];
	for (const [file, targets] of graph) {
		const layer = layerOf(file);
		if (!layer) {
			found.push(`${file} belongs to no layer`);
			continue;
		}
		if (layer.name === "tests") continue;
		for (const target of targets) {
			const other = layerOf(target);
			if (other && other !== layer && !layer.below.includes(other.name))
				found.push(`${layer.name} imports ${other.name}: ${file} -> ${target}`);
		}
	}
	return found;
}

/** Fails with all of them by name. */
function report(lines: Iterable<string>, what: string): void {
	const list = [...new Set(lines)].sort();
	assert.equal(list.length, 0, `${list.length} ${what}:\n${list.join("\n")}`);
}

/** The files of the stack that a build has, with what they import of its declarations. */
function graphOf(names: Names): Graph {
	const files = [...names.values()].filter(file => /^(modules|hardware)\//.test(file));
	return importGraph(files, names);
}

describe("imports", () => {
	test("each layer is above those that it imports from", () => {
		for (const layer of layers)
			for (const name of layer.below) assert.ok(rank.get(name)! < rank.get(layer.name)!, `${layer.name}, ${name}`);
	});

	test("are found in every form, and not in comments and texts", () => {
		const text = `
			// import a from "not/a";
			/* export * from "not/b"; */
			import c from "c"; import "d"; import type { E } from 'e';
			import { f,
				type F } from "f";
			export * from "g"; export { h } from "h"; export type { I } from "i";
			type J = typeof import("j"); const k = await import("k");
			const from = "not/l", text = \`import "not/m"\`, more = "import 'not/n'";
		`;
		assert.deepEqual(importedNames(text), ["c", "d", "e", "f", "g", "h", "i", "j", "k"]);
	});

	test("circles are found once, and the shortest of each", () => {
		const graph = new Map([
			["a", ["b"]],
			["b", ["c", "a"]],
			["c", ["a"]],
			["d", ["a"]],
			["e", ["e"]],
		]);
		assert.deepEqual(circles(graph), ["a -> b -> a", "a -> b -> c -> a", "e -> e"]);
	});

	test("run down the layers, in every build and types included", () => {
		const lines = builds.flatMap(manifests => violations(graphOf(namesWith(manifests))));
		const names = namesWith(builds[0]!);
		const rest = [
			"main.ts",
			...["hardware", "modules", "roots", "examples", "host-sim"]
				.filter(folder => existsSync(join(projectRoot, folder)))
				.flatMap(sourcesBelow),
		];
		report([...lines, ...violations(importGraph(rest, names))], "imports run up");
	});

	test("of the platform are where a platform is needed, and nowhere else", () => {
		const names = new Set(builds.flatMap(manifests => [...namesWith(manifests).keys()]));
		const lines = sourcesBelow("modules").flatMap(file => {
			const allowed = platformModules.find(rule => rule.files.test(file))?.names ?? [];
			const outside = importedNames(readFileSync(join(projectRoot, file), "utf8")).filter(
				name => !name.startsWith(".") && !names.has(name),
			);
			return outside.filter(name => !allowed.includes(name)).map(name => `${file} imports ${name}`);
		});
		report(lines, "imports of the platform");
	});

	test("make no circle, in every build and types included", () => {
		report(
			builds.flatMap(manifests => circles(graphOf(namesWith(manifests)))),
			"circles",
		);
	});

	for (const folder of ["host-sim", "tests"]) {
		test(`make no circle: ${folder}`, () => report(circles(importGraph(sourcesBelow(folder), new Map())), "circles"));
	}
});
