/*
	Whole apps through the builder: what it makes of them, and what it says where it can't.
*/

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { buildApp, prepareApp, sdkCreation, type BuildOptions } from "../../../host-sim/build/build.js";
import { projectRoot } from "../../../host-sim/build/files.js";
import { runApp, type RunResult } from "../../../host-sim/build/run.js";
import { folderOf } from "./folder.js";

const creation = { static: 32768, chunk: { initial: 1536 }, heap: { initial: 512 } };

/** A manifest for main.ts or main.js. */
function manifest(more: object = {}): object {
	return {
		modules: { "*": "./main" },
		creation,
		typescript: { tsconfig: { compilerOptions: { strict: true } } },
		...more,
	};
}

type Files = Readonly<Record<string, string | object>>;
type Result = RunResult & { readonly warnings: readonly string[] };

async function run(context: TestContext, files: Files, options: BuildOptions = {}): Promise<Result> {
	const app = await buildApp(folderOf(context, { "manifest.json": manifest(), ...files }), options);
	return { ...(await runApp(app, { timeout: 20 })), warnings: app.warnings };
}

/** Modules of every kind. */
const mixed: Files = {
	"manifest.json": manifest({
		modules: { "*": ["./main", "./native"], "lib/*": "./lib/*" },
		config: { word: "default" },
		defines: { test: { factor: 7, name: "#seven" } },
		build: { C_FLAGS: "-DEXTRA=100" },
	}),
	"main.ts": `import { times } from "lib/times";
import list from "lib/list";
import twice from "./lib/twice.js";
import config from "mc/config";
function scaled(this: void, n: number): number { return native("test_scaled").call(this, n); }
function name(this: void): string { return native("test_name").call(this); }
trace([times(3, 4), list[1], twice(5), scaled(2), name(), config.word].join(" "), "\\n");
`,
	"lib/times.ts": `/// <reference path="./native.d.ts" />
export function times(a: number, b: number): number { return a * b; }
`,
	"lib/native.d.ts": `declare function native(name: string): { call(self: unknown, ...values: unknown[]): any };
declare module "lib/list" { const list: number[]; export default list; }
`,
	"lib/twice.js": "export default function (n) { return n + n; }",
	"lib/twice.d.ts": "export default function (n: number): number;",
	"lib/list.json": [10, 20, 30],
	"native.c": `#include "xsmc.h"
#include "mc.defines.h"
void test_scaled(xsMachine* the) { xsmcSetInteger(xsResult, xsmcToInteger(xsArg(0)) * MODDEF_TEST_FACTOR + EXTRA); }
void test_name(xsMachine* the) { xsmcSetString(xsResult, MODDEF_TEST_NAME); }
`,
};

/** Throws in line 6, called from line 8. */
const failing = `interface Not { here: number }

const one: Not = { here: 1 };

function fail(n: number): never {
	throw new Error(\`failed with \${n}\`);
}
fail(one.here);
`;

describe("the creation of an app without one", () => {
	/** What an app has that includes what a device needs. */
	function creationOf(context: TestContext, own: object | undefined): unknown {
		const folder = folderOf(context, {
			"manifest.json": {
				include: [join(projectRoot, "modules", "manifest.json"), join(projectRoot, "hardware", "manifest.json")],
				modules: { "*": "./main" },
				...(own ? { creation: own } : {}),
			},
			"main.js": "",
		});
		return prepareApp(folder, {}).manifest.creation;
	}

	test("is the SDK's, with the stack that a handshake needs", context => {
		assert.deepEqual(creationOf(context, undefined), { ...sdkCreation, stack: 512 });
	});
	test("an app's own stack counts", context => {
		assert.deepEqual(creationOf(context, { ...creation, stack: 400 }), { ...creation, stack: 400 });
		assert.deepEqual(creationOf(context, creation), { ...creation, stack: 512 });
	});
	test("a device gets the same stack", () => {
		const read = (...path: string[]): any => JSON.parse(readFileSync(join(projectRoot, ...path), "utf8"));
		const simulator = read("hardware", "manifest.json").platforms["xs-tls-sim"].creation;
		assert.deepEqual(read("hardware", "esp32", "manifest.json").creation, simulator);
	});
});

