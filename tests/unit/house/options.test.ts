/*
	docs/OPTIONS.md has every option of `secure`, and none that is not there.
*/

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";

function read(path: string): string {
	return readFileSync(join(projectRoot, path), "utf8");
}

/** The members of an interface of modules/options.ts. */
function members(name: string): string[] {
	const body = new RegExp(`export interface ${name} \\{\\n([^]*?)\\n\\}`).exec(read("modules/options.ts"))![1]!;
	return [...body.matchAll(/^\t(\w+)\??:/gm)].map(([, member]) => member!);
}

test("docs/OPTIONS.md has every option", () => {
	const rows = [
		...read("docs/OPTIONS.md")
			.split("## Old servers")[0]!
			.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm),
	].flatMap(([, names]) => names!.replaceAll("`", "").split(", "));
	// one is the client's, not the engine's
	const actual = new Set([...members("Options"), ...members("PreSharedKeyOption"), "onHandshake"]);
	assert.ok(actual.size > 30);
	assert.deepEqual(rows.sort(), [...actual].sort());
});
