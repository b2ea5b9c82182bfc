/// <reference path="./native.d.ts" />
/*
	Copying and clearing bytes without making a view (psa/copy.c). XS takes a step for each byte that `fill` clears;
	these take one in all.
*/

import type { Bytes } from "./native";

/** Copies `from[start..end)` to `to` at `at`. The two may overlap in one buffer. */
export function copy(this: void, from: Bytes, start: number, end: number, to: Bytes, at: number): void {
	return native("xs_copy").call(this, from, start, end, to, at);
}

/**
 * Copies as much of `from[start..end)` as goes into `to[at..limit)` and returns how many bytes that was. `to` may be a
 * DataView, too; without a limit, up to its end.
 */
export function copyPart(
	this: void,
	from: Bytes,
	start: number,
	end: number,
	to: ArrayBuffer | ArrayBufferView,
	at: number,
	limit?: number,
): number {
	return native("xs_copy_part").call(this, from, start, end, to, at, limit);
}

/** Overwrites `bytes[start..end)` with zeros: secrets are wiped so, and padding is written. */
export function wipe(this: void, bytes: Bytes, start: number, end: number): void {
	return native("xs_wipe").call(this, bytes, start, end);
}

/**
 * True for an ArrayBuffer, a SharedArrayBuffer and a Resource; false for views. XS itself takes any host object, such
 * as a socket, for a buffer of as many bytes as its property `byteLength` says.
 */
export function isBuffer(this: void, value: unknown): value is ArrayBuffer {
	return native("xs_is_buffer").call(this, value);
}
