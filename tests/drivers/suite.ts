/*
	Runs the tests that are written inside XS (tests/harness.ts) in the simulator and reports each of them to Node's
	test runner. The drivers inside*.test.ts call it.
*/

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";

import { buildApp } from "../../host-sim/build/build.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { runApp, type RunOptions } from "../../host-sim/build/run.js";

const testsFolder = join(projectRoot, "tests");

/** The folders of tests/unit, each with the tests of one folder of the sources. */
export function unitFolders(): string[] {
	return readdirSync(join(testsFolder, "unit"), { withFileTypes: true })
		.filter(entry => entry.isDirectory())
		.map(entry => `unit/${entry.name}`);
}

/** One line that the harness prints. */
interface Line {
	readonly tests?: number;
	readonly test?: string;
	readonly note?: string;
	readonly ok?: boolean;
	readonly error?: string;
	readonly stack?: string;
}

/** The name of the XS module that a file of tests/ is. */
function moduleName(file: string): string {
	return `test/${relative(testsFolder, file).replace(/\.ts$/, "")}`;
}

/** The XS modules of a folder; those for Node end with .test.ts, apps have manifests of their own. */
function scripts(folder: string): string[] {
	return readdirSync(join(testsFolder, folder))
		.filter(name => name.endsWith(".ts") && !name.endsWith(".test.ts"))
		.sort()
		.map(name => join(testsFolder, folder, name));
}

/** The `modules` of a manifest for a folder's scripts. */
function moduleList(folder: string): Record<string, string> {
	return Object.fromEntries(scripts(folder).map(file => [moduleName(file), file.slice(0, -".ts".length)]));
}

function parse(line: string): Line | undefined {
	return line.startsWith("{") ? (JSON.parse(line) as Line) : undefined;
}

/** All that `runSuite` may be told beyond what to run. */
export interface SuiteOptions extends RunOptions {
	readonly variant?: string;
	readonly config?: Readonly<Record<string, string>>;
	/** Tells runs of one file apart. */
	readonly title?: string;
	/** Further members of the manifest, such as resources. */
	readonly extra?: { readonly modules?: object; readonly creation?: object; readonly [member: string]: unknown };
}

/** What suite.json in a folder adds to the manifest of its tests, with paths from tests/. */
function suiteManifest(folder: string): NonNullable<SuiteOptions["extra"]> {
	const file = join(testsFolder, folder, "suite.json");
	return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>) : {};
}

/**
 * Runs one file of tests as an app of its own; each of its tests becomes a subtest. The manifest has what the folder's
 * suite.json says, and `extra`.
 */
export function runSuite(file: string, folder: string, options: SuiteOptions = {}): void {
	const { variant = "native", config = {}, title = relative(testsFolder, file) } = options;
	const extra = { ...suiteManifest(folder), ...options.extra };
	const name = moduleName(file);
	test(`${title}, ${variant}`, async t => {
		const app = await buildApp(testsFolder, {
			variant,
			config,
			extra: {
				...extra,
				modules: { ...moduleList(folder), ...extra.modules },
				creation: { ...extra.creation, main: name },
			},
		});
		const { code, stdout, stderr } = await runApp(app, { timeout: 300, ...options });
		const lines = stdout.map(parse).filter(line => line !== undefined);
		for (const line of lines) {
			if (line.note !== undefined) t.diagnostic(line.note);
			if (line.test !== undefined)
				await t.test(line.test, () => assert.ok(line.ok, `${line.error}\n${line.stack ?? ""}`));
		}
		assert.equal(code, 0, `the simulator ended with ${code}: ${stderr}${stdout.slice(-3).join("\n")}`);
		const expected = lines.find(line => line.tests !== undefined)?.tests ?? 0;
		assert.ok(expected > 0, "the file has no tests");
		assert.equal(lines.filter(line => line.test !== undefined).length, expected, "not all tests were run");
	});
}

/** Every file of a folder that holds tests, in each variant. */
export function runFolder(folder: string, variants: readonly string[]): void {
	for (const file of scripts(folder)) {
		if (!/import \{[^}]*\btest\b[^}]*\} from "test\/harness"/.test(readFileSync(file, "utf8"))) continue;
		for (const variant of variants) runSuite(file, folder, { variant });
	}
}
