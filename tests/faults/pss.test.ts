/*
	A server whose key is for RSASSA-PSS alone (RFC 8446 section 4.2.3). Its schemes are offered by default, as OpenSSL
	does, and no other scheme goes with such a key.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import {
	makeCertificate,
	makeIdentity,
	makeKey,
	type Certificate,
	type KeyPair,
	type ServerIdentity,
} from "../../host-sim/servers/certificates.js";
import { integer, context, nothing, oid, sequence } from "../../host-sim/servers/der.js";
import { pssInfo } from "../certificates/node/pss.js";
import { rightExtensions, Session12, type Outcome12, type Script12 } from "../peers/server12.js";
import { Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { runClient, runPairs, type Pair } from "./connect.js";

const schemes = [0x0809, 0x080a, 0x080b];
const names = ["rsa_pss_pss_sha256", "rsa_pss_pss_sha384", "rsa_pss_pss_sha512"];
const rsae = ["rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512"];
const usual = ["ecdsa_secp256r1_sha256", ...rsae, "rsa_pkcs1_sha256"];

let identity: ServerIdentity;
let pair: KeyPair;
/** For any hash, and for SHA-256 alone. */
let anyHash: Certificate;
let only256: Certificate;

/** A certificate for the key, with the SubjectPublicKeyInfo of PSS. */
function leafWith(info: Uint8Array): Certificate {
	const right = pair.publicKey.export({ type: "spki", format: "der" });
	return makeCertificate({
		subject: "localhost",
		key: pair,
		issuer: identity.intermediate,
		names: ["localhost"],
		changeBody: body => {
			const content = body.subarray(body[1]! < 0x80 ? 2 : 2 + (body[1]! & 0x7f));
			const at = content.indexOf(right);
			return sequence(content.subarray(0, at), info, content.subarray(at + right.length));
		},
	});
}

before(() => {
	identity = makeIdentity(["localhost"]);
	pair = makeKey("rsa2048");
	anyHash = leafWith(pssInfo(pair));
	const sha256 = sequence(oid("2.16.840.1.101.3.4.2.1"), nothing());
	const mask = sequence(oid("1.2.840.113549.1.1.8"), sha256);
	only256 = leafWith(
		pssInfo(pair, sequence(context(0, true, sha256), context(1, true, mask), context(2, true, integer(32)))),
	);
});

/** One connection for each scheme, by a server that has this certificate. */
function run(
	number: number,
	leaf: Certificate,
	list: readonly number[],
	more: { secure?: object; key?: KeyPair } = {},
): Promise<Pair<Outcome12 | Outcome13>[]> {
	const { secure = {}, key = pair } = more;
	const options = { ca: identity.root.pem, secure: { minVersion: number, maxVersion: number, ...secure } };
	const common = { chain: [leaf.der, identity.intermediate.der], key: key.privateKey };
	return runPairs<Outcome12 | Outcome13>(list.length, options, (socket, i) =>
		number === 0x304
			? new Session13(socket, { ...common, scheme: list[i]! } satisfies Script13).run()
			: new Session12(socket, {
					...common,
					scheme: list[i]!,
					extensions: Buffer.concat([...rightExtensions]),
				} satisfies Script12).run(),
	);
}

function expectRefused(pairs: readonly Pair<Outcome12 | Outcome13>[], code: string, alert: number, says: RegExp): void {
	for (const { client, server } of pairs) {
		assert.equal(client.code, code, client.message);
		assert.match(client.message, says);
		assert.equal(server.alert, alert);
		assert.equal(client.length, 0);
	}
}

for (const [name, number] of [
	["1.2", 0x303],
	["1.3", 0x304],
] as const) {
	describe(`TLS ${name}: a server's key for RSASSA-PSS alone`, () => {
		test("is taken with each of its schemes", async () => {
			for (const [i, { client }] of (await run(number, anyHash, schemes)).entries()) {
				assert.equal(client.code, "closed", client.message);
				assert.equal(client.negotiated?.signature, schemes[i]);
				assert.equal(client.negotiated?.names[2], names[i]);
			}
			const [{ client }] = (await run(number, only256, [0x0809])) as [Pair<Outcome13>];
			assert.equal(client.code, "closed", client.message);
		});
		test("is refused if they are not offered", async () => {
			const says = /scheme rsa_pss_pss_sha\d+, which was not offered: offered ecdsa/;
			const without = { secure: { signatureAlgorithms: usual } };
			expectRefused(await run(number, anyHash, schemes, without), "illegal_parameter", 47, says);
			expectRefused(
				await run(number, anyHash, [0x080a], {
					secure: { signatureAlgorithms: ["ecdsa_secp256r1_sha256", "rsa_pss_pss_sha256"] },
				}),
				"illegal_parameter",
				47,
				says,
			);
		});
		test("goes with no other scheme, nor they with a plain key", async () => {
			const says = /was not offered for its kind of key/;
			expectRefused(await run(number, anyHash, [0x0804, 0x0805, 0x0806]), "illegal_parameter", 47, says);
			expectRefused(await run(number, only256, [0x080a, 0x080b]), "illegal_parameter", 47, says);
			const plain = makeCertificate({
				subject: "localhost",
				key: pair,
				issuer: identity.intermediate,
				names: ["localhost"],
			});
			expectRefused(await run(number, plain, schemes), "illegal_parameter", 47, says);
			if (number === 0x303) expectRefused(await run(number, anyHash, [0x0401]), "illegal_parameter", 47, says);
		});
		test("a signature by another key is refused", async () => {
			const key = makeKey("rsa2048");
			expectRefused(await run(number, anyHash, schemes, { key }), "bad_signature", 51, /could not prove/);
		});
	});
}

describe("keys for RSASSA-PSS alone", () => {
	test("RSA key transport is not for them", async () => {
		const suite = "TLS_RSA_WITH_AES_128_GCM_SHA256";
		const { root, intermediate } = identity;
		const leaf = leafWith(pssInfo(pair));
		const [{ client, server }] = (await runPairs<Outcome12>(
			1,
			{ ca: root.pem, tls: "rsa", secure: { maxVersion: 0x303, cipherSuites: [suite] } },
			socket =>
				new Session12(socket, {
					chain: [leaf.der, intermediate.der],
					key: pair.privateKey,
					suite,
					extensions: Buffer.concat([...rightExtensions]),
				}).run(),
		)) as [Pair<Outcome12>];
		assert.equal(client.code, "unsupported_certificate", client.message);
		assert.match(client.message, /for RSASSA-PSS alone/);
		assert.equal(server.alert, 43);
	});
	test("a client's key of that kind is refused by name", async () => {
		const secure = {
			clientCertificates: anyHash.pem,
			clientKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }),
		};
		const [result] = await runClient(9, 1, { ca: identity.root.pem, secure });
		assert.equal(result!.code, "configuration");
		assert.match(result!.message, /unsupported key \(RSASSA-PSS\)/);
	});
});
