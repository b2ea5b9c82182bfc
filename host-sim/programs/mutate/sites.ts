/*
	The places where a source may be changed, and how: what a tired programmer gets wrong. TypeScript is taken apart by
	its own compiler (typescript.ts), C by its words (c.ts).
*/

/** One change of one file: `text[start..end)` becomes `by`. */
export interface Mutant {
	/** From the project's folder on. */
	readonly path: string;
	readonly start: number;
	readonly end: number;
	readonly by: string;
	/** Line of `start`, from 1. */
	readonly line: number;
	/** Last line that the change touches. */
	readonly lastLine: number;
	/** The lines that it touches, before and after, with blanks as one. They name it in tests/mutants.txt. */
	readonly before: string;
	readonly after: string;
	/** The line above. */
	readonly above: string;
	/** It counts as compiled only where its types are right: a number may be one of a few. */
	readonly isTyped: boolean;
	/** For a member of an enum, which leaves no code where it is declared: how the others name it. */
	readonly member?: string;
}

/** Operators that are taken for one another. */
export const swapped: Readonly<Record<string, readonly string[]>> = {
	"<": ["<="],
	"<=": ["<"],
	">": [">="],
	">=": [">"],
	"===": ["!=="],
	"!==": ["==="],
	"==": ["!="],
	"!=": ["=="],
	"&&": ["||"],
	"||": ["&&"],
	"+": ["-"],
	"-": ["+"],
	"&": ["|"],
	"|": ["&"],
	"<<": [">>"],
	">>": ["<<"],
	">>>": ["<<"],
	"+=": ["-="],
	"-=": ["+="],
	"|=": ["&="],
	"&=": ["|="],
	"++": ["--"],
	"--": ["++"],
};

/** The longest that a line is shown, and compared. */
const MAX_SHOWN = 160;

function oneLine(text: string): string {
	const line = text.replace(/\s+/g, " ").trim();
	return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}...` : line;
}

/** Collects the mutants of one file. */
export class Sites {
	readonly mutants: Mutant[] = [];
	readonly #path: string;
	readonly #text: string;
	/** The enum's member that the next ones change. */
	member: string | undefined;

	constructor(path: string, text: string) {
		this.#path = path;
		this.#text = text;
	}

	add(start: number, end: number, by: string, isTyped = false): void {
		const text = this.#text;
		const first = text.lastIndexOf("\n", start - 1) + 1;
		const after = text.indexOf("\n", end);
		const last = after < 0 ? text.length : after;
		const lineOf = (offset: number): number => text.slice(0, offset).split("\n").length;
		this.mutants.push({
			path: this.#path,
			start,
			end,
			by,
			isTyped,
			line: lineOf(start),
			lastLine: lineOf(end),
			above: oneLine(text.slice(text.lastIndexOf("\n", first - 2) + 1, Math.max(0, first - 1))),
			before: oneLine(text.slice(first, last)),
			after: oneLine(text.slice(first, start) + by + text.slice(end, last)),
			...(this.member ? { member: this.member } : {}),
		});
	}

	/** One more and one less of a number. */
	number(start: number, end: number): void {
		const text = this.#text.slice(start, end);
		const suffix = /^0x/i.test(text) ? /[uUlL]*$/.exec(text)![0] : /[uUlLn]*$/.exec(text)![0];
		const value = Number(text.slice(0, text.length - suffix.length).replace(/_/g, ""));
		if (!Number.isSafeInteger(value)) return;
		this.add(start, end, `${value + 1}${suffix}`, true);
		if (value > 0) this.add(start, end, `${value - 1}${suffix}`, true);
	}
}

/** The text of a file with the change made. */
export function mutated(text: string, { start, end, by }: Mutant): string {
	return text.slice(0, start) + by + text.slice(end);
}
