/*
	From patterns of a manifest to files, as mcconfig does it (the Moddable SDK's documentation, tools/manifest.md,
	"Match").
*/

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { readManifest } from "../../../host-sim/build/manifest.js";
import { matchFiles, type AppFiles } from "../../../host-sim/build/match.js";
import { folderOf } from "./folder.js";

interface Matched {
	readonly files: AppFiles;
	/** Names to files, relative, of all modules. */
	readonly modules: Record<string, string>;
	readonly resources: Record<string, string>;
	readonly at: string;
}

/** The files of a folder that a manifest picks; they are empty. */
function match(context: TestContext, manifest: object, names: readonly string[]): Matched {
	const at = folderOf(context, { ...Object.fromEntries(names.map(name => [name, ""])), "manifest.json": manifest });
	const files = matchFiles(readManifest(join(at, "manifest.json"), []));
	const shorten = (list: readonly { name: string; source: string }[]): Record<string, string> => {
		return Object.fromEntries(list.map(({ name, source }) => [name, source.slice(at.length + 1)]));
	};
	return { files, at, modules: shorten([...files.typescript, ...files.scripts]), resources: shorten(files.resources) };
}

describe("modules", () => {
	test("a name without extension is every file of that name, by its kind", context => {
		const { files, modules, at } = match(context, { modules: { "a/b": "./x" } }, [
			"x.ts",
			"x.c",
			"x.h",
			"x.d.ts",
			"xy.ts",
		]);
		assert.deepEqual(modules, { "a/b": "x.ts" });
		assert.deepEqual(files.natives, [join(at, "x.c")]);
		assert.deepEqual(files.headerFolders, [at]);
		assert.deepEqual(files.declarations, [{ name: "a/b", source: join(at, "x.d.ts") }]);
	});

	test("a star is the rest of a name, in one folder", context => {
		const taken = ["main.ts", "lib/one.js", "lib/two.ts", "lib/data.json", "more/prefix.js"];
		const passedOver = ["lib/manifest.json", "lib/deep/three.ts", "lib/readme.md", "lib/.hidden.js", "more/other.js"];
		const manifest = { modules: { "*": "./main", "lib/*": "./lib/*", "some/*": "./more/pre*" } };
		const { modules } = match(context, manifest, [...taken, ...passedOver]);
		const names = ["main", "lib/one", "lib/two", "lib/data", "some/fix"];
		assert.deepEqual(modules, Object.fromEntries(names.map((name, i) => [name, taken[i]])));
	});

	test("a target that ends with a star takes the file's name", context => {
		const { modules } = match(context, { modules: { "pre/*": ["./a", "./b.js"] } }, ["a.ts", "b.js", "b.ts"]);
		assert.deepEqual(modules, { "pre/a": "a.ts", "pre/b": "b.js" });
	});

	test('"~" leaves files out', context => {
		const { modules } = match(context, { modules: { "*": "./*", "~": ["./b", "./c*"] } }, [
			"a.ts",
			"b.ts",
			"c1.ts",
			"c2.ts",
		]);
		assert.deepEqual(modules, { a: "a.ts" });
	});

	test("a file is taken once, under the first target that has it", context => {
		const { modules } = match(context, { modules: { first: "./a", "*": "./*" } }, ["a.ts", "b.ts"]);
		assert.deepEqual(modules, { first: "a.ts", b: "b.ts" });
	});

	test("of two files for a module the first is taken, and that is said", context => {
		const { modules, files } = match(context, { modules: { m: ["./x/a", "./y/a"] } }, ["x/a.js", "y/a.js"]);
		assert.deepEqual(modules, { m: "x/a.js" });
		assert.match(files.warnings.join("\n"), /module m: .*x\/a\.js is taken, .*y\/a\.js is not/);
	});

	test("a pattern without files is warned of", context => {
		const { files } = match(context, { modules: { "*": ["./main", "./nothing"] } }, ["main.ts"]);
		assert.match(files.warnings.join("\n"), /nothing matches .*\/nothing/);
	});

	test("a folder is one of headers", context => {
		const { files, at } = match(context, { modules: { "*": ["./inc/"] } }, ["inc/a.h"]);
		assert.deepEqual(files.headerFolders, [join(at, "inc/")]);
	});

	for (const file of ["a.cc", "a.cpp", "a.m"]) {
		test(`${file} is not supported`, context => {
			assert.throws(() => match(context, { modules: { "*": "./a" } }, [file]), /"modules": .* is not supported/);
		});
	}
});

