/*
	What a TLS 1.3 client must refuse, each with the RFC's alert and an error that says what is wrong (RFC 8446). The server is
	tests/peers/server13.ts; every message that it sends can be changed.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import {
	makeCertificate,
	makeIdentity,
	makeKey,
	type Certificate,
	type ServerIdentity,
} from "../../host-sim/servers/certificates.js";
import { vector, u16 } from "../../host-sim/trace/keys13.js";
import {
	extension,
	message,
	plainRecord,
	Session13,
	type MessageName,
	type Outcome13,
	type Script13,
} from "../peers/server13.js";
import { mustStaple, respond, revoked } from "../peers/ocsp.js";
import { runPairs, type Pair } from "./connect.js";

interface Fault {
	readonly name: string;
	readonly script: (identity: ServerIdentity) => Partial<Script13>;
	/** TLSError's code. */
	readonly code: string;
	/** The alert that the server gets; none where undefined. */
	readonly alert: number | undefined;
	/** What the error must say. */
	readonly says?: RegExp;
}

/** Changes one message. */
function changing(name: MessageName, change: (message: Buffer) => Uint8Array | undefined): () => Partial<Script13> {
	return () => ({ edit: (which, bytes) => (which === name ? change(bytes) : bytes) });
}

function flip(bytes: Buffer, at: number): Buffer {
	const changed = Buffer.from(bytes);
	changed[at < 0 ? changed.length + at : at]! ^= 1;
	return changed;
}

/** The message with another body. */
function withBody(bytes: Buffer, body: Uint8Array): Buffer {
	return message(bytes[0]!, body);
}

function chainOf(...certificates: Certificate[]): Partial<Script13> {
	return { chain: certificates.map(({ der }) => der), key: certificates[0]!.key.privateKey };
}

/** A leaf under the identity's intermediate that differs from the right one. */
function leafUnder({ intermediate }: ServerIdentity, change: object): Partial<Script13> {
	const leaf = makeCertificate({
		subject: "localhost",
		key: makeKey("p256"),
		issuer: intermediate,
		names: ["localhost"],
		...change,
	});
	return chainOf(leaf, intermediate);
}

const day = 86400e3;

const certificateFaults: Fault[] = [
	{
		name: "the certificate is for another name",
		script: identity => leafUnder(identity, { names: ["other.example"] }),
		code: "wrong_name",
		alert: 42,
		says: /other\.example/,
	},
	{
		name: "the certificate has no subjectAltName",
		script: identity => leafUnder(identity, { names: [] }),
		code: "wrong_name",
		alert: 42,
	},
	{
		name: "the root is not trusted",
		code: "untrusted",
		alert: 48,
		script: () => {
			const { leaf, intermediate } = makeIdentity(["localhost"]);
			return chainOf(leaf, intermediate);
		},
	},
	{
		name: "the leaf has expired",
		code: "certificate_expired",
		alert: 45,
		says: /expired/,
		script: identity =>
			leafUnder(identity, { notBefore: new Date(Date.now() - 3 * day), notAfter: new Date(Date.now() - day) }),
	},
	{
		name: "the leaf is not yet valid",
		code: "certificate_not_yet_valid",
		alert: 45,
		script: identity =>
			leafUnder(identity, { notBefore: new Date(Date.now() + day), notAfter: new Date(Date.now() + 3 * day) }),
	},
	{
		name: "the intermediate is no CA",
		code: "bad_certificate",
		alert: 42,
		script: ({ root }) => {
			const notCA = makeCertificate({
				subject: "not a CA",
				key: makeKey("p256"),
				issuer: root,
				names: ["not.example"],
			});
			const leaf = makeCertificate({ subject: "localhost", key: makeKey("p256"), issuer: notCA, names: ["localhost"] });
			return chainOf(leaf, notCA);
		},
	},
	{
		name: "the intermediate may not sign certificates",
		code: "bad_certificate",
		alert: 42,
		script: ({ root }) => {
			const signer = makeCertificate({
				subject: "no signer",
				key: makeKey("p256"),
				issuer: root,
				isAuthority: true,
				keyUsage: ["digitalSignature"],
			});
			const leaf = makeCertificate({
				subject: "localhost",
				key: makeKey("p256"),
				issuer: signer,
				names: ["localhost"],
			});
			return chainOf(leaf, signer);
		},
	},
	{
		name: "the leaf's signature is wrong",
		script: identity => leafUnder(identity, { changeSignature: (bytes: Buffer) => flip(bytes, -1) }),
		code: "bad_certificate",
		alert: 42,
	},
	{
		name: "no certificate at all",
		script: changing("Certificate", bytes => withBody(bytes, Buffer.alloc(4))),
		code: "decode_error",
		alert: 50,
	},
	{
		name: "the Certificate has a context",
		script: changing("Certificate", bytes => withBody(bytes, Buffer.concat([Buffer.of(1, 9), bytes.subarray(5)]))),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "the leaf's key is another one's",
		script: () => ({ key: makeKey("p256").privateKey }),
		code: "bad_signature",
		alert: 51,
	},
];

