/*
	The project's documents, and the TypeScript in them: what stands between ```ts and ```.
*/

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { projectRoot } from "../../../host-sim/build/files.js";

function markdownBelow(folder: string): string[] {
	return readdirSync(join(projectRoot, folder), { withFileTypes: true }).flatMap(entry => {
		const name = folder === "." ? entry.name : `${folder}/${entry.name}`;
		if (entry.isDirectory())
			return ["node_modules", "build"].includes(entry.name) || entry.name.startsWith(".") ? [] : markdownBelow(name);
		return entry.name.endsWith(".md") ? [name] : [];
	});
}

/** Every Markdown file, relative to the project's folder. */
export const documents: readonly string[] = markdownBelow(".").sort();

export interface Snippet {
	readonly document: string;
	/** Where the code begins, from 1. */
	readonly line: number;
	readonly code: string;
}

/** The TypeScript of all documents. */
export function snippets(): Snippet[] {
	return documents.flatMap(document => {
		const text = readFileSync(join(projectRoot, document), "utf8");
		return [...text.matchAll(/^```ts\n([^]*?)^```/gm)].map(match => ({
			document,
			line: text.slice(0, match.index).split("\n").length + 1,
			code: match[1]!,
		}));
	});
}
