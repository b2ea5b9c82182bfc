/*
	What a server may and may not say in EncryptedExtensions, field by field (RFC 8446 section 4.3.1): the application
	protocol (RFC 7301), the acknowledged name (RFC 6066 section 3), its groups. Record limits are in limits.test.ts,
	early data in early13.test.ts.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { helloExtensions } from "../peers/hello13.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { extension, message } from "../peers/wire13.js";
import { runPairs, type Pair } from "./connect.js";
import { expectRefusals, illegal, malformed } from "./fault.js";

const SERVER_NAME = 0,
	GROUPS = 10,
	ALPN = 16;

const names = (...list: string[]): Buffer =>
	extension(ALPN, vector(2, ...list.map(name => vector(1, Buffer.from(name)))));

/** The server's answer that picks a protocol of `length` bytes, all 255. */
const alpnOf = (length: number): Buffer => extension(ALPN, vector(2, vector(1, Buffer.alloc(length, 0xff))));

const faults: { readonly name: string; readonly data: Buffer; readonly code: string; readonly alert: number }[] = [
	{ name: "a protocol that is not among those offered", data: names("h3"), ...illegal },
	{ name: "a protocol in other letters", data: names("H2"), ...illegal },
	{ name: "the beginning of a protocol", data: names("h"), ...illegal },
	{ name: "two protocols", data: names("h2", "http/1.1"), ...malformed },
	{ name: "an empty protocol", data: names(""), ...malformed },
	{ name: "no protocol", data: extension(ALPN, vector(2)), ...malformed },
	{ name: "no list of protocols", data: extension(ALPN), ...malformed },
	{
		name: "a protocol with a byte after the list",
		data: extension(ALPN, vector(2, vector(1, Buffer.from("h2"))), Buffer.of(0)),
		...malformed,
	},
	{
		name: "a protocol that is longer than its list",
		data: extension(ALPN, u16(3), Buffer.of(3), Buffer.from("h2")),
		...malformed,
	},
	{ name: "the protocol twice", data: Buffer.concat([names("h2"), names("h2")]), ...illegal },
	{
		name: "a name that is acknowledged with words",
		data: extension(SERVER_NAME, vector(2, Buffer.of(0), vector(2, Buffer.from("localhost")))),
		...malformed,
	},
	{
		name: "a name that is acknowledged twice",
		data: Buffer.concat([extension(SERVER_NAME), extension(SERVER_NAME)]),
		...illegal,
	},
	{ name: "no groups in a list of groups", data: extension(GROUPS, vector(2)), ...malformed },
	{ name: "half a group", data: extension(GROUPS, vector(2, Buffer.of(0))), ...malformed },
	{
		name: "groups with a byte after them",
		data: extension(GROUPS, vector(2, u16(0x1d)), Buffer.of(0)),
		...malformed,
	},
];

describe("TLS 1.3: EncryptedExtensions", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	function runAll(scripts: Partial<Script13>[], more: object = {}): Promise<Pair<Outcome13>[]> {
		const { leaf, intermediate, root } = identity;
		return runPairs(
			scripts.length,
			{ ca: root.pem, secure: { applicationLayerProtocolNegotiation: ["h2", "http/1.1"] }, ...more },
			(socket, i) =>
				new Session13(socket, { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, ...scripts[i] }).run(),
		);
	}

	test("what is right", async () => {
		const pairs = await runAll([
			{},
			{ encryptedExtensions: names("http/1.1") },
			{ encryptedExtensions: extension(SERVER_NAME) },
			{
				encryptedExtensions: Buffer.concat([
					extension(GROUPS, vector(2, u16(0x17), u16(0x0a0a))),
					names("h2"),
					extension(SERVER_NAME),
				]),
			},
		]);
		for (const { client, server } of pairs) {
			assert.equal(client.code, "closed", client.message);
			assert.match(client.text, /hello$/);
			const { data } = helloExtensions(server.hello);
			assert.deepEqual(data.get(SERVER_NAME), vector(2, Buffer.of(0), vector(2, Buffer.from("localhost"))));
			assert.deepEqual(data.get(ALPN), names("h2", "http/1.1").subarray(4));
		}
		assert.deepEqual(
			pairs.map(({ client }) => client.negotiated?.protocol),
			[undefined, "http/1.1", undefined, "h2"],
		);
	});
	test("an address is not a name: none is sent, and none may be acknowledged", async () => {
		const [pair] = await runAll([{ encryptedExtensions: extension(SERVER_NAME) }], { host: "127.0.0.1" });
		assert.equal(helloExtensions(pair!.server.hello).data.has(SERVER_NAME), false);
		assert.equal(pair!.client.code, "unsupported_extension", pair!.client.message);
		assert.equal(pair!.server.alert, 110);
	});
	test("what is wrong", async t => {
		const pairs = await runAll(faults.map(({ data }) => ({ encryptedExtensions: data })));
		await expectRefusals(t, faults, pairs);
	});
	test("a protocol of any length that was not offered: 32 bytes of it are shown", async () => {
		const shown = [...Array(32).fill("\\xff"), "..."].join("");
		const pairs = await runAll([32, 33, 255].map(length => ({ encryptedExtensions: alpnOf(length) })));
		for (const [i, says] of [shown.slice(0, -3), shown, shown].entries())
			assert.equal(pairs[i]!.client.message, `server picked the protocol "${says}", which was not offered`);
	});
	test("messages of the next flight after Finished, in the same record", async () => {
		const ticket = message(4, Buffer.alloc(8), vector(1), vector(2, Buffer.of(1)), vector(2));
		const update = message(24, Buffer.of(0));
		const following = (behind: Buffer): Partial<Script13> => ({
			edit: (name, bytes) => (name === "Finished" ? Buffer.concat([bytes, behind]) : bytes),
		});
		const pairs = await runAll([ticket, update, ticket.subarray(0, 3)].map(following));
		for (const { client, server } of pairs) {
			assert.equal(client.code, "unexpected_message", client.message);
			assert.equal(server.alert, 10);
			assert.equal(client.negotiated, undefined);
		}
	});
});
