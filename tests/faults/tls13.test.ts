/*
	What a TLS 1.3 client must refuse, each with the RFC's alert and an error that says what is wrong (RFC 8446). The
	server is tests/peers/server13.ts; every message that it sends can be changed. The faults are in tls13/, by subject.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { expectFaults } from "./fault.js";
import type { Fault } from "./script13.js";
import { type Outcome13, type Script13, Session13 } from "../peers/server13.js";
import { message, plainRecord } from "../peers/wire13.js";
import { type Pair, runPairs } from "./connect.js";
import { type ServerIdentity, makeIdentity } from "../../host-sim/servers/certificates.js";
import { certificateFaults, proofFaults } from "./tls13/certificates.js";
import { contributedFault } from "./tls13/contributed.js";
import { helloFaults, versionFaults } from "./tls13/hello.js";
import { promiseFaults, statusFaults, withStatus } from "./tls13/status.js";
import { recordFaults } from "./tls13/records.js";

describe("TLS 1.3: what is refused", () => {
	let identity: ServerIdentity;

	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	function scriptOf(change: Partial<Script13>): Script13 {
		const { leaf, intermediate } = identity;
		return { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, ...change };
	}

	function runAll(scripts: Partial<Script13>[], secure: object = {}): Promise<Pair<Outcome13>[]> {
		return runPairs(scripts.length, { ca: identity.root.pem, secure }, (socket, i) =>
			new Session13(socket, scriptOf(scripts[i]!)).run(),
		);
	}

	function suite(title: string, faults: Fault[], secure: object = {}): void {
		test(title, async t => {
			const pairs = await runAll(
				faults.map(fault => fault.script(identity)),
				secure,
			);
			await expectFaults(
				t,
				faults,
				pairs.map(({ client, server: { alert, finished } }) => ({ client, alert, isAuthenticated: finished })),
			);
		});
	}

	test("the right server is accepted, so that a refusal means something", async () => {
		const [pair] = await runAll([{}]);
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.match(pair!.client.text, /hello$/);
		assert.equal(pair!.server.finished, true);
		assert.equal(pair!.server.alert, 0, "close_notify is answered");
	});

	test("messages in pieces of any size, also where the keys change", async () => {
		const pieces = (size: number): Partial<Script13> => ({
			fragment: size,
			editRecords: (which, records) => {
				if (which !== "hello") return records;
				const content = records[0]!.subarray(5);
				return Array.from({ length: Math.ceil(content.length / size) }, (_, i) =>
					plainRecord(22, content.subarray(i * size, (i + 1) * size)),
				);
			},
		});
		for (const { client, server } of await runAll([1, 2, 3, 4, 5, 35, 36, 37, 50, 100].map(pieces))) {
			assert.equal(client.code, "closed", client.message);
			assert.equal(server.finished, true);
		}
	});

	test("a KeyUpdate that asks for one is answered, and both directions go on", async () => {
		const [pair] = await runAll([
			{
				talk: async session => {
					while (!session.outcome.received.includes("\r\n\r\n")) await session.receive();
					for (let i = 0; i < 3; i++) {
						session.send(22, message(24, Buffer.of(1)));
						session.writeKey!.update();
						session.send(23, Buffer.from(`part ${i} `));
						const answer = await session.receive();
						assert.deepEqual(answer, { type: 22, content: message(24, Buffer.of(0)) });
						session.readKey!.update();
					}
					session.send(21, Buffer.of(1, 0));
				},
			},
		]);
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.equal(pair!.client.text, "part 0 part 1 part 2 ");
		assert.equal(pair!.server.alert, 0, "close_notify comes under the last key");
	});

	suite("certificates", certificateFaults);
	suite("proof and order", proofFaults);
	suite("hello and extensions", helloFaults);
	suite("the fault that CONTRIBUTING.md adds", [contributedFault()]);
	suite("older versions", versionFaults, { minVersion: 0x0304 });
	suite("records and after the handshake", recordFaults);
	suite("stapled status", statusFaults, { staple: "require" });
	suite("stapled status that is not required", promiseFaults);

	test("a server with the stapled status that is required", async () => {
		const [pair] = await runAll([withStatus(identity, {})], { staple: "require" });
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.match(pair!.client.text, /hello$/);
	});

	test("application data before the server's Finished", async () => {
		const [pair] = await runAll([{ early: Buffer.from("too early") }]);
		assert.equal(pair!.client.code, "unexpected_message");
		assert.equal(pair!.server.alert, 10);
		assert.equal(pair!.client.length, 0);
	});
});
