/*
	What modules/optional/ed25519 adds: signatures with Ed25519 (RFC 8032), of certificates (RFC 8410), servers and
	clients (RFC 8446 section 4.2.3). Types alone.
*/

import type { DER } from "../wire/der";
import type { Secret } from "tls/hardware/secret";

export interface Ed25519 {
	/**
	 * True if `signature[signatureStart..signatureEnd)` is by the public key `key[keyStart..keyEnd)` over
	 * `data[start..end)`.
	 */
	verify(
		this: void,
		key: Uint8Array,
		keyStart: number,
		keyEnd: number,
		data: Uint8Array,
		start: number,
		end: number,
		signature: Uint8Array,
		signatureStart: number,
		signatureEnd: number,
	): boolean;
	/** Signs all of `message` with what `readKey` returned. */
	sign(this: void, key: Secret, message: Uint8Array): Uint8Array;
	/**
	 * Reads the PKCS #8 at `der` (RFC 8410 section 7). Returns undefined if it is not the private key of
	 * `publicKey[start..end)`.
	 */
	readKey(this: void, der: DER, publicKey: Uint8Array, start: number, end: number): Secret | undefined;
}
