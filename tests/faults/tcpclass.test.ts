/*
	TCP classes that are broken (tcpclass/main.ts). They report what they don't have, give less than that, or call back
	at the wrong time. They close or write from inside, or lack a method. The application hears TLSErrors alone, no byte
	is used twice, and nothing is sent twice.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { Session12, type Outcome12 } from "../peers/server12.js";
import { Session13, type Outcome13 } from "../peers/server13.js";
import { runPairs, type ClientResult } from "./connect.js";

interface Result extends ClientResult {
	readonly fault: string;
	/** What was thrown into a callback of TCP's, and callbacks after the end. */
	readonly caught: readonly string[];
	/** What `write` and `end` have thrown from inside of a method of TCP's. */
	readonly inside: readonly string[];
}

type Session = Session12 | Session13;

const ANSWER = "an answer of some length";

let identity: ServerIdentity;
before(() => {
	identity = makeIdentity(["localhost"]);
});

/** An answer once the request has come, in two records, then the end. */
async function answer(session: Session): Promise<void> {
	while (!session.outcome.received.includes("\r\n\r\n")) if (!(await session.receive())) return;
	session.send(23, Buffer.from(ANSWER.slice(0, 10)));
	session.send(23, Buffer.from(ANSWER.slice(10)));
	session.send(21, Buffer.of(1, 0));
	while (await session.receive());
}

async function run(version: 0x303 | 0x304, faults: readonly string[]) {
	const { leaf, intermediate, root } = identity;
	const common = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, talk: answer };
	return runPairs<Outcome12 | Outcome13>(
		faults.length,
		{
			app: "tests/faults/tcpclass",
			ca: root.pem,
			secure: { minVersion: version, maxVersion: version },
			config: { faults: JSON.stringify(faults) },
			timeout: 100,
		},
		socket => (version === 0x303 ? new Session12(socket, common).run() : new Session13(socket, common).run()),
	);
}

/** Faults that change nothing for the application. */
const harmless = [
	"none",
	"calls back from its constructor",
	"reports odd counts",
	"reports strings",
	"reports in read",
	"reports in write",
	"reads in read",
	"says nothing",
	"has no address",
	"asks for a key in write",
];

for (const [name, version] of [
	["1.2", 0x303],
	["1.3", 0x304],
] as const) {
	describe(`TLS ${name}: broken TCP classes`, () => {
		test("what can be borne changes nothing", async () => {
			const pairs = await run(version, harmless);
			for (const [i, { client, server }] of pairs.entries()) {
				const what = `${harmless[i]}: ${JSON.stringify(client)}`;
				assert.equal(client.code, "closed", what);
				assert.equal(client.text, ANSWER, what);
				assert.deepEqual((client as Result).caught, [], what);
				assert.equal(server.received.toString("latin1"), "GET / HTTP/1.1\r\n\r\n", what);
			}
		});

		test("write and end are refused while TCP writes, as it still reads the buffer", async () => {
			const pairs = await run(version, ["writes in write", "ends in write"]);
			for (const { client, server } of pairs) {
				const { caught, inside, code } = client as Result;
				const what = JSON.stringify(client);
				assert.equal(code, "closed", what);
				assert.deepEqual(caught, [], what);
				assert.match(inside[0]!, /^RangeError: nothing can be written while a method of TCP is at work$/);
				assert.equal(server.received.toString("latin1"), "GET / HTTP/1.1\r\n\r\n", what);
			}
		});

		test("options of a write are read before anything else", async () => {
			const [closing, writing] = await run(version, ["closes in a getter", "writes in a getter"]);
			assert.deepEqual((closing!.client as Result).inside, ["TLSError: the connection is closed"]);
			assert.equal(closing!.server.received.length, 0);
			assert.equal(closing!.server.alert, 0);
			assert.deepEqual((writing!.client as Result).caught, []);
			assert.equal(writing!.server.received.toString("latin1"), "more GET / HTTP/1.1\r\n\r\n");
		});

		test("fewer bytes than were reported end the connection, and are never taken for others", async () => {
			const faults = Array.from({ length: 12 }, (_, i) => `reads less ${i + 1}`);
			const pairs = await run(version, faults);
			let failed = 0;
			for (const { client } of pairs) {
				const what = JSON.stringify(client);
				if (client.code === "closed") continue; // fewer reads than that
				failed++;
				assert.ok(["transport", "truncated"].includes(client.code), what);
				assert.ok(ANSWER.startsWith(client.text), what);
			}
			assert.ok(failed >= 4, `${failed} connections failed`);
		});

		test("what it lacks is an error of the connection", async () => {
			for (const { client } of await run(version, ["has no read", "has no write"])) {
				assert.ok(["transport", "truncated"].includes(client.code), JSON.stringify(client));
				assert.deepEqual((client as Result).caught, [], JSON.stringify(client));
			}
		});

		test("a buffer that it detaches is an error of the connection", async () => {
			const faults = [
				...Array.from({ length: 8 }, (_, i) => `shrinks the buffer of read ${i + 1}`),
				...Array.from({ length: 3 }, (_, i) => `takes the buffer of write ${i + 1}`),
			];
			let failed = 0;
			for (const { client } of await run(version, faults)) {
				const what = JSON.stringify(client);
				assert.deepEqual((client as Result).caught, [], what);
				if (client.code === "closed") continue; // fewer calls than that, or nothing was left in the buffer
				failed++;
				assert.ok(["transport", "truncated", "internal"].includes(client.code), what);
				assert.ok(ANSWER.startsWith(client.text), what);
			}
			assert.ok(failed >= 3, `${failed} connections failed`);
		});

		test("a close from inside, or reports after it, call nobody", async () => {
			const faults = [
				...Array.from({ length: 8 }, (_, i) => `closes in read ${i + 1}`),
				...Array.from({ length: 3 }, (_, i) => `closes in write ${i + 1}`),
				"delivers after close",
				"delivers in close",
				"none",
			];
			const pairs = await run(version, faults);
			for (const { client } of pairs) {
				assert.ok(["", "closed"].includes(client.code), JSON.stringify(client));
				assert.deepEqual((client as Result).caught, [], JSON.stringify(client));
			}
			assert.equal(pairs.at(-1)!.client.text, ANSWER);
		});
	});
}
