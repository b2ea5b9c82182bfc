/*
	What an app keeps: the SDK's preferences and files, in the folder of --files. The app is apps/storage.
*/

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";

import { buildApp } from "../../../host-sim/build/build.js";
import { runApp } from "../../../host-sim/build/run.js";
import { variants } from "../../drivers/machine.js";

let folder = "";
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "xs-tls-storage-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

for (const variant of variants) {
	const run = async (part: string, files: string | undefined = folder): Promise<unknown[]> => {
		const app = await buildApp("tests/unit/simulator/apps/storage", { variant, config: { part } });
		const { code, stdout, stderr } = await runApp(app, { timeout: 20, ...(files ? { files } : {}) });
		assert.equal(code, 0, stderr);
		return JSON.parse(stdout[0]!) as unknown[];
	};

	describe(`preferences and files, ${variant}`, () => {
		test("outlive a restart", async () => {
			assert.deepEqual(await run("write"), [8, 8, "closed", "closed"]);
			assert.deepEqual(await run("read"), [
				[true, false, -5, 2147483647, "größe", "", "a string now", null],
				"0001ff",
				"",
				"bytes,changed,count,empty,largest,name,no,none,yes",
				"../name",
				0,
				8,
				"one\n",
				"320a",
				"é",
				"read past end of file",
				true,
				"6f6e65",
				3,
				"file write failed",
			]);
			assert.deepEqual(readdirSync(folder).sort(), ["files", "preferences"]);
			assert.deepEqual(readdirSync(join(folder, "preferences")).sort(), ["app", "other"]);
		});
		test("a value whose file is damaged is an error; a foreign file is not a key", async () => {
			await run("write");
			const file = join(folder, "preferences", "app", "count");
			assert.ok(existsSync(file));
			for (const name of ["a.draft", "x_zz", "_4", "0123456789abcdefg"])
				writeFileSync(join(folder, "preferences", "app", name), "i");
			assert.match(String((await run("read"))[3]), /^bytes,changed,count,empty,largest,name,no,none,yes$/);
			for (const damaged of ["", "i", "ixxx", "q1234", "bxx", "s", "sabc"]) {
				writeFileSync(file, damaged);
				const app = await buildApp("tests/unit/simulator/apps/storage", { variant, config: { part: "read" } });
				const { code, stderr } = await runApp(app, { timeout: 20, files: folder });
				assert.equal(code, 10, damaged);
				assert.match(stderr, /nvs get fail/, damaged);
			}
		});
		test("what preferences refuse", async () => {
			const types = Array<string>(6).fill("unsupported type");
			assert.deepEqual(await run("limits"), [
				"nvs_open fail",
				"nvs_open fail",
				"nvs set fail",
				"float unsupported",
				"float unsupported",
				"float unsupported",
				...types,
				"argument 3 is missing",
				"nvs set fail",
				null,
				null,
				null,
				"nvs set fail",
				"nvs set fail",
				null,
			]);
		});
		test("folders, and paths that lead elsewhere", async () => {
			assert.deepEqual(await run("folders", ""), [
				["0 10", "1 20", "deep undefined"],
				'{"total":65536,"used":30}',
				32,
				...[true, true, false, false],
				...[true, true, false],
				...[true, true],
				"invalid to",
				"invalid from",
				"path too long",
				"failed",
				...[true, false],
				...Array<string>(10).fill("file not found"),
				"bad path",
				"failed to open directory",
				"failed",
				"file not found",
				20,
				"File,Iterator,System,Directory",
			]);
		});
	});
}
