/*
	JSON that is as large as memory allows, and a little larger (modules/fetch/json.ts). Bisection finds the last size
	that is read and the first that is refused, for each kind of value and several fillings of the arena. Where more is
	needed than was measured, the app ends.
*/

import { equal, note, ok, test } from "test/harness";
import { parseJSON } from "tls/fetch/json";
import type { TLSError } from "tls/errors";
import { roomForBuffer } from "tls/wire/memory";

const fill = (count: number, item: (i: number) => string): string => {
	let text = "";
	for (let i = 0; i < count; i++) text += (i ? "," : "") + item(i);
	return text;
};

const kinds: Readonly<Record<string, (count: number) => string>> = {
	numbers: count => `[${fill(count, String)}]`,
	"empty arrays": count => `[${fill(count, () => "[]")}]`,
	"empty objects": count => `[${fill(count, () => "{}")}]`,
	"short strings": count => `[${fill(count, () => '""')}]`,
	"one string": count => `"${"x".repeat(16 * count)}"`,
	"escaped strings": count => `["${"\\u00e4".repeat(4 * count)}"]`,
	"known names": count => `[${fill(count, () => '{"length":1,"name":2}')}]`,
	"numbers as names": count => `{${fill(count, i => `"${i}":0`)}}`,
	"numbers as names, downwards": count => `{${fill(count, i => `"${count - i}":0`)}}`,
	"names that come again": count => `[${fill(count, () => '{"some name":[1]}')}]`,
	"arrays of arrays": count => `[${fill(count, i => `[${fill(i % 7, () => "[1,2]")}]`)}]`,
};

/** Reads it. Returns false where it is refused. */
function reads(text: string): boolean {
	try {
		parseJSON(text, undefined);
		return true;
	} catch (error) {
		equal((error as TLSError).code, "out_of_memory", text.slice(0, 40));
		return false;
	}
}

/** Bytes of the arena that something else has, where there is room for it. */
const fillings = [0, 12000, 30000, 45000];

for (const kind of Object.keys(kinds))
	test(`JSON of ${kind}, as large as goes in`, () => {
		const most: number[] = [];
		for (const filling of fillings) {
			// what has become slots is never given back to chunks
			const held = new Uint8Array(roomForBuffer(filling));
			let good = 0,
				bad = 0;
			for (let count = 8; !bad && count <= 4096; count *= 2) {
				// the text itself is the test's, and is there twice while it gets longer
				const length = kinds[kind]!(8).length * (count >> 1) + 1000;
				const text = roomForBuffer(length) >= length ? kinds[kind]!(count) : "";
				if (!text) break;
				if (reads(text)) good = count;
				else bad = count;
			}
			while (bad - good > 1) {
				const count = (good + bad) >> 1;
				if (reads(kinds[kind]!(count))) good = count;
				else bad = count;
			}
			most.push(good);
			ok(held.length <= filling);
		}
		ok(
			most.some(count => count > 0),
			"nothing is read",
		);
		note(`${kind}: ${most.join(", ")} with ${fillings.join(", ")} bytes held`);
	});

test("new names, until the table is full, and then no more", () => {
	let kept = 0,
		next = 0;
	while (kept < 200 && reads(`{"new name ${next++}":0}`)) kept++;
	ok(kept > 0 && kept < 64, `${kept} names`);
	equal(reads('{"one more":0}'), false);
	equal(parseJSON('{"one more":0,"length":1}', ["length"]), { length: 1 });
	equal(reads('{"length":0,"new name 0":1}'), true);
	note(`${kept} new names`);
});
