/*
	Hashes, HMAC and HKDF of the hardware bindings against @noble/hashes, which runs beside them on the same engine.
*/

import { hmac } from "@noble/hashes/hmac";
import { expand, extract } from "@noble/hashes/hkdf";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2";
import { accelerate } from "simulator";
import { ascii, equal, join, Numbers, ok, test, throws } from "test/harness";
import { Hash, hash, HashAlgorithm, hashLength } from "tls/hardware/hash";
import { Secret } from "tls/hardware/secret";

const algorithms = [
	{ name: "SHA-256", algorithm: HashAlgorithm.sha256, reference: sha256 },
	{ name: "SHA-384", algorithm: HashAlgorithm.sha384, reference: sha384 },
	{ name: "SHA-512", algorithm: HashAlgorithm.sha512, reference: sha512 },
] as const;

for (const { name, algorithm, reference } of algorithms) {
	test(`${name} of 0 to 300 bytes, at once and in pieces`, () => {
		const numbers = new Numbers(1);
		for (let length = 0; length <= 300; length += 1 + numbers.below(7)) {
			const data = numbers.bytes(length);
			const expected = reference(data);
			const whole = new Uint8Array(hashLength(algorithm));
			hash(algorithm, data, 0, length, whole, 0);
			equal(whole, expected);
			const running = new Hash(algorithm);
			for (let at = 0; at < length; ) {
				const next = Math.min(length, at + 1 + numbers.below(64));
				running.update(data, at, next);
				at = next;
			}
			const pieces = new Uint8Array(expected.length);
			running.peek(pieces, 0);
			equal(pieces, expected);
			running.close();
		}
	});

	test(`${name} goes on after a look at what it is so far`, () => {
		const running = new Hash(algorithm);
		const first = new Uint8Array(hashLength(algorithm));
		const second = first.slice();
		running.update(ascii("abc"), 0, 3);
		running.peek(first, 0);
		running.update(ascii("def"), 0, 3);
		running.peek(second, 0);
		equal(first, reference(ascii("abc")));
		equal(second, reference(ascii("abcdef")));
		running.close();
		throws(() => running.update(first, 0, 1));
	});
}

test("an accelerator that fails is an error of each call, and the hash goes on", () => {
	const running = new Hash(HashAlgorithm.sha256);
	const out = new Uint8Array(32);
	const data = ascii("abc");
	for (const [name, use] of [
		["update", () => running.update(data, 0, 3)],
		["peek", () => running.peek(out, 0)],
		["peekWith", () => running.peekWith(data, 0, 3, out, 0)],
		["hash", () => hash(HashAlgorithm.sha256, data, 0, 3, out, 0)],
	] as const) {
		accelerate("fail", "SHA-256", 1);
		const { message } = throws(use);
		ok(message.includes(": hash: "), `${name}: ${message}`);
	}
	// the second call of peekWith is its end
	accelerate("fail", "SHA-256", 2);
	throws(() => running.peekWith(data, 0, 3, out, 0));
	running.update(data, 0, 3);
	running.peek(out, 0);
	equal(out, sha256(data));
	running.peekWith(data, 0, 3, out, 0);
	equal(out, sha256(ascii("abcabc")));
	running.close();
});

/** A secret with these bytes. */
function secretOf(bytes: Uint8Array): Secret {
	const secret = new Secret(bytes.length);
	secret.import(bytes, 0);
	return secret;
}

/** A secret's bytes; it is closed. */
function bytesOf(secret: Secret): Uint8Array {
	const bytes = new Uint8Array(secret.length);
	secret.export(bytes, 0);
	secret.close();
	return bytes;
}

for (const { name, algorithm, reference } of algorithms.slice(0, 2)) {
	const size = hashLength(algorithm);

	test(`HMAC-${name}`, () => {
		const numbers = new Numbers(7);
		for (let i = 0; i < 40; i++) {
			const key = numbers.bytes(1 + numbers.below(200));
			const data = numbers.bytes(numbers.below(200));
			const secret = secretOf(key);
			const mac = new Uint8Array(size + 2);
			secret.hmac(algorithm, data, 0, data.length, mac, 2);
			equal(mac.slice(2), hmac(reference, key, data));
			// over what it was made of
			secret.hmac(algorithm, mac, 2, size + 2, mac, 2);
			equal(mac.slice(2), hmac(reference, key, hmac(reference, key, data)));
			secret.close();
		}
	});

	test(`HKDF-Extract with ${name}`, () => {
		const numbers = new Numbers(8);
		for (let i = 0; i < 10; i++) {
			const salt = numbers.bytes(size);
			const input = numbers.bytes(32 + numbers.below(33));
			const result = new Secret(size);
			const [saltSecret, inputSecret] = [secretOf(salt), secretOf(input)];
			result.extract(algorithm, i === 0 ? undefined : saltSecret, inputSecret);
			equal(bytesOf(result), extract(reference, input, i === 0 ? new Uint8Array(size) : salt));
			saltSecret.close();
			inputSecret.close();
		}
	});

	test(`HKDF-Expand-Label with ${name} (RFC 8446 section 7.1)`, () => {
		const numbers = new Numbers(9);
		for (const length of [12, 16, 32, size]) {
			const key = numbers.bytes(size);
			const context = numbers.bytes(size);
			const from = secretOf(key);
			const to = new Secret(length + 4);
			to.expandLabel(algorithm, from, "s ap traffic", context, 0, context.length, 4, 4 + length);
			const info = join(Uint8Array.of(0, length, 18), ascii("tls13 s ap traffic"), Uint8Array.of(size), context);
			equal(bytesOf(to).slice(4), expand(reference, key, info, length));
			from.close();
		}
	});

	test(`Derive-Secret without messages, with ${name}: the context is the hash of nothing`, () => {
		const key = new Numbers(11).bytes(size);
		const from = secretOf(key);
		const to = new Secret(size);
		to.expandLabel(algorithm, from, "derived", undefined, 0, 0, 0, size);
		const info = join(
			Uint8Array.of(0, size, 13),
			ascii("tls13 derived"),
			Uint8Array.of(size),
			reference(new Uint8Array(0)),
		);
		equal(bytesOf(to), expand(reference, key, info, size));
		from.close();
	});
}

test("a closed secret is of no use", () => {
	const secret = new Secret(4);
	secret.close();
	throws(() => secret.export(new Uint8Array(4), 0));
	throws(() => secret.close());
});

test("offsets outside of a buffer are refused", () => {
	const data = new Uint8Array(10);
	const out = new Uint8Array(32);
	throws(() => hash(HashAlgorithm.sha256, data, 0, 11, out, 0));
	throws(() => hash(HashAlgorithm.sha256, data, 5, 4, out, 0));
	throws(() => hash(HashAlgorithm.sha256, data, -1, 4, out, 0));
	throws(() => hash(HashAlgorithm.sha256, data, 0, 10, out, 1));
	throws(() => hash(99 as HashAlgorithm, data, 0, 10, out, 0));
});
