/*
	record_size_limit (RFC 8449) in both versions, and max_fragment_length (RFC 6066 section 4) in TLS 1.3: asked for by
	memory and by option, kept by both sides, and what is refused. max_fragment_length in TLS 1.2 is in
	resume12.test.ts.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { helloExtensions } from "../peers/hello13.js";
import { u16 } from "../../host-sim/trace/keys13.js";
import { rightExtensions, Session12, type Outcome12 } from "../peers/server12.js";
import { answerRequest, Session13, type Outcome13 } from "../peers/server13.js";
import { extension } from "../peers/wire13.js";
import { runPairs, type ClientOptions, type Pair } from "./connect.js";

const RECORD_SIZE_LIMIT = 28,
	MAX_FRAGMENT_LENGTH = 1;

type Session = Pick<Session13, "outcome" | "receive" | "send">;
interface Given {
	readonly extensions?: Buffer;
	readonly talk?: (session: Session) => Promise<void>;
}

const sizeLimit = (limit: number): Buffer => extension(RECORD_SIZE_LIMIT, u16(limit));
const fragment = (code: number): Buffer => extension(MAX_FRAGMENT_LENGTH, Buffer.of(code));

/** Answers with a record of `length` bytes, and padding where there is some. */
function answering(length: number, padding = 0): (session: Session) => Promise<void> {
	return async session => {
		while (!session.outcome.received.includes("\r\n\r\n")) if (!(await session.receive())) return;
		(session as Session13).send(23, Buffer.alloc(length, "x"), padding);
		session.send(21, Buffer.of(1, 0));
	};
}

