/*
	What servers ask for and what they add, beyond the common: CertificateRequests of both versions (RFC 8446 section
	4.3.2, RFC 5246 section 7.4.4), padding (RFC 8446 section 5.4), extensions and records as some servers send them.
	The right forms are accepted, the wrong ones refused.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { Session12, rightExtensions } from "../peers/server12.js";
import { Session13, type Script13 } from "../peers/server13.js";
import { extension, message, plainRecord } from "../peers/wire13.js";
import { runPairs } from "./connect.js";
import { illegal, malformed } from "./fault.js";
import { changing, expectRefusals, runAll, starting, withBody, type Fault } from "./script12.js";

/** A device's certificate and key, as options. */
function device(type: "p256" | "rsa2048"): object {
	const key = makeKey(type),
		certificate = makeCertificate({ subject: "device", key });
	return { clientCertificates: certificate.pem, clientKey: key.privateKey.export({ type: "pkcs8", format: "pem" }) };
}

const schemes = vector(2, u16(0x0403), u16(0x0401), u16(0x0804));

/** A CertificateRequest of TLS 1.2 with these types. */
const asking = (...types: number[]): ReturnType<typeof changing> =>
	changing("CertificateRequest", bytes => withBody(bytes, vector(1, Buffer.from(types)), schemes, vector(2)), {
		requestCertificate: true,
	});

describe("CertificateRequest of TLS 1.2", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	// rsa_sign 1, dss_sign 2, ecdsa_sign 64: RFC 5246 section 7.4.4, RFC 8422 section 5.5
	for (const [type, types, isTaken] of [
		["p256", [64], true],
		["p256", [1, 64], true],
		["p256", [1], false],
		["p256", [2, 3], false],
		["rsa2048", [1], true],
		["rsa2048", [2, 64, 1], true],
		["rsa2048", [64], false],
		["rsa2048", [0], false],
	] as const) {
		test(`a key of ${type} and types ${types.join(", ")}: ${isTaken ? "its certificate" : "an empty list"}`, async () => {
			const [pair] = await runPairs(
				1,
				{ ca: identity.root.pem, secure: { maxVersion: 0x0303, ...device(type) } },
				socket =>
					new Session12(socket, {
						chain: [identity.leaf.der, identity.intermediate.der],
						key: identity.leaf.key.privateKey,
						...asking(...types)(),
					}).run(),
			);
			assert.deepEqual(pair!.server.messages, isTaken ? [11, 16, 15] : [11, 16], pair!.client.message);
		});
	}

	test("supported_groups in the ServerHello is passed over, whatever it holds", async () => {
		for (const data of [vector(2, u16(0x1d)), Buffer.alloc(0), Buffer.of(1, 2, 3)]) {
			const [pair] = await runAll(identity, [{ extensions: Buffer.concat([...rightExtensions, extension(10, data)]) }]);
			assert.equal(pair!.client.code, "closed", pair!.client.message);
		}
	});

	const faults: Fault[] = [
		{
			name: "supported_groups twice",
			...illegal,
			script: () => ({ extensions: Buffer.concat([...rightExtensions, extension(10), extension(10)]) }),
		},
		{
			name: "a name of a CA that is cut",
			...malformed,
			script: changing(
				"CertificateRequest",
				bytes => withBody(bytes, vector(1, Buffer.of(64)), schemes, vector(2, u16(9), Buffer.of(0x30))),
				{ requestCertificate: true },
			),
		},
		{
			name: "signatures of an odd length",
			...malformed,
			script: changing(
				"CertificateRequest",
				bytes => withBody(bytes, vector(1, Buffer.of(64)), vector(2, Buffer.of(4, 3, 4)), vector(2)),
				{ requestCertificate: true },
			),
		},
		{
			name: "a fatal alert in a record of TLS 1.0",
			code: "peer_alert",
			alert: undefined,
			says: /handshake_failure/,
			script: starting(records => [...records.slice(0, 1), Buffer.from([21, 3, 1, 0, 2, 2, 40])]),
		},
		{
			name: "a handshake message in a record of TLS 1.0",
			code: "unsupported_version",
			alert: 70,
			script: starting(
				records => records.map((record, i) => (i ? Buffer.concat([Buffer.of(22, 3, 1), record.subarray(3)]) : record)),
				100,
			),
		},
		{
			name: "a protocol that was not offered, with characters that a terminal obeys",
			...illegal,
			says: /picked the protocol "h2\\x1b\[2J\\x22", which was not offered/,
			script: () => ({
				extensions: Buffer.concat([...rightExtensions, extension(16, vector(2, vector(1, Buffer.from('h2\x1b[2J"'))))]),
			}),
		},
	];
	test("refused", t =>
		expectRefusals(t, identity, faults, { secure: { applicationLayerProtocolNegotiation: "http/1.1" } }));
});

