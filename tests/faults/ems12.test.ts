/*
	Servers without the extended master secret, which a client takes only where "config.tls" says "ems-optional", and what holds for sessions then
	(RFC 7627 section 5.3); sessions that began with an old suite.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { oldSuites12 } from "../../host-sim/trace/keys12.js";
import { Session12, type Outcome12, type Script12 } from "../peers/server12.js";
import { runPairs, type ClientOptions, type Pair } from "./connect.js";

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

	function expectRefused({ client, server }: Pair<Outcome12>, says: RegExp): void {
		assert.equal(client.code, "handshake_failure", client.message);
		assert.match(client.message, says);
		assert.equal(server.alert, 40);
		assert.equal(client.length, 0);
	}

	for (const variant of variants) {
		test(`a server without it, and its sessions (${variant})`, async () => {
			expectResumed(await runAll(without, [without, without], { variant, tls: "ems-optional" }));
		});
		test(`every old suite without it (${variant})`, async () => {
			for (const suite of Object.keys(oldSuites12).filter(name => !name.includes("ECDSA")))
				expectResumed(await runAll({ ...without, suite }, [without], { variant, tls: "rsa dhe cbc ems-optional" }));
		});
		test(`sessions of every old suite (${variant})`, async () => {
			for (const suite of Object.keys(oldSuites12).filter(name => !name.includes("ECDSA"))) {
				const others = suite.includes("CBC") ? [{}, { encryptThenMac: true }, {}] : [{}];
				expectResumed(
					await runAll({ suite, encryptThenMac: suite.includes("CBC") }, others, { variant, tls: "rsa dhe cbc" }),
				);
			}
		});
	}

	test("a server without it, where the words do not say so", async () => {
		for (const tls of [undefined, "rsa dhe cbc"]) {
			const [pair] = await runAll(without, [], tls === undefined ? {} : { tls });
			expectRefused(pair!, /does not know the extended master secret/);
		}
	});
	test("a session with it is resumed without it", async () => {
		const [, pair] = await runAll({}, [without], { tls: "ems-optional" });
		expectRefused(pair!, /resumes a session without the extended master secret/);
	});
	test("a session without it is resumed with it", async () => {
		const [, pair] = await runAll(without, [{}], { tls: "ems-optional" });
		expectRefused(pair!, /resumes a session with the extended master secret/);
	});
	test("a session without it is not offered where it is required now", async () => {
		const [made] = await runAll(without, [], { tls: "ems-optional" });
		assert.ok(made!.client.session);
		const options = { session: made!.client.session, secure: { maxVersion: 0x303 } };
		for (const [tls, isOffered] of [
			["ems-optional", true],
			["", false],
		] as const) {
			const [pair] = await runAll({}, [], { ...options, tls });
			assert.equal(pair!.server.hello.includes(ticket), isOffered);
		}
	});
});
