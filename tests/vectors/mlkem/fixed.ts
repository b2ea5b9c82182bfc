/// <reference path="../../../hardware/native.d.ts" />
/*
	Key pairs of ML-KEM-768 with a given seed, for known answers. What apps run has no way to choose one.
*/

import { MLKEM } from "tls/hardware/mlkem/mlkem";

class FixedMLKEM extends Native("xs_mlkem_destructor") {
	constructor(seed: Uint8Array) {
		super();
		native("xs_mlkem").call(this, seed);
	}
}

export function fixedMLKEM(seed: Uint8Array): MLKEM {
	const made: object = new FixedMLKEM(seed);
	return Object.setPrototypeOf(made, MLKEM.prototype) as MLKEM;
}
