/*
	The SDK's own HTTPClient, fetch, WebSocketClient and MQTTClient over the drop-ins of modules/sdk, in the simulator, against servers in Node. They are
	read from MODDABLE; without it the tests are skipped.
*/

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHTTPS, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createServer as createTLS, type TLSSocket } from "node:tls";

import { buildApp } from "../../host-sim/build/build.js";
import { runApp } from "../../host-sim/build/run.js";
import { makeIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";

const skip = process.env["MODDABLE"] ? false : "left out: MODDABLE does not name the SDK's folder";

const { root, intermediate, leaf } = makeIdentity(["localhost"]);
const identity = { cert: leaf.pem + intermediate.pem, key: leaf.keyPem };
const folder = mkdtempSync(join(tmpdir(), "xs-tls-clients-"));
writeFileSync(join(folder, "ca7.der"), root.der);
after(() => rmSync(folder, { recursive: true, force: true }));

function answering(): Server {
	return createHTTPS(identity, (request, response) => {
		if (request.url === "/json") response.end('{"name":"device"}');
		else if (request.url === "/long") response.setHeader("content-type", "text/plain").end("x".repeat(100_000));
		else {
			let length = 0;
			request.on("data", (data: Buffer) => {
				length += data.length;
			});
			request.on("end", () => response.end(`${length} bytes`));
		}
	});
}

/** Frames of a client, unmasked, come back as one message; close comes back as it is (RFC 6455). */
function webSocketFrames(socket: TLSSocket): void {
	let rest = Buffer.alloc(0);
	let message: Buffer[] = [];
	socket.on("data", data => {
		rest = Buffer.concat([rest, data]);
		for (;;) {
			if (rest.length < 2) return;
			const short = rest[1]! & 0x7f,
				extra = short === 126 ? 2 : short === 127 ? 8 : 0,
				at = 6 + extra;
			if (rest.length < at) return;
			const length = extra === 2 ? rest.readUInt16BE(2) : extra ? rest.readUInt32BE(6) : short;
			if (rest.length < at + length) return;
			const mask = rest.subarray(at - 4, at);
			message.push(Buffer.from(rest.subarray(at, at + length).map((byte, i) => byte ^ mask[i & 3]!)));
			const opcode = rest[0]! & 15;
			const isLast = (rest[0]! & 0x80) !== 0;
			rest = rest.subarray(at + length);
			if (opcode === 8) {
				socket.end(Buffer.from([0x88, 0]));
				return;
			}
			if (!isLast) continue;
			const body = Buffer.concat(message);
			message = [];
			const head = body.length < 126 ? [0x82, body.length] : [0x82, 126, body.length >> 8, body.length & 255];
			socket.write(Buffer.concat([Buffer.from(head), body]));
		}
	});
}

function webSocket(): Server {
	return createHTTPS(identity).on("upgrade", (request, socket) => {
		const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
		const key = createHash("sha1")
			.update(String(request.headers["sec-websocket-key"]) + guid)
			.digest("base64");
		socket.write(
			`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`,
		);
		webSocketFrames(socket as TLSSocket);
	});
}

/** Answers CONNECT and SUBSCRIBE, and sends what is published back (MQTT 3.1.1). */
function broker(socket: TLSSocket): void {
	let rest = Buffer.alloc(0);
	socket.on("error", () => {});
	socket.on("data", data => {
		rest = Buffer.concat([rest, data]);
		for (;;) {
			let length = 0,
				at = 1,
				shift = 0;
			do {
				if (at >= rest.length) return;
				length |= (rest[at]! & 0x7f) << shift;
				shift += 7;
			} while (rest[at++]! & 0x80);
			if (rest.length < at + length) return;
			const packet = rest.subarray(0, at + length);
			rest = rest.subarray(at + length);
			switch (packet[0]! >> 4) {
				case 1:
					socket.write(Buffer.from([0x20, 2, 0, 0]));
					break;
				case 3:
					socket.write(packet);
					break;
				case 8:
					socket.write(Buffer.from([0x90, 3, packet[at]!, packet[at + 1]!, 0]));
			}
		}
	});
}

for (const variant of variants) {
	const run = async (name: string, server: Server | ReturnType<typeof createTLS>): Promise<string[]> => {
		await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
		try {
			const { port } = server.address() as { port: number };
			const extra = { data: { "*": `${folder}/*` } };
			const app = await buildApp(`tests/sdk/clients/${name}`, { variant, config: { port: String(port) }, extra });
			const { code, stdout, stderr } = await runApp(app, { timeout: 30 });
			assert.equal(code, 0, `${stderr}\n${stdout.join("\n")}`);
			return stdout;
		} finally {
			server.close();
		}
	};

	describe(`the SDK's clients over modules/sdk, ${variant}`, { skip }, () => {
		test("HTTPClient", async () => {
			const one = ["200 text/plain", "done 100000"];
			assert.deepEqual(await run("https", answering()), [...one, ...one]);
		});
		test("fetch", async () => assert.deepEqual(await run("fetch", answering()), ["200 device", "200 10 bytes"]));
		test("WebSocketClient", async () => {
			const lines = await run("websocket", webSocket());
			assert.deepEqual(lines.slice(0, 2), ["5 bytes", "40000 bytes"]);
		});
		test("MQTTClient", async () =>
			assert.deepEqual(await run("mqtt", createTLS(identity, broker)), ["subscribed", "5 bytes", "16384 bytes"]));
	});
}
