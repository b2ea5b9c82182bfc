/// <reference path="../native.d.ts" />
/*
	RSA key transport (rsa.c; RFC 5246 section 7.4.7.1).
*/

import type { Bytes } from "../native";
import type { Secret } from "../secret";

/**
 * Makes the premaster secret: `premaster`, which has 48 bytes, gets `version` and 46 bytes of chance. Encrypts it by
 * RSAES-PKCS1-v1_5 with `key[start..end)`, the DER of an RSAPublicKey. Writes it to `out` at `offset` and returns its
 * length, which is the modulus's. Throws if it is not such a key.
 */
export function encryptPremaster(
	this: void,
	version: number,
	key: Bytes,
	start: number,
	end: number,
	premaster: Secret,
	out: Bytes,
	offset: number,
): number {
	return native("xs_rsa_encryptPremaster").call(this, version, key, start, end, premaster, out, offset);
}
