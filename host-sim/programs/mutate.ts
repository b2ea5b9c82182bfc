/*
	npm run mutate: tests the tests. Changes modules/ and hardware/ in one place at a time, in a copy, and runs the
	tests that reach the place. Prints which changes none of them found.
*/

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import { type Options, readCount, readOptions, refuseOther } from "./arguments.js";
import { runCommand } from "./guarded.js";
import { locked, Problem, projectRoot } from "../build/files.js";
import { say } from "../build/progress.js";
import { cMutants } from "./mutate/c.js";
import { Copy } from "./mutate/copy.js";
import { readEquivalents, reasonFor, staleEntries } from "./mutate/equivalent.js";
import {
	limitFor,
	measureTests,
	namedTests,
	nameOf,
	runTests,
	testsFor,
	type Measured,
	type Verdict,
} from "./mutate/reach.js";
import type { Mutant } from "./mutate/sites.js";
import { Floor, settle } from "./mutate/timeouts.js";
import { typescriptMutants } from "./mutate/typescript.js";

const usage = `npm run mutate [-- OPTION ...]

Changes modules/ and hardware/ in one place at a time: a boundary, a comparison, a condition, a number one off, a call
or a check left out. Runs the tests that reach the place, fast ones first, up to the first that fails. Prints each
change, and which test found it, or that it survived. The project's own files stay: a copy in build/mutate is changed.

  --count N             so many changes, chosen at random; 40 without it
  --seed N              the same seed chooses the same changes; 1 without it
  --from N              leave out the first N of them: the rest of a run that --for has ended
  --for SECONDS         start no further change after so many seconds
  --in PATH             only in files whose path contains PATH; may be given again
  --line N              only in this line
  --with NAME           only tests whose path contains NAME, whatever they reach; may be given again
  --list                print the changes, run nothing
  --within SECONDS      start no further test for a change after so many seconds of tests; 90 without it
  --jobs N              so many changes at a time; as many as processors without it, two at most
  --fail-on-survivors   exit with 1 where one survives or timed out
  --help                this text

Only the native build is tested. tests/interop, tests/firmware, tests/fuzz and tests/memory/baseline are left out.
Changes listed in tests/mutants.txt are equivalent: nothing that runs differs, for the reason given there. A change
that does not compile does not count. A test that takes more than three times as long, and 20 seconds, runs again
alone, for twice that. If it times out again, the change counts as killed only where the same test without the change
ends in a quarter of the time; otherwise it "timed out".
`;

interface Arguments {
	count: number;
	seed: number;
	readonly paths: string[];
	readonly tests: string[];
	line: number;
	from: number;
	/** Seconds. */
	for: number;
	list: boolean;
	within: number;
	jobs: number;
	failsOnSurvivors: boolean;
}

/** Changes tried at a time. */
const MAX_JOBS = 2;

const options: Options<Arguments> = {
	"--count": { take: (result, text, option) => (result.count = readCount(option, text)) },
	"--seed": { take: (result, text, option) => (result.seed = readCount(option, text)) },
	"--in": { take: (result, path) => result.paths.push(path), isRepeatable: true },
	"--with": { take: (result, name) => result.tests.push(name), isRepeatable: true },
	"--line": { take: (result, text, option) => (result.line = readCount(option, text)) },
	"--from": { take: (result, text, option) => (result.from = readCount(option, text, 0)) },
	"--for": { take: (result, text, option) => (result.for = readCount(option, text)) },
	"--list": { set: result => (result.list = true) },
	"--within": { take: (result, text, option) => (result.within = readCount(option, text)) },
	"--jobs": { take: (result, text, option) => (result.jobs = Math.min(MAX_JOBS, readCount(option, text))) },
	"--fail-on-survivors": { set: result => (result.failsOnSurvivors = true) },
};

function readArguments(values: readonly string[]): Arguments {
	const result: Arguments = {
		count: 40,
		seed: 1,
		paths: [],
		tests: [],
		line: 0,
		from: 0,
		for: Number.MAX_SAFE_INTEGER,
		list: false,
		within: 90,
		jobs: Math.min(MAX_JOBS, availableParallelism()),
		failsOnSurvivors: false,
	};
	return readOptions(values, options, result, refuseOther);
}

/** The sources that may be changed. */
function sources(paths: readonly string[]): string[] {
	return ["modules", "hardware"]
		.flatMap(folder =>
			readdirSync(join(projectRoot, folder), { recursive: true }).map(name => `${folder}/${String(name)}`),
		)
		.filter(path => /\.(ts|c)$/.test(path) && !path.endsWith(".d.ts") && !path.startsWith("hardware/selftest/"))
		.filter(path => statSync(join(projectRoot, path)).isFile())
		.filter(path => paths.length === 0 || paths.some(part => path.includes(part)))
		.sort();
}

function allMutants(paths: readonly string[]): Mutant[] {
	const files = sources(paths);
	if (files.length === 0) throw new Problem(`no source has ${paths.join(" or ")} in its path`, 2);
	const scripts = files.filter(path => path.endsWith(".ts")).map(path => ({ path, file: join(projectRoot, path) }));
	const natives = files.filter(path => path.endsWith(".c"));
	return [
		...typescriptMutants(scripts),
		...natives.flatMap(path => cMutants(path, readFileSync(join(projectRoot, path), "utf8"))),
	];
}

/** Shuffles by a seed (xorshift32): the same one gives the same order. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
	const result = [...items];
	let x = seed | 0;
	for (let i = result.length - 1; i > 0; i--) {
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		const j = (x >>> 0) % (i + 1);
		[result[i], result[j]] = [result[j]!, result[i]!];
	}
	return result;
}

type Kind = "killed" | "survived" | "timed out" | "does not compile" | "equivalent";

type Found = Verdict | "never ends";

interface Result {
	readonly kind: Kind;
	/** What is printed after it. */
	readonly words: string;
}

