/*
	How a connection ends from our side: the write side alone (RFC 8446 section 6.1), and by an alert in the middle of
	the handshake, which goes after change_cipher_spec (appendix D.4).
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { rightExtensions, Session12, type Outcome12, type Script12 } from "../peers/server12.js";
import { Session13, type MessageName, type Outcome13, type Script13 } from "../peers/server13.js";
import { extension, message } from "../peers/wire13.js";
import { runPairs, type ClientResult, type Pair } from "./connect.js";

const CHANGE_CIPHER_SPEC = 20,
	ALERT = 21,
	HANDSHAKE = 22,
	DATA = 23;
const KEY_UPDATE = 24;

type Session = Session12 | Session13;
type Outcome = Outcome12 | Outcome13;

let identity: ServerIdentity;
before(() => {
	identity = makeIdentity(["localhost"]);
});

/** What the app of tests/faults/app says. */
interface Result extends ClientResult {
	readonly log: readonly string[];
	readonly wrong: readonly string[];
}

async function run(
	version: number,
	scenario: object,
	talk: (session: Session) => Promise<void>,
	secure: object = {},
): Promise<Pair<Outcome> & { client: Result; time: number }> {
	let time = 0;
	const { leaf, intermediate, root } = identity;
	const [pair] = await runPairs<Outcome>(
		1,
		{
			app: "tests/faults/app",
			ca: root.pem,
			secure: { minVersion: version, maxVersion: version, ...secure },
			config: { scenarios: JSON.stringify([scenario]), client: leaf.pem },
			timeout: 60,
		},
		async socket => {
			const common = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, talk };
			const begun = Date.now();
			const outcome = await (version === 0x304
				? new Session13(socket, common as Script13).run()
				: new Session12(socket, { extensions: Buffer.concat([...rightExtensions]), ...common } as Script12).run());
			time = Date.now() - begun;
			return outcome;
		},
	);
	return { ...(pair as Pair<Outcome> & { client: Result }), time };
}

/** Once the client has said that it is done: more data, and the end of TCP without close_notify. */
async function answerLate(session: Session): Promise<void> {
	while (session.outcome.alert === undefined) if (!(await session.receive())) return;
	session.send(DATA, Buffer.from("late "));
	if (session instanceof Session13) session.send(HANDSHAKE, message(KEY_UPDATE, Buffer.of(0)));
	await new Promise(resolve => {
		setTimeout(resolve, 200);
	});
	// the client does not close before the server does
	session.socket.end();
}

