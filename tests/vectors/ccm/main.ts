/// <reference path="../../../hardware/native.d.ts" />
/*
	AES-CCM (RFC 3610) of hardware/psa/ccm.c over the samples of the resource "ccm.json", which ccm.test.ts makes. Each
	is sealed the same, opened again, and refused with a byte changed in any part. Lengths that CCM has not are refused.
*/

import Resource from "Resource";
import { bytes, equal, ok, test } from "test/harness";
import { accelerators } from "simulator";
import { AEAD, AEADAlgorithm, RecordVersion } from "tls/hardware/aead";
import { equal as isSame } from "tls/hardware/compare";
import { Secret } from "tls/hardware/secret";
import type { Bytes } from "tls/hardware/native";

interface Sample {
	readonly name: string;
	readonly key: string;
	readonly nonce: string;
	readonly additional: string;
	readonly text: string;
	readonly sealed: string;
	readonly tag: number;
	readonly outcome: "right" | "wrong tag" | "wrong lengths";
}

/** PSA's status. */
const status = { right: 0, "wrong tag": -149, "wrong lengths": -135 } as const;

/** In place, with the tag after the text; returns PSA's status. */
function ccm(
	this: void,
	isSealing: boolean,
	key: Bytes,
	nonce: Bytes,
	additional: Bytes,
	text: Bytes,
	tag: number,
): number {
	return native("test_ccm").call(this, isSealing, key, nonce, additional, text, tag);
}

const samples = JSON.parse(String.fromArrayBuffer(new Resource("ccm.json").slice(0))) as Sample[];

/** A byte that is changed, of the shorter parts each in its turn. */
function flipped(content: Uint8Array, at: number): Uint8Array {
	const result = content.slice();
	result[at % result.length]! ^= 1 << (at % 8);
	return result;
}

function check({
	key: keyText,
	nonce: nonceText,
	additional: additionalText,
	text: clear,
	sealed: sealedText,
	tag,
	outcome,
}: Sample): void {
	const [key, nonce, additional] = [bytes(keyText), bytes(nonceText), bytes(additionalText)];
	const [text, sealed] = [bytes(clear), bytes(sealedText)];
	const nothing = new Uint8Array(text.length);
	type Reason = keyof typeof status;
	const refuse = (
		of: Uint8Array,
		by: Uint8Array,
		about: Uint8Array,
		content: Uint8Array,
		what: string,
		why: Reason = "wrong tag",
	): void => {
		equal(ccm(false, of, by, about, content, tag), status[why], what);
		ok(isSame(content, 0, nothing, 0, text.length), `${what}: the text is readable`);
	};
	const buffer = new Uint8Array(text.length + tag);
	buffer.set(text);
	if (outcome === "wrong lengths") {
		equal(ccm(true, key, nonce, additional, buffer, tag), status[outcome], "sealing");
		equal(buffer.slice(0, text.length), text);
		buffer.fill(0x55, 0, text.length);
		return refuse(key, nonce, additional, buffer, "opening", outcome);
	}
	if (outcome === "wrong tag") return refuse(key, nonce, additional, sealed, "opening");
	equal(ccm(true, key, nonce, additional, buffer, tag), 0, "sealing");
	ok(isSame(buffer, 0, sealed, 0, sealed.length), "sealed otherwise");
	equal(ccm(false, key, nonce, additional, buffer, tag), 0, "opening");
	ok(isSame(buffer, 0, text, 0, text.length), "opened otherwise");
	for (let at = 0; at < sealed.length; at += sealed.length < 600 ? 1 : 997) {
		refuse(key, nonce, additional, flipped(sealed, at), `byte ${at} changed`);
		refuse(flipped(key, at), nonce, additional, sealed.slice(), "another key");
		refuse(key, flipped(nonce, at), additional, sealed.slice(), "another nonce");
		if (additional.length > 0) refuse(key, nonce, flipped(additional, at), sealed.slice(), "other additional data");
	}
	// a byte moved from the additional data to the text's start, and the other way: lengths are authenticated
	if (additional.length > 0) refuse(key, nonce, additional.slice(0, -1), sealed.slice(), "less additional data");
	const more = new Uint8Array(additional.length + 1);
	more.set(additional);
	refuse(
		key,
		nonce,
		more,
		sealed.slice(),
		"a zero after the additional data",
		more.length < 0xff00 ? "wrong tag" : "wrong lengths",
	);
}

test(`${samples.length} samples`, () => {
	for (const sample of samples) {
		try {
			check(sample);
		} catch (error) {
			throw new Error(`${sample.name}: ${error}`);
		}
	}
});

test("a record goes to the accelerator in large pieces: all but its end at once, and the MAC by 1,024 bytes", () => {
	const material = new Secret(28);
	const [sealing, opening] = [0, 1].map(
		() => new AEAD(AEADAlgorithm.ccm, RecordVersion.tls13, material, 0, 16, 16, 100),
	);
	const used = (): [number, number][] =>
		["AES-CTR", "AES-CBC"].map(name => {
			const { calls, bytes: content } = accelerators().find(one => one.name === name) ?? { calls: 0, bytes: 0 };
			return [calls, content];
		});
	for (const [length, counter, mac] of [
		[100, [4, 116], [2, 144]],
		[992, [3, 1008], [2, 1024]],
		[993, [4, 1009], [3, 1040]],
		[16384, [3, 16400], [18, 16416]],
	] as const) {
		const record = new Uint8Array(5 + length + 16);
		for (const run of [() => sealing!.seal(record, 0, 5 + length), () => opening!.open(record, 0, 5 + length + 16)]) {
			const before = used();
			ok(run() > 0);
			const after = used();
			const [counted, macked] = after.map(([calls, content], i) => [calls - before[i]![0], content - before[i]![1]]);
			// the last call of each is the operation's end
			equal(counted, [...counter], `${length} bytes, counter mode`);
			equal(macked, [...mac], `${length} bytes, MAC`);
		}
	}
	sealing!.close();
	opening!.close();
	material.close();
});
