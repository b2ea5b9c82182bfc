/*
	The last good value and the first bad one of what bounds a server. These are the length of a handshake message,
	during the handshake and after it, in one record and in pieces. So are records without data, and requests to
	renegotiate.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { vector } from "../../host-sim/trace/keys13.js";
import { rightExtensions, Session12, type Outcome12, type Script12 } from "../peers/server12.js";
import { answerRequest, Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { message } from "../peers/wire13.js";
import { runPairs, type Pair } from "./connect.js";

const HANDSHAKE = 22,
	ALERT = 21,
	DATA = 23;
const NEW_SESSION_TICKET = 4;
const NO_RENEGOTIATION = 100;

/** MAX_IDLE_MESSAGES of modules/connection/lifecycle.ts. */
const MAX_IDLE_MESSAGES = 256;

type Change = Partial<Script12> & Partial<Script13>;

for (const [name, number] of [
	["1.2", 0x303],
	["1.3", 0x304],
] as const) {
	const is13 = number === 0x304;

	describe(`TLS ${name}: bounds`, () => {
		let identity: ServerIdentity;
		/** So many that the message is longer than any `maxMessage` may be short. */
		let chain: Uint8Array[];
		/** Bytes of the Certificate message's body. */
		let length: number;

		before(() => {
			identity = makeIdentity(["localhost"]);
			const { leaf, intermediate } = identity;
			chain = [leaf.der, intermediate.der, intermediate.der, intermediate.der];
			length = chain.reduce((sum, der) => sum + 3 + der.length + (is13 ? 2 : 0), 3 + (is13 ? 1 : 0));
			assert.ok(length > 1024);
		});

		async function run(secure: object, changes: Change[]): Promise<Pair<Outcome12 | Outcome13>[]> {
			const common = { chain, key: identity.leaf.key.privateKey };
			const options = { ca: identity.root.pem, secure: { minVersion: number, maxVersion: number, ...secure } };
			return runPairs<Outcome12 | Outcome13>(changes.length, options, (socket, i) =>
				is13
					? new Session13(socket, { ...common, ...changes[i]! } as Script13).run()
					: new Session12(socket, {
							...common,
							extensions: Buffer.concat([...rightExtensions]),
							...changes[i]!,
						} as Script12).run(),
			);
		}

		function expectGood({ client, server }: Pair<Outcome12 | Outcome13>): void {
			assert.equal(client.code, "closed", client.message);
			assert.equal(server.finished, true);
		}

		function expectRefused({ client, server }: Pair<Outcome12 | Outcome13>, code: string, alert: number): void {
			assert.equal(client.code, code, client.message);
			assert.equal(server.alert, alert, client.message);
		}

		/** One record, pieces in the middle of messages, and pieces in the middle of a message's header. */
		const pieces: Change[] = [{}, { fragment: 100 }, { fragment: 3 }];

		test("a message of the handshake that is as long as maxMessage", async () => {
			for (const pair of await run({ maxMessage: length }, pieces)) expectGood(pair);
		});

		test("a message of the handshake that is one byte longer", async () => {
			for (const pair of await run({ maxMessage: length - 1 }, pieces)) {
				expectRefused(pair, "message_too_long", 47);
				assert.ok(
					pair.client.message.includes(String(length)) && pair.client.message.includes(String(length - 1)),
					pair.client.message,
				);
				assert.equal(pair.server.finished, false);
			}
		});

		if (!is13) {
			test("requests to renegotiate: eight are declined, no more are answered", async () => {
				for (const count of [8, 9]) {
					const [pair] = await run({}, [
						{
							talk: async (session: Session12 | Session13) => {
								for (let i = 0; i < count; i++) session.send(HANDSHAKE, message(0));
								await answerRequest(session);
							},
						},
					]);
					expectGood(pair!);
					assert.deepEqual((pair!.server as Outcome12).alerts, [...Array<number>(8).fill(NO_RENEGOTIATION), 0]);
				}
			});
			return;
		}

		function talking(talk: (session: Session13) => void): Change {
			return {
				talk: async (session: Session12 | Session13) => {
					while (!session.outcome.received.includes("\r\n\r\n")) await session.receive();
					talk(session as Session13);
					session.send(DATA, Buffer.from("done"));
					session.send(ALERT, Buffer.of(1, 0));
				},
			};
		}

		/** NewSessionTicket with a body of `size` bytes, in records of at most `piece`. */
		function ticket(size: number, piece: number): Change {
			return talking(session => {
				const rest = Buffer.concat([Buffer.alloc(8, 1), vector(1, Buffer.of(7))]);
				const bytes = message(NEW_SESSION_TICKET, rest, vector(2, Buffer.alloc(size - rest.length - 4)), vector(2));
				assert.equal(bytes.length, 4 + size);
				for (let at = 0; at < bytes.length; at += piece) session.send(HANDSHAKE, bytes.subarray(at, at + piece));
			});
		}

		/** Pieces: one record, several, with the header in the first of them; and one that cuts the header. */
		const sizes = [4000, 600, 300, 3];

		test("a message after the handshake that is as long as maxMessage", async () => {
			for (const pair of await run(
				{ maxMessage: length },
				sizes.slice(0, 3).map(piece => ticket(length, piece)),
			)) {
				expectGood(pair);
				assert.equal(pair.client.text, "done");
			}
		});

		test("a message after the handshake that is one byte longer", async () => {
			for (const pair of await run(
				{ maxMessage: length },
				sizes.map(piece => ticket(length + 1, piece)),
			)) {
				expectRefused(pair, "message_too_long", 47);
				assert.equal(pair.client.length, 0);
			}
		});

		function empty(count: number): (session: Session13) => void {
			return session => {
				for (let i = 0; i < count; i++) session.send(DATA, Buffer.alloc(0));
			};
		}

		test("as many records without data as are passed over, and again after data", async () => {
			const few = empty(MAX_IDLE_MESSAGES);
			const pairs = await run({}, [
				talking(few),
				talking(session => {
					few(session);
					session.send(DATA, Buffer.from("not "));
					few(session);
				}),
			]);
			for (const [i, pair] of pairs.entries()) {
				expectGood(pair);
				assert.equal(pair.client.text, ["done", "not done"][i]);
			}
		});

		test("one record without data more, at once and after data", async () => {
			const many = empty(MAX_IDLE_MESSAGES + 1);
			const pairs = await run({}, [
				talking(many),
				talking(session => {
					session.send(DATA, Buffer.from("not "));
					many(session);
				}),
			]);
			for (const [i, pair] of pairs.entries()) {
				expectRefused(pair, "unexpected_message", 10);
				assert.equal(pair.client.text, ["", "not "][i]);
			}
		});
	});
}
