/*
	hardware/secret.ts and aead.ts: the longest secret, label, context, seed and record, and the first that is too long.
*/

import { equal, ok, test, throws } from "test/harness";
import { AEAD, AEADAlgorithm, RecordVersion } from "tls/hardware/aead";
import { HashAlgorithm } from "tls/hardware/hash";
import { logSecret } from "tls/hardware/keylog";
import { hasRoom, largestBuffer } from "tls/hardware/memory";
import { Secret } from "tls/hardware/secret";

const SHA256 = HashAlgorithm.sha256;
const context = new Uint8Array(300).fill(7);

function from(): Secret {
	const secret = new Secret(32);
	secret.import(new Uint8Array(32).fill(5), 0);
	return secret;
}

function bytes(secret: Secret): Uint8Array {
	const result = new Uint8Array(secret.length);
	secret.export(result, 0);
	return result;
}

test("a secret has 0 to 2560 bytes", () => {
	for (const length of [0, 1, 2560]) equal(new Secret(length).length, length);
	for (const length of [-1, 2561]) throws(() => new Secret(length), RangeError);
});

test("no amount of memory is asked for beyond 0 to 16,777,215", () => {
	for (const amount of [0, 0xffffff]) {
		largestBuffer(amount);
		hasRoom(amount, amount);
	}
	for (const amount of [-1, 0x1000000]) {
		throws(() => largestBuffer(amount), RangeError);
		throws(() => hasRoom(amount, 0), RangeError);
		throws(() => hasRoom(0, amount), RangeError);
	}
});

test("the key log takes secrets of 64 bytes, and no longer ones", () => {
	const random = new Uint8Array(32);
	logSecret("CLIENT_RANDOM", random, new Secret(64));
	throws(() => logSecret("CLIENT_RANDOM", random, new Secret(65)), RangeError);
	throws(() => logSecret("CLIENT_RANDOM", new Uint8Array(31), new Secret(64)), RangeError);
	logSecret("a".repeat(39), random, new Secret(64));
	throws(() => logSecret("a".repeat(40), random, new Secret(64)));
});

test("a cipher has lengths for records of 0 to 65535 bytes, and no more", () => {
	const material = new Secret(28);
	const aead = new AEAD(AEADAlgorithm.gcm, RecordVersion.tls13, material, 0, 16, 16, 1000);
	equal(aead.sealedLength(0), 16);
	equal(aead.sealedLength(0xffff), 0xffff + 16);
	for (const length of [-1, 0x10000]) throws(() => aead.sealedLength(length), RangeError);
	aead.close();
});

test("HKDF-Expand-Label: labels of 12 characters, contexts of 255 bytes, and no more", () => {
	const expand = (label: string, end: number): Uint8Array => {
		const secret = new Secret(32);
		secret.expandLabel(SHA256, from(), label, context, 0, end, 0, 32);
		return bytes(secret);
	};
	ok(expand("a".repeat(12), 0).some(byte => byte !== 0));
	ok(expand("a", 255).some(byte => byte !== 0));
	throws(() => expand("a".repeat(13), 0));
	throws(() => expand("a", 256), RangeError);
});

test("HKDF-Expand-Label writes inside of the secret only", () => {
	const expand = (length: number, at: number, count: number): Uint8Array => {
		const secret = new Secret(length);
		secret.expandLabel(SHA256, from(), "key", undefined, 0, 0, at, at + count);
		return bytes(secret);
	};
	const [whole, part] = [expand(40, 0, 16), expand(40, 24, 16)];
	equal(part.slice(24), whole.slice(0, 16));
	equal(part.slice(0, 24), new Uint8Array(24));
	equal(whole.slice(16), new Uint8Array(24));
	equal(expand(40, 40, 0), new Uint8Array(40));
	for (const [at, count] of [
		[0, 41],
		[25, 16],
		[40, 1],
		[41, 0],
		[-1, 16],
		[0, -1],
	] as const)
		throws(() => expand(40, at, count), RangeError);
	const secret = from();
	throws(() => secret.expandLabel(SHA256, secret, "key", undefined, 0, 0, 0, 16), RangeError);
});

test("the PRF takes its seed from the middle of a buffer", () => {
	const seed = context.map((_, i) => i & 0xff);
	const prf = (buffer: Uint8Array, start: number, end: number): Uint8Array => {
		const secret = new Secret(48);
		secret.prf(SHA256, from(), "label", buffer, start, end);
		return bytes(secret);
	};
	equal(prf(seed, 5, 37), prf(seed.slice(5, 37), 0, 32));
});

test("the PRF: labels of 24 characters, seeds of 64 bytes, and no more", () => {
	const prf = (label: string, end: number): Uint8Array => {
		const secret = new Secret(48);
		secret.prf(SHA256, from(), label, context, 0, end);
		return bytes(secret);
	};
	ok(prf("a".repeat(24), 64).some(byte => byte !== 0));
	throws(() => prf("a".repeat(25), 64));
	throws(() => prf("a", 65), RangeError);
	const secret = from();
	throws(() => secret.prf(SHA256, secret, "a", context, 0, 1), RangeError);
});
