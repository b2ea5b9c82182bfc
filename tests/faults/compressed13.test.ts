/*
	Compressed certificates in TLS 1.3 (RFC 8879): taken where they were asked for, with no more memory than the same
	limit allows that holds for others.
*/

import assert from "node:assert/strict";
import { deflateRawSync, deflateSync } from "node:zlib";
import { before, describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { lacksZlib, variants } from "../drivers/machine.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { helloExtensions } from "../peers/hello13.js";
import { Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { extension, message } from "../peers/wire13.js";
import { runPairs, type ClientOptions, type Pair } from "./connect.js";
import { flip, malformed, unexpected } from "./fault.js";

const ZLIB = 1;

/** A CompressedCertificate of a Certificate's body. */
function compressed(
	body: Uint8Array,
	{ algorithm = ZLIB, length = body.length, data = deflateSync(body) as Uint8Array } = {},
): Buffer {
	const size = Buffer.alloc(3);
	size.writeUIntBE(length, 0, 3);
	return message(25, u16(algorithm), size, vector(3, data));
}

function changing(change: (body: Buffer) => Uint8Array): Partial<Script13> {
	return { edit: (name, bytes) => (name === "Certificate" ? change(bytes.subarray(4)) : bytes) };
}

interface Fault {
	readonly name: string;
	readonly script: Partial<Script13>;
	readonly code: string;
	readonly alert: number;
}

const bad = { code: "bad_certificate", alert: 42 } as const;

const faults: Fault[] = [
	{
		name: "another algorithm",
		script: changing(body => compressed(body, { algorithm: 2 })),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "no algorithm",
		script: changing(body => compressed(body, { algorithm: 0 })),
		code: "illegal_parameter",
		alert: 47,
	},
	{ name: "longer than it says", script: changing(body => compressed(body, { length: body.length - 1 })), ...bad },
	{ name: "shorter than it says", script: changing(body => compressed(body, { length: body.length + 1 })), ...bad },
	{ name: "said to be empty", script: changing(body => compressed(body, { length: 0 })), ...bad },
	{
		name: "longer than any message may be",
		script: changing(body => compressed(body, { length: 32769 })),
		code: "message_too_long",
		alert: 47,
	},
	{
		name: "as long as can be said",
		script: changing(body => compressed(body, { length: 0xffffff })),
		code: "message_too_long",
		alert: 47,
	},
	{
		name: "much longer than it says",
		script: changing(() => compressed(Buffer.alloc(16e6), { length: 1000 })),
		...bad,
	},
	{ name: "without zlib's header", script: changing(body => compressed(body, { data: deflateRawSync(body) })), ...bad },
	{
		name: "something after the stream",
		script: changing(body => compressed(body, { data: Buffer.concat([deflateSync(body), Buffer.of(0)]) })),
		...bad,
	},
	{
		name: "a checksum that is wrong",
		script: changing(body => compressed(body, { data: flip(deflateSync(body), -1) })),
		...bad,
	},
	{ name: "no stream at all", script: changing(body => compressed(body, { data: Buffer.alloc(100, 0xff) })), ...bad },
	{ name: "a stream of one byte", script: changing(body => compressed(body, { data: Buffer.of(0x78) })), ...bad },
	{ name: "an empty stream", script: changing(body => compressed(body, { data: Buffer.alloc(0) })), ...malformed },
	{
		name: "a byte after the message",
		script: changing(body => message(25, compressed(body).subarray(4), Buffer.of(0))),
		...malformed,
	},
	{
		name: "a byte after the Certificate inside",
		script: changing(body => compressed(Buffer.concat([body, Buffer.of(0)]))),
		...malformed,
	},
	{ name: "the Certificate inside is cut", script: changing(body => compressed(body.subarray(0, -1))), ...malformed },
	{
		name: "the Certificate inside is compressed again",
		script: changing(body => compressed(compressed(body).subarray(4))),
		...malformed,
	},
	{ name: "no certificate inside", script: changing(() => compressed(Buffer.alloc(4))), ...malformed },
	{
		name: "a context inside",
		script: changing(body => compressed(Buffer.concat([Buffer.of(1, 9), body.subarray(1)]))),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "plain and compressed",
		script: changing(body => Buffer.concat([message(11, body), compressed(body)])),
		...unexpected,
	},
	{
		name: "compressed and plain",
		script: changing(body => Buffer.concat([compressed(body), message(11, body)])),
		...unexpected,
	},
	{ name: "twice", script: changing(body => Buffer.concat([compressed(body), compressed(body)])), ...unexpected },
	{
		name: "the answer in EncryptedExtensions",
		script: { encryptedExtensions: extension(27, Buffer.of(2, 0, 1)) },
		code: "illegal_parameter",
		alert: 47,
	},
	...[0, 1, 2, 4, 5, 7, 8].map(length => ({
		name: `cut after ${length} bytes`,
		script: changing(body => message(25, compressed(body).subarray(4, 4 + length))),
		...malformed,
	})),
];

describe("TLS 1.3: compressed certificates", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	function runAll(scripts: Partial<Script13>[], options: Partial<ClientOptions> = {}): Promise<Pair<Outcome13>[]> {
		const { leaf, intermediate, root } = identity;
		return runPairs(scripts.length, { app: "tests/inflate", ca: root.pem, ...options }, (socket, i) =>
			new Session13(socket, { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, ...scripts[i] }).run(),
		);
	}

	for (const variant of variants) {
		test(`what is right (${variant})`, { skip: lacksZlib(variant) }, async () => {
			const pairs = await runAll(
				[
					changing(compressed),
					{},
					changing(body => compressed(body, { data: deflateSync(body, { level: 0 }) })),
					{ ...changing(compressed), fragment: 50 },
					{ ...changing(compressed), requestCertificate: true },
				],
				{ variant },
			);
			for (const { client, server } of pairs) {
				assert.equal(client.code, "closed", client.message);
				assert.match(client.text, /hello$/);
				assert.ok(server.finished);
				assert.deepEqual(helloExtensions(server.hello).data.get(27), Buffer.of(2, 0, 1));
			}
		});
		test(`what is wrong (${variant})`, { skip: lacksZlib(variant) }, async t => {
			const pairs = await runAll(
				faults.map(({ script }) => script),
				{ variant },
			);
			for (const [i, { name, code, alert }] of faults.entries()) {
				await t.test(name, () => {
					const { client, server } = pairs[i]!;
					assert.equal(client.code, code, client.message);
					assert.equal(server.alert, alert, client.message);
					assert.equal(client.length, 0);
				});
			}
		});
	}
	test("as long as a message may be, and one byte longer", { skip: lacksZlib("native") }, async () => {
		const { leaf, intermediate } = identity;
		const chain = [leaf.der, intermediate.der, intermediate.der, intermediate.der];
		// a context, the list's length, and for each a length and its extensions
		const length = 4 + chain.reduce((sum, der) => sum + 5 + der.length, 0);
		const [right] = await runAll([{ ...changing(compressed), chain }], { secure: { maxMessage: length } });
		assert.equal(right!.client.code, "closed", right!.client.message);
		const [longer] = await runAll([{ ...changing(compressed), chain }], { secure: { maxMessage: length - 1 } });
		assert.equal(longer!.client.code, "message_too_long", longer!.client.message);
		assert.ok(longer!.client.message.includes(`${length} bytes, expected ${length - 1} at most`));
	});
	test("what is inside is judged as ever", { skip: lacksZlib("native") }, async () => {
		const other = makeCertificate({
			subject: "other",
			key: makeKey("p256"),
			issuer: identity.intermediate,
			names: ["other.example"],
		});
		const [name, key] = await runAll([
			{ ...changing(compressed), chain: [other.der, identity.intermediate.der], key: other.key.privateKey },
			{ ...changing(compressed), key: makeKey("p256").privateKey },
		]);
		assert.equal(name!.client.code, "wrong_name", name!.client.message);
		assert.equal(key!.client.code, "bad_signature", key!.client.message);
	});
	test("every flipped byte is refused", { skip: lacksZlib("native") }, async () => {
		const { leaf, intermediate } = identity;
		const length = deflateSync(Buffer.concat([leaf.der, intermediate.der])).length;
		const scripts = Array.from({ length: Math.floor(length / 7) }, (_, i) =>
			changing(body => compressed(body, { data: flip(deflateSync(body), 7 * i) })),
		);
		for (const { client } of await runAll(scripts)) {
			assert.equal(client.code, "bad_certificate", client.message);
			assert.equal(client.length, 0);
		}
	});
	test("not asked for: refused", async () => {
		const [pair] = await runAll([changing(compressed)], { app: "tests/faults" });
		assert.equal(pair!.client.code, "unexpected_message", pair!.client.message);
		assert.equal(pair!.server.alert, 10);
		assert.equal(helloExtensions(pair!.server.hello).data.has(27), false);
	});
});
