/*
	Pinned keys: the SHA-256 of a SubjectPublicKeyInfo that the application knows beforehand.
*/

import { TLSError } from "../errors";
import { sameBytes } from "../wire/der";
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

export function refusePins(pins: readonly Uint8Array[]): never {
	throw new TLSError("pin_mismatch", `none of the ${pins.length} pinned keys is among the server's certificates`);
}
