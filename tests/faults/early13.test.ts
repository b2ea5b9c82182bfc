/*
	Early data of TLS 1.3 (RFC 8446 section 4.2.10). It is sent only if the application and the ticket allow it. It is
	taken, refused in each way that there is, and the client refuses wrong answers. The first connection gets the
	ticket; each of the others offers it.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { helloExtensions } from "../peers/hello13.js";
import { answerRequest, Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { extension, message } from "../peers/wire13.js";
import { runClient, runPairs, type ClientOptions, type Pair } from "./connect.js";

const EARLY = 42;
const take = { earlyData: "take" } as const;
const skip = { earlyData: "skip" } as const;
const full = { psk: undefined as never };
const external = { identity: "device", key: "5a".repeat(32) };

interface Fault {
	readonly name: string;
	readonly script: Partial<Script13>;
	readonly code: string;
	/** What the server gets; undefined where it can't read it. */
	readonly alert: number | undefined;
}

/** Before EncryptedExtensions alerts go out under the early key, which this server does not have yet. */
const illegal = { code: "illegal_parameter", alert: undefined } as const;

/** The answer to the protocols that were offered. */
const picks = (protocol: string): { encryptedExtensions: Buffer } => ({
	encryptedExtensions: extension(16, vector(2, vector(1, Buffer.from(protocol)))),
});

// but for one thing each is right: the session's protocol is "a"
const faults: Fault[] = [
	{ name: "taken in a full handshake", script: { ...full, ...take, ...picks("a") }, ...illegal },
	{
		name: "taken with the second key",
		script: { ...take, ...picks("a"), psk: { key: Buffer.from(external.key, "hex"), isExternal: true, number: 1 } },
		...illegal,
	},
	{
		name: "taken with another suite",
		script: { ...take, ...picks("a"), suite: "TLS_CHACHA20_POLY1305_SHA256" },
		...illegal,
	},
	{
		name: "taken with another protocol",
		script: { ...take, ...picks("b") },
		...illegal,
		alert: 47,
	},
	{ name: "taken twice", script: { ...take, encryptedExtensions: extension(EARLY) }, ...illegal, alert: 47 },
	{
		name: "taken with words",
		script: {
			...take,
			encryptedExtensions: Buffer.alloc(0),
			edit: (name, bytes) =>
				name === "EncryptedExtensions" ? message(8, vector(2, extension(EARLY, Buffer.of(0)))) : bytes,
		},
		code: "decode_error",
		alert: 50,
	},
	{
		name: "taken after a retry",
		script: { ...take, retryGroup: 0x17, ...{ earlyData: "skip" }, encryptedExtensions: extension(EARLY) },
		code: "unsupported_extension",
		alert: 110,
	},
	{
		name: "taken in the ServerHello",
		...illegal,
		script: {
			edit: (name, bytes) =>
				name === "ServerHello"
					? message(2, bytes.subarray(4, 74), vector(2, bytes.subarray(76), extension(EARLY)))
					: bytes,
		},
	},
	{
		name: "TLS 1.2 all of a sudden",
		code: "unsupported_version",
		alert: undefined,
		script: {
			edit: (name, bytes) =>
				name === "ServerHello" ? message(2, bytes.subarray(4, 71), u16(0xc02b), Buffer.of(0)) : bytes,
		},
	},
];

