/*
	How a failing run is reported: one sentence, and where in the app. The simulator writes an exception with all frames
	of its stack; those of the library are shown with --verbose only.
*/

import { failed, faint } from "../build/terminal.js";

/** Files outside of apps: frames of a stack in them say nothing to an app's author. */
const libraryFolders = ["modules/", "hardware/", "host-sim/modules/", "node_modules/"];

/** How the simulator begins its last words. */
const MARK = "sim: ";

/** A line of a stack: " at NAME (FILE:LINE)", or without a file in the engine itself. */
function isFrame(line: string): boolean {
	return /^ at /.test(line);
}

function isLibrary(frame: string): boolean {
	const file = /\((.*):\d+\)$/.exec(frame)?.[1];
	return file === undefined || libraryFolders.some(folder => file.startsWith(folder));
}

/** The simulator's last words as people want them: the sentence first, then the app's frames. */
export function failureText(words: string): string {
	const lines = words.replace(/\n$/, "").split("\n");
	let [first, ...rest] = lines as [string, ...string[]];
	first = first.slice(MARK.length);
	const thrown = /^(?:uncaught exception|unhandled rejection)$/.test(first) ? rest.shift() : undefined;
	if (thrown !== undefined) first += `: ${thrown}`;
	const shownLines = rest
		.filter(line => !isFrame(line) || !isLibrary(line))
		.map(line => (isFrame(line) ? ` ${line}` : line));
	const left = rest.length - shownLines.length;
	const note = `  (${left} ${left === 1 ? "frame" : "frames"} of the library not shown: --verbose)`;
	return [failed(first), ...shownLines, ...(left > 0 ? [faint(note)] : [])].join("\n");
}

/** A sentence without the error's class and the native function that said it, which help nobody. */
export function plainWords(sentence: string): string {
	return sentence.replace(/^Error: [\w.]+: /, "");
}

/** Passes on what the simulator writes to standard error, and keeps its last words back until the run is over. */
export class Failure {
	readonly #write: (text: string) => void;
	#line = "";
	#words = "";

	constructor(write: (text: string) => void) {
		this.#write = write;
	}

	push(text: string): void {
		const lines = (this.#line + text).split("\n");
		this.#line = lines.pop()!;
		for (const line of lines) {
			if (this.#words !== "" || line.startsWith(MARK)) this.#words += `${line}\n`;
			else this.#write(`${line}\n`);
		}
	}

	/** Tells what is left. */
	end(): void {
		if (this.#words !== "") this.#write(`${failureText(this.#words + this.#line)}\n`);
		else if (this.#line !== "") this.#write(this.#line);
	}
}
