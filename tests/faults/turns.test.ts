/*
	No turn of the event loop is long, whatever a server sends or asks for. It sends floods of each kind over TCP, and
	records and messages in every size. Its records are as short as a server may want them. The simulator counts the
	metered steps of each turn.
*/

import assert from "node:assert/strict";
import { before, describe, test, type TestContext } from "node:test";
import { makeCertificate, makeIdentity, makeKey, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { rightExtensions, Session12, type Script12 } from "../peers/server12.js";
import { Session13, type Script13 } from "../peers/server13.js";
import { extension, message, plainRecord } from "../peers/wire13.js";
import { runPairs } from "./connect.js";

/** Metered steps of one turn. */
const MAX_STEPS = 30_000;

const ALERT = 21,
	HANDSHAKE = 22,
	DATA = 23;

type Session = Session12 | Session13;

let identity: ServerIdentity;
let device: { certificate: string; key: string };
before(() => {
	identity = makeIdentity(["localhost"]);
	const { pem, keyPem } = makeCertificate({
		subject: "device",
		key: makeKey("p256"),
		issuer: identity.intermediate,
		extendedKeyUsage: ["clientAuth"],
	});
	device = { certificate: pem, key: keyPem };
});

interface Run {
	readonly name: string;
	readonly script: Partial<Script12> & Partial<Script13>;
	readonly secure?: object;
	/** The application takes sessions. */
	readonly takesSessions?: boolean;
}

/** Runs the client against each, and compares its longest turn with what is allowed. */
async function runAll(t: TestContext, version: number, runs: readonly Run[]): Promise<void> {
	let longest = 0,
		name = "";
	const { leaf, intermediate, root } = identity;
	for (const one of runs) {
		const [pair] = await runPairs(
			1,
			{
				ca: root.pem,
				secure: { minVersion: version, maxVersion: version, ...one.secure },
				timeout: 100,
				...(one.takesSessions ? { session: "" } : {}),
			},
			socket => {
				const common = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, ...one.script };
				return version === 0x304
					? new Session13(socket, common as Script13).run()
					: new Session12(socket, { extensions: Buffer.concat([...rightExtensions]), ...common } as Script12).run();
			},
		);
		const { turn, code, message: words } = pair!.client;
		assert.ok(turn > 0, `${one.name}: turns are counted`);
		assert.ok(turn <= MAX_STEPS, `${one.name}: a turn of ${turn} steps (${code}: ${words})`);
		assert.notEqual(code, "internal", words);
		if (turn > longest) {
			longest = turn;
			name = one.name;
		}
	}
	t.diagnostic(`the longest turn of ${runs.length} connections: ${longest} of ${MAX_STEPS} steps (${name})`);
}

/** Once the request has come: all of it at once, then an answer and the end. */
function talking(flood: (session: Session) => void): Partial<Script12 & Script13> {
	return {
		talk: async (session: Session) => {
			while (!session.outcome.received.includes("\r\n\r\n")) if (!(await session.receive())) return;
			session.socket.cork();
			flood(session);
			session.send(DATA, Buffer.from("hello"));
			session.send(ALERT, Buffer.of(1, 0));
			session.socket.uncork();
		},
	};
}

function repeat(count: number, type: number, content: Uint8Array): Partial<Script12 & Script13> {
	return talking(session => {
		for (let i = 0; i < count; i++) session.send(type, content);
	});
}

for (const [name, version] of [
	["1.2", 0x303],
	["1.3", 0x304],
] as const) {
	describe(`TLS ${name}: turns`, () => {
		test("records of each kind, many at once", async t => {
			await runAll(t, version, [
				{ name: "one", script: {} },
				{ name: "records of 1 byte", script: repeat(400, DATA, Buffer.alloc(1)) },
				{ name: "records of 100 bytes", script: repeat(400, DATA, Buffer.alloc(100)) },
				{ name: "records of 1,400 bytes", script: repeat(60, DATA, Buffer.alloc(1400)) },
				{ name: "records of 16,384 bytes", script: repeat(5, DATA, Buffer.alloc(16384)) },
				{ name: "records without data", script: repeat(255, DATA, Buffer.alloc(0)) },
				{ name: "warnings", script: repeat(200, ALERT, Buffer.of(1, 90)) },
				{ name: "a wrong record after 16 KB", script: repeat(1, 24, Buffer.alloc(16384)) },
			]);
		});
		test("the handshake in records of few bytes", async t => {
			const runs = [1, 2, 3, 5, 16, 64, 500].map(fragment => ({ name: `${fragment} bytes`, script: { fragment } }));
			await runAll(t, version, runs);
		});
		if (version === 0x304) tests13();
		else tests12();
	});
}

function tests12(): void {
	test("requests to renegotiate, in one record and in many", async t => {
		await runAll(t, 0x303, [
			{ name: "records", script: repeat(200, HANDSHAKE, message(0)) },
			{ name: "a record", script: repeat(1, HANDSHAKE, Buffer.concat(Array<Buffer>(4000).fill(message(0)))) },
		]);
	});
}

