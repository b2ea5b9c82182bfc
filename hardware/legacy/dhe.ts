/// <reference path="../native.d.ts" />
/*
	Ephemeral Diffie-Hellman in the finite-field groups of RFC 7919 (dhe.c), whose numbers are ffdhe2048 (0x100),
	ffdhe3072 (0x101) and ffdhe4096 (0x102).
*/

import type { Bytes } from "../native";
import type { Secret } from "../secret";

/** The group whose prime is `buffer[start..end)`, or 0 for any other prime. Its generator is 2. */
export function groupOfPrime(this: void, buffer: Bytes, start: number, end: number): number {
	return native("xs_dhe_groupOfPrime").call(this, buffer, start, end);
}

export class DHEShare extends Native("xs_dhe_destructor") {
	/** A new pair of keys in a group. */
	constructor(group: number) {
		super();
		native("xs_dhe").call(this, group);
	}
	/** Bytes of the public key, and of the value that is agreed: as many as the prime has. */
	get publicLength(): number {
		return native("xs_dhe_publicLength").call(this);
	}
	/** Writes the public key, with zeros in front where it is shorter, to `out` at `offset`. */
	publicKey(out: Bytes, offset: number): void {
		return native("xs_dhe_publicKey").call(this, out, offset);
	}
	/**
	 * Sets `shared` to the value agreed with the peer's public key `peer[start..end)`. It must be as long as the prime;
	 * zeros in front are cut off, as TLS 1.2 wants (RFC 5246 section 8.1.2). False if the key is not valid: 1 < key <
	 * prime - 1 (RFC 7919 section 5.1).
	 */
	agree(peer: Bytes, start: number, end: number, shared: Secret): boolean {
		return native("xs_dhe_agree").call(this, peer, start, end, shared);
	}
	/** Destroys the keys; using them afterwards throws. */
	close(): void {
		return native("xs_dhe_close").call(this);
	}
}