describe("an app", () => {
	test("of TypeScript, JavaScript, JSON and C, in folders", async context => {
		const { code, stdout, stderr } = await run(context, mixed, { config: { word: "given" } });
		assert.equal(code, 0, stderr);
		assert.deepEqual(stdout, ["12 20 10 114 seven given"]);
	});

	test("with another main, from the manifest on top", async context => {
		const extra = { modules: { second: "./other" }, creation: { main: "second" } };
		const { stdout } = await run(
			context,
			{ "main.ts": 'trace("first\\n");', "other.ts": 'trace("second\\n");' },
			{ extra },
		);
		assert.deepEqual(stdout, ["second"]);
	});

	test("with warnings about what has no effect", async context => {
		const { code, warnings } = await run(context, {
			"manifest.json": manifest({ strip: "*", creation: { ...creation, nativeStack: 4096 } }),
			"main.ts": "",
		});
		assert.equal(code, 0);
		assert.match(warnings.join("\n"), /"strip" has no effect[^]*"nativeStack" has no effect/);
	});

	test("that fails shows its TypeScript's file and line", async context => {
		const { code, stderr } = await run(context, { "main.ts": failing });
		assert.equal(code, 10);
		assert.match(stderr, /Error: failed with 1\n at fail \(.*\/main\.ts:6\)\n at (main )?\(.*\/main\.ts:8\)\n/);
	});

	test("that imports what is not there", async context => {
		const { code, stderr } = await run(context, { "main.js": 'import x from "none"; trace(x);' });
		assert.equal(code, 10);
		assert.match(stderr, /none/);
	});

	test("whose preloaded module throws", async context => {
		const files = {
			"manifest.json": manifest({ preload: "main" }),
			"main.js": '\nthrow new Error("while it was made");\n',
		};
		const { code, stderr } = await run(context, files);
		assert.equal(code, 10);
		assert.match(stderr, /Error: while it was made\n at \(.*main\.js:2\)/);
	});
});

describe("what can't be built is said in words", () => {
	const fails = async (context: TestContext, files: Files, words: RegExp): Promise<void> => {
		await assert.rejects(run(context, files), (error: Error) => {
			assert.match(error.message, words);
			return true;
		});
	};

	test("a type error", context =>
		fails(
			context,
			{
				"main.ts": "const a: string = 5;\n",
			},
			/main\.ts\(1,7\): error TS2322[^]*does not compile/,
		));
	test("JavaScript's syntax", context =>
		fails(
			context,
			{
				"main.js": "\n\nlet = = 5;",
			},
			/^.*main\.js:3: error: /,
		));
	test("bad JSON", context =>
		fails(
			context,
			{
				"manifest.json": manifest({ modules: { "*": ["./main", "./data"] } }),
				"main.js": "",
				"data.json": "{",
			},
			/data\.json: line 1, column 2: not valid JSON: expected a name/,
		));
	test("C's syntax", context =>
		fails(
			context,
			{
				"manifest.json": manifest({ modules: { "*": ["./main", "./code"] } }),
				"main.js": "",
				"code.c": "int f(void) { return nothing; }",
			},
			/code\.c:1:.*nothing/,
		));
	test("a C function that is nowhere", context => {
		const text = '\nfunction f() { return native("test_nowhere").call(this); }\nf();';
		return fails(context, { "main.js": text }, /main\.js:2: there is no C function test_nowhere; list the C file/);
	});
	test("no main module", context =>
		fails(
			context,
			{
				"other.js": "",
				"manifest.json": manifest({ modules: { "*": "./other" } }),
			},
			/there is no module "main" to start with/,
		));
	test("creation with a wrong number", context =>
		fails(
			context,
			{
				"manifest.json": manifest({ creation: { stack: 1.5 } }),
				"main.js": "",
			},
			/creation: "stack" must be a whole number/,
		));
	test("a variant that does not exist", async context => {
		const folder = folderOf(context, { "manifest.json": manifest(), "main.js": "" });
		await assert.rejects(buildApp(join(folder), { variant: "wide" }), /"wide": a variant is native or m32/);
	});
});

test("an app whose TypeScript options are not strict compiles the library, too", async context => {
	const { stdout } = await run(context, {
		"manifest.json": manifest({
			include: ["modules", "hardware"].map(name => join(projectRoot, name, "manifest.json")),
			typescript: { tsconfig: { compilerOptions: { strict: false } } },
		}),
		"main.ts": `import { TLSClient } from "tls/client";
trace(typeof TLSClient, "\\n");
`,
	});
	assert.deepEqual(stdout, ["function"]);
});
