/*
	The SDK's SecureSocket and Session as modules/sdk has them, against servers in Node: every member, message, order
	and error. The app is older/.
*/

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TLSSocket } from "node:tls";

import { variants } from "../drivers/machine.js";
import { ca, output as outputOf, type Run } from "./serve.js";

for (const variant of variants) {
	const output = (part: string, run?: Run): Promise<string[]> => outputOf("tests/sdk/older", variant, part, run);
	const result = async (part: string, run?: Run): Promise<any[]> =>
		JSON.parse((await output(part, run)).at(-1)!) as any[];

	describe(`securesocket, ${variant}`, () => {
		test("connects by name; each way of reading and writing", async () => {
			const events = await result("oldStyle");
			assert.deepEqual(events.slice(0, 3), [[1, null], true, true]);
			assert.match(events[3], /10000 bytes can't be written/);
			assert.deepEqual(
				events.filter((one, i) => i > 3 && !(Array.isArray(one) && one[0] === 3)),
				[[2, 6], 6, 0x68, "el", 1, "o\n", 0, "undefined"],
			);
		});
		test("each member before, between and after its time", async () => {
			const events = await result("oldStyleMembers");
			assert.deepEqual(events.slice(0, 4), [true, 0, 0, "nothing"]);
			assert.match(events[4], /5 bytes can't be written/);
			assert.deepEqual(events.slice(5, 8), ["1 -", true, "nothing"]);
			assert.equal(events[8], 6, "what was written takes room");
			assert.match(events[9], /write takes numbers, strings and buffers/);
			assert.match(events[10], /write takes numbers, strings and buffers/);
			assert.equal(events[11], "2 6");
			assert.match(events[12], /read takes String, ArrayBuffer, Number or null/);
			assert.deepEqual(events.slice(13, -1), [0, 0, 6, "abcdef", "nothing", "nothing", true, 0, 0]);
			assert.match(events.at(-1), /4 bytes can't be written/);
		});
		test("a callback that throws ends the connection: -2, once; one that closes is called no more", async () =>
			assert.deepEqual(await result("oldStyleThrows"), [1, -2, true, true, 1]));
		test("over a Socket of the app's", async () => {
			const events = await result("oldStyleSock");
			assert.deepEqual(events.slice(0, 3), [[1, null], true, true]);
			assert.ok(events.includes("el"));
		});
		test("a wrong server: -2, once", async () => {
			const events = await result("oldStyle", { secure: { ...ca, serverName: "other.example" } });
			assert.deepEqual(events.at(-1), [-2, null]);
			assert.equal(events.filter(one => one[0] < 0).length, 1);
		});
		test("long data in pieces, and the server's end: -1", async () => {
			const serve = (socket: TLSSocket): void => {
				socket.once("data", () => socket.end(Buffer.alloc(50_000, "x")));
			};
			assert.deepEqual(await result("oldStyleReading", { serve }), [-1, 50_000, 50_000, 0, 0]);
		});
		test("what the app leaves of a message is dropped, as with the SDK's; its end is seen all the same", async () => {
			const serve = (socket: TLSSocket): void => {
				socket.once("data", () => socket.end(Buffer.alloc(50_000, "x")));
			};
			// records of 16,384 bytes, the last of 848, in pieces of 1,024
			assert.deepEqual(await result("oldStyleDropping", { serve }), [-1, 50_000, 49 * 700, 0, 0]);
			assert.deepEqual(await result("oldStyleIgnoring", { serve }), [-1, 50_000, 0, 0, 0]);
		});
		test("text of more than one piece, whose characters are cut anywhere", async () => {
			const text = `x${"\u00fc\u20ac\u{1f600}".repeat(500)}`;
			const bytes = Buffer.from(text);
			const serve = (socket: TLSSocket): void => {
				socket.once("data", () => {
					socket.write(bytes.subarray(0, 3));
					socket.write(bytes.subarray(3, 8));
					socket.end(bytes.subarray(8));
				});
			};
			assert.deepEqual(await result("oldStyleText", { serve }), [-1, bytes.length, text]);
		});
		test("malformed UTF-8, read in parts: no character is cut or lost", async () => {
			const long = [254, 255, 256, 257, 258, 900].map(length => `\xff${"x\xe2\x82\xac".repeat(length / 4)}`);
			for (const sent of ["a\xe9b\xc0\x80cd\x80e", ...long]) {
				const bytes = Buffer.from(sent, "latin1");
				const serve = (socket: TLSSocket): void => {
					socket.once("data", () => socket.end(bytes));
				};
				const [message, count, text] = await result("oldStyleText", { serve });
				assert.deepEqual([message, count], [-1, bytes.length]);
				const marks = /\ufffd+/g;
				assert.equal(text.replace(marks, "?"), new TextDecoder().decode(bytes).replace(marks, "?"));
			}
		});
		test("cut without close_notify: -2", async () => {
			const serve = (socket: TLSSocket): void => {
				socket.once("data", () => {
					socket.write("x".repeat(100));
					setTimeout(() => socket.destroy(), 100);
				});
			};
			const [message] = await result("oldStyleReading", { serve });
			assert.equal(message, -2);
		});
		test("verify: false is refused", async () => {
			await output("oldStyle", { secure: { ...ca, verify: false }, code: 10 });
		});
	});

	describe(`ssl/session, ${variant}`, () => {
		for (const version of [0x303, 0x304])
			test(`on a socket of ECMA-419, ${version.toString(16)}`, async () => {
				const events = await result("session", { secure: { ...ca, protocolVersion: version } });
				assert.deepEqual(events, ["ready", true, true, "hello\n", 0]);
			});
		for (const version of [0x303, 0x304])
			test(`on an older Socket, ${version.toString(16)}`, async () => {
				const events = await result("sessionOld", { secure: { ...ca, protocolVersion: version } });
				assert.deepEqual(events, ["ready", "nothing", 3, "hi\n", 3, "hi\n", "hi", 1, "\n", 0, "undefined"]);
			});
		test("each member, what it returns, and the server's end", async () => {
			const serve = (socket: TLSSocket): void => {
				socket.on("data", data => {
					if (String(data) === "end\n") socket.end();
					else socket.write(data);
				});
			};
			const [nameless, version, ...events] = await result("sessionMembers", { serve });
			assert.match(nameless, /"tls_server_name" is missing/);
			assert.match(version, /"protocolVersion"/);
			assert.deepEqual(events, [true, 0, "nothing", 4, true, "aaa", 13, "aaaaaaabbbbc\n", 0, true, "closed", true]);
		});
		test("a connection that is cut is an error", async () => {
			const serve = (socket: TLSSocket): void => {
				socket.once("data", () => socket.destroy());
			};
			const events = await result("sessionMembers", { serve });
			assert.equal(events.at(-1), "TCP ended: truncated");
		});
		test("a wrong server throws", async () => {
			await output("session", { secure: { ...ca, serverName: "other.example" }, code: 10 });
		});
	});
}
