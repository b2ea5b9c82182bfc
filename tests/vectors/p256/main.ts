/// <reference path="../../../hardware/native.d.ts" />
/*
	ECDSA on P-256 by hardware/psa/p256.c beside PSA Crypto's, over the signatures of the resource "p256.json", which
	p256.test.ts makes. Also who verifies: p256.c without memory, or the chip's unit if there is one.
*/

import Resource from "Resource";
import { bytes, equal, note, ok, test } from "test/harness";
import { accelerators, failNative, setChip } from "simulator";
import { ChipFeature } from "tls/hardware/chip";
import { HashAlgorithm } from "tls/hardware/hash";
import type { Bytes } from "tls/hardware/native";
import { SignatureForm, verifyMessage } from "tls/hardware/signature";

interface Sample {
	readonly name: string;
	readonly digest: string;
	readonly key: string;
	readonly signature: string;
	readonly isRight: boolean;
}

interface File {
	readonly samples: readonly Sample[];
	/** A key's signature over the SHA-256 of three bytes. */
	readonly message: { readonly key: string; readonly data: string; readonly signature: string };
}

const SUCCESS = 0;
const INVALID_ARGUMENT = -135;
const INVALID_SIGNATURE = -149;

function verify(this: void, digest: Bytes, key: Bytes, signature: Bytes, byPSA: boolean): number {
	return native("test_p256_verify").call(this, digest, key, signature, byPSA);
}

const { samples, message } = JSON.parse(String.fromArrayBuffer(new Resource("p256.json").slice(0))) as File;

test(`${samples.length} signatures`, () => {
	let right = 0;
	for (const { name, digest, key, signature, isRight } of samples) {
		const parts = [bytes(digest), bytes(key), bytes(signature)] as const;
		equal(verify(...parts, false), isRight ? SUCCESS : INVALID_SIGNATURE, `${name}, p256.c`);
		const theirs = verify(...parts, true);
		// PSA has different errors for a key off the curve and a wrong signature
		equal(
			theirs === INVALID_ARGUMENT ? INVALID_SIGNATURE : theirs,
			isRight ? SUCCESS : INVALID_SIGNATURE,
			`${name}, PSA`,
		);
		right += isRight ? 1 : 0;
	}
	note(`${right} right, ${samples.length - right} wrong`);
});

test("verifying takes no memory, and goes to the unit where the chip has one", () => {
	const [key, data, signature] = [bytes(message.key), bytes(message.data), bytes(message.signature)];
	const check = (): boolean =>
		verifyMessage(SignatureForm.p256, HashAlgorithm.sha256, key, 0, 65, data, 0, data.length, signature, 0, 64);
	const imports = (): number => accelerators().find(one => one.name === "key import")?.calls ?? 0;
	ok(check());
	const before = imports();
	failNative(1);
	ok(check());
	equal(failNative(0), false, "an allocation");
	equal(imports(), before);
	setChip(ChipFeature.p256 | ChipFeature.chacha20_poly1305);
	ok(check());
	equal(imports(), before + 1);
	signature[0]! ^= 1;
	ok(!check());
	setChip(ChipFeature.chacha20_poly1305);
	ok(!check());
	for (const [keyLength, signatureLength] of [
		[64, 64],
		[65, 63],
		[65, 0],
	] as const) {
		equal(
			verifyMessage(
				SignatureForm.p256,
				HashAlgorithm.sha256,
				key,
				0,
				keyLength,
				data,
				0,
				3,
				signature,
				0,
				signatureLength,
			),
			false,
		);
	}
});
