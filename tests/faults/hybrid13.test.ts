/*
	The group X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem) of modules/optional/hybrid: what the hello offers, which share
	the server may answer, and what no server may say. The server's ML-KEM is @noble/post-quantum's.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { variants } from "../drivers/machine.js";
import { helloExtensions, parseHello } from "../peers/hello13.js";
import { answerRequest, Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { extension, message } from "../peers/wire13.js";
import { runPairs, type ClientOptions, type Pair } from "./connect.js";
import { expectRefusals, illegal } from "./fault.js";

const HYBRID = 0x11ec,
	X25519 = 0x1d,
	P256 = 0x17,
	KEY_SHARE = 51,
	GROUPS = 10;

const CIPHERTEXT = 1088;

/** Where the extensions of a ServerHello start, in the body: its session id has 32 bytes. */
const listAt = 2 + 32 + 1 + 32 + 3;

/** A ServerHello with another key_share: `change` gets the share without group and length. */
function sharing(change: (share: Buffer) => Uint8Array, group = HYBRID): Partial<Script13> {
	return {
		edit: (name, bytes) => {
			if (name !== "ServerHello") return bytes;
			const body = bytes.subarray(4);
			const versions = body.subarray(listAt + 2, listAt + 8);
			// the extension's head, group and length take 8 bytes
			const share = body.subarray(listAt + 8 + 8);
			const list = vector(2, versions, extension(KEY_SHARE, u16(group), vector(2, change(share))));
			return message(2, body.subarray(0, listAt), list);
		},
	};
}

function retrying(group: number): Partial<Script13> {
	return {
		retryGroup: P256,
		edit: (name, bytes) => {
			if (name !== "HelloRetryRequest") return bytes;
			const body = bytes.subarray(4);
			const list = body.subarray(listAt + 2);
			return message(
				2,
				body.subarray(0, listAt),
				vector(2, list.subarray(0, 6), extension(KEY_SHARE, u16(group)), list.subarray(12)),
			);
		},
	};
}

function flipped(bytes: Buffer, at: number): Buffer {
	const copy = Buffer.from(bytes);
	copy[at]! ^= 1 << (at % 8);
	return copy;
}

/**
 * Implicit rejection: the two sides have other keys. The first protected record can't be opened, and the server can't
 * read the alert.
 */
const otherKeys = { code: "bad_record_mac", alert: undefined } as const;

interface Fault {
	readonly name: string;
	readonly script: Partial<Script13>;
	readonly code: string;
	readonly alert: number | undefined;
}

const faults: Fault[] = [
	{ name: "a share of no bytes but one", script: sharing(() => Buffer.of(1)), ...illegal },
	{ name: "a share that is a byte too short", script: sharing(share => share.subarray(0, -1)), ...illegal },
	{
		name: "a share that is a byte too long",
		script: sharing(share => Buffer.concat([share, Buffer.of(0)])),
		...illegal,
	},
	{ name: "a ciphertext alone", script: sharing(share => share.subarray(0, CIPHERTEXT)), ...illegal },
	{ name: "an X25519 key alone", script: sharing(share => share.subarray(CIPHERTEXT)), ...illegal },
	{ name: "the client's own share", script: sharing(share => Buffer.concat([share, Buffer.alloc(96)])), ...illegal },
	{
		name: "an X25519 part of zeros",
		script: sharing(share => Buffer.concat([share.subarray(0, CIPHERTEXT), Buffer.alloc(32)])),
		...illegal,
	},
	{
		name: "an X25519 part of order 2",
		script: sharing(share => Buffer.concat([share.subarray(0, CIPHERTEXT), Buffer.of(1), Buffer.alloc(31)])),
		...illegal,
	},
	{
		name: "the two parts exchanged",
		script: sharing(share => Buffer.concat([share.subarray(CIPHERTEXT), share.subarray(0, CIPHERTEXT)])),
		...otherKeys,
	},
	{ name: "a ciphertext of zeros", script: sharing(share => share.fill(0, 0, CIPHERTEXT)), ...otherKeys },
	{ name: "a ciphertext of ones", script: sharing(share => share.fill(0xff, 0, CIPHERTEXT)), ...otherKeys },
	{
		name: "the share of a group that the hello has none of",
		script: sharing(share => share.subarray(0, 65), P256),
		...illegal,
	},
	{ name: "a hybrid share said to be of X25519", script: sharing(share => share, X25519), ...illegal },
	{ name: "a share of the draft's older group", script: sharing(share => share, 0x6399), ...illegal },
	{ name: "a retry for the group that was sent", script: retrying(HYBRID), ...illegal },
	{ name: "a retry for X25519, which was sent beside it", script: retrying(X25519), ...illegal },
	{ name: "a retry for a group that was not offered", script: retrying(0x11eb), ...illegal },
	...Array.from({ length: 35 }, (_, i) => {
		const at = Math.min(i * 32 + (i % 8), CIPHERTEXT - 1);
		return { name: `byte ${at} of the ciphertext changed`, script: sharing(share => flipped(share, at)), ...otherKeys };
	}),
];

