/*
	Floods: what a server may send many of, and how many. What counts are messages, and not the records that they come
	in.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { vector } from "../../host-sim/trace/keys13.js";
import { Session12, type Script12 } from "../peers/server12.js";
import { Session13, type Script13 } from "../peers/server13.js";
import { message, plainRecord } from "../peers/wire13.js";
import { runPairs, type Pair } from "./connect.js";

const CHANGE_CIPHER_SPEC = 20,
	ALERT = 21,
	HANDSHAKE = 22,
	DATA = 23;
const WARNING = 1,
	FATAL = 2,
	CLOSE_NOTIFY = 0,
	USER_CANCELED = 90,
	UNRECOGNIZED_NAME = 112;

/** MAX_CHANGE_CIPHER_SPECS and MAX_IGNORED of modules/connection/driver.ts, MAX_IDLE_MESSAGES of lifecycle.ts. */
const MAX_CHANGE_CIPHER_SPECS = 32,
	MAX_IGNORED = 16,
	MAX_IDLE_MESSAGES = 256;

interface Outcome {
	readonly finished: boolean;
	readonly alert: number | undefined;
}

const times = (count: number, record: Buffer): Buffer[] => Array<Buffer>(count).fill(record);
const changeCipherSpec = plainRecord(CHANGE_CIPHER_SPEC, Buffer.of(1));
const alertRecord = (level: number, description: number): Buffer => plainRecord(ALERT, Buffer.of(level, description));
const ticket = message(4, Buffer.alloc(8, 1), vector(1, Buffer.of(0)), vector(2, Buffer.alloc(100)), vector(2));
const requested = message(24, Buffer.of(1));

let identity: ServerIdentity;
before(() => {
	identity = makeIdentity(["localhost"]);
});

function run13(scripts: Partial<Script13>[], secure: object = {}): Promise<Pair<Outcome>[]> {
	const { leaf, intermediate, root } = identity;
	return runPairs<Outcome>(
		scripts.length,
		{ ca: root.pem, secure: { minVersion: 0x304, ...secure }, timeout: 100 },
		(socket, i) =>
			new Session13(socket, { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, ...scripts[i] }).run(),
	);
}

function run12(scripts: Partial<Script12>[]): Promise<Pair<Outcome>[]> {
	const { leaf, intermediate, root } = identity;
	return runPairs<Outcome>(scripts.length, { ca: root.pem, secure: { maxVersion: 0x303 }, timeout: 100 }, (socket, i) =>
		new Session12(socket, { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, ...scripts[i] }).run(),
	);
}

function expectGood({ client, server }: Pair<Outcome>, text = "hello"): void {
	assert.equal(client.code, "closed", client.message);
	assert.ok(client.text.endsWith(text), client.text);
	assert.equal(server.finished, true);
}

function expectRefused({ client, server }: Pair<Outcome>, code: string, alert: number | undefined, says: RegExp): void {
	assert.equal(client.code, code, client.message);
	assert.match(client.message, says);
	assert.equal(server.alert, alert, client.message);
}

type Session = Session12 | Session13;

/** Once the request has come: sends what `flood` does, an answer, and close_notify. */
function talking<S extends Session>(
	flood: (session: S) => void | Promise<void>,
): { talk(session: Session): Promise<void> } {
	return {
		talk: async session => {
			while (!session.outcome.received.includes("\r\n\r\n")) if (!(await session.receive())) return;
			await flood(session as S);
			session.send(DATA, Buffer.from("hello"));
			session.send(ALERT, Buffer.of(WARNING, CLOSE_NOTIFY));
		},
	};
}

describe("TLS 1.3: floods during the handshake", () => {
	const before = (records: Buffer[]): Partial<Script13> => ({ editRecords: (_, flight) => [...records, ...flight] });
	const behindHello = (records: Buffer[]): Partial<Script13> => ({
		editRecords: (name, flight) => (name === "hello" ? [...flight, ...records] : flight),
	});

	test("change_cipher_spec records are dropped, as many as are allowed", async () => {
		for (const pair of await run13([
			behindHello(times(MAX_CHANGE_CIPHER_SPECS, changeCipherSpec)),
			before(times(MAX_CHANGE_CIPHER_SPECS / 2, changeCipherSpec)),
		]))
			expectGood(pair);
	});
	test("one change_cipher_spec more", async () => {
		const [pair] = await run13([behindHello(times(MAX_CHANGE_CIPHER_SPECS + 1, changeCipherSpec))]);
		expectRefused(pair!, "unexpected_message", 10, /unexpected change_cipher_spec/);
	});
	test("user_canceled, as often as is allowed, in the clear", async () => {
		const [pair] = await run13([
			{
				editRecords: (name, flight) =>
					name === "hello" ? [...times(MAX_IGNORED, alertRecord(WARNING, USER_CANCELED)), ...flight] : flight,
			},
		]);
		expectGood(pair!);
	});
	test("user_canceled once more, and without end", async () => {
		for (const count of [MAX_IGNORED + 1, 20000]) {
			const [pair] = await run13([
				{
					editRecords: (name, flight) =>
						name === "hello" ? [...times(count, alertRecord(WARNING, USER_CANCELED)), ...flight] : flight,
				},
			]);
			// with so much unread, TCP is reset, and the alert may be lost
			expectRefused(pair!, "unexpected_message", count === 20000 ? pair!.server.alert : 10, /more than 16 warnings/);
		}
	});
	test("user_canceled as a fatal alert, and a warning that TLS 1.3 does not know", async () => {
		for (const [level, description] of [
			[FATAL, USER_CANCELED],
			[WARNING, UNRECOGNIZED_NAME],
			[FATAL, UNRECOGNIZED_NAME],
		] as const) {
			const [pair] = await run13([{ editRecords: () => [alertRecord(level, description)] }]);
			expectRefused(
				pair!,
				"peer_alert",
				undefined,
				description === USER_CANCELED ? /user_canceled/ : /unrecognized_name/,
			);
		}
	});
});

