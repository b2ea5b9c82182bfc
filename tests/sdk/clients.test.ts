/*
	The SDK's own HTTPClient, fetch, WebSocketClient and MQTTClient over the drop-ins of modules/sdk. Also its older
	http, websocket, mqtt and DNS over HTTPS. They run in the simulator, against servers in Node, and are read from
	MODDABLE; without it the tests are skipped.
*/

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHTTPS, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, describe, test } from "node:test";
import { createServer as createTLS } from "node:tls";

import { buildApp } from "../../host-sim/build/build.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { runApp } from "../../host-sim/build/run.js";
import { makeIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { answerMQTT, takeChunks, webSocketServer } from "../../host-sim/servers/protocols.js";

const skip = process.env["MODDABLE"] ? false : "left out: MODDABLE does not name the SDK's folder";

const { root, intermediate, leaf } = makeIdentity(["localhost", "127.0.0.1"]);
const identity = { cert: leaf.pem + intermediate.pem, key: leaf.keyPem };
const folder = mkdtempSync(join(tmpdir(), "xs-tls-clients-"));
writeFileSync(join(folder, "ca7.der"), root.der);
after(() => rmSync(folder, { recursive: true, force: true }));

function answering(): Server {
	return createHTTPS(identity, (request, response) => {
		if (request.url === "/chunked") {
			response.write("x".repeat(3000));
			response.end("y".repeat(4000));
		} else if (request.url === "/mid") response.end("z".repeat(20_000));
		else if (request.url === "/json") response.end('{"name":"device"}');
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

/** Answers of DNS over HTTPS (RFC 8484): an address of 192.0.2.0/24 for each name but none.example. */
function answerDNS(questions: string[]): Server {
	return createHTTPS(identity, (request, response) => {
		const parts: Buffer[] = [];
		request.on("data", (data: Buffer) => parts.push(data));
		request.on("end", () => {
			const query = Buffer.concat(parts);
			const labels: string[] = [];
			let at = 12;
			for (let length = query[at]!; length; length = query[at]!) {
				labels.push(query.toString("latin1", at + 1, at + 1 + length));
				at += 1 + length;
			}
			const name = labels.join(".");
			questions.push(`${request.method} ${request.url} ${request.headers["content-type"]} ${name}`);
			const head = Buffer.from(query.subarray(0, 12));
			head[2]! |= 0x80;
			const question = query.subarray(12, at + 5);
			const address =
				name === "none.example" ? [] : [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, questions.length];
			head.writeUInt16BE(address.length ? 1 : 0, 6);
			response.setHeader("content-type", "application/dns-message");
			response.end(Buffer.concat([head, question, Buffer.from(address)]));
		});
	});
}

/** The SDK's resolver, with another server than 8.8.8.8 in it. */
function writeResolver(port: number): string {
	const text = readFileSync(join(process.env["MODDABLE"]!, "modules", "network", "dns", "dnsresolverdoh.js"), "utf8");
	const changed = text.replace('"8.8.8.8"', '"127.0.0.1"').replace("port: 443", `port: ${port}`);
	assert.ok(changed.includes('"127.0.0.1"') && changed.includes(`port: ${port}`));
	// not among the certificates, which are data
	const path = join(mkdtempSync(join(folder, "resolver-")), "resolver");
	writeFileSync(`${path}.js`, changed);
	return path;
}

/**
 * A manifest with the C of the SDK's DNS parser, beside the header that mcconfig makes for an app: names that it asks
 * XS for.
 */
function copyParser(): string {
	const text = readFileSync(join(process.env["MODDABLE"]!, "modules", "network", "dns", "moddnsparser.c"), "utf8");
	const names = new Set([...text.matchAll(/\bxsID_(\w+)/g)].map(match => match[1]!));
	const place = mkdtempSync(join(folder, "parser-"));
	writeFileSync(join(place, "moddnsparser.c"), text);
	writeFileSync(join(place, "mc.xs.h"), [...names].map(name => `#define xsID_${name} xsID("${name}")\n`).join(""));
	const manifest = join(place, "parser.json");
	writeFileSync(manifest, JSON.stringify({ modules: { "*": "./moddnsparser" } }));
	return manifest;
}

for (const variant of variants) {
	const run = async (
		name: string,
		server: Server | ReturnType<typeof createTLS>,
		more: (port: number) => object = () => ({}),
	): Promise<string[]> => {
		await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
		try {
			const { port } = server.address() as { port: number };
			const extra = { data: { "*": `${folder}/*.der` }, ...more(port) };
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

		test("the web's WebSocket", async () =>
			assert.deepEqual((await run("web", webSocketServer(identity))).slice(0, 3), ["open", "5 bytes", "40000 bytes"]));
		test("http", async () => {
			assert.deepEqual(await run("http", answering()), [
				"200 text/plain 100000",
				"200 20000",
				'200 17 {"name":"device"}',
				"200 7000",
				"200 7 8 bytes",
				"200 10 3000 bytes",
				"failed -2",
			]);
		});
		test("websocket", async () => {
			assert.deepEqual(await run("oldwebsocket", webSocketServer(identity)), [
				"connected",
				"handshake",
				"5 bytes",
				"600 bytes",
				"disconnected",
			]);
		});
		test("mqtt", async () => {
			assert.deepEqual(await run("oldmqtt", createTLS(identity, answerMQTT)), [
				"socket a/short 5",
				"socket a/long 900",
				"MQTT FAIL: socket error -2",
				"untrusted closed",
			]);
		});
		test("DNS over HTTPS", async () => {
			const questions: string[] = [];
			const lines = await run("doh", answerDNS(questions), port => ({
				modules: { resolver: writeResolver(port) },
				include: [relative(join(projectRoot, "tests", "sdk", "clients", "doh"), copyParser())],
			}));
			assert.deepEqual(lines, ["device.example 192.0.2.1", "none.example has no address", "other.example 192.0.2.3"]);
			const asked = "POST /dns-query application/dns-message";
			assert.deepEqual(
				questions,
				["device.example", "none.example", "other.example"].map(name => `${asked} ${name}`),
			);
		});
	});
}
