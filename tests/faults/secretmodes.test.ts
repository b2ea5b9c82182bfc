/*
	Where secrets are in the other modes of a connection: each key exchange and group, a retry, early data, new keys and
	exported ones. So it is with handshakes that fail on their way. All memory is searched (searched.ts).
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { oldSuites12 } from "../../host-sim/trace/keys12.js";
import { digest, expandLabel, hmac } from "../../host-sim/trace/keys13.js";
import { lacks } from "../drivers/machine.js";
import { Session12, type Script12 } from "../peers/server12.js";
import { scalarOf } from "../peers/keynumbers.js";
import { Session13, type Script13 } from "../peers/server13.js";
import { message } from "../peers/wire13.js";
import { ecdsa, all as legacyWords, rsa, withSuite } from "./legacy12/suites.js";
import { expectHidden, masked, runSearch, tell, traffic } from "./searched.js";

const HANDSHAKE = 22;
const LABEL = Buffer.from("EXPORTER-test");
const none = Buffer.alloc(0);

let identity: ServerIdentity;
before(() => {
	identity = makeIdentity(["localhost"]);
});

function only(version: number, more: object = {}): { secure: string; ca: string } {
	return {
		ca: identity.root.pem,
		secure: JSON.stringify({ minVersion: version, maxVersion: version, ...more }),
	};
}

type Secrets = Record<string, Buffer>;

/** The secrets under names of their own. */
function prefixed(secrets: Secrets, prefix: string): Secrets {
	return Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [`${prefix}: ${name}`, secret]));
}

/** Each part of a value that is made of two. */
function halves(shared: Buffer): Secrets {
	return { "first half": shared.subarray(0, 32), "second half": shared.subarray(32) };
}

/** The same with its last byte changed. */
function spoiled(bytes: Buffer): Buffer {
	bytes[bytes.length - 1]! ^= 1;
	return bytes;
}

/** Changes one message. */
function wrong(name: string): { edit(message: string, bytes: Buffer): Buffer } {
	return { edit: (message, bytes) => (message === name ? spoiled(bytes) : bytes) };
}

describe("TLS 1.3: secrets in every mode", () => {
	function script13(change: Partial<Script13>): Script13 {
		const { leaf, intermediate } = identity;
		return {
			chain: [leaf.der, intermediate.der],
			key: leaf.key.privateKey,
			talk: async session => tell(session),
			...change,
		};
	}

	test("groups behind a retry, new keys, and handshakes that fail on their way", async () => {
		const failed: Secrets = {};
		const scripts: [string, Partial<Script13>][] = [
			["", { retryGroup: 0x17 }],
			["", { retryGroup: 0x18 }],
			["bad_record_mac", { editRecords: (name, records) => (name === "flight" ? records.map(spoiled) : records) }],
			["unsupported_extension", { encryptedExtensions: Buffer.from("7fff0000", "hex") }],
			["bad_signature", wrong("CertificateVerify")],
			["bad_finished", wrong("Finished")],
			["", { talk: async session => tell(session, failed) }],
		];
		const results = await runSearch(scripts.length, "native", only(0x304), async (socket, i) => {
			const [code, script] = scripts[i]!;
			const session = new Session13(socket, script13(script));
			await session.run();
			if (code) Object.assign(failed, prefixed(session.secrets, code));
		});
		assert.deepEqual(
			results.map(({ code }) => code),
			scripts.map(([code]) => code),
		);
		for (const result of results.filter(({ code }) => !code)) expectHidden(result, traffic, 14);
		// a server makes seven and more before it learns that the client has refused
		assert.ok(Object.keys(results.at(-1)!.open).length >= 14 + 4 * 7);
	});

	test("after a KeyUpdate in both directions the secrets before are gone", async () => {
		const [result] = await runSearch(1, "native", only(0x304), socket =>
			new Session13(
				socket,
				script13({
					async talk(session) {
						const { secrets } = session;
						const old = prefixed({ "s ap traffic": secrets["s ap traffic"]!, "s ap key": secrets["s ap key"]! }, "old");
						session.send(HANDSHAKE, message(24, Buffer.of(0)));
						session.writeKey!.update();
						Object.assign(secrets, { "s ap traffic": session.writeKey!.secret, "s ap key": session.writeKey!.key });
						tell(session, old);
					},
				}),
			).run(),
		);
		expectHidden(result!, traffic, 16);
	});

	test("early data: taken, and left out", async () => {
		const psk = Buffer.from("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20", "hex");
		const config = { ...only(0x304), psk: masked(psk), early: "1" };
		const results = await runSearch(2, "native", config, (socket, i) =>
			new Session13(
				socket,
				script13(i ? { earlyData: "skip" } : { psk: { key: psk, isExternal: true }, earlyData: "take" }),
			).run(),
		);
		for (const result of results) expectHidden(result, traffic, 16);
	});

	test("exported keys", async () => {
		const [result] = await runSearch(1, "native", { ...only(0x304, { exporter: true }), exports: "1" }, socket =>
			new Session13(
				socket,
				script13({
					async talk(session) {
						const { hash } = session.suite;
						const master = session.secrets["exp master"]!;
						const derived = expandLabel(hash, master, LABEL.toString(), digest(hash, none), master.length);
						tell(session, { derived });
					},
				}),
			).run(),
		);
		expectHidden(result!, [...traffic, "exp master"], 17);
	});

	test("the group X25519MLKEM768, taken, behind a retry, and left midway", async () => {
		const failed: Secrets = {};
		const talk = async (session: Session13): Promise<void> => tell(session, halves(session.secrets["shared"]!));
		const scripts: Partial<Script13>[] = [
			{ group: 0x11ec, talk },
			{ group: 0x11ec, ...wrong("CertificateVerify") },
			{ retryGroup: 0x17 },
			{ group: 0x1d, talk: async session => tell(session, failed) },
		];
		const serve = async (socket: ConstructorParameters<typeof Session13>[0], i: number): Promise<void> => {
			const session = new Session13(socket, script13(scripts[i]!));
			await session.run();
			if (i === 1) Object.assign(failed, prefixed(session.secrets, "failed"), halves(session.secrets["shared"]!));
		};
		const results = await runSearch(scripts.length, "native", only(0x304), serve, ["hybrid"]);
		assert.deepEqual(
			results.map(({ code }) => code),
			["", "bad_signature", "", ""],
		);
		for (const result of results.filter(({ code }) => !code)) expectHidden(result, traffic, 14);
		assert.ok(Object.keys(results[3]!.open).length >= 14 + 9);
	});

	/** A client's certificate, its key, and that key's secret number. */
	function device(type: "p256" | "ed25519", prefix = ""): Readonly<Record<string, string>> {
		const { pem, keyPem, key } = makeCertificate({
			subject: "device",
			key: makeKey(type),
			issuer: identity.intermediate,
			extendedKeyUsage: ["clientAuth"],
		});
		const scalar = masked(scalarOf(key.privateKey));
		return prefix ? { otherChain: pem, otherKey: keyPem, otherScalar: scalar } : { chain: pem, key: keyPem, scalar };
	}

	test("a client's key of Ed25519", { skip: lacks("dpkg-source", "dpkg-dev") }, async () => {
		const [result] = await runSearch(
			1,
			"native",
			{ ca: identity.root.pem, ...device("ed25519") },
			socket => {
				// CertificateRequest with ed25519 alone
				const edit = (name: string, bytes: Buffer): Buffer =>
					name === "CertificateRequest" ? message(13, Buffer.from("000008000d000400020807", "hex")) : bytes;
				return new Session13(socket, script13({ requestCertificate: true, edit })).run();
			},
			["ed25519"],
		);
		expectHidden(result!, traffic, 15);
	});

	test("two keys of a client: the one that signs, and the other", async () => {
		const config = { ca: identity.root.pem, ...device("p256"), ...device("p256", "other") };
		const [asked, not] = await runSearch(2, "native", config, (socket, i) =>
			new Session13(socket, script13({ requestCertificate: i === 0 })).run(),
		);
		for (const result of [asked!, not!]) {
			expectHidden(result, traffic, 16);
			assert.ok(result.open["other private key"]);
		}
	});
});