const proofFaults: Fault[] = [
	{
		name: "a flipped bit in CertificateVerify",
		script: changing("CertificateVerify", bytes => flip(bytes, -1)),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "a flipped bit in Finished",
		script: changing("Finished", bytes => flip(bytes, 10)),
		code: "bad_finished",
		alert: 51,
	},
	{
		name: "CertificateVerify is skipped",
		script: changing("CertificateVerify", () => undefined),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "Certificate is skipped",
		script: changing("Certificate", () => undefined),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "EncryptedExtensions is skipped",
		script: changing("EncryptedExtensions", () => undefined),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "Finished comes twice",
		script: changing("Finished", bytes => Buffer.concat([bytes, bytes])),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "Certificate comes twice",
		script: changing("Certificate", bytes => Buffer.concat([bytes, bytes])),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "Finished is too short",
		script: changing("Finished", bytes => withBody(bytes, bytes.subarray(4, -1))),
		code: "decode_error",
		alert: 50,
	},
	{
		name: "Finished comes before CertificateVerify",
		script: changing("CertificateVerify", bytes => Buffer.concat([message(20, Buffer.alloc(32)), bytes])),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "signed with RSA PKCS #1, which TLS 1.3 forbids",
		script: changing("CertificateVerify", bytes => withBody(bytes, Buffer.concat([u16(0x0401), bytes.subarray(6)]))),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "signed with a scheme that was not offered",
		script: changing("CertificateVerify", bytes => withBody(bytes, Buffer.concat([u16(0x0808), bytes.subarray(6)]))),
		code: "illegal_parameter",
		alert: 47,
		says: /0x0808, which was not offered: offered ecdsa_secp256r1_sha256, .*rsa_pkcs1_sha512/,
	},
	{
		name: "a scheme of another curve",
		script: changing("CertificateVerify", bytes => withBody(bytes, Buffer.concat([u16(0x0503), bytes.subarray(6)]))),
		code: "illegal_parameter",
		alert: 47,
	},
];

/** A ServerHello with its fields apart: session id at 38, suite behind it. */
const sessionEnd = 4 + 2 + 32 + 1 + 32;

function helloExtensions(change: (extensions: Buffer) => Uint8Array): () => Partial<Script13> {
	return changing("ServerHello", bytes =>
		withBody(
			bytes,
			Buffer.concat([bytes.subarray(4, sessionEnd + 3), vector(2, change(bytes.subarray(sessionEnd + 5)))]),
		),
	);
}

