/*
	Which identity answers a CertificateRequest, with lists of names at their bounds and with malformed certificates.
	No name of a server's is read beyond its list, and the choice takes few steps.
*/

import { bytes, equal, note, ok, test } from "test/harness";
import { makeRequest } from "tls/handshake/certificate";
import { chooseIdentity12, chooseIdentity13 } from "tls/handshake/identity";
import type { Credential } from "tls/crypto/credential";
import { KeyKind } from "tls/hardware/signature";
import { meter } from "simulator";

/** Steps between two turns of the event loop. */
const LONGEST = 30000;

const red = bytes("300c310a300806035504030c0172");
const blue = bytes("300c310a300806035504030c0162");

/** A certificate as far as its issuer; `hasVersion` as version 3 has it. */
function certificate(issuer: Uint8Array, hasVersion = true): Uint8Array {
	const head = [...(hasVersion ? [0xa0, 3, 2, 1, 2] : []), 2, 1, 5, 0x30, 2, 6, 0];
	const inside = [...head, ...issuer];
	return Uint8Array.of(0x30, inside.length + 2, 0x30, inside.length, ...inside);
}

function credential(kind: KeyKind, ...chain: Uint8Array[]): Credential {
	return { kind, chain } as unknown as Credential;
}

function names(...list: Uint8Array[]): Uint8Array {
	const bytes = new Uint8Array(list.reduce((sum, name) => sum + 2 + name.length, 0));
	let at = 0;
	for (const name of list) {
		bytes[at] = name.length >> 8;
		bytes[at + 1] = name.length;
		bytes.set(name, at + 2);
		at += 2 + name.length;
	}
	return bytes;
}

function choose(first: Credential, others: readonly Credential[], list: Uint8Array, schemes: number[]): number {
	const request = makeRequest(new Uint8Array(0));
	request.schemes = schemes;
	// bytes of the message before and after the list
	const behind = names(blue);
	const message = new Uint8Array(2 + list.length + behind.length);
	message.set(list, 2);
	message.set(behind, 2 + list.length);
	request.namesStart = 2;
	request.namesEnd = 2 + list.length;
	const credentials = { credential: first, ...(others.length ? { otherCredentials: others } : {}) };
	const chosen = chooseIdentity13(credentials, message, request);
	equal(chooseIdentity12(credentials, message, request)?.credential, chosen?.credential);
	return chosen ? [first, ...others].indexOf(chosen.credential) : -1;
}

const ecdsa = [0x0403];
const isRed = credential(KeyKind.p256, certificate(red));
const isBlue = credential(KeyKind.p256, certificate(blue));

test("names decide among keys that fit, keys decide before names", () => {
	const rsaBlue = credential(KeyKind.rsa, certificate(blue));
	equal(choose(isRed, [isBlue], names(blue), ecdsa), 1);
	equal(choose(isRed, [isBlue], names(red), ecdsa), 0);
	equal(choose(isRed, [isBlue], names(bytes("3000"), red), ecdsa), 0);
	equal(choose(isRed, [isBlue], new Uint8Array(0), ecdsa), 0, "no name");
	equal(choose(isRed, [rsaBlue], names(blue), ecdsa), 0, "its key does not fit");
	equal(choose(isRed, [rsaBlue], names(red), [0x0804]), 1);
	equal(choose(isRed, [isBlue], names(blue), [0x0804]), -1);
	equal(choose(isRed, [credential(KeyKind.p256, certificate(red), certificate(blue))], names(blue), ecdsa), 1);
	equal(choose(isRed, [credential(KeyKind.p256, certificate(blue, false))], names(blue), ecdsa), 1, "version 1");
});

test("what lies after the list does not count, nor the 49th name", () => {
	// `choose` puts a name after the list
	equal(choose(isRed, [isBlue], names(bytes("3000")), ecdsa), 0);
	const many = (count: number): Uint8Array => names(...Array.from({ length: count }, () => bytes("3000")), blue);
	equal(choose(isRed, [isBlue], many(47), ecdsa), 1);
	equal(choose(isRed, [isBlue], many(48), ecdsa), 0);
});

test("names of 256 bytes and more are passed by whole", () => {
	for (const length of [255, 256, 300, 511, 512, 1000])
		equal(choose(isRed, [isBlue], names(new Uint8Array(length), blue), ecdsa), 1, `${length} bytes`);
});

test("the issuers of the first two certificates of a chain count", () => {
	const chain = (count: number): Credential =>
		credential(KeyKind.p256, ...Array.from({ length: count }, () => certificate(red)), certificate(blue));
	equal(choose(isRed, [chain(1)], names(blue), ecdsa), 1);
	equal(choose(isRed, [chain(2)], names(blue), ecdsa), 0);
});

test("certificates that are cut anywhere match nothing", () => {
	const whole = certificate(blue);
	for (let length = 0; length < whole.length; length++)
		equal(choose(isRed, [credential(KeyKind.p256, whole.slice(0, length))], names(blue), ecdsa), 0);
	for (let at = 0; at < whole.length; at++)
		for (const value of [0, 0x80, 0x84, 0xff]) {
			const changed = whole.slice();
			changed[at] = value;
			const chosen = choose(isRed, [credential(KeyKind.p256, changed)], names(blue), ecdsa);
			ok(chosen === 0 || chosen === 1);
		}
});

test("the longest choice takes few steps", () => {
	const chain = Array.from({ length: 4 }, () => certificate(red));
	const one = credential(KeyKind.p256, ...chain);
	const list = names(...Array.from({ length: 100 }, () => blue));
	const request = makeRequest(new Uint8Array(0));
	request.schemes = ecdsa;
	request.namesEnd = list.length;
	const before = meter();
	chooseIdentity13({ credential: one, otherCredentials: [one, one, one] }, list, request);
	const taken = meter() - before;
	note(`the longest choice: ${taken} steps of ${LONGEST}`);
	ok(taken < LONGEST);
});
