/// <reference path="../../../hardware/native.d.ts" />
/*
	RSA verification of hardware/psa/rsa.c beside PSA Crypto's: inputs that natives.c makes, and the signatures of the
	resource "rsa.json", which rsa.test.ts makes. `config.inputs` is how many inputs.
*/

import config from "mc/config";
import Resource from "Resource";
import { bytes, equal, note, ok, test } from "test/harness";
import type { HashAlgorithm } from "tls/hardware/hash";
import type { Bytes } from "tls/hardware/native";
import type { Padding } from "tls/hardware/signature";

interface Sample {
	readonly name: string;
	readonly padding: Padding;
	readonly hash: HashAlgorithm;
	readonly digest: string;
	readonly key: string;
	readonly signature: string;
	/** What rsa.c says; PSA agrees but where `psa` is there. */
	readonly outcome: Outcome;
	readonly psa?: Outcome;
}

type Outcome = "right" | "wrong" | "no key" | "unsupported";

const SUCCESS = 0;
const INVALID_ARGUMENT = -135;
const NOT_SUPPORTED = -134;
/** What Mbed TLS makes of a negative modulus. */
const BUFFER_TOO_SMALL = -138;
const INVALID_SIGNATURE = -149;
const INVALID_PADDING = -150;

function powers(this: void, seed: number, count: number, shortest: number, longest: number): number {
	return native("test_rsa_powers").call(this, seed, count, shortest, longest);
}

function verify(
	this: void,
	padding: Padding,
	hash: HashAlgorithm,
	digest: Bytes,
	key: Bytes,
	signature: Bytes,
	byPSA: boolean,
): number {
	return native("test_rsa_verify").call(this, padding, hash, digest, key, signature, byPSA);
}

/**
 * By PSA's status. A signature that is not below the modulus is an invalid argument for Mbed TLS, and so is a
 * malformed key.
 */
function outcomeOf(status: number): Outcome | number {
	switch (status) {
		case SUCCESS:
			return "right";
		case INVALID_SIGNATURE:
		case INVALID_PADDING:
			return "wrong";
		case INVALID_ARGUMENT:
		case BUFFER_TOO_SMALL:
			return "no key";
		case NOT_SUPPORTED:
			return "unsupported";
		default:
			return status;
	}
}

const inputs = Number((config as { inputs: string }).inputs);

for (const [name, part, shortest, longest] of [
	["1 to 8 bytes", 0.48, 1, 8],
	["9 to 64 bytes", 0.5, 9, 64],
	["256 to 512 bytes", 0.02, 256, 512],
] as const) {
	test(`powers with moduli of ${name}`, () => {
		const count = inputs * part;
		const accepted = powers(1, count, shortest, longest);
		note(`${count} inputs, ${accepted} of them below the modulus`);
		ok(accepted > count * 0.6 && accepted < count * 0.95, String(accepted));
	});
}

const samples = JSON.parse(String.fromArrayBuffer(new Resource("rsa.json").slice(0))) as Sample[];

test(`${samples.length} signatures`, () => {
	const counts: Record<string, number> = {};
	for (const { name, padding, hash, digest, key, signature, outcome, psa = outcome } of samples) {
		const parts = [bytes(digest), bytes(key), bytes(signature)] as const;
		const [ours, theirs] = [false, true].map(byPSA => outcomeOf(verify(padding, hash, ...parts, byPSA)));
		equal(ours, outcome, `${name}, rsa.c`);
		// Mbed TLS has one error for a number that is too large and for a malformed key
		equal(theirs === "no key" && psa === "wrong" ? psa : theirs, psa, `${name}, PSA`);
		counts[outcome] = (counts[outcome] ?? 0) + 1;
	}
	note(JSON.stringify(counts));
});
