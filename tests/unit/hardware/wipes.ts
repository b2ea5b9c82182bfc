/*
	What the bindings compute on the stack or in native memory is wiped there. Right after each call all memory is
	searched for the value that it made, in a masked form: so the test itself leaves no copy.
*/

import { keepFreed, searchMemory } from "simulator";
import { ascii, equal, test } from "test/harness";
import { AEAD, AEADAlgorithm, RecordVersion } from "tls/hardware/aead";
import { HashAlgorithm } from "tls/hardware/hash";
import { logSecret } from "tls/hardware/keylog";
import { Secret } from "tls/hardware/secret";

const MASK = 0x5a;

/** Bytes that are searched for at once. */
const PART = 8;

const SHA256 = HashAlgorithm.sha256;

function toggle(bytes: Uint8Array): Uint8Array {
	for (let i = 0; i < bytes.length; i++) bytes[i]! ^= MASK;
	return bytes;
}

/** A secret of `length` bytes, other ones for each `seed`. */
function secretOf(length: number, seed: number): Secret {
	const bytes = new Uint8Array(length);
	for (let i = 0, x = seed; i < length; i++) {
		x = (Math.imul(x, 1103515245) + 12345) >>> 0;
		bytes[i] = x >>> 16;
	}
	const secret = new Secret(length);
	secret.import(bytes, 0);
	bytes.fill(0);
	return secret;
}

/** The bytes of a secret, masked. */
function maskedOf(secret: Secret): Uint8Array {
	const bytes = new Uint8Array(secret.length);
	secret.export(bytes, 0);
	return toggle(bytes);
}

/** Where `masked` is found in the clear. */
function places(masked: Uint8Array): Record<string, number> {
	const found = searchMemory(masked, MASK) as unknown as Record<string, number>;
	const places: Record<string, number> = {};
	for (const name of Object.keys(found)) if (name !== "total" && found[name]) places[name] = found[name]!;
	return places;
}

/**
 * Calls `make`, which fills its secret, and looks for each part of what it made. The secret alone has it, and nothing
 * when it is closed. A later call may overwrite some of what was left.
 */
function expectOne(make: () => Secret): void {
	const first = make(),
		masked = maskedOf(first);
	first.close();
	equal(places(masked), {}, "closed");
	for (let at = 0; at < masked.length; at += PART) {
		const secret = make();
		equal(places(masked.slice(at, at + PART)), { native: 1 }, `made, from byte ${at} on`);
		secret.close();
	}
}

test("HKDF leaves nothing behind of what it derives", () => {
	const from = secretOf(32, 1),
		salt = secretOf(32, 2),
		context = new Uint8Array(32).fill(9);
	expectOne(() => {
		const secret = new Secret(32);
		secret.extract(SHA256, salt, from);
		return secret;
	});
	for (const [hash, length] of [
		[SHA256, 16],
		[SHA256, 32],
		[HashAlgorithm.sha384, 48],
		[HashAlgorithm.sha512, 64],
	] as const)
		expectOne(() => {
			const secret = new Secret(length);
			secret.expandLabel(hash, from, "key", context, 0, 32, 0, length);
			return secret;
		});
});

test("TLS 1.2's PRF leaves nothing behind, nor what it is made of", () => {
	const from = secretOf(48, 3),
		seed = new Uint8Array(64).fill(7);
	const prf = (): Secret => {
		const secret = new Secret(32);
		secret.prf(SHA256, from, "a label", seed, 0, 64);
		return secret;
	};
	expectOne(prf);
	// A(1) = HMAC(secret, label + seed), RFC 5246 section 5
	const text = new Uint8Array(7 + 64);
	text.set(ascii("a label"));
	text.set(seed, 7);
	const first = new Uint8Array(32);
	from.hmac(SHA256, text, 0, text.length, first, 0);
	toggle(first);
	prf().close();
	equal(places(first), {});
});

test("HMAC leaves its result where it was asked for alone", () => {
	const key = secretOf(32, 4),
		text = ascii("some text"),
		out = new Uint8Array(32);
	key.hmac(SHA256, text, 0, text.length, out, 0);
	const masked = toggle(out.slice());
	out.fill(0);
	equal(places(masked), {});
	key.hmac(SHA256, text, 0, text.length, out, 0);
	equal(places(masked), { chunks: 1 });
});

test("the key log leaves no line behind", () => {
	const secret = secretOf(32, 5),
		random = new Uint8Array(32),
		masked = new Uint8Array(64);
	const digit = (value: number): number => (value < 10 ? 48 + value : 87 + value) ^ MASK;
	const bytes = maskedOf(secret);
	for (let i = 0; i < 32; i++) {
		masked[2 * i] = digit((bytes[i]! ^ MASK) >> 4);
		masked[2 * i + 1] = digit((bytes[i]! ^ MASK) & 15);
	}
	logSecret("CLIENT_RANDOM", random, secret);
	equal(places(masked), {});
});

test("a cipher's key material is gone when it is closed", () => {
	keepFreed();
	const material = secretOf(28, 6),
		masked = maskedOf(material).slice(16);
	material.close();
	const again = secretOf(28, 6);
	const aead = new AEAD(AEADAlgorithm.gcm, RecordVersion.tls13, again, 0, 16, 16, 1000);
	again.close();
	equal(places(masked), { native: 1 }, "open");
	aead.close();
	equal(places(masked), {}, "closed");
});

for (const [name, algorithm] of [
	["AES-GCM", AEADAlgorithm.gcm],
	["AES-CCM", AEADAlgorithm.ccm],
] as const)
	test(`${name}: no plaintext is left of what is sealed or refused`, () => {
		const cipher = (): AEAD => {
			const material = secretOf(28, 7),
				aead = new AEAD(algorithm, RecordVersion.tls13, material, 0, 16, 16, 1000);
			material.close();
			return aead;
		};
		// its last 15 bytes are not a block of AES
		const length = 47,
			text = secretOf(length, 8),
			masked = maskedOf(text),
			record = new Uint8Array(5 + length + 16);
		for (let at = 0; at + PART <= length; at += PART) {
			const sealer = cipher(),
				opener = cipher();
			record.set([23, 3, 3, 0, length + 16]);
			text.export(record, 5);
			sealer.seal(record, 0, 5 + length);
			equal(places(masked.slice(at, at + PART)), { native: 1 }, `sealed, from byte ${at} on`);
			record[5 + length]! ^= 1;
			equal(opener.open(record, 0, record.length), -1);
			equal(places(masked.slice(at, at + PART)), { native: 1 }, `refused, from byte ${at} on`);
			sealer.close();
			opener.close();
		}
		text.close();
	});
