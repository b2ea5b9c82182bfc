/*
	What a TLS 1.2 client must refuse where a session goes on, and where a ticket or a maximum fragment length is agreed
	on (RFC 5246 section 7.3, RFC 5077, RFC 7627 section 5.3, RFC 6066 section 4). The first connection makes the
	session; each of the others offers it.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { vector } from "../../host-sim/trace/keys13.js";
import { rightExtensions, Session12, type MessageName12, type Outcome12, type Script12 } from "../peers/server12.js";
import { extension, message, plainRecord } from "../peers/wire13.js";
import { runClient, runPairs, type Pair } from "./connect.js";
import { bodyPlaces, expectRefusals, flip, illegal, malformed, unexpected } from "./fault.js";
import { changing as changed } from "./script12.js";

interface Fault {
	readonly name: string;
	readonly script: Partial<Script12>;
	/** TLSError's code. */
	readonly code: string;
	readonly alert: number;
}

function changing(
	name: MessageName12,
	change: (message: Buffer) => Uint8Array | undefined,
	more: Partial<Script12> = {},
): Partial<Script12> {
	return changed(name, change, more)();
}

const ticket = Buffer.alloc(60, "t");

const resumeFaults: Fault[] = [
	{
		name: "the Finished of the wrong side",
		script: { finishedLabel: "client finished" },
		code: "bad_finished",
		alert: 51,
	},
	...bodyPlaces.map(([which, at]) => ({
		name: `a flipped bit in the ${which} byte of Finished`,
		script: changing("Finished", bytes => flip(bytes, at)),
		code: "bad_finished",
		alert: 51,
	})),
	{
		name: "a Finished that is cut short",
		script: changing("Finished", bytes => message(20, bytes.subarray(4, -1))),
		...malformed,
	},
	{
		name: "a Finished that is too long",
		script: changing("Finished", bytes => message(20, bytes.subarray(4), Buffer.of(0))),
		...malformed,
	},
	{
		name: "another suite than the session's",
		script: { suite: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" },
		...illegal,
	},
	{
		name: "without the extended master secret",
		script: { extensions: Buffer.concat([rightExtensions[1]!, rightExtensions[2]!]) },
		code: "handshake_failure",
		alert: 40,
	},
	{
		name: "Certificate follows, as if it were a full handshake",
		script: changing("ServerHello", bytes => Buffer.concat([bytes, message(11, vector(3))])),
		...unexpected,
	},
	{
		name: "ServerHelloDone follows",
		script: changing("ServerHello", bytes => Buffer.concat([bytes, message(14)])),
		...unexpected,
	},
	{
		name: "Finished in the clear",
		script: changing("ServerHello", bytes => Buffer.concat([bytes, message(20, Buffer.alloc(12))])),
		...unexpected,
	},
	{
		name: "ChangeCipherSpec is left out",
		script: {
			editRecords: (which, records) =>
				which === "finish" ? [plainRecord(22, message(20, Buffer.alloc(12)))] : records,
		},
		...unexpected,
	},
	{
		name: "ChangeCipherSpec comes twice",
		script: { editRecords: (which, records) => (which === "finish" ? [records[0]!, ...records] : records) },
		...unexpected,
	},
	{ name: "data before Finished", script: { early: Buffer.from("early") }, ...unexpected },
	{
		name: "a ticket that was announced is left out",
		script: changing("NewSessionTicket", () => undefined, { ticket }),
		...unexpected,
	},
	{ name: "a ticket comes unannounced", script: { ticket, extensions: Buffer.concat(rightExtensions) }, ...unexpected },
	{
		name: "a ticket comes twice",
		script: changing("NewSessionTicket", bytes => Buffer.concat([bytes, bytes]), { ticket }),
		...unexpected,
	},
	{
		name: "a ticket with a byte too many",
		script: changing("NewSessionTicket", bytes => message(4, bytes.subarray(4), Buffer.of(0)), { ticket }),
		...malformed,
	},
	...[0, 3, 5, 6, 20].map(length => ({
		name: `a ticket of ${length} bytes in all`,
		script: changing("NewSessionTicket", bytes => message(4, bytes.subarray(4, 4 + length)), { ticket }),
		...malformed,
	})),
	{ name: "a record with another key", script: { resume: Buffer.alloc(48) }, code: "bad_record_mac", alert: 20 },
];

/** A record in the clear, in pieces of 1,000 bytes. */
function inPieces(record: Buffer): Buffer[] {
	const body = record.subarray(5);
	return Array.from({ length: Math.ceil(body.length / 1000) }, (_, i) =>
		plainRecord(record[0]!, body.subarray(1000 * i, 1000 * (i + 1))),
	);
}

describe("TLS 1.2: sessions that go on", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	/** The first script makes a session, with a ticket or not; the others go on with it. */
	function runAll(scripts: Partial<Script12>[], options: object = {}): Promise<Pair<Outcome12>[]> {
		const { leaf, intermediate, root } = identity;
		let first: Session12;
		return runPairs(1 + scripts.length, { ca: root.pem, session: "", ...options }, (socket, i) => {
			const right = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
			if (i === 0) return (first = new Session12(socket, { ...right, ticket })).run();
			return new Session12(socket, { ...right, resume: first.master, ...scripts[i - 1] }).run();
		});
	}

	for (const variant of variants) {
		for (const [title, secure] of [
			["both versions", {}],
			["TLS 1.2", { maxVersion: 0x303 }],
		] as const) {
			test(`what is right, ${title} offered (${variant})`, async () => {
				const pairs = await runAll(
					[
						{},
						{ ticket: Buffer.from("another") },
						{},
						changing("NewSessionTicket", () => message(4, Buffer.alloc(6)), { ticket }),
						{},
					],
					{ variant, secure },
				);
				assert.deepEqual(
					pairs.map(({ client }) => client.negotiated?.resumed),
					[false, true, true, true, true, true],
					pairs.map(({ client }) => client.message).join(),
				);
				assert.deepEqual(
					pairs.map(({ client }) => client.session !== undefined),
					[true, false, true, false, false, false],
				);
				for (const { client, server } of pairs) {
					assert.equal(client.code, "closed", client.message);
					assert.match(client.text, /hello$/);
					assert.ok(server.finished);
				}
				assert.deepEqual(pairs[1]!.server.messages, [], "nothing but Finished goes out");
			});
		}
	}

	test("a ticket that memory has no room for is passed over, and the connection goes on without it", async () => {
		const { leaf, intermediate, root } = identity;
		const lengths = [1000, 60_000];
		const pairs = await runPairs(
			lengths.length,
			{ ca: root.pem, session: "", secure: { maxMessage: 0xffff }, memory: 49_152 },
			(socket, i) =>
				new Session12(socket, {
					chain: [leaf.der, intermediate.der],
					key: leaf.key.privateKey,
					ticket: Buffer.alloc(lengths[i]!, "t"),
					editRecords: (_, records) => records.flatMap(inPieces),
				}).run(),
		);
		for (const { client, server } of pairs) {
			assert.equal(client.code, "closed", client.message);
			assert.match(client.text, /hello$/);
			assert.ok(server.finished);
		}
		assert.deepEqual(
			pairs.map(({ client }) => client.session !== undefined),
			[true, false],
		);
	});

	test("what is wrong", async t => {
		const pairs = await runAll(resumeFaults.map(({ script }) => script));
		await expectRefusals(t, resumeFaults, pairs.slice(1));
	});
});

