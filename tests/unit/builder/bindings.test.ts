/*
	Bindings to C: from the form that the Moddable SDK compiles to XS 13's, and what is refused.
*/

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { bindNatives } from "../../../host-sim/build/bindings.js";

function bind(text: string): { text: string; natives: string[] } {
	const { text: bound, natives } = bindNatives(text, offset => `line ${text.slice(0, offset).split("\n").length}`);
	const names = natives.map(({ name, isDestructor }) => (isDestructor ? `~${name}` : name));
	return { text: bound.replace(/\s+/g, " ").trim(), natives: names };
}

describe("bindings are rewritten", () => {
	const cases: [string, string, string, string[]][] = [
		[
			"functions",
			'export function f(a, b) { return native("xs_f").call(this, a, b); }',
			'export function f(a, b) @ "xs_f";',
			["xs_f"],
		],
		["functions without a result", "function f() { native('xs_f').call(this) }", 'function f() @ "xs_f";', ["xs_f"]],
		[
			"rest parameters",
			'function f(a, ...rest) { return native("f").call(this, a, ...rest); }',
			'function f(a, ...rest) @ "f";',
			["f"],
		],
		[
			"classes",
			'class X extends Native("d") { constructor(a) { super(); native("x").call(this, a); } m() { return native("m").call(this); } }',
			'class X @ "d" { constructor(a) @ "x"; m() @ "m"; }',
			["~d", "x", "m"],
		],
		[
			"static methods",
			'class X { static s(a) { return native("s").call(this, a); } }',
			'class X { static s(a) @ "s"; }',
			["s"],
		],
		[
			"accessors",
			'class X { get g() { return native("g").call(this); } set g(v) { native("h").call(this, v); } }',
			'class X { get g() @ "g"; set g(v) @ "h"; }',
			["g", "h"],
		],
		["XS's own syntax stays", 'function f(a) @ "xs_f";', 'function f(a) @ "xs_f";', ["xs_f"]],
		[
			"names in strings and comments stay",
			'const a = "native(1)"; // native(',
			'const a = "native(1)"; // native(',
			[],
		],
		["names of members stay", "o.native(2); const b = { native: 3 };", "o.native(2); const b = { native: 3 };", []],
	];
	for (const [name, text, expected, natives] of cases)
		test(name, () => assert.deepEqual(bind(text), { text: expected, natives }));

	test("lines stay where they are", () => {
		const text = 'function f(\n\ta,\n\tb\n) {\n\treturn native("xs_f").call(this, a, b);\n}\nthrow 1;\n';
		const bound = bindNatives(text, String).text;
		assert.equal(bound.split("\n").indexOf("throw 1;"), text.split("\n").indexOf("throw 1;"));
	});
});

describe("what the SDK would not make a direct call is refused", () => {
	const cases: [string, string, RegExp][] = [
		[
			"more than the call",
			'function f(a) { check(a); return native("f").call(this, a); }',
			/line 1: the body of a binding must be exactly/,
		],
		["other arguments", 'function f(a) { return native("xs_f").call(this, a, 1); }', /must be exactly/],
		["another order", 'function f(a, b) { return native("xs_f").call(this, b, a); }', /must be exactly/],
		["default parameters", 'function f(a = 1) { return native("xs_f").call(this, a); }', /plain names/],
		["a name that is not a string", "function f(a) { return native(name).call(this, a); }", /as a string/],
		[
			"a name that C does not allow",
			'function f() { return native("xs-f").call(this); }',
			/"xs-f" is not the name of a C function/,
		],
		[
			"a constructor without super",
			'class X extends Native("d") { constructor() { native("x").call(this); } }',
			/exactly super\(\)/,
		],
		["an async function", 'async function f() { return native("xs_f").call(this); }', /neither async nor a generator/],
		["an async method", 'class X { async m() { return native("xs_f").call(this); } }', /neither async nor a generator/],
		["a value", '\n\nconst f = native("xs_f");', /line 3: /],
		["Native elsewhere", 'const X = Native("x");', /only after "extends"/],
	];
	for (const [name, text, words] of cases) test(name, () => assert.throws(() => bind(text), words));
});
