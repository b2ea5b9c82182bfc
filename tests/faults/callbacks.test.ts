/*
	What an application and a TCP class can do to a connection. Callbacks throw, close, read and write. Arguments are
	wrong, writes are many and small. The TCP class throws or reports an error in the middle of a call.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { Session12, type Outcome12, type Script12 } from "../peers/server12.js";
import { Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { runPairs, type ClientResult, type Pair } from "./connect.js";

/** What the app in tests/faults/app says of each scenario. */
interface Result extends ClientResult {
	readonly log: readonly string[];
	/** Callbacks with another `this` than the client, or that came after the end or from inside a call. */
	readonly wrong: readonly string[];
	readonly counts: Readonly<Record<string, number>>;
	readonly promised: number;
}

type Outcome = Outcome12 | Outcome13;
type Session = Session12 | Session13;

let identity: ServerIdentity;
before(() => {
	identity = makeIdentity(["localhost"]);
});

const wait = (ms: number): Promise<void> =>
	new Promise(resolve => {
		setTimeout(resolve, ms);
	});

/** A ticket, then two pieces of an answer once the request has come, then the end. */
async function answer(session: Session): Promise<void> {
	if (session instanceof Session13) session.sendTicket(Buffer.from("ticket"));
	while (!session.outcome.received.includes("\r\n\r\n")) if (!(await session.receive())) return;
	// a ticket uses up its turn: data that came with it would be told by a timer, whose errors end the app
	if (session instanceof Session13) await wait(50);
	session.send(23, Buffer.from("one "));
	await wait(150);
	session.send(23, Buffer.from("two"));
	await wait(150);
	session.send(21, Buffer.of(1, 0));
}

/** Runs scenarios in one app. A scenario in which no connection is made has no pair. */
async function run(
	version: 0x303 | 0x304,
	scenarios: readonly object[],
	secure: object = {},
	script: Partial<Script12 & Script13> = {},
): Promise<(Pair<Outcome> & { client: Result })[]> {
	const { leaf, intermediate, root } = identity;
	const options = {
		app: "tests/faults/app",
		ca: root.pem,
		secure: { minVersion: version, maxVersion: version, ...secure },
		config: { scenarios: JSON.stringify(scenarios), client: leaf.pem },
		timeout: 100,
	};
	const common = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, talk: answer, ...script };
	const pairs = await runPairs<Outcome>(scenarios.length, options, socket =>
		version === 0x303
			? new Session12(socket, common as Script12).run()
			: new Session13(socket, common as Script13).run(),
	);
	return pairs as (Pair<Outcome> & { client: Result })[];
}

function expectRight({ client }: { client: Result }, what: string): void {
	assert.deepEqual(client.wrong, [], `${what}: ${JSON.stringify(client)}`);
}