const helloFaults: Fault[] = [
	{
		name: "the session id is not echoed",
		script: changing("ServerHello", bytes => flip(bytes, 40)),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a suite that was not offered",
		script: changing("ServerHello", bytes => flip(bytes, sessionEnd)),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a compression method",
		script: changing("ServerHello", bytes => flip(bytes, sessionEnd + 2)),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a version beyond 1.3",
		script: helloExtensions(list => Buffer.concat([extension(43, Buffer.of(3, 5)), list.subarray(6)])),
		code: "illegal_parameter",
		alert: 47,
	},
	{ name: "no key share", script: helloExtensions(list => list.subarray(0, 6)), code: "missing_extension", alert: 109 },
	{
		name: "an extension twice",
		script: helloExtensions(list => Buffer.concat([list.subarray(0, 6), list])),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "an extension that was not asked for",
		script: helloExtensions(list => Buffer.concat([list, extension(35)])),
		code: "unsupported_extension",
		alert: 110,
	},
	{
		name: "an extension that belongs elsewhere",
		script: helloExtensions(list => Buffer.concat([list, extension(10, vector(2, u16(0x1d)))])),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a share of another group",
		script: helloExtensions(list =>
			Buffer.concat([list.subarray(0, 6), extension(51, u16(0x17), vector(2, Buffer.alloc(65, 4)))]),
		),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a share that gives zero",
		script: helloExtensions(list =>
			Buffer.concat([list.subarray(0, 6), extension(51, u16(0x1d), vector(2, Buffer.alloc(32)))]),
		),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a share of the wrong length",
		script: helloExtensions(list =>
			Buffer.concat([list.subarray(0, 6), extension(51, u16(0x1d), vector(2, Buffer.alloc(31, 9)))]),
		),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "ALPN that was not offered",
		script: () => ({ encryptedExtensions: extension(16, vector(2, vector(1, Buffer.from("h2")))) }),
		code: "unsupported_extension",
		alert: 110,
	},
	{
		name: "EncryptedExtensions with a key share",
		script: () => ({ encryptedExtensions: extension(51, u16(0x1d)) }),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a retry for the group that was sent",
		script: () => ({ retryGroup: 0x1d }),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a retry for a group that was not offered",
		script: () => ({ retryGroup: 0x19 }),
		says: /group 0x0019, which was not offered: offered x25519, secp256r1, secp384r1$/,
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a second retry",
		code: "unexpected_message",
		alert: 10,
		script: () => {
			let retry: Buffer | undefined;
			return {
				retryGroup: 0x17,
				edit: (name, bytes) =>
					name === "HelloRetryRequest" ? (retry = bytes) : name === "ServerHello" ? retry : bytes,
			};
		},
	},
	{
		name: "a retry that changes nothing",
		script: () => ({
			retryGroup: 0x17,
			edit: (name, bytes) =>
				name === "HelloRetryRequest"
					? withBody(
							bytes,
							Buffer.concat([bytes.subarray(4, sessionEnd + 3), vector(2, extension(43, Buffer.of(3, 4)))]),
						)
					: bytes,
		}),
		code: "illegal_parameter",
		alert: 47,
	},
];

/** For a client that asks for TLS 1.3 at least. */
const versionFaults: Fault[] = [
	{
		name: "TLS 1.2 only",
		script: helloExtensions(() => Buffer.alloc(0)),
		code: "unsupported_version",
		alert: 70,
		says: /TLS 1\.2/,
	},
	{
		name: "TLS 1.1 only",
		script: changing("ServerHello", bytes => {
			bytes[5] = 2;
			return bytes;
		}),
		code: "unsupported_version",
		alert: 70,
		says: /TLS 1\.1/,
	},
	{
		name: "TLS 1.2 with the downgrade sentinel",
		code: "downgrade",
		alert: 47,
		script: changing("ServerHello", bytes =>
			withBody(
				bytes,
				Buffer.concat([bytes.subarray(4, 30), Buffer.from("DOWNGRD\x01"), bytes.subarray(38, sessionEnd + 3)]),
			),
		),
	},
];

