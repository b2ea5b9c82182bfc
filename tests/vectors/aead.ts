/*
	Records that Node's crypto has protected, through the AEAD binding: sealed the same, opened again, and refused with
	any bit changed. The records are the resource "records.json", which aead.test.ts makes.
*/

import Resource from "Resource";
import { bytes, equal, ok, test, throws } from "test/harness";
import { AEAD, AEADAlgorithm, RecordVersion } from "tls/hardware/aead";
import { equal as isSame } from "tls/hardware/compare";
import { Secret } from "tls/hardware/secret";
import { laterAEAD } from "tls/selftest/cipher";

const LIMIT = 0xffffffff;

interface Sample {
	readonly name: string;
	readonly algorithm: number;
	readonly tls12: boolean;
	/** Bytes of the tag. */
	readonly tag: number;
	/** Key, then IV. */
	readonly material: string;
	readonly keyLength: number;
	readonly high: number;
	readonly low: number;
	/** The record in the clear, with room for an explicit nonce and without the tag, and as it is sent. */
	readonly clear: string;
	readonly sealed: string;
	/** Where the text starts. */
	readonly textAt: number;
}

const samples = JSON.parse(String.fromArrayBuffer(new Resource("records.json").slice(0))) as Sample[];

/** One that comes to the sample's record next, or to the one after it. */
function cipher({ algorithm, tls12, material, keyLength, high, low }: Sample, further = 0): AEAD {
	const content = bytes(material);
	const secret = new Secret(content.length);
	secret.import(content, 0);
	const version = tls12 ? RecordVersion.tls12 : RecordVersion.tls13;
	const aead = laterAEAD(
		{ algorithm, version, material: secret, keyLength, recordLimit: LIMIT },
		high * 2 ** 32 + low + further,
	);
	secret.close();
	return aead;
}

for (const sample of samples) {
	test(sample.name, () => {
		const { textAt, tag } = sample;
		const sealing = cipher(sample);
		const aead = cipher(sample);
		equal(aead.explicit + tag, aead.overhead);
		const clear = bytes(sample.clear);
		const sealed = bytes(sample.sealed);
		const buffer = new Uint8Array(3 + clear.length + tag);
		buffer.set(clear, 3);
		equal(sealing.sealedLength(clear.length - textAt), sealed.length - 5);
		equal(sealing.seal(buffer, 3, 3 + clear.length), buffer.length);
		ok(isSame(buffer, 3, sealed, 0, sealed.length), "sealed otherwise");
		const later = cipher(sample, 1);
		equal(later.open(sealed.slice(), 0, sealed.length), -1, "another sequence number");
		for (const missing of [1, tag, tag + 1])
			equal(aead.open(sealed.slice(), 0, sealed.length - missing), -1, `${missing} bytes less`);
		const nothing = new Uint8Array(sealed.length - textAt - tag);
		// long records: every byte near the ends, and each 61st between
		for (
			let at = 0;
			at < sealed.length;
			at += at < 64 || sealed.length < 4096 || at >= sealed.length - 64 ? 1 : Math.min(61, sealed.length - 64 - at)
		) {
			// TLS 1.2 authenticates the length of the text that there is, not the header's (RFC 5246 section 6.2.3.3)
			if (sample.tls12 && (at === 3 || at === 4)) continue;
			const changed = sealed.slice();
			changed[at]! ^= 1 << (at % 8);
			equal(aead.open(changed, 0, changed.length), -1, `byte ${at} changed`);
			ok(isSame(changed, textAt, nothing, 0, nothing.length), `byte ${at} changed: the text is readable`);
		}
		// what was refused did not count
		equal(aead.open(buffer, 3, buffer.length), buffer.length - tag);
		ok(isSame(buffer, 3 + textAt, clear, textAt, clear.length - textAt), "opened otherwise");
		equal(aead.open(sealed.slice(), 0, sealed.length), -1, "the same record again");
		for (const one of [sealing, aead, later]) one.close();
	});
}

test("a key is worn after its limit, and never used without a number", () => {
	const secret = new Secret(28);
	const parts = { algorithm: AEADAlgorithm.gcm, version: RecordVersion.tls13, material: secret, keyLength: 16 };
	const made = (recordLimit: number, first = 0): AEAD => laterAEAD({ ...parts, recordLimit }, first);
	const record = new Uint8Array(5 + 16);
	const limited = made(2);
	for (const isWorn of [false, false, true]) {
		equal(limited.needsNewKey, isWorn);
		limited.seal(record, 0, 5);
	}
	for (const [first, isWorn] of [
		[0xfffffffe, false],
		[0xffffffff, true],
		[2 ** 40, true],
	] as const) {
		const one = made(0xffffffff, first);
		equal(one.needsNewKey, isWorn);
		one.close();
	}
	const last = made(1, 2 ** 64 - 2048);
	for (let i = 0; i < 2047; i++) last.seal(record, 0, 5);
	for (const body of [() => last.seal(record, 0, 5), () => last.open(record, 0, 21)])
		ok(throws(body).message.includes("used up its sequence numbers"));
	limited.close();
	last.close();
	for (const limit of [-1, 2 ** 32, NaN]) throws(() => made(limit));
	for (const first of [-1, 2 ** 64]) throws(() => made(1, first));
	const plain = new AEAD(AEADAlgorithm.gcm, RecordVersion.tls13, secret, 0, 16, 16, 1);
	const zero = made(1);
	equal(zero.open(record, 0, plain.seal(record, 0, 5)), 5, "a cipher begins with number 0");
	for (const version of [0, 0x0302, 0x0305])
		throws(() => new AEAD(AEADAlgorithm.gcm, version, secret, 0, 16, 16, 1), RangeError);
	for (const [keyStart, keyEnd, ivStart] of [
		[17, 16, 12],
		[13, 29, 0],
		[0, 16, 17],
	] as const)
		throws(() => new AEAD(AEADAlgorithm.gcm, RecordVersion.tls13, secret, keyStart, keyEnd, ivStart, 1), RangeError);
});
