/*
	Files for tests of the builder, in a temporary folder.
*/

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";

/** Writes files by their relative paths, objects as JSON; gives the folder, which goes with the test. */
export function folderOf(context: TestContext, files: Readonly<Record<string, string | object>>): string {
	const folder = realpathSync(mkdtempSync(join(tmpdir(), "xs-tls-builder-")));
	context.after(() => rmSync(folder, { recursive: true, force: true }));
	for (const [path, content] of Object.entries(files)) {
		const file = join(folder, path);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
	}
	return folder;
}
