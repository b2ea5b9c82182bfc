/// <reference path="../native.d.ts" />
/*
	Text that a server sends (textdecode.c), and what JSON.parse would take for it (json.c). XS ends the app if memory
	or stack run out while it makes a string, or reads JSON. So room for both is asked for before.
*/

import type { Bytes } from "../native";

/** Bytes of the string that `decodeText` makes of `bytes[start..end)`. */
export function textLength(this: void, bytes: Bytes, start: number, end: number): number {
	return native("xs_text_length").call(this, bytes, start, end);
}

/**
 * Reads `bytes[start..end)` as UTF-8, as the web does (Encoding Standard, "UTF-8 decode"). A byte order mark is left
 * out; U+FFFD stands for bytes that are not UTF-8. The caller has asked for `textLength` bytes.
 */
export function decodeText(this: void, bytes: Bytes, start: number, end: number): string {
	return native("xs_text_decode").call(this, bytes, start, end);
}

/** What `measureJSON` returns at which place. */
export const enum JSONMeasure {
	/** How many objects and arrays lie in each other. */
	depth,
	/** Bytes of strings and arrays, at most. */
	bytes,
	/** Objects, values, and names that XS does not know yet, at most. */
	slots,
	/** Names that XS does not know yet, at most. It keeps them until the app ends. */
	names,
	/** How many names it can still take. */
	freeNames,
}

/** Returns what JSON.parse takes for `text`, by JSONMeasure. A text that is not JSON is measured all the same. */
export function measureJSON(this: void, text: string): number[] {
	return native("xs_json_measure").call(this, text);
}