for (const [name, number] of [
	["1.2", 0x303],
	["1.3", 0x304],
] as const) {
	const is13 = number === 0x304;
	/** TLS 1.3 counts the byte of the content type, too. */
	const type = is13 ? 1 : 0;

	describe(`TLS ${name}: record limits`, () => {
		let identity: ServerIdentity;
		before(() => {
			identity = makeIdentity(["localhost"]);
		});

		async function run(
			{ extensions = Buffer.alloc(0), talk = answerRequest }: Given,
			secure: object = {},
			more: Partial<ClientOptions> = {},
		): Promise<Pair<Outcome12 | Outcome13>> {
			const { leaf, intermediate, root } = identity;
			const common = {
				chain: [leaf.der, intermediate.der],
				key: leaf.key.privateKey,
				talk: talk as (session: Session12 | Session13) => Promise<void>,
			};
			const options = { ca: root.pem, secure: { minVersion: number, maxVersion: number, ...secure }, ...more };
			const [pair] = await runPairs<Outcome12 | Outcome13>(1, options, socket =>
				is13
					? new Session13(socket, { ...common, encryptedExtensions: extensions }).run()
					: new Session12(socket, { ...common, extensions: Buffer.concat([...rightExtensions, extensions]) }).run(),
			);
			return pair!;
		}

		function expectRefused({ client, server }: Pair<Outcome12 | Outcome13>, code: string, alert: number): void {
			assert.equal(client.code, code, client.message);
			assert.equal(server.alert, alert, client.message);
			assert.equal(client.length, 0);
		}

		test("with memory for all of it the longest record is named, and nothing else", async () => {
			const { client, server } = await run({});
			assert.equal(client.code, "closed", client.message);
			const { data } = helloExtensions(server.hello);
			assert.deepEqual(data.get(RECORD_SIZE_LIMIT), u16(16384 + type));
			assert.equal(data.has(MAX_FRAGMENT_LENGTH), false);
		});
		test("without, both are asked for, of the same length", async () => {
			const { client, server } = await run({}, {}, { memory: 32768 });
			assert.equal(client.code, "closed", client.message);
			const { data } = helloExtensions(server.hello);
			const limit = data.get(RECORD_SIZE_LIMIT)!.readUInt16BE(0) - type;
			const code = data.get(MAX_FRAGMENT_LENGTH)![0]!;
			assert.ok(limit >= 512 && limit < 16384, `${limit} bytes`);
			assert.ok(256 << code <= limit && (code === 4 || 512 << code > limit), `${limit} bytes and ${256 << code}`);
		});

		for (const limit of [64, 1000, 4097, 16384 + type]) {
			test(`a limit of ${limit}: a record of just that length is taken`, async () => {
				const { client } = await run(
					{ extensions: sizeLimit(16385), talk: answering(limit - type) },
					{ recordSizeLimit: limit },
				);
				assert.equal(client.code, "closed", client.message);
				assert.equal(client.length, limit - type);
			});
			test(`a limit of ${limit}: a longer one is refused`, async () =>
				expectRefused(
					await run({ extensions: sizeLimit(16385), talk: answering(limit - type + 1) }, { recordSizeLimit: limit }),
					"record_too_long",
					22,
				));
		}
		if (is13)
			test("padding counts", async () => {
				const { client } = await run(
					{ extensions: sizeLimit(16385), talk: answering(900, 99) },
					{ recordSizeLimit: 1000 },
				);
				assert.equal(client.length, 900, client.message);
				expectRefused(
					await run({ extensions: sizeLimit(16385), talk: answering(900, 100) }, { recordSizeLimit: 1000 }),
					"record_too_long",
					22,
				);
			});
		test("a server that does not answer may send what it likes", async () => {
			const { client } = await run({ talk: answering(16384) }, { recordSizeLimit: 512 });
			assert.equal(client.length, 16384, client.message);
		});
		for (const limit of [64, 65, 100, 512, 16385, 0xffff]) {
			test(`a server that takes ${limit} bytes gets no more`, async () => {
				const { client, server } = await run({ extensions: sizeLimit(limit) });
				assert.equal(client.code, "closed", client.message);
				assert.match(server.received.toString(), /^GET .*\r\n\r\n$/s);
				const { lengths } = server;
				assert.ok(
					lengths!.every(length => length <= limit),
					`${lengths}`,
				);
				assert.equal(
					lengths!.some(length => length === limit),
					limit < server.received.length,
					`${lengths}`,
				);
			});
		}
		if (is13)
			test("max_fragment_length: kept, and more is refused", async () => {
				const { client } = await run(
					{ extensions: fragment(2), talk: answering(1024) },
					{ tls_max_fragment_length: 1024 },
				);
				assert.equal(client.length, 1024, client.message);
				expectRefused(
					await run({ extensions: fragment(2), talk: answering(1025) }, { tls_max_fragment_length: 1024 }),
					"record_too_long",
					22,
				);
			});

		const both = { tls_max_fragment_length: 512, recordSizeLimit: 1024 };
		for (const [what, extensions, secure, code, alert] of [
			["63 bytes, fewer than any server may name", sizeLimit(63), {}, "illegal_parameter", 47],
			["none", sizeLimit(0), {}, "illegal_parameter", 47],
			["a limit of one byte's length", extension(RECORD_SIZE_LIMIT, Buffer.of(64)), {}, "decode_error", 50],
			["a limit with a byte after it", extension(RECORD_SIZE_LIMIT, Buffer.of(4, 0, 0)), {}, "decode_error", 50],
			["a limit twice", Buffer.concat([sizeLimit(1024), sizeLimit(1024)]), {}, "illegal_parameter", 47],
			[
				"a limit that was not asked for",
				sizeLimit(1024),
				{ tls_max_fragment_length: 512 },
				"unsupported_extension",
				110,
			],
			["another maximum fragment length", fragment(2), both, "illegal_parameter", 47],
			["a maximum fragment length that does not exist", fragment(5), both, "illegal_parameter", 47],
			["an empty maximum fragment length", extension(MAX_FRAGMENT_LENGTH), both, "decode_error", 50],
			["a maximum fragment length that was not asked for", fragment(1), {}, "unsupported_extension", 110],
			["both", Buffer.concat([fragment(1), sizeLimit(1024)]), both, "illegal_parameter", 47],
		] as const) {
			test(`refused: ${what}`, async () => expectRefused(await run({ extensions }, secure), code, alert));
		}
	});
}
