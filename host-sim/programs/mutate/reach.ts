/*
	The tests that may find a mutant, in the order in which they are tried. They are files of tests, and the folders of
	the tests inside XS one by one. Once for each state of the sources all of them run unchanged, to learn how long each
	takes and which lines of script it runs.
*/

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";

import { buildFolder, digest, Problem, projectRoot, writeWhole } from "../../build/files.js";
import { say } from "../../build/progress.js";
import type { Copy } from "./copy.js";
import type { Mutant } from "./sites.js";

/** Tests that one process runs. */
export interface TestRun {
	/** From tests/ on. */
	readonly file: string;
	/** Of the tests inside XS only those of this folder. */
	readonly folder?: string;
}

export interface Measured extends TestRun {
	readonly seconds: number;
	/** Lines of modules/ and hardware/ that it runs: "FILE:LINE"; undefined where that was not measured. */
	readonly lines: ReadonlySet<string> | undefined;
}

/**
 * Not run: real peers and firmware take too long, figures of memory change with every change, and the rest reaches
 * neither modules nor hardware.
 */
const LEFT_OUT = new RegExp(
	`^(${[
		"interop",
		"firmware",
		"fuzz",
		"memory/baseline",
		"unit/builder",
		"unit/house",
		"unit/simulator/(?!faults|accelerators|selftest)",
	].join("|")})\\b`,
);

const INSIDE = "drivers/inside.test.ts";

/** A test may take so many times as long as without a change. */
const SLOWER = 3;
/** And so many seconds beyond, for what is compiled anew. */
const COMPILE_SECONDS = 20;
/** Without a change a file of tests may take this long. */
const LONGEST_SECONDS = 900;

export type Verdict = "passed" | "failed" | "timed out" | "does not compile";

function allRuns(): TestRun[] {
	const tests = join(projectRoot, "tests");
	const files = readdirSync(tests, { recursive: true })
		.map(String)
		.filter(file => file.endsWith(".test.ts") && !LEFT_OUT.test(file));
	const hasScripts = (folder: string): boolean =>
		readdirSync(join(tests, folder)).some(name => /(?<!\.test)\.ts$/.test(name));
	const folders = [...readdirSync(join(tests, "unit")).map(name => `unit/${name}`), "flows"];
	const inside = folders.filter(folder => !LEFT_OUT.test(folder) && hasScripts(folder));
	const others = files.filter(file => file !== INSIDE).sort();
	return [...inside.map(folder => ({ file: INSIDE, folder })), ...others.map(file => ({ file }))];
}

/** A run's name for people. */
export function nameOf({ file, folder }: TestRun): string {
	return `tests/${folder ?? file}`;
}

/** Processes that run tests now, each with a group of its own. */
const running = new Set<number>();

function endGroup(leader: number): void {
	try {
		process.kill(-leader, "SIGKILL"); // the simulator and its servers, too
	} catch {
		// they have ended
	}
}

/** If this program is stopped, the programs that it started stop, too. */
for (const [signal, code] of [
	["SIGINT", 130],
	["SIGTERM", 143],
] as const) {
	process.on(signal, () => {
		for (const leader of running) endGroup(leader);
		process.exit(code);
	});
}

/**
 * The environment that tests of a copy run in; with `lines` the simulator writes into that folder which lines it runs.
 */
function environment({ folder }: TestRun, lines: string | undefined): NodeJS.ProcessEnv {
	const vectors = process.env["XS_TLS_VECTORS"] ?? join(projectRoot, "..", "shared", "vectors");
	const { CI: _, ...outer } = process.env;
	return {
		...outer,
		XS_TLS_VARIANTS: "native",
		XS_TLS_VECTORS: vectors,
		...(folder ? { XS_TLS_FOLDER: folder } : {}),
		...(lines ? { SIM_LINES: lines } : {}),
	};
}