describe("data and resources", () => {
	test("have their extension in their name", context => {
		const manifest = { data: { "certs/*": "./c/*", one: "./x" }, resources: { "*": "./r/*" } };
		const { resources } = match(context, manifest, ["c/root.der", "c/b.pem", "x.bin", "r/text.txt"]);
		assert.deepEqual(resources, {
			"certs/root.der": "c/root.der",
			"certs/b.pem": "c/b.pem",
			"one.bin": "x.bin",
			"text.txt": "r/text.txt",
		});
	});

	test("what stands after a star means nothing, as mcconfig's rules see a name without its extension", context => {
		const files = ["c/ca1.der", "c/ca2.pem", "c/note.txt"];
		for (const pattern of ["./c/*.der", "./c/*.none", "./c/*"])
			assert.deepEqual(match(context, { data: { "*": pattern } }, files).resources, {
				"ca1.der": "c/ca1.der",
				"ca2.pem": "c/ca2.pem",
				"note.txt": "c/note.txt",
			});
		assert.deepEqual(match(context, { data: { "ca*": "./c/ca*.der" } }, files).resources, {
			"ca1.der": "c/ca1.der",
			"ca2.pem": "c/ca2.pem",
		});
	});

	test("data is neither a module nor a resource", context => {
		const manifest = {
			data: { "*": "./d/*" },
			modules: { "*": ["./d/*", "./main"] },
			resources: { "again/*": "./d/*" },
		};
		const { modules, resources } = match(context, manifest, ["d/a.js", "main.ts"]);
		assert.deepEqual([modules, resources], [{ main: "main.ts" }, { "a.js": "d/a.js" }]);
	});

	test("nothing is converted", context => {
		const one = (manifest: object, name: string): Matched => match(context, manifest, [name]);
		assert.throws(
			() => one({ resources: { "*": "./image" } }, "image.png"),
			/\.png is not converted here; list it under "data"/,
		);
		assert.throws(
			() => one({ resources: { "*-alpha": "./image" } }, "image.bin"),
			/conversion to alpha is not supported/,
		);
		assert.deepEqual(one({ data: { "*": "./image" } }, "image.png").resources, { "image.png": "image.png" });
	});
});

describe("preload", () => {
	const names = ["main.ts", "lib/a.js", "lib/b.js", "lib/c.ts"];
	const modules = { "*": "./main", "lib/*": "./lib/*" };

	test("by name and by pattern", context => {
		const { files } = match(context, { modules, preload: ["lib/c", "lib/*", "lib/a"] }, names);
		assert.deepEqual(files.preload, ["lib/c", "lib/a", "lib/b"]);
		assert.match(files.warnings.join("\n"), /preload "lib\/\*": .*name the TypeScript modules one by one/);
	});

	test('of a module that "~" leaves out is passed over', context => {
		const { files } = match(context, { modules: { "a/*": "./*", "~": "./b" }, preload: ["a/a", "a/b"] }, [
			"a.ts",
			"b.ts",
		]);
		assert.deepEqual([files.preload, files.warnings], [["a/a"], []]);
	});

	test("of no module is warned of", context => {
		const { files } = match(context, { modules, preload: ["lib/x"] }, names);
		assert.match(files.warnings.join("\n"), /preload "lib\/x": there is no such module/);
	});
});
