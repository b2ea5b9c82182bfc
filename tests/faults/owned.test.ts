/*
	What a handshake makes is closed, wherever it fails: no key stays in PSA's slots, no native memory in use, without a
	collection of garbage. Each call of each accelerator fails once; then a good connection follows in the same app.
*/

import assert from "node:assert/strict";
import { createServer } from "node:net";
import { before, describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { askCertificate } from "../peers/identity13.js";
import { Session12, type Script12 } from "../peers/server12.js";
import { Session13, type Script13 } from "../peers/server13.js";
import { message } from "../peers/wire13.js";
import { runClient, runPairs, type ClientOptions, type ClientResult } from "./connect.js";

interface Result extends ClientResult {
	readonly keySlots: number;
	readonly nativeBytes: number;
	/** Calls of each accelerator. */
	readonly used: Readonly<Record<string, number>>;
}

type Session = Session12 | Session13;

/** Milliseconds from the end of a connection until memory is looked at. */
const SETTLE_MS = 15;

/** Native allocations of which one fails in turn: each so many. */
const NATIVE_STEP = 37;

/** Native memory of an object whose constructor failed: it holds no key, and goes with the script object. */
const UNMADE_BYTES = 8;

let identity: ServerIdentity;
before(() => {
	identity = makeIdentity(["localhost"]);
});

/** A KeyUpdate both ways where there is one, a ticket, and an answer. */
async function answer(session: Session): Promise<void> {
	if (session instanceof Session13) {
		session.sendTicket(Buffer.from("ticket"));
		session.send(22, message(24, Buffer.of(1)));
		session.writeKey!.update();
	}
	while (!session.outcome.received.includes("\r\n\r\n")) {
		const record = await session.receive();
		if (!record) return;
		if (record.type === 22 && session instanceof Session13) session.readKey!.update();
	}
	session.send(23, Buffer.from("one two"));
	session.send(21, Buffer.of(1, 0));
}

async function run(
	version: 0x303 | 0x304,
	scenarios: readonly object[],
	secure: object,
	script: object,
	more: Partial<ClientOptions> = {},
): Promise<Result[]> {
	const { leaf, intermediate, root } = identity;
	const options = {
		app: "tests/faults/app",
		ca: root.pem,
		secure: { minVersion: version, maxVersion: version, ...secure },
		timeout: 300,
		...more,
		config: {
			scenarios: JSON.stringify(scenarios.map(scenario => ({ settle: SETTLE_MS, patience: 5000, ...scenario }))),
		},
	};
	const common = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, talk: answer, ...script };
	// what fails in the constructor does not reach the server
	const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
		const session =
			version === 0x303 ? new Session12(socket, common as Script12) : new Session13(socket, common as Script13);
		session.run().catch(() => socket.destroy());
	});
	await new Promise<void>(resolve => {
		server.listen(0, "127.0.0.1", resolve);
	});
	try {
		return (await runClient((server.address() as { port: number }).port, 1, options)) as Result[];
	} finally {
		server.close();
	}
}

/** The client's certificate; the key is made anew for each run of the tests. */
const device = makeCertificate({ subject: "device", key: makeKey("p256"), extendedKeyUsage: ["clientAuth"] });
const credential = { clientCertificates: device.pem, clientKey: device.keyPem };

/** Asks for a certificate, and for new keys after that. */
async function ask(session: Session13): Promise<void> {
	while (!session.outcome.received.includes("\r\n\r\n")) if (!(await session.receive())) return;
	if (!(await askCertificate(session, Buffer.alloc(8, 7)))) return;
	session.send(23, Buffer.from("one two"));
	session.send(21, Buffer.of(1, 0));
}

const asking = { requestCertificate: true };

const kinds: [name: string, version: 0x303 | 0x304, secure: object, script: object, more?: Partial<ClientOptions>][] = [
	["TLS 1.3 with the hybrid group", 0x304, {}, {}, { optional: ["hybrid"] }],
	["TLS 1.3 with a certificate of the client's", 0x304, credential, asking],
	["TLS 1.2 with a certificate of the client's", 0x303, credential, asking],
	["TLS 1.3 with an answer after the handshake", 0x304, { postHandshakeAuth: true, ...credential }, { talk: ask }],
	["TLS 1.3", 0x304, {}, {}],
	["TLS 1.3 with a retry", 0x304, {}, { retryGroup: 0x17 }],
	["TLS 1.2", 0x303, {}, {}],
	["TLS 1.3 with authentication after the handshake", 0x304, { postHandshakeAuth: true }, {}],
];

