/*
	TLS 1.3's tickets, the sessions made of them, and what a client must refuse where a session goes on (RFC 8446
	section 4.2.11, 4.6.1). The first connection gets the ticket; each of the others offers it.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { answerRequest, Session13, type MessageName, type Outcome13, type Script13 } from "../peers/server13.js";
import { extension, message } from "../peers/wire13.js";
import { runPairs, type Pair } from "./connect.js";
import { bodyPlaces, expectRefusals, flip, illegal, malformed, unexpected } from "./fault.js";

interface Fault {
	readonly name: string;
	readonly script: Partial<Script13>;
	/** TLSError's code. */
	readonly code: string;
	/** What the server gets; undefined where it can't read it. */
	readonly alert: number | undefined;
}

const ageAdd = 0xfffffff0;
const ticket = Buffer.from("a ticket");

function changing(name: MessageName, change: (message: Buffer) => Uint8Array | undefined): Partial<Script13> {
	return { edit: (which, bytes) => (which === name ? change(bytes) : bytes) };
}

/** Where the extensions of a ServerHello start; its session id has 32 bytes. */
const listAt = 4 + 2 + 32 + 1 + 32 + 3;

/** supported_versions, key_share and pre_shared_key come in this order, of 6, 40 and 6 bytes. */
function helloExtensions(
	change: (versions: Buffer, share: Buffer, key: Buffer) => Uint8Array[],
	name: MessageName = "ServerHello",
): Partial<Script13> {
	return changing(name, bytes => {
		const list = bytes.subarray(listAt + 2);
		return message(
			2,
			bytes.subarray(4, listAt),
			vector(2, ...change(list.subarray(0, 6), list.subarray(6, -6), list.subarray(-6))),
		);
	});
}

const empty: Buffer = Buffer.alloc(0);

const faults: Fault[] = [
	{ name: "a key that was not offered", script: { psk: { key: empty, number: 1 } }, ...illegal },
	{ name: "a suite with another hash than the key's", script: { suite: "TLS_AES_256_GCM_SHA384" }, ...illegal },
	{ name: "no key share beside the key", script: helloExtensions((versions, _, key) => [versions, key]), ...illegal },
	{
		name: "pre_shared_key twice",
		script: helloExtensions((versions, share, key) => [versions, share, key, key]),
		...illegal,
	},
	{
		name: "pre_shared_key too short",
		script: helloExtensions((versions, share) => [versions, share, extension(41, Buffer.of(0))]),
		...malformed,
	},
	{
		name: "pre_shared_key too long",
		script: helloExtensions((versions, share) => [versions, share, extension(41, Buffer.of(0, 0, 0))]),
		...malformed,
	},
	{
		name: "psk_key_exchange_modes in the ServerHello",
		script: helloExtensions((...all) => [...all, extension(45, Buffer.of(1, 1))]),
		...illegal,
	},
	{
		name: "pre_shared_key in a HelloRetryRequest",
		script: { retryGroup: 0x17, ...helloExtensions((...all) => [...all, extension(41, u16(0))], "HelloRetryRequest") },
		...illegal,
	},
	{ name: "pre_shared_key in EncryptedExtensions", script: { encryptedExtensions: extension(41, u16(0)) }, ...illegal },
	{
		name: "early_data that was not asked for",
		script: { encryptedExtensions: extension(42) },
		code: "unsupported_extension",
		alert: 110,
	},
	{
		name: "a server that does not know the key",
		script: { psk: { key: Buffer.alloc(32) } },
		code: "bad_record_mac",
		alert: undefined,
	},
	...bodyPlaces.map(([which, at]) => ({
		name: `a flipped bit in the ${which} byte of Finished`,
		script: changing("Finished", bytes => flip(bytes, at)),
		code: "bad_finished",
		alert: 51,
	})),
	{
		name: "a Finished of another hash",
		script: changing("Finished", () => message(20, Buffer.alloc(48))),
		...malformed,
	},
	{
		name: "a Finished that is cut short",
		script: changing("Finished", bytes => message(20, bytes.subarray(4, -1))),
		...malformed,
	},
	{ name: "an empty Finished", script: changing("Finished", () => message(20)), ...malformed },
	{ name: "Finished comes twice", script: changing("Finished", bytes => Buffer.concat([bytes, bytes])), ...unexpected },
	{ name: "EncryptedExtensions is left out", script: changing("EncryptedExtensions", () => undefined), ...unexpected },
	{
		name: "a Certificate",
		script: changing("EncryptedExtensions", bytes => Buffer.concat([bytes, message(11, vector(1), vector(3))])),
		...unexpected,
	},
	{
		name: "a CertificateRequest",
		script: changing("EncryptedExtensions", bytes =>
			Buffer.concat([bytes, message(13, vector(1), vector(2, extension(13, vector(2, u16(0x0403)))))]),
		),
		...unexpected,
	},
	{
		name: "a CertificateVerify",
		script: changing("EncryptedExtensions", bytes =>
			Buffer.concat([bytes, message(15, u16(0x0403), vector(2, Buffer.alloc(70)))]),
		),
		...unexpected,
	},
	{
		name: "a ticket before Finished",
		script: changing("EncryptedExtensions", bytes => Buffer.concat([bytes, message(4, Buffer.alloc(20))])),
		...unexpected,
	},
	{ name: "data before Finished", script: { early: Buffer.from("early") }, ...unexpected },
];

