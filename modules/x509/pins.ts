/*
	Keys that the application knows beforehand: the SHA-256 of a SubjectPublicKeyInfo.
*/

import { sameOctets } from "./der";
import { DIGEST, sha256 } from "./trust";

/** True where the SubjectPublicKeyInfo `bytes[start..end)` is one of the pins; `digest` is room for its SHA-256. */
export function isPin(
	pins: readonly Uint8Array[] | undefined,
	bytes: Uint8Array,
	start: number,
	end: number,
	digest: Uint8Array,
): boolean {
	if (!pins?.length) return false;
	sha256(bytes, start, end, digest);
	for (const pin of pins) if (sameOctets(digest, 0, DIGEST, pin, 0, pin.length)) return true;
	return false;
}
