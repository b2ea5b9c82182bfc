/*
	The bindings for old suites. Records of block ciphers that Node has protected are opened, or refused. Records that
	were sealed here open again. Finite-field Diffie-Hellman. The resource "cbc.json" comes from cbc.test.ts.
*/

import Resource from "Resource";
import { accelerate, accelerators, memory } from "simulator";
import { bytes, equal, ok, test, throws } from "test/harness";
import { HashAlgorithm } from "tls/hardware/hash";
import { CBC, MACOrder } from "tls/hardware/legacy/cbc";
import { DHEShare, groupOfPrime } from "tls/hardware/legacy/dhe";
import { encryptPremaster } from "tls/hardware/legacy/rsa";
import { Secret } from "tls/hardware/secret";

interface Sample {
	readonly name: string;
	readonly hash: HashAlgorithm;
	readonly encryptThenMac: boolean;
	readonly keyLength: number;
	/** MAC's key, then the cipher's. */
	readonly material: string;
	readonly length: number;
	readonly fault: string;
	readonly record: string;
	readonly text: string;
}

const { samples, primes } = JSON.parse(String.fromArrayBuffer(new Resource("cbc.json").slice(0))) as {
	samples: Sample[];
	primes: string[];
};

/** The body throws an error that says this. */
function refuses(body: () => unknown, words: string): void {
	const { message } = throws(body);
	equal(message.includes(words), true, message);
}

/** The records' sequence number, in two halves. */
const HIGH = 1;
const LOW = 0x80000002;
const TEXT_AT = 21;
const LIMIT = 0xffffffff;

function secretOf(hex: string): Secret {
	const content = bytes(hex);
	const secret = new Secret(content.length);
	secret.import(content, 0);
	return secret;
}

/** Starts with another sequence number than 0, as hardware/selftest/cipher.ts does with an AEAD. */
class LaterCBC extends Native("xs_cbc_destructor") {
	constructor(
		hash: HashAlgorithm,
		order: MACOrder,
		material: Secret,
		keyStart: number,
		keyEnd: number,
		macStart: number,
		recordLimit: number,
		sequence: number,
	) {
		super();
		native("xs_cbc").call(this, hash, order, material, keyStart, keyEnd, macStart, recordLimit, sequence);
	}
}

function cipher({ hash, encryptThenMac, keyLength, material }: Sample, high = HIGH, low = LOW): CBC {
	const secret = secretOf(material);
	const order = encryptThenMac ? MACOrder.encryptThenMac : MACOrder.macThenEncrypt;
	const [keyStart, keyEnd] = [secret.length - keyLength, secret.length];
	const made: object = new LaterCBC(hash, order, secret, keyStart, keyEnd, 0, LIMIT, high * 2 ** 32 + low);
	secret.close();
	return Object.setPrototypeOf(made, CBC.prototype) as CBC;
}

/** Opens one record and closes the cipher: PSA has 32 places for keys. */
function opened(cbc: CBC, record: Uint8Array): number {
	const end = cbc.open(record, 0, record.length);
	cbc.close();
	return end;
}

for (const sample of samples) {
	test(sample.name, () => {
		const cbc = cipher(sample);
		const record = bytes(sample.record);
		const buffer = new Uint8Array(3 + record.length);
		buffer.set(record, 3);
		const end = cbc.open(buffer, 3, buffer.length);
		if (sample.fault) {
			equal(end, -1);
			const open = bytes(sample.text);
			let same = open.length > 0;
			for (let i = 0; i < open.length; i++) same &&= buffer[3 + TEXT_AT + i] === open[i];
			equal(same, false, "what was refused can be read");
		} else {
			equal(end, 3 + TEXT_AT + sample.length);
			equal(buffer.slice(3 + TEXT_AT, end), bytes(sample.text));
		}
		cbc.close();
		refuses(() => cbc.open(buffer, 3, buffer.length), "closed");
	});
}

/** The first right one of each kind. */
const firsts = samples.filter(({ length, fault }) => length === 11 && !fault);