/** Where tests of all copies run. */
const floor = new Floor();

interface Place {
	readonly copy: Copy;
	/** Where the copy's tests are compiled. */
	readonly scripts: string;
}

/** Runs one test with a mutant in its place. `changed` is where the tests are compiled with it. */
async function tryTest(place: Place, mutant: Mutant, changed: string, test: Measured): Promise<Found> {
	const { copy, scripts } = place;
	const limit = limitFor(test);
	const verdict = await floor.shared(() => runTests(copy, changed, test, limit));
	if (verdict !== "timed out") return verdict;
	const trials = {
		changed: (seconds: number) => floor.alone(() => runTests(copy, changed, test, seconds)),
		unchanged: (seconds: number) =>
			copy.without(mutant, () =>
				floor.alone(async () => {
					const start = Date.now();
					const plain = await runTests(copy, scripts, test, seconds);
					return { verdict: plain, seconds: (Date.now() - start) / 1000 };
				}),
			),
	};
	return settle(trials, limit);
}

/** Runs the tests that reach a mutant; starts none after `within` seconds. */
async function tryOut(place: Place, mutant: Mutant, tests: readonly Measured[], within: number): Promise<Result> {
	const { copy } = place;
	const mayReach = testsFor(mutant, tests);
	if (mayReach.length === 0) return { kind: "survived", words: "no test runs this line" };
	return copy.with(mutant, async () => {
		// tests compile some of the sources for Node
		const isForNode = mutant.path.endsWith(".ts") && /^(hardware|modules\/x509)\//.test(mutant.path);
		const changed = isForNode ? await copy.compileTests() : place.scripts;
		if (!changed) return { kind: "does not compile", words: "" };
		const start = Date.now();
		const late: string[] = [];
		let done = 0;
		for (const test of mayReach) {
			if (Date.now() - start > within * 1000) break;
			const found = await tryTest(place, mutant, changed, test);
			const seconds = ((Date.now() - start) / 1000).toFixed(0);
			if (found === "does not compile") return { kind: found, words: "" };
			if (found === "failed") return { kind: "killed", words: `by ${nameOf(test)} (${seconds} s)` };
			if (found === "never ends")
				return { kind: "killed", words: `by ${nameOf(test)}, which never ended, twice (${seconds} s)` };
			if (found === "timed out") late.push(nameOf(test));
			done++;
		}
		const left = mayReach.length - done;
		const untried = left ? `, ${left} not tried, as time ran out` : "";
		if (late.length > 0) return { kind: "timed out", words: `${late.join(", ")}${untried}` };
		return { kind: "survived", words: `${done} files of tests pass${untried}` };
	});
}

function print(number: number, count: number, { path, line, before, after }: Mutant, { kind, words }: Result): void {
	process.stdout.write(
		`${number}/${count} ${path}:${line} ${kind}${words ? ` ${words}` : ""}\n    - ${before}\n    + ${after}\n`,
	);
}

async function mutate(values: Arguments): Promise<number> {
	const all = allMutants(values.paths).filter(({ line }) => !values.line || line === values.line);
	const chosen = shuffled(all, values.seed).slice(values.from, values.count);
	if (values.list) {
		for (const { path, line, before, after } of chosen)
			process.stdout.write(`${path}:${line}\n    - ${before}\n    + ${after}\n`);
		process.stdout.write(`${chosen.length} of ${all.length} changes\n`);
		return 0;
	}
	const equivalents = readEquivalents();
	if (values.paths.length === 0 && !values.line)
		for (const entry of staleEntries(equivalents, all)) say(`tests/mutants.txt has no such change any more: ${entry}`);
	const totals: Record<Kind, number> = { killed: 0, survived: 0, "timed out": 0, "does not compile": 0, equivalent: 0 };
	const deadline = Date.now() + values.for * 1000;
	let next = 0,
		printed = 0;
	let measured: Promise<Measured[]> | undefined;
	const work = (number: number): Promise<void> =>
		locked(`mutate-${number}`, async () => {
			const copy = new Copy(number);
			copy.update();
			const tests = await (measured ??=
				values.tests.length > 0 ? Promise.resolve(namedTests(values.tests)) : measureTests(copy));
			const scripts = await copy.compileTests();
			if (!scripts) throw new Problem(`the tests don't compile:\n${copy.words}`);
			copy.keepBuilt();
			while (next < chosen.length && Date.now() < deadline) {
				const mutant = chosen[next++]!;
				const reason = reasonFor(equivalents, mutant);
				const result: Result = reason
					? { kind: "equivalent", words: reason }
					: await tryOut({ copy, scripts }, mutant, tests, values.within);
				totals[result.kind]++;
				print(values.from + ++printed, values.from + chosen.length, mutant, result);
			}
		});
	await Promise.all(Array.from({ length: values.jobs }, (_, i) => work(i + 1)));
	const words = Object.entries(totals)
		.map(([kind, count]) => `${count} ${kind}`)
		.join(", ");
	process.stdout.write(`seed ${values.seed}: ${next} of ${all.length} changes: ${words}\n`);
	if (next < chosen.length) process.stdout.write(`the rest: --from ${values.from + next}\n`);
	process.stdout.write("(native build; without tests/interop, tests/firmware, tests/fuzz, tests/memory/baseline)\n");
	return totals.survived + totals["timed out"] > 0 && values.failsOnSurvivors ? 1 : 0;
}

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return runCommand(values, usage, async () => {
		if (!existsSync(join(projectRoot, "node_modules", "typescript")))
			throw new Problem("the packages of package-lock.json are not installed");
		return mutate(readArguments(values));
	});
}
