/*
	How a connection ends from our side: the write side alone (RFC 8446 section 6.1), and by an alert in the middle of the handshake, which goes behind
	change_cipher_spec (appendix D.4).
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
): Promise<Pair<Outcome> & { client: Result }> {
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
		socket => {
			const common = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, talk };
			return version === 0x304
				? new Session13(socket, common as Script13).run()
				: new Session12(socket, { extensions: Buffer.concat([...rightExtensions]), ...common } as Script12).run();
		},
	);
	return pair as Pair<Outcome> & { client: Result };
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
		test("a server that is cut off later is told from one that has closed", async () => {
			const { client } = await run(version, { ends: true }, answerLate);
			assert.equal(client.code, "truncated", client.message);
			assert.equal(client.text, "late ");
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

describe("TLS 1.3: an alert during the handshake", () => {
	const wrong: readonly (readonly [MessageName, (bytes: Buffer) => Uint8Array, number])[] = [
		["EncryptedExtensions", () => message(8, vector(2, extension(0x7a7a))), 110],
		["Certificate", bytes => Buffer.concat([bytes.subarray(0, -1)]), 50],
		["CertificateVerify", bytes => message(15, u16(0x0201), bytes.subarray(6)), 47],
		["Finished", bytes => message(20, Buffer.alloc(bytes.length - 4)), 51],
	];
	for (const [name, change] of wrong)
		test(`for a wrong ${name} goes behind one change_cipher_spec`, async () => {
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
