/*
	Padding of the records that a TLS 1.3 client sends (RFC 8446 section 5.4), within what the server takes in a record
	(RFC 8449).
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { answerRequest, Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { extension, message } from "../peers/wire13.js";
import { runClient, runPairs, type Pair } from "./connect.js";

describe("TLS 1.3: padding", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	async function run(secure: object, script: Partial<Script13> = {}, variant = "native"): Promise<Pair<Outcome13>> {
		const { leaf, intermediate, root } = identity;
		const [pair] = await runPairs(1, { ca: root.pem, secure, variant }, socket =>
			new Session13(socket, { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, ...script }).run(),
		);
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.match(pair!.client.text, /hello$/);
		assert.match(pair!.server.received.toString(), /^GET .*\r\n\r\n$/s);
		return pair!;
	}

	test("none unless asked for", async () => {
		const { server } = await run({});
		assert.deepEqual(server.lengths, [4 + 32 + 1, server.received.length + 1, 2 + 1]);
	});
	for (const variant of variants) {
		for (const multiple of [2, 64, 100, 512]) {
			test(`a multiple of ${multiple} (${variant})`, async () => {
				const { server } = await run({ recordPadding: multiple }, {}, variant);
				assert.deepEqual(
					server.lengths,
					[37, server.received.length + 1, 3].map(length => Math.ceil(length / multiple) * multiple),
				);
			});
		}
	}
	test("no more than the longest record", async () => {
		const { server } = await run({ recordPadding: 1024, maxSendFragment: 512 });
		assert.deepEqual(server.lengths, [513, 513, 513]);
	});
	test("no more than the server takes", async () => {
		const { server } = await run(
			{ recordPadding: 1000, recordSizeLimit: 16385 },
			{ encryptedExtensions: extension(28, Buffer.of(0, 64)) },
		);
		const lengths = server.received.length > 63 ? [64, 64] : [64];
		assert.deepEqual(server.lengths, [64, ...lengths, 64]);
	});
	test("an answer to a KeyUpdate is filled up, too", async () => {
		const { server } = await run(
			{ recordPadding: 128 },
			{
				talk: async session => {
					session.send(22, message(24, Buffer.of(1)));
					session.writeKey!.update();
					let update;
					while ((update = await session.receive())?.type === 23);
					assert.deepEqual(update, { type: 22, content: message(24, Buffer.of(0)) });
					session.readKey!.update();
					await answerRequest(session);
				},
			},
		);
		assert.ok(
			server.lengths!.every(length => length === 128),
			String(server.lengths),
		);
	});
	for (const value of [1, 1025, 1.5]) {
		test(`${value} is not allowed as padding`, async () => {
			const [result] = await runClient(1, 1, { ca: identity.root.pem, secure: { recordPadding: value } });
			assert.equal(result?.code, "configuration");
			assert.match(result.message, /"recordPadding" must be a whole number from 2 to 1024/);
		});
	}
});