describe("TLS 1.3", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	function run(
		scripts: readonly Partial<Script13>[],
		secure: object = {},
	): ReturnType<typeof runPairs<Awaited<ReturnType<Session13["run"]>>>> {
		return runPairs(scripts.length, { ca: identity.root.pem, secure }, (socket, i) =>
			new Session13(socket, {
				chain: [identity.leaf.der, identity.intermediate.der],
				key: identity.leaf.key.privateKey,
				...scripts[i]!,
			}).run(),
		);
	}

	/** A CertificateRequest with one more extension. */
	const requesting = (...more: Uint8Array[]): Partial<Script13> => ({
		requestCertificate: true,
		edit: (name, bytes) =>
			name === "CertificateRequest"
				? message(13, vector(1), vector(2, extension(13, vector(2, u16(0x0403))), ...more))
				: bytes,
	});

	/**
	 * Extensions of a CertificateRequest that are known, each in a right form and in wrong ones (RFC 8446 section 4.2,
	 * RFC 8879 section 3).
	 */
	const forms: readonly { name: string; type: number; right: Buffer[]; wrong: Buffer[] }[] = [
		{
			name: "certificate_authorities",
			type: 47,
			right: [vector(2, vector(2, Buffer.of(0x30, 0)))],
			wrong: [
				Buffer.alloc(0),
				vector(2),
				vector(2, vector(2)),
				u16(9),
				vector(2, u16(5), Buffer.of(0x30)),
				Buffer.concat([vector(2, vector(2, Buffer.of(0x30, 0))), Buffer.of(0)]),
			],
		},
		{
			name: "oid_filters",
			type: 48,
			right: [vector(2), vector(2, vector(1, Buffer.of(0x55)), vector(2, Buffer.of(5)))],
			wrong: [
				Buffer.alloc(0),
				vector(2, vector(1), vector(2)),
				vector(2, vector(1, Buffer.of(0x55))),
				vector(2, vector(1, Buffer.of(0x55)), u16(4)),
			],
		},
		{
			name: "signature_algorithms_cert",
			type: 50,
			right: [vector(2, u16(0x0401))],
			wrong: [
				Buffer.alloc(0),
				vector(2),
				vector(2, Buffer.of(4)),
				Buffer.concat([vector(2, u16(0x0401)), Buffer.of(1)]),
			],
		},
		{ name: "status_request", type: 5, right: [Buffer.alloc(0)], wrong: [Buffer.of(1), Buffer.of(1, 0, 0, 0, 0)] },
		{
			name: "compress_certificate",
			type: 27,
			right: [vector(1, u16(1)), vector(1, u16(7), u16(8))],
			wrong: [
				Buffer.alloc(0),
				vector(1),
				vector(1, Buffer.of(1)),
				vector(1, Buffer.of(0, 1, 0)),
				Buffer.concat([vector(1, u16(1)), Buffer.of(0)]),
			],
		},
	];
	for (const { name, type, right, wrong } of forms) {
		test(`${name} in a CertificateRequest: ${right.length} right forms, ${wrong.length} wrong ones`, async () => {
			const accepted = await run(right.map(data => requesting(extension(type, data))));
			for (const { client } of accepted) assert.equal(client.code, "closed", client.message);
			const refused = await run(wrong.map(data => requesting(extension(type, data))));
			refused.forEach(({ client, server }, i) => {
				assert.equal(client.code, "decode_error", `form ${i}: ${client.message}`);
				assert.equal(server.alert, 50);
			});
		});
	}

	test("padding: TLSInnerPlaintext of 16,385 bytes is the longest", async () => {
		const sending = (data: number, padding: number): Partial<Script13> => ({
			talk: async session => {
				while (!session.outcome.received.includes("\r\n\r\n")) await session.receive();
				session.socket.write(session.writeKey!.seal(23, Buffer.alloc(data, 0x61), padding));
				session.send(21, Buffer.of(1, 0));
			},
		});
		const right = await run(
			[
				[16384, 0],
				[16383, 1],
				[1, 16383],
				[0, 16384],
			].map(([data, padding]) => sending(data!, padding!)),
		);
		for (const { client } of right) assert.equal(client.code, "closed", client.message);
		assert.deepEqual(
			right.map(({ client }) => client.length),
			[16384, 16383, 1, 0],
		);
		const wrong = await run(
			[
				[16384, 1],
				[16384, 238],
				[1, 16384],
				[0, 16385],
			].map(([data, padding]) => sending(data!, padding!)),
		);
		for (const { client, server } of wrong) {
			assert.equal(client.code, "record_too_long", client.message);
			assert.equal(server.alert, 22);
			assert.equal(client.length, 0);
		}
	});

	test("a HelloRetryRequest with group 0 is refused, also with a cookie", async () => {
		const retry = (...more: Uint8Array[]): Partial<Script13> => ({
			retryGroup: 0x17,
			edit: (name, bytes) => {
				if (name !== "HelloRetryRequest") return bytes;
				const head = bytes.subarray(4, 4 + 2 + 32 + 1 + 32 + 3);
				return message(2, head, vector(2, extension(43, Buffer.of(3, 4)), extension(51, u16(0)), ...more));
			},
		});
		for (const { client, server } of await run([retry(), retry(extension(44, vector(2, Buffer.from("cookie"))))])) {
			assert.equal(client.code, "illegal_parameter", client.message);
			assert.match(client.message, /group 0/);
			assert.equal(server.alert, 47);
		}
	});

	test("a fatal alert in the clear is one before the keys change, not after", async () => {
		const [before, after] = await run([
			{ editRecords: (which, records) => (which === "hello" ? [Buffer.from([21, 3, 1, 0, 2, 2, 40])] : records) },
			{
				editRecords: (which, records) =>
					which === "hello" ? [...records, plainRecord(21, Buffer.of(2, 40))] : records,
			},
		]);
		assert.equal(before!.client.code, "peer_alert", before!.client.message);
		assert.equal(after!.client.code, "unexpected_message", after!.client.message);
	});
});
