/*
	The SDK's own HTTPClient, fetch, WebSocketClient and MQTTClient over the drop-ins of modules/sdk, in the simulator,
	against servers in Node. They are read from MODDABLE; without it the tests are skipped.
*/

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHTTPS, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createServer as createTLS } from "node:tls";

import { buildApp } from "../../host-sim/build/build.js";
import { runApp } from "../../host-sim/build/run.js";
import { makeIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { answerMQTT, takeChunks, webSocketServer } from "../../host-sim/servers/protocols.js";

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
		test("HTTPClient: a POST in chunks", async () => {
			let head = "";
			const sizes: number[] = [];
			const server = createTLS(identity, socket =>
				takeChunks(socket, 40_000, sizes, text => {
					head = text;
				}),
			);
			assert.deepEqual(await run("chunked", server), ["posted ok"]);
			assert.match(head, /^POST \/echo HTTP\/1\.1\r\n/);
			assert.equal(
				sizes.reduce((sum, size) => sum + size, 0),
				40_000,
			);
		});
		test("fetch", async () => assert.deepEqual(await run("fetch", answering()), ["200 device", "200 10 bytes"]));
		test("WebSocketClient", async () => {
			const lines = await run("websocket", webSocketServer(identity));
			assert.deepEqual(lines.slice(0, 2), ["5 bytes", "40000 bytes"]);
		});
		test("MQTTClient", async () =>
			assert.deepEqual(await run("mqtt", createTLS(identity, answerMQTT)), ["subscribed", "5 bytes", "16384 bytes"]));
	});
}
