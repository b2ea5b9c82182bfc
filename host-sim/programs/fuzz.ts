/*
	npm run fuzz: handshakes, what follows on them, and each parser alone, with inputs that a seed changes (tests/fuzz).
	What breaks a rule is printed with the command that repeats it, and written to tests/fuzz/corpus, where the tests
	find it.
*/

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { type Options, readCount, readOptions, refuseOther } from "./arguments.js";
import { runCommand } from "./guarded.js";
import { Problem } from "../build/files.js";
import { corpusFolder } from "./fuzz/material.js";
import { fuzz, longestAllowed, targets, type Finding, type Outcome, type Target } from "./fuzz/run.js";
import { say } from "../build/progress.js";

const usage = `npm run fuzz [-- OPTION ...]

Feeds the client with changed handshakes of TLS 1.3 and TLS 1.2, and its parsers with changed inputs, in the simulator. Prints executions,
executions per second, the longest stretch of metered steps between two turns of the event loop, memory, and what was found.

  --for TIME           how long in all: 90s, 10m, 2h; default 1m
  --seed N             where to begin; the same seed makes the same changes; default: the time of day
  --target NAME        only ${targets.join(", ")}; may be given several times
  --count N            this many executions of each target, however long it takes; --count 1 with --seed repeats one
  --variant NAME       native (the default), m32, or one with -asan after it
  --max-steps N        a longer stretch of metered steps is a finding; default ${longestAllowed("tls13")} for connections, ${longestAllowed("path")} for a server's bytes alone, ${longestAllowed("key")} where
                       the app gives the input (pem, session, roots, key)
  --no-corpus          don't add what is found to tests/fuzz/corpus
  --help               this text

Exit codes: 0 nothing was found; 1 something was; 2 wrong arguments.
`;

/** Bytes that may be held at the end beyond what the first runs left. */
const MAX_GROWN = 65536;

/** Shares of the time. */
const shares: Readonly<Record<Target, number>> = {
	tls13: 28,
	tls12: 23,
	path: 12,
	certificate: 8,
	ocsp: 6,
	pem: 3,
	session: 5,
	roots: 4,
	names: 4,
	key: 3,
	http: 4,
};

interface Arguments {
	seconds: number;
	seed: number;
	targets: Target[];
	count?: number;
	variant: string;
	maxSteps?: number;
	keeps: boolean;
}

function duration(text: string): number {
	const match = /^(\d+)(s|m|h)$/.exec(text);
	const seconds = match ? Number(match[1]) * { s: 1, m: 60, h: 3600 }[match[2] as "s" | "m" | "h"] : 0;
	if (!seconds) throw new Problem(`--for takes a time such as 90s, 10m or 2h, not "${text}"`, 2);
	return seconds;
}

function targetNamed(name: string): Target {
	const target = targets.find(one => one === name);
	if (!target) throw new Problem(`--target takes one of ${targets.join(", ")}, not "${name}"`, 2);
	return target;
}

const options: Options<Arguments> = {
	"--for": { take: (result, text) => (result.seconds = duration(text)) },
	"--seed": { take: (result, text, option) => (result.seed = readCount(option, text, 0)) },
	"--target": { take: (result, name) => result.targets.push(targetNamed(name)), isRepeatable: true },
	"--count": { take: (result, text, option) => (result.count = readCount(option, text)) },
	"--variant": { take: (result, name) => (result.variant = name) },
	"--max-steps": { take: (result, text, option) => (result.maxSteps = readCount(option, text)) },
	"--no-corpus": { set: result => (result.keeps = false) },
};

function readArguments(values: readonly string[]): Arguments {
	const result: Arguments = { seconds: 60, seed: Date.now() % 86400000, targets: [], variant: "native", keeps: true };
	readOptions(values, options, result, refuseOther);
	if (!result.targets.length) result.targets.push(...targets);
	return result;
}

function describeOutcome({ target, executions, seconds, longest, longestSeed, peak, grown }: Outcome): string {
	const rate = Math.round(executions / Math.max(seconds, 0.001));
	return (
		`${target.padEnd(12)}${String(executions).padStart(8)} executions, ${String(rate).padStart(5)}/s; longest stretch ${longest} steps (seed ${longestSeed}); ` +
		`memory: peak ${peak} bytes, grown by ${grown}\n`
	);
}

/** Findings that belong to the target, not to a single run. */
function boundFindings(
	{ target, longest, longestSeed, grown, executions }: Outcome,
	{ seed, maxSteps = longestAllowed(target), count }: Arguments,
): Finding[] {
	const found: Finding[] = [];
	if (longest > maxSteps)
		found.push({
			target,
			seed: longestSeed,
			words: `a stretch of ${longest} steps, more than the ${maxSteps} allowed`,
		});
	if (grown > MAX_GROWN)
		found.push({
			target,
			seed,
			words: `${grown} bytes more are held after ${count ?? executions} executions than after the first`,
		});
	return found;
}

/** Adds what was found to the corpus, which the tests replay. */
function keep({ target, seed, words }: Finding): void {
	const file = join(corpusFolder, "cases.json");
	const cases = existsSync(file)
		? (JSON.parse(readFileSync(file, "utf8")) as { target: string; seed: number; found: string }[])
		: [];
	if (cases.some(one => one.target === target && one.seed === seed)) return;
	cases.push({ target, seed, found: words.split("\n")[0]!.slice(0, 200) });
	writeFileSync(file, `[\n${cases.map(one => `\t${JSON.stringify(one)}`).join(",\n")}\n]\n`);
}

async function run(values: Arguments): Promise<number> {
	process.stdout.write(`seed ${values.seed}\n`);
	const all = values.targets.reduce((sum, target) => sum + shares[target], 0);
	const found: Finding[] = [];
	let executions = 0,
		longest = 0,
		peak = 0;
	for (const target of values.targets) {
		say(`fuzzing ${target}`);
		const limit =
			values.count === undefined ? { seconds: (values.seconds * shares[target]) / all } : { count: values.count };
		const isLoud = values.count === 1;
		const outcome = await fuzz({
			target,
			seed: values.seed,
			variant: values.variant,
			isLoud,
			...limit,
			...(isLoud ? { onLine: line => process.stdout.write(`${line}\n`) } : {}),
		});
		process.stdout.write(describeOutcome(outcome));
		found.push(...outcome.findings, ...boundFindings(outcome, values));
		executions += outcome.executions;
		longest = Math.max(longest, outcome.longest);
		peak = Math.max(peak, outcome.peak);
	}
	for (const finding of found) {
		if (values.keeps) keep(finding);
		process.stdout.write(
			`FOUND in ${finding.target}: ${finding.words}\n  npm run fuzz -- --target ${finding.target} --seed ${finding.seed} --count 1\n`,
		);
	}
	process.stdout.write(
		`${executions} executions; longest stretch ${longest} steps; peak memory ${peak} bytes; ${found.length || "no"} finding${found.length === 1 ? "" : "s"}\n`,
	);
	return found.length ? 1 : 0;
}

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return runCommand(values, usage, async () => run(readArguments(values)));
}