describe("TLS 1.2: max_fragment_length", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	function run(script: Partial<Script12>, secure: object): Promise<Pair<Outcome12>[]> {
		const { leaf, intermediate, root } = identity;
		return runPairs(1, { ca: root.pem, secure }, socket =>
			new Session12(socket, { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, ...script }).run(),
		);
	}

	/** Answers with a record of `length` bytes. */
	function answering(length: number): Partial<Script12> {
		return {
			talk: async session => {
				while (!session.outcome.received.includes("\r\n\r\n")) if (!(await session.receive())) return;
				session.send(23, Buffer.alloc(length, "x"));
				session.send(21, Buffer.of(1, 0));
			},
		};
	}

	const agreed = (code: number): Buffer => Buffer.concat([...rightExtensions, extension(1, Buffer.of(code))]);

	for (const [code, length] of [
		[1, 512],
		[2, 1024],
		[3, 2048],
		[4, 4096],
	] as const) {
		test(`${length} bytes`, async () => {
			const [pair] = await run({ extensions: agreed(code), ...answering(length) }, { tls_max_fragment_length: length });
			assert.equal(pair!.client.code, "closed", pair!.client.message);
			assert.equal(pair!.client.length, length);
			const hello = pair!.server.hello.toString("hex");
			assert.ok(hello.includes(`000100010${code}`), "it is asked for");
		});
		test(`more than ${length} bytes`, async () => {
			const [pair] = await run(
				{ extensions: agreed(code), ...answering(length + 1) },
				{ tls_max_fragment_length: length },
			);
			assert.equal(pair!.client.code, "record_too_long", pair!.client.message);
			assert.equal(pair!.server.alert, 22);
			assert.equal(pair!.client.length, 0);
		});
	}
	test("not answered: records of any length", async () => {
		const [pair] = await run(answering(16384), { tls_max_fragment_length: 512 });
		assert.equal(pair!.client.length, 16384, pair!.client.message);
	});
	for (const [name, extensions] of [
		["another length", agreed(2)],
		["an invalid length", agreed(9)],
		["record_size_limit beside it", Buffer.concat([agreed(1), extension(28, Buffer.of(4, 0))])],
	] as const) {
		test(name, async () => {
			const [pair] = await run({ extensions }, { tls_max_fragment_length: 512, recordSizeLimit: 1024 });
			assert.equal(pair!.client.code, "illegal_parameter", pair!.client.message);
			assert.equal(pair!.server.alert, 47);
		});
	}
	test("unasked", async () => {
		const [pair] = await run({ extensions: agreed(1) }, {});
		assert.equal(pair!.client.code, "unsupported_extension", pair!.client.message);
		assert.equal(pair!.server.alert, 110);
	});
	test("a number that there is not", async () => {
		const { root } = identity;
		const [result] = await runClient(1, 1, { ca: root.pem, secure: { tls_max_fragment_length: 700 } });
		assert.equal(result?.code, "configuration");
		assert.match(result.message, /tls_max_fragment_length/);
	});
});
