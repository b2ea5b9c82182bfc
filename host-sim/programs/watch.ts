/*
	npm run sim -- APP --watch: builds and runs an app again whenever a file changes that it was built from. Files are
	looked at twice a second, as not every file system tells of changes, and many editors replace a file instead of
	writing it.
*/

import { readdirSync, statSync } from "node:fs";
import { extname, join } from "node:path";

import type { App } from "../build/build.js";
import { Problem, shown, systemSentence } from "../build/files.js";
import { failed, faint } from "../build/terminal.js";

const LOOK_MS = 500;

/** What an app is made of, by the ends of the files' names. */
const watched = new Set([".ts", ".js", ".mjs", ".json", ".c", ".h", ".pem", ".der", ".bin"]);

const left = new Set(["node_modules", "build", ".git"]);

/** The files of an app's folder. A manifest of its own name stands for its folder. */
function filesUnder(folder: string): string[] {
	const entries = readdirSync(folder, { withFileTypes: true }).filter(entry => !left.has(entry.name));
	return entries.flatMap(entry => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) return filesUnder(path);
		return watched.has(extname(entry.name)) ? [path] : [];
	});
}

/** A file's time and size; empty if it is gone. */
function state(path: string): string {
	const status = statSync(path, { throwIfNoEntry: false });
	return status ? `${status.mtimeMs} ${status.size}` : "";
}

/** The states of files by path. */
class Snapshot {
	readonly #folder: string;
	readonly #states = new Map<string, string>();

	constructor(folder: string, inputs: readonly string[]) {
		this.#folder = folder;
		for (const path of new Set([...inputs, ...this.#own()])) this.#states.set(path, state(path));
	}

	get count(): number {
		return this.#states.size;
	}

	#own(): string[] {
		try {
			return statSync(this.#folder).isDirectory() ? filesUnder(this.#folder) : [this.#folder];
		} catch {
			return []; // a folder that went away just now
		}
	}

	/** The first file that is new, changed or gone. */
	changed(): string | undefined {
		for (const [path, before] of this.#states) if (state(path) !== before) return path;
		return this.#own().find(path => !this.#states.has(path));
	}
}

/** Waits until a file changes. Returns its path. */
async function nextChange(snapshot: Snapshot): Promise<string> {
	for (;;) {
		await new Promise(resolve => setTimeout(resolve, LOOK_MS));
		const path = snapshot.changed();
		if (path !== undefined) return path;
	}
}

/** Builds, or says why that failed. */
async function tryBuild(build: () => Promise<App>): Promise<App | undefined> {
	try {
		return await build();
	} catch (error) {
		const words = error instanceof Problem ? error.message : systemSentence(error);
		if (words === undefined) throw error;
		process.stderr.write(`${failed(words)}\n`);
		return undefined;
	}
}

/** Builds and runs, again and again. Ends with the process. */
export async function watchAndRun(
	folder: string,
	build: () => Promise<App>,
	run: (app: App, signal: AbortSignal) => Promise<number>,
): Promise<never> {
	let inputs: readonly string[] = [];
	for (;;) {
		let snapshot = new Snapshot(folder, inputs);
		const app = await tryBuild(build);
		if (app) {
			inputs = app.inputs;
			// what was saved during the build is built next
			if (snapshot.changed() === undefined) snapshot = new Snapshot(folder, inputs);
		}
		const stop = new AbortController();
		const running = app
			? run(app, stop.signal).then(code => {
					if (!stop.signal.aborted) process.stderr.write(`${faint(`ended with code ${code}`)}\n`);
				})
			: Promise.resolve();
		process.stderr.write(`${faint(`watching ${snapshot.count} files; Ctrl-C ends`)}\n`);
		const path = await nextChange(snapshot);
		stop.abort();
		await running;
		process.stderr.write(`\n${faint(`${shown(path)} changed`)}\n`);
	}
}
