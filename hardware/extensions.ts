/// <reference path="./native.d.ts" />
/*
	The lists in a certificate's extensions whose length a peer decides (psa/extensions.c): the extensions that script
	has to read, and the purposes of extKeyUsage.
*/

import type { Bytes } from "./native";

/** What `checkExtensions` finds. */
export const enum ExtensionList {
	good = 0,
	malformed = 1,
	tooMany = 2,
	hasTwins = 3,
	policiesMalformed = 4,
	/** A mapping to or from any policy. */
	mapsAny = 5,
}

/** What `readPurposes` finds (RFC 5280 section 4.2.1.12). */
export const enum Purpose {
	malformed = -1,
	/** A bit: serverAuth, or any purpose. */
	server = 1,
	/** A bit: OCSP's signing. */
	ocsp = 2,
}

/**
 * Checks that the Extensions `bytes[start..end)` are well-formed as far as their identifiers, at most `most`, and each
 * there once. Policies and policy mappings are checked whole.
 */
export function checkExtensions(this: void, bytes: Bytes, start: number, end: number, most: number): ExtensionList {
	return native("xs_extensions_check").call(this, bytes, start, end, most) as ExtensionList;
}
/**
 * The offset of the first of the Extensions `bytes[start..end)` that is critical or of a kind that script reads; `end`
 * if there is none. They were found good.
 */
export function nextExtension(this: void, bytes: Bytes, start: number, end: number): number {
	return native("xs_extensions_next").call(this, bytes, start, end);
}
/** What the purposes `bytes[start..end)` of an extKeyUsage say, as bits of Purpose, or Purpose.malformed. */
export function readPurposes(this: void, bytes: Bytes, start: number, end: number): number {
	return native("xs_extensions_purposes").call(this, bytes, start, end);
}
