/*
	Runs the fuzzing app (tests/fuzz) and reads what it prints. If the simulator itself ends, or a run does not, its
	seed is looked for once more, one run at a time.
*/

import { join } from "node:path";

import { buildApp, type App } from "../../build/build.js";
import { projectRoot } from "../../build/files.js";
import { runApp } from "../../build/run.js";
import { CLOCK, makeMaterial } from "./material.js";

export const targets = [
	"tls13",
	"tls12",
	"path",
	"certificate",
	"ocsp",
	"pem",
	"session",
	"roots",
	"names",
	"key",
	"http",
] as const;
export type Target = (typeof targets)[number];

/**
 * Metered steps between two turns of the event loop. What a peer sends must not hold up an app for longer; what the app
 * gives may.
 */
const MAX_PEER_STEPS = 30_000;
const MAX_APP_STEPS = 1_000_000;

/** Metered steps of the longest turn that is allowed. */
export function longestAllowed(target: Target): number {
	switch (target) {
		case "pem":
		case "session":
		case "roots":
		case "key":
			return MAX_APP_STEPS;
		default:
			return MAX_PEER_STEPS;
	}
}

export interface Finding {
	readonly target: Target;
	readonly seed: number;
	/** The rule that was broken, or how the simulator ended. */
	readonly words: string;
}

export interface Outcome {
	readonly target: Target;
	executions: number;
	seconds: number;
	/** Metered steps of the longest turn of the event loop, and the seed that made it. */
	longest: number;
	longestSeed: number;
	/** Bytes of heap and native memory in use at once. */
	peak: number;
	/** Bytes held at the end beyond what was held after the first runs. */
	grown: number;
	/** How often each error came; "open" for a connection without one. */
	readonly codes: Record<string, number>;
	readonly findings: Finding[];
}

export interface Work {
	readonly target: Target;
	/** The app; tests/fuzz by default. */
	readonly folder?: string;
	readonly variant?: string;
	readonly seed: number;
	readonly count?: number;
	readonly seconds?: number;
	/** Exactly these seeds, in place of those from `seed` on. */
	readonly seeds?: readonly number[];
	readonly onLine?: (line: string) => void;
	readonly isLoud?: boolean;
}

/** Seconds without a word after which a run is taken for one that does not end. */
const PATIENCE = 60;

/** Runs at most to find the one that ended the simulator: more than lie between two lines of the app's. */
const SEARCHED = 60;

interface Line {
	readonly runs?: number;
	readonly seed?: number;
	readonly longest?: number;
	readonly longestSeed?: number;
	readonly peak?: number;
	readonly finding?: string;
	readonly begin?: number;
	readonly done?: number;
	readonly codes?: Record<string, number>;
	readonly grown?: { chunks: number; slots: number; native: number };
}

async function buildFuzz(work: Work, more: Readonly<Record<string, string>>): Promise<App> {
	const { target, variant = "native", seed, count = 1e9, seconds = 1e6, seeds } = work;
	const config = {
		target,
		seed: String(seed),
		count: String(count),
		seconds: String(seconds),
		seeds: seeds ? JSON.stringify(seeds) : "",
		material: makeMaterial(),
		...more,
	};
	return buildApp(work.folder ?? join(projectRoot, "tests", "fuzz"), { variant, config });
}

/** Runs the app, and ends it where it says nothing for too long. */
async function runWatched(
	app: App,
	onLine: (line: string) => void,
): Promise<{ code: number; stderr: string; isStuck: boolean }> {
	const stop = new AbortController();
	let isStuck = false;
	let timer = setTimeout(() => {}, 0);
	const wait = (): void => {
		clearTimeout(timer);
		timer = setTimeout(
			() => {
				isStuck = true;
				stop.abort();
			},
			1000 * PATIENCE * (app.runner.length ? 10 : 1),
		);
	};
	wait();
	const { code, stderr } = await runApp(app, {
		clock: CLOCK,
		signal: stop.signal,
		onLine: line => {
			wait();
			onLine(line);
		},
	});
	clearTimeout(timer);
	return { code, stderr, isStuck };
}

/** The one of the runs from `seed` on that ends the simulator. */
async function findCulprit(work: Work, seed: number): Promise<number> {
	let last = seed;
	const seeds = work.seeds?.slice(seed - work.seed);
	const app = await buildFuzz({ ...work, seed, count: SEARCHED, ...(seeds ? { seeds } : {}) }, { each: "1" });
	await runWatched(app, line => {
		const { begin } = parse(line);
		if (begin !== undefined) last = begin;
	});
	return last;
}

function parse(line: string): Line {
	return line.startsWith("{") ? (JSON.parse(line) as Line) : {};
}

/** Fuzzes one target. */
export async function fuzz(work: Work): Promise<Outcome> {
	const { target, seed } = work;
	const result: Outcome = {
		target,
		executions: 0,
		seconds: 0,
		longest: 0,
		longestSeed: seed,
		peak: 0,
		grown: 0,
		codes: {},
		findings: [],
	};
	const app = await buildFuzz(work, work.isLoud ? { each: "1" } : {});
	const started = Date.now();
	const { code, stderr, isStuck } = await runWatched(app, line => {
		work.onLine?.(line);
		const { runs, longest = 0, longestSeed, peak = 0, finding, seed: which, codes, grown } = parse(line);
		if (runs !== undefined) Object.assign(result, { executions: runs, longest, longestSeed, peak });
		if (finding !== undefined) result.findings.push({ target, seed: which!, words: finding });
		if (codes) Object.assign(result.codes, codes);
		if (grown) result.grown = grown.chunks + grown.slots + grown.native;
	});
	result.seconds = (Date.now() - started) / 1000;
	if (code !== 0 || isStuck) {
		const words = isStuck
			? `a run did not end within ${PATIENCE} seconds`
			: `the simulator ended with ${code}: ${stderr.trim()}`;
		result.findings.push({ target, seed: await findCulprit(work, seed + result.executions), words });
	}
	return result;
}