for (const [name, version] of [
	["1.2", 0x303],
	["1.3", 0x304],
] as const) {
	describe(`TLS ${name}: the application`, () => {
		test("every callback is called on the client, from the event loop", async () => {
			const [pair] = await run(version, [{ callback: "every" }]);
			const { client } = pair!;
			expectRight(pair!, "every");
			assert.equal(client.code, "closed", client.message);
			assert.equal(client.text, "one two");
			for (const callback of ["now", "clock", "onHandshake", "onSession", "onWritable", "onReadable", "onError"])
				if (callback !== "onSession" || version === 0x304) assert.ok(client.counts[callback]! > 0, callback);
			assert.equal(client.counts["onHandshake"], 1);
			assert.equal(client.counts["onError"], 1);
		});

		test("a callback that throws leaves the connection as it was", async () => {
			const scenarios = [
				{ callback: "onReadable", does: "throw before reading" },
				{ callback: "onReadable", does: "throw" },
				{ callback: "onReadable", does: "throw", nth: 2 },
				{ callback: "onWritable", does: "throw", nth: 2 },
				{ callback: "onError", does: "throw" },
			];
			const pairs = await run(version, scenarios);
			for (const [i, pair] of pairs.entries()) {
				const { callback, does } = scenarios[i]!,
					what = `${callback} ${does}`;
				expectRight(pair, what);
				assert.equal(pair.client.code, "closed", `${what}: ${pair.client.message}`);
				assert.equal(pair.client.text, "one two", what);
				if (callback !== "onWritable")
					assert.ok(
						pair.client.log.some(line => line.startsWith("caught in")),
						`${what}: ${pair.client.log}`,
					);
			}
		});

		test("close, read and write work from each callback", async () => {
			const places = [
				...["onHandshake", "onWritable", "onReadable", "onError", ...(version === 0x304 ? ["onSession"] : [])].map(
					callback => ({ callback, nth: 1 }),
				),
				...Array.from({ length: 8 }, (_, i) => ({ callback: "now", nth: i + 2 })),
				...[1, 2].map(nth => ({ callback: "clock", nth })),
			];
			for (const does of ["close", "read", "write"]) {
				const scenarios = places.map(place => ({ ...place, does, patience: 1200 }));
				const pairs = await run(version, scenarios);
				for (const [i, pair] of pairs.entries()) {
					const what = `${does} in ${places[i]!.callback} ${places[i]!.nth}`;
					expectRight(pair, what);
					assert.ok(!pair.client.log.some(line => line.includes("internal")), `${what}: ${pair.client.log}`);
					if (does === "close" && places[i]!.callback !== "onError")
						assert.ok(["", "closed"].includes(pair.client.code), `${what}: ${pair.client.code} ${pair.client.message}`);
					else assert.equal(pair.client.code, "closed", `${what}: ${pair.client.message}`);
					if (does !== "close") assert.equal(pair.client.text, "one two", what);
					else if (places[i]!.callback === "now" && pair.client.counts["now"]! >= places[i]!.nth)
						assert.equal(pair.server.alert, 0, `${what}: the server learns of the end`);
				}
			}
		});

		test("sign is called on the client, and may close, read, write and throw", async () => {
			const does = ["", "close", "read", "write", "throw"];
			const pairs = await run(
				version,
				does.map(what => ({ callback: "sign", does: what, patience: 1500 })),
				{},
				{ requestCertificate: true },
			);
			for (const [i, pair] of pairs.entries()) {
				expectRight(pair, does[i]!);
				assert.equal(pair.client.counts["sign"], 1);
			}
			const [plain, close, read, write, thrown] = pairs;
			for (const pair of [plain!, read!, write!]) assert.equal(pair.client.text, "one two", pair.client.message);
			assert.equal(close!.client.code, "");
			assert.equal(close!.server.alert, 0);
			assert.equal(close!.server.finished, false);
			assert.equal(thrown!.client.code, "internal");
			assert.match(thrown!.client.message, /app in sign/);
			assert.equal(thrown!.server.alert, 80);
		});

		test("close in onHandshake is close_notify, during the handshake user_canceled comes before it", async () => {
			const [done, during] = await run(version, [
				{ callback: "onHandshake", does: "close", patience: 500 },
				{ callback: "clock", does: "close", patience: 500 },
			]);
			assert.equal(done!.server.alert, 0);
			assert.equal(done!.server.finished, true);
			assert.equal(during!.server.finished, false);
			assert.equal(during!.client.code, "");
		});

		test("wrong arguments are refused by words that help, and nothing is sent", async () => {
			const [pair] = await run(version, [{ arguments: true }]);
			const { client, server } = pair!;
			assert.equal(client.code, "closed", client.message);
			assert.equal(server.received.toString("latin1"), `${"\0".repeat(6)}GET / HTTP/1.1\r\n\r\n`);
			const expected = [
				/^TypeError : write takes an ArrayBuffer or a view of one, not a string: ArrayBuffer\.fromString\(text\) makes one$/,
				/^TypeError : write takes .* not a number; for single bytes set format = "number"$/,
				/^TypeError : .* not a boolean$/,
				/^TypeError : .* not undefined$/,
				/^TypeError : .* not null$/,
				/^TypeError : .* not an object$/,
				/^TypeError : .* not an object$/,
				/^RangeError : \d+ bytes can't be written, there is room for \d+$/,
				/^TypeError : .* not a function$/,
			];
			for (const [i, words] of expected.entries()) assert.match(client.log[i]!, words);
		});

		test("bytes one by one", async () => {
			const [pair] = await run(version, [{ format: "number" }]);
			assert.equal(pair!.client.code, "closed", pair!.client.message);
			assert.equal(pair!.client.text, "one two");
			assert.equal(pair!.server.received.toString("latin1"), "GET / HTTP/1.1\r\n\r\n");
		});

		test("what onWritable has promised can be written in however many calls, and close loses nothing of it", async () => {
			const sizes = [
				[60000],
				[8, 60000],
				[1],
				[2, 3],
				[100],
				[500],
				[4096, 1],
				[1, 4096],
				[60, 60, 60, 4000],
				[22],
				[2000],
			];
			const pairs = await run(
				version,
				sizes.map(list => ({ sizes: list })),
			);
			for (const [i, { client, server }] of pairs.entries()) {
				assert.ok(client.promised > 5000, String(client.promised));
				assert.equal(server.received.length, client.promised, `${sizes[i]}: ${client.log} ${server.lengths}`);
				assert.match(client.log[0]!, /^RangeError : 60000 bytes can't be written, there is room for \d+$/);
				assert.equal(server.alert, 0, `${sizes[i]}: close_notify comes, too`);
			}
		});
		/** Once so many bytes have come, the server says goodbye. */
		function until(count: number): Partial<Script12 & Script13> {
			return {
				talk: async (session: Session) => {
					while (session.outcome.received.length < count) if (!(await session.receive())) return;
					session.send(21, Buffer.of(1, 0));
				},
			};
		}

		/** Bytes of application data in each record; the last two that are protected are Finished and close_notify. */
		function dataLengths({ server }: Pair<Outcome>): number[] {
			const type = version === 0x304 ? 1 : 0;
			return server.lengths!.map(length => length - type).slice(1, -1);
		}

		function expectBytes(pair: Pair<Outcome> & { client: Result }, count: number, what: string): void {
			expectRight(pair, what);
			const expected = Buffer.from(Array.from({ length: count }, (_, i) => i & 0xff));
			assert.ok(pair.server.received.equals(expected), `${what}: ${pair.server.received.length} of ${count} bytes`);
		}

		test("writes share records: in pieces, in one callback, in one turn of the loop", async () => {
			for (const [what, writes, lengths, more] of [
				["a chunk of a POST", [{ size: 6, more: true }, { size: 1000, more: true }, { size: 2 }], [1008]],
				["its length known", [{ size: 1, more: true, byteLength: 3000 }, { size: 2999 }], [3000]],
				["a header, then the rest", [{ size: 40 }, { size: 700 }], [740]],
				["many small ones", Array(60).fill({ size: 9 }), [540]],
				[
					"from a timer",
					[
						{ size: 40, late: true },
						{ size: 700, late: true },
					],
					[740],
				],
				[
					"pieces from a timer",
					[
						{ size: 3, more: true, late: true },
						{ size: 4, late: true },
					],
					[7],
				],
				["more than a record", [{ size: 100, more: true }, { size: 4100 }], [4096, 104]],
				["an empty last piece", [{ size: 100, more: true }, { size: 0 }], [100]],
				["more that never comes", [{ size: 77, more: true }], [77]],
				["a wrong length", [{ size: 50, more: true, byteLength: 1e9 }, { size: 5 }], [55]],
				["a string among pieces", [{ size: 8, more: true }, { size: -2 }, { size: 8 }], [16]],
				["numbers", [{ size: 30, more: true }, { size: 3 }], [33], { format: "number" }],
				["close after pieces", [{ size: 30, more: true }], [30], { closes: true, patience: 300 }],
			] as const) {
				const count = lengths.reduce((sum, length) => sum + length, 0);
				const [pair] = await run(version, [{ writes, ...more }], {}, until(count));
				expectBytes(pair!, count, what);
				assert.deepEqual(dataLengths(pair!), lengths, what);
				assert.equal(pair!.server.alert, 0, what);
			}
		});

		test("pieces use up what was promised: a full-size publish, and a message of 40 KB", async () => {
			const publish = [{ size: 1, more: true }, { size: 2, more: true }, { size: 24, more: true }, { size: -1 }];
			const [one] = await run(version, [{ writes: publish, closes: true, patience: 300 }]);
			expectBytes(one!, one!.client.promised, "publish");
			assert.ok(one!.client.promised > 5000);
			const [two] = await run(version, [{ total: 40000, patience: 8000 }], {}, until(40000));
			expectBytes(two!, 40000, "message");
			assert.equal(two!.client.code, "closed", two!.client.message);
		});

		test("with short records and padding, too", async () => {
			const sizes = [[8, 60000], [1], [100]];
			for (const secure of [{ maxSendFragment: 512 }, ...(version === 0x304 ? [{ recordPadding: 256 }] : [])]) {
				const pairs = await run(
					version,
					sizes.map(list => ({ sizes: list })),
					secure,
				);
				for (const [i, { client, server }] of pairs.entries())
					assert.equal(server.received.length, client.promised, `${sizes[i]}: ${client.log}`);
			}
		});
	});

	describe(`TLS ${name}: the TCP class`, () => {
		const codes = ["transport", "truncated"];

		test("writes that throw or report an error, each of the connection", async () => {
			const scenarios = [
				"write throws",
				"write reports",
				"write reports and throws",
				"write throws, then has room",
			].flatMap(tcp => Array.from({ length: 6 }, (_, i) => ({ tcp, tcpNth: i + 1, patience: 1500 })));
			const pairs = await run(version, scenarios);
			for (const [i, pair] of pairs.entries()) {
				const what = `${scenarios[i]!.tcp} ${scenarios[i]!.tcpNth}: ${JSON.stringify(pair.client)}`;
				expectRight(pair, what);
				// fewer writes than that
				if (pair.client.code === "closed") assert.ok(scenarios[i]!.tcpNth > 3, what);
				else assert.ok(codes.includes(pair.client.code), what);
				for (const line of pair.client.log) assert.ok(!line.startsWith("Error"), what);
			}
			assert.ok(pairs.filter(({ client }) => codes.includes(client.code)).length >= 9);
		});

		test("reads that throw or report an error, each of the connection", async () => {
			const scenarios = ["read throws", "read reports", "read throws, then has room"].flatMap(tcp =>
				Array.from({ length: 8 }, (_, i) => ({ tcp, tcpNth: i + 1, patience: 1500 })),
			);
			const pairs = await run(version, scenarios);
			for (const [i, pair] of pairs.entries()) {
				const what = `${scenarios[i]!.tcp} ${scenarios[i]!.tcpNth}: ${JSON.stringify(pair.client)}`;
				expectRight(pair, what);
				// a read that gives nothing changes what was received
				if (scenarios[i]!.tcp === "read throws")
					assert.ok(codes.includes(pair.client.code) || scenarios[i]!.tcpNth > 5, what);
				else assert.ok(!["", "internal"].includes(pair.client.code), what);
			}
		});

		test("a server that says something and closes, to an app that answers late: write throws TLSError", async () => {
			for (const isCut of [false, true]) {
				const talk = async (session: Session): Promise<void> => {
					while (!session.outcome.received.includes("\r\n\r\n")) if (!(await session.receive())) return;
					for (const letter of "xyz") session.send(23, Buffer.alloc(1000, letter));
					if (!isCut) session.send(21, Buffer.of(1, 0));
					session.socket.end();
				};
				const [pair] = await run(version, [{ late: 150, patience: 5000 }], {}, { talk });
				const { client } = pair!;
				expectRight(pair!, "late");
				assert.equal(client.code, isCut ? "truncated" : "closed", client.message);
				assert.equal(client.text.length, 3000);
				const refused = client.log.filter(line => line.includes("Error"));
				assert.ok(
					refused.length >= 1 && refused.every(line => /^TLSError (transport|truncated|closed): /.test(line)),
					client.log.join(),
				);
			}
		});

		test("close that throws", async () => {
			const [pair] = await run(version, [{ tcp: "close throws" }]);
			expectRight(pair!, "close");
			assert.equal(pair!.client.code, "closed");
			assert.equal(pair!.client.text, "one two");
		});
	});
}

describe("the TCP class's constructor", () => {
	async function make(tcp: string): Promise<Result> {
		const { root } = identity;
		const { runClient } = await import("./connect.js");
		const [result] = await runClient(1, 1, {
			app: "tests/faults/app",
			ca: root.pem,
			config: { scenarios: JSON.stringify([{ tcp, patience: 1000 }]) },
		});
		return result as Result;
	}

	test("throws", async () => {
		const client = await make("constructor throws");
		assert.equal(client.code, "transport");
		assert.match(client.message, /TCP can't be opened: Error: TCP in constructor/);
	});
	test("reports an error at once", async () => {
		const client = await make("constructor reports");
		assert.equal(client.code, "transport", client.message);
		assert.match(client.message, /no connection to localhost/);
		assert.deepEqual(client.wrong, []);
	});
});