describe("TLS 1.3: floods after the handshake", () => {
	const pieces = (session: Session13, bytes: Buffer, size: number): void => {
		for (let at = 0; at < bytes.length; at += size) session.send(HANDSHAKE, bytes.subarray(at, at + size));
	};

	test("tickets in more records than messages may be, and 40 in a row", async () => {
		const pairs = await run13([
			talking<Session13>(session => pieces(session, ticket, 1)),
			talking<Session13>(session => {
				for (let i = 0; i < 40; i++) session.send(HANDSHAKE, ticket);
			}),
			talking<Session13>(session => session.send(HANDSHAKE, Buffer.concat(times(40, ticket)))),
		]);
		for (const pair of pairs) expectGood(pair);
	});

	for (const [name, flood] of Object.entries({
		tickets: (session: Session13, count: number) => {
			for (let i = 0; i < count; i++) session.send(HANDSHAKE, ticket);
		},
		"tickets, many in a record": (session: Session13, count: number) => {
			for (let i = 0; i < count; i += 64)
				session.send(HANDSHAKE, Buffer.concat(times(Math.min(64, count - i), ticket)));
		},
		KeyUpdates: (session: Session13, count: number) => {
			for (let i = 0; i < count; i++) {
				session.send(HANDSHAKE, message(24, Buffer.of(0)));
				session.writeKey!.update();
			}
		},
		"empty records": (session: Session13, count: number) => {
			for (let i = 0; i < count; i++) session.send(DATA, Buffer.alloc(0));
		},
		user_canceled: (session: Session13, count: number) => {
			for (let i = 0; i < count; i++) session.send(ALERT, Buffer.of(WARNING, USER_CANCELED));
		},
	})) {
		test(`${name}: as many as are allowed, again after data; and one more`, async () => {
			const [good, bad] = await run13([
				talking<Session13>(session => {
					flood(session, MAX_IDLE_MESSAGES);
					session.send(DATA, Buffer.from("and "));
					flood(session, MAX_IDLE_MESSAGES);
				}),
				talking<Session13>(session => flood(session, MAX_IDLE_MESSAGES + 1)),
			]);
			expectGood(good!, "and hello");
			expectRefused(bad!, "unexpected_message", 10, /more than 256 messages in a row without application data/);
			assert.equal(bad!.client.length, 0);
		});
	}

	/** KeyUpdates that the client sends until there is something else, or nothing for a while. */
	async function countAnswers(session: Session13): Promise<number> {
		for (let answers = 0; ; answers++) {
			const record = await Promise.race([
				session.receive(),
				new Promise<undefined>(resolve => {
					setTimeout(() => resolve(undefined), 600);
				}),
			]);
			if (record?.type !== HANDSHAKE) return answers;
			assert.deepEqual(record.content, message(24, Buffer.of(0)));
			session.readKey!.update();
		}
	}

	test("several requests for a KeyUpdate get one answer, without data, too", async () => {
		const seen: number[] = [];
		const pairs = await run13(
			[1, 2, 200].map(count => ({
				talk: async (session: Session13) => {
					while (!session.outcome.received.includes("\r\n\r\n")) await session.receive();
					for (let i = 0; i < count; i++) {
						session.send(HANDSHAKE, requested);
						session.writeKey!.update();
					}
					const counting = countAnswers(session);
					await new Promise(resolve => setTimeout(resolve, 500));
					session.send(DATA, Buffer.from("hello"));
					session.send(ALERT, Buffer.of(WARNING, CLOSE_NOTIFY));
					seen.push(await counting);
				},
			})),
		);
		for (const pair of pairs) expectGood(pair);
		assert.deepEqual(seen, [1, 1, 1]);
	});

	test("the answer comes before the next data", async () => {
		const types: number[] = [];
		const { leaf, intermediate, root } = identity;
		const [pair] = await runPairs<Outcome>(
			1,
			{ ca: root.pem, secure: { minVersion: 0x304 }, lines: ["first", "second"] },
			socket =>
				new Session13(socket, {
					chain: [leaf.der, intermediate.der],
					key: leaf.key.privateKey,
					talk: async session => {
						while (!session.outcome.received.includes("first")) await session.receive();
						for (let i = 0; i < 5; i++) {
							session.send(HANDSHAKE, requested);
							session.writeKey!.update();
						}
						session.send(DATA, Buffer.from("go on"));
						while (!session.outcome.received.includes("second")) {
							const record = await session.receive();
							if (!record) return;
							types.push(record.type);
							if (record.type === HANDSHAKE) session.readKey!.update();
						}
						session.send(DATA, Buffer.from("hello"));
						session.send(ALERT, Buffer.of(WARNING, CLOSE_NOTIFY));
					},
				}).run(),
		);
		expectGood(pair!);
		assert.deepEqual(types, [HANDSHAKE, DATA]);
	});
});