for (const sample of firsts) {
	const { name, hash, encryptThenMac } = sample;
	test(`any byte changed: ${name}`, () => {
		const cbc = cipher(sample);
		const right = bytes(sample.record);
		for (let at = 0; at < right.length; at++) {
			if (at === 3 || at === 4) continue; // the MAC is over the length that there is, not the header's
			const changed = right.slice();
			changed[at]! ^= 1 << (at % 8);
			equal(cbc.open(changed, 0, changed.length), -1, `byte ${at} changed`);
		}
		for (let length = 0; length < right.length; length++)
			equal(cbc.open(right.slice(), 0, length), -1, `cut to ${length}`);
		for (const [high, low] of [
			[HIGH, LOW + 1],
			[HIGH + 1, LOW],
			[0, 0],
		] as const)
			equal(opened(cipher(sample, high, low), right.slice()), -1);
		// what was refused did not count
		equal(cbc.open(right.slice(), 0, right.length) > 0, true);
		equal(cbc.open(right.slice(), 0, right.length), -1, "the same record again");
		cbc.close();
	});
	test(`sealed and opened: ${name}`, () => {
		const [sealing, opening] = [cipher(sample), cipher(sample)];
		const mac = hash === HashAlgorithm.sha1 ? 20 : hash === HashAlgorithm.sha256 ? 32 : 48;
		let before = "";
		for (let length = 0; length < 70; length++) {
			const inside = length + (encryptThenMac ? 0 : mac);
			const whole = TEXT_AT + inside + 16 - (inside % 16) + (encryptThenMac ? mac : 0);
			const buffer = new Uint8Array(whole);
			buffer.set([23, 3, 3, (whole - 5) >> 8, (whole - 5) & 0xff]);
			for (let i = 0; i < length; i++) buffer[TEXT_AT + i] = i;
			equal(sealing.sealedLength(length), whole - 5);
			equal(whole - 5 - length <= sealing.overhead, true);
			equal(sealing.seal(buffer, 0, TEXT_AT + length), whole);
			const iv = buffer.slice(5, TEXT_AT).join();
			equal(iv === before, false, "an IV of chance for each record");
			before = iv;
			equal(opened(cipher(sample, 0, 0), buffer.slice()), -1);
			equal(opening.open(buffer, 0, whole), TEXT_AT + length);
			for (let i = 0; i < length; i++) equal(buffer[TEXT_AT + i], i);
		}
		refuses(() => sealing.seal(new Uint8Array(40), 0, 40), "inside a buffer");
		sealing.close();
		opening.close();
	});
}

test("records that are sealed, opened and refused leave no native memory behind", () => {
	for (const sample of firsts) {
		const sealing = cipher(sample),
			opening = cipher(sample),
			record = bytes(sample.record),
			sealed = new Uint8Array(200);
		sealed.set([23, 3, 3]);
		const run = (): void => {
			sealing.seal(sealed, 0, TEXT_AT + 11);
			const wrong = record.slice();
			wrong[wrong.length - 1]! ^= 1;
			equal(opening.open(wrong, 0, wrong.length), -1);
		};
		run();
		const before = memory().nativeBytes;
		for (let i = 0; i < 10; i++) run();
		equal(memory().nativeBytes, before, sample.name);
		ok(opening.open(record, 0, record.length) > 0);
		equal(memory().nativeBytes, before, sample.name);
		sealing.close();
		opening.close();
	}
});

test("encrypt-then-MAC: nothing is decrypted before the MAC is found right, and no number counts twice where sealing fails", () => {
	const decryptions = (): number => accelerators().find(({ name }) => name === "AES-CBC")?.calls ?? 0;
	for (const sample of firsts.filter(({ encryptThenMac }) => encryptThenMac)) {
		const cbc = cipher(sample);
		const record = bytes(sample.record);
		const wrong = record.slice();
		wrong[wrong.length - 1]! ^= 1;
		const before = decryptions();
		equal(cbc.open(wrong, 0, wrong.length), -1);
		equal(decryptions(), before);
		ok(cbc.open(record, 0, record.length) > 0);
		ok(decryptions() > before);
		cbc.close();
	}
	for (const sample of firsts) {
		const sealing = cipher(sample, 0, 0);
		const buffer = new Uint8Array(200);
		buffer.set([23, 3, 3]);
		accelerate("fail", "AES-CBC", 1);
		throws(() => sealing.seal(buffer, 0, TEXT_AT + 4));
		const end = sealing.seal(buffer, 0, TEXT_AT + 4);
		equal(opened(cipher(sample, 0, 0), buffer.slice(0, end)), -1);
		ok(opened(cipher(sample, 0, 1), buffer.slice(0, end)) > 0);
		sealing.close();
	}
});