/** A NewSessionTicket's body: lifetime and age_add, a nonce of one byte, the ticket, no extensions. */
const ticketLength = 8 + 2 + 2 + ticket.length + 2;

const ticketFaults: (Pick<Fault, "name" | "code" | "alert"> & { readonly options: object })[] = [
	...Array.from({ length: ticketLength }, (_, length) => ({
		name: `cut after ${length} bytes`,
		options: { change: (body: Buffer) => body.subarray(0, length) },
		...malformed,
	})),
	{
		name: "with a byte too many",
		options: { change: (body: Buffer) => Buffer.concat([body, Buffer.of(0)]) },
		...malformed,
	},
	{
		name: "an empty ticket",
		options: { change: (body: Buffer) => Buffer.concat([body.subarray(0, 10), vector(2), vector(2)]) },
		...malformed,
	},
	{
		name: "an extension twice",
		options: { extensions: Buffer.concat([extension(42, Buffer.alloc(4)), extension(42, Buffer.alloc(4))]) },
		...illegal,
	},
	{ name: "an extension that belongs elsewhere", options: { extensions: extension(51, Buffer.alloc(4)) }, ...illegal },
	{ name: "early_data of the wrong length", options: { extensions: extension(42, Buffer.alloc(3)) }, ...malformed },
];

