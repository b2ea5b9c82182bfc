/*
	Verifies signatures: over the handshake (RFC 8446 section 4.4.3, RFC 5246 section 4.7) and in certificates (RFC 5280
	section 4.1.1.2). All of the arithmetic is in tls/hardware/signature.
*/

import { TLSError } from "../errors";
import { HashAlgorithm } from "tls/hardware/hash";
import { KeyKind, Padding, SignatureForm, verifyMessage } from "tls/hardware/signature";
import { ed25519 } from "tls/optional/ed25519/ed25519";

export { HashAlgorithm, KeyKind, Padding };

/**
 * A public key: `bytes[start..end)` is an uncompressed point, the 32 bytes of Ed25519, or the DER of RSAPublicKey (RFC
 * 8017 A.1.1).
 */
export interface PublicKey {
	readonly kind: KeyKind;
	readonly bytes: Uint8Array;
	readonly start: number;
	readonly end: number;
	/** Size of the modulus or of the field, in bits. */
	readonly bits: number;
}

/** True for RSA, also if it is for RSASSA-PSS alone. */
export function isRSA(kind: KeyKind): boolean {
	return kind === KeyKind.rsa || kind >= KeyKind.pss;
}

/** The kind of a key for RSASSA-PSS with this hash alone. */
export function pssKind(algorithm: HashAlgorithm): KeyKind {
	return KeyKind.pssSHA256 + algorithm - HashAlgorithm.sha256;
}

/** True if a key for RSASSA-PSS alone allows this hash. */
function allowsHash(kind: KeyKind, algorithm: HashAlgorithm): boolean {
	return kind === KeyKind.pss || kind === pssKind(algorithm);
}

/** Returns the bytes of a coordinate on the key's curve. */
export function coordinateLength(kind: KeyKind): number {
	return kind === KeyKind.p521 ? 66 : kind === KeyKind.p384 ? 48 : 32;
}

/** Returns the form of a signature by a key: ECDSA's in DER. */
function formOf(kind: KeyKind, padding: Padding): SignatureForm {
	if (isRSA(kind)) return padding === Padding.pss ? SignatureForm.pss : SignatureForm.pkcs1;
	if (kind === KeyKind.p521) return SignatureForm.p521DER;
	return kind === KeyKind.p256 ? SignatureForm.p256DER : SignatureForm.p384DER;
}

/**
 * True if `signature[signatureStart..signatureEnd)` is `key`'s over the hash of `data[start..end)`. A malformed
 * signature is false like a wrong one, and so is any by an invalid key.
 */
export function verifySignature(
	key: PublicKey,
	padding: Padding,
	algorithm: HashAlgorithm,
	data: Uint8Array,
	start: number,
	end: number,
	signature: Uint8Array,
	signatureStart: number,
	signatureEnd: number,
): boolean {
	if (key.kind === KeyKind.ed25519)
		return (
			padding === Padding.ed25519 &&
			ed25519!.verify(key.bytes, key.start, key.end, data, start, end, signature, signatureStart, signatureEnd)
		);
	if (padding === Padding.ed25519) return false;
	if (isRSA(key.kind) === (padding === Padding.ecdsa)) return false;
	if (key.kind >= KeyKind.pss && (padding !== Padding.pss || !allowsHash(key.kind, algorithm))) return false;
	try {
		return verifyMessage(
			formOf(key.kind, padding),
			algorithm,
			key.bytes,
			key.start,
			key.end,
			data,
			start,
			end,
			signature,
			signatureStart,
			signatureEnd,
		);
	} catch (error) {
		throw unsupportedKey(error, key);
	}
}

/**
 * PSA_ERROR_NOT_SUPPORTED is a verdict on the key: a chip may do shorter ones only. Any other status is the chip's own
 * fault.
 */
function unsupportedKey(error: unknown, { kind, bits }: PublicKey): unknown {
	if (!String(error).includes("(PSA status -134)")) return error;
	return new TLSError(
		"unsupported_certificate",
		`${isRSA(kind) ? `signatures by an RSA key of ${bits} bits` : `ECDSA on P-${bits}`} can't be checked in this build or on this chip`,
	);
}
