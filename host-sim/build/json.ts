/*
	JSON with errors that name line and column. JSON.parse of Node 20 gives a position for some errors and none for
	others. So the place is found here, by a reader that keeps nothing and stops at the first byte that is wrong (RFC
	8259).
*/

import { readFileSync } from "node:fs";

import { fileProblem, Problem, shown } from "./files.js";

/** What is wrong with a text, and where. */
export interface JSONFault {
	readonly offset: number;
	readonly message: string;
}

/** Stands for the end of the reading: the fault is in the reader. */
class Stop extends Error {}

class Reader {
	readonly #text: string;
	#at = 0;
	fault: JSONFault | undefined;

	constructor(text: string) {
		this.#text = text;
	}

	#stop(message: string, offset = this.#at): never {
		this.fault = { offset, message };
		throw new Stop();
	}

	/** What stands at the offset, for a sentence. */
	#found(): string {
		const char = this.#text[this.#at];
		return char === undefined ? "the end of the file" : char === "\n" ? "the end of the line" : `"${char}"`;
	}

	#skip(pattern: RegExp): string | undefined {
		pattern.lastIndex = this.#at;
		const found = pattern.exec(this.#text)?.[0];
		this.#at += found?.length ?? 0;
		return found;
	}

	#space(): void {
		this.#skip(/[ \t\r\n]*/y);
		if (this.#text.startsWith("//", this.#at) || this.#text.startsWith("/*", this.#at))
			this.#stop("JSON has no comments");
	}

	#string(what: string): void {
		if (this.#text[this.#at] !== '"') this.#stop(`expected ${what}, found ${this.#found()}`);
		const start = this.#at;
		// biome-ignore lint/suspicious/noControlCharactersInRegex: those that a string may not have
		this.#skip(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y);
		const char = this.#text[this.#at];
		if (char === '"') this.#at++;
		else if (char === "\\") this.#stop("a string has an unknown escape");
		else this.#stop("a string does not end", start);
	}

	/** The members of an object or list, with a comma between two. */
	#members(end: string, member: () => void): void {
		this.#at++;
		this.#space();
		if (this.#text[this.#at] === end) {
			this.#at++;
			return;
		}
		for (;;) {
			this.#space();
			if (this.#text[this.#at] === end) this.#stop(`a comma stands in front of "${end}"`);
			member();
			this.#space();
			const char = this.#text[this.#at];
			if (char === end) break;
			if (char !== ",") this.#stop(`expected "," or "${end}", found ${this.#found()}`);
			this.#at++;
		}
		this.#at++;
	}

	#member(): void {
		this.#string('a name in double quotes or "}"');
		this.#space();
		if (this.#text[this.#at] !== ":") this.#stop(`expected ":" after a name, found ${this.#found()}`);
		this.#at++;
		this.#value();
	}

	#value(): void {
		this.#space();
		const char = this.#text[this.#at];
		if (char === "{") this.#members("}", () => this.#member());
		else if (char === "[") this.#members("]", () => this.#value());
		else if (char === '"') this.#string("a string");
		else if (!this.#skip(/(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.])/y))
			this.#stop(`expected a value, found ${this.#found()}`);
	}

	read(): void {
		if (this.#text.startsWith("\ufeff"))
			this.#stop("the file begins with a byte order mark: save it as UTF-8 without one");
		this.#value();
		this.#space();
		if (this.#at < this.#text.length) this.#stop(`expected the end of the file, found ${this.#found()}`);
	}
}

/** The first fault of a text; undefined if it is JSON. */
export function jsonFault(text: string): JSONFault | undefined {
	const reader = new Reader(text);
	try {
		reader.read();
	} catch (error) {
		if (error instanceof RangeError) return { offset: 0, message: "values are nested too deep" };
		if (!(error instanceof Stop)) throw error;
	}
	return reader.fault;
}

/** Says what is wrong with a text that JSON.parse refuses: "line 3, column 5: ...". */
export function jsonProblem(text: string): string {
	const fault = jsonFault(text);
	if (!fault) return "not valid JSON";
	const before = text.slice(0, fault.offset).split("\n");
	return `line ${before.length}, column ${before.at(-1)!.length + 1}: not valid JSON: ${fault.message}`;
}

/** The value in a JSON file. Throws a Problem that names the file, and the place in it. */
export function readJSON(path: string): unknown {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (error) {
		throw new Problem(`${shown(path)}: ${fileProblem(error)}`);
	}
	try {
		return JSON.parse(text);
	} catch {
		throw new Problem(`${shown(path)}: ${jsonProblem(text)}`);
	}
}