describe("TLS 1.3: early data", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	/**
	 * Connection 0 gets a ticket that allows `max` bytes; the others take its key where their script does not say
	 * otherwise.
	 */
	function runAll(
		scripts: Partial<Script13>[],
		options: Partial<ClientOptions> = {},
		max: number | null = 5000,
		first: Partial<Script13> = {},
	): Promise<Pair<Outcome13>[]> {
		const { leaf, intermediate, root } = identity;
		let key: Buffer = Buffer.alloc(0);
		const size = Buffer.alloc(4);
		size.writeUInt32BE(max ?? 0);
		const extensions = max === null ? Buffer.alloc(0) : extension(EARLY, size);
		const talk = async (session: Session13): Promise<void> => {
			key = session.sendTicket(Buffer.from("a ticket"), { extensions });
			await answerRequest(session);
		};
		return runPairs(1 + scripts.length, { ca: root.pem, session: "", early: 100, ...options }, (socket, i) => {
			const right = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
			return new Session13(
				socket,
				i === 0 ? { ...right, ...first, talk } : { ...right, psk: { key }, ...scripts[i - 1] },
			).run();
		});
	}

	/** The request came once, and its answer. */
	function expectAnswer({ client, server }: Pair<Outcome13>, isTaken: boolean, length = 100): void {
		assert.equal(client.code, "closed", client.message);
		assert.match(client.text, /hello$/);
		assert.equal(client.negotiated?.earlyData, isTaken);
		const { length: received } = server.received;
		assert.equal(server.received.toString().split("GET /").length, 2, "one request");
		assert.equal(received === length, isTaken, `${received} bytes`);
	}

	const isAsked = ({ server }: Pair<Outcome13>): boolean => helloExtensions(server.hello).data.has(EARLY);

	for (const variant of variants) {
		test(`taken, and refused in each way (${variant})`, async () => {
			const pairs = await runAll(
				[
					take,
					skip,
					{ ...skip, ...full },
					{ ...skip, retryGroup: 0x17 },
					{ ...skip, ...full, retryGroup: 0x17 },
					{ ...skip, suite: "TLS_CHACHA20_POLY1305_SHA256" },
				],
				{ variant },
			);
			pairs.forEach((pair, i) => expectAnswer(pair, i === 1));
			assert.deepEqual(
				pairs.map(isAsked),
				[false, true, true, true, false, false, true],
				"a second hello does not ask again",
			);
			assert.deepEqual(
				pairs.map(({ client }) => client.negotiated?.resumed),
				[false, true, true, false, true, false, true],
			);
			assert.equal(pairs[1]!.server.binder, true);
		});
	}
	for (const [length, secure] of [
		[3000, { maxSendFragment: 512 }],
		[5000, {}],
		[100, { recordPadding: 256 }],
	] as const) {
		test(`${length} bytes, ${JSON.stringify(secure)}`, async () => {
			const [, pair] = await runAll([take], { early: length, secure });
			expectAnswer(pair!, true, length);
		});
	}
	for (const suite of ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]) {
		test(suite, async () => {
			const [, pair] = await runAll([{ ...take, suite }], {}, 5000, { suite });
			expectAnswer(pair!, true);
		});
	}
	test("a server that asks for a certificate in the full handshake that it falls back to", async () => {
		const [, pair] = await runAll([{ ...skip, ...full, requestCertificate: true }]);
		expectAnswer(pair!, false);
	});
	for (const [name, max, early] of [
		["a ticket that does not allow it", null, 100],
		["a ticket that allows nothing", 0, 100],
		["more than the ticket allows", 99, 100],
	] as const) {
		test(`${name}: not sent`, async () => {
			const [, pair] = await runAll([{}], { early }, max);
			expectAnswer(pair!, false);
			assert.equal(isAsked(pair!), false);
		});
	}
	test("never by itself", async () => {
		const [, pair] = await runAll([{}], { early: 0 });
		expectAnswer(pair!, false);
		assert.equal(isAsked(pair!), false);
		assert.equal(pair!.client.negotiated?.resumed, true);
	});
	test("bytes only", async () => {
		const [result] = await runClient(1, 1, { ca: identity.root.pem, secure: { earlyData: "GET /" } });
		assert.equal(result?.code, "configuration");
		assert.match(result.message, /"earlyData" must be a buffer/);
	});

	test("what is wrong", async t => {
		const options = { psk: external, secure: { applicationLayerProtocolNegotiation: ["a", "b"] } };
		const pairs = await runAll(
			faults.map(({ script }) => script),
			options,
			5000,
			picks("a"),
		);
		for (const [i, { name, code, alert }] of faults.entries()) {
			await t.test(name, () => {
				const { client, server } = pairs[i + 1]!;
				assert.equal(client.code, code, client.message);
				assert.equal(server.alert, alert, client.message);
				assert.equal(client.negotiated, undefined);
				assert.equal(client.length, 0);
			});
		}
	});
});
