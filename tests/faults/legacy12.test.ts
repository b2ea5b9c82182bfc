/*
	Old servers of TLS 1.2, which a client takes only where "config.xs_tls" says so: each suite is accepted from a right server, and what is wrong
	is refused with the RFC's alert (RFC 5246, 7366, 7627, 7919).
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { ffdhePrime } from "../peers/exchange12.js";
import { type BlockKey12, oldSuites12 } from "../../host-sim/trace/keys12.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { rightExtensions, type Script12, type Session12 } from "../peers/server12.js";
import { extension, message, plainRecord } from "../peers/server13.js";
import { runClient } from "./connect.js";
import {
	behind,
	changing,
	expectRefusals,
	flip,
	followed,
	illegal,
	malformed,
	runAll,
	talking,
	unexpected,
	withBody,
	type Fault,
} from "./script12.js";

const all = "cbc rsa dhe";
let ecdsa: ServerIdentity;
let rsa: ServerIdentity;

/** The identity that a suite needs, as a script. */
function identityFor(suite: string): Partial<Script12> {
	const { leaf, intermediate } = suite.includes("ECDSA") ? ecdsa : rsa;
	return { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
}

const withSuite = (suite: string, more: Partial<Script12> = {}): Partial<Script12> => ({
	suite,
	...identityFor(suite),
	...more,
});

/** A fault with a suite. */
function of(suite: string, ...[script]: [Partial<Script12> | (() => Partial<Script12>)]): Fault["script"] {
	return () => withSuite(suite, typeof script === "function" ? script() : script);
}

const rsaGCM = "TLS_RSA_WITH_AES_128_GCM_SHA256";
const dheGCM = "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256";
const cbcSHA = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA";

function leafUnder(keyUsage: readonly string[]): Partial<Script12> {
	const leaf = makeCertificate({
		subject: "localhost",
		key: makeKey("rsa2048"),
		issuer: rsa.intermediate,
		names: ["localhost"],
		keyUsage: keyUsage as [],
	});
	return { chain: [leaf.der, rsa.intermediate.der], key: leaf.key.privateKey };
}

const rsaFaults: Fault[] = [
	{
		name: "a ServerKeyExchange",
		script: of(rsaGCM, followed("Certificate", message(12, Buffer.alloc(8)))),
		...unexpected,
	},
	{
		name: "no ServerHelloDone, Finished follows",
		script: of(
			rsaGCM,
			changing("ServerHelloDone", () => message(20, Buffer.alloc(12))),
		),
		...unexpected,
	},
	{
		name: "no Certificate",
		script: of(
			rsaGCM,
			changing("Certificate", () => undefined),
		),
		...unexpected,
	},
	{ name: "ServerHelloDone twice", script: of(rsaGCM, behind(message(14))), ...unexpected },
	{
		name: "ServerHelloDone that holds something",
		script: of(
			rsaGCM,
			changing("ServerHelloDone", bytes => withBody(bytes, Buffer.of(0))),
		),
		...malformed,
	},
	{
		name: "the certificate may not take keys",
		script: () => withSuite(rsaGCM, leafUnder(["digitalSignature"])),
		code: "unsupported_certificate",
		alert: 43,
		says: /key usage/,
	},
	{
		name: "the certificate is of ECDSA",
		script: () => ({
			suite: rsaGCM,
			chain: [ecdsa.leaf.der, ecdsa.intermediate.der, ecdsa.root.der],
			key: rsa.leaf.key.privateKey,
		}),
		code: "untrusted",
		alert: 48,
	},
	{
		name: "the server lacks the key",
		script: () => withSuite(rsaGCM, { edit: (name, bytes) => (name === "Finished" ? flip(bytes, 9) : bytes) }),
		code: "bad_finished",
		alert: 51,
	},
	{
		name: "the Finished of the client's side",
		script: of(rsaGCM, { finishedLabel: "client finished" }),
		code: "bad_finished",
		alert: 51,
	},
	{
		name: "Finished too short",
		script: of(
			rsaGCM,
			changing("Finished", bytes => withBody(bytes, bytes.subarray(4, -1))),
		),
		...malformed,
	},
	{ name: "data before Finished", script: of(rsaGCM, { early: Buffer.from("early") }), ...unexpected },
];

const dhe = (parameters: object): Fault["script"] => of(dheGCM, { dhe: parameters });
const weak = { code: "insufficient_security", alert: 71 } as const;

/** A prime of 1024 bits that many servers had: RFC 2409 section 6.2. */
const oakley = Buffer.from(
	"ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245" +
		"e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff",
	"hex",
);

function numberOf(prime: Buffer, less: number): Buffer {
	return Buffer.from((BigInt(`0x${prime.toString("hex")}`) - BigInt(less)).toString(16), "hex");
}

const dheFaults: Fault[] = [
	{ name: "a prime of 1024 bits", script: dhe({ prime: oakley }), ...weak, says: /1024 bits/ },
	{ name: "a prime that is not the group's", script: dhe({ prime: numberOf(ffdhePrime(2048), 2) }), ...weak },
	{ name: "another generator", script: dhe({ generator: Buffer.of(5) }), ...weak },
	{ name: "a generator with a zero in front", script: dhe({ generator: Buffer.of(0, 2) }), ...weak },
	{ name: "a public key of 0", script: dhe({ editKey: () => Buffer.of(0) }), ...illegal },
	{ name: "a public key of 1", script: dhe({ editKey: () => Buffer.of(1) }), ...illegal },
	{
		name: "a public key of the prime less 1",
		script: dhe({ editKey: (_: Buffer, prime: Buffer) => numberOf(prime, 1) }),
		...illegal,
	},
	{ name: "a public key of the prime", script: dhe({ editKey: (_: Buffer, prime: Buffer) => prime }), ...illegal },
	{
		name: "a public key longer than the prime",
		script: dhe({ editKey: (key: Buffer) => Buffer.concat([Buffer.of(0), key]) }),
		...illegal,
	},
	{ name: "no public key", script: dhe({ editKey: () => Buffer.alloc(0) }), ...malformed },
	{
		name: "a flipped bit in the public key",
		script: of(
			dheGCM,
			changing("ServerKeyExchange", bytes => flip(bytes, 4 + 2 + 256 + 3 + 2 + 100)),
		),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "a flipped bit in the signature",
		script: of(
			dheGCM,
			changing("ServerKeyExchange", bytes => flip(bytes, -1)),
		),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "another key's signature",
		script: () => withSuite(dheGCM, { key: makeKey("rsa2048").privateKey }),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "a signature over another random",
		script: of(dheGCM, { editSigned: content => flip(content, 3) }),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "no signature",
		script: of(
			dheGCM,
			changing("ServerKeyExchange", bytes => withBody(bytes, bytes.subarray(4, 4 + 2 + 256 + 3 + 2 + 256))),
		),
		...malformed,
	},
	{
		name: "the parameters of ECDHE",
		script: of(
			dheGCM,
			changing("ServerKeyExchange", bytes => withBody(bytes, Buffer.of(3), u16(0x1d), vector(1, Buffer.alloc(32, 9)))),
		),
		...malformed,
	},
	{
		name: "ServerKeyExchange is left out",
		script: of(
			dheGCM,
			changing("ServerKeyExchange", () => undefined),
		),
		...unexpected,
	},
	{
		name: "ServerKeyExchange twice",
		script: of(
			dheGCM,
			changing("ServerKeyExchange", bytes => Buffer.concat([bytes, bytes])),
		),
		...unexpected,
	},
	{
		name: "a byte too many",
		script: of(
			dheGCM,
			changing("ServerKeyExchange", bytes => withBody(bytes, bytes.subarray(4), Buffer.of(0))),
		),
		...malformed,
	},
	{
		name: "the certificate may not sign",
		script: () => withSuite(dheGCM, leafUnder(["keyEncipherment"])),
		code: "unsupported_certificate",
		alert: 43,
	},
];

const mac = { code: "bad_record_mac", alert: 20 } as const;

/** The server's data record, changed. */
function sealing(
	encryptThenMac: boolean,
	change: Parameters<BlockKey12["sealChanged"]>[2],
	content = Buffer.alloc(40, 0x61),
): Fault["script"] {
	return of(cbcSHA, {
		encryptThenMac,
		...talking(session => session.socket.write((session.writeKey as BlockKey12).sealChanged(23, content, change)))(),
	});
}

/** Records that are no whole number of blocks, and others in the place of one. */
function raw(encryptThenMac: boolean, length: number): Fault["script"] {
	return of(cbcSHA, {
		encryptThenMac,
		...talking(session => session.socket.write(plainRecord(23, Buffer.alloc(length, 7))))(),
	});
}

function changedRecord(encryptThenMac: boolean, change: (record: Buffer) => Buffer): Fault["script"] {
	return of(cbcSHA, {
		encryptThenMac,
		...talking(session => session.socket.write(change(session.writeKey!.seal(23, Buffer.from("changed")))))(),
	});
}

const blockFaults: Fault[] = [
	...[true, false].flatMap(after =>
		[
			{
				name: "a wrong padding byte",
				script: sealing(after, { blocks: 3, inside: inside => flip(inside, -20) }),
				...mac,
			},
			{
				name: "a padding longer than the record",
				script: sealing(after, {
					inside: inside => {
						inside[inside.length - 1] = 0xff;
						return inside;
					},
				}),
				...mac,
			},
			{
				name: "a padding a byte too long",
				script: sealing(after, {
					blocks: 1,
					inside: inside => {
						inside[inside.length - 1]!++;
						return inside;
					},
				}),
				...mac,
			},
			{ name: "a flipped bit in the text", script: changedRecord(after, record => flip(record, 5 + 16 + 2)), ...mac },
			{ name: "a flipped bit in the IV", script: changedRecord(after, record => flip(record, 5)), ...mac },
			{ name: "a flipped bit at the end", script: changedRecord(after, record => flip(record, -1)), ...mac },
			{
				name: "another content type",
				script: changedRecord(after, record => Buffer.concat([Buffer.of(22), record.subarray(1)])),
				...mac,
			},
			{
				name: "a block left out",
				script: changedRecord(after, record =>
					Buffer.concat([record.subarray(0, 3), u16(record.length - 5 - 16), record.subarray(5, -16)]),
				),
				...mac,
			},
			{ name: "the IV alone", script: raw(after, 16), ...mac },
			{ name: "an octet", script: raw(after, 1), ...mac },
			{ name: "no whole number of blocks", script: raw(after, 16 + 20 + 33), ...mac },
			{ name: "blocks of zeros", script: raw(after, after ? 16 + 64 + 20 : 16 + 64), ...mac },
			{
				name: "more than 16384 bytes of text",
				script: sealing(after, {}, Buffer.alloc(16385)),
				code: "record_too_long",
				alert: 22,
			},
			{
				name: "a record that is too long",
				script: raw(after, 16384 + 16 + 256 + 20 + 1),
				code: "record_too_long",
				alert: 22,
			},
			{
				name: "a record twice",
				script: of(cbcSHA, {
					encryptThenMac: after,
					...talking(session => {
						const record = session.writeKey!.seal(23, Buffer.from("once"));
						session.socket.write(record);
						session.socket.write(record);
					})(),
				}),
				...mac,
			},
		].map(fault => ({ ...fault, name: `${fault.name}, MAC ${after ? "behind" : "inside"}` })),
	),
	{ name: "a flipped bit in the MAC behind", script: sealing(true, { mac: bytes => flip(bytes, 3) }), ...mac },
	{ name: "a flipped bit in the MAC inside", script: sealing(false, { inside: inside => flip(inside, 45) }), ...mac },
	...[true, false].map(after => ({
		name: `the MAC ${after ? "inside where it should be behind" : "behind where it should be inside"}`,
		...mac,
		script: of(cbcSHA, {
			encryptThenMac: after,
			...talking(session => {
				(session.writeKey as BlockKey12).encryptThenMac = !after;
				session.send(23, Buffer.from("turned over"));
			})(),
		}),
	})),
];

const helloFaults: Fault[] = [
	{
		name: "encrypt_then_mac with an AEAD",
		script: of("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", { encryptThenMac: true }),
		...illegal,
		says: /does not go with/,
	},
	{
		name: "encrypt_then_mac that holds something",
		script: of(cbcSHA, { extensions: Buffer.concat([...rightExtensions, extension(22, Buffer.of(0))]) }),
		...malformed,
	},
	{
		name: "encrypt_then_mac twice",
		script: of(cbcSHA, { extensions: Buffer.concat([...rightExtensions, extension(22), extension(22)]) }),
		...illegal,
	},
];

describe("TLS 1.2: old servers", () => {
	before(() => {
		ecdsa = makeIdentity(["localhost"]);
		rsa = makeIdentity(["localhost"], "rsa2048");
	});

	const suite = (title: string, faults: Fault[], tls: string): unknown =>
		test(`refused: ${title}`, t => expectRefusals(t, rsa, faults, { tls }));

	suite("RSA key transport", rsaFaults, "rsa");
	suite("Diffie-Hellman", dheFaults, "dhe");
	suite("block ciphers", blockFaults, "cbc");
	suite("extensions", helloFaults, all);

	/** One connection for each script, the root that each needs being trusted. */
	async function expectAccepted(scripts: Partial<Script12>[], options: object): Promise<void> {
		for (const { client, server } of await runAll(rsa, scripts, { ca: rsa.root.pem + ecdsa.root.pem, ...options })) {
			assert.equal(client.code, "closed", client.message);
			assert.match(client.text, /hello$/);
			assert.equal(server.finished, true);
			assert.deepEqual(server.alerts, [0]);
		}
	}

	for (const variant of variants) {
		test(`every suite (${variant})`, () =>
			expectAccepted(
				Object.entries(oldSuites12).flatMap(([name, { mac: isBlock }]) =>
					isBlock ? [withSuite(name), withSuite(name, { encryptThenMac: true })] : [withSuite(name)],
				),
				{ variant, tls: all },
			));
		test(`groups, certificates asked for, a status, small records (${variant})`, () =>
			expectAccepted(
				[rsaGCM, dheGCM, cbcSHA]
					.flatMap(name => [withSuite(name, { requestCertificate: true }), withSuite(name, { fragment: 50 })])
					.concat(withSuite(dheGCM, { dhe: { bits: 3072 } }), withSuite(dheGCM, { dhe: { bits: 4096 } })),
				{ variant, tls: all },
			));
	}

	test("records with every length of padding, up to the longest text", async () => {
		const talk = async (session: Session12): Promise<void> => {
			while (!session.outcome.received.includes("\r\n\r\n")) await session.receive();
			const key = session.writeKey as BlockKey12;
			for (let blocks = 0; blocks < 15; blocks++)
				for (let length = 0; length < 33; length += 3)
					session.socket.write(key.sealChanged(23, Buffer.alloc(length, 0x78), { blocks }));
			session.send(23, Buffer.alloc(16384, 0x79));
			session.send(23, Buffer.from("hello"));
			session.send(21, Buffer.of(1, 0));
		};
		for (const { client } of await runAll(
			rsa,
			[true, false].map(encryptThenMac => withSuite(cbcSHA, { encryptThenMac, talk })),
			{ tls: "cbc" },
		)) {
			assert.equal(client.code, "closed", client.message);
			assert.equal(client.length, 15 * 165 + 16384 + 5);
		}
	});

	test("DHE whose value begins with zeros", async () => {
		// one in 256 does: enough connections that one is among them, most likely
		await expectAccepted(Array<Partial<Script12>>(300).fill(withSuite(dheGCM)), { tls: "dhe" });
	});

	describe("what is not switched on is not offered", () => {
		async function offered(options: object): Promise<{ suites: number[]; hello: Buffer }> {
			const [pair] = await runAll(rsa, [{}], options);
			const { hello } = pair!.server;
			const at = 39 + hello[38]!;
			const list = hello.subarray(at + 2, at + 2 + hello.readUInt16BE(at));
			return { suites: Array.from({ length: list.length / 2 }, (_, i) => list.readUInt16BE(2 * i)), hello };
		}
		const old = new Map(Object.entries(oldSuites12).map(([name, { id }]) => [id, name]));
		const names = (suites: number[]): string[] => suites.filter(id => old.has(id)).map(id => old.get(id)!);

		test("nothing without words", async () => {
			assert.deepEqual(names((await offered({})).suites), []);
			const { suites, hello } = await offered({ tls: "" });
			assert.deepEqual(names(suites), []);
			assert.ok(!hello.includes(extension(22)), "encrypt_then_mac");
		});
		for (const [tls, wanted] of [
			["rsa", /^TLS_RSA_\w+GCM/],
			["dhe", /^TLS_DHE_\w+(GCM|CHACHA)/],
			["cbc", /^TLS_ECDHE\w+CBC/],
			["rsa cbc", /^TLS_(RSA|ECDHE)/],
			["1.2 cbc dhe", /^TLS_(DHE|ECDHE)/],
			[all, /./],
		] as const) {
			test(`"${tls}"`, async () => {
				const { suites, hello } = await offered({ tls });
				const expected = [...old.values()].filter(name => wanted.test(name));
				assert.deepEqual(names(suites).sort(), expected.sort());
				assert.equal(hello.includes(extension(22)), tls.includes("cbc"));
				assert.equal(
					hello.includes(u16(0x100)) && hello.includes(Buffer.concat([u16(0x100), u16(0x101), u16(0x102)])),
					tls.includes("dhe"),
				);
				const first = suites.findIndex(id => old.has(id));
				assert.ok(
					suites.slice(first).every(id => old.has(id)),
					"old suites come last",
				);
			});
		}
		test("by name, alone", async () => {
			const { suites } = await offered({
				tls: "rsa cbc",
				secure: { maxVersion: 0x303, cipherSuites: ["TLS_RSA_WITH_AES_128_CBC_SHA"] },
			});
			assert.deepEqual(names(suites), ["TLS_RSA_WITH_AES_128_CBC_SHA"]);
			const [result] = await runClient(1, 1, {
				ca: rsa.root.pem,
				tls: "cbc",
				secure: { maxVersion: 0x303, cipherSuites: ["TLS_RSA_WITH_AES_128_CBC_SHA"] },
			});
			assert.equal(result?.code, "configuration", result?.message);
		});
		test("nothing for TLS 1.3 alone", async () => {
			assert.deepEqual(names((await offered({ tls: all, secure: { minVersion: 0x304 } })).suites), []);
		});
		test("a suite that is not switched on is refused", async () => {
			const [pair] = await runAll(rsa, [withSuite(rsaGCM)], { tls: "cbc dhe" });
			assert.equal(pair!.client.code, "illegal_parameter", pair!.client.message);
		});
		for (const [tls, withoutLegacy, says] of [
			["rsa", true, /"rsa" is for old servers and needs modules\/optional\/legacy/],
			["everything", false, /"everything" is none of 1\.2, 1\.3, cbc/],
		] as const) {
			test(`"${tls}"${withoutLegacy ? " in a build without legacy" : ""} is an error`, async () => {
				const [result] = await runClient(1, 1, { ca: rsa.root.pem, tls, withoutLegacy });
				assert.equal(result?.code, "configuration");
				assert.match(result.message, says);
			});
		}
	});
});