for (const [name, version] of [
	["1.2", 0x303],
	["1.3", 0x304],
] as const) {
	describe(`TLS ${name}: the write side is closed`, () => {
		test("what was written goes out, then close_notify; reading goes on, writing does not", async () => {
			const { client, server } = await run(version, { ends: true }, async session => {
				while (session.outcome.alert === undefined) if (!(await session.receive())) return;
				session.send(DATA, Buffer.from("late "));
				session.send(DATA, Buffer.from("answer"));
				session.send(ALERT, Buffer.of(1, 0));
			});
			assert.deepEqual(client.wrong, []);
			assert.equal(client.code, "closed", client.message);
			assert.equal(client.text, "late answer");
			assert.equal(server.received.toString("latin1"), "GET / HTTP/1.1\r\n\r\n");
			assert.equal(server.alert, 0);
			assert.match(client.log.join("\n"), /TLSError closed: nothing can be written after end\(\)/);
		});
		test("a server that is cut off differs from one that closed", async () => {
			const { client } = await run(version, { ends: true }, answerLate);
			assert.equal(client.code, "truncated", client.message);
			assert.match(client.message, /cut before the server's close_notify: what was received may not be all$/);
			assert.equal(client.text, "late ");
		});
		test("a server that is cut off in the middle of a record: the error says how much has come", async () => {
			const { client } = await run(version, {}, async session => {
				await session.receive();
				session.socket.end(Buffer.from([23, 3, 3, 1, 0, 1, 2]));
			});
			assert.equal(client.code, "truncated", client.message);
			assert.match(client.message, / \(7 of 261 bytes of the last record have come\)$/);
		});
		test("nothing is sent after close_notify, not even an alert", async () => {
			const { client, server } = await run(version, { ends: true }, async session => {
				while (session.outcome.alert === undefined) if (!(await session.receive())) return;
				session.send(24, Buffer.from("?"));
				while (await session.receive());
			});
			assert.equal(client.code, "unexpected_message", client.message);
			assert.equal(server.alert, 0);
		});
	});
}

/** Waits until the client has closed the write side. */
async function untilClosed(session: Session): Promise<number> {
	while (session.outcome.alert === undefined) if (!(await session.receive())) break;
	return Date.now();
}

const wait = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** What a server does while `close()` waits for 0.8 s, and for how long TCP may stay open then, in milliseconds. */
const WAIT_MS = 800;
const endings: readonly (readonly [string, (session: Session) => Promise<void> | void, number, number])[] = [
	["sends close_notify at once", session => session.send(ALERT, Buffer.of(1, 0)), 0, 400],
	[
		"sends close_notify after 500 ms",
		async session => {
			await wait(300);
			session.send(ALERT, Buffer.of(1, 0));
		},
		250,
		750,
	],
	["never sends it", () => {}, WAIT_MS - 50, WAIT_MS + 600],
	[
		"sends data, also the longest records, and then close_notify",
		async session => {
			for (let i = 0; i < 20; i++) session.send(DATA, Buffer.alloc(i % 2 ? 16384 : 100, "late"));
			await wait(300);
			session.send(DATA, Buffer.from("last"));
			session.send(ALERT, Buffer.of(1, 0));
		},
		250,
		750,
	],
	[
		"sends data without end",
		async session => {
			for (let i = 0; i < 60 && !session.socket.destroyed && session.socket.writable; i++) {
				session.send(DATA, Buffer.alloc(1000));
				await wait(50);
			}
		},
		WAIT_MS - 50,
		WAIT_MS + 600,
	],
	["ends TCP without it", session => void session.socket.end(), 0, 400],
	["sends a fatal alert", session => session.send(ALERT, Buffer.of(2, 80)), 0, 400],
	[
		"sends a forged record",
		session => void session.socket.write(Buffer.of(23, 3, 3, 0, 40, ...Array<number>(40).fill(7))),
		0,
		400,
	],
	["sends half a record and ends TCP", session => void session.socket.end(Buffer.of(23, 3, 3, 0, 40, 1)), 0, 400],
];

/** Key slots and native memory in use at the end. */
function heldBy(client: Result): object {
	const { keySlots, nativeBytes } = client as unknown as Record<string, number>;
	return { keySlots, nativeBytes };
}

const held = new Map<number, Promise<object>>();

/** The same when a connection was closed at once. */
function heldAfterClose(version: number): Promise<object> {
	let result = held.get(version);
	if (!result) {
		const closing = run(version, { callback: "onReadable", does: "close", patience: 500 }, async session => {
			while (!session.outcome.received.length) if (!(await session.receive())) return;
			session.send(DATA, Buffer.from("hello"));
			while (await session.receive());
		});
		held.set(version, (result = closing.then(({ client }) => heldBy(client))));
	}
	return result;
}

for (const [name, version] of [
	["1.2", 0x303],
	["1.3", 0x304],
] as const) {
	describe(`TLS ${name}: close() waits for close_notify`, { concurrency: 3 }, () => {
		for (const [what, act, least, most] of endings)
			test(`the server ${what}`, async () => {
				let open = -1;
				const { client, server } = await run(
					version,
					{ callback: "onReadable", does: "close and go on", patience: most + 300 },
					async session => {
						while (!session.outcome.received.length) if (!(await session.receive())) return;
						session.send(DATA, Buffer.from("hello"));
						const started = await untilClosed(session);
						session.socket.once("error", () => {});
						const closed = new Promise<void>(resolve => session.socket.once("close", resolve).once("end", resolve));
						await act(session);
						while (await session.receive());
						session.socket.end();
						await closed;
						open = Date.now() - started;
					},
					{ closeTimeout: WAIT_MS, exporter: true },
				);
				assert.deepEqual(client.wrong, []);
				assert.equal(client.code, "", client.message);
				assert.equal(client.text, "hello");
				assert.equal(server.received.toString("latin1"), "GET / HTTP/1.1\r\n\r\n");
				assert.equal(server.alert, 0, "close_notify, and no alert after it");
				assert.ok(open >= least && open <= most, `TCP was open for ${open} ms, expected ${least} to ${most}`);
				const over = "TLSError closed: ";
				assert.deepEqual(client.log.slice(-6), [
					`write: ${over}the connection is closed`,
					"read: undefined",
					`end: ${over}the connection is closed`,
					`requestKeyUpdate: ${over}the connection is not open`,
					`channelBinding: ${over}the connection is not open`,
					"close: undefined",
				]);
				assert.deepEqual(heldBy(client), await heldAfterClose(version));
			});
		for (const [what, callback, closeTimeout] of [
			["without the option", "onReadable", 0],
			["during the handshake", "clock", 5000],
		] as const)
			test(`${what} TCP is closed at once`, async () => {
				const { client, time } = await run(
					version,
					{ callback, does: "close", patience: 2500 },
					async session => {
						while (!session.outcome.received.length) if (!(await session.receive())) return;
						session.send(DATA, Buffer.from("hello"));
						while (await session.receive());
					},
					{ closeTimeout },
				);
				assert.deepEqual(client.wrong, []);
				assert.equal(client.text, callback === "clock" ? "" : "hello");
				assert.ok(time < 1500, `TCP was open for ${time} ms`);
			});
	});
}

describe("TLS 1.3: an alert during the handshake", () => {
	const wrong: readonly (readonly [MessageName, (bytes: Buffer) => Uint8Array, number])[] = [
		["EncryptedExtensions", () => message(8, vector(2, extension(0x7a7a))), 110],
		["Certificate", bytes => Buffer.concat([bytes.subarray(0, -1)]), 50],
		["CertificateVerify", bytes => message(15, u16(0x0201), bytes.subarray(6)), 47],
		["Finished", bytes => message(20, Buffer.alloc(bytes.length - 4)), 51],
	];
	for (const [name, change] of wrong)
		test(`for a wrong ${name} goes after one change_cipher_spec`, async () => {
			const { leaf, intermediate, root } = identity;
			const [pair] = await runPairs<Outcome13>(1, { ca: root.pem, secure: { minVersion: 0x304 } }, socket =>
				new Session13(socket, {
					chain: [leaf.der, intermediate.der],
					key: leaf.key.privateKey,
					edit: (which, bytes) => (which === name ? change(bytes) : bytes),
				}).run(),
			);
			const { client, server } = pair!;
			assert.notEqual(client.code, "closed");
			assert.ok(server.alert !== undefined && server.alert > 0, client.message);
			assert.deepEqual(server.types, [HANDSHAKE, CHANGE_CIPHER_SPEC, DATA], client.message);
		});
	test("before the ServerHello goes without", async () => {
		const { leaf, intermediate, root } = identity;
		const [pair] = await runPairs<Outcome13>(1, { ca: root.pem, secure: { minVersion: 0x304 } }, socket =>
			new Session13(socket, {
				chain: [leaf.der, intermediate.der],
				key: leaf.key.privateKey,
				edit: (which, bytes) => (which === "ServerHello" ? bytes.subarray(0, -1) : bytes),
			}).run(),
		);
		// what is missing of it is looked for in the next record
		assert.equal(pair!.client.code, "unexpected_message", pair!.client.message);
		assert.deepEqual(pair!.server.types, [HANDSHAKE, ALERT]);
	});
});
