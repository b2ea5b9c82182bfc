/*
	HelloRetryRequest (RFC 8446 section 4.1.4): what the second ClientHello may and must change, and what no server may
	say then.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { helloExtensions, parseHello } from "../peers/hello13.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { answerRequest, Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { extension, message } from "../peers/wire13.js";
import { runPairs, type ClientOptions, type Pair } from "./connect.js";
import { expectRefusals, illegal, malformed } from "./fault.js";

const KEY_SHARE = 51,
	COOKIE = 44,
	PRE_SHARED_KEY = 41,
	EARLY_DATA = 42;

/**
 * Where the extensions of a ServerHello or HelloRetryRequest start, in the body; its session id has 32 bytes, the suite
 * stands before.
 */
const listAt = 2 + 32 + 1 + 32 + 3;
const suiteAt = listAt - 3;

const p256: Partial<Script13> = { retryGroup: 0x17 };

/** A retry with other extensions: supported_versions, key_share and cookie come in this order. */
function retrying(change: (versions: Buffer, share: Buffer, cookie: Buffer) => Uint8Array[]): Partial<Script13> {
	return {
		...p256,
		edit: (name, bytes) => {
			if (name !== "HelloRetryRequest") return bytes;
			const list = bytes.subarray(4 + listAt + 2);
			return message(
				2,
				bytes.subarray(4, 4 + listAt),
				vector(2, ...change(list.subarray(0, 6), list.subarray(6, 12), list.subarray(12))),
			);
		},
	};
}

/** A right retry, and a ServerHello after it with other bytes in its body. */
function then(change: (body: Buffer) => Uint8Array): Partial<Script13> {
	return { ...p256, edit: (name, bytes) => (name === "ServerHello" ? message(2, change(bytes.subarray(4))) : bytes) };
}

function thenExtensions(change: (versions: Buffer, share: Buffer) => Uint8Array[]): Partial<Script13> {
	return then(body =>
		Buffer.concat([
			body.subarray(0, listAt),
			vector(2, ...change(body.subarray(listAt + 2, listAt + 8), body.subarray(listAt + 8))),
		]),
	);
}

function withSuite(body: Buffer, suite: number): Buffer {
	return Buffer.concat([body.subarray(0, suiteAt), u16(suite), body.subarray(suiteAt + 2)]);
}

const faults: {
	readonly name: string;
	readonly script: Partial<Script13>;
	readonly code: string;
	readonly alert: number;
}[] = [
	{ name: "another suite afterwards", script: then(body => withSuite(body, 0x1302)), ...illegal },
	{
		name: "a share of the first group afterwards",
		script: thenExtensions(versions => [versions, extension(KEY_SHARE, u16(0x1d), vector(2, Buffer.alloc(32, 9)))]),
		...illegal,
	},
	{
		name: "no share afterwards",
		script: thenExtensions(versions => [versions]),
		code: "missing_extension",
		alert: 109,
	},
	{
		name: "the cookie again in the ServerHello",
		script: thenExtensions((...all) => [...all, extension(COOKIE, vector(2, Buffer.alloc(40)))]),
		...illegal,
	},
	{ name: "TLS 1.2 afterwards", script: thenExtensions(() => []), ...illegal },
	{
		name: "TLS 1.2 afterwards, in words",
		script: thenExtensions((_, share) => [extension(43, Buffer.of(3, 3)), share]),
		...illegal,
	},
	{
		name: "a suite that was not offered",
		...illegal,
		script: {
			...p256,
			edit: (name, bytes) => (name === "HelloRetryRequest" ? message(2, withSuite(bytes.subarray(4), 0x1304)) : bytes),
		},
	},
	{
		name: "another session id",
		script: {
			...p256,
			edit: (name, bytes) => {
				if (name === "HelloRetryRequest") bytes[4 + 40]! ^= 1;
				return bytes;
			},
		},
		...illegal,
	},
	{ name: "TLS 1.2 in words", script: retrying((_, ...rest) => [extension(43, Buffer.of(3, 3)), ...rest]), ...illegal },
	{
		name: "an empty cookie",
		script: retrying((versions, share) => [versions, share, extension(COOKIE, vector(2))]),
		...malformed,
	},
	{
		name: "a cookie cut short",
		script: retrying((versions, share) => [versions, share, extension(COOKIE, u16(5), Buffer.alloc(4))]),
		...malformed,
	},
	{
		name: "a cookie with a byte after it",
		script: retrying((versions, share, cookie) => [
			versions,
			share,
			extension(COOKIE, cookie.subarray(4), Buffer.of(0)),
		]),
		...malformed,
	},
	{
		name: "the cookie twice",
		script: retrying((versions, share, cookie) => [versions, share, cookie, cookie]),
		...illegal,
	},
	{
		name: "the group twice",
		script: retrying((versions, share, cookie) => [versions, share, share, cookie]),
		...illegal,
	},
	{
		name: "a whole share instead of a group",
		script: retrying(versions => [versions, extension(KEY_SHARE, u16(0x17), vector(2, Buffer.alloc(65, 4)))]),
		...malformed,
	},
	{ name: "no group", script: retrying(versions => [versions, extension(KEY_SHARE)]), ...malformed },
	{
		name: "a group of the old kind",
		script: retrying(versions => [versions, extension(KEY_SHARE, u16(0x100))]),
		...illegal,
	},
	{
		name: "GREASE as a group",
		script: retrying(versions => [versions, extension(KEY_SHARE, u16(0x0a0a))]),
		...illegal,
	},
	{
		name: "the first group, and a cookie",
		script: retrying((versions, _, cookie) => [versions, extension(KEY_SHARE, u16(0x1d)), cookie]),
		...illegal,
	},
];

