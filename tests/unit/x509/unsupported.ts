/*
	What an error calls the keys and signatures that this client does not support.
*/

import { equal, join, test } from "test/harness";
import type { Certificate } from "tls/x509/certificate";
import { unsupportedKey, unsupportedSignature } from "tls/x509/unsupported";

/** The OBJECT IDENTIFIER with these numbers. */
function oid(text: string): Uint8Array {
	const [first, second, ...rest] = text.split(".").map(Number);
	const content: number[] = [];
	for (const number of [40 * first! + second!, ...rest]) {
		const digits = [number & 127];
		for (let left = number >> 7; left; left >>= 7) digits.unshift(128 | (left & 127));
		content.push(...digits);
	}
	return Uint8Array.of(6, content.length, ...content);
}

function sequence(...parts: Uint8Array[]): Uint8Array {
	const content = join(...parts);
	return join(Uint8Array.of(0x30, content.length), content);
}

const nothing = Uint8Array.of(5, 0);

function wordsOfSignature(algorithm: string): string {
	const bytes = sequence(oid(algorithm), nothing);
	return unsupportedSignature(bytes, 0, bytes.length);
}

function wordsOfKey(...parts: Uint8Array[]): string {
	const spki = sequence(sequence(...parts), Uint8Array.of(3, 2, 0, 4));
	return unsupportedKey({ bytes: spki, spkiStart: 0, spkiEnd: spki.length, keyBits: 0 } as Certificate);
}

test("signatures", () => {
	for (const [algorithm, name] of [
		["1.2.840.113549.1.1.4", "MD5 with RSA"],
		["1.2.840.113549.1.1.5", "SHA-1 with RSA"],
		["1.2.840.113549.1.1.14", "SHA-224 with RSA"],
		["1.2.840.10045.4.1", "ECDSA with SHA-1"],
		["1.2.840.10045.4.3.1", "ECDSA with SHA-224"],
		["1.2.840.10040.4.3", "DSA with SHA-1"],
		["2.16.840.1.101.3.4.3.2", "DSA with SHA-256"],
		["1.3.101.113", "Ed448"],
		["1.2.3.4", "algorithm 1.2.3.4"],
		["2.999.1000000", "algorithm 2.999.1000000"],
	] as const)
		equal(wordsOfSignature(algorithm), `is signed with an unsupported algorithm (${name})`);
});

test("the salt of RSASSA-PSS, behind whatever stands before it", () => {
	const explicit = (number: number, part: Uint8Array): Uint8Array =>
		join(Uint8Array.of(0xa0 | number, part.length), part);
	const hash = explicit(0, sequence(oid("2.16.840.1.101.3.4.2.1"), nothing)),
		mask = explicit(1, sequence(oid("1.2.840.113549.1.1.8"), sequence(oid("2.16.840.1.101.3.4.2.1"), nothing))),
		salt = explicit(2, Uint8Array.of(2, 1, 33));
	for (const [bytes, length] of [
		[sequence(oid("1.2.840.113549.1.1.10"), sequence(hash, mask, salt)), 33],
		[sequence(oid("1.2.840.113549.1.1.10"), sequence(salt)), 33],
		[sequence(oid("1.2.840.113549.1.1.10"), sequence(hash, mask)), 20],
		[sequence(oid("1.2.840.113549.1.1.10"), sequence()), 20],
		[sequence(oid("1.2.840.113549.1.1.10")), 20],
	] as const) {
		const words = unsupportedSignature(bytes, 0, bytes.length);
		equal(words.includes(`(a salt of ${length} bytes)`), true, words);
	}
});

test("keys and curves", () => {
	const curve = (text: string): string => wordsOfKey(oid("1.2.840.10045.2.1"), oid(text));
	for (const [words, name] of [
		[wordsOfKey(oid("1.2.840.10040.4.1"), nothing), "DSA"],
		[wordsOfKey(oid("1.3.101.110")), "X25519"],
		[wordsOfKey(oid("1.3.101.113")), "Ed448"],
		[curve("1.3.132.0.10"), "the curve secp256k1"],
		[curve("1.3.132.0.33"), "the curve P-224"],
		[curve("1.2.840.10045.3.1.1"), "the curve P-192"],
		[curve("1.3.36.3.3.2.8.1.1.7"), "a brainpool curve"],
	] as const)
		equal(words.slice(0, words.indexOf(":")), `has an unsupported key (${name})`);
});
