/// <reference path="./native.d.ts" />
/*
	Moving octets between buffers without making a view of either (psa/copy.c).
*/

import type { Bytes } from "./native";

/** Copies `from[start..end)` to `to` at `at`. The two may overlap in one buffer. */
export function copy(this: void, from: Bytes, start: number, end: number, to: Bytes, at: number): void { return native("xs_copy").call(this, from, start, end, to, at); }
