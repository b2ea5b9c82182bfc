/*
	Servers of TLS 1.2 without the extended master secret: accepted for full handshakes, of which no session is kept,
	unless an option demands it (RFC 7627 section 5.3). Sessions that began with an old suite.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { oldSuites12 } from "../../host-sim/trace/keys12.js";
import { rightExtensions, Session12, type Outcome12, type Script12 } from "../peers/server12.js";
import { extension } from "../peers/wire13.js";
import { vector } from "../../host-sim/trace/keys13.js";
import { withBody } from "./script12.js";
import { runClient, runPairs, type ClientOptions, type Pair } from "./connect.js";

const ticket = Buffer.alloc(60, "t");
const without = { oldMasterSecret: true };

describe("TLS 1.2: the extended master secret", () => {
	let identity: ServerIdentity;

	before(() => {
		identity = makeIdentity(["localhost"], "rsa2048");
	});

	/** The first script makes a session, by ticket or by number; the others go on with it. */
	function runAll(
		first: Partial<Script12>,
		others: Partial<Script12>[],
		options: Partial<ClientOptions>,
	): Promise<Pair<Outcome12>[]> {
		const { leaf, intermediate, root } = identity;
		const right = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
		let session: Session12;
		return runPairs(1 + others.length, { ca: root.pem, session: "", ...options }, (socket, i) => {
			if (i === 0) return (session = new Session12(socket, { ...right, ticket, ...first })).run();
			return new Session12(socket, {
				...right,
				...(first.suite ? { suite: first.suite } : {}),
				resume: session.master,
				...others[i - 1],
			}).run();
		});
	}

	function expectResumed(pairs: Pair<Outcome12>[]): void {
		assert.deepEqual(
			pairs.map(({ client }) => client.negotiated?.resumed),
			pairs.map((_, i) => i > 0),
			pairs.map(({ client }) => client.message).join(),
		);
		for (const { client, server } of pairs) {
			assert.equal(client.code, "closed", client.message);
			assert.match(client.text, /hello$/);
			assert.ok(server.finished);
		}
	}

	/** Each connection is a full handshake without the extended master secret, and no session comes of it. */
	function expectFull(pairs: Pair<Outcome12>[]): void {
		for (const { client, server } of pairs) {
			assert.equal(client.code, "closed", client.message);
			assert.match(client.text, /hello$/);
			assert.ok(server.finished);
			assert.equal(client.negotiated!.resumed, false);
			assert.equal(client.negotiated!.extendedMasterSecret, false);
			assert.equal(client.session, undefined);
			assert.ok(!server.hello.includes(ticket));
		}
	}

	function expectRefused({ client, server }: Pair<Outcome12>, says: RegExp): void {
		assert.equal(client.code, "handshake_failure", client.message);
		assert.match(client.message, says);
		assert.equal(server.alert, 40);
		assert.equal(client.length, 0);
	}

	/** Makes the server say a number for the session, too. */
	const numbered: Partial<Script12> = {
		edit: (name, bytes) =>
			name === "ServerHello"
				? withBody(bytes, bytes.subarray(4, 38), vector(1, Buffer.alloc(32, 7)), bytes.subarray(39))
				: bytes,
	};

	for (const variant of variants) {
		test(`a server without it: full handshakes, and no session (${variant})`, async () => {
			for (const first of [without, { ...without, ...numbered }])
				expectFull(await runAll(first, [{ ...first, resume: undefined, ticket }], { variant }));
		});
		test(`every old suite without it (${variant})`, async () => {
			for (const suite of Object.keys(oldSuites12).filter(name => !name.includes("ECDSA")))
				expectFull(await runAll({ ...without, suite }, [], { variant, tls: "rsa dhe cbc" }));
		});
		test(`sessions of every old suite (${variant})`, async () => {
			for (const suite of Object.keys(oldSuites12).filter(name => !name.includes("ECDSA"))) {
				const others = suite.includes("CBC") ? [{}, { encryptThenMac: true }, {}] : [{}];
				const pairs = await runAll({ suite, encryptThenMac: suite.includes("CBC") }, others, {
					variant,
					tls: "rsa dhe cbc",
				});
				expectResumed(pairs);
				assert.ok(pairs.every(({ client }) => client.negotiated!.extendedMasterSecret));
			}
		});
	}

	test("a server without it, where the options demand it", async () => {
		for (const tls of [undefined, "rsa dhe cbc"]) {
			const secure = { requireExtendedMasterSecret: true };
			const options = { secure, ...(tls === undefined ? {} : { tls }) };
			const [pair] = await runAll(without, [], options);
			expectRefused(pair!, /"requireExtendedMasterSecret"/);
			expectResumed(await runAll({}, [{}], options));
		}
	});
	test("a session with it is resumed without it", async () => {
		for (const secure of [{}, { requireExtendedMasterSecret: true }]) {
			const [, pair] = await runAll({}, [without], { secure });
			expectRefused(pair!, /extended master secret/);
			assert.ok(pair!.server.hello.includes(ticket), "it was offered");
		}
	});
	test("it is announced but not used: the server's Finished does not match", async () => {
		const [, pair] = await runAll(
			{},
			[{ ...without, resume: undefined, extensions: Buffer.concat(rightExtensions) }],
			{},
		);
		assert.notEqual(pair!.client.code, "closed");
		assert.equal(pair!.client.negotiated, undefined);
		assert.equal(pair!.client.length, 0);
	});
	test("it is announced twice, or with data", async () => {
		for (const [extensions, code] of [
			[Buffer.concat([...rightExtensions, extension(23)]), "illegal_parameter"],
			[Buffer.concat([extension(23, Buffer.of(0)), ...rightExtensions.slice(1)]), "decode_error"],
		] as const) {
			const [pair] = await runAll({ extensions }, [], {});
			assert.equal(pair!.client.code, code, pair!.client.message);
			assert.equal(pair!.client.negotiated, undefined);
		}
	});
	test("the word of earlier versions is refused, with what to do", async () => {
		for (const withoutLegacy of [false, true]) {
			const [client] = await runClient(9, 1, { ca: identity.root.pem, tls: "ems-optional", withoutLegacy });
			assert.equal(client!.code, "configuration");
			assert.match(client!.message, /"config.xs_tls": remove "ems-optional"/);
		}
	});
});
