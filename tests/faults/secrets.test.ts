/*
	Where a connection's secrets are. All memory of the simulator is searched for each of them, when the connection is
	open and when it is closed. Open, native memory has what the connection needs, once; closed, nothing has any of
	them: no chunk, no freed block, no part of the stack.
*/

import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { before, describe, test } from "node:test";
import {
	makeCertificate,
	makeIdentity,
	makeKey,
	type Certificate,
	type ServerIdentity,
} from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { Session12, type Script12 } from "../peers/server12.js";
import { Session13, type Script13 } from "../peers/server13.js";
import { scalarOf } from "../peers/keynumbers.js";
import { expectHidden, masked, runSearch, tell, traffic } from "./searched.js";

for (const variant of variants) {
	describe(`secrets in memory (${variant})`, () => {
		let identity: ServerIdentity;
		let device: Certificate;
		/** The private number of the device's key. */
		let scalar: Buffer;
		before(() => {
			identity = makeIdentity(["localhost"]);
			device = makeCertificate({
				subject: "device",
				key: makeKey("p256"),
				issuer: identity.intermediate,
				extendedKeyUsage: ["clientAuth"],
			});
			scalar = scalarOf(createPrivateKey(device.keyPem));
		});

		function script13(change: Partial<Script13>): Script13 {
			const { leaf, intermediate } = identity;
			return {
				chain: [leaf.der, intermediate.der],
				key: leaf.key.privateKey,
				talk: async session => tell(session),
				...change,
			};
		}

		function script12(change: Partial<Script12>): Script12 {
			const { leaf, intermediate } = identity;
			return {
				chain: [leaf.der, intermediate.der],
				key: leaf.key.privateKey,
				talk: async session => tell(session),
				...change,
			};
		}

		const only = (version: number, more: object = {}): { secure: string; ca: string } => ({
			ca: identity.root.pem,
			secure: JSON.stringify({ minVersion: version, maxVersion: version, ...more }),
		});

		for (const suite of ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]) {
			test(`TLS 1.3, ${suite}`, async () => {
				const [result] = await runSearch(1, variant, only(0x304), socket =>
					new Session13(socket, script13({ suite })).run(),
				);
				expectHidden(result!, traffic, 13);
			});
		}

		test("TLS 1.3, a session that goes on, and its tickets", async () => {
			let key: Buffer = Buffer.alloc(0);
			const results = await runSearch(2, variant, { ...only(0x304), sessions: "1" }, (socket, i) =>
				new Session13(
					socket,
					script13({
						...(i ? { psk: { key } } : {}),
						talk: async session => {
							const last = key;
							key = session.sendTicket(Buffer.from("ticket"));
							tell(session, { "next session": key, ...(i ? { session: last } : {}) });
						},
					}),
				).run(),
			);
			expectHidden(results[0]!, [...traffic, "res master"], 14);
			assert.equal(results[1]!.resumed, true);
			expectHidden(results[1]!, [...traffic, "res master"], 15);
		});

		test("TLS 1.3, an external key that is taken, and one that is not", async () => {
			const psk = Buffer.from("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20", "hex");
			const results = await runSearch(2, variant, { ...only(0x304), psk: masked(psk) }, (socket, i) =>
				new Session13(socket, script13(i ? {} : { psk: { key: psk, isExternal: true } })).run(),
			);
			for (const result of results) expectHidden(result, traffic, 14);
		});

		test("TLS 1.3, an external key that a retry leaves out", async () => {
			const psk = Buffer.from("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20", "hex");
			const [result] = await runSearch(1, variant, { ...only(0x304), psk: masked(psk) }, socket =>
				new Session13(socket, script13({ suite: "TLS_AES_256_GCM_SHA384", retryGroup: 0x17 })).run(),
			);
			expectHidden(result!, traffic, 14);
		});

		test("TLS 1.3 and 1.2, the client's key", async () => {
			const config = { chain: device.pem, key: device.keyPem, scalar: masked(scalar) };
			const [result13] = await runSearch(1, variant, { ...only(0x304), ...config }, socket =>
				new Session13(socket, script13({ requestCertificate: true })).run(),
			);
			expectHidden(result13!, traffic, 14);
			const [kept] = await runSearch(1, variant, { ...only(0x304, { postHandshakeAuth: true }), ...config }, socket =>
				new Session13(socket, script13({})).run(),
			);
			expectHidden(kept!, [...traffic, "private key"], 14);
			const [result12] = await runSearch(1, variant, { ...only(0x303), ...config }, socket =>
				new Session12(socket, script12({ requestCertificate: true })).run(),
			);
			expectHidden(result12!, ["c key", "s key"], 5);
		});

		test("TLS 1.2, in full, and with a session", async () => {
			let master: Buffer = Buffer.alloc(0);
			const results = await runSearch(3, variant, { ...only(0x303), sessions: "1" }, async (socket, i) => {
				// the third offers a session that the server does not take
				const session = new Session12(
					socket,
					script12({
						ticket: Buffer.from("ticket"),
						...(i === 1 ? { resume: master } : {}),
						talk: async s => tell(s, i ? { session: master } : {}),
					}),
				);
				await session.run();
				if (!i) ({ master } = session);
			});
			expectHidden(results[0]!, ["c key", "s key"], 4);
			assert.equal(results[1]!.resumed, true);
			expectHidden(results[1]!, ["c key", "s key"], 4);
			assert.equal(results[2]!.resumed, false);
			expectHidden(results[2]!, ["c key", "s key"], 5);
		});

		test("TLS 1.2, a session that nobody takes, since the application has closed", async () => {
			let first: Session12 | undefined;
			const results = await runSearch(2, variant, { ...only(0x303), sessions: "1", isHasty: "1" }, (socket, i) => {
				if (i === 0) return (first = new Session12(socket, script12({ ticket: Buffer.from("ticket") }))).run();
				const talk = async (session: Session12): Promise<void> => tell(session, { "first master": first!.master });
				return new Session12(socket, script12({ talk })).run();
			});
			assert.equal(results[1]!.resumed, false);
			assert.deepEqual(results[1]!.open["first master"], {});
		});

		test("a connection that ends before its hello", async () => {
			const psk = Buffer.from("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20", "hex");
			const config = {
				...only(0x304),
				psk: masked(psk),
				chain: device.pem,
				key: device.keyPem,
				scalar: masked(scalar),
				noTCP: "1",
			};
			const [result] = await runSearch(1, variant, config, async socket => void socket.destroy());
			assert.equal(result!.code, "transport", result!.message);
			assert.deepEqual(result!.closed, { psk: {}, "private key": {} });
		});
	});
}
