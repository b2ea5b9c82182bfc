/// <reference path="./native.d.ts" />
/*
	Names of issuers and subjects (psa/names.c), compared as RFC 5280 section 7.1 says. A Name whose content has more
	than 4,096 bytes is compared byte by byte.
*/

import type { Bytes } from "./native";

/** True if the Names `a[aStart..aEnd)` and `b[bStart..bEnd)`, in DER, are the same. */
export function sameName(
	this: void,
	a: Bytes,
	aStart: number,
	aEnd: number,
	b: Bytes,
	bStart: number,
	bEnd: number,
): boolean {
	return native("xs_name_same").call(this, a, aStart, aEnd, b, bStart, bEnd);
}
/**
 * Tells if the Name `name[nameStart..nameEnd)` is the subject of the certificate `bytes[start..end)`, which need not be
 * well-formed. Returns the bytes that C has compared, one by one, for that; -1 less so many if it is the subject.
 */
export function isSubject(
	this: void,
	bytes: Bytes,
	start: number,
	end: number,
	name: Bytes,
	nameStart: number,
	nameEnd: number,
): number {
	return native("xs_name_isSubject").call(this, bytes, start, end, name, nameStart, nameEnd);
}
/**
 * Writes a SHA-256 to `digest` that is the same for all Names that `sameName` finds the same. Returns the bytes that C
 * has read for that: attributes in one SET are sorted first.
 */
export function nameDigest(this: void, bytes: Bytes, start: number, end: number, digest: Bytes): number {
	return native("xs_name_digest").call(this, bytes, start, end, digest);
}
/**
 * Returns the offset of the value, header and all, of the last commonName in the Name `bytes[start..end)`. 0 if there
 * is none, or the Name is malformed.
 */
export function commonNameOffset(this: void, bytes: Bytes, start: number, end: number): number {
	return native("xs_name_common").call(this, bytes, start, end);
}