describe("TLS 1.2: secrets in every mode", () => {
	test("each key exchange and cipher, with exported keys, and handshakes that fail", async () => {
		const failed: Secrets = {};
		const random = Buffer.alloc(32, 7);
		/** The last A(i) of P_SHA256 (RFC 5246 section 5) for 80 bytes, and what comes with the secret. */
		const talk = async (session: Session12): Promise<void> => {
			const seed = Buffer.concat([LABEL, session.outcome.hello.subarray(6, 38), random]);
			let a: Buffer = seed;
			const more: Secrets = {};
			for (let i = 1; i <= 4; i++) more[`A(${i})`] = a = hmac("sha256", session.master, a);
			tell(session, more);
		};
		const suites = Object.keys(oldSuites12).filter(name => !name.endsWith("SHA384"));
		const scripts: [string, Partial<Script12>][] = [
			...suites.map((name): [string, Partial<Script12>] => ["", withSuite(name)]),
			...[0x17, 0x18, 0x1d].map((group): [string, Partial<Script12>] => [
				"",
				withSuite("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", { group }),
			]),
			["bad_finished", withSuite("TLS_RSA_WITH_AES_128_GCM_SHA256", wrong("Finished"))],
			["bad_finished", withSuite("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", wrong("Finished"))],
			["bad_finished", withSuite("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", wrong("Finished"))],
			["", withSuite("TLS_RSA_WITH_AES_128_GCM_SHA256", { talk: async session => tell(session, failed) })],
		];
		const config = {
			ca: rsa.root.pem + ecdsa.root.pem,
			secure: JSON.stringify({ maxVersion: 0x303, exporter: true }),
			exports: "1",
			xs_tls: legacyWords,
		};
		const results = await runSearch(
			scripts.length,
			"native",
			config,
			async (socket, i) => {
				const [code, script] = scripts[i]!;
				const session = new Session12(socket, { talk, random, ...script } as Script12);
				await session.run();
				if (code) Object.assign(failed, prefixed(session.secrets, String(i)));
			},
			["legacy"],
		);
		assert.deepEqual(
			results.map(({ code }) => code),
			scripts.map(([code]) => code),
		);
		for (const [i, result] of results.entries()) {
			if (result.code) continue;
			const isBlock = scripts[i]![1].suite!.includes("CBC");
			const kept = ["master", "c key", "s key", ...(isBlock ? ["c MAC key", "s MAC key"] : [])];
			expectHidden(result, kept, i === results.length - 1 ? 6 + 3 * 4 : kept.length + 3 + 4);
		}
	});
});
