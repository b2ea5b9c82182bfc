/*
	Verifies signatures: over the handshake (RFC 8446 section 4.4.3, RFC 5246 section 4.7) and in certificates (RFC 5280
	section 4.1.1.2). The arithmetic is the chip's (tls/hardware/signature); the formats that it does not know are read here.
*/

import { TLSError } from "../errors";
import { copy } from "tls/hardware/copy";
import { HashAlgorithm } from "tls/hardware/hash";
import { DER, Part, Tag } from "../wire/der";
import { KeyKind, Padding, SignatureScheme, verifyMessage } from "tls/hardware/signature";

export { HashAlgorithm, KeyKind, Padding };

/** A public key: `bytes[start..end)` is an uncompressed point, or the DER of RSAPublicKey (RFC 8017 A.1.1). */
export interface PublicKey {
	readonly kind: KeyKind;
	readonly bytes: Uint8Array;
	readonly start: number;
	readonly end: number;
	/** Size of the modulus or of the field, in bits. */
	readonly bits: number;
}

/** Returns the bytes of a coordinate on the key's curve. */
export function coordinateLength(kind: KeyKind): number {
	return kind === KeyKind.p521 ? 66 : kind === KeyKind.p384 ? 48 : 32;
}

// XS: a literal outside of functions, which a device does not copy at each use
const SIGNATURE = "a signature";

/** Takes an INTEGER to `pair`, in the `length` bytes before `limit`. */
function readNumber(der: DER, pair: Uint8Array, limit: number, length: number): void {
	der.takeUnsigned();
	const size = der.end - der.start;
	if (size > length) der.fail("has a number that is too long");
	copy(der.bytes, der.start, der.end, pair, limit - size);
}

function schemeOf(kind: KeyKind, padding: Padding): SignatureScheme {
	if (kind === KeyKind.rsa) return padding === Padding.pss ? SignatureScheme.pss : SignatureScheme.pkcs1;
	if (kind === KeyKind.p521) return SignatureScheme.p521;
	return kind === KeyKind.p256 ? SignatureScheme.p256 : SignatureScheme.p384;
}

/**
 * Reads the Ecdsa-Sig-Value `from[start..end)` (RFC 3279 section 2.2.3), strictly DER. Returns r and s at the fixed width that PSA
 * takes, or undefined if it is malformed.
 */
function fixedWidth(from: Uint8Array, start: number, end: number, length: number): Uint8Array | undefined {
	const pair = new Uint8Array(2 * length);
	try {
		const der = new DER(from, start, end, SIGNATURE);
		der.takeOnly(Tag.sequence, Part.signature);
		readNumber(der, pair, length, length);
		readNumber(der, pair, 2 * length, length);
		der.expectEnd();
	} catch (error) {
		if (error instanceof TLSError) return;
		throw error;
	}
	return pair;
}

/**
 * True if `signature[signatureStart..signatureEnd)` is `key`'s over the hash of `data[start..end)`. A malformed signature is
 * false like a wrong one, and so is any by an invalid key.
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
			schemeOf(key.kind, padding),
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