/** Runs tests of a copy, compiled to `scripts`, to their first failure. `limit` is in seconds. */
export function runTests(copy: Copy, scripts: string, tests: TestRun, limit: number, lines?: string): Promise<Verdict> {
	const values = ["--test-reporter=tap", join(scripts, tests.file.replace(/\.ts$/, ".js"))];
	return new Promise(resolve => {
		const child = spawn(process.execPath, values, {
			cwd: copy.folder,
			env: environment(tests, lines),
			stdio: ["ignore", "pipe", "pipe"],
			detached: true,
		});
		let words = "";
		let verdict: Verdict | undefined;
		const end = (why: Verdict): void => {
			verdict ??= why;
			endGroup(child.pid!);
		};
		running.add(child.pid!);
		const timer = setTimeout(() => end("timed out"), limit * 1000);
		const take = (data: Buffer): void => {
			words += String(data);
			if (/TypeScript: .+ does not compile|\.c does not compile:/.test(words)) end("does not compile");
			// what failed is described after the line that says so
			else if (/^\s*not ok [^]*?^\s*\.\.\.$/m.test(words)) end("failed");
		};
		child.stdout.on("data", take);
		child.stderr.on("data", take);
		child.on("close", code => {
			clearTimeout(timer);
			running.delete(child.pid!);
			resolve(verdict ?? (code === 0 ? "passed" : "failed"));
		});
	});
}

