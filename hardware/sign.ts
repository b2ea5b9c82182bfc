/// <reference path="./native.d.ts" />
/*
	Signing a digest with a private key (psa/sign.c).
*/

import type { Bytes } from "./native";
import type { HashAlgorithm } from "./hash";
import type { SignatureForm } from "./signature";

/**
 * Signs `digest` with `key[start..end)`, the DER of RSAPrivateKey (RFC 8017 A.1.2) or an elliptic curve's private
 * number as wide as the field. Writes the signature to `out` (for ECDSA r and s, as wide as the field) and returns its
 * length. Throws if the key is not valid.
 */
export function signDigest(
	this: void,
	form: SignatureForm,
	algorithm: HashAlgorithm,
	key: Bytes,
	start: number,
	end: number,
	digest: Bytes,
	out: Bytes,
): number {
	return native("xs_sign").call(this, form, algorithm, key, start, end, digest, out);
}
