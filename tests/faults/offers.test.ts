/*
	A server picks what the options `groups`, `cipherSuites` and `signatureAlgorithms` have not offered. The errors say
	what was offered. Also the name that the certificate must have if SNI has another one, or none.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { Session12, type Outcome12, type Script12 } from "../peers/server12.js";
import { Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { plainRecord } from "../peers/wire13.js";
import { runPairs, type ClientOptions, type Pair } from "./connect.js";

let identity: ServerIdentity;

before(() => {
	identity = makeIdentity(["localhost", "behind.example"]);
});

function run13(script: Partial<Script13>, options: Partial<ClientOptions>): Promise<Pair<Outcome13>[]> {
	const { leaf, intermediate, root } = identity;
	const right = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
	return runPairs(1, { ca: root.pem, ...options }, socket => new Session13(socket, { ...right, ...script }).run());
}

function run12(script: Partial<Script12>, options: Partial<ClientOptions>): Promise<Pair<Outcome12>[]> {
	const { leaf, intermediate, root } = identity;
	const right = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
	return runPairs(1, { ca: root.pem, ...options }, socket => new Session12(socket, { ...right, ...script }).run());
}

function expectRefusal([pair]: Pair<Outcome13>[], says: RegExp): void {
	const { client, server } = pair!;
	assert.equal(client.code, "illegal_parameter", client.message);
	assert.match(client.message, says);
	assert.equal(server.alert, 47);
	assert.equal(client.negotiated, undefined);
	assert.equal(client.length, 0);
}

function expectTaken([pair]: Pair<Outcome13>[]): Pair<Outcome13> {
	assert.equal(pair!.client.code, "closed", pair!.client.message);
	assert.ok(pair!.server.finished);
	return pair!;
}

describe("groups", () => {
	const group = 0x18;
	const secure = { groups: ["secp384r1"] };
	test("the only one offered is taken, in both versions", async () => {
		const { client } = expectTaken(await run13({}, { secure }));
		assert.equal(client.negotiated!.group, group);
		assert.equal(expectTaken(await run12({ group }, { secure })).client.negotiated!.group, group);
	});
	test("the second one by a retry", async () => {
		const options = { secure: { groups: ["secp384r1", "x25519"] } };
		const { client } = expectTaken(await run13({ retryGroup: 0x1d }, options));
		assert.equal(client.negotiated!.group, 0x1d);
	});
	test("a retry for one that this build has, but was not offered", async () => {
		expectRefusal(
			await run13({ retryGroup: 0x1d }, { secure }),
			/group x25519, which was not offered: offered secp384r1$/,
		);
	});
	test("a key share of one that this build has, but was not offered", async () => {
		const edit = (name: string, bytes: Buffer): Buffer => {
			const at = bytes.indexOf(Buffer.of(0, 51));
			if (name === "ServerHello") u16(0x1d).copy(bytes, at + 4);
			return bytes;
		};
		expectRefusal(await run13({ edit }, { secure }), /of group x25519, which the hello has none of$/);
	});
	test("TLS 1.2: a key of one that this build has, but was not offered", async () => {
		expectRefusal(await run12({ group: 0x1d }, { secure }), /group x25519, which was not offered: offered secp384r1$/);
	});
});

describe("cipher suites", () => {
	const secure = { cipherSuites: ["TLS_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"] };
	const suite = "TLS_AES_256_GCM_SHA384";
	const suite12 = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
	test("the only one offered is taken, in both versions", async () => {
		assert.equal(expectTaken(await run13({ suite }, { secure })).client.negotiated!.suite, suite);
		assert.equal(expectTaken(await run12({ suite: suite12 }, { secure })).client.negotiated!.suite, suite12);
	});
	test("one that this build has, but was not offered", async () => {
		expectRefusal(await run13({}, { secure }), /suite 0x1301, .* for TLS 1\.3: offered TLS_AES_256_GCM_SHA384$/);
	});
	test("TLS 1.2: one that this build has, but was not offered", async () => {
		expectRefusal(await run12({}, { secure }), /suite 0xc02b, .* for TLS 1\.2: offered TLS_ECDHE_ECDSA_WITH_AES_256/);
	});
});

describe("signature schemes", () => {
	const secure = { signatureAlgorithms: ["ecdsa_secp256r1_sha256"] };
	const others = { signatureAlgorithms: ["ecdsa_secp384r1_sha384", "rsa_pss_rsae_sha256"] };
	for (const [version, run] of [
		["1.3", run13],
		["1.2", run12],
	] as const) {
		test(`TLS ${version}: the only one offered is taken`, async () => {
			assert.equal(expectTaken(await run({}, { secure })).client.negotiated!.signature, 0x0403);
		});
		test(`TLS ${version}: a right signature in one that was not offered`, async () => {
			expectRefusal(
				await run({}, { secure: others }),
				/ecdsa_secp256r1_sha256, which was not offered: offered ecdsa_secp384r1_sha384, rsa_pss_rsae_sha256$/,
			);
		});
	}
});

describe("alerts before the ServerHello say what was offered", () => {
	async function refused(description: number, secure: object): Promise<string> {
		const [pair] = await runPairs(1, { ca: identity.root.pem, secure }, async socket => {
			socket.on("error", () => {});
			await new Promise(resolve => socket.once("data", resolve));
			socket.end(plainRecord(21, Buffer.of(2, description)));
		});
		assert.equal(pair!.client.code, "peer_alert");
		return pair!.client.message;
	}
	test("handshake_failure and insufficient_security: versions, suites, groups, signatures", async () => {
		const secure = {
			cipherSuites: ["TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
			groups: ["secp256r1", "x25519"],
			signatureAlgorithms: ["rsa_pss_rsae_sha256"],
		};
		for (const alert of [40, 71])
			assert.match(
				await refused(alert, secure),
				/; offered were TLS 1\.2 and TLS 1\.3; TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; groups secp256r1, x25519; signatures rsa_pss_rsae_sha256$/,
			);
	});
	test("protocol_version: the versions, and the options for them", async () => {
		assert.match(await refused(70, {}), /neither of the versions offered, TLS 1\.2 and TLS 1\.3/);
		assert.match(await refused(70, { minVersion: 0x304 }), /TLS 1\.3, the only version offered: see "minVersion"/);
		assert.match(await refused(70, { maxVersion: 0x303 }), /TLS 1\.2, the only version offered/);
	});
	test("after the ServerHello nothing is listed", async () => {
		const edit = (name: string, bytes: Buffer): Buffer | undefined => (name === "ServerHello" ? bytes : undefined);
		const editRecords = (_: string, records: Buffer[]): Buffer[] => [...records, plainRecord(21, Buffer.of(2, 40))];
		const [pair] = await run12({ edit, editRecords }, {});
		assert.equal(pair!.client.code, "peer_alert", pair!.client.message);
		assert.match(pair!.client.message, /could not go on with the handshake \(handshake_failure\)$/);
	});
});

describe("names", () => {
	const hasName = (hello: Buffer, name: string): boolean =>
		hello.includes(Buffer.concat([Buffer.of(0), vector(2, Buffer.from(name))]));
	test("the certificate is checked for certificateName, and SNI has serverName", async () => {
		const secure = { serverName: "front.example", certificateName: "behind.example" };
		const { server } = expectTaken(await run13({}, { secure }));
		assert.ok(hasName(server.hello, "front.example") && !server.hello.includes("behind.example"));
		expectTaken(await run12({}, { secure }));
	});
	test("the certificate has serverName, but not certificateName", async () => {
		for (const run of [run13, run12]) {
			const [pair] = await run({}, { secure: { certificateName: "other.example" } });
			assert.equal(pair!.client.code, "wrong_name");
			assert.match(pair!.client.message, /other\.example/);
			assert.equal(pair!.client.length, 0);
		}
	});
	test("without SNI the name is checked all the same", async () => {
		for (const run of [run13, run12]) {
			const { server } = expectTaken(await run({}, { secure: { sendServerName: false } }));
			assert.ok(!server.hello.includes("localhost"));
			const [pair] = await run({}, { host: "other.example", secure: { sendServerName: false } });
			assert.equal(pair!.client.code, "wrong_name");
			assert.equal(pair!.client.length, 0);
		}
	});
});

describe("what HandshakeInfo says", () => {
	test("names beside numbers, the address, and whether there was a retry", async () => {
		const plain = expectTaken(await run13({}, {})).client.negotiated!;
		assert.deepEqual(plain.names, ["TLS 1.3", "x25519", "ecdsa_secp256r1_sha256"]);
		assert.equal(plain.retried, false);
		assert.equal(plain.remoteAddress, "127.0.0.1");
		assert.equal(plain.certificate, undefined);
		const retried = expectTaken(await run13({ retryGroup: 0x17 }, {})).client.negotiated!;
		assert.deepEqual(retried.names, ["TLS 1.3", "secp256r1", "ecdsa_secp256r1_sha256"]);
		assert.equal(retried.retried, true);
		const old = expectTaken(await run12({}, {})).client.negotiated!;
		assert.deepEqual(old.names, ["TLS 1.2", "x25519", "ecdsa_secp256r1_sha256"]);
		assert.equal(old.retried, false);
	});
	test("the server's own certificate, where it is asked for", async () => {
		for (const run of [run13, run12]) {
			const { client } = expectTaken(await run({}, { secure: { peerCertificate: true } }));
			assert.equal(client.negotiated!.certificate, identity.leaf.der.toString("hex"));
		}
	});
	test("a resumed session of TLS 1.2 has the group of its first connection, and no certificate", async () => {
		const { leaf, intermediate, root } = identity;
		const right = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
		let first: Session12;
		const secure = { peerCertificate: true };
		const pairs = await runPairs(2, { ca: root.pem, session: "", secure }, (socket, i) => {
			if (i === 0)
				return (first = new Session12(socket, { ...right, group: 0x18, ticket: Buffer.alloc(60, "t") })).run();
			return new Session12(socket, { ...right, resume: first.master }).run();
		});
		assert.deepEqual(
			pairs.map(({ client }) => [client.negotiated!.resumed, client.negotiated!.names[1]]),
			[
				[false, "secp384r1"],
				[true, "secp384r1"],
			],
		);
		assert.equal(pairs[1]!.client.negotiated!.certificate, undefined);
	});
});
