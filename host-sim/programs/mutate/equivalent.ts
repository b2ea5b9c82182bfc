/*
	tests/mutants.txt: changes that no test can find, as what runs is the same, each with the reason. Four lines each:
	the path, "- " and the line, "+ " and the line as changed, the reason; a blank line between. Where a file has the
	same line more than once, "^ " and the line above stands before it.
*/

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Problem, projectRoot } from "../../build/files.js";
import type { Mutant } from "./sites.js";

export const equivalentsFile = join(projectRoot, "tests", "mutants.txt");

function key(path: string, above: string, before: string, after: string): string {
	return [path, above, before, after].join("\n");
}

/** The reasons, by what `reasonFor` looks for. */
export function readEquivalents(): Map<string, string> {
	const result = new Map<string, string>();
	if (!existsSync(equivalentsFile)) return result;
	for (const block of readFileSync(equivalentsFile, "utf8").split(/\n\s*\n/)) {
		const lines = block
			.split("\n")
			.map(line => line.trim())
			.filter(line => line !== "" && !line.startsWith("#"));
		if (lines.length === 0) continue;
		const above = lines[1]?.startsWith("^ ") ? lines.splice(1, 1)[0]!.slice(2) : "";
		const [path, before, after, why] = lines;
		if (lines.length !== 4 || !before!.startsWith("- ") || !after!.startsWith("+ "))
			throw new Problem(`tests/mutants.txt: four lines are expected for each change:\n${block}`);
		result.set(key(path!, above, before!.slice(2), after!.slice(2)), why!);
	}
	return result;
}

/**
 * The entries that match none of `mutants`: the code that they were about is gone. Each is the path, and the line.
 */
export function staleEntries(equivalents: ReadonlyMap<string, string>, mutants: readonly Mutant[]): string[] {
	const known = new Set<string>();
	for (const { path, above, before, after } of mutants)
		known.add(key(path, "", before, after)).add(key(path, above, before, after));
	return [...equivalents.keys()]
		.filter(entry => !known.has(entry))
		.map(entry => {
			const [path, , before] = entry.split("\n");
			return `${path}: ${before}`;
		});
}

export function reasonFor(
	equivalents: ReadonlyMap<string, string>,
	{ path, above, before, after }: Mutant,
): string | undefined {
	return equivalents.get(key(path, "", before, after)) ?? equivalents.get(key(path, above, before, after));
}