describe("TLS 1.3: a second hello", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	function runAll(scripts: Partial<Script13>[], options: Partial<ClientOptions> = {}): Promise<Pair<Outcome13>[]> {
		const { leaf, intermediate, root } = identity;
		return runPairs(scripts.length, { ca: root.pem, ...options }, (socket, i) =>
			new Session13(socket, { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, ...scripts[i] }).run(),
		);
	}

	/**
	 * The second hello differs in these extensions alone, which come or go or say something else; all else is what it
	 * was.
	 */
	function expectSame({ client, server }: Pair<Outcome13>, changed: readonly number[]): Map<number, Buffer>[] {
		assert.equal(client.code, "closed", client.message);
		assert.match(client.text, /hello$/);
		const { hellos = [] } = server;
		assert.equal(hellos.length, 2);
		const lists = hellos.map(hello => helloExtensions(hello).data);
		const [head, again] = hellos.map((hello, i) => {
			const length = [...lists[i]!.values()].reduce((sum, data) => sum + 4 + data.length, 0);
			return hello.subarray(4, hello.length - length - 2);
		});
		assert.deepEqual(again, head, "version, random, session id, suites and compression");
		const kept = lists.map(list => [...list].filter(([number]) => !changed.includes(number)));
		assert.deepEqual(kept[1], kept[0], "extensions, and their order");
		return lists;
	}

	const shareOf = (hello: Buffer): [number, Buffer][] => [...parseHello(hello).shares];

	for (const variant of variants) {
		test(`another group and a cookie, a group alone, a cookie alone (${variant})`, async () => {
			let cookie: Buffer = Buffer.alloc(0);
			const pairs = await runAll(
				[
					retrying((versions, share, own) => {
						cookie = own;
						return [versions, share, own];
					}),
					retrying((versions, share) => [versions, share]),
					retrying((versions, _, own) => [versions, own]),
					{ ...p256, retryGroup: 0x18 },
				],
				{ variant },
			);
			const [both, group, alone, p384] = pairs.map((pair, i) =>
				expectSame(pair, [[KEY_SHARE, COOKIE], [KEY_SHARE], [COOKIE], [KEY_SHARE, COOKIE]][i]!),
			);
			assert.deepEqual(both![1]!.get(COOKIE), cookie.subarray(4), "the cookie comes back as it was");
			assert.equal(both![0]!.has(COOKIE), false);
			assert.equal(group![1]!.has(COOKIE), false);
			assert.equal(alone![1]!.get(COOKIE)?.length, 42);
			assert.equal(p384![1]!.has(COOKIE), true);
			const shares = pairs.map(({ server }) => server.hellos!.map(shareOf));
			assert.deepEqual(
				shares.map(hellos => hellos.map(([share]) => share![0])),
				[
					[0x1d, 0x17],
					[0x1d, 0x17],
					[0x1d, 0x1d],
					[0x1d, 0x18],
				],
			);
			for (const [, second] of shares) assert.equal(second!.length, 1, "one share, of the group that was asked for");
			assert.deepEqual(
				pairs.map(({ client }) => client.negotiated?.group),
				[0x17, 0x17, 0x1d, 0x18],
			);
		});
	}
	test("a cookie of 4,000 bytes", async () => {
		const [pair] = await runAll([
			retrying((versions, share) => [versions, share, extension(COOKIE, vector(2, Buffer.alloc(4000, 7)))]),
		]);
		assert.deepEqual(expectSame(pair!, [KEY_SHARE, COOKIE])[1]!.get(COOKIE), vector(2, Buffer.alloc(4000, 7)));
	});
	test("with a session and early data: new binders, no early data", async () => {
		let key: Buffer = Buffer.alloc(0);
		const size = Buffer.from("00001000", "hex");
		const giving: Partial<Script13> = {
			talk: async session => {
				key = session.sendTicket(Buffer.from("a ticket"), { extensions: extension(EARLY_DATA, size) });
				await answerRequest(session);
			},
		};
		const [, pair] = await runAll(
			[
				giving,
				{
					...p256,
					earlyData: "skip",
					get psk() {
						return { key };
					},
				},
			],
			{ session: "", early: 100 },
		);
		const [first, second] = expectSame(pair!, [KEY_SHARE, COOKIE, PRE_SHARED_KEY, EARLY_DATA]);
		assert.deepEqual([first!.has(EARLY_DATA), second!.has(EARLY_DATA)], [true, false]);
		assert.notDeepEqual(second!.get(PRE_SHARED_KEY), first!.get(PRE_SHARED_KEY));
		assert.equal(pair!.server.binder, true);
		assert.deepEqual([pair!.client.negotiated?.resumed, pair!.client.negotiated?.earlyData], [true, false]);
	});

	test("what is wrong", async t => {
		const pairs = await runAll(faults.map(({ script }) => script));
		await expectRefusals(t, faults, pairs);
	});
});
