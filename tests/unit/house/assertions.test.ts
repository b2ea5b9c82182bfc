/*
	Non-null assertions ("!") of the stack: what is there from a certain step on has a type of its own, such as Keyed12
	in tls12/state.ts. Elements of arrays are not counted: noUncheckedIndexedAccess wants a "!" for each that is known
	to be there.
*/

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";

/** All that there may be. Fewer is better: lower it when some have gone. */
const MOST = 120;

/** Most in one file. */
const MOST_IN_FILE = 10;

const literals = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\*[^]*?\*\/|\/\/[^\n]*/g;

/** Counts assertions that something is not undefined, but for elements. */
function countAssertions(source: string): number {
	return [...source.replace(literals, '""').matchAll(/[\w)]!(?=[.;,)\][ :?}|&(\n])(?! ?==)/g)].length;
}

test("assertions are found, elements and comparisons are not", () => {
	assert.equal(
		countAssertions('a!.b(c!, d[0]!, !e) !== f && g != h; i = j!;\nk!\n\t.l(); // m!.n\n"o!.p"; (q())!.r'),
		5,
	);
});

test("few non-null assertions", t => {
	const counts: [string, number][] = [];
	for (const folder of ["modules", "hardware"])
		for (const name of readdirSync(join(projectRoot, folder), { recursive: true }).map(String)) {
			if (!name.endsWith(".ts")) continue;
			const count = countAssertions(readFileSync(join(projectRoot, folder, name), "utf8"));
			if (count) counts.push([`${folder}/${name}`, count]);
		}
	counts.sort((a, b) => b[1] - a[1]);
	const all = counts.reduce((sum, [, count]) => sum + count, 0);
	t.diagnostic(
		`${all}; ${counts
			.slice(0, 9)
			.map(([name, count]) => `${name} ${count}`)
			.join(", ")}`,
	);
	assert.ok(all <= MOST, `${all}, expected ${MOST} at most: give the state a type of its own`);
	assert.ok(counts[0]![1] <= MOST_IN_FILE, `${counts[0]!.join(" has ")}, expected ${MOST_IN_FILE} at most`);
});
