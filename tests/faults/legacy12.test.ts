/*
	Old servers of TLS 1.2, which a client takes only if "config.xs_tls" says so. Each suite is accepted from a right
	server. What is wrong is refused with the RFC's alert (RFC 5246, 7366, 7627, 7919).
*/

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type BlockKey12, oldSuites12 } from "../../host-sim/trace/keys12.js";
import { type Fault, expectRefusals, runAll } from "./script12.js";
import type { Script12, Session12 } from "../peers/server12.js";
import { all, cbcSHA, dheGCM, ecdsa, rsa, rsaGCM, withSuite } from "./legacy12/suites.js";
import { blockFaults } from "./legacy12/blocks.js";
import { dheFaults, helloFaults, rsaFaults } from "./legacy12/exchange.js";
import { extension } from "../peers/wire13.js";
import { runClient } from "./connect.js";
import { u16 } from "../../host-sim/trace/keys13.js";
import { variants } from "../drivers/machine.js";

describe("TLS 1.2: old servers", () => {
	const suite = (title: string, faults: Fault[], tls: string): unknown =>
		test(`refused: ${title}`, t => expectRefusals(t, rsa, faults, { tls }));

	suite("RSA key transport", rsaFaults, "rsa");
	suite("Diffie-Hellman", dheFaults, "dhe");
	suite("block ciphers", blockFaults, "cbc");
	suite("extensions", helloFaults, all);

	/** One connection for each script, the root that each needs being trusted. */
	async function expectAccepted(scripts: Partial<Script12>[], options: object): Promise<void> {
		for (const { client, server } of await runAll(rsa, scripts, { ca: rsa.root.pem + ecdsa.root.pem, ...options })) {
			assert.equal(client.code, "closed", client.message);
			assert.match(client.text, /hello$/);
			assert.equal(server.finished, true);
			assert.deepEqual(server.alerts, [0]);
		}
	}

	for (const variant of variants) {
		test(`every suite (${variant})`, () =>
			expectAccepted(
				Object.entries(oldSuites12).flatMap(([name, { mac: isBlock }]) =>
					isBlock ? [withSuite(name), withSuite(name, { encryptThenMac: true })] : [withSuite(name)],
				),
				{ variant, tls: all },
			));
		test(`groups, certificates asked for, a status, small records (${variant})`, () =>
			expectAccepted(
				[rsaGCM, dheGCM, cbcSHA]
					.flatMap(name => [withSuite(name, { requestCertificate: true }), withSuite(name, { fragment: 50 })])
					.concat(withSuite(dheGCM, { dhe: { bits: 3072 } }), withSuite(dheGCM, { dhe: { bits: 4096 } })),
				{ variant, tls: all },
			));
	}

	test("records with every length of padding, up to the longest text", async () => {
		const talk = async (session: Session12): Promise<void> => {
			while (!session.outcome.received.includes("\r\n\r\n")) await session.receive();
			const key = session.writeKey as BlockKey12;
			for (let blocks = 0; blocks < 15; blocks++)
				for (let length = 0; length < 33; length += 3)
					session.socket.write(key.sealChanged(23, Buffer.alloc(length, 0x78), { blocks }));
			session.send(23, Buffer.alloc(16384, 0x79));
			session.send(23, Buffer.from("hello"));
			session.send(21, Buffer.of(1, 0));
		};
		for (const { client } of await runAll(
			rsa,
			[true, false].map(encryptThenMac => withSuite(cbcSHA, { encryptThenMac, talk })),
			{ tls: "cbc" },
		)) {
			assert.equal(client.code, "closed", client.message);
			assert.equal(client.length, 15 * 165 + 16384 + 5);
		}
	});

	test("DHE whose value begins with zeros", async () => {
		// one in 256 does: enough connections that one is among them, most likely
		await expectAccepted(Array<Partial<Script12>>(300).fill(withSuite(dheGCM)), { tls: "dhe" });
	});

	describe("what is not switched on is not offered", () => {
		async function offered(options: object): Promise<{ suites: number[]; hello: Buffer }> {
			const [pair] = await runAll(rsa, [{}], options);
			const { hello } = pair!.server;
			const at = 39 + hello[38]!;
			const list = hello.subarray(at + 2, at + 2 + hello.readUInt16BE(at));
			return { suites: Array.from({ length: list.length / 2 }, (_, i) => list.readUInt16BE(2 * i)), hello };
		}
		const old = new Map(Object.entries(oldSuites12).map(([name, { id }]) => [id, name]));
		const names = (suites: number[]): string[] => suites.filter(id => old.has(id)).map(id => old.get(id)!);

		test("nothing without words", async () => {
			assert.deepEqual(names((await offered({})).suites), []);
			const { suites, hello } = await offered({ tls: "" });
			assert.deepEqual(names(suites), []);
			assert.ok(!hello.includes(extension(22)), "encrypt_then_mac");
		});
		for (const [tls, wanted] of [
			["rsa", /^TLS_RSA_\w+GCM/],
			["dhe", /^TLS_DHE_\w+(GCM|CHACHA)/],
			["cbc", /^TLS_ECDHE\w+CBC/],
			["rsa cbc", /^TLS_(RSA|ECDHE)/],
			["1.2 cbc dhe", /^TLS_(DHE|ECDHE)/],
			[all, /./],
		] as const) {
			test(`"${tls}"`, async () => {
				const { suites, hello } = await offered({ tls });
				const expected = [...old.values()].filter(name => wanted.test(name));
				assert.deepEqual(names(suites).sort(), expected.sort());
				assert.equal(hello.includes(extension(22)), tls.includes("cbc"));
				assert.equal(
					hello.includes(u16(0x100)) && hello.includes(Buffer.concat([u16(0x100), u16(0x101), u16(0x102)])),
					tls.includes("dhe"),
				);
				const first = suites.findIndex(id => old.has(id));
				assert.ok(
					suites.slice(first).every(id => old.has(id)),
					"old suites come last",
				);
			});
		}
		test("by name, alone", async () => {
			const { suites } = await offered({
				tls: "rsa cbc",
				secure: { maxVersion: 0x303, cipherSuites: ["TLS_RSA_WITH_AES_128_CBC_SHA"] },
			});
			assert.deepEqual(names(suites), ["TLS_RSA_WITH_AES_128_CBC_SHA"]);
			const [result] = await runClient(1, 1, {
				ca: rsa.root.pem,
				tls: "cbc",
				secure: { maxVersion: 0x303, cipherSuites: ["TLS_RSA_WITH_AES_128_CBC_SHA"] },
			});
			assert.equal(result?.code, "configuration", result?.message);
		});
		test("nothing for TLS 1.3 alone", async () => {
			assert.deepEqual(names((await offered({ tls: all, secure: { minVersion: 0x304 } })).suites), []);
		});
		test("a suite that is not switched on is refused", async () => {
			const [pair] = await runAll(rsa, [withSuite(rsaGCM)], { tls: "cbc dhe" });
			assert.equal(pair!.client.code, "illegal_parameter", pair!.client.message);
		});
		test("versions are allowed as words, but not for old servers: a build without legacy takes them", async () => {
			for (const tls of ["1.2", "1.3", "1.2 1.3"]) {
				const [pair] = await runAll(rsa, [{}], { tls, withoutLegacy: true });
				assert.equal(pair!.client.code, "closed", pair!.client.message);
			}
		});
		for (const [tls, withoutLegacy, says] of [
			["rsa", true, /"rsa" is for old servers and needs modules\/optional\/legacy/],
			["everything", false, /"everything" is not one of 1\.2, 1\.3, cbc/],
		] as const) {
			test(`"${tls}"${withoutLegacy ? " in a build without legacy" : ""} is an error`, async () => {
				const [result] = await runClient(1, 1, { ca: rsa.root.pem, tls, withoutLegacy });
				assert.equal(result?.code, "configuration");
				assert.match(result.message, says);
			});
		}
	});
});
