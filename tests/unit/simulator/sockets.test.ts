/*
	The simulator's TCP class and resolver against servers in Node. The app is apps/sockets.
*/

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { buildApp } from "../../../host-sim/build/build.js";
import { projectRoot } from "../../../host-sim/build/files.js";
import { runApp, type RunOptions } from "../../../host-sim/build/run.js";
import { variants } from "../../drivers/machine.js";
import { command } from "../builder/commandline.js";

/** Serves while `body` runs; gives it the port. */
async function serving<Result>(
	serve: (socket: Socket) => void,
	body: (port: number) => Promise<Result>,
): Promise<Result> {
	const sockets = new Set<Socket>();
	const server = createServer({ allowHalfOpen: true }, socket => {
		sockets.add(socket);
		socket.on("error", () => {});
		serve(socket);
	});
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	try {
		return await body((server.address() as { port: number }).port);
	} finally {
		for (const socket of sockets) socket.destroy();
		server.close();
	}
}

function echo(socket: Socket): void {
	let text = "";
	socket.on("data", data => {
		text += data.toString("latin1");
		if (text.endsWith("\n")) socket.write(text, "latin1");
	});
	socket.on("end", () => socket.end());
}

/** Bytes that count up. */
function counting(length: number): Buffer {
	return Buffer.from(Uint8Array.from({ length }, (_, i) => i));
}

/** Reads slowly; says at the end whether it was what it should be. */
function slowReader(socket: Socket): void {
	const parts: Buffer[] = [];
	let length = 0;
	socket.on("data", data => {
		parts.push(data);
		length += data.length;
		socket.pause();
		setTimeout(() => socket.resume(), 1);
		if (length === 300_000) socket.write(Buffer.concat(parts).equals(counting(length)) ? "right" : "wrong");
	});
}