/** Puts a record in front of the flight, or changes the flight's records. */
function flight(change: (records: Buffer[]) => Buffer[]): () => Partial<Script13> {
	return () => ({ editRecords: (which, records) => (which === "flight" ? change(records) : records) });
}

function talking(talk: (session: Session13) => void): () => Partial<Script13> {
	return () => ({
		talk: async session => {
			while (!session.outcome.received.includes("\r\n\r\n")) await session.receive();
			talk(session);
		},
	});
}

const recordFaults: Fault[] = [
	{
		name: "a bad tag",
		script: flight(([first, ...rest]) => [flip(first!, -1), ...rest]),
		code: "bad_record_mac",
		alert: 20,
	},
	{
		name: "a record too long in the clear",
		script: () => ({
			editRecords: (which, records) =>
				which === "hello" ? [Buffer.concat([Buffer.of(22, 3, 3), u16(0x4001), Buffer.alloc(0x4001)])] : records,
		}),
		code: "record_too_long",
		alert: 22,
	},
	{
		name: "a protected record too long",
		script: flight(() => [Buffer.concat([Buffer.of(23, 3, 3), u16(0x4101), Buffer.alloc(0x4101)])]),
		code: "record_too_long",
		alert: 22,
	},
	{
		name: "more than 16384 bytes of data in a record",
		script: talking(session => session.send(23, Buffer.alloc(16385))),
		code: "record_too_long",
		alert: 22,
	},
	{
		name: "a record in the clear among protected ones",
		script: flight(records => [plainRecord(22, Buffer.of(8, 0, 0, 2, 0, 0)), ...records]),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "an empty record",
		script: flight(records => [plainRecord(23, Buffer.alloc(0)), ...records]),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "a content type that is none",
		script: flight(records => [plainRecord(99, Buffer.of(1)), ...records]),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "a change_cipher_spec of the wrong form",
		script: flight(records => [plainRecord(20, Buffer.of(2)), ...records]),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "change_cipher_spec again and again",
		script: flight(records => [...Array<Buffer>(33).fill(plainRecord(20, Buffer.of(1))), ...records]),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "change_cipher_spec after the handshake",
		script: talking(session => session.socket.write(plainRecord(20, Buffer.of(1)))),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "no TLS at all",
		script: () => ({ editRecords: () => [Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")] }),
		code: "unexpected_message",
		alert: 10,
		says: /does not speak TLS/,
	},
	{
		name: "a handshake message that is too long",
		script: changing("EncryptedExtensions", () => Buffer.of(8, 0xff, 0, 0)),
		code: "message_too_long",
		alert: 47,
	},
	{
		name: "a message across the change of keys",
		script: changing("ServerHello", bytes => Buffer.concat([bytes, Buffer.of(8, 0)])),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "an alert of the wrong length",
		script: talking(session => session.send(21, Buffer.of(1))),
		code: "decode_error",
		alert: 50,
	},
	{
		name: "the server's alert",
		script: talking(session => session.send(21, Buffer.of(2, 80))),
		code: "peer_alert",
		alert: undefined,
		says: /internal_error/,
	},
	{
		name: "a record of padding only",
		script: talking(session => session.send(0, Buffer.alloc(3))),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "the stream is cut without close_notify",
		script: talking(session => {
			session.send(23, Buffer.from("half of"));
			session.socket.end();
		}),
		code: "truncated",
		alert: undefined,
	},
	{
		name: "KeyUpdate with a value that is none",
		script: talking(session => session.send(22, message(24, Buffer.of(2)))),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "KeyUpdate that is too long",
		script: talking(session => session.send(22, message(24, Buffer.of(0, 0)))),
		code: "decode_error",
		alert: 50,
	},
	{
		name: "KeyUpdate and more in one record",
		script: talking(session => session.send(22, Buffer.concat([message(24, Buffer.of(0)), message(24, Buffer.of(0))]))),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "a CertificateRequest after the handshake",
		script: talking(session => session.send(22, message(13, Buffer.of(0), vector(2)))),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "a ServerHello after the handshake",
		script: talking(session => session.send(22, message(2, Buffer.alloc(40)))),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "a ticket cut short",
		script: talking(session => session.send(22, message(4, Buffer.alloc(9)))),
		code: "decode_error",
		alert: 50,
	},
	{
		name: "data inside a handshake message",
		script: talking(session => {
			session.send(22, Buffer.of(4, 0));
			session.send(23, Buffer.from("x"));
		}),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "empty records without end",
		script: talking(session => {
			for (let i = 0; i < 300; i++) session.send(23, Buffer.alloc(0));
		}),
		code: "unexpected_message",
		alert: 10,
	},
];

/** A status_request extension in the server's own entry of its Certificate (RFC 8446 section 4.4.2.1). */
function stapled(type: number, response: Uint8Array): (bytes: Buffer) => Buffer {
	return bytes => {
		const end = 11 + bytes.readUIntBE(8, 3);
		const entry = Buffer.concat([
			bytes.subarray(8, end),
			vector(2, extension(5, Buffer.of(type), vector(3, response))),
		]);
		return withBody(bytes, Buffer.concat([Buffer.of(0), vector(3, entry, bytes.subarray(end + 2))]));
	};
}

function stapledTwice(bytes: Buffer): Buffer {
	const end = 11 + bytes.readUIntBE(8, 3);
	const status = extension(5, Buffer.of(1), vector(3, Buffer.of(0x30, 0)));
	const entry = Buffer.concat([bytes.subarray(8, end), vector(2, status, status)]);
	return withBody(bytes, Buffer.concat([Buffer.of(0), vector(3, entry, bytes.subarray(end + 2))]));
}

function withStatus({ leaf, intermediate }: ServerIdentity, change: object, type = 1): Partial<Script13> {
	return changing("Certificate", stapled(type, respond({ certificate: leaf, issuer: intermediate, ...change })))();
}

const statusFaults: Fault[] = [
	{
		name: "revoked",
		script: identity => withStatus(identity, { status: revoked(new Date("2026-03-01T12:00:00Z")) }),
		code: "certificate_revoked",
		alert: 44,
		says: /was revoked on 2026-03-01/,
	},
	{
		name: "signed by another",
		script: identity => withStatus(identity, { signer: { ...identity.intermediate, key: makeKey("p256") } }),
		code: "bad_staple",
		alert: 113,
		says: /forged/,
	},
	{
		name: "out of date",
		script: identity => withStatus(identity, { thisUpdate: Date.now() - 9 * day, nextUpdate: Date.now() - day }),
		code: "bad_staple",
		alert: 113,
		says: /was good until/,
	},
	{
		name: "no OCSP",
		script: identity => withStatus(identity, {}, 2),
		code: "bad_staple",
		alert: 113,
		says: /not OCSP/,
	},
	{
		name: "none, though it is required",
		script: () => ({}),
		code: "bad_staple",
		alert: 113,
		says: /without a stapled status/,
	},
];

/** A certificate that promises a status (RFC 7633). */
function promising({ intermediate }: ServerIdentity): Partial<Script13> {
	const leaf = makeCertificate({
		subject: "localhost",
		key: makeKey("p256"),
		issuer: intermediate,
		names: ["localhost"],
		extensions: [mustStaple],
	});
	return { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
}

const promiseFaults: Fault[] = [
	{
		name: "none, though the certificate promises one",
		script: promising,
		code: "bad_staple",
		alert: 113,
		says: /without a stapled status/,
	},
	{
		name: "a forged one, though none is needed",
		script: statusFaults[1]!.script,
		code: "bad_staple",
		alert: 113,
		says: /forged/,
	},
	{
		name: "two in one entry",
		script: changing("Certificate", bytes => stapledTwice(bytes)),
		code: "illegal_parameter",
		alert: 47,
	},
];

describe("TLS 1.3: what is refused", () => {
	let identity: ServerIdentity;

	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	function scriptOf(change: Partial<Script13>): Script13 {
		const { leaf, intermediate } = identity;
		return { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, ...change };
	}

	function runAll(scripts: Partial<Script13>[], secure: object = {}): Promise<Pair<Outcome13>[]> {
		return runPairs(scripts.length, { ca: identity.root.pem, secure }, (socket, i) =>
			new Session13(socket, scriptOf(scripts[i]!)).run(),
		);
	}

	function suite(title: string, faults: Fault[], secure: object = {}): void {
		test(title, async t => {
			const pairs = await runAll(
				faults.map(fault => fault.script(identity)),
				secure,
			);
			for (const [i, { name, code, alert, says }] of faults.entries()) {
				await t.test(name, () => {
					const { client, server } = pairs[i]!;
					assert.equal(client.code, code, client.message);
					assert.equal(server.alert, alert, client.message);
					if (says) assert.match(client.message, says);
					if (!server.finished)
						assert.equal(client.length, 0, "nothing may be delivered before the server is authenticated");
				});
			}
		});
	}

	test("the right server is accepted, so that a refusal means something", async () => {
		const [pair] = await runAll([{}]);
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.match(pair!.client.text, /hello$/);
		assert.equal(pair!.server.finished, true);
		assert.equal(pair!.server.alert, 0, "close_notify is answered");
	});

	test("messages in pieces of any size, also where the keys change", async () => {
		const pieces = (size: number): Partial<Script13> => ({
			fragment: size,
			editRecords: (which, records) => {
				if (which !== "hello") return records;
				const content = records[0]!.subarray(5);
				return Array.from({ length: Math.ceil(content.length / size) }, (_, i) =>
					plainRecord(22, content.subarray(i * size, (i + 1) * size)),
				);
			},
		});
		for (const { client, server } of await runAll([1, 2, 3, 4, 5, 35, 36, 37, 50, 100].map(pieces))) {
			assert.equal(client.code, "closed", client.message);
			assert.equal(server.finished, true);
		}
	});

	test("a KeyUpdate that asks for one is answered, and both directions go on", async () => {
		const [pair] = await runAll([
			{
				talk: async session => {
					while (!session.outcome.received.includes("\r\n\r\n")) await session.receive();
					for (let i = 0; i < 3; i++) {
						session.send(22, message(24, Buffer.of(1)));
						session.writeKey!.update();
						session.send(23, Buffer.from(`part ${i} `));
						const answer = await session.receive();
						assert.deepEqual(answer, { type: 22, content: message(24, Buffer.of(0)) });
						session.readKey!.update();
					}
					session.send(21, Buffer.of(1, 0));
				},
			},
		]);
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.equal(pair!.client.text, "part 0 part 1 part 2 ");
		assert.equal(pair!.server.alert, 0, "close_notify comes under the last key");
	});

	suite("certificates", certificateFaults);
	suite("proof and order", proofFaults);
	suite("hello and extensions", helloFaults);
	suite("older versions", versionFaults, { minVersion: 0x0304 });
	suite("records and after the handshake", recordFaults);
	suite("stapled status", statusFaults, { staple: "require" });
	suite("stapled status that is not required", promiseFaults);

	test("a server with the stapled status that is required", async () => {
		const [pair] = await runAll([withStatus(identity, {})], { staple: "require" });
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.match(pair!.client.text, /hello$/);
	});

	test("application data before the server's Finished", async () => {
		const [pair] = await runAll([{ early: Buffer.from("too early") }]);
		assert.equal(pair!.client.code, "unexpected_message");
		assert.equal(pair!.server.alert, 10);
		assert.equal(pair!.client.length, 0);
	});
});