test("lengths of records that there can be, 0 to 65535 bytes, and no more", () => {
	for (const sample of firsts) {
		const cbc = cipher(sample);
		ok(cbc.sealedLength(0) > 0);
		ok(cbc.sealedLength(0xffff) > 0xffff);
		for (const length of [-1, 0x10000]) throws(() => cbc.sealedLength(length), RangeError);
		cbc.close();
	}
});

test("keys that no suite has", () => {
	const secret = new Secret(64);
	refuses(() => new CBC(HashAlgorithm.sha512, MACOrder.encryptThenMac, secret, 0, 16, 0, LIMIT), "no suite");
	refuses(() => new CBC(HashAlgorithm.sha1, MACOrder.encryptThenMac, secret, 20, 44, 0, LIMIT), "no suite");
	refuses(() => new CBC(HashAlgorithm.sha1, MACOrder.encryptThenMac, secret, 49, 65, 0, LIMIT), "only 64 bytes");
	refuses(() => new CBC(HashAlgorithm.sha1, MACOrder.encryptThenMac, secret, 0, 16, 45, LIMIT), "only 64 bytes");
	refuses(() => new CBC(HashAlgorithm.sha1, 2 as MACOrder, secret, 0, 16, 20, LIMIT), "order 2");
});

test("the primes of RFC 7919, and no others", () => {
	primes.forEach((prime, i) => {
		const content = bytes(prime);
		equal(groupOfPrime(content, 0, content.length), 0x100 + i);
		for (let at = 0; at < content.length; at += 1) {
			content[at]! ^= 2;
			equal(groupOfPrime(content, 0, content.length), 0);
			content[at]! ^= 2;
		}
		equal(groupOfPrime(content, 1, content.length), 0);
	});
	equal(groupOfPrime(new Uint8Array(0), 0, 0), 0);
	refuses(() => new DHEShare(0xff), "not one of RFC 7919");
	refuses(() => new DHEShare(0x103), "not one of RFC 7919");
});

primes.forEach((prime, i) => {
	test(`Diffie-Hellman in group ${(0x100 + i).toString(16)}`, () => {
		const one = new DHEShare(0x100 + i);
		const other = new DHEShare(0x100 + i);
		const length = prime.length / 2;
		equal(one.publicLength, length);
		const key = new Uint8Array(2 * length);
		one.publicKey(key, 0);
		other.publicKey(key, length);
		const [first, second] = [new Secret(length), new Secret(length)];
		equal(one.agree(key, length, 2 * length, first), true);
		equal(other.agree(key, 0, length, second), true);
		const values = [first, second].map(secret => {
			const content = new Uint8Array(secret.length);
			secret.export(content, 0);
			return content;
		});
		equal(values[0], values[1]);
		const p = bytes(prime);
		const bad = (change: (key: Uint8Array) => void): void => {
			const peer = new Uint8Array(length);
			change(peer);
			equal(one.agree(peer, 0, length, new Secret(length)), false);
		};
		bad(() => {});
		bad(peer => {
			peer[length - 1] = 1;
		});
		bad(peer => {
			peer.set(p);
			peer[length - 1]! -= 1;
		});
		bad(peer => peer.set(p));
		bad(peer => peer.fill(0xff));
		equal(
			one.agree(new Uint8Array(length + 1).fill(1), 0, length + 1, new Secret(length)),
			false,
			"a key longer than the prime",
		);
		// two to the power of the exponent is the public key
		const generated = new Secret(length);
		equal(one.agree(Uint8Array.of(2), 0, 1, generated), true, "a short key has zeros in front");
		const publicKey = new Uint8Array(generated.length);
		generated.export(publicKey, 0);
		equal(publicKey, key.slice(length - publicKey.length, length));
		refuses(() => one.agree(key, 0, length, new Secret(32)), "bytes");
		one.close();
		refuses(() => one.publicKey(key, 0), "closed");
	});
});

test("a premaster secret for a key other than RSA", () => {
	refuses(
		() => encryptPremaster(0x303, new Uint8Array(300), 0, 300, new Secret(48), new Uint8Array(512), 0),
		"RSA key",
	);
	refuses(
		() => encryptPremaster(0x303, new Uint8Array(300), 0, 300, new Secret(47), new Uint8Array(512), 0),
		"48 bytes",
	);
});
