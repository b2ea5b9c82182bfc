/*
	Ed25519 (modules/optional/ed25519) with Node's server, which is OpenSSL: its certificates and its proof in both
	versions, the client's key in TLS 1.3. A build without that part says so.
*/

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey } from "../../host-sim/servers/certificates.js";
import { bitString, oid, sequence } from "../../host-sim/servers/der.js";
import { lacks } from "../drivers/machine.js";
import { runClient, type ClientOptions, type ClientResult } from "../faults/connect.js";
import { withServer } from "./requests.js";
import { startNode } from "./servers.js";

const ED25519 = 0x0807;
const identity = makeIdentity(["localhost"], "ed25519");
const device = makeCertificate({
	subject: "device",
	key: makeKey("ed25519"),
	issuer: identity.intermediate,
	extendedKeyUsage: ["clientAuth"],
});
const own = { clientCertificates: device.pem + identity.intermediate.pem, clientKey: device.keyPem };
const body = Buffer.from("hello");

async function connect(
	options: Partial<ClientOptions>,
	server: object = {},
	who: typeof identity = identity,
): Promise<ClientResult> {
	let result: ClientResult | undefined;
	await withServer(startNode(who, body, server), async ({ port }) => {
		[result] = await runClient(port, 1, { ca: who.root.pem, optional: ["ed25519"], ...options });
	});
	return result!;
}

describe("Ed25519 with Node's server", { skip: lacks("dpkg-source", "dpkg-dev") }, () => {
	for (const [version, number] of [
		["1.2", 0x303],
		["1.3", 0x304],
	] as const) {
		test(`TLS ${version}: certificates and proof`, async () => {
			const { code, message, text, negotiated } = await connect({
				secure: { minVersion: number, maxVersion: number },
			});
			assert.ok(code === "closed" || code === "truncated", `${code}: ${message}`);
			assert.match(text, /hello$/);
			assert.equal(negotiated?.signature, ED25519);
		});
	}
	test("TLS 1.3: the client's key, which the server demands", async () => {
		const { code, message, text } = await connect(
			{ secure: { minVersion: 0x304, ...own } },
			{ requestCert: true, ca: identity.root.pem },
		);
		assert.ok(code === "closed" || code === "truncated", `${code}: ${message}`);
		assert.match(text, /hello$/);
	});
	test("a key that is not its certificate's", async () => {
		const clientKey = makeCertificate({ subject: "other", key: makeKey("ed25519") }).keyPem;
		const { code, message } = await connect({ secure: { ...own, clientKey } });
		assert.equal(code, "configuration");
		assert.match(message, /"clientKey" is another key than that of the first of "clientCertificates"/);
	});
	test("a signature of a certificate is wrong", async () => {
		const leaf = makeCertificate({
			subject: "localhost",
			key: makeKey("ed25519"),
			issuer: identity.intermediate,
			names: ["localhost"],
			changeSignature: bytes => {
				bytes[0]! ^= 1;
				return bytes;
			},
		});
		const { code, message } = await connect({}, {}, { ...identity, leaf, chain: leaf.pem + identity.intermediate.pem });
		assert.equal(code, "bad_certificate");
		assert.match(message, /forged/);
	});
	test("S is not below the group's order", async () => {
		// L, little-endian (RFC 8032 section 5.1)
		const order = Buffer.from("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", "hex");
		const leaf = makeCertificate({
			subject: "localhost",
			key: makeKey("ed25519"),
			issuer: identity.intermediate,
			names: ["localhost"],
			changeSignature: bytes => {
				let carry = 0;
				for (let i = 0; i < 32; i++) {
					carry += bytes[32 + i]! + order[i]!;
					bytes[32 + i] = carry;
					carry >>= 8;
				}
				return bytes;
			},
		});
		const { code, message } = await connect({}, {}, { ...identity, leaf, chain: leaf.pem + identity.intermediate.pem });
		assert.equal(code, "bad_certificate");
		assert.match(message, /forged/);
	});
	for (const [what, key, code, words] of [
		// the points of order 1 and 2, and one that is not encoded in the shortest form (y is the field's prime)
		["order 1", `01${"00".repeat(31)}`, "bad_certificate", /forged/],
		["order 2", `ec${"ff".repeat(30)}7f`, "bad_certificate", /forged/],
		["another form", `ed${"ff".repeat(30)}7f`, "bad_certificate", /forged/],
	] as const)
		test(`a CA's key is wrong: ${what}`, async () => {
			const right = identity.intermediate.key.publicKey.export({ type: "spki", format: "der" });
			const wrong = sequence(sequence(oid("1.3.101.112")), bitString(Buffer.from(key, "hex")));
			const intermediate = makeCertificate({
				subject: "xs-tls test intermediate",
				key: identity.intermediate.key,
				issuer: identity.root,
				isAuthority: true,
				changeBody: bytes => {
					const start = bytes[1]! < 0x80 ? 2 : 2 + (bytes[1]! & 0x7f);
					const at = bytes.indexOf(right);
					return sequence(bytes.subarray(start, at), wrong, bytes.subarray(at + right.length));
				},
			});
			const chain = identity.leaf.pem + intermediate.pem;
			const result = await connect({}, {}, { ...identity, intermediate, chain });
			assert.equal(result.code, code, result.message);
			assert.match(result.message, words);
		});
	test("a build without it refuses by name, and says what adds it", async () => {
		const p256 = makeIdentity(["localhost"]);
		const { code, message } = await connect({ optional: [], secure: own }, {}, p256);
		assert.equal(code, "configuration");
		assert.match(message, /unsupported key \(Ed25519, which optional\/ed25519\/manifest\.json adds to a build\)/);
	});
});
