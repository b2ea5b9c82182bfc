/*
	Names at the edges of their labels.
*/

import { ascii, equal, test } from "test/harness";
import { isName } from "tls/x509/names";

function is(text: string, wildcard = false): boolean {
	// what lies around the name is not looked at
	const bytes = ascii(`.${text}.`);
	return isName(bytes, 1, 1 + text.length, wildcard);
}

test("labels of one character, also behind a wildcard", () => {
	for (const text of ["a", "a.b", "1", "_"]) equal(is(text), true, text);
	for (const text of ["*.a.b", "*.a.example", "*.1.b"]) equal(is(text, true), true, text);
	for (const text of ["*.a", "*.", "*..a.b", "*.-a.b", "*.a-.b", "*.a.-b", "*a.b.c", "*"]) equal(is(text, true), false, text);
	for (const text of ["*.a.b", "", ".", ".a", "a.", "a..b", "-", "a.-", "-.a"]) equal(is(text), false, text);
});

test("every character that a host name may have, and its neighbours", () => {
	for (const [first, last] of ["az", "AZ", "09"]) {
		for (const c of [first!.charCodeAt(0), last!.charCodeAt(0)]) equal(is(`x${String.fromCharCode(c)}x`), true);
		for (const c of [first!.charCodeAt(0) - 1, last!.charCodeAt(0) + 1]) equal(is(`x${String.fromCharCode(c)}x`), false, String(c));
	}
	for (const c of "-_") equal(is(`x${c}x`), true);
	for (const c of ",.^`@[ /") equal(is(`x${c}${c}x`), false);
});

test("labels of 63 characters, a name of 253", () => {
	const label = "a".repeat(63);
	equal(is(`*.${label}.${label}`, true), true);
	equal(is(`*.${label}a.${label}`, true), false);
	equal(is(`*.${label}.${label}a`, true), false);
	const long = `${label}.${label}.${label}.${"b".repeat(61)}`;
	equal([long.length, is(long), is(`${long}b`)], [253, true, false]);
});
