/// <reference path="./native.d.ts" />
/*
	Comparison of secrets in constant time (psa/compare.c).
*/

import type { Bytes } from "./native";

/** True if `length` bytes of `a` from `aStart` and of `b` from `bStart` are equal. Takes as long for any difference. */
export function equal(this: void, a: Bytes, aStart: number, b: Bytes, bStart: number, length: number): boolean {
	return native("xs_equal").call(this, a, aStart, b, bStart, length);
}
