/// <reference path="../native.d.ts" />
/*
	A client's RSA key that only the chip's digital-signature peripheral can read (ds.c): for the option `sign`. An app whose key is there includes
	this folder's manifest. The first ESP32 has no such peripheral, and this does not compile for it.
*/

import type { Bytes } from "../native";
import type { HashAlgorithm } from "tls/hardware/hash";
import { Padding } from "tls/hardware/signature";

function parametersLength(this: void): number {
	return native("xs_ds_parametersLength").call(this);
}

function sign(
	this: void,
	parameters: Bytes,
	block: number,
	padding: Padding,
	algorithm: HashAlgorithm,
	digest: Bytes,
	out: Bytes,
): number {
	return native("xs_ds_sign").call(this, parameters, block, padding, algorithm, digest, out);
}

/** Bytes of the longest signature. */
const SIGNATURE_ROOM = 512;

const enum Last {
	/** The last of the eFuse key blocks. */
	block = 5,
}

/**
 * Returns what the option `sign` takes, beside `clientCertificates` whose first one has the key. `parameters` is the key as Espressif's tools
 * encrypt it for this kind of chip: ESP-IDF's esp_ds_data_t, in memory, or a Resource, which is read in flash. It is read at each signature. `block` is the eFuse key
 * block, 0 to 5, that holds the HMAC key, with the purpose HMAC_DOWN_DIGITAL_SIGNATURE. Throws RangeError where they can't be right.
 *
 * A signature takes the time of one without the key's factors, in which nothing else of the app runs. One that fails ends the handshake with the code
 * "crypto" or "out_of_memory" and says why.
 */
export function dsSigner(
	parameters: Bytes | HostBuffer,
	block: number,
): (scheme: number, digest: Uint8Array) => Uint8Array {
	const length = parametersLength();
	if (typeof parameters !== "object" || parameters === null)
		throw new TypeError("the key's parameters are no buffer: give an ArrayBuffer, a Uint8Array or a Resource");
	if (parameters.byteLength !== length)
		throw new RangeError(`the key's parameters have ${parameters.byteLength} bytes; those of this chip have ${length}`);
	const octets = parameters instanceof Uint8Array ? parameters : new Uint8Array(parameters as ArrayBuffer);
	if (!Number.isInteger(block) || block < 0 || block > Last.block)
		throw new RangeError(`there is no eFuse key block ${block}`);
	return (scheme, digest) => {
		const out = new Uint8Array(SIGNATURE_ROOM);
		// RFC 8446 section 4.2.3: 0x080H is rsa_pss_rsae, 0x0H01 rsa_pkcs1, with the hash's number as H
		const [padding, hash] = scheme >> 8 === 8 ? [Padding.pss, scheme & 0xff] : [Padding.pkcs1, scheme >> 8];
		return out.slice(0, sign(octets, block, padding, hash, digest, out));
	};
}
