/// <reference path="./native.d.ts" />
/*
	Public-key signatures (psa/signature.c). RSA is verified by rsa.c, in 1 KB for 2048 bits. P-256 is p256.c's on chips
	without a unit for it; other curves are PSA Crypto's.
*/

import type { Bytes } from "./native";
import type { HashAlgorithm } from "./hash";

export const enum KeyKind {
	rsa = 1,
	p256 = 2,
	p384 = 3,
	/** Only if chipFeatures() has ChipFeature.p521. */
	p521 = 4,
	/** Verified by hardware/ed25519, if the build has it. */
	ed25519 = 5,
	/** RSA for RSASSA-PSS alone (RFC 4055 section 1.2). */
	pss = 6,
	/** The same, for one hash alone. */
	pssSHA256 = 7,
	pssSHA384 = 8,
	pssSHA512 = 9,
}

export const enum Padding {
	/** RSASSA-PKCS1-v1_5, RFC 8017 section 8.2 */
	pkcs1 = 1,
	/** RSASSA-PSS with MGF1 of the same hash and a salt as long as the digest, RFC 8017 section 8.1 */
	pss = 2,
	/** ECDSA: the signature is r and s, each as wide as the curve's field */
	ecdsa = 3,
	/** Ed25519, which signs a message itself: no hash goes with it */
	ed25519 = 4,
}

/** How a signature is made, and with which kind of key. */
export const enum SignatureForm {
	/** RSA: Padding.pkcs1 */
	pkcs1 = 1,
	/** RSA: Padding.pss */
	pss = 2,
	/** ECDSA on P-256 */
	p256 = 3,
	/** ECDSA on P-384 */
	p384 = 4,
	/** ECDSA on P-521 */
	p521 = 5,
	/** The same curves, with the signature as an Ecdsa-Sig-Value in DER (RFC 3279 section 2.2.3) */
	p256DER = 6,
	p384DER = 7,
	p521DER = 8,
}

/**
 * Returns true if the signature is the key's over the hash of `data[dataStart..dataEnd)`. `key[keyStart..keyEnd)` is an
 * uncompressed point or the DER of RSAPublicKey. An invalid key has signed nothing, and a malformed signature is wrong.
 * Throws if the chip fails. For a key that it can't use, the error has PSA's status NOT_SUPPORTED. Such a key is RSA
 * that does not have 2048 to 4096 bits in steps of 8.
 */
export function verifyMessage(
	this: void,
	form: SignatureForm,
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
		form,
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
