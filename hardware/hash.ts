/// <reference path="./native.d.ts" />
/*
	Hash functions (psa/hash.c). A running hash can be read without ending it, which is what a handshake's transcript
	needs.
*/

import type { Bytes } from "./native";

/** The numbers of RFC 5246 section 7.4.1.4.1 (HashAlgorithm). */
export const enum HashAlgorithm {
	sha1 = 2,
	sha256 = 4,
	sha384 = 5,
	sha512 = 6,
}

/** Bytes of a digest. */
export function hashLength(algorithm: HashAlgorithm): number {
	switch (algorithm) {
		case HashAlgorithm.sha1:
			return 20;
		case HashAlgorithm.sha256:
			return 32;
		case HashAlgorithm.sha384:
			return 48;
		case HashAlgorithm.sha512:
			return 64;
	}
}

/** A running hash. Throws RangeError for a hash that this build lacks. */
export class Hash extends Native("xs_hash_destructor") {
	constructor(algorithm: HashAlgorithm) {
		super();
		native("xs_hash").call(this, algorithm);
	}
	/** Takes `buffer[start..end)`. */
	update(buffer: Bytes, start: number, end: number): void {
		return native("xs_hash_update").call(this, buffer, start, end);
	}
	/** Writes the digest of all that was taken so far to `out` at `offset`; the hash goes on. */
	peek(out: Bytes, offset: number): void {
		return native("xs_hash_peek").call(this, out, offset);
	}
	/** The same for all that was taken and `buffer[start..end)`, which is not taken. */
	peekWith(buffer: Bytes, start: number, end: number, out: Bytes, offset: number): void {
		return native("xs_hash_peekWith").call(this, buffer, start, end, out, offset);
	}
	/** Wipes and frees the native state; using the hash afterwards throws. */
	close(): void {
		return native("xs_hash_close").call(this);
	}
}

/** The digest of `buffer[start..end)`, written to `out` at `offset`. */
export function hash(
	this: void,
	algorithm: HashAlgorithm,
	buffer: Bytes,
	start: number,
	end: number,
	out: Bytes,
	offset: number,
): void {
	return native("xs_hash_compute").call(this, algorithm, buffer, start, end, out, offset);
}
