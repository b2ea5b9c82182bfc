/*
	TLS 1.2's PRF and what is made with it, against two references. One is published values: P_SHA256 and P_SHA384 as
	circulated on the TLS working group's list, message 03416. The other is P_hash written out here over @noble/hashes.
*/

import { hmac } from "@noble/hashes/hmac";
import { sha256, sha384 } from "@noble/hashes/sha2";
import { ascii, bytes, equal, join, Numbers, test, throws } from "test/harness";
import { extendedMasterSecret, keyBlock, masterSecret, verifyData12 } from "tls/handshake/tls12/prf";
import { findSuite } from "tls/crypto/suites";
import { HashAlgorithm } from "tls/hardware/hash";
import { Secret } from "tls/hardware/secret";

function secretOf(content: Uint8Array): Secret {
	const secret = new Secret(content.length);
	secret.import(content, 0);
	return secret;
}

function bytesOf(secret: Secret): Uint8Array {
	const content = new Uint8Array(secret.length);
	secret.export(content, 0);
	secret.close();
	return content;
}

type MAC = (key: Uint8Array, data: Uint8Array) => Uint8Array;

const mac256: MAC = (key, data) => hmac(sha256, key, data);
const mac384: MAC = (key, data) => hmac(sha384, key, data);

/** P_hash of RFC 5246 section 5, word for word. */
function expand(mac: MAC, secret: Uint8Array, label: string, seed: Uint8Array, length: number): Uint8Array {
	const all = join(ascii(label), seed);
	let chain = all;
	let out: Uint8Array = new Uint8Array(0);
	while (out.length < length) {
		chain = mac(secret, chain);
		out = join(out, mac(secret, join(chain, all)));
	}
	return out.slice(0, length);
}

const published = [
	{
		algorithm: HashAlgorithm.sha256,
		secret: "9bbe436ba940f017b17652849a71db35",
		seed: "a0ba9f936cda311827a6f796ffd5198c",
		output:
			"e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17" +
			"abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66",
	},
	{
		algorithm: HashAlgorithm.sha384,
		secret: "b80b733d6ceefcdc71566ea48e5567df",
		seed: "cd665cf6a8447dd6ff8b27555edb7465",
		output:
			"7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0e534cb400fed2700" +
			"884f9dc236f80edd8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d9184259b5bf8cd4d90fa0d31e2dec479e4f1a2" +
			"6066f2eea9a69236a3e52655c9e9aee691c8f3a26854308d5eaa3be85e0990703d73e56f",
	},
] as const;

test("the published values of the PRF", () => {
	for (const { algorithm, secret, seed, output } of published) {
		const expected = bytes(output);
		for (const length of [expected.length, 1, 12, 31, 32, 33, 48, 49]) {
			const made = new Secret(length);
			const from = secretOf(bytes(secret));
			made.prf(algorithm, from, "test label", bytes(seed), 0, 16);
			from.close();
			equal(bytesOf(made), expected.slice(0, length));
		}
	}
});

for (const [algorithm, reference] of [
	[HashAlgorithm.sha256, mac256],
	[HashAlgorithm.sha384, mac384],
] as const) {
	test(`the PRF with hash ${algorithm} beside P_hash written out`, () => {
		const numbers = new Numbers(12);
		for (let i = 0; i < 40; i++) {
			const secret = numbers.bytes(1 + numbers.below(60));
			const seed = numbers.bytes(numbers.below(65));
			const label = "extended master secret".slice(0, numbers.below(23));
			const length = 1 + numbers.below(150);
			const made = new Secret(length);
			const from = secretOf(secret);
			made.prf(algorithm, from, label, seed, 0, seed.length);
			from.close();
			equal(bytesOf(made), expand(reference, secret, label, seed, length));
		}
	});
}

test("master secret, key block and verify_data", () => {
	const numbers = new Numbers(5);
	const suite = findSuite(0xc030)!;
	const shared = numbers.bytes(48);
	const digest = numbers.bytes(48);
	const client = numbers.bytes(32);
	const server = numbers.bytes(32);
	const master = expand(mac384, shared, "extended master secret", digest, 48);
	const made = extendedMasterSecret(suite, secretOf(shared), digest);
	equal(
		bytesOf(keyBlock(suite, made, join(client, server))),
		expand(mac384, master, "key expansion", join(server, client), 72),
	);
	equal(
		verifyData12(suite, made, "server finished", digest.slice()).slice(0, 12),
		expand(mac384, master, "server finished", digest, 12),
	);
	equal(bytesOf(made), master);
	const randoms = join(client, server);
	equal(
		bytesOf(masterSecret(suite, secretOf(shared), randoms)),
		expand(mac384, shared, "master secret", randoms, 48),
		"without the extension",
	);
});

test("what the PRF refuses", () => {
	const secret = new Secret(32);
	throws(() => secret.prf(HashAlgorithm.sha256, secret, "a", new Uint8Array(4), 0, 4));
	const other = new Secret(32);
	throws(() => other.prf(HashAlgorithm.sha256, secret, "a", new Uint8Array(65), 0, 65));
	throws(() => other.prf(HashAlgorithm.sha256, secret, "a label of more than twenty-four", new Uint8Array(4), 0, 4));
	throws(() => other.prf(HashAlgorithm.sha256, secret, "a", new Uint8Array(4), 0, 5));
	secret.close();
	throws(() => other.prf(HashAlgorithm.sha256, secret, "a", new Uint8Array(4), 0, 4));
	other.close();
});
