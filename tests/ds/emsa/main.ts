/// <reference path="../../../hardware/native.d.ts" />
/*
	The encodings of hardware/psa/emsa.c (RFC 8017 section 9) against the resource "emsa.json", which emsa.test.ts
	makes, and what dsSigner refuses before there is a connection.
*/

import Resource from "Resource";
import { bytes, equal, ok, test, throws } from "test/harness";
import { dsSigner } from "tls/ds";
import { equal as isSame } from "tls/hardware/compare";
import { hash as digestOf, HashAlgorithm } from "tls/hardware/hash";
import { random } from "tls/hardware/random";
import { Padding, SignatureForm, verifyMessage } from "tls/hardware/signature";
import type { Bytes } from "tls/hardware/native";

interface Sample {
	readonly name: string;
	readonly isPSS: boolean;
	readonly hash: HashAlgorithm;
	readonly digest: string;
	readonly salt: string;
	readonly encoded: string;
}

/** By Padding. */
const schemes = [undefined, SignatureForm.pkcs1, SignatureForm.pss];

const INVALID_ARGUMENT = -135;

function encode(this: void, isPSS: boolean, hash: HashAlgorithm, digest: Bytes, salt: Bytes, out: Bytes): number {
	return native("test_emsa").call(this, isPSS, hash, digest, salt, out);
}

const samples = JSON.parse(String.fromArrayBuffer(new Resource("emsa.json").slice(0))) as Sample[];

test(`${samples.length} known answers`, () => {
	for (const { name, isPSS, hash, digest, salt, encoded } of samples) {
		const expected = bytes(encoded);
		const out = new Uint8Array(expected.length).fill(0x55);
		equal(encode(isPSS, hash, bytes(digest), bytes(salt), out), 0, name);
		ok(isSame(out, 0, expected, 0, expected.length), name);
		if (isPSS) {
			const other = bytes(salt);
			other[0]! ^= 1;
			equal(encode(isPSS, hash, bytes(digest), other, out), 0);
			ok(!isSame(out, 0, expected, 0, expected.length), `${name}: the salt is of no account`);
		}
	}
});

test("a modulus that is too short for the digest", () => {
	const content = new Uint8Array(64);
	for (const [isPSS, hash, least] of [
		[false, HashAlgorithm.sha256, 62],
		[false, HashAlgorithm.sha384, 78],
		[false, HashAlgorithm.sha512, 94],
		[true, HashAlgorithm.sha256, 66],
		[true, HashAlgorithm.sha384, 98],
		[true, HashAlgorithm.sha512, 130],
	] as const) {
		equal(encode(isPSS, hash, content, content, new Uint8Array(least)), 0);
		for (const length of [least - 1, 1, 0])
			equal(encode(isPSS, hash, content, content, new Uint8Array(length)), INVALID_ARGUMENT);
	}
});

test("SHA-1, which TLS does not sign with", () => {
	const content = new Uint8Array(20);
	for (const isPSS of [false, true])
		equal(encode(isPSS, HashAlgorithm.sha1, content, content, new Uint8Array(256)), INVALID_ARGUMENT);
});

test("a key that lies in flash signs with each scheme, and with another salt each time", () => {
	const sign = dsSigner(new Resource("key.bin"), 0);
	const key = new Uint8Array(new Resource("public.bin").slice(0));
	const message = new Uint8Array(24);
	for (const [scheme, padding, hash, length] of [
		[0x0401, Padding.pkcs1, HashAlgorithm.sha256, 32],
		[0x0501, Padding.pkcs1, HashAlgorithm.sha384, 48],
		[0x0601, Padding.pkcs1, HashAlgorithm.sha512, 64],
		[0x0804, Padding.pss, HashAlgorithm.sha256, 32],
		[0x0805, Padding.pss, HashAlgorithm.sha384, 48],
		[0x0806, Padding.pss, HashAlgorithm.sha512, 64],
	] as const) {
		const digest = new Uint8Array(length);
		random(message, 0, message.length);
		digestOf(hash, message, 0, message.length, digest, 0);
		const [first, second] = [sign(scheme, digest), sign(scheme, digest)];
		for (const signature of [first, second]) {
			equal(signature.length, 256);
			ok(
				verifyMessage(schemes[padding]!, hash, key, 0, key.length, message, 0, message.length, signature, 0, 256),
				String(scheme),
			);
		}
		equal(isSame(first, 0, second, 0, 256), padding === Padding.pkcs1);
		message[0]! ^= 1;
		ok(!verifyMessage(schemes[padding]!, hash, key, 0, key.length, message, 0, message.length, first, 0, 256));
	}
});

test("what can't be a key's parameters, or its block, is refused at once", () => {
	const right = new Uint8Array(1220);
	for (const length of [0, 1219, 1221, 1604])
		ok(/1220/.test(throws(() => dsSigner(new Uint8Array(length), 0), RangeError).message));
	for (const block of [-1, 6, 1.5, NaN]) ok(/key block/.test(throws(() => dsSigner(right, block), RangeError).message));
	ok(dsSigner(right, 5) instanceof Function);
	ok(dsSigner(right.buffer as ArrayBuffer, 0) instanceof Function);
	ok(/those of this chip/.test(throws(() => dsSigner(new Resource("emsa.json"), 0), RangeError).message));
});
