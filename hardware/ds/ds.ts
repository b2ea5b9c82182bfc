/// <reference path="../native.d.ts" />
/*
	A client's RSA key that only the chip's digital-signature peripheral can read (ds.c): for the option `sign`. An app
	whose key is there includes this folder's manifest. The first ESP32 has no such peripheral, and this does not
	compile for it.
*/

import type { Bytes } from "../native";

function parametersLength(this: void): number {
	return native("xs_ds_parametersLength").call(this);
}

function sign(this: void, parameters: Bytes, block: number, scheme: number, digest: Bytes, out: Bytes): number {
	return native("xs_ds_sign").call(this, parameters, block, scheme, digest, out);
}

/** Bytes of the longest signature. */
const SIGNATURE_BYTES = 512;

/** The last of the eFuse key blocks. */
const LAST_KEY_BLOCK = 5;

/**
 * Returns a function for the option `sign`. Give it with `clientCertificates` whose first one has the key. `parameters`
 * is ESP-IDF's esp_ds_data_t: the key as Espressif's tools encrypt it for this kind of chip. It may be a Resource, and
 * is read at each signature. `block` is the eFuse key block, 0 to 5, with the HMAC key. Its purpose must be
 * HMAC_DOWN_DIGITAL_SIGNATURE. Throws TypeError or RangeError if `parameters` or `block` can't be right.
 *
 * Nothing else of the app runs while the peripheral signs. A failure ends the handshake with "crypto" or
 * "out_of_memory" and says why.
 */
export function dsSigner(
	parameters: Bytes | HostBuffer,
	block: number,
): (scheme: number, digest: Uint8Array) => Uint8Array {
	const length = parametersLength();
	if (typeof parameters !== "object" || parameters === null)
		throw new TypeError("the key's parameters must be an ArrayBuffer, a Uint8Array or a Resource");
	if (parameters.byteLength !== length)
		throw new RangeError(`the key's parameters have ${parameters.byteLength} bytes; those of this chip have ${length}`);
	const key = parameters instanceof Uint8Array ? parameters : new Uint8Array(parameters as ArrayBuffer);
	if (!Number.isInteger(block) || block < 0 || block > LAST_KEY_BLOCK)
		throw new RangeError(`there is no eFuse key block ${block}`);
	return (scheme, digest) => {
		const out = new Uint8Array(SIGNATURE_BYTES);
		return out.slice(0, sign(key, block, scheme, digest, out));
	};
}
