/*
	AES-CCM, which only the option cipherSuites brings (RFC 6655, RFC 7251, RFC 8446 appendix B.4), and that option.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { extension } from "../peers/wire13.js";
import { rightExtensions, Session12, type Outcome12 } from "../peers/server12.js";
import { Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { runClient, runPairs, type Pair } from "./connect.js";

const suites13 = [
	["TLS_AES_128_CCM_SHA256", 16],
	["TLS_AES_128_CCM_8_SHA256", 8],
] as const;
const suites12 = [
	["TLS_ECDHE_ECDSA_WITH_AES_128_CCM", 16],
	["TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", 8],
] as const;

describe("AES-CCM", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	async function run13(
		suite: string,
		script: Partial<Script13> = {},
		secure: object = {},
		variant = "native",
	): Promise<Pair<Outcome13>> {
		const { leaf, intermediate, root } = identity;
		const options = { ca: root.pem, variant, secure: { minVersion: 0x304, cipherSuites: [suite], ...secure } };
		const [pair] = await runPairs(1, options, socket =>
			new Session13(socket, { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, suite, ...script }).run(),
		);
		return pair!;
	}

	async function run12(
		suite: string,
		script: object = {},
		secure: object = {},
		variant = "native",
	): Promise<Pair<Outcome12>> {
		const { leaf, intermediate, root } = identity;
		const options = { ca: root.pem, variant, secure: { maxVersion: 0x303, cipherSuites: [suite], ...secure } };
		const [pair] = await runPairs(1, options, socket =>
			new Session12(socket, { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, suite, ...script }).run(),
		);
		return pair!;
	}

	/** Sends `length` bytes in one record when the request has come. */
	const sending = (length: number, change = (record: Buffer): Buffer => record): object => ({
		talk: async (session: Session13) => {
			while (!session.outcome.received.includes("\r\n\r\n")) if (!(await session.receive())) return;
			session.socket.write(change(session.writeKey!.seal(23, Buffer.alloc(length, "x"))));
			session.send(21, Buffer.of(1, 0));
		},
	});

	const flipped = (record: Buffer): Buffer => {
		record[record.length - 1]! ^= 1;
		return record;
	};

	for (const [run, suites] of [
		[run13, suites13],
		[run12, suites12],
	] as const) {
		for (const [suite, tag] of suites) {
			for (const variant of variants) {
				test(`${suite} (${variant})`, async () => {
					const { client, server } = await run(suite, sending(16384), {}, variant);
					assert.equal(client.code, "closed", client.message);
					assert.equal(client.length, 16384);
					assert.equal(client.negotiated?.suite, suite);
					assert.ok(server.finished);
				});
			}
			test(`${suite}: a tag that is wrong`, async () => {
				const { client, server } = await run(suite, sending(100, flipped));
				assert.equal(client.code, "bad_record_mac", client.message);
				assert.equal(server.alert, 20);
				assert.equal(client.length, 0);
			});
			const limited =
				run === run13
					? { encryptedExtensions: extension(28, Buffer.of(64, 1)) }
					: { extensions: Buffer.concat([...rightExtensions, extension(28, Buffer.of(64, 0))]) };
			for (const [length, code] of [
				[1000, "closed"],
				[1001, "record_too_long"],
			] as const) {
				test(`${suite}: ${length} bytes where 1000 were asked for`, async () => {
					const { client } = await run(
						suite,
						{ ...limited, ...sending(length) },
						{ recordSizeLimit: run === run13 ? 1001 : 1000 },
					);
					assert.equal(client.code, code, client.message);
					assert.equal(client.length, code === "closed" ? length : 0);
				});
			}
			test(`${suite}: its tag has ${tag} bytes, and no record has fewer`, async () => {
				const { client } = await run(
					suite,
					sending(0, () => Buffer.concat([Buffer.of(23, 3, 3, 0, tag - 1), Buffer.alloc(tag - 1)])),
				);
				assert.equal(client.code, "bad_record_mac", client.message);
			});
		}
	}

	test("not offered by default", async () => {
		const pair = await run13("TLS_AES_128_CCM_SHA256", {}, { cipherSuites: undefined });
		assert.equal(pair.client.code, "illegal_parameter", pair.client.message);
		assert.equal(pair.server.alert, 47);
		const suites = pair.server.hello.subarray(
			4 + 2 + 32 + 33 + 2,
			4 + 2 + 32 + 33 + 2 + pair.server.hello.readUInt16BE(71),
		);
		for (let at = 0; at < suites.length; at += 2)
			assert.ok(![0x1304, 0x1305, 0xc0ac, 0xc0ae].includes(suites.readUInt16BE(at)));
	});

	describe("cipherSuites", () => {
		test("the order is kept, and what the versions have no use for is left out", async () => {
			const names = ["TLS_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"];
			const { client, server } = await run13("TLS_AES_128_GCM_SHA256", {}, { cipherSuites: names });
			assert.equal(client.code, "closed", client.message);
			assert.deepEqual(server.hello.subarray(71, 77), Buffer.of(0, 4, 0x13, 3, 0x13, 1));
		});
		for (const [name, secure, words] of [
			[
				"an unknown name",
				{ cipherSuites: ["TLS_AES_128_CCM"] },
				/"TLS_AES_128_CCM" is not a suite that this client knows/,
			],
			["no name", { cipherSuites: [7] }, /"cipherSuites" must have names of cipher suites, not a number/],
			[
				"one twice",
				{ cipherSuites: ["TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"] },
				/TLS_AES_128_GCM_SHA256 twice/,
			],
			["none", { cipherSuites: [] }, /"cipherSuites" must have 1 to 1024 items, not 0/],
			["none for TLS 1.3", { cipherSuites: ["TLS_ECDHE_ECDSA_WITH_AES_128_CCM"] }, /none for TLS 1\.3/],
			["none for TLS 1.2", { cipherSuites: ["TLS_AES_128_GCM_SHA256"] }, /none for TLS 1\.2/],
			["no list", { cipherSuites: "TLS_AES_128_GCM_SHA256" }, /"cipherSuites" must be an array/],
		] as const) {
			test(name, async () => {
				const [result] = await runClient(1, 1, { ca: identity.root.pem, secure });
				assert.equal(result?.code, "configuration", result?.message);
				assert.match(result.message, words);
			});
		}
		test("none with the hash of the key", async () => {
			const psk = { identity: "x", key: "00".repeat(32), hash: "sha384" };
			const [result] = await runClient(1, 1, { ca: "", psk, secure: { cipherSuites: ["TLS_AES_128_CCM_SHA256"] } });
			assert.equal(result?.code, "configuration", result?.message);
			assert.match(result.message, /hash of "psk"/);
		});
	});
});
