/*
	Records that Node's crypto has protected, through the AEAD binding: sealed the same, opened again, and refused with any bit changed. The
	records are the resource "records.json", which aead.test.ts makes.
*/

import Resource from "Resource";
import { bytes, equal, ok, test } from "test/harness";
import { AEAD } from "tls/hardware/aead";
import { equal as isSame } from "tls/hardware/compare";
import { Secret } from "tls/hardware/secret";

interface Sample {
	readonly name: string;
	readonly algorithm: number;
	readonly tls12: boolean;
	/** Octets of the tag. */
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

function cipher({ algorithm, tls12, material, keyLength }: Sample): AEAD {
	const octets = bytes(material);
	const secret = new Secret(octets.length);
	secret.import(octets, 0);
	const aead = new AEAD(algorithm, secret, tls12, 0, keyLength, keyLength);
	secret.close();
	return aead;
}

for (const sample of samples) {
	test(sample.name, () => {
		const { high, low, textAt, tag } = sample;
		const aead = cipher(sample);
		equal(aead.tagLength, tag);
		const clear = bytes(sample.clear);
		const sealed = bytes(sample.sealed);
		const buffer = new Uint8Array(3 + clear.length + tag);
		buffer.set(clear, 3);
		equal(aead.seal(buffer, 3, 3 + clear.length, high, low), buffer.length);
		ok(isSame(buffer, 3, sealed, 0, sealed.length), "sealed otherwise");
		equal(aead.open(buffer, 3, buffer.length, high, low), buffer.length - tag);
		ok(isSame(buffer, 3 + textAt, clear, textAt, clear.length - textAt), "opened otherwise");
		equal(aead.open(sealed.slice(), 0, sealed.length, high, low + 1), -1, "another sequence number");
		for (const missing of [1, tag, tag + 1]) equal(aead.open(sealed.slice(), 0, sealed.length - missing, high, low), -1, `${missing} octets less`);
		const nothing = new Uint8Array(sealed.length - textAt - tag);
		// long records: every octet near the ends, and each 61st between
		for (let at = 0; at < sealed.length; at += at < 64 || sealed.length < 4096 || at >= sealed.length - 64 ? 1 : Math.min(61, sealed.length - 64 - at)) {
			// TLS 1.2 authenticates the length of the text that there is, not the header's (RFC 5246 section 6.2.3.3)
			if (sample.tls12 && (at === 3 || at === 4)) continue;
			const changed = sealed.slice();
			changed[at]! ^= 1 << (at % 8);
			equal(aead.open(changed, 0, changed.length, high, low), -1, `octet ${at} changed`);
			ok(isSame(changed, textAt, nothing, 0, nothing.length), `octet ${at} changed: the text is readable`);
		}
		aead.close();
	});
}
