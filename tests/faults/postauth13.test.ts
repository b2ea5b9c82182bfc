/*
	A server that asks for a certificate after the handshake (RFC 8446 section 4.6.2): answered where that was offered,
	refused else.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { askCertificate, certificateRequest } from "../peers/identity13.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { helloExtensions } from "../peers/hello13.js";
import { Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { extension, message } from "../peers/wire13.js";
import { runPairs, type ClientOptions, type Pair } from "./connect.js";

const offered = { postHandshakeAuth: true };
const context = Buffer.from("request 1");

describe("TLS 1.3: authentication after the handshake", () => {
	let identity: ServerIdentity;
	const devices = new Map<string, { pem: string; clientKey: string; der: Buffer }>();
	before(() => {
		identity = makeIdentity(["localhost"]);
		for (const type of ["p256", "rsa2048"] as const) {
			const { pem, keyPem, der } = makeCertificate({
				subject: "device",
				key: makeKey(type),
				issuer: identity.intermediate,
				extendedKeyUsage: ["clientAuth"],
			});
			devices.set(type, { pem, clientKey: keyPem, der });
		}
	});

	const credential = (type: string): object => ({
		clientCertificates: devices.get(type)!.pem,
		clientKey: devices.get(type)!.clientKey,
	});

	/** The server waits for the request, does what the script says, and answers the request. */
	function run(
		talk: (session: Session13) => Promise<void>,
		secure: object,
		options: Partial<ClientOptions> = {},
	): Promise<Pair<Outcome13>[]> {
		const { leaf, intermediate, root } = identity;
		const script: Script13 = {
			chain: [leaf.der, intermediate.der],
			key: leaf.key.privateKey,
			talk: async session => {
				while (!session.outcome.received.includes("\r\n\r\n")) if (!(await session.receive())) return;
				await talk(session);
				session.send(23, Buffer.from("hello"));
				session.send(21, Buffer.of(1, 0));
			},
		};
		return runPairs(1, { ca: root.pem, secure, ...options }, socket => new Session13(socket, script).run());
	}

	for (const variant of variants) {
		for (const type of ["p256", "rsa2048"]) {
			test(`answered with a key of ${type}, three times (${variant})`, async () => {
				const chains: (Buffer[] | undefined)[] = [];
				const [pair] = await run(
					async session => {
						for (const each of [context, Buffer.alloc(0), Buffer.alloc(255, 9)])
							chains.push(await askCertificate(session, each));
					},
					{ ...offered, ...credential(type) },
					{ variant },
				);
				assert.equal(pair!.client.code, "closed", pair!.client.message);
				assert.equal(pair!.client.text, "hello");
				assert.deepEqual(
					chains.map(chain => chain?.[0]),
					Array(3).fill(devices.get(type)!.der),
				);
				assert.equal(helloExtensions(pair!.server.hello).data.get(49)?.length, 0);
			});
		}
	}
	test("nothing to show: an empty list", async () => {
		let chain: Buffer[] | undefined;
		const [pair] = await run(async session => {
			chain = await askCertificate(session, context);
		}, offered);
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.deepEqual(chain, []);
	});
	test("no signature in common: an empty list", async () => {
		let chain: Buffer[] | undefined;
		const [pair] = await run(
			async session => {
				chain = await askCertificate(session, context, [0x0807]);
			},
			{ ...offered, ...credential("p256") },
		);
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.deepEqual(chain, []);
	});
	test("after a KeyUpdate in both directions", async () => {
		const [pair] = await run(
			async session => {
				session.send(22, message(24, Buffer.of(1)));
				session.writeKey!.update();
				await session.receive();
				session.readKey!.update();
				session.clientSecret = session.readKey!.secret;
				assert.equal((await askCertificate(session, context))?.length, 1);
			},
			{ ...offered, ...credential("p256") },
		);
		assert.equal(pair!.client.code, "closed", pair!.client.message);
	});

	const right = certificateRequest(context, [0x0403]);
	const faults: [string, Buffer, string, number][] = [
		["trailing byte", message(13, right.subarray(4), Buffer.of(0)), "decode_error", 50],
		[
			"no signature algorithms",
			message(13, vector(1, context), vector(2, extension(47, vector(2, vector(2, Buffer.of(1)))))),
			"missing_extension",
			109,
		],
		["no extensions", message(13, vector(1, context), vector(2)), "decode_error", 50],
		[
			"signature algorithms twice",
			message(
				13,
				vector(1, context),
				vector(2, extension(13, vector(2, u16(0x403))), extension(13, vector(2, u16(0x403)))),
			),
			"illegal_parameter",
			47,
		],
		[
			"an extension that belongs elsewhere",
			message(13, vector(1, context), vector(2, extension(13, vector(2, u16(0x403))), extension(51, u16(0x1d)))),
			"illegal_parameter",
			47,
		],
		[
			"an empty list of signatures",
			message(13, vector(1, context), vector(2, extension(13, vector(2)))),
			"decode_error",
			50,
		],
		...Array.from(
			{ length: right.length - 4 },
			(_, i) =>
				[`cut after ${i} bytes`, message(13, right.subarray(4, 4 + i)), "decode_error", 50] as [
					string,
					Buffer,
					string,
					number,
				],
		),
	];
	test("requests that are wrong", async t => {
		for (const [name, bytes, code, alert] of faults) {
			await t.test(name, async () => {
				const [pair] = await run(
					async session => {
						session.send(22, bytes);
						while (await session.receive());
					},
					{ ...offered, ...credential("p256") },
				);
				assert.equal(pair!.client.code, code, pair!.client.message);
				assert.equal(pair!.server.alert, alert);
				assert.equal(pair!.client.length, 0);
			});
		}
	});
	test("requests without end", async () => {
		const [pair] = await run(
			async session => {
				for (let i = 0; i < 8; i++) assert.equal((await askCertificate(session, Buffer.of(i)))?.length, 1);
				assert.equal(await askCertificate(session, Buffer.of(8)), undefined);
			},
			{ ...offered, ...credential("p256") },
		);
		assert.equal(pair!.client.code, "too_much_work", pair!.client.message);
		assert.match(pair!.client.message, /more than 8 times/);
	});
	test("not offered: refused", async () => {
		const [pair] = await run(
			async session => assert.equal(await askCertificate(session, context), undefined),
			credential("p256"),
		);
		assert.equal(pair!.client.code, "unexpected_message", pair!.client.message);
		assert.match(pair!.client.message, /was not offered/);
		assert.equal(pair!.server.alert, 10);
		assert.equal(helloExtensions(pair!.server.hello).data.has(49), false);
	});
});
