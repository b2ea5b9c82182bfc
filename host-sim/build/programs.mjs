/*
	Compiles TypeScript that runs on Node: the project's own programs for setup.mjs, the tests for test.ts. Plain
	JavaScript, as nothing is compiled yet. Also decides where everything is built: in build/, unless that belongs to
	somebody else or can't be written.
*/

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	accessSync,
	constants,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
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

/** True if the folder can be written. A folder of another user is left alone, even by root. */
function isOurs(folder) {
	const status = statSync(folder, { throwIfNoEntry: false });
	if (!status?.isDirectory() || (process.getuid && status.uid !== process.getuid())) return false;
	try {
		accessSync(folder, constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

/** Makes a folder and says whether it can be used. */
function canUse(folder, mode = 0o777) {
	try {
		mkdirSync(folder, { recursive: true, mode });
	} catch {
		return false;
	}
	return isOurs(folder);
}

/** Why build/ can't be used. */
function reasonAgainst(folder) {
	const status = lstatSync(folder, { throwIfNoEntry: false });
	if (!status) return `${root} can't be written`;
	if (!status.isDirectory() && !status.isSymbolicLink()) return "build is a file";
	const isOther = process.getuid && status.uid !== process.getuid();
	return isOther ? "build/ belongs to another user" : "build/ can't be written";
}

/**
 * A folder of this user, outside of the checkout: one for each checkout. Files in it find their way back by the file
 * `checkout`.
 */
function prepareElsewhere(parent) {
	const folder = join(parent, createHash("sha256").update(root).digest("hex").slice(0, 16));
	if (!canUse(folder)) return undefined;
	writeFileSync(join(folder, "checkout"), root);
	const packages = join(folder, "node_modules");
	if (!lstatSync(packages, { throwIfNoEntry: false })) symlinkSync(join(root, "node_modules"), packages);
	return folder;
}

function findBuildFolder() {
	const asked = process.env.XS_TLS_BUILD;
	if (asked) return prepareElsewhere(resolve(asked)) ?? stop(`XS_TLS_BUILD: ${asked} can't be written`);
	const usual = join(root, "build");
	if (canUse(usual)) return usual;
	const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
	const own = join(tmpdir(), `xs-tls-${userInfo().uid}`);
	const folder = prepareElsewhere(join(cache, "xs-tls")) ?? (canUse(own, 0o700) ? prepareElsewhere(own) : undefined);
	const why = reasonAgainst(usual);
	if (!folder) stop(`${why}, nor can ${cache} or ${tmpdir()}: name a folder to build in with XS_TLS_BUILD`);
	process.stderr.write(`${why}: building in ${folder}\n`);
	return folder;
}

let chosen;

/** All that is built; nothing in it is worth keeping. */
export function buildFolder() {
	return (chosen ??= findBuildFolder());
}

/** Runs tsc into a draft of the folder, which is then there as a whole or not at all. */
function compileInto(config, result) {
	const draft = `${result}.${process.pid}`;
	mkdirSync(dirname(result), { recursive: true });
	const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
	const run = spawnSync(process.execPath, [tsc, "-p", config, "--outDir", draft], {
		cwd: root,
		stdio: ["ignore", "pipe", 2],
		encoding: "utf8",
	});
	try {
		if (run.status === 0) renameSync(draft, result);
	} catch (error) {
		if (!existsSync(result)) throw error;
	} finally {
		rmSync(draft, { recursive: true, force: true });
	}
	if (run.status === 0) return;
	// tsc says so for each of its files
	if (/no space left on device/i.test(run.stdout)) stop(`${buildFolder()}: the disk is full`);
	stop(`${run.stdout}${config.slice(root.length + 1)}: does not compile, see above`);
}

/**
 * Compiles the programs that a tsconfig.json includes, into a folder of their own for each state of the sources. A run
 * that goes on while they change is not disturbed. Returns that folder.
 */
export function compilePrograms(config, folders) {
	const inputs = [config, join(root, "package-lock.json")];
	for (const folder of folders) {
		const names = readdirSync(folder, { recursive: true }).map(String).sort();
		inputs.push(...names.filter(name => /\.(ts|mjs)$/.test(name)).map(name => join(folder, name)));
	}
	const result = join(buildFolder(), "node", digest(inputs));
	if (existsSync(result)) return result;
	process.stderr.write(`compiling ${dirname(config).slice(root.length + 1)}\n`);
	compileInto(config, result);
	return result;
}