describe("TLS 1.2: floods", () => {
	const starting = (records: Buffer[]): Partial<Script12> => ({
		editRecords: (name, flight) => (name === "hello" ? [...records, ...flight] : flight),
	});

	test("warnings and HelloRequests during the handshake, as many as are allowed", async () => {
		const kinds = [alertRecord(WARNING, USER_CANCELED), alertRecord(WARNING, UNRECOGNIZED_NAME)];
		for (const pair of await run12(kinds.map(record => starting(times(MAX_IGNORED, record))))) expectGood(pair);
		const [pair] = await run12([
			{
				editRecords: (name, flight) =>
					name === "hello"
						? [flight[0]!, ...times(MAX_IGNORED, plainRecord(HANDSHAKE, message(0))), ...flight.slice(1)]
						: flight,
			},
		]);
		expectGood(pair!);
	});
	test("one more, and without end", async () => {
		for (const count of [MAX_IGNORED + 1, 20000])
			for (const record of [alertRecord(WARNING, USER_CANCELED), alertRecord(WARNING, UNRECOGNIZED_NAME)]) {
				const [pair] = await run12([starting(times(count, record))]);
				expectRefused(pair!, "unexpected_message", count === 20000 ? pair!.server.alert : 10, /more than 16 warnings/);
			}
		const [pair] = await run12([
			{
				editRecords: (name, flight) =>
					name === "hello"
						? [flight[0]!, ...times(MAX_IGNORED + 1, plainRecord(HANDSHAKE, message(0))), ...flight.slice(1)]
						: flight,
			},
		]);
		expectRefused(pair!, "unexpected_message", 10, /more than 16 warnings/);
	});
	test("fatal alerts are not passed over, in the handshake and after it", async () => {
		for (const [description, says] of [
			[USER_CANCELED, /user_canceled/],
			[UNRECOGNIZED_NAME, /unrecognized_name/],
			[100, /no_renegotiation/],
		] as const) {
			const pairs = await run12([
				starting([alertRecord(FATAL, description)]),
				talking<Session12>(session => session.send(ALERT, Buffer.of(FATAL, description))),
			]);
			for (const pair of pairs) expectRefused(pair, "peer_alert", undefined, says);
		}
	});
	test("change_cipher_spec before the ServerHello, and twice, as ever", async () => {
		const [early, twice] = await run12([
			starting([changeCipherSpec]),
			{
				editRecords: (name, flight) =>
					name === "finish"
						? flight.flatMap(record => (record[0] === CHANGE_CIPHER_SPEC ? [record, record] : [record]))
						: flight,
			},
		]);
		expectRefused(early!, "unexpected_message", 10, /change_cipher_spec/);
		expectRefused(twice!, "unexpected_message", 10, /change_cipher_spec/);
	});
	for (const [name, flood] of Object.entries({
		"empty records": (session: Session12, count: number) => {
			for (let i = 0; i < count; i++) session.send(DATA, Buffer.alloc(0));
		},
		warnings: (session: Session12, count: number) => {
			for (let i = 0; i < count; i++) session.send(ALERT, Buffer.of(WARNING, USER_CANCELED));
		},
		HelloRequests: (session: Session12, count: number) => {
			for (let i = 0; i < count; i++) session.send(HANDSHAKE, message(0));
		},
	})) {
		test(`${name}: as many as are allowed, and one more`, async () => {
			const [good, bad] = await run12([
				talking<Session12>(session => flood(session, MAX_IDLE_MESSAGES)),
				talking<Session12>(session => flood(session, MAX_IDLE_MESSAGES + 1)),
			]);
			expectGood(good!);
			expectRefused(bad!, "unexpected_message", 10, /more than 256 messages in a row without application data/);
		});
	}
});
