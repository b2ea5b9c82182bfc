/*
	Pinned keys: the SHA-256 of a SubjectPublicKeyInfo that the application knows beforehand.
*/

import { TLSError } from "../errors";
import { sameBytes } from "../wire/der";
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

/** Throws unless one of the pins, if there are any, is in the path or is the key of number `root`. `digest` is a buffer for a SHA-256. */
export function checkPins(
	{ pins, roots }: CertificatePolicy,
	path: readonly number[],
	root: number,
	digest: Uint8Array,
): void {
	if (!pins?.length || !roots || hasFact(path, path.length, Entry.pinned)) return;
	const place = roots.place(root);
	if (!isPin(pins, roots.bytes, roots.keyStart(place), roots.keyEnd(place), digest))
		throw new TLSError("pin_mismatch", `none of the ${pins.length} pinned keys is among the server's certificates`);
}
