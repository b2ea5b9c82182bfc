/// <reference path="../native.d.ts" />
/*
	ML-KEM-768 (FIPS 203) as the side that makes the key pair: libsodium's, called by mlkem.c. The private key is kept
	as its seed of 64 bytes. Each call computes the rest anew, on a stack that is allocated for it.
*/

import type { Bytes } from "../native";
import type { Secret } from "../secret";

export const enum MLKEMLength {
	/** Bytes of the public (encapsulation) key. */
	publicKey = 1184,
	ciphertext = 1088,
	/** Bytes of the value that both sides share. */
	shared = 32,
	/** Bytes of the seed: d and z, in that order. */
	seed = 64,
}

/** A key pair. */
export class MLKEM extends Native("xs_mlkem_destructor") {
	/** Makes a new pair. */
	constructor() {
		super();
		native("xs_mlkem").call(this);
	}
	/** Writes the public key to `out` at `offset`. */
	publicKey(out: Bytes, offset: number): void {
		return native("xs_mlkem_publicKey").call(this, out, offset);
	}
	/**
	 * Sets the first 32 bytes of `shared` to the value that `ciphertext[start..end)` stands for, and the rest to
	 * `other`, which fills it. False if the ciphertext does not have 1088 bytes. One that was not made for this key
	 * gives a value that nobody knows (implicit rejection).
	 */
	decapsulate(ciphertext: Bytes, start: number, end: number, other: Secret, shared: Secret): boolean {
		return native("xs_mlkem_decapsulate").call(this, ciphertext, start, end, other, shared);
	}
	/** Wipes the seed; using the pair afterwards throws. */
	close(): void {
		return native("xs_mlkem_close").call(this);
	}
}
