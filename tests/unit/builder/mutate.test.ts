/*
	What npm run mutate changes, and what it leaves alone.
*/

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { cMutants } from "../../../host-sim/programs/mutate/c.js";
import { reasonFor } from "../../../host-sim/programs/mutate/equivalent.js";
import { mutated, type Mutant } from "../../../host-sim/programs/mutate/sites.js";
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
	const both = new Map([[["sample.ts", "", "f();", ";"].join("\n"), "why"]]);
	assert.deepEqual(
		mutants.map(mutant => reasonFor(both, mutant)),
		["why", "why"],
	);
});
