/*
	How manifests are read and merged, as mcconfig does it (the Moddable SDK's documentation, tools/manifest.md).
*/

import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { findManifest, readManifest, type Dictionary, type Manifest } from "../../../host-sim/build/manifest.js";
import { folderOf } from "./folder.js";

type Files = Readonly<Record<string, string | object>>;

/** The manifest of a folder with these files. */
function read(context: TestContext, files: Files, extra?: Dictionary): Manifest & { at: string } {
	const at = folderOf(context, files);
	return { ...readManifest(join(at, "manifest.json"), [], extra), at };
}

/** The same of nothing but a manifest. */
function readOne(context: TestContext, manifest: object | string): Manifest & { at: string } {
	return read(context, { "manifest.json": manifest });
}

function paths({ at, modules }: { at: string; modules: Manifest["modules"] }): Record<string, string[]> {
	return Object.fromEntries(
		modules.map(({ target, sources }) => [target, sources.map(({ path }) => path.slice(at.length))]),
	);
}

describe("include", () => {
	const parts: Files = {
		"manifest.json": {
			include: ["./a/manifest.json", "./b.json"],
			preload: ["main"],
			modules: { "*": "./main" },
			config: { who: "main", deep: { main: 1 } },
		},
		"a/manifest.json": {
			include: "./c.json",
			preload: "a",
			modules: { "*": "./x", "a/*": "./y/*" },
			config: { who: "a", a: true, deep: { a: 1 }, list: [1, 2] },
		},
		"a/c.json": { config: { who: "c", c: true, list: [3] }, preload: ["c"] },
		"b.json": { include: ["./a/c.json"], config: { who: "b" } },
		"a/y/one.ts": "",
	};

	test("comes first, depth first, each manifest once", context => {
		const { at, files, preload } = read(context, parts);
		assert.deepEqual(
			files.map(file => file.slice(at.length + 1)),
			["a/c.json", "a/manifest.json", "b.json", "manifest.json"],
		);
		assert.deepEqual(preload, ["c", "a", "main"]);
	});

	test("later values win, objects are merged, sources appended", context => {
		const manifest = read(context, parts);
		assert.deepEqual(manifest.config, { who: "main", c: true, list: [1, 2], a: true, deep: { a: 1, main: 1 } });
		assert.deepEqual(paths(manifest), { "*": ["/a/x", "/main"], "a/*": ["/a/y/*"] });
	});

	test("of the SDK: what the simulator has counts as included, the rest is named", context => {
		const before = process.env["MODDABLE"];
		delete process.env["MODDABLE"];
		context.after(() => {
			if (before !== undefined) process.env["MODDABLE"] = before;
		});
		const names = ["examples/manifest_base.json", "examples/manifest_net.json", "modules/io/manifest.json"];
		const { files, variables } = readOne(context, { include: names.map(name => `$(MODDABLE)/${name}`) });
		assert.deepEqual(
			files.map(file => basename(file)),
			["network.json", "io.json", "manifest.json"],
		);
		assert.match(String(variables["MODULES"]), /\/modules$/);
		assert.throws(
			() => readOne(context, { include: "$(MODDABLE)/modules/piu/manifest.json" }),
			/\$\(MODDABLE\)\/modules\/piu\/manifest\.json is not one of the parts .* set MODDABLE .* or move the line under "platforms"/,
		);
		assert.throws(() => readOne(context, { data: { "*": "$(MODULES)/crypt/data/ca1" } }), /set MODDABLE/);
		assert.deepEqual(readOne(context, { modules: { "~": "$(MODULES)/crypt/ssl/*" } }).modules[0]!.sources, []);
	});

	test("of nothing, of git, of something else: each in words", context => {
		assert.throws(
			() => readOne(context, { include: "./none.json" }),
			/manifest\.json: included manifest not found: \.\/none\.json/,
		);
		const git = [{ git: "https://example.com/x.git" }];
		assert.throws(
			() => readOne(context, { include: git }),
			/git repository \(https:\/\/example\.com\/x\.git\) is not supported/,
		);
		assert.throws(() => readOne(context, { include: [5] }), /"include" must name manifests/);
	});

	test("what is given on top comes last", context => {
		const { config } = read(context, parts, { config: { who: "given" } });
		assert.equal(config["who"], "given");
	});
});

describe("build variables", () => {
	test("stand in paths and includes, relative to their own manifest", context => {
		const manifest = read(context, {
			"manifest.json": { build: { SHARED: "./shared" }, include: "$(SHARED)/manifest.json" },
			"shared/manifest.json": { build: { HERE: "./deep" }, modules: { "*": "$(HERE)/main", x: "$(SHARED)/x" } },
			"shared/deep/main.js": "",
		});
		assert.deepEqual(paths(manifest), { "*": ["/shared/deep/main"], x: ["/shared/x"] });
	});

	test("come from the environment where they are not set", context => {
		process.env["XS_TLS_BUILDER_TEST"] = "from-shell";
		const build = { A: "x-$(XS_TLS_BUILDER_TEST)", "XS_TLS_BUILDER_TEST ?=": "usual", "OTHER ?=": "usual" };
		const { A, XS_TLS_BUILDER_TEST: set, OTHER: unset } = readOne(context, { build }).variables;
		assert.deepEqual([A, set, unset], ["x-from-shell", "from-shell", "usual"]);
	});

	test("LIBRARIES and C_FLAGS add up", context => {
		const { variables } = read(context, {
			"manifest.json": { include: "./b.json", build: { LIBRARIES: "-lone" } },
			"b.json": { build: { LIBRARIES: "-ltwo", C_FLAGS: "-DX" } },
		});
		assert.deepEqual(String(variables["LIBRARIES"]).split(" ").sort(), ["-lone", "-ltwo"]);
		assert.equal(variables["C_FLAGS"], "-DX");
	});

	test("that are nowhere are named", context => {
		assert.throws(
			() => readOne(context, { modules: { "*": "$(NOWHERE_AT_ALL)/main" } }),
			/manifest\.json: \$\(NOWHERE_AT_ALL\) is neither/,
		);
	});

	test("the platform's name and the app's are there", context => {
		const { at, variables } = readOne(context, {});
		assert.deepEqual([variables["PLATFORM"], variables["NAME"]], ["xs-tls-sim", basename(at)]);
	});
});

