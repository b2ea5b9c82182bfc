/*
	SecureSocket of modules/sdk: no turn of the event loop is long, whatever a server sends. The floods are those of
	tests/faults/turns.test.ts that reach what SecureSocket adds.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { runPairs } from "../faults/connect.js";
import { rightExtensions, Session12, type Script12 } from "../peers/server12.js";
import { Session13, type Script13 } from "../peers/server13.js";
import { extension, message } from "../peers/wire13.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";

/** Metered steps of one turn. */
const MAX_STEPS = 30_000;

const ALERT = 21,
	HANDSHAKE = 22,
	DATA = 23;

type Script = Partial<Script12> & Partial<Script13>;
type Session = Session12 | Session13;

let identity: ServerIdentity;
before(() => {
	identity = makeIdentity(["localhost"]);
});

/** Once the request has come: `count` records at once, then an answer and the end. */
function repeat(count: number, type: number, content: Uint8Array): Script {
	return {
		talk: async (session: Session) => {
			while (!session.outcome.received.includes("\r\n\r\n")) if (!(await session.receive())) return;
			session.socket.cork();
			for (let i = 0; i < count; i++) session.send(type, content);
			session.send(DATA, Buffer.from("hello"));
			session.send(ALERT, Buffer.of(1, 0));
			session.socket.uncork();
		},
	};
}

const ticket = message(
	4,
	Buffer.alloc(8, 1),
	vector(1, Buffer.of(0)),
	vector(2, Buffer.alloc(100)),
	vector(2, ...Array.from({ length: 20 }, (_, i) => extension(0x7a00 + i, Buffer.alloc(0)))),
);

/** What a server does, and the bytes of data that it sends. */
const both: readonly (readonly [string, Script, number])[] = [
	["one", {}, -1],
	["the handshake in records of 1 byte", { fragment: 1 }, -1],
	["the handshake in records of 16 bytes", { fragment: 16 }, -1],
	["records of 1 byte", repeat(400, DATA, Buffer.alloc(1)), 405],
	["records of 100 bytes", repeat(400, DATA, Buffer.alloc(100)), 40_005],
	["records of 1,400 bytes", repeat(60, DATA, Buffer.alloc(1400)), 84_005],
	["records of 16,384 bytes", repeat(5, DATA, Buffer.alloc(16384)), 81_925],
	["records without data", repeat(255, DATA, Buffer.alloc(0)), 5],
	["warnings", repeat(200, ALERT, Buffer.of(1, 90)), -1],
	["a wrong record behind 16 KB", repeat(1, 24, Buffer.alloc(16384)), 0],
];

const floods = {
	"1.2": [
		...both,
		["requests to renegotiate", repeat(1, HANDSHAKE, Buffer.concat(Array<Buffer>(4000).fill(message(0)))), 0],
	] as const,
	"1.3": [
		...both,
		["tickets in a record", repeat(2, HANDSHAKE, Buffer.concat(Array<Buffer>(80).fill(ticket))), 5],
		["tickets in records", repeat(100, HANDSHAKE, ticket), 5],
		["records of 64 bytes", { encryptedExtensions: extension(28, u16(65)) }, -1],
	] as const,
};

for (const [name, version] of [
	["1.2", 0x303],
	["1.3", 0x304],
] as const)
	describe(`SecureSocket, TLS ${name}: turns`, () => {
		for (const tcpBuffer of [5744, 65535])
			test(`floods, ${tcpBuffer} bytes in TCP`, async t => {
				let longest = 0,
					which = "";
				const { leaf, intermediate, root } = identity;
				for (const [flood, script, bytes] of floods[name]) {
					const [pair] = await runPairs(
						1,
						{
							app: "tests/sdk/turns",
							ca: root.pem,
							secure: { protocolVersion: version, recordSizeLimit: 16385 },
							tcpBuffer,
							timeout: 60,
						},
						socket => {
							const common = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, ...script };
							return version === 0x304
								? new Session13(socket, common as Script13).run()
								: new Session12(socket, {
										extensions: Buffer.concat([...rightExtensions]),
										...common,
									} as Script12).run();
						},
					);
					const { turn, length, most, code } = pair!.client;
					assert.ok(turn > 0, `${flood}: turns are counted`);
					assert.ok(turn <= MAX_STEPS, `${flood}: a turn of ${turn} steps`);
					assert.ok(most <= 1024, `${flood}: a message of ${most} bytes`);
					if (bytes >= 0) assert.equal(length, bytes, `${flood}: ${code}`);
					if (turn > longest) {
						longest = turn;
						which = flood;
					}
				}
				t.diagnostic(
					`the longest turn of ${floods[name].length} connections: ${longest} of ${MAX_STEPS} steps (${which})`,
				);
			});
	});
