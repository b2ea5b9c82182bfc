/*
	What `npm start`, `npm test` and `npm run ...` run first, in plain JavaScript because nothing is installed yet: it installs the
	packages of package-lock.json, compiles the project's own programs (host-sim/*.ts) to build/node, and hands over. Each step is
	skipped while its inputs are what they were.

		node host-sim/setup.mjs PROGRAM [ARGUMENT ...]		PROGRAM: a file of host-sim, such as demo, test, cli
*/

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Ends the program with a sentence. */
function stop(message) {
	process.stderr.write(`${message}\n`);
	process.exit(1);
}

/** A digest over files and their names. */
function digest(files) {
	const hash = createHash("sha256");
	for (const file of files) hash.update(file).update("\0").update(readFileSync(file)).update("\0");
	return hash.digest("hex").slice(0, 16);
}

function installPackages() {
	const stamp = join(root, "node_modules", ".installed");
	const key = digest([join(root, "package.json"), join(root, "package-lock.json")]);
	if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return;
	process.stderr.write("installing the packages of package-lock.json\n");
	const result = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, stdio: ["ignore", 2, 2] });
	if (result.error) stop(`npm could not be run: ${result.error.message}`);
	if (result.status !== 0) stop("npm ci failed, see above; it needs the npm registry");
	writeFileSync(stamp, key);
}

/**
 * Compiles the programs that a tsconfig.json includes, into a folder of their own for each state of the sources, so that a run
 * that goes on while they change is not disturbed. Returns that folder. Used for the test drivers too (test.ts).
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
	const run = spawnSync(process.execPath, [tsc, "-p", config, "--outDir", draft], { cwd: root, stdio: ["ignore", 2, 2] });
	if (run.status !== 0) {
		rmSync(draft, { recursive: true, force: true });
		stop(`${config.slice(root.length + 1)}: does not compile, see above`);
	}
	try {
		renameSync(draft, result);
	}
	catch (error) {
		rmSync(draft, { recursive: true, force: true });
		if (!existsSync(result)) throw error;
	}
	return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	if (Number(process.versions.node.split(".")[0]) < 20) stop(`Node.js 20 or later is needed; this is ${process.versions.node}`);
	const [program, ...values] = process.argv.slice(2);
	if (!program) stop("usage: node host-sim/setup.mjs PROGRAM [ARGUMENT ...]");
	installPackages();
	const folder = compilePrograms(join(root, "host-sim", "tsconfig.json"), [join(root, "host-sim")]);
	const file = join(folder, "host-sim", `${program}.js`);
	if (!existsSync(file)) stop(`there is no program host-sim/${program}.ts`);
	const { main } = await import(pathToFileURL(file).href);
	process.exitCode = await main(values);
}
