/*
	What npm run mutate changes, and what it leaves alone.
*/

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { cMutants } from "../../../host-sim/programs/mutate/c.js";
import { Copy } from "../../../host-sim/programs/mutate/copy.js";
import { reasonFor, staleEntries } from "../../../host-sim/programs/mutate/equivalent.js";
import { runTests, type Verdict } from "../../../host-sim/programs/mutate/reach.js";
import { mutated, type Mutant } from "../../../host-sim/programs/mutate/sites.js";
import { Floor, settle } from "../../../host-sim/programs/mutate/timeouts.js";
import { typescriptMutants } from "../../../host-sim/programs/mutate/typescript.js";

const folder = mkdtempSync(join(tmpdir(), "xs-tls-mutants-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function ofScript(text: string): Mutant[] {
	const file = join(folder, "sample.ts");
	writeFileSync(file, text);
	return typescriptMutants([{ file, path: "sample.ts" }]);
}

/** Every mutant makes of the text what it says. */
function outcomes(mutants: readonly Mutant[], text: string): string[] {
	return mutants.map(mutant => mutated(text, mutant)).sort();
}

function expectScript(text: string, ...expected: string[]): void {
	assert.deepEqual(outcomes(ofScript(text), text), expected.sort());
}

function expectC(body: string, ...expected: string[]): void {
	const text = `int f(int a, int b)\n{\n\t${body}\n}\n`;
	assert.deepEqual(
		outcomes(cMutants("sample.c", text), text),
		expected.map(one => `int f(int a, int b)\n{\n\t${one}\n}\n`).sort(),
	);
}

test("TypeScript: comparisons, sums, bits, conditions", () => {
	expectScript("x = a < b;", "x = a <= b;");
	expectScript("x = a === b;", "x = a !== b;");
	expectScript("x = a && b;", "x = a || b;");
	expectScript("x = a + b;", "x = a - b;");
	expectScript("x = a & b;", "x = a | b;");
	expectScript("x = !a;", "x = a;");
	expectScript("x = a ? b : c;", "x = !(a) ? b : c;");
	expectScript("x = true;", "x = false;");
	expectScript("while (a) b = c;", "while (!(a)) b = c;");
});

test("TypeScript: numbers one off, but not below 0", () => {
	expectScript("x = 5;", "x = 6;", "x = 4;");
	expectScript("x = 0;", "x = 1;");
	expectScript("x = 0x10;", "x = 17;", "x = 15;");
	expectScript("x = 0.5;");
});

test("TypeScript: what is left out", () => {
	expectScript("f(a);", ";");
	expectScript("if (a) f(b);", "if (!(a)) f(b);", "if (a) ;");
	expectScript("if (a) f(b); else g(c);", "if (!(a)) f(b); else g(c);", "if (a) {} else g(c);");
	expectScript("function f() { return a; }", "function f() { return undefined; }");
	expectScript("function f() { throw a; }", "function f() { ; }");
	expectScript("function f() { return undefined; }");
});

test("TypeScript: types, imports, texts, comments and what errors say stay", () => {
	expectScript(`import a from "a";
import type { B } from "b";
export { c } from "c";
// d < 1
/* e && f */
type G = 1 | 2;
interface H { i: 3 }
let j: 4 | 5;
let k = "6 < 7";
let l = \`\${m + 8}\`;`);
	expectScript(`throw new TLSError("internal", \`\${a + 1} of \${b - 2}\`);`, ";");
	expectScript('x = "a" + b;');
});

test("TypeScript: a member of an enum says how it is named elsewhere", () => {
	const mutants = ofScript("const enum Limit {\n\tcertificates = 40,\n}\nlet x = 1;");
	assert.deepEqual(
		mutants.map(({ member, line }) => [member, line]),
		[
			["Limit.certificates", 2],
			["Limit.certificates", 2],
			[undefined, 4],
			[undefined, 4],
		],
	);
});

test("C: the same, inside of functions", () => {
	expectC("a = a < b;", "a = a <= b;");
	expectC("a = a == b;", "a = a != b;");
	expectC("a = a + b;", "a = a - b;");
	expectC("a = b - 1u;", "a = b + 1u;", "a = b - 2u;", "a = b - 0u;");
	expectC("if (a && b) f(a);", "if (a || b) f(a);", "if (!(a && b)) f(a);", "if (0) f(a);", "if (a && b) ;");
	expectC("return a;", "return 0;");
	expectC("return false;");
	expectC('xsRangeError("%d", a + 1);');
	expectC("f(a);", ";");
});

test("C: pointers, signs, texts, comments, the preprocessor and declarations stay", () => {
	expectC('char* s = "1 < 2"; /* a < b */ // c + d\n#define E (a + 1)\n');
	expectC("int x = -a; f2 = &a; f3 = *b;");
	assert.deepEqual(
		cMutants("sample.c", "static const int table[3] = { 1 };\nint g(int a);\n").map(({ by }) => by),
		["2", "0"],
	);
	assert.deepEqual(cMutants("sample.c", "static const unsigned char bytes[] = { 0x01, 0x02, 0x03 };\n"), []);
});

test("equivalent changes are known by path, line and change, and where that is not enough by the line above", () => {
	const mutants = ofScript("a(1);\nf();\nb(2);\nf();\n").filter(({ before }) => before === "f();");
	assert.deepEqual(
		mutants.map(({ above, after: changed, line }) => [above, changed, line]),
		[
			["a(1);", ";", 2],
			["b(2);", ";", 4],
		],
	);
	const one = new Map([[["sample.ts", "b(2);", "f();", ";"].join("\n"), "why"]]);
	assert.deepEqual(
		mutants.map(mutant => reasonFor(one, mutant)),
		[undefined, "why"],
	);
	const stale = new Map([[["sample.ts", "", "g();", ";"].join("\n"), "gone"], ...one]);
	assert.deepEqual(staleEntries(stale, mutants), ["sample.ts: g();"]);
	const both = new Map([[["sample.ts", "", "f();", ";"].join("\n"), "why"]]);
	assert.deepEqual(
		mutants.map(mutant => reasonFor(both, mutant)),
		["why", "why"],
	);
});

/** A copy of a project whose only file is sample.ts. */
class SmallCopy extends Copy {
	override readonly folder = folder;
}

test("a test that does not end in time is ended, and says neither that it failed nor that it passed", async () => {
	const verdictOf = (name: string, body: string): Promise<Verdict> => {
		writeFileSync(join(folder, `${name}.test.js`), `require("node:test").test("one", () => {${body}});`);
		return runTests(new SmallCopy(1), folder, { file: `${name}.test.ts` }, 3);
	};
	assert.equal(await verdictOf("passes", ""), "passed");
	assert.equal(await verdictOf("fails", "throw new Error();"), "failed");
	assert.equal(await verdictOf("endless", "for (;;);"), "timed out");
});

/** What `settle` says of a test that timed out after 30 s, and the limits that it gave. */
async function settled(again: Verdict, plain: Verdict, seconds: number): Promise<[string, number[]]> {
	const limits: number[] = [];
	const found = await settle(
		{
			changed: async limit => {
				limits.push(limit);
				return again;
			},
			unchanged: async limit => {
				limits.push(-limit);
				return { verdict: plain, seconds };
			},
		},
		30,
	);
	return [found, limits];
}

test("a test that timed out runs again for longer, and what it says then counts", async () => {
	assert.deepEqual(await settled("passed", "passed", 1), ["passed", [60]]);
	assert.deepEqual(await settled("failed", "passed", 1), ["failed", [60]]);
});

test("an endless loop counts as found only where the test is quick without the change", async () => {
	assert.deepEqual(await settled("timed out", "passed", 15), ["never ends", [60, -60]]);
	assert.deepEqual(await settled("timed out", "passed", 15.1), ["timed out", [60, -60]]);
	assert.deepEqual(await settled("timed out", "timed out", 60), ["timed out", [60, -60]]);
	assert.deepEqual(await settled("timed out", "failed", 1), ["timed out", [60, -60]]);
});

test("the second try has nothing beside it", async () => {
	const floor = new Floor();
	const events: string[] = [];
	const ends: (() => void)[] = [];
	const body = (name: string) => async (): Promise<void> => {
		events.push(name);
		await new Promise<void>(end => ends.push(end));
		events.push(`${name} ends`);
	};
	const all = [floor.shared(body("a")), floor.shared(body("b")), floor.alone(body("c")), floor.shared(body("d"))];
	for (let i = 0; i < all.length; i++) {
		await new Promise(setImmediate);
		ends[i]!();
	}
	await Promise.all(all);
	assert.deepEqual(events, ["a", "b", "a ends", "b ends", "c", "c ends", "d", "d ends"]);
	await assert.rejects(floor.alone(async () => Promise.reject(new Error("thrown"))));
	assert.equal(await floor.alone(async () => 1), 1);
});

test("a change is in its file while a test runs, and taken back for the run without it", async () => {
	const text = "x = a < b;\n";
	const [mutant] = ofScript(text);
	const file = join(folder, "sample.ts");
	const copy = new SmallCopy(1);
	await copy.with(mutant!, async () => {
		assert.match(readFileSync(file, "utf8"), /a <= b/);
		await copy.without(mutant!, async () => assert.equal(readFileSync(file, "utf8"), text));
		assert.match(readFileSync(file, "utf8"), /a <= b/);
	});
	assert.equal(readFileSync(file, "utf8"), text);
});
