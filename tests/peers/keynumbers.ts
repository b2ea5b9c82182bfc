/*
	The numbers of a key, from its DER. Node exports them as a JWK, too, but Node 20 hangs in that if it meanwhile
	collects what generateKeyPairSync has left.
*/

import { createPublicKey, type KeyObject } from "node:crypto";

/** The point of a key on P-256, not compressed: the end of its SubjectPublicKeyInfo. */
export function pointOf(key: KeyObject): Buffer {
	const publicKey = key.type === "public" ? key : createPublicKey(key);
	return publicKey.export({ format: "der", type: "spki" }).subarray(-65);
}

/** The secret number of a key on P-256 or of Ed25519. */
export function scalarOf(privateKey: KeyObject): Buffer {
	// after the version in ECPrivateKey (RFC 5915 section 3); at the end of Ed25519's PKCS #8 (RFC 8410 section 7)
	return privateKey.asymmetricKeyType === "ec"
		? privateKey.export({ format: "der", type: "sec1" }).subarray(7, 39)
		: privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32);
}

/** Modulus and private exponent of an RSA key, of RSAPrivateKey's INTEGERs (RFC 8017 appendix A.1.2). */
export function rsaNumbersOf(privateKey: KeyObject): { modulus: Buffer; exponent: Buffer } {
	const der = privateKey.export({ format: "der", type: "pkcs1" });
	const numbers: Buffer[] = [];
	const lengthAt = (at: number): [number, number] => {
		const first = der[at]!;
		return first < 0x80 ? [at + 1, first] : [at + 1 + (first & 0x7f), der.readUIntBE(at + 1, first & 0x7f)];
	};
	for (let [at] = lengthAt(1); numbers.length < 4; ) {
		const [start, length] = lengthAt(at + 1);
		at = start + length;
		numbers.push(der.subarray(der[start] === 0 ? start + 1 : start, at));
	}
	const [, modulus, , exponent] = numbers;
	return { modulus: modulus!, exponent: exponent! };
}
