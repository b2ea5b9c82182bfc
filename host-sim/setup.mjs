/*
	What `npm start`, `npm test` and `npm run ...` run first, in plain JavaScript because nothing is installed yet. It
	installs the packages of package-lock.json, compiles the project's own programs (host-sim/programs/*.ts) to
	build/node, and hands over. Each step is skipped while its inputs are what they were.

		node host-sim/setup.mjs PROGRAM [ARGUMENT ...]		PROGRAM: a file of host-sim/programs, such as demo, test, cli
*/

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { fileProblem, npmReason, systemSentence } from "./build/problems.mjs";
import { compilePrograms, digest, root, stop } from "./build/programs.mjs";

/** Ends with a sentence where the system is at fault. Where these programs are, their stack is what a report needs. */
function fail(error) {
	const sentence = systemSentence(error);
	if (sentence) stop(sentence);
	process.stderr.write(
		`${error?.stack ?? error}\nThis is a fault of xs-tls's own programs: please report it with these lines.\n`,
	);
	process.exit(70);
}

/** What reads our output may end first, as `head` does. */
function endQuietly(error) {
	if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
	fail(error);
}

function installPackages() {
	const stamp = join(root, "node_modules", ".installed");
	const key = digest([join(root, "package.json"), join(root, "package-lock.json")]);
	if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return;
	process.stderr.write("installing the packages of package-lock.json (once; it needs the npm registry)\n");
	const result = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"], {
		cwd: root,
		stdio: ["ignore", 2, "pipe"],
		encoding: "utf8",
	});
	if (result.error) stop(`npm could not be run: ${fileProblem(result.error)}`);
	if (result.status !== 0)
		stop(
			`npm ci failed: ${npmReason(result.stderr)}. It needs the npm registry, once, and a node_modules that this user may write`,
		);
	writeFileSync(stamp, key);
}

process.on("uncaughtException", fail);
process.stdout.on("error", endQuietly);
process.stderr.on("error", endQuietly);
if (Number(process.versions.node.split(".")[0]) < 20)
	stop(`Node.js 20 or later is needed; this is ${process.versions.node}`);
const [program, ...values] = process.argv.slice(2);
if (!program) stop("usage: node host-sim/setup.mjs PROGRAM [ARGUMENT ...]");
try {
	installPackages();
	const folder = compilePrograms(join(root, "host-sim", "tsconfig.json"), [
		join(root, "host-sim"),
		join(root, "modules", "x509"),
	]);
	const file = join(folder, "host-sim", "programs", `${program}.js`);
	if (!existsSync(file)) stop(`there is no program host-sim/programs/${program}.ts`);
	const { main } = await import(pathToFileURL(file).href);
	process.exitCode = await main(values);
} catch (error) {
	fail(error);
}
