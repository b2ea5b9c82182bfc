/*
	npm test [-- NAME ...]: compiles the tests and has Node's own test runner run them, fast ones first. A NAME picks
	the files whose path contains it.
*/

import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import type { Summary } from "./test/reporter.js";
import { type Options, readCount, readOptions } from "./arguments.js";
import { runCommand } from "./guarded.js";
import { buildFolder, Problem, projectRoot } from "../build/files.js";

/** Folders of tests/ in the order in which they run. */
const order = [
	"unit",
	"drivers",
	"flows",
	"certificates",
	"examples",
	"vectors",
	"legacy",
	"hostile",
	"ownership",
	"faults",
	"without",
	"fuzz",
	"memory",
	"firmware",
	"interop",
];

/** More files side by side gain little: each holds a compiler or an emulator. */
const MAX_JOBS = 4;

/** The slowest files that the end of a run names. */
const SLOWEST = 8;

const usage = `npm test [-- NAME ...] [--title TEXT] [--jobs N]

Runs all tests, or those in files whose path contains a NAME: npm test -- faults interop.

  --title TEXT   only the tests whose title contains TEXT: npm test -- faults/tls13 --title "right server".
                 A test that has tests inside counts by its own title.
  --jobs N       runs N files side by side; by default as many as the machine has processors, at most ${MAX_JOBS}

With CI=true in the environment a skipped test is a failure.
`;

function rank(file: string): number {
	const index = order.indexOf(file.split("/")[0]!);
	return index < 0 ? order.length : index;
}

function testFiles(names: readonly string[]): string[] {
	const files = readdirSync(join(projectRoot, "tests"), { recursive: true })
		.map(String)
		.filter(file => file.endsWith(".test.ts"));
	const chosen = files.filter(file => names.length === 0 || names.some(name => `tests/${file}`.includes(name)));
	if (chosen.length === 0) throw new Problem(`no file of tests has a path with ${names.join(" or ")} in it`, 2);
	return chosen.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

interface Chosen {
	readonly names: string[];
	title?: string;
	jobs: number;
}

/** Node's runner over compiled files. */
function runNode(folder: string, files: readonly string[], { title, jobs }: Chosen, summary: string): Promise<number> {
	const pattern = title === undefined ? [] : [`--test-name-pattern=${title.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}`];
	const values = [
		...pattern,
		"--enable-source-maps",
		"--test",
		`--test-concurrency=${jobs}`,
		"--test-reporter=spec",
		"--test-reporter-destination=stdout",
		`--test-reporter=${new URL("./test/reporter.js", import.meta.url).href}`,
		`--test-reporter-destination=${summary}`,
		...files.map(file => join(folder, "tests", file.replace(/\.ts$/, ".js"))),
	];
	return new Promise(resolve => {
		const child = spawn(process.execPath, values, { stdio: "inherit", cwd: projectRoot });
		child.on("close", code => resolve(code ?? 1));
	});
}

/** Says which files took longest, where there are many. */
function reportSlowest(durations: Summary["files"]): void {
	const files = Object.entries(durations);
	if (files.length <= SLOWEST) return;
	const slowest = files.sort((a, b) => b[1] - a[1]).slice(0, SLOWEST);
	const lines = slowest.map(([file, ms]) => `${(ms / 1000).toFixed(0).padStart(5)} s  ${file}\n`);
	process.stdout.write(`the slowest files\n${lines.join("")}`);
}

/**
 * Reasons for which CI may skip a test, too: vectors are data, root is a right, and no package has the Moddable SDK.
 */
const accepted = ["no test vectors", "needs root", "MODDABLE does not name"];

async function runTests(chosen: Chosen): Promise<number> {
	const { names, title } = chosen;
	const { compilePrograms } = (await import(
		pathToFileURL(join(projectRoot, "host-sim", "build", "programs.mjs")).href
	)) as typeof import("../build/programs.mjs");
	const files = testFiles(names);
	const folders = ["host-sim", "tests", "hardware", "modules/x509"].map(folder => join(projectRoot, folder));
	const folder = compilePrograms(join(projectRoot, "tests", "tsconfig.json"), folders);
	const file = join(buildFolder, `tests.${process.pid}.json`);
	try {
		const code = await runNode(folder, files, chosen, file);
		const text = readFileSync(file, "utf8");
		if (text === "") return code || 1; // the runner was stopped
		const { ran, skipped, files: durations } = JSON.parse(text) as Summary;
		if (title !== undefined && ran === 0) throw new Problem(`no test has "${title}" in its title`, 2);
		reportSlowest(durations);
		const missed = process.env["CI"] ? skipped.filter(test => !accepted.some(reason => test.includes(reason))) : [];
		if (code === 0 && missed.length > 0)
			throw new Problem(`${missed.length} tests were skipped, which is not a pass in CI:\n${missed.join("\n")}`);
		return code;
	} finally {
		rmSync(file, { force: true });
	}
}

const options: Options<Chosen> = {
	"--title": { take: (result, text) => (result.title = text) },
	"--jobs": { take: (result, text, option) => (result.jobs = readCount(option, text, 1, 64)) },
};

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return runCommand(values, usage, async () => {
		const jobs = Math.min(MAX_JOBS, availableParallelism());
		return runTests(readOptions<Chosen>(values, options, { names: [], jobs }, ({ names }, name) => names.push(name)));
	});
}
