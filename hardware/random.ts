/// <reference path="./native.d.ts" />
/*
	Random bytes from the chip's generator (psa/random.c), seeded and conditioned by PSA Crypto.
*/

import type { Bytes } from "./native";

/** Fills `buffer[start..end)`. Throws if the generator has too little entropy. */
export function random(this: void, buffer: Bytes, start: number, end: number): void {
	return native("xs_random").call(this, buffer, start, end);
}
