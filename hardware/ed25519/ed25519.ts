/// <reference path="../native.d.ts" />
/*
	Ed25519 (RFC 8032 section 5.1): libsodium's, called by ed25519.c. It signs a message itself, not a digest of it.
*/

import type { Bytes } from "../native";

export const enum Ed25519Length {
	publicKey = 32,
	/** Bytes of a private key as RFC 8410 has it. */
	seed = 32,
	/** The seed and the public key, in that order: what signing takes. */
	keyPair = 64,
	signature = 64,
}

/**
 * Returns true if the signature is the key's over `data[dataStart..dataEnd)`. A key or signature of another length has
 * signed nothing. So has a key of small order, or one that is not in its one right form. A signature whose S is not
 * below the group's order is false (RFC 8032 section 5.1.7).
 */
export function verifyEd25519(
	this: void,
	key: Bytes,
	keyStart: number,
	keyEnd: number,
	data: Bytes,
	dataStart: number,
	dataEnd: number,
	signature: Bytes,
	signatureStart: number,
	signatureEnd: number,
): boolean {
	return native("xs_ed25519_verify").call(
		this,
		key,
		keyStart,
		keyEnd,
		data,
		dataStart,
		dataEnd,
		signature,
		signatureStart,
		signatureEnd,
	);
}

/** Writes the key pair of the 32 bytes of `seed` at `start` to `out`: 64 bytes. */
export function expandEd25519(this: void, seed: Bytes, start: number, out: Bytes): void {
	return native("xs_ed25519_expand").call(this, seed, start, out);
}

/** Signs all of `message` with a key pair of 64 bytes. Writes the 64 bytes of the signature to `out`. */
export function signEd25519(this: void, keyPair: Bytes, message: Bytes, out: Bytes): void {
	return native("xs_ed25519_sign").call(this, keyPair, message, out);
}
