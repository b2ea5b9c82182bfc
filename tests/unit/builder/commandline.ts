/*
	npm's commands as a person runs them, and small apps for them, in a temporary folder.
*/

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";
import { run, type Outcome } from "../../../host-sim/build/process.js";

export const setup = join(projectRoot, "host-sim", "setup.mjs");
export const folder = realpathSync(mkdtempSync(join(tmpdir(), "xs-tls-commands-")));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command of package.json. */
export function command(
	values: readonly string[],
	more: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
	return run(process.execPath, [setup, ...values], more);
}

/** A file of the temporary folder. */
export function file(name: string, content: string): string {
	const path = join(folder, name);
	mkdirSync(join(path, ".."), { recursive: true });
	writeFileSync(path, content);
	return path;
}

/** An app in plain JavaScript, which needs no compiler of types. */
export function app(name: string, main: string): string {
	const creation = { static: 32768, chunk: { initial: 1536 }, heap: { initial: 512 } };
	file(`${name}/manifest.json`, JSON.stringify({ modules: { "*": "./main" }, creation }));
	file(`${name}/main.js`, main);
	return join(folder, name);
}

/** A failure is a sentence, not a stack. */
export function expectSentence({ stdout, stderr }: Outcome, says: RegExp): void {
	assert.match(stderr, says);
	assert.doesNotMatch(stderr + stdout, /\n\s+at |node:internal|Node\.js v/);
}
