/*
	The smaller bindings: comparison, copying, random bytes, key agreement between two sides.
*/

import { meter } from "simulator";
import { bytes, equal, ok, test, throws } from "test/harness";
import { KeyShare } from "tls/hardware/agree";
import { equal as sameBytes } from "tls/hardware/compare";
import { copy, copyPart, wipe } from "tls/hardware/copy";
import { random } from "tls/hardware/random";
import { Secret } from "tls/hardware/secret";
import { NamedGroup } from "tls/wire/numbers";

test("comparison sees every byte of its ranges, and no other", () => {
	const a = bytes("00112233445566");
	const b = bytes("ff112233445500");
	equal(sameBytes(a, 1, b, 1, 5), true);
	for (let i = 1; i < 6; i++) {
		const changed = b.slice();
		changed[i]! ^= 0x80;
		equal(sameBytes(a, 1, changed, 1, 5), false, `byte ${i}`);
	}
	throws(() => sameBytes(a, 3, b, 0, 5));
	throws(() => sameBytes(a, 0, b, 0, -1));
});

test("copying, also over itself", () => {
	const from = bytes("0001020304050607");
	const to = new Uint8Array(8);
	copy(from, 2, 6, to, 3);
	equal(to, bytes("0000000203040500"));
	copy(from, 0, 6, from, 2);
	equal(from, bytes("0001000102030405"));
	throws(() => copy(from, 0, 8, to, 1));
	throws(() => copy(from, 6, 2, to, 0));
});

test("copying what goes in", () => {
	const from = bytes("0001020304050607");
	const to = new Uint8Array(8);
	equal(copyPart(from, 1, 8, to, 2, 6), 4, "up to the limit");
	equal(to, bytes("0000010203040000"));
	equal(copyPart(from, 5, 7, to, 0, 8), 2, "all there is");
	equal(to, bytes("0506010203040000"));
	equal(copyPart(from, 0, 8, to, 4), 4, "up to the end");
	equal(to, bytes("0506010200010203"));
	equal(copyPart(from, 0, 8, to, 8), 0, "no room");
	equal(copyPart(from, 3, 3, to, 0), 0, "nothing");
	const all = new ArrayBuffer(12);
	equal(copyPart(from, 0, 8, new DataView(all, 4, 4), 0), 4);
	equal(copyPart(from, 4, 8, new Int8Array(all, 8, 2), 0), 2);
	equal(new Uint8Array(all), bytes("000000000001020304050000"));
	equal(copyPart(from, 6, 8, all, 0), 2);
	equal(new Uint8Array(all), bytes("060700000001020304050000"));
	throws(() => copyPart(from, 0, 4, new Uint16Array(all), 0));
	for (const [start, end, at, limit] of [
		[0, 9, 0, 8],
		[-1, 2, 0, 8],
		[3, 2, 0, 8],
		[0, 2, -1, 8],
		[0, 2, 0, 9],
		[0, 2, 5, 4],
		[0, 2, 9, undefined],
	] as const)
		throws(() => copyPart(from, start, end, to, at, limit));
});

test("wiping clears its range alone, at a constant price", () => {
	const to = bytes("ff01020304ff");
	wipe(to, 1, 5);
	equal(to, bytes("ff00000000ff"));
	wipe(to, 2, 2);
	equal(to, bytes("ff00000000ff"));
	const all = new ArrayBuffer(40000);
	new Uint8Array(all).set(new Uint8Array(40000).map(() => 7));
	const start = meter();
	wipe(all, 0, 40000);
	ok(meter() - start < 100, "a step for each byte");
	ok(new Uint8Array(all).every(byte => byte === 0));
	for (const [start, end] of [
		[0, 7],
		[-1, 2],
		[3, 2],
		[7, 7],
	] as const)
		throws(() => wipe(to, start, end));
});

test("random bytes fill their range alone, and differ", () => {
	const a = new Uint8Array(40);
	const b = new Uint8Array(40);
	random(a, 4, 36);
	random(b, 4, 36);
	equal(a.slice(0, 4), new Uint8Array(4));
	equal(a.slice(36), new Uint8Array(4));
	ok(
		a.some((value, i) => value !== b[i]),
		"two draws are the same",
	);
	throws(() => random(a, 0, 41));
});

for (const [name, group, size] of [
	["X25519", NamedGroup.x25519, 32],
	["P-256", NamedGroup.secp256r1, 32],
	["P-384", NamedGroup.secp384r1, 48],
] as const) {
	test(`${name}: two sides agree`, () => {
		const [one, other] = [new KeyShare(group), new KeyShare(group)];
		const results = [
			[one, other],
			[other, one],
		].map(([own, peer]) => {
			const key = new Uint8Array(peer!.publicLength);
			peer!.publicKey(key, 0);
			const shared = new Secret(size);
			ok(own!.agree(key, 0, key.length, shared));
			const content = new Uint8Array(size);
			shared.export(content, 0);
			shared.close();
			return content;
		});
		equal(results[0], results[1]);
		ok(results[0]!.some(value => value !== 0));
		const shared = new Secret(size);
		equal(one.agree(new Uint8Array(one.publicLength), 0, one.publicLength, shared), false, "zeros are not a key");
		equal(one.agree(new Uint8Array(7), 0, 7, shared), false, "a key of the wrong length");
		one.close();
		other.close();
		throws(() => one.publicKey(new Uint8Array(97), 0));
	});
}

test("a group that there is not", () => {
	throws(() => new KeyShare(0x19));
});
