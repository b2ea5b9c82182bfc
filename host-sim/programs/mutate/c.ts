/*
	The mutants of C, found by its words: the same changes as in TypeScript, inside of functions. Comments, texts,
	declarations and what the preprocessor reads are left alone.
*/

import { Sites, swapped, type Mutant } from "./sites.js";

interface Word {
	readonly kind: "name" | "number" | "text" | "sign";
	readonly text: string;
	readonly start: number;
	readonly end: number;
	/** Braces around it. */
	readonly depth: number;
}

/** Comments, lines of the preprocessor, texts, names, numbers, signs. */
const pattern = new RegExp(
	[
		/\/\*[^]*?\*\/|\/\/[^\n]*|^[ \t]*#(?:\\\n|[^\n])*/,
		/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/,
		/[A-Za-z_]\w*|(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*/,
		/<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\S/,
	]
		.map(part => part.source)
		.join("|"),
	"gm",
);

/** The words of a C file, without comments and lines of the preprocessor. */
function words(text: string): Word[] {
	const result: Word[] = [];
	let depth = 0;
	for (const match of text.matchAll(pattern)) {
		const word = match[0];
		if (word.startsWith("/*") || word.startsWith("//") || /^[ \t]*#/.test(word)) continue;
		const kind = /^[A-Za-z_]/.test(word) ? "name" : /^\d/.test(word) ? "number" : /^["']/.test(word) ? "text" : "sign";
		if (word === "}") depth--;
		result.push({ kind, text: word, start: match.index, end: match.index + word.length, depth });
		if (word === "{") depth++;
	}
	return result;
}

const notCalled = new Set(["if", "while", "for", "switch", "return", "sizeof", "_Static_assert"]);

/** What throws: its arguments are words for people. */
const throwing = new Set(["xsUnknownError", "xsTypeError", "xsRangeError"]);

/** The index of the word that closes what opens at `open`. */
function closing(all: readonly Word[], open: number): number {
	let depth = 0;
	for (let i = open; i < all.length; i++) {
		if (all[i]!.text === "(") depth++;
		else if (all[i]!.text === ")" && --depth === 0) return i;
	}
	return all.length - 1;
}

/** True if an operator stands between two operands, so that it is not the sign of a number or a pointer. */
function isBetween(all: readonly Word[], i: number): boolean {
	const before = all[i - 1]!;
	if (before.kind === "name") return !["return", "case", "sizeof", "const"].includes(before.text);
	return before.kind === "number" || before.text === ")" || before.text === "]";
}

function signs(sites: Sites, all: readonly Word[], i: number): void {
	const word = all[i]!;
	// a name, an ampersand or a star after a closing bracket may be a cast: only those that can't be are taken
	if (/^[-+&]$/.test(word.text) && !isBetween(all, i)) return;
	if (word.text === "&" && all[i - 1]!.text === ")") return;
	for (const by of swapped[word.text] ?? []) sites.add(word.start, word.end, by);
}

/** Where word number i opens an `if`, or a statement that is a call alone: what is left out. */
function statements(sites: Sites, text: string, all: readonly Word[], i: number): void {
	const word = all[i]!,
		before = all[i - 1]!,
		after = all[i + 1];
	if (after?.text !== "(" && word.text !== "return") return;
	if (word.text === "return") {
		let end = i;
		while (all[end]!.text !== ";") end++;
		const isZero = end === i + 2 && /^(false|0|NULL)$/.test(after!.text);
		if (end > i + 1 && !isZero) sites.add(word.start, all[end]!.end, "return 0;");
		return;
	}
	const close = closing(all, i + 1);
	if (word.text === "if" || word.text === "while") {
		sites.add(after!.start, all[close]!.end, `(!${text.slice(after!.start, all[close]!.end)})`);
		if (word.text === "if") sites.add(after!.start, all[close]!.end, "(0)");
	} else if (
		all[close + 1]?.text === ";" &&
		!notCalled.has(word.text) &&
		[";", "{", "}", ")", "else"].includes(before.text)
	)
		sites.add(word.start, all[close]!.end, "");
}

/** True for a number of a table of bytes: there are thousands, and vectors find each. */
function isOfTable(all: readonly Word[], i: number): boolean {
	return /^0x/i.test(all[i]!.text) && /^[,{]$/.test(all[i - 1]!.text) && /^[,}]$/.test(all[i + 1]!.text);
}

/** All mutants of a C file. */
export function cMutants(path: string, text: string): Mutant[] {
	const sites = new Sites(path, text);
	const all = words(text);
	for (let i = 1; i < all.length; i++) {
		const { kind, depth, start, end, text: word } = all[i]!;
		if (depth === 0) continue;
		if (throwing.has(word)) {
			i = closing(all, i + 1);
			continue;
		}
		if (kind === "number") {
			if (!isOfTable(all, i)) sites.number(start, end);
		} else if (kind === "sign") signs(sites, all, i);
		else if (kind === "name") statements(sites, text, all, i);
	}
	return sites.mutants;
}
