/*
	A key that client and server share from elsewhere, in TLS 1.3 (RFC 8446 section 4.2.11): alone, beside certificates
	and beside a session.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { helloExtensions } from "../peers/hello13.js";
import { vector } from "../../host-sim/trace/keys13.js";
import { answerRequest, Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { extension } from "../peers/wire13.js";
import { runClient, runPairs, type ClientOptions, type Pair } from "./connect.js";

const key = Buffer.alloc(32, 0x5a);
const psk = { identity: "device 17", key: key.toString("hex") };
const external = { key, isExternal: true };

describe("TLS 1.3: external keys", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	/** Servers that take the key but where their script says otherwise. */
	function runAll(scripts: Partial<Script13>[], options: Partial<ClientOptions> = {}): Promise<Pair<Outcome13>[]> {
		const { leaf, intermediate } = identity;
		return runPairs(scripts.length, { ca: "", psk, ...options }, (socket, i) =>
			new Session13(socket, {
				chain: [leaf.der, intermediate.der],
				key: leaf.key.privateKey,
				psk: external,
				...scripts[i],
			}).run(),
		);
	}

	function expectRight({ client, server }: Pair<Outcome13>): void {
		assert.equal(client.code, "closed", client.message);
		assert.match(client.text, /hello$/);
		assert.equal(server.finished, true);
	}

	for (const variant of variants) {
		test(`alone (${variant})`, async () => {
			const pairs = await runAll([{}, { retryGroup: 0x17 }], { variant });
			for (const pair of pairs) {
				expectRight(pair);
				assert.equal(pair.server.binder, true);
				assert.deepEqual(pair.server.offered?.identities, [{ identity: Buffer.from("device 17"), age: 0 }]);
				const { resumed, signature, subject, version } = pair.client.negotiated!;
				assert.deepEqual(
					{ resumed, signature, subject, version },
					{ resumed: false, signature: 0, subject: "", version: 0x304 },
				);
			}
		});
	}
	test("with SHA-384", async () => {
		const [pair] = await runAll([{ suite: "TLS_AES_256_GCM_SHA384" }], { psk: { ...psk, hash: "sha384" } });
		expectRight(pair!);
		assert.equal(pair!.server.binder, true);
	});
	test("alone: no suite of another hash is offered", async () => {
		const [pair] = await runAll([{ suite: "TLS_AES_256_GCM_SHA384" }]);
		assert.equal(pair!.client.code, "illegal_parameter", pair!.client.message);
		assert.equal(pair!.server.alert, 47);
	});
	test("beside certificates, another hash is refused for the key, not for them", async () => {
		const [wrong, right] = await runAll(
			[{ suite: "TLS_AES_256_GCM_SHA384" }, { suite: "TLS_AES_256_GCM_SHA384", psk: undefined as never }],
			{ ca: identity.root.pem },
		);
		assert.equal(wrong!.client.code, "illegal_parameter", wrong!.client.message);
		expectRight(right!);
	});
	test("a server that does not take it: certificates where they are trusted", async () => {
		const [pair] = await runAll([{ psk: undefined as never }], { ca: identity.root.pem });
		expectRight(pair!);
		assert.equal(pair!.client.negotiated?.signature, 0x403);
	});
	test("a server that does not take it: else a refusal", async () => {
		const [pair, retried] = await runAll([{ psk: undefined as never }, { psk: undefined as never, retryGroup: 0x17 }]);
		for (const { client, server } of [pair!, retried!]) {
			assert.equal(client.code, "handshake_failure");
			assert.match(client.message, /does not take the pre-shared key/);
			assert.equal(server.alert, 40);
			assert.equal(client.length, 0);
		}
	});
	test("a server with another key", async () => {
		const [pair] = await runAll([{ psk: { key: Buffer.alloc(32, 0x5b), isExternal: true } }]);
		assert.equal(pair!.client.code, "bad_record_mac", pair!.client.message);
		assert.equal(pair!.server.binder, false);
		assert.equal(pair!.client.length, 0);
	});
	test("a Finished that is changed", async () => {
		const [pair] = await runAll([
			{
				edit: (name, bytes) => {
					if (name === "Finished") bytes[20]! ^= 1;
					return bytes;
				},
			},
		]);
		assert.equal(pair!.client.code, "bad_finished", pair!.client.message);
		assert.equal(pair!.server.alert, 51);
	});

	test("beside a session: both are offered, and either may be taken", async () => {
		let made: Buffer = Buffer.alloc(0);
		const giving: Partial<Script13> = {
			talk: async session => {
				made = session.sendTicket(Buffer.from("a ticket"));
				await answerRequest(session);
			},
		};
		const pairs = await runAll(
			[
				giving,
				{
					get psk() {
						return { key: made };
					},
				},
				{ psk: { ...external, number: 1 } },
				{ psk: { key, number: 2 } },
			],
			{ session: "" },
		);
		assert.equal(pairs[1]!.server.offered?.identities.length, 2);
		pairs.slice(0, 3).forEach(expectRight);
		assert.deepEqual(
			pairs.map(({ server }) => server.binder),
			[true, true, true, false],
		);
		assert.deepEqual(
			pairs.map(({ client }) => client.negotiated?.resumed),
			[false, true, false, undefined],
		);
		assert.equal(pairs[3]!.client.code, "illegal_parameter", pairs[3]!.client.message);
	});
	test("a session is of no use with another key", async () => {
		const giving: Partial<Script13> = {
			talk: async session => {
				session.sendTicket(Buffer.from("a ticket"));
				await answerRequest(session);
			},
		};
		const [first] = await runAll([giving], { session: "" });
		const other = Buffer.alloc(32, 1);
		const [second] = await runAll([{ psk: { key: other, isExternal: true } }], {
			session: first!.client.session!,
			psk: { ...psk, key: other.toString("hex") },
		});
		expectRight(second!);
		assert.equal(second!.server.offered?.identities.length, 1);
	});

	const early = { psk: { ...psk, maxEarlyData: 200 }, early: 100 };
	const take: Partial<Script13> = { earlyData: "take" };
	const skip: Partial<Script13> = { earlyData: "skip" };

	/** The request came once, early or not. */
	function expectRequest(pair: Pair<Outcome13>, isTaken: boolean, isAsked = true): void {
		expectRight(pair);
		const { client, server } = pair;
		assert.equal(client.negotiated?.earlyData, isTaken);
		assert.equal(server.received.toString().split("GET /").length, 2, "one request");
		assert.equal(server.received.length === 100, isTaken, `${server.received.length} bytes`);
		assert.equal(helloExtensions(server.hellos![0]!).data.has(42), isAsked);
	}

	for (const variant of variants) {
		test(`early data: taken, and refused in each way (${variant})`, async () => {
			const pairs = await runAll([take, skip, { ...skip, retryGroup: 0x17 }, { ...skip, psk: undefined as never }], {
				...early,
				ca: identity.root.pem,
				variant,
			});
			pairs.forEach((pair, i) => expectRequest(pair, i === 0));
			assert.equal(pairs[0]!.server.binder, true);
			assert.deepEqual(
				pairs.map(({ client }) => client.negotiated?.signature),
				[0, 0, 0, 0x403],
			);
		});
	}
	for (const [suite, hash] of [
		["TLS_CHACHA20_POLY1305_SHA256", "sha256"],
		["TLS_AES_256_GCM_SHA384", "sha384"],
	] as const) {
		test(`early data with ${suite}`, async () => {
			const [pair] = await runAll([{ ...take, suite }], { ...early, psk: { ...early.psk, hash, cipherSuite: suite } });
			expectRequest(pair!, true);
		});
	}
	test("early data with a protocol", async () => {
		const [pair] = await runAll(
			[{ ...take, encryptedExtensions: extension(16, vector(2, vector(1, Buffer.from("b")))) }],
			{ ...early, psk: { ...early.psk, protocol: "b" }, secure: { applicationLayerProtocolNegotiation: ["a", "b"] } },
		);
		expectRequest(pair!, true);
	});
	test("early data only where the key is said to allow that much", async () => {
		for (const maxEarlyData of [undefined, 0, 99]) {
			const [pair] = await runAll([{}], {
				psk: { ...psk, ...(maxEarlyData === undefined ? {} : { maxEarlyData }) },
				early: 100,
			});
			expectRequest(pair!, false, false);
		}
	});
	test("early data goes with the session where there is one, and by its measure", async () => {
		let made: Buffer = Buffer.alloc(0);
		const giving: Partial<Script13> = {
			...take,
			talk: async session => {
				made = session.sendTicket(Buffer.from("a ticket"));
				await answerRequest(session);
			},
		};
		const [first, second] = await runAll(
			[
				giving,
				{
					get psk() {
						return { key: made };
					},
				},
			],
			{ ...early, session: "" },
		);
		expectRequest(first!, true);
		expectRequest(second!, false, false);
		assert.equal(second!.client.negotiated?.resumed, true);
	});
	test("early data that is taken with anything else is refused", async t => {
		const named = (name: string): Buffer => extension(16, vector(2, vector(1, Buffer.from(name))));
		// where the server has another key for what comes early, it can't read the alert; after a retry nothing of it
		// was asked for
		const faults: [string, Partial<Script13>, code?: string, alert?: number][] = [
			[
				"another suite with the hash",
				{ ...take, suite: "TLS_CHACHA20_POLY1305_SHA256", encryptedExtensions: named("a") },
			],
			["another protocol", { ...take, encryptedExtensions: named("b") }, "illegal_parameter", 47],
			["no protocol", take, "illegal_parameter", 47],
			[
				"certificates",
				{ ...skip, psk: undefined as never, encryptedExtensions: Buffer.concat([named("a"), extension(42)]) },
			],
			[
				"a retry",
				{ ...skip, retryGroup: 0x17, encryptedExtensions: Buffer.concat([named("a"), extension(42)]) },
				"unsupported_extension",
				110,
			],
		];
		const pairs = await runAll(
			faults.map(([, script]) => script),
			{
				...early,
				ca: identity.root.pem,
				psk: { ...early.psk, protocol: "a" },
				secure: { applicationLayerProtocolNegotiation: ["a", "b"] },
			},
		);
		for (const [i, [name, , code = "illegal_parameter", alert]] of faults.entries()) {
			await t.test(name, () => {
				const { client, server } = pairs[i]!;
				assert.equal(client.code, code, client.message);
				assert.equal(server.alert, alert);
				assert.equal(client.length, 0);
			});
		}
	});

	for (const [name, options, words] of [
		["a short key", { psk: { ...psk, key: "00".repeat(15) } }, /16 to 64 bytes, not 15/],
		["a long key", { psk: { ...psk, key: "00".repeat(65) } }, /16 to 64 bytes, not 65/],
		["no identity", { psk: { ...psk, identity: "" } }, /"identity" must have 1 to 1024 bytes/],
		["a long identity", { psk: { ...psk, identity: "x".repeat(1025) } }, /"identity" must have 1 to 1024 bytes/],
		[
			"an identity of the wrong type",
			{ psk: { ...psk, identity: 7 as never } },
			/"identity" must be a string or a buffer/,
		],
		["a hash that there is not", { psk: { ...psk, hash: "md5" } }, /"sha256" or "sha384"/],
		["alone with TLS 1.2", { secure: { minVersion: 0x303 } }, /"psk" alone needs TLS 1\.3/],
		["with TLS 1.2 at most", { secure: { maxVersion: 0x303 } }, /minVersion|maxVersion/],
		[
			"early data by a word",
			{ psk: { ...psk, maxEarlyData: "much" as never } },
			/"psk": "maxEarlyData" must be a number, not a string/,
		],
		[
			"early data with a suite of another hash",
			{ psk: { ...psk, cipherSuite: "TLS_AES_256_GCM_SHA384" } },
			/"cipherSuite", TLS_AES_256_GCM_SHA384, is not a TLS 1\.3 suite/,
		],
		[
			"early data with a suite of TLS 1.2",
			{ psk: { ...psk, cipherSuite: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" } },
			/is not a TLS 1\.3 suite/,
		],
		[
			"early data with a suite that is not offered",
			{ psk: { ...psk, maxEarlyData: 9 }, secure: { cipherSuites: ["TLS_CHACHA20_POLY1305_SHA256"] } },
			/"cipherSuite" is not offered/,
		],
		[
			"early data with a protocol that is not offered",
			{ psk: { ...psk, protocol: "h2" } },
			/"protocol" is not offered/,
		],
		["no object", { psk: undefined as never, secure: { psk: "secret" } }, /"psk" must be an object/],
		["nothing to trust", { psk: undefined as never }, /no trust anchor/],
	] as const) {
		test(`as an option: ${name}`, async () => {
			const [result] = await runClient(1, 1, { ca: "", psk, ...options });
			assert.equal(result?.code, "configuration", result?.message);
			assert.match(result.message, words);
		});
	}
});
