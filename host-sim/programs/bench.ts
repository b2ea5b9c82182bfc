/*
	npm run bench: measures handshakes, transfers, memory and flash of the client in the simulator and prints one table.
	What is measured and what it should be at most is in bench/plan.ts.
*/

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { type Chip, chipNames } from "../chip/costs.js";
import { chipNamed } from "../chip/model.js";
import { type Options, readOptions, refuseOther, userPath } from "./arguments.js";
import { runCommand } from "./guarded.js";
import { Problem, projectRoot } from "../build/files.js";
import { say } from "../build/progress.js";
import { censusText } from "./bench/census.js";
import { distFlash, flash, leanFlash } from "./bench/flash.js";
import { instructions } from "./bench/instructions.js";
import {
	handshake,
	literals,
	longestStretch,
	smallestStatic,
	transfer,
	type Figures,
	type Work,
} from "./bench/measure.js";
import { handshakes, steady, transfers } from "./bench/plan.js";
import { table, type Results } from "./bench/table.js";
import { flashFile, type FlashLine } from "./check-sdk/flash.js";

const usage = `npm run bench [-- OPTION ...]

Measures handshakes and transfers over loopback, and flash, in the 32-bit build of a release with Mbed TLS as on a device. Prints one table with
the goals beside the figures: what to reach, and what would be better still.

  --chip NAME          predict also the time on a chip (host-sim/README.md): ${chipNames}
  --json               print the figures as JSON
  --compare FILE       show the change against a run whose --json went to FILE; beside each module what the SDK's linker
                       makes of it, where \`npm run check-sdk -- flash\` was run
  --no-instructions    leave out what valgrind counts, which takes longest
  --census             print what a handshake holds at its peak and which lines allocate, and nothing else
  --write-baseline     write what tests/memory compares with: tests/memory/baseline.json
  --help               this text
`;

interface Arguments {
	json: boolean;
	census: boolean;
	baseline: boolean;
	instructions: boolean;
	chip?: Chip;
	compare?: Results;
}

function readResults(file: string): Results {
	try {
		const results = JSON.parse(readFileSync(file, "utf8")) as Results;
		if (results.handshakes && results.transfers && results.flash) return results;
	} catch (error) {
		throw new Problem(`--compare ${file}: ${(error as Error).message}`, 2);
	}
	throw new Problem(`--compare ${file}: that is not what --json prints`, 2);
}

/** Bytes of each module as the SDK links it, if check-sdk has found them. */
function readLinkedSizes(): ReadonlyMap<string, number> | undefined {
	if (!existsSync(flashFile)) return undefined;
	const lines = JSON.parse(readFileSync(flashFile, "utf8")) as readonly FlashLine[];
	return new Map(lines.map(({ name, sdk }) => [name, sdk]));
}

const options: Options<Arguments> = {
	"--json": { set: result => (result.json = true) },
	"--census": { set: result => (result.census = true) },
	"--write-baseline": { set: result => (result.baseline = true) },
	"--no-instructions": { set: result => (result.instructions = false) },
	"--chip": { take: (result, name) => (result.chip = chipNamed(name)) },
	"--compare": { take: (result, path) => (result.compare = readResults(userPath(path))) },
};

function readArguments(values: readonly string[]): Arguments {
	const empty = { json: false, census: false, baseline: false, instructions: true };
	return readOptions<Arguments>(values, options, empty, refuseOther);
}

/** How much is measured: what a test holds, that and copies of literals, or instructions as well. */
type Depth = "steady" | "without instructions" | "all";

async function withInstructions(figures: Figures, what: Work, from: string, to: string): Promise<Figures> {
	const { engine, rest, missing, ...more } = await instructions(what, from, to);
	if (typeof engine !== "number" || typeof rest !== "number") return { ...figures, instructions: missing! };
	return { ...figures, script: engine + rest, engine, rest, ...more };
}

async function withLiterals(figures: Figures, what: Work, from: string, to: string): Promise<Figures> {
	return { ...figures, literals: await literals(what, from, to) };
}

/** Figures of every handshake and transfer of the plan; with literals and instructions where all is asked for. */
export async function measure(depth: Depth, chip?: Chip): Promise<Pick<Results, "handshakes" | "transfers">> {
	const first: Record<string, Figures> = {};
	for (const { name, chain, certificates, secure, resumes, old, hasStore = false, isHybrid = false } of handshakes) {
		say(`measuring a handshake: ${name}`);
		const what: Work = {
			part: resumes ? "resume" : "handshake",
			chain,
			secure,
			hasStore,
			isHybrid,
			...(chip ? { chip } : {}),
			...old,
			...(certificates ? { certificates } : {}),
		};
		let figures = await handshake(what);
		if (depth !== "steady" && !figures["missing"]) figures = await withLiterals(figures, what, "start", "handshake");
		if (depth === "all" && !figures["missing"]) figures = await withInstructions(figures, what, "start", "handshake");
		first[name] = figures;
	}
	const second: Record<string, Figures> = {};
	for (const { name, part, bytes, fragment, secure, old, server } of transfers) {
		say(`measuring a transfer: ${name}`);
		const what: Work = {
			part,
			bytes,
			...(chip ? { chip } : {}),
			...(secure ? { secure } : {}),
			...old,
			server: { ...old?.server, ...server, fragment },
		};
		let figures = await transfer(what);
		if (depth !== "steady") figures = await withLiterals(figures, what, "ready", "done");
		if (depth === "all") figures = await withInstructions(figures, what, "ready", "done");
		second[name] = figures;
	}
	return { handshakes: first, transfers: second };
}

/** The figures that are the same in every run. */
function onlySteady(rows: Readonly<Record<string, Figures>>): Record<string, Figures> {
	return Object.fromEntries(
		Object.entries(rows)
			.filter(([, figures]) => !figures["missing"])
			.map(([name, figures]) => [
				name,
				Object.fromEntries(steady.filter(key => key in figures).map(key => [key, figures[key]!])),
			]),
	);
}

export const baselineFile = join(projectRoot, "tests", "memory", "baseline.json");

async function bench(values: Arguments): Promise<number> {
	if (values.census) {
		process.stdout.write(await censusText({ part: "handshake", chain: "rsa" }));
		return 0;
	}
	if (values.baseline) {
		const measured = await measure("steady");
		const text = JSON.stringify(
			{ handshakes: onlySteady(measured.handshakes), transfers: onlySteady(measured.transfers) },
			null,
			"\t",
		);
		writeFileSync(baselineFile, `${text}\n`);
		return 0;
	}
	const measured = await measure(values.instructions ? "all" : "without instructions", values.chip);
	say("measuring the smallest creation.static");
	const system = {
		...(await smallestStatic("rsa")),
		stretchRSA: await longestStretch("rsa"),
		stretchECDSA: await longestStretch("ecdsa"),
	};
	say("measuring flash");
	const results: Results = {
		...measured,
		system,
		flash: await flash(),
		lean: await leanFlash(),
		dist: await distFlash(),
	};
	const linked = values.compare ? readLinkedSizes() : undefined;
	process.stdout.write(
		values.json ? `${JSON.stringify(results, null, "\t")}\n` : table(results, values.compare, linked),
	);
	return 0;
}

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return runCommand(values, usage, async () => bench(readArguments(values)));
}
