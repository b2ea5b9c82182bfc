/*
	The format of a root store: names and keys that are trusted, sorted by name, in one piece. rootstore.ts reads it in
	place. trust.ts makes one of an application's certificates, and host-sim/programs/roots.ts of any; so nothing is
	imported here.

	    "xtr3" · length of all (4) · seconds since 1970 when it was made (4) · count (2)
	    count x { first 16 bytes of the digest of the subject's name · offset of the rest (4) }, sorted
	    count x { flags (1) · pathLen or 255 (1) · notBefore (4) · notAfter (4) · distrusted (4) · length (2), SubjectPublicKeyInfo · length (2), NameConstraints }
	    first 8 bytes of SHA-256 of all before

	A signed store goes on: "xts1" · version (4) · length (2), Ecdsa-Sig-Value. The maker's P-256 key has signed "xts1"
	· version · SHA-256 (32), whose first 8 bytes are above.

	The digest of a name is the same for all ways to write it that RFC 5280 section 7.1 takes for the same.
	hardware/psa/names.c makes it on the device, host-sim/programs/names.ts in the tool. ("xtr1" had the SHA-256 of the
	name as it was written.)

	A certificate that may not issue others has the SHA-256 of all of it instead of its SubjectPublicKeyInfo: it alone
	is trusted.

	All numbers are big-endian.
*/

export const enum Store {
	magic = 0x78747233,
	// offsets in the store
	length = 4,
	made = 8,
	count = 12,
	entries = 14,
	// sizes
	nameSize = 16,
	entrySize = 20,
	checkSize = 8,
	// offsets in the rest
	flags = 0,
	pathLength = 1,
	notBefore = 2,
	notAfter = 6,
	distrusted = 10,
	key = 14,
	/** Time of a root that is not distrusted. */
	never = 0xffffffff,
	/** Behind the store, if it is signed: offsets from its end. */
	signedMagic = 0x78747331,
	signedVersion = 4,
	signatureLength = 8,
	signature = 10,
	/** Path length of a root that sets no limit. */
	noPathLength = 255,
	/** Flag: it may issue certificates. Without it, only the very certificate is trusted. */
	issues = 1,
}

/** One root, for `writeStore`. */
export interface StoredRoot {
	/** Digest of the subject's name in the form in which names are compared. */
	readonly name: Uint8Array;
	readonly issues: boolean;
	/** Store.noPathLength if it sets no limit. */
	readonly pathLength: number;
	/** Seconds since 1970. */
	readonly notBefore: number;
	readonly notAfter: number;
	/** From when it no longer counts for TLS, in seconds since 1970, if that is known. */
	readonly distrusted?: number | undefined;
	/** SubjectPublicKeyInfo; SHA-256 of the certificate if it does not issue others. */
	readonly key: Uint8Array;
	/** Content of NameConstraints; empty if there are none. */
	readonly constraints: Uint8Array;
}

/** Times before 1970 and after 2106 become those. DataView drops fractions. */
function seconds32(seconds: number): number {
	return seconds < 0 ? 0 : seconds > 0xffffffff ? 0xffffffff : seconds;
}

function compareNames(a: StoredRoot, b: StoredRoot): number {
	for (let i = 0; i < Store.nameSize; i++) if (a.name[i] !== b.name[i]) return a.name[i]! - b.name[i]!;
	return 0;
}

function sizeOf({ key, constraints }: StoredRoot): number {
	return Store.key + 2 + key.length + 2 + constraints.length;
}

/**
 * A store but for its last Store.checkSize bytes, which are left to the caller, as is how bytes `from[start..end)` get
 * to `to` at `at`.
 */
export function writeStore(
	roots: readonly StoredRoot[],
	made: number,
	copy: (from: Uint8Array, start: number, end: number, to: Uint8Array, at: number) => void,
): Uint8Array {
	const sorted = roots.length > 1 ? [...roots].sort(compareNames) : roots;
	let at = Store.entries + sorted.length * Store.entrySize;
	let length = at + Store.checkSize;
	for (let i = 0; i < sorted.length; i++) length += sizeOf(sorted[i]!);
	const bytes = new Uint8Array(length);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, Store.magic);
	view.setUint32(Store.length, length);
	view.setUint32(Store.made, seconds32(made));
	view.setUint16(Store.count, sorted.length);
	let entry: number = Store.entries;
	for (let i = 0; i < sorted.length; i++) {
		const root = sorted[i]!;
		const key = root.key,
			constraints = root.constraints;
		copy(root.name, 0, Store.nameSize, bytes, entry);
		view.setUint32(entry + Store.nameSize, at);
		entry += Store.entrySize;
		bytes[at + Store.flags] = root.issues ? Store.issues : 0;
		bytes[at + Store.pathLength] = root.pathLength;
		view.setUint32(at + Store.notBefore, seconds32(root.notBefore));
		view.setUint32(at + Store.notAfter, seconds32(root.notAfter));
		view.setUint32(at + Store.distrusted, root.distrusted === undefined ? Store.never : seconds32(root.distrusted));
		at += Store.key;
		view.setUint16(at, key.length);
		copy(key, 0, key.length, bytes, at + 2);
		at += 2 + key.length;
		view.setUint16(at, constraints.length);
		copy(constraints, 0, constraints.length, bytes, at + 2);
		at += 2 + constraints.length;
	}
	return bytes;
}
