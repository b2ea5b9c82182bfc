/*
	HTTPRequest.read() in an arena that something else fills.
*/

import { equal, note, ok, test } from "test/harness";
import { answer, FakeSocket, first, newClient, until } from "test/unit/https/peer";
import type { HTTPRequest } from "tls/https";
import type { TLSError } from "tls/errors";
import { roomForBuffer } from "tls/wire/memory";

const BODY_BYTES = 2000;
const response = `HTTP/1.1 200 OK\r\ncontent-length: ${BODY_BYTES}\r\n\r\n${"x".repeat(BODY_BYTES)}`;

/**
 * Requests a body, and reads it once for each `onReadable`, with `spare` bytes free. Returns the pieces, and how it
 * ended.
 */
async function get(spare: number): Promise<{ pieces: number[]; code: string | undefined }> {
	FakeSocket.reset();
	// a list that grows would need room, too
	const lengths = new Uint16Array(400);
	let count = 0;
	let code: string | undefined = "none";
	const client = newClient({ onError() {} });
	client.request({
		onReadable(this: HTTPRequest) {
			const held = new Uint8Array(roomForBuffer(0x7fffff) - spare);
			const piece = this.read();
			lengths[count++] = piece ? piece.byteLength : 0;
			if (held[0]) throw piece;
		},
		onDone(error) {
			code = (error as TLSError | null)?.code;
		},
	});
	await answer(first, 1, response);
	await until(() => code !== "none", `the end with ${spare} bytes`);
	client.close();
	return { pieces: Array.from(lengths.subarray(0, count)), code };
}

test("a body for which there is little room comes in parts; if there is none, the request ends", async () => {
	let parts = 0,
		refused = 0,
		fewest = BODY_BYTES;
	for (const spare of [3000, 1500, 700, 400, 200, 100, 40, 0]) {
		const { pieces, code } = await get(spare);
		if (code === "out_of_memory") {
			refused++;
			equal(pieces.at(-1), 0, "then nothing is handed out");
			continue;
		}
		equal(code, undefined, `${spare} bytes free`);
		equal(
			pieces.reduce((sum, length) => sum + length, 0),
			BODY_BYTES,
			`${spare} bytes free`,
		);
		if (pieces.length > 1) parts++;
		fewest = Math.min(fewest, ...pieces);
	}
	ok(parts > 1 && refused > 0, `${parts} in parts, ${refused} refused`);
	note(`${parts} bodies in parts of ${fewest} bytes at least, ${refused} requests refused`);
});
