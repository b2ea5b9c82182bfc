/*
	Verifying signatures: over the handshake (RFC 8446 section 4.4.3, RFC 5246 section 4.7) and in certificates (RFC 5280
	section 4.1.1.2). The arithmetic is the chip's (tls/hardware/signature); here stand the formats that it does not know.
*/

import { TLSError } from "../errors";
import { copy } from "tls/hardware/copy";
import { HashAlgorithm } from "tls/hardware/hash";
import { verifyMessage, KeyKind, Padding } from "tls/hardware/signature";

export { HashAlgorithm, KeyKind, Padding };

/** A public key where it lies: `bytes[start..end)` is an uncompressed point, or the DER of RSAPublicKey (RFC 8017 A.1.1). */
export interface PublicKey {
	readonly kind: KeyKind;
	readonly bytes: Uint8Array;
	readonly start: number;
	readonly end: number;
	/** Size of the modulus or of the field. */
	readonly bits: number;
}

/** Bytes of a coordinate on the key's curve. */
function coordinateLength(kind: KeyKind): number {
	return kind === KeyKind.p384 ? 48 : 32;
}

/*
	One INTEGER of an Ecdsa-Sig-Value (RFC 5480, appendix A), strictly DER: positive, minimal, at most `length` bytes. It is laid down
	right-aligned. Returns where the next one starts, or -1.
*/
function readInteger(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number, length: number): number {
	if (end - start < 3 || from[start] !== 0x02) return -1;
	let size = from[start + 1]!;
	let first = start + 2;
	const next = first + size;
	if (size === 0 || size > length + 1 || next > end) return -1;
	if (from[first]! >= 0x80) return -1;
	if (from[first] === 0) {
		if (size > 1 && from[first + 1]! < 0x80) return -1;
		first++;
		size--;
	}
	if (size > length) return -1;
	copy(from, first, next, to, at + length - size);
	return next;
}

/** The pair r, s of `from[start..end)` at the fixed width that PSA takes, or undefined if it is not strict DER. */
function fixedWidth(from: Uint8Array, start: number, end: number, length: number): Uint8Array | undefined {
	if (end - start < 8 || from[start] !== 0x30) return;
	let at = start + 2;
	if (from[start + 1]! >= 0x80 || at + from[start + 1]! !== end) return;
	const pair = new Uint8Array(2 * length);
	at = readInteger(from, at, end, pair, 0, length);
	if (at < 0) return;
	return readInteger(from, at, end, pair, length, length) === end ? pair : undefined;
}

/**
 * True where `signature[signatureStart..signatureEnd)` is `key`'s over the hash of `data[start..end)`. A malformed signature is
 * false like a wrong one, and so is any by a key that is no valid key.
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
	const isCurve = key.kind !== KeyKind.rsa;
	if (isCurve !== (padding === Padding.ecdsa)) return false;
	if (isCurve) {
		const pair = fixedWidth(signature, signatureStart, signatureEnd, coordinateLength(key.kind));
		if (!pair) return false;
		signature = pair;
		signatureStart = 0;
		signatureEnd = pair.length;
	}
	try {
		return verifyMessage(
			key.kind,
			padding,
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

/** PSA_ERROR_NOT_SUPPORTED is a verdict on the key: a chip may do shorter ones only. Any other status is the chip's own fault. */
function unsupportedKey(error: unknown, { kind, bits }: PublicKey): unknown {
	if (!String(error).includes("(PSA status -134)")) return error;
	return new TLSError(
		"unsupported_certificate",
		`${kind === KeyKind.rsa ? `signatures by an RSA key of ${bits} bits` : `ECDSA on P-${bits}`} can't be checked in this build or on this chip`,
	);
}