for (const [name, version, secure, script, more] of kinds) {
	describe(`${name}: what is made is closed`, () => {
		test("each call of an accelerator fails once, and no key or memory stays", async t => {
			const [first, good] = await run(version, [{}, {}], secure, script, more);
			assert.equal(good!.code, "closed", good!.message);
			assert.equal(first!.nativeBytes, good!.nativeBytes, "a good connection gives all back");
			assert.equal(good!.keySlots, 0);
			const fails = Object.entries(good!.used).flatMap(([accelerator, calls]) =>
				Array.from({ length: calls }, (_, i) => [accelerator, i + 1] as const),
			);
			assert.ok(fails.length > 60, `${fails.length} calls`);
			t.diagnostic(`${fails.length} calls: ${JSON.stringify(good!.used)}`);
			const results = await run(version, [...fails.map(one => ({ fails: one })), {}], secure, script, more);
			let failed = 0;
			for (const [i, result] of results.entries()) {
				const what = `${fails[i]?.join(" ")}: ${result.code}: ${result.message}`;
				assert.equal(result.keySlots, 0, what);
				assert.ok(
					result.nativeBytes - good!.nativeBytes <= UNMADE_BYTES,
					`${what}: ${result.nativeBytes - good!.nativeBytes} bytes`,
				);
				if (result.code !== "closed") {
					assert.equal(result.code, "crypto", what);
					failed++;
				}
			}
			assert.ok(failed >= 60, `${failed} connections failed`);
			assert.equal(results.at(-1)!.code, "closed", "a good one afterwards");
			t.diagnostic(`${failed} failed in a row`);
		});

		test("native allocations fail once, each so many, and no key or memory stays", async t => {
			const positions = Array.from({ length: 40 }, (_, i) => 1 + i * NATIVE_STEP);
			const scenarios = [{}, ...positions.map(nth => ({ fails: ["native", nth] })), {}];
			const [good, ...results] = await run(version, scenarios, secure, script, more);
			const codes: Record<string, number> = {};
			for (const [i, { code, message: words, keySlots, nativeBytes }] of results.entries()) {
				const what = `allocation ${positions[i]}: ${code}: ${words}`;
				codes[code] = (codes[code] ?? 0) + 1;
				assert.ok(["closed", "out_of_memory", "crypto", "transport"].includes(code), what);
				assert.equal(keySlots, 0, what);
				assert.ok(nativeBytes - good!.nativeBytes <= UNMADE_BYTES, `${what}: ${nativeBytes - good!.nativeBytes} bytes`);
			}
			assert.equal(results.at(-1)!.code, "closed", "a good one afterwards");
			assert.ok(codes["out_of_memory"]! > 5, JSON.stringify(codes));
			t.diagnostic(JSON.stringify(codes));
		});
	});
}

describe("TLS 1.3: a key that is refused", () => {
	test("60 times, and then a good connection", async () => {
		// handshake data goes on where the keys change: at the ServerHello, at Finished, and at a KeyUpdate
		const { leaf, intermediate, root } = identity;
		const kindsOfChange: Partial<Script13>[] = [
			{ edit: (which, bytes) => (which === "ServerHello" ? Buffer.concat([bytes, Buffer.of(8, 0)]) : bytes) },
			{ edit: (which, bytes) => (which === "Finished" ? Buffer.concat([bytes, Buffer.of(4, 0)]) : bytes) },
			{
				talk: async session => {
					session.send(22, Buffer.concat([message(24, Buffer.of(1)), Buffer.of(4, 0)]));
					while (await session.receive());
				},
			},
		];
		const scenarios = Array.from({ length: 61 }, () => ({ settle: SETTLE_MS, patience: 5000 }));
		const pairs = await runPairs(
			61,
			{
				app: "tests/faults/app",
				ca: root.pem,
				secure: { minVersion: 0x304 },
				timeout: 100,
				config: { scenarios: JSON.stringify(scenarios) },
			},
			(socket, i) =>
				new Session13(socket, {
					chain: [leaf.der, intermediate.der],
					key: leaf.key.privateKey,
					talk: answer,
					...(i < 60 ? kindsOfChange[i % 3] : {}),
				}).run(),
		);
		for (const [i, { client }] of pairs.entries()) {
			const { code, message: words, keySlots, nativeBytes } = client as Result;
			assert.equal(code, i < 60 ? "unexpected_message" : "closed", words);
			assert.equal(keySlots, 0, `connection ${i}`);
			assert.equal(nativeBytes, (pairs[60]!.client as Result).nativeBytes, `connection ${i}`);
		}
	});
});
