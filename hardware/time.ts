/// <reference path="./native.d.ts" />
/*
	The times of certificates (psa/time.c).
*/

import type { Bytes } from "./native";

/**
 * Returns the UTCTime or GeneralizedTime at `start` in seconds since 1970 (RFC 5280 section 4.1.2.5). NaN if it has
 * another form or goes beyond `end`; Infinity if there is no such time.
 */
export function readSeconds(this: void, bytes: Bytes, start: number, end: number): number {
	return native("xs_time_read").call(this, bytes, start, end);
}