function tests13(): void {
	const ticket = message(4, Buffer.alloc(8, 1), vector(1, Buffer.of(0)), vector(2, Buffer.alloc(100)), vector(2));

	/** CertificateRequest with lists as long as they may be in `size` bytes. */
	function request(size: number, type: number, data: (length: number) => Uint8Array): Buffer {
		const length = size - 4 - 1 - 2 - 8 - 10;
		return message(
			13,
			vector(1, Buffer.alloc(1)),
			vector(2, extension(13, vector(2, u16(0x0403), u16(0x0804))), extension(type, data(length))),
		);
	}

	/**
	 * signature_algorithms_cert, names of CAs with one byte each, filters of OIDs, and an extension that nobody knows.
	 */
	const lists: readonly (readonly [string, number, (length: number) => Uint8Array])[] = [
		["schemes of certificates", 50, length => vector(2, Buffer.alloc((length >> 1) << 1, 0xfe))],
		[
			"names of CAs",
			47,
			length => vector(2, Buffer.from(Array.from({ length: length - (length % 4) }, (_, i) => [0, 2, 48, 0][i & 3]!))),
		],
		["unknown", 0x7a7a, length => Buffer.alloc(length)],
	];

	test("messages after the handshake, in one record and in many", async t => {
		const all = (bytes: Buffer, size = 16000): Buffer =>
			Buffer.concat(Array<Buffer>(Math.floor(size / bytes.length)).fill(bytes));
		const runs: Run[] = [
			{ name: "tickets in a record", script: repeat(2, HANDSHAKE, all(ticket)) },
			{ name: "tickets in records", script: repeat(100, HANDSHAKE, ticket) },
			{
				name: "tickets of 1 byte",
				script: repeat(
					100,
					HANDSHAKE,
					all(message(4, Buffer.alloc(8), vector(1), vector(2, Buffer.alloc(1)), vector(2)), 100),
				),
			},
			{
				name: "a ticket in pieces",
				script: talking(session => {
					for (const byte of ticket) session.send(HANDSHAKE, Buffer.of(byte));
				}),
			},
		];
		await runAll(t, 0x304, runs);
	});

	test("requests for a certificate after the handshake, in one record, as long as they may be", async t => {
		const runs: Run[] = [];
		for (const [name, type, data] of lists)
			for (const [count, size] of [
				[1, 16000],
				[4, 4000],
				[8, 2000],
			] as const)
				for (const limits of [false, true])
					runs.push({
						name: `${count} with ${name}${limits ? ", records of 64 bytes" : ""}`,
						script: {
							...repeat(1, HANDSHAKE, Buffer.concat(Array<Buffer>(count).fill(request(size, type, data)))),
							...(limits ? { encryptedExtensions: extension(28, u16(65)) } : {}),
						},
						secure: {
							postHandshakeAuth: true,
							clientCertificates: device.certificate,
							clientKey: device.key,
							maxMessage: 32768,
							recordSizeLimit: 16385,
						},
					});
		await runAll(t, 0x304, runs);
	});

	test("a request for one of four identities, none of which it names", async t => {
		const four = Array.from({ length: 4 }, () => ({
			clientCertificates: device.certificate + identity.intermediate.pem,
			clientKey: device.key,
		}));
		// as long as the name that they are compared with, so that none is passed over for its length
		const { subject } = identity.intermediate;
		const name = vector(2, Buffer.alloc(subject.length, 0x30));
		const runs: Run[] = [1, 4, 8].flatMap(count =>
			[false, true].map(limits => ({
				name: `${count} requests${limits ? ", records of 64 bytes" : ""}`,
				script: {
					...repeat(
						1,
						HANDSHAKE,
						Buffer.concat(
							Array<Buffer>(count).fill(
								request(0, 47, () =>
									vector(2, ...Array<Buffer>(Math.min(64, Math.floor(12000 / count / name.length))).fill(name)),
								),
							),
						),
					),
					...(limits ? { encryptedExtensions: extension(28, u16(65)) } : {}),
				},
				secure: { postHandshakeAuth: true, clientIdentities: four, maxMessage: 32768, recordSizeLimit: 16385 },
			})),
		);
		await runAll(t, 0x304, runs);
	});

	test("a chain of our own of ten certificates, in records as short as a server may want them", async t => {
		await runAll(
			t,
			0x304,
			[64, 200, 16384].map(limit => ({
				name: `records of ${limit} bytes`,
				script: { requestCertificate: true, encryptedExtensions: extension(28, u16(limit + 1)) },
				secure: {
					clientCertificates: device.certificate + identity.intermediate.pem.repeat(9),
					clientKey: device.key,
					recordSizeLimit: 16385,
				},
			})),
		);
	});

	test("an answer after the handshake of as many records as it may have, and of one more", async t => {
		const { leaf, intermediate, root } = identity;
		// 48 records of 64 bytes, less 10 for what ECDSA's lengths differ by: the messages' heads, CertificateVerify
		// and Finished take 134
		const own = Buffer.from(device.certificate.replace(/-----.*-----/g, ""), "base64").length,
			length = 48 * 64 - 10 - 134 - own;
		for (const [records, code] of [
			[48, "closed"],
			[49, "too_much_work"],
		] as const) {
			const second = Buffer.alloc(length + 64 * (records - 48), 1).toString("base64");
			const [pair] = await runPairs(
				1,
				{
					ca: root.pem,
					secure: {
						minVersion: 0x304,
						postHandshakeAuth: true,
						clientCertificates: `${device.certificate}-----BEGIN CERTIFICATE-----\n${second}\n-----END CERTIFICATE-----\n`,
						clientKey: device.key,
						recordSizeLimit: 16385,
					},
					timeout: 100,
				},
				socket =>
					new Session13(socket, {
						chain: [leaf.der, intermediate.der],
						key: leaf.key.privateKey,
						encryptedExtensions: extension(28, u16(65)),
						...repeat(
							1,
							HANDSHAKE,
							request(200, 0x7a7a, length => Buffer.alloc(length)),
						),
					} as Script13).run(),
			);
			const { turn, code: got, message: words } = pair!.client;
			assert.equal(got, code, words);
			assert.ok(turn <= MAX_STEPS, `${records} records: a turn of ${turn} steps`);
			if (code !== "closed") assert.match(words, /wants our certificates in 49 records of 64 bytes, more than 48/);
			t.diagnostic(`${records} records: ${turn} of ${MAX_STEPS} steps`);
		}
	});

	test("tickets with as many extensions as they may have, in one record and in many", async t => {
		const full = message(
			4,
			Buffer.alloc(8, 1),
			vector(1, Buffer.of(0)),
			vector(2, Buffer.alloc(100)),
			vector(2, ...Array.from({ length: 20 }, (_, i) => extension(0x7a00 + i, Buffer.alloc(0)))),
		);
		const secure = { recordSizeLimit: 16385 };
		await runAll(t, 0x304, [
			{ name: "a record", script: repeat(1, HANDSHAKE, Buffer.concat(Array<Buffer>(40).fill(full))), secure },
			{ name: "records", script: repeat(40, HANDSHAKE, full), secure },
			...[full, ticket].flatMap(one => [
				{
					name: `${one.length} bytes in a record, made sessions`,
					script: repeat(1, HANDSHAKE, Buffer.concat(Array<Buffer>(40).fill(one))),
					secure,
					takesSessions: true,
				},
				{
					name: `${one.length} bytes in records, made sessions`,
					script: repeat(40, HANDSHAKE, one),
					secure,
					takesSessions: true,
				},
			]),
		]);
	});

	test("the client's certificates in records as short as a server may want them", async t => {
		await runAll(
			t,
			0x304,
			[64, 65, 100, 512].map(limit => ({
				name: `records of ${limit} bytes`,
				script: { requestCertificate: true, encryptedExtensions: extension(28, u16(limit + 1)) },
				secure: {
					clientCertificates: device.certificate + identity.intermediate.pem,
					clientKey: device.key,
					recordSizeLimit: 16385,
				},
			})),
		);
	});

	test("a write of all that was promised, in records of every length", async t => {
		const { leaf, intermediate, root } = identity;
		let longest = 0,
			name = "";
		for (const limit of [64, 65, 80, 100, 128, 200, 256, 400, 512, 1000, 2048, 4096, 16384]) {
			for (const writes of [[{ size: -1 }], [{ size: 1, more: true }, { size: -1 }], [{ size: -1, late: true }]]) {
				const [pair] = await runPairs(
					1,
					{
						app: "tests/faults/app",
						ca: root.pem,
						secure: { minVersion: 0x304, recordSizeLimit: 16385 },
						config: { scenarios: JSON.stringify([{ writes, closes: true, patience: 400 }]), client: leaf.pem },
						timeout: 100,
					},
					socket =>
						new Session13(socket, {
							chain: [leaf.der, intermediate.der],
							key: leaf.key.privateKey,
							encryptedExtensions: extension(28, u16(limit + 1)),
							talk: async session => {
								while (await session.receive());
							},
						}).run(),
				);
				const { turn, promised } = pair!.client as unknown as { turn: number; promised: number };
				const what = `${promised} bytes in records of ${limit}`;
				assert.equal(pair!.server.received.length, promised, what);
				assert.ok(turn <= MAX_STEPS, `${what}: a turn of ${turn} steps`);
				if (turn > longest) {
					longest = turn;
					name = what;
				}
			}
		}
		t.diagnostic(`the longest turn of a write: ${longest} of ${MAX_STEPS} steps (${name})`);
	});
}

test("the clear text before a handshake: alerts and headers, byte by byte", async t => {
	await runAll(t, 0x304, [
		{
			name: "warnings",
			script: {
				editRecords: (which, records) =>
					which === "hello" ? [...Array<Buffer>(16).fill(plainRecord(ALERT, Buffer.of(1, 90))), ...records] : records,
			},
		},
	]);
});
