/*
	`requestKeyUpdate()`: the client replaces its key and asks for the server's (RFC 8446 section 4.6.3). What the
	server answers, and what it may not.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { Session12, type Outcome12 } from "../peers/server12.js";
import { Session13, type Outcome13 } from "../peers/server13.js";
import { message } from "../peers/wire13.js";
import { runPairs, type Pair } from "./connect.js";

const HANDSHAKE = 22;
const DATA = 23;
const ALERT = 21;
const plain = message(24, Buffer.of(0));
const requested = message(24, Buffer.of(1));

let identity: ServerIdentity;

before(() => {
	identity = makeIdentity(["localhost"]);
});

/** The client asks for `updates` KeyUpdates before its request; `answer` is what the server does with each. */
async function run(
	updates: number,
	answer: (session: Session13) => void,
	seen: Buffer[] = [],
): Promise<Pair<Outcome13>> {
	const { leaf, intermediate, root } = identity;
	const [pair] = await runPairs(1, { ca: root.pem, config: { updates: String(updates) } }, socket =>
		new Session13(socket, {
			chain: [leaf.der, intermediate.der],
			key: leaf.key.privateKey,
			talk: async session => {
				while (!session.outcome.received.includes("\r\n\r\n")) {
					const record = await session.receive();
					if (!record) return;
					if (record.type !== HANDSHAKE) continue;
					seen.push(record.content);
					session.readKey!.update();
					answer(session);
				}
				session.send(DATA, Buffer.from("hello"));
				session.send(ALERT, Buffer.of(1, 0));
			},
		}).run(),
	);
	return pair!;
}

function update(session: Session13, content = plain): void {
	session.send(HANDSHAKE, content);
	session.writeKey!.update();
}

describe("requestKeyUpdate", () => {
	test("goes out at once, before the next data, and the answer changes the server's key", async () => {
		const seen: Buffer[] = [];
		const { client } = await run(1, update, seen);
		assert.equal(client.code, "closed", client.message);
		assert.match(client.text, /hello$/);
		assert.deepEqual(seen, [requested]);
	});
	test("several of them", async () => {
		const seen: Buffer[] = [];
		const { client } = await run(3, update, seen);
		assert.equal(client.code, "closed", client.message);
		assert.deepEqual(seen, [requested, requested, requested]);
	});
	test("one answer for several, which is what a server may do", async () => {
		let count = 0;
		const { client } = await run(3, session => {
			if (++count === 3) update(session);
		});
		assert.equal(client.code, "closed", client.message);
	});
	for (const [name, updates, content, expected] of [
		["does not ask gets no answer", 0, plain, []],
		["asks gets one answer, before the next data", 0, requested, [plain]],
		["asks back gets an answer that does not ask", 1, requested, [requested, plain]],
	] as const) {
		test(`a server that replaces its own key and ${name}`, async () => {
			const { leaf, intermediate, root } = identity;
			const seen: Buffer[] = [];
			/** Receives until the client has said this. */
			const receive = async (session: Session13, text: string): Promise<void> => {
				while (!session.outcome.received.includes(text)) {
					const record = await session.receive();
					if (!record) return;
					if (record.type !== HANDSHAKE) continue;
					seen.push(record.content);
					session.readKey!.update();
				}
			};
			const options = { ca: root.pem, lines: ["one", "two"], config: { updates: String(updates) } };
			const [pair] = await runPairs(1, options, socket =>
				new Session13(socket, {
					chain: [leaf.der, intermediate.der],
					key: leaf.key.privateKey,
					talk: async session => {
						await receive(session, "one");
						update(session, content);
						session.send(DATA, Buffer.from("1\n"));
						await receive(session, "two");
						session.send(DATA, Buffer.from("2\n"));
						session.send(ALERT, Buffer.of(1, 0));
					},
				}).run(),
			);
			assert.equal(pair!.client.code, "closed", pair!.client.message);
			assert.deepEqual(seen, expected);
		});
	}
	test("a server that does not answer goes on with its key", async () => {
		const { client } = await run(1, () => {});
		assert.equal(client.code, "closed", client.message);
		assert.match(client.text, /hello$/);
	});
	test("a server that answers but keeps its key is refused", async () => {
		const { client, server } = await run(1, session => session.send(HANDSHAKE, plain));
		assert.equal(client.code, "bad_record_mac", client.message);
		assert.equal(server.alert, 20);
		assert.equal(client.length, 0);
	});
	test("an answer with another value is refused", async () => {
		const { client, server } = await run(1, session => update(session, message(24, Buffer.of(2))));
		assert.equal(client.code, "illegal_parameter", client.message);
		assert.equal(server.alert, 47);
	});
	test("TLS 1.2 has none: an error, and the connection goes on", async () => {
		const { leaf, intermediate, root } = identity;
		const [pair] = await runPairs<Outcome12>(1, { ca: root.pem, config: { updates: "1" } }, socket =>
			new Session12(socket, { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey }).run(),
		);
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.match(pair!.client.refused!, /TLS 1\.2 has no KeyUpdate/);
	});
});
