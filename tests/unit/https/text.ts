/*
	Text and JSON that a server sends (hardware/text, modules/fetch/json.ts).
*/

import { bytes, equal, note, ok, test, throws } from "test/harness";
import { parseJSON } from "tls/fetch/json";
import { decodeText, JSONMeasure, measureJSON, textLength } from "tls/hardware/text/text";

function decode(hex: string): string {
	const given = bytes(`00${hex}00`);
	const text = decodeText(given, 1, given.length - 1);
	equal(textLength(given, 1, given.length - 1), lengthOf(text), hex);
	return text;
}

/** Bytes of a string in XS, where a character of 0 has two. */
function lengthOf(text: string): number {
	let length = 0;
	for (const character of text) {
		const code = character.codePointAt(0)!;
		length += code === 0 ? 2 : code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	}
	return length;
}

test("UTF-8: the first and the last character of each length", () => {
	for (const [hex, text] of [
		["", ""],
		["61", "a"],
		["7f", "\x7f"],
		["c280", "\x80"],
		["dfbf", "\u07ff"],
		["e0a080", "\u0800"],
		["ed9fbf", "\ud7ff"],
		["ee8080", "\ue000"],
		["efbfbf", "\uffff"],
		["f0908080", "\u{10000}"],
		["f48fbfbf", "\u{10ffff}"],
		["610062", "a\u{0}b"],
		["00", "\u{0}"],
	] as const)
		equal(decode(hex), text, hex);
});

test("a byte order mark is left out at the start, once", () => {
	equal(decode("efbbbf61"), "a");
	equal(decode("efbbbfefbbbf61"), "\ufeffa");
	equal(decode("61efbbbf"), "a\ufeff");
	equal(decode("efbbbf"), "");
	equal(decode("efbb"), "\ufffd");
});

test("bytes that are not UTF-8 become U+FFFD, one for each longest part that could have gone on", () => {
	// "." stands for U+FFFD
	for (const [hex, text] of [
		["80", "."],
		["bf61", ".a"],
		["c0af", ".."],
		["c180", ".."],
		["c2", "."],
		["c241", ".A"],
		["e0", "."],
		["e0a0", "."],
		["e08080", "..."],
		["e09f80", "..."],
		["e1a0c0", ".."],
		["eda080", "..."],
		["edbfbf", "..."],
		["f0908061", ".a"],
		["f0808080", "...."],
		["f08f8080", "...."],
		["f4908080", "...."],
		["f5808080", "...."],
		["fe", "."],
		["ff61ff", ".a."],
		["f1808041", ".A"],
		["f180", "."],
		["62e282ac80e282", "b€.."],
	] as const)
		equal(decode(hex), text.replaceAll(".", "\ufffd"), hex);
});

test("any bytes are text, as long as announced", () => {
	let seed = 1;
	for (let round = 0; round < 400; round++) {
		const given = new Uint8Array(1 + (round % 40));
		for (let i = 0; i < given.length; i++) {
			seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
			given[i] =
				round & 1 ? seed >> 8 : [0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0x00, 0xc3, 0xa4][(seed >> 8) % 10]!;
		}
		const text = decodeText(given, 0, given.length);
		equal(textLength(given, 0, given.length), lengthOf(text), String(round));
	}
});

const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + "1" + close.repeat(depth);

test("20 levels of JSON are read, and 21 refused before they are", () => {
	for (const [open, close] of [
		["[", "]"],
		['{"a":', "}"],
		['[{"a":', "}]"],
	] as const) {
		const levels = open.startsWith("[{") ? 2 : 1;
		const last = nested(20 / levels, open, close);
		equal(JSON.stringify(parseJSON(last, undefined)), last);
		const error = throws(() => parseJSON(nested(20 / levels + 1, open, close), undefined), "http");
		ok(error.message.includes(`${20 + levels} levels`), error.message);
	}
	throws(() => parseJSON("[".repeat(60000), undefined), "http");
	throws(() => parseJSON('{"a":'.repeat(20000), undefined), "http");
	// brackets in text are not levels
	equal(parseJSON(`["${"[{".repeat(40)}","\\"[[",{}]`, undefined).length, 3);
});

test("names: those that XS has, those that come again, and numbers take no new one", () => {
	const names = (text: string): number => measureJSON(text)[JSONMeasure.names]!;
	equal(names('{"length":1,"name":2,"constructor":3}'), 0);
	equal(names('{"neverSeen1":1,"neverSeen2":{"neverSeen1" : 3}}'), 2);
	equal(names('[{"neverSeen3":1},{"neverSeen3":2}]'), 1);
	equal(names('{"0":1,"17":2}'), 0);
	equal(names('["neverSeen4","neverSeen5"]'), 0);
	equal(names('{"\\u0061":1}'), 1);
	equal(names(`{${Array.from({ length: 60 }, (_, i) => `"unseen${i}":0`).join()}}`), 60);
});

test("with a list of names, other properties are left out, and their names are not kept", () => {
	equal(parseJSON('{"t":21,"never seen a":{"t":5},"u":[{"t":1,"never seen b":2}]}', ["t", "u"]), {
		t: 21,
		u: [{ t: 1 }],
	});
	equal(measureJSON('{"never seen a":1,"never seen b":1}')[JSONMeasure.names], 2);
	equal(parseJSON('{"a":1}', []), {});
	for (const names of ["t", [5], {}, null]) throws(() => parseJSON("{}", names as never), "configuration");
});

test("a text that is not JSON stays a SyntaxError", () => {
	for (const text of ["", "{", "[1", '{"a"}', "1 2", '"', '"\\', "nul", "\ufeff{}", '{"a":1}x', "[1,]", "01"])
		throws(() => parseJSON(text, undefined), SyntaxError);
});

test("a text is measured in one go, whatever its length", () => {
	const text = `[${'{"never seen c":"x"},'.repeat(3000)}0]`;
	const [depth, size, slots, names] = measureJSON(text);
	equal([depth, names], [2, 1]);
	note(`${text.length} characters: ${size} bytes and ${slots} slots at most`);
	ok(size! > 3000 * 2 && slots! > 3000 * 2);
});
