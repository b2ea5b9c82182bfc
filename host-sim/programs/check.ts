/*
	npm run check: what can be said about the sources without running them. Types in every build, the order of imports
	and the public surface (tests/unit/house), Biome's lint and format, and the format of C.
*/

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { Problem, projectRoot } from "../build/files.js";
import { run } from "../build/process.js";
import { say } from "../build/progress.js";
import { type Options, readOptions, refuseOther } from "./arguments.js";
import { checkTypes } from "./check/types.js";
import { runCommand } from "./guarded.js";
import { main as test } from "./test.js";

const usage = `npm run check [-- --fix]

Checks types in every build of the stack, of examples, and of tests, also of those that run inside XS. Also the order
of imports and what apps may import (npm test -- unit/house), the documents, Biome's lint and format (biome.json), and
the format of C (.clang-format).

  --fix    mends what Biome can mend safely, and formats
`;

const options: Options<{ isFixing: boolean }> = { "--fix": { set: result => (result.isFixing = true) } };

/** Runs Biome's lint and formatter. Warnings are printed, errors fail. */
async function lint(isFixing: boolean): Promise<void> {
	const require = createRequire(join(projectRoot, "package.json"));
	const biome = join(dirname(require.resolve("@biomejs/biome/package.json")), "bin", "biome");
	const { code, stdout, stderr } = await run(
		process.execPath,
		[biome, "check", ...(isFixing ? ["--write"] : []), "--max-diagnostics=100", "--error-on-warnings", "."],
		{ cwd: projectRoot },
	);
	process.stderr.write(stdout + stderr);
	if (code !== 0) throw new Problem("lint or format: see above; npm run check -- --fix mends some of it");
}

/** The C files of the repository. */
async function formattedFiles(): Promise<string[]> {
	const { stdout } = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.c", "*.h"], {
		cwd: projectRoot,
	});
	return stdout.split("\n").filter(name => name !== "" && existsSync(join(projectRoot, name)));
}

/** A machine without clang-format skips this, but CI does not. */
async function checkFormat(isFixing: boolean): Promise<void> {
	const { code, stdout: version } = await run("clang-format", ["--version"]);
	if (code !== 0) {
		const missing = "clang-format is not installed: the format of C was not checked (apt-get install clang-format)";
		if (process.env["CI"]) throw new Problem(missing);
		say(missing);
		return;
	}
	const names = await formattedFiles();
	if (names.length === 0) return;
	const values = isFixing ? ["-i"] : ["--dry-run", "--Werror"];
	const outcome = await run("clang-format", [...values, ...names], { cwd: projectRoot });
	if (outcome.code === 0) return;
	throw new Problem(
		`${outcome.stderr}C is not formatted as .clang-format says, see above (${version.trim()}); npm run check -- --fix does it`,
	);
}

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return runCommand(values, usage, async () => {
		const { isFixing } = readOptions(values, options, { isFixing: false }, refuseOther);
		await checkTypes();
		await lint(isFixing);
		await checkFormat(isFixing);
		return test(["unit/house"]);
	});
}
