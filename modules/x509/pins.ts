/*
	Pinned keys: the SHA-256 of a SubjectPublicKeyInfo that the application knows beforehand.
*/

import { TLSError } from "../errors";
import { sameBytes } from "../wire/der";
import type { Certificate } from "./certificate";
import { Entry, hasFact } from "./entry";
import type { CertificatePolicy } from "./policy";
import { DIGEST, sha256 } from "./rootstore";

/** True if the SubjectPublicKeyInfo `bytes[start..end)` is one of the pins. `digest` is a buffer for its SHA-256. */
export function isPin(
	pins: readonly Uint8Array[],
	bytes: Uint8Array,
	start: number,
	end: number,
	digest: Uint8Array,
): boolean {
	sha256(bytes, start, end, digest);
	for (let i = 0; i < pins.length; i++) {
		const pin = pins[i]!;
		if (sameBytes(digest, 0, DIGEST, pin, 0, pin.length)) return true;
	}
	return false;
}

/**
 * Throws unless one of the pins, if there are any, is in the path or is the key of number `root`. `digest` is a buffer
 * for a SHA-256.
 */
export function checkPins(
	{ pins, roots }: CertificatePolicy,
	path: readonly number[],
	root: number,
	digest: Uint8Array,
): void {
	if (!pins?.length || !roots || hasFact(path, path.length, Entry.pinned)) return;
	const place = roots.placeOf(root);
	if (!isPin(pins, roots.bytes, roots.keyStart(place), roots.keyEnd(place), digest))
		throw new TLSError(
			"pin_mismatch",
			`none of the ${pins.length} pinned keys is among the server's certificates; "npm run pin -- HOST:PORT" prints the pins of those that it sends`,
		);
}

/**
 * Returns the error for a server that no pinned key vouches for, if there are no roots. `digest` is a buffer for a
 * SHA-256.
 */
export function unpinned(
	pins: readonly Uint8Array[],
	{ bytes, spkiStart, spkiEnd }: Certificate,
	digest: Uint8Array,
): TLSError {
	sha256(bytes, spkiStart, spkiEnd, digest);
	let pin = "";
	for (let i = 0; i < DIGEST; i++) pin += (256 + digest[i]!).toString(16).slice(1);
	return new TLSError(
		"pin_mismatch",
		`server's certificate leads to none of the ${pins.length} pinned keys: its own pin is ${pin}. If the server has a new key, pin that, after its owner has confirmed it; "npm run pin -- HOST:PORT" prints the pins of its issuers, too`,
	);
}
