/*
	Plain words in sources and documents (CONTRIBUTING.md): one word for one thing, and sentences of 25 words at most.
	In the stack also none of the names that say nothing to strangers.
*/

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";
import { documents } from "./snippets.js";

const MAX_WORDS = 25;
const MAX_COLUMNS = 120;

/** Also in names. */
const OCTET = /octet(?![ _-]?string)/i;

/** Words of comments, and what stands for them. */
const words: readonly (readonly [RegExp, string])[] = [
	[/\bused by\b/i, "the import graph has it: drop it"],
	[/\bof which\b|\bof whom\b|\bwhat of\b/i, "no clause before its noun"],
	[/\blets? go of\b|\bforgets?\b/i, "drop, release or close"],
	[/\b(an|certificate) authority\b(?! access)|\bauthorities\b/i, "CA"],
	[/\b(true|false|undefined|throws) where\b/i, "if"],
];

/** Wording of comments, texts and documents that no native speaker writes, and what stands for it. */
const wording: readonly (readonly [RegExp, string])[] = [
	[/\bwhat (?:is|are) (?:no|none)\b/i, "anything but, or an adjective: invalid, malformed, unknown"],
	[/(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more\b|later\b|matter\b)/i, "is not a"],
	[/\bthat (?:is|are) none\b|\bwhich (?:is|are) none\b/i, "invalid, malformed, unknown"],
	[/\bfor want of\b/i, "because of a lack, or without"],
	[/\bbehind which\b|\bbytes behind\b|\bbehind its end\b/i, "after"],
];

/** Names that were there once: bare adjectives and prepositions, words for four different things. */
const names =
	/\b(worn|lacks|ofEight|sees|spares|under|AROUND|LARGE|LITTLE|Most\.type|flows\(\)|addRare|isFor|marksOf|handOver12)\b/;

const literals =
	/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\*[^]*?\*\/|(?:^[ \t]*\/\/[^\n]*\n)+|\/\/[^\n]*/gm;

/** The comments of a source, without their stars and slashes. */
function commentsOf(source: string): string[] {
	return [...source.matchAll(literals)]
		.map(match => match[0])
		.filter(text => /^\s*\/[/*]/.test(text) && !text.startsWith("///"))
		.map(text =>
			/^\s*\/\//.test(text)
				? text.replace(/^[ \t]*\/\/ ?/gm, "")
				: text
						.slice(2, -2)
						.replace(/^\*/, "")
						.replace(/^(?:[ \t]*\* ?|\t)/gm, ""),
		);
}

