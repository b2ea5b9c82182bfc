/// <reference path="../native.d.ts" />
/*
	Ciphers that start with another sequence number than 0: for the self-test and tests. Apps have no way to set
	it.
*/

import { AEAD, type AEADAlgorithm, type RecordVersion } from "tls/hardware/aead";
import type { Secret } from "tls/hardware/secret";

class LaterAEAD extends Native("xs_aead_destructor") {
	constructor(
		algorithm: AEADAlgorithm,
		version: RecordVersion,
		material: Secret,
		keyStart: number,
		keyEnd: number,
		ivStart: number,
		recordLimit: number,
		sequence: number,
	) {
		super();
		native("xs_aead").call(this, algorithm, version, material, keyStart, keyEnd, ivStart, recordLimit, sequence);
	}
}

/** What `laterAEAD` makes a cipher of. */
interface CipherParts {
	readonly algorithm: AEADAlgorithm;
	readonly version: RecordVersion;
	/** The key, then the IV. */
	readonly material: Secret;
	readonly keyLength: number;
	readonly recordLimit: number;
}

/** Returns an AEAD whose first record has the number `sequence`. */
export function laterAEAD(
	{ algorithm, version, material, keyLength, recordLimit }: CipherParts,
	sequence: number,
): AEAD {
	const made: object = new LaterAEAD(algorithm, version, material, 0, keyLength, keyLength, recordLimit, sequence);
	return Object.setPrototypeOf(made, AEAD.prototype) as AEAD;
}