describe("TLS 1.3: X25519MLKEM768", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	function runAll(scripts: Partial<Script13>[], options: Partial<ClientOptions> = {}): Promise<Pair<Outcome13>[]> {
		const { leaf, intermediate, root } = identity;
		return runPairs(scripts.length, { ca: root.pem, optional: ["hybrid"], ...options }, (socket, i) =>
			new Session13(socket, { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, ...scripts[i] }).run(),
		);
	}

	const sharesOf = (hello: Buffer): [number, number][] =>
		[...parseHello(hello).shares].map(([group, share]) => [group, share.length]);

	for (const variant of variants) {
		test(`both shares of a hello have one X25519 key, and the server picks (${variant})`, async () => {
			const pairs = await runAll([{ group: HYBRID }, { group: X25519 }, { retryGroup: P256 }, { retryGroup: 0x18 }], {
				variant,
			});
			for (const { client, server } of pairs) {
				assert.equal(client.code, "closed", client.message);
				assert.match(client.text, /hello$/);
				const hello = server.hellos![0]!;
				assert.deepEqual(sharesOf(hello), [
					[HYBRID, 1216],
					[X25519, 32],
				]);
				const shares = parseHello(hello).shares;
				assert.deepEqual(shares.get(HYBRID)!.subarray(1184), shares.get(X25519));
				assert.equal(helloExtensions(hello).data.get(GROUPS)!.readUInt16BE(2), HYBRID);
			}
			assert.deepEqual(
				pairs.map(({ client }) => client.negotiated?.group),
				[HYBRID, X25519, P256, 0x18],
			);
			assert.deepEqual(
				pairs.slice(2).map(({ server }) => sharesOf(server.hellos![1]!)),
				[[[P256, 65]], [[0x18, 97]]],
			);
			const keys = pairs.map(({ server }) => parseHello(server.hellos![0]!).shares.get(HYBRID)!.toString("hex"));
			assert.equal(new Set(keys).size, keys.length, "a key is used twice");
		});
	}

	test("a cookie alone: both shares come again as they were", async () => {
		const [pair] = await runAll([
			{
				retryGroup: P256,
				group: HYBRID,
				edit: (name, bytes) => {
					if (name !== "HelloRetryRequest") return bytes;
					const body = bytes.subarray(4);
					const list = body.subarray(listAt + 2);
					return message(2, body.subarray(0, listAt), vector(2, list.subarray(0, 6), list.subarray(12)));
				},
			},
		]);
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.equal(pair!.client.negotiated?.group, HYBRID);
		const [first, second] = pair!.server.hellos!.map(hello => helloExtensions(hello).data.get(KEY_SHARE));
		assert.deepEqual(second, first);
	});

	test("a session goes on with the hybrid group", async () => {
		let key: Buffer = Buffer.alloc(0);
		const giving: Partial<Script13> = {
			talk: async session => {
				key = session.sendTicket(Buffer.from("a ticket"));
				await answerRequest(session);
			},
		};
		const resuming: Partial<Script13> = {
			get psk() {
				return { key };
			},
		};
		const pairs = await runAll([giving, resuming], { session: "" });
		assert.deepEqual(
			pairs.map(({ client }) => [client.negotiated?.group, client.negotiated?.resumed]),
			[
				[HYBRID, false],
				[HYBRID, true],
			],
		);
	});

	test("after another group it is sent when the server asks for it, alone", async () => {
		const groups = ["x25519", "secp256r1", "X25519MLKEM768"];
		const [asked, taken] = await runAll([{ retryGroup: HYBRID }, {}], { secure: { groups } });
		assert.deepEqual(asked!.server.hellos!.map(sharesOf), [[[X25519, 32]], [[HYBRID, 1216]]]);
		assert.deepEqual(
			[asked, taken].map(pair => [pair!.client.code, pair!.client.negotiated?.group]),
			[
				["closed", HYBRID],
				["closed", X25519],
			],
			asked!.client.message,
		);
	});

	test("without TLS 1.3 it is not offered", async () => {
		const [pair] = await runAll([{}], { secure: { maxVersion: 0x303 } });
		const { data } = helloExtensions(pair!.server.hello);
		assert.equal(data.has(KEY_SHARE), false);
		assert.doesNotMatch(data.get(GROUPS)!.toString("hex"), /11ec/);
	});

	test("what is wrong", async t => {
		const pairs = await runAll(faults.map(({ script }) => script));
		await expectRefusals(t, faults, pairs);
	});
});
