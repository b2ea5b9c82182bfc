/// <reference path="./native.d.ts" />
/*
	Signing a digest with a private key (psa/sign.c).
*/

import type { Bytes } from "./native";
import type { HashAlgorithm } from "./hash";
import type { KeyKind, Padding } from "./signature";

/**
 * Signs `digest` with `key[start..end)`, the DER of RSAPrivateKey (RFC 8017 A.1.2) or an elliptic curve's private number as wide as the
 * field. Writes the signature to `out` (for ECDSA r and s, as wide as the field) and returns its bytes. Throws where the key is no valid one.
 */
export function signDigest(
	this: void,
	kind: KeyKind,
	padding: Padding,
	algorithm: HashAlgorithm,
	key: Bytes,
	start: number,
	end: number,
	digest: Bytes,
	out: Bytes,
): number {
	return native("xs_sign").call(this, kind, padding, algorithm, key, start, end, digest, out);
}