function readLines(folder: string): string[] {
	const lines = new Set<string>();
	for (const name of readdirSync(folder))
		for (const line of readFileSync(join(folder, name), "utf8").split("\n"))
			if (/^(modules|hardware)\//.test(line)) lines.add(line);
	return [...lines];
}

/**
 * What was measured of each run, by its name and a digest of its tests. It is kept in a file for each state of what is
 * tested.
 */
type Kept = Record<string, { seconds: number; lines: string[] }>;

function filesUnder(folder: string): string[] {
	const entries = readdirSync(folder, { recursive: true }).map(name => join(folder, String(name)));
	return entries.filter(file => statSync(file).isFile()).sort();
}

function digestOf(files: readonly string[]): string {
	return digest(...files.flatMap(file => [file, readFileSync(file)]));
}

async function measureOne(copy: Copy, scripts: string, run: TestRun): Promise<Kept[string] | undefined> {
	const folder = mkdtempSync(join(tmpdir(), "xs-tls-lines-"));
	try {
		const start = Date.now();
		const verdict = await runTests(copy, scripts, run, LONGEST_SECONDS, folder);
		if (verdict === "passed") return { seconds: (Date.now() - start) / 1000, lines: readLines(folder) };
		say(`${nameOf(run)}: ${verdict} without any change, so it is left out`);
		return undefined;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** All tests with their lines, fast ones first. Those measured before, over the same sources, are not run again. */
export async function measureTests(copy: Copy): Promise<Measured[]> {
	const state = digestOf(["modules", "hardware"].flatMap(folder => filesUnder(join(projectRoot, folder))));
	const file = join(buildFolder, "mutate", `tests-${state}.json`);
	const kept: Kept = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Kept) : {};
	const scripts = await copy.compileTests();
	if (!scripts) throw new Problem(`the tests don't compile:\n${copy.words}`);
	const result: Measured[] = [];
	for (const run of allRuns()) {
		const tests = join(projectRoot, "tests");
		const key = `${nameOf(run)} ${digestOf(run.folder ? filesUnder(join(tests, run.folder)) : [join(tests, run.file)])}`;
		if (!kept[key]) say(`running ${nameOf(run)} unchanged`);
		const measured = kept[key] ?? (await measureOne(copy, scripts, run));
		if (!measured) continue;
		kept[key] = measured;
		writeWhole(file, JSON.stringify(kept));
		result.push({ ...run, seconds: measured.seconds, lines: new Set(measured.lines) });
	}
	return result.sort((a, b) => a.seconds - b.seconds);
}

/** Tests whose path contains one of some names, not measured: each of them is taken to reach everything. */
export function namedTests(names: readonly string[]): Measured[] {
	const runs = allRuns().filter(run => names.some(name => nameOf(run).includes(name)));
	if (runs.length === 0) throw new Problem(`no tests have ${names.join(" or ")} in their path`, 2);
	return runs.map(run => ({ ...run, seconds: LONGEST_SECONDS / SLOWER, lines: undefined }));
}

/** Which lines of a file any test runs. A statement over several lines may be known by one of them only. */
function isRun({ lines }: Measured, mutant: Mutant): boolean {
	if (!lines) return true;
	for (let line = mutant.line; line <= mutant.lastLine; line++) if (lines.has(`${mutant.path}:${line}`)) return true;
	return false;
}

/** True where one of the lines above, at most this many, is run: what a condition over several lines is known by. */
function isRunNear({ lines }: Measured, { path, line }: Mutant): boolean {
	for (let i = 1; i <= 8; i++) if (lines?.has(`${path}:${line - i}`)) return true;
	return false;
}

/** True where any line of the file is run: its tables have no lines of their own. */
function runsFile({ lines }: Measured, { path }: Mutant): boolean {
	for (const line of lines ?? []) if (line.startsWith(`${path}:`)) return true;
	return false;
}

const uses = new Map<string, string[]>();

/** Lines of TypeScript that name a member of an enum. */
function linesWith(member: string): string[] {
	const known = uses.get(member);
	if (known) return known;
	const word = new RegExp(`\\b${member.replace(".", "\\.")}\\b`);
	const files = ["modules", "hardware"]
		.flatMap(folder => filesUnder(join(projectRoot, folder)))
		.filter(file => file.endsWith(".ts"));
	const result = files.flatMap(file =>
		readFileSync(file, "utf8")
			.split("\n")
			.flatMap((text, i) => (word.test(text) ? [`${relative(projectRoot, file)}:${i + 1}`] : [])),
	);
	uses.set(member, result);
	return result;
}

/** Natives are called by what these test, before anything else. */
const NATIVE_TESTS = /^(unit\/hardware|unit\/simulator|vectors|legacy|ds|inflate)\b/;

/** C that reads certificates, and its tests. */
const CERTIFICATE_SOURCES = /\/(der|extensions|general|namedigest|names|time)\.c$/;
const CERTIFICATE_TESTS = /\b(x509|certificates\/chains)\b/;

/** Tests of C in the order in which they are tried: those that bear the file's name, then those of natives. */
function rankOfNative(path: string, { file, folder }: Measured): number {
	const test = folder ?? file;
	if (test.includes(basename(path, ".c"))) return 0;
	if (CERTIFICATE_SOURCES.test(path) && CERTIFICATE_TESTS.test(test)) return 0;
	return NATIVE_TESTS.test(test) ? 1 : 2;
}

/** True where the sources of a test name a member of an enum. */
function namesMember({ file, folder }: TestRun, member: string): boolean {
	const tests = join(projectRoot, "tests");
	const files = folder ? filesUnder(join(tests, folder)) : [join(tests, file)];
	const word = new RegExp(`\\b${member.replace(".", "\\.")}\\b`);
	return files.some(one => one.endsWith(".ts") && word.test(readFileSync(one, "utf8")));
}

/** The tests that reach a mutant. Those of C are all that run script. */
export function testsFor(mutant: Mutant, tests: readonly Measured[]): readonly Measured[] {
	const { path, member } = mutant;
	if (path.endsWith(".c"))
		return [...tests].sort((a, b) => rankOfNative(path, a) - rankOfNative(path, b) || a.seconds - b.seconds);
	if (member) {
		const lines = linesWith(member);
		const named = tests.filter(test => namesMember(test, member));
		const reached = tests.filter(test => !test.lines || lines.some(line => test.lines!.has(line)));
		const users = [...new Set([...named, ...reached])];
		// other enums may be made of it
		return users.length > 0 ? users : tests;
	}
	for (const reaches of [isRun, isRunNear, runsFile]) {
		const direct = tests.filter(test => reaches(test, mutant));
		if (direct.length > 0) return direct;
	}
	return [];
}

export function limitFor({ seconds }: Measured): number {
	return SLOWER * seconds + COMPILE_SECONDS;
}
