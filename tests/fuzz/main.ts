/*
	The app that host-sim/programs/fuzz.ts runs in the simulator. config.target says what is fuzzed, config.seed where
	to begin, config.count how many runs there are at most, config.seconds how long it may take. It prints a line of
	JSON now and then, and one for each finding. With config.each "1", the last line before the simulator itself ends
	has the seed that was last begun.
*/

import config from "mc/config";
import { collect, memory } from "simulator";
import { makeSessions, runConnection12, runConnection13 } from "./connections";
import type { Result } from "./connections";
import { readMaterial } from "./material";
import { Finding } from "./oracle";
import { parserNames, runParser } from "./parsers";

/** Runs between two lines of progress. */
const LINE = 50;

const material = readMaterial();

function print(line: object): void {
	trace(`${JSON.stringify(line)}\n`);
}

function run(target: string, seed: number): Result {
	if (target === "tls13") return runConnection13(seed, material);
	if (target === "tls12") return runConnection12(seed, material);
	if (parserNames.includes(target)) return runParser(target, seed, material);
	throw new Error(`there is no target ${target}`);
}

/** What is in use once all that can be collected is: the parts that must not grow. */
function held(): { chunks: number; slots: number; native: number } {
	collect();
	collect();
	const { chunks, slots, slotSize, nativeBytes } = memory();
	return { chunks, slots: slots * slotSize, native: nativeBytes };
}

const target = config.target as string;
const first = Number(config.seed),
	count = Number(config.count),
	each = config.each === "1";
const seeds = config.seeds ? (JSON.parse(config.seeds) as number[]) : undefined;
const deadline = Date.now() + 1000 * Number(config.seconds);

let longest = 0,
	longestSeed = first,
	runs = 0,
	peak = 0;
const codes: Record<string, number> = {};
let start: ReturnType<typeof held> | undefined;

function note(): void {
	print({ runs, seed: first + runs, longest, longestSeed, peak });
}

function runOne(seed: number): void {
	if (each) print({ begin: seed });
	let code: string;
	try {
		const result = run(target, seed);
		code = result.code;
		if (result.longest > longest) {
			longest = result.longest;
			longestSeed = seed;
		}
		if (each) print({ seed, code, longest: result.longest, story: result.story });
	} catch (error) {
		code = "finding";
		const words = error instanceof Finding ? error.message : `${String(error)} ${(error as Error).stack}`;
		print({ finding: words, seed });
	}
	codes[code] = (codes[code] ?? 0) + 1;
}

makeSessions(material);
while (runs < count && (seeds ? runs < seeds.length : Date.now() < deadline)) {
	runOne(seeds ? seeds[runs]! : first + runs);
	runs++;
	// what the first runs leave, such as shapes, stays
	if (runs === LINE) start = held();
	if (runs % LINE) continue;
	const { chunksPeak, slotsPeak, slotSize, nativePeak } = memory();
	peak = Math.max(peak, chunksPeak + slotsPeak * slotSize + nativePeak);
	note();
}
note();
const end = held();
print({
	done: runs,
	codes,
	grown: start && {
		chunks: end.chunks - start.chunks,
		slots: end.slots - start.slots,
		native: end.native - start.native,
	},
});
