/*
	A turn of the event loop in which TLS hands over many short records, each with lines of a response. The client
	leaves what is too much for later turns.
*/

import { note, ok, test } from "test/harness";
import { meter } from "simulator";
import { FakeSocket, first, newClient, until } from "test/unit/https/peer";

/** Records that TLS opens in a turn. */
const RECORDS = 8;

/** Most steps of a turn, those of the test's socket included. */
const MAX_STEPS = 30_000;

const bytes = (text: string): Uint8Array => new Uint8Array(ArrayBuffer.fromString(text));

/** The most steps of `RECORDS` times `record` in one turn, after `head`. */
async function worstTurn(head: string, record: string): Promise<number> {
	FakeSocket.reset();
	const client = newClient({ maxHeaderBytes: 65536, maxHeaders: 1024, onError() {} });
	client.request({});
	await until(() => FakeSocket.all.length > 0, "the connection");
	const socket = first()!;
	await until(() => socket.sent.includes("\r\n\r\n"), "the request");
	socket.feed(bytes(head));
	const piece = bytes(record);
	let worst = 0;
	for (let turns = 0; turns < 3; turns++) {
		await until(() => socket.received.length === 0, "all is read");
		const before = meter();
		// TLS opens no further record while data waits
		for (let i = 0; i < RECORDS && socket.received.length === 0; i++) socket.feed(piece);
		worst = Math.max(worst, meter() - before);
	}
	client.close();
	return worst;
}

const ok200 = "HTTP/1.1 200 OK\r\n";
const isChunked = `${ok200}transfer-encoding: chunked\r\n\r\n`;

for (const [name, head, record] of [
	["long lines", ok200, `${"a".repeat(100)}:${"b".repeat(97)}\r\n`],
	["short lines", ok200, "a:b\r\n".repeat(40)],
	["lines that are not ASCII", ok200, `a:${"\u00e9".repeat(98)}\r\n`],
	["chunks of a byte", isChunked, "1\r\nx\r\n".repeat(34)],
	["chunks in parts", isChunked, "1\r\nx\r\n"],
] as const)
	test(`many records in one turn: ${name}`, async () => {
		const steps = await worstTurn(head, record);
		ok(steps <= MAX_STEPS, `${steps} steps`);
		note(`${name}: ${steps} steps in a turn`);
	});
