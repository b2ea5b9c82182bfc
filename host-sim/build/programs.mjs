/*
	Compiles TypeScript that runs on Node: the project's own programs for setup.mjs, the tests for test.ts. Plain JavaScript, as nothing
	is compiled yet.
*/

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Ends the program with a sentence. */
export function stop(message) {
	process.stderr.write(`${message}\n`);
	process.exit(1);
}

/** A digest over files and their names. */
export function digest(files) {
	const hash = createHash("sha256");
	for (const file of files) hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
	return hash.digest("hex").slice(0, 16);
}

/**
 * Compiles the programs that a tsconfig.json includes, into a folder of their own for each state of the sources, so that a run
 * that goes on while they change is not disturbed. Returns
 * that folder.
 */
export function compilePrograms(config, folders) {
	const inputs = [config, join(root, "package-lock.json")];
	for (const folder of folders) {
		const names = readdirSync(folder, { recursive: true }).map(String).sort();
		inputs.push(...names.filter(name => name.endsWith(".ts")).map(name => join(folder, name)));
	}
	const parent = join(root, "build", "node");
	const result = join(parent, digest(inputs));
	if (existsSync(result)) return result;
	process.stderr.write(`compiling ${dirname(config).slice(root.length + 1)}\n`);
	const draft = `${result}.${process.pid}`;
	mkdirSync(parent, { recursive: true });
	const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
	const run = spawnSync(process.execPath, [tsc, "-p", config, "--outDir", draft], {
		cwd: root,
		stdio: ["ignore", 2, 2],
	});
	if (run.status !== 0) {
		rmSync(draft, { recursive: true, force: true });
		stop(`${config.slice(root.length + 1)}: does not compile, see above`);
	}
	try {
		renameSync(draft, result);
	} catch (error) {
		rmSync(draft, { recursive: true, force: true });
		if (!existsSync(result)) throw error;
	}
	return result;
}