describe("platforms", () => {
	const other = { error: "not for here", include: "./none.json", unknown: true };

	test("the simulator's own part, after the common one", context => {
		const { config, preload } = read(context, {
			"manifest.json": {
				config: { a: 1, b: 1 },
				preload: "common",
				platforms: {
					"xs-tls-sim": { config: { b: 2 }, preload: "own", include: "./x.json" },
					"...": other,
					esp32: other,
				},
			},
			"x.json": { config: { x: 1 } },
		});
		assert.deepEqual(config, { x: 1, a: 1, b: 2 });
		assert.deepEqual(preload, ["common", "own"]);
	});

	test('"..." where there is no part for the simulator', context => {
		const fallback = (part: object): Manifest => readOne(context, { platforms: { esp32: other, "...": part } });
		assert.equal(fallback({ config: { fallback: true } }).config["fallback"], true);
		assert.throws(() => fallback({ error: "only for clocks" }), /manifest\.json: only for clocks/);
		assert.match(fallback({ warning: "be careful" }).warnings.join("\n"), /^.*manifest\.json: be careful$/);
	});

	test("those of others have no effect", context => {
		const { config, warnings } = readOne(context, { platforms: { esp32: other, lin: other, mac: other } });
		assert.deepEqual([config, warnings], [{}, []]);
	});
});

describe("what is not supported is named", () => {
	for (const key of ["ble", "commonjs", "ffi", "recipes"]) {
		test(`"${key}" is an error`, context => {
			assert.throws(() => readOne(context, { [key]: {} }), new RegExp(`manifest\\.json: "${key}": \\w+`));
		});
	}

	test("all errors at once", context => {
		assert.throws(() => readOne(context, { ble: {}, ffi: {}, error: "and this" }), /"ble".*\n.*"ffi".*\n.*and this/);
	});

	test("keys without effect, known or not, are warned of", context => {
		const { warnings } = readOne(context, { strip: "*", bundle: {}, modulse: {} });
		assert.deepEqual(
			warnings.map(text => /"(\w+)" has no effect/.exec(text)?.[1]),
			["strip", "bundle", "modulse"],
		);
	});

	test("options of a source", context => {
		const one = (source: object): Manifest & { at: string } => readOne(context, { modules: { "*": source } });
		assert.throws(() => one({ source: "./main", transform: "x" }), /"modules": "\*": "transform" is not supported/);
		assert.deepEqual(paths(one({ source: "./main" })), { "*": ["/main"] });
	});
});

describe("mistakes", () => {
	const mistakes: [string, string | object, RegExp][] = [
		[
			"bad JSON",
			'{ "modules": ',
			/manifest\.json: line 1, column 14: not valid JSON: expected a value, found the end of the file/,
		],
		["no object", "[]", /manifest\.json: a manifest is a JSON object/],
		["modules is a list", { modules: [] }, /"modules" must be an object/],
		["a source is a number", { modules: { "*": 5 } }, /"modules": "\*" must be a path/],
		["a source is not a path", { modules: { "*": "main" } }, /"main" is not a path; write "\.\/main"/],
		["a folder that is not there", { modules: { "*": "./none/main" } }, /folder not found: .*none/],
		["preload is an object", { preload: {} }, /"preload" must be a string or a list of strings/],
		["typescript is a string", { typescript: "tsc" }, /"typescript" must be an object/],
	];
	for (const [name, content, words] of mistakes) {
		test(name, context => {
			assert.throws(() => readOne(context, content), words);
		});
	}

	test("no app folder, no manifest", context => {
		const folder = folderOf(context, { "a.txt": "" });
		assert.throws(() => findManifest(join(folder, "none")), /no such app folder/);
		assert.throws(() => findManifest(folder), /has no manifest\.json/);
	});
});

test("compiler options are merged; types are relative to their manifest", context => {
	const { at, typescript } = read(context, {
		"manifest.json": {
			include: "./a/b.json",
			typescript: {
				compiler: "other-tsc",
				tsconfig: { compilerOptions: { strict: true, target: "es2022", types: ["./mine"], paths: { x: ["./x"] } } },
			},
		},
		"a/b.json": {
			typescript: {
				tsconfig: { compilerOptions: { target: "es2020", types: ["./theirs"], paths: { y: ["./y"] } }, extra: 1 },
			},
		},
	});
	assert.equal(typescript.compiler, "other-tsc");
	assert.equal(typescript.tsconfig["extra"], 1);
	const { types, paths: aliases, ...others } = typescript.tsconfig.compilerOptions;
	assert.deepEqual(others, { strict: true, target: "es2022" });
	assert.deepEqual(types, [join(at, "mine"), join(at, "a", "theirs")]);
	assert.deepEqual(aliases, { x: ["./x"], y: ["./y"] });
});