describe("TLS 1.3: sessions that go on", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	/** Sends a ticket, then answers. `made` gets the key that goes with it. */
	function giving(made: (key: Buffer) => void, options: object = {}): Partial<Script13> {
		return {
			talk: async session => {
				made(session.sendTicket(ticket, { ageAdd, ...options }));
				await answerRequest(session);
			},
		};
	}

	/**
	 * Connection 0 gets a ticket; the scripts are for the connections after it, `scripts[0]` also for connection 0. All
	 * take its key but where `psk` says otherwise.
	 */
	function runAll(
		scripts: Partial<Script13>[],
		options: object = {},
		first: Partial<Script13> = {},
		ticketOptions: object = {},
	): Promise<Pair<Outcome13>[]> {
		const { leaf, intermediate, root } = identity;
		let key: Buffer = empty;
		return runPairs(1 + scripts.length, { ca: root.pem, session: "", ...options }, (socket, i) => {
			const right = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
			if (i === 0)
				return new Session13(socket, {
					...right,
					...giving(made => {
						key = made;
					}, ticketOptions),
					...first,
				}).run();
			const script = { ...right, psk: { key }, ...scripts[i - 1] };
			return new Session13(socket, script.psk?.number === 1 ? { ...script, psk: { key, number: 1 } } : script).run();
		});
	}

	const again = (options: object = {}): Partial<Script13> => giving(() => {}, options);

	for (const variant of variants) {
		for (const [title, secure] of [
			["both versions", {}],
			["TLS 1.3", { minVersion: 0x304 }],
		] as const) {
			test(`what is right, ${title} offered (${variant})`, async () => {
				const pairs = await runAll([{}, { retryGroup: 0x17 }, { psk: undefined as never }, again()], {
					variant,
					secure,
				});
				assert.deepEqual(
					pairs.map(({ client }) => client.negotiated?.resumed),
					[false, true, true, false, true],
					pairs.map(({ client }) => client.message).join(),
				);
				assert.deepEqual(
					pairs.map(({ client }) => client.session !== undefined),
					[true, false, false, false, true],
				);
				assert.deepEqual(
					pairs.map(({ server }) => server.binder),
					[undefined, true, true, undefined, true],
				);
				for (const { client, server } of pairs) {
					assert.equal(client.code, "closed", client.message);
					assert.match(client.text, /hello$/);
					assert.ok(server.finished);
					assert.equal(client.negotiated?.subject, "localhost");
					assert.equal(client.negotiated?.signature, 0x403);
				}
			});
		}
	}

	test("what the hello says", async () => {
		const [first, second] = await runAll([{}]);
		assert.equal(first!.server.offered, undefined);
		const { identities } = second!.server.offered!;
		assert.equal(identities.length, 1);
		assert.deepEqual(identities[0]!.identity, ticket);
		const age = (identities[0]!.age - ageAdd) >>> 0;
		assert.ok(age < 10000, `the ticket is ${age} ms old`);
	});

	for (const suite of ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]) {
		test(suite, async () => {
			const [, second] = await runAll([{ suite }], {}, { suite });
			assert.equal(second!.client.negotiated?.resumed, true, second!.client.message);
			assert.equal(second!.server.binder, true);
		});
	}
	test("another suite with the same hash", async () => {
		const [, second] = await runAll([{ suite: "TLS_CHACHA20_POLY1305_SHA256" }]);
		assert.equal(second!.client.negotiated?.resumed, true, second!.client.message);
	});
	test("a retry with a suite of another hash: the key is not offered again", async () => {
		const [, second] = await runAll([{ psk: undefined as never, retryGroup: 0x17, suite: "TLS_AES_256_GCM_SHA384" }]);
		assert.equal(second!.client.negotiated?.resumed, false, second!.client.message);
		assert.equal(second!.server.offered, undefined);
	});
	for (const length of [0, 64, 65, 255]) {
		test(`a nonce of ${length} bytes`, async () => {
			const [, second] = await runAll([{}], {}, {}, { nonce: Buffer.alloc(length, 7) });
			assert.equal(second!.client.negotiated?.resumed, true, second!.client.message);
		});
	}
	test("an extension that is not known, and early_data, are passed over", async () => {
		const [, second] = await runAll(
			[{}],
			{},
			{},
			{ extensions: Buffer.concat([extension(0x0a0a, Buffer.of(1)), extension(42, Buffer.alloc(4))]) },
		);
		assert.equal(second!.client.negotiated?.resumed, true, second!.client.message);
	});
	test("a lifetime of zero: the ticket is not for use", async () => {
		const [first] = await runAll([], {}, {}, { lifetime: 0 });
		assert.equal(first!.client.code, "closed");
		assert.equal(first!.client.session, undefined);
	});
	test("a lifetime of years: seven days are the most", async () => {
		const [first] = await runAll([], {}, {}, { lifetime: 0xffffffff });
		assert.equal(Buffer.from(first!.client.session!, "hex").readUInt32BE(9), 604800);
	});

	test("a ticket of 9 KB, in a hello of several records", async () => {
		const long = Buffer.alloc(9000, "t");
		let key: Buffer = empty;
		const first: Partial<Script13> = {
			talk: async session => {
				key = session.sendTicket(long);
				await answerRequest(session);
			},
		};
		const [, second] = await runAll(
			[
				{
					get psk() {
						return { key };
					},
				},
			],
			{},
			first,
		);
		assert.equal(second!.client.negotiated?.resumed, true, second!.client.message);
		assert.deepEqual(second!.server.offered?.identities[0]?.identity, long);
	});

	test("of many tickets, apart and in one record, the first eight are handed on", async () => {
		const first: Partial<Script13> = {
			talk: async session => {
				for (let i = 0; i < 3; i++) session.sendTicket(Buffer.from(`number ${i}`));
				const rest = Array.from({ length: 9 }, (_, i) =>
					message(
						4,
						Buffer.from("00001c2000000000", "hex"),
						vector(1),
						vector(2, Buffer.from(`number ${i + 3}`)),
						vector(2),
					),
				);
				session.send(22, Buffer.concat(rest));
				await answerRequest(session);
			},
		};
		const [pair] = await runAll([], {}, first);
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.deepEqual(pair!.client.sessions, 8);
		assert.ok(pair!.client.session?.includes(Buffer.from("number 7").toString("hex")));
	});

	test("what is wrong", async t => {
		const pairs = await runAll(faults.map(({ script }) => script));
		await expectRefusals(t, faults, pairs.slice(1));
	});

	test("a key where none was offered", async () => {
		const [pair] = await runAll([], {}, { psk: { key: Buffer.alloc(32) } });
		assert.equal(pair!.client.code, "unsupported_extension", pair!.client.message);
		assert.equal(pair!.server.alert, 110);
	});

	for (const [title, options] of [
		["sessions are kept", { session: "" }],
		["none is kept", {}],
	] as const) {
		test(`tickets that are wrong, where ${title}`, async t => {
			const { leaf, intermediate, root } = identity;
			const pairs = await runPairs(ticketFaults.length, { ca: root.pem, ...options }, (socket, i) =>
				new Session13(socket, {
					chain: [leaf.der, intermediate.der],
					key: leaf.key.privateKey,
					...again(ticketFaults[i]!.options),
				}).run(),
			);
			for (const [i, { name, code, alert }] of ticketFaults.entries()) {
				await t.test(name, () => {
					const { client, server } = pairs[i]!;
					assert.equal(client.code, code, client.message);
					assert.equal(server.alert, alert, client.message);
					assert.equal(client.session, undefined);
					assert.equal(client.length, 0);
				});
			}
		});
	}
});