describe("what the system is asked", { skip: process.platform !== "linux" }, () => {
	const folder = mkdtempSync(join(tmpdir(), "xs-tls-shim-"));
	const shim = join(folder, "shim.so");
	before(() => {
		const source = join(projectRoot, "tests", "unit", "simulator", "shim.c");
		const { status, stderr } = spawnSync(process.env["CC"] ?? "cc", ["-shared", "-fPIC", source, "-ldl", "-o", shim]);
		assert.equal(status, 0, String(stderr));
	});
	after(() => rmSync(folder, { recursive: true }));

	const run = async (part: string, port = 0): Promise<{ events: unknown; words: string }> => {
		const app = await buildApp("tests/unit/simulator/apps/sockets", { config: { part, port: String(port) } });
		const { code, stdout, stderr } = await runApp(app, { timeout: 30, env: { LD_PRELOAD: shim } });
		assert.equal(code, 0, stderr);
		return { events: JSON.parse(stdout[0]!), words: stderr };
	};

	test("nodelay: true is off, false is on, for Nagle's algorithm, and nothing is as the system has it", async () => {
		const { words } = await serving(echo, port => run("nodelay", port));
		assert.equal(words, "nodelay 1\nnodelay 0\nnodelay 0\n");
	});
	test("--chip esp32: buffers of 8,192 bytes, unless --tcp-buffer says otherwise", async () => {
		const app = join(projectRoot, "tests", "unit", "simulator", "apps", "sockets");
		const room = (...more: string[]): Promise<string> =>
			serving(echo, async port => {
				const values = ["cli", app, "--quiet", "--chip", "esp32", ...more, "part=room", `port=${port}`];
				const { code, stdout, stderr } = await command(values);
				assert.equal(code, 0, stderr);
				return stdout;
			});
		assert.match(await room(), /\[8192,/);
		assert.match(await room("--tcp-buffer", "1000"), /\[1000,/);
	});
	test("Net.resolve: IPv4 first, IPv6 where there is nothing else", async () => {
		assert.deepEqual((await run("families")).events, ["both.example", "192.0.2.1", "six.example", "2001:db8::1"]);
	});
});

for (const variant of variants) {
	const run = async (part: string, port = 0, options: RunOptions = {}): Promise<unknown[]> => {
		const app = await buildApp("tests/unit/simulator/apps/sockets", { variant, config: { part, port: String(port) } });
		const { code, stdout, stderr } = await runApp(app, { timeout: 30, ...options });
		assert.equal(code, 0, `${stderr}\n${stdout.join("\n")}`);
		return JSON.parse(stdout[0]!) as unknown[];
	};

	const served = (part: string, serve: (socket: Socket) => void): Promise<unknown[]> =>
		serving(serve, port => run(part, port));

	describe(`sockets, ${variant}`, () => {
		const echoed = [
			true,
			"not ready",
			true,
			true,
			true,
			"127.0.0.1",
			true,
			5,
			"hello!\n",
			7,
			"undefined",
			"Error",
			"Error",
		];
		test("by address", async () => assert.deepEqual(await served("echo", echo), echoed));
		test("live, with a collection at every allocation", async () => {
			assert.deepEqual(await serving(echo, port => run("echo", port, { live: true })), echoed);
		});
		test("every way of reading; the end is reported when all is read", async () => {
			const result = await served("reading", socket => socket.end("abcdefgh"));
			const later = [3, "abc", "de", 102, "number", "later", 2, "end", true, "not ready"];
			assert.deepEqual(result, [8, "buffer", "Error", "Error", "Error", "RangeError", ...later]);
		});
		test("byte by byte", async () =>
			assert.deepEqual(await served("writingNumbers", echo), ["number", 1, 2, 104, 105, 10]));
		test("a long upload keeps to the room there is", async () =>
			assert.deepEqual(await served("upload", slowReader), ["Error", true, "right"]));
		test("a long download to a slow reader", async () => {
			assert.deepEqual(await served("download", socket => socket.end(counting(300_000))), [300_000, true, 5744]);
		});
		test("nobody listens", async () => {
			const port = await serving(
				() => {},
				async one => one,
			);
			assert.deepEqual(await run("failing", port), ["error", "127.0.0.1", true]);
		});
		test("the peer resets", async () => {
			assert.deepEqual(await served("failing", socket => setTimeout(() => socket.resetAndDestroy(), 20)), [
				"connected",
				"error",
				"127.0.0.1",
				true,
			]);
		});
		test("what was written is sent before the close", async () => {
			let received = 0;
			let ended = (): void => {};
			const end = new Promise<void>(resolve => {
				ended = resolve;
			});
			const count = (socket: Socket): void => {
				socket
					.on("data", data => {
						received += data.length;
					})
					.on("end", ended);
			};
			const result = await serving(count, async port => {
				const written = await run("writeAndClose", port);
				await end;
				return written;
			});
			assert.deepEqual(result, [received]);
		});
		test("closed at once, nothing is called", async () => assert.deepEqual(await served("closeAtOnce", () => {}), []));
		test("one that script does not hold", async () => {
			assert.deepEqual(await served("unheld", socket => setTimeout(() => socket.write("there"), 50)), ["there"]);
		});
		test("wrong options", async () => {
			const addresses = ["Error", "Error", "Error"],
				port = ["Error", "RangeError", "RangeError"];
			const others = ["RangeError", "Error", "TypeError", "Error"];
			const advice = 'a numeric "address" is needed, names are looked up beforehand';
			assert.deepEqual(await run("wrongOptions"), [...addresses, ...port, ...others, ...addresses.map(() => advice)]);
		});
		test("another object takes a connection over, with what has arrived", async () => {
			const [roomAtFirst, ...events] = await served("takingOver", socket => {
				let sent = 0;
				socket.on("data", data => socket.write(sent++ ? data : "answer"));
			});
			assert.equal(roomAtFirst, "5744");
			assert.deepEqual(events, [
				"old can read 6",
				true,
				"Error",
				"Error",
				"new can read 6",
				"answer",
				"writable",
				"new can read 6",
				"second",
			]);
		});
		test("another object takes a connection over before it is there", async () =>
			assert.deepEqual(await served("takingOverEarly", () => {}), ["new"]));
		test("as much is written at once as lwIP takes on a C3, in any number of pieces", async () =>
			assert.deepEqual(await served("room", echo), [5744, "would block", "would block"]));
		test("--tcp-buffer", async () => {
			const result = await serving(echo, port => run("room", port, { tcpBuffer: 8192 }));
			assert.deepEqual(result, [8192, "would block", "would block"]);
		});
	});

	test(`names, ${variant}`, async () => {
		assert.deepEqual(await run("names"), [
			true,
			"192.0.2.7",
			"192.0.2.7",
			true,
			"localhost",
			"127.0.0.1",
			"192.0.2.8",
			"192.0.2.8",
			"no.such.name.invalid",
			true,
			"Error",
			"Error",
			"Error",
			"TypeError",
		]);
	});
}
