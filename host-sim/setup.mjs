/*
	What `npm start`, `npm test` and `npm run ...` run first, in plain JavaScript because nothing is installed yet: it installs the
	packages of package-lock.json, compiles the project's own programs (host-sim/programs/*.ts) to build/node, and hands over. Each step is
	skipped while its inputs are what they were.

		node host-sim/setup.mjs PROGRAM [ARGUMENT ...]		PROGRAM: a file of host-sim/programs, such as demo, test, cli
*/

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { compilePrograms, digest, root, stop } from "./build/programs.mjs";

function installPackages() {
	const stamp = join(root, "node_modules", ".installed");
	const key = digest([join(root, "package.json"), join(root, "package-lock.json")]);
	if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return;
	process.stderr.write("installing the packages of package-lock.json\n");
	const result = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
		cwd: root,
		stdio: ["ignore", 2, 2],
	});
	if (result.error) stop(`npm could not be run: ${result.error.message}`);
	if (result.status !== 0) stop("npm ci failed, see above; it needs the npm registry");
	writeFileSync(stamp, key);
}

if (Number(process.versions.node.split(".")[0]) < 20)
	stop(`Node.js 20 or later is needed; this is ${process.versions.node}`);
const [program, ...values] = process.argv.slice(2);
if (!program) stop("usage: node host-sim/setup.mjs PROGRAM [ARGUMENT ...]");
installPackages();
const folder = compilePrograms(join(root, "host-sim", "tsconfig.json"), [
	join(root, "host-sim"),
	join(root, "modules", "x509"),
]);
const file = join(folder, "host-sim", "programs", `${program}.js`);
if (!existsSync(file)) stop(`there is no program host-sim/programs/${program}.ts`);
const { main } = await import(pathToFileURL(file).href);
process.exitCode = await main(values);
