/// <reference path="./native.d.ts" />
/*
	Public-key signatures (psa/signature.c).
*/

import type { Bytes } from "./native";
import type { HashAlgorithm } from "./hash";

export const enum KeyKind {
	rsa = 1,
	p256 = 2,
	p384 = 3,
}

export const enum Padding {
	/** RSASSA-PKCS1-v1_5, RFC 8017 section 8.2 */
	pkcs1 = 1,
	/** RSASSA-PSS with MGF1 of the same hash and a salt as long as the digest, RFC 8017 section 8.1 */
	pss = 2,
	/** ECDSA: the signature is r and s, each as wide as the curve's field */
	ecdsa = 3,
}

/**
 * True where the signature is the key's over the hash of `data[dataStart..dataEnd)`. `key[keyStart..keyEnd)` is an uncompressed point or the
 * DER of RSAPublicKey; with a key that is no valid key of its kind nothing is signed. Throws where the chip fails.
 */
export function verifyMessage(
	this: void,
	kind: KeyKind,
	padding: Padding,
	algorithm: HashAlgorithm,
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
	return native("xs_signature_verify").call(
		this,
		kind,
		padding,
		algorithm,
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