/** Sentences of a comment, without tables and code, which are indented. */
function sentencesOf(comment: string): string[] {
	const paragraphs = comment
		.split("\n")
		.map(line => (/^(\t| {3,})\S/.test(line) ? "" : line.trim()))
		.join("\n")
		.split(/\n\s*\n/);
	return paragraphs.flatMap(text =>
		text
			.replaceAll("\n", " ")
			.replace(/\([^()]*(RFC|section|appendix)[^()]*\)/g, "")
			.split(/(?<=[.!?]["`)]?)\s+/),
	);
}

function countWords(sentence: string): number {
	return sentence.split(/\s+/).filter(word => /\w/.test(word)).length;
}

test("comments and sentences are found", () => {
	const source = [
		"/*\n\tA header. It goes\n\ton.\n\n\t    const code = 1;\n*/",
		'const a = "// no comment"; // One.',
		"/** Reads it (RFC 1 section 2. 3). Then not. */",
		"\t// Two\n\t// lines.\n",
	].join("\n");
	assert.deepEqual(
		commentsOf(source)
			.flatMap(sentencesOf)
			.map(one => one.trim())
			.filter(Boolean),
		["A header.", "It goes on.", "One.", "Reads it .", "Then not.", "Two lines."],
	);
	assert.equal(countWords("Bytes - `a[b..c)` of 3."), 4);
});

/** The sources of a folder, of TypeScript and C. */
function sourcesOf(folder: string): { path: string; source: string }[] {
	return readdirSync(join(projectRoot, folder), { recursive: true })
		.map(name => `${folder}/${String(name)}`)
		.filter(path => /\.(ts|mjs|c|h)$/.test(path) && !path.endsWith("/words.test.ts"))
		.map(path => ({ path, source: readFileSync(join(projectRoot, path), "utf8") }));
}

const stack = ["modules", "hardware"].flatMap(sourcesOf);
const sources = [...stack, ...["host-sim", "tests", "roots", "examples"].flatMap(sourcesOf)];

test(`sentences of comments have at most ${MAX_WORDS} words`, () => {
	let count = 0;
	const long: string[] = [];
	for (const { path, source } of sources)
		for (const sentence of commentsOf(source).flatMap(sentencesOf)) {
			count++;
			if (countWords(sentence) > MAX_WORDS) long.push(`${path}: ${countWords(sentence)} words: ${sentence}`);
		}
	assert.ok(count > 9000, `${count} sentences`);
	assert.equal(long.length, 0, long.join("\n"));
});

/** Sentences of a document, without code, tables and headings; of a link the words count. */
function sentencesOfDocument(source: string): string[] {
	return source
		.replace(/^```[^]*?^```/gm, "")
		.replace(/^(\t| {4}|\||#).*$/gm, "")
		.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
		.replaceAll("**", "")
		.split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )/)
		.flatMap(sentencesOf);
}

test(`sentences of documents have at most ${MAX_WORDS} words`, () => {
	const example = "# Title\n\nOne [two](three four).\n\n- Five\n  six.\n- Seven.\n\n| a | b |\n\n\tcode\n";
	const found = sentencesOfDocument(example).map(one => one.trim());
	assert.deepEqual(found.filter(Boolean), ["One two.", "- Five six.", "- Seven."]);
	let count = 0;
	const long: string[] = [];
	for (const document of documents)
		for (const sentence of sentencesOfDocument(readFileSync(join(projectRoot, document), "utf8"))) {
			count++;
			if (countWords(sentence) > MAX_WORDS) long.push(`${document}: ${countWords(sentence)} words: ${sentence.trim()}`);
		}
	assert.ok(count > 1000, `${count} sentences`);
	assert.equal(long.length, 0, long.join("\n"));
});

/** Columns of a line, a tab being four. */
function columnsOf(line: string): number {
	return line.replace(/\t/g, "    ").length;
}

/** Lines of comments as they stand. Tables and code, which are indented, may be wider. */
function commentLinesOf(source: string): string[] {
	const inBlocks = [...source.matchAll(/\/\*[^]*?\*\//g)].flatMap(match => match[0].split("\n").slice(1));
	return [
		...(source.match(/^[ \t]*(?:\/\*\*?|\/\/) \S.*$/gm) ?? []),
		...inBlocks.filter(line => !/^[ \t]*\*( {3,}|\t)|^\t(\t| {3,})/.test(line)),
	];
}

test(`comments have at most ${MAX_COLUMNS} columns`, () => {
	let count = 0;
	const wide: string[] = [];
	for (const { path, source } of sources)
		for (const line of commentLinesOf(source)) {
			count++;
			if (columnsOf(line) > MAX_COLUMNS) wide.push(`${path}: ${columnsOf(line)} columns: ${line.trim()}`);
		}
	assert.ok(count > 8000, `${count} lines`);
	assert.equal(wide.length, 0, wide.join("\n"));
});

/** A comment, or a string's text, or a document's paragraph, in one line. */
function inOneLine(text: string): string {
	return text.replace(/\s+/g, " ").trim();
}

test("comments, texts and documents are worded as people speak", () => {
	const found: string[] = [];
	let count = 0;
	const look = (path: string, text: string) => {
		count++;
		for (const [pattern, better] of wording) if (pattern.test(text)) found.push(`${path}: ${better}: ${text}`);
	};
	for (const { path, source } of sources) {
		for (const comment of commentsOf(source)) look(path, inOneLine(comment));
		for (const [text] of source.matchAll(literals)) if (!/^\s*\//.test(text)) look(path, inOneLine(text));
	}
	for (const document of documents)
		for (const paragraph of readFileSync(join(projectRoot, document), "utf8").split(/\n\s*\n/))
			look(document, inOneLine(paragraph));
	assert.ok(count > 20000, `${count} texts`);
	assert.equal(found.length, 0, found.join("\n"));
});

test("one word for one thing", () => {
	const found: string[] = [];
	for (const { path, source } of sources)
		for (const line of source.split("\n")) if (OCTET.test(line)) found.push(`${path}: byte: ${line.trim()}`);
	for (const { path, source } of stack) {
		for (const comment of commentsOf(source).map(text => text.replaceAll("\n", " ")))
			for (const [pattern, better] of words)
				if (pattern.test(comment)) found.push(`${path}: ${better}: ${comment.trim()}`);
		for (const line of source.replace(literals, "").split("\n"))
			if (names.test(line)) found.push(`${path}: a name that says nothing: ${line.trim()}`);
	}
	assert.equal(found.length, 0, found.join("\n"));
});
