/*
	`npm start`: the demo against its own server and against others, and what it says to wrong arguments.
*/

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";

import { makeIdentity } from "../../host-sim/servers/certificates.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { run, type Outcome } from "../../host-sim/build/process.js";
import { lacks32 } from "../drivers/machine.js";
import { startGnuTLS, startNode, startOpenSSL, type RunningServer } from "./servers.js";

const identity = makeIdentity(["localhost"]);
const folder = mkdtempSync(join(tmpdir(), "xs-tls-demo-"));
const ca = join(folder, "ca.pem");
writeFileSync(ca, identity.root.pem);
after(() => rmSync(folder, { recursive: true, force: true }));

function demo(...values: string[]): Promise<Outcome> {
	return run(process.execPath, [join(projectRoot, "host-sim", "setup.mjs"), "demo", ...values]);
}

function checkTables(output: string): void {
	for (const line of [
		/^TLS 1\.3, TLS_\w+, \w+, \w+/m,
		/^peer: localhost$/m,
		/^ {2}total +\d+ ms$/m,
		/chunks, bytes +[\d,]+ +[\d,]+/,
		/slots of \d+ bytes +[\d,]+ +[\d,]+/,
		/stack, slots +[\d,]+ +[\d,]+/,
		/AES-GCM +\d+ +[\d,]+/,
		/^status 200 /m,
	])
		assert.match(output, line);
}

/** No stack, and no tables after the sentence, which would scroll it away. */
function expectSentence(output: string): void {
	assert.doesNotMatch(output, /\n\s+at /);
	assert.doesNotMatch(output, /accelerators|chunks, bytes/);
}

describe("npm start", () => {
	test("with a server of its own", async () => {
		const { code, stdout, stderr } = await demo();
		assert.equal(code, 0, stderr);
		checkTables(stdout);
		assert.match(stdout, /Hello from Node/);
	});

	test("prints what README shows, but for the figures", { skip: lacks32 }, async () => {
		const shape = (text: string): string[] =>
			text
				.split("\n")
				.map(line =>
					line
						.replace(/\d[\d,.:]*/g, "N")
						.replace(/ +/g, " ")
						.trim(),
				)
				.filter(Boolean);
		const readme = readFileSync(join(projectRoot, "README.md"), "utf8");
		const block = /`npm start` prints[^]*?```\n([^]*?)```/.exec(readme)?.[1];
		assert.ok(block);
		const { stdout } = await demo();
		const printed = new Set(shape(stdout));
		assert.deepEqual(
			shape(block).filter(line => line !== "..." && !printed.has(line)),
			[],
		);
	});

	test("a POST with a header", async () => {
		const { leaf, intermediate } = identity;
		const key = leaf.key.privateKey.export({ type: "pkcs8", format: "pem" });
		const server = createServer({ key, cert: leaf.pem + intermediate.pem }, (request, response) => {
			let body = "";
			request.on("data", data => (body += String(data)));
			request.on("end", () => response.end(`${request.method} ${request.url} ${String(request.headers["x"])} ${body}`));
		});
		await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
		const { port } = server.address() as { port: number };
		try {
			const url = `https://localhost:${port}/state?a=b`;
			const { code, stdout, stderr } = await demo(
				url,
				"--ca",
				ca,
				"--method",
				"PUT",
				"--data",
				'{"t":21}',
				"--header",
				"x: y",
			);
			assert.equal(code, 0, stderr + stdout);
			assert.match(stdout, /PUT \/state\?a=b y \{"t":21\}/);
		} finally {
			server.close();
			server.closeAllConnections();
		}
	});

	const servers: [string, () => Promise<RunningServer>][] = [
		["OpenSSL", () => startOpenSSL(identity, "-tls1_3")],
		["GnuTLS", () => startGnuTLS(identity, "NORMAL")],
		["Node", () => startNode(identity, Buffer.from("a body"))],
	];
	for (const [name, start] of servers) {
		test(`with ${name}'s`, async () => {
			const server = await start();
			try {
				const { code, stdout, stderr } = await demo(`https://localhost:${server.port}/`, "--ca", ca);
				assert.equal(code, 0, stderr + stdout);
				checkTables(stdout);
			} finally {
				await server.stop();
			}
		});
	}

	for (const [values, says] of [
		[["--nonsense"], /there is no option --nonsense/],
		[["nonsense"], /neither an option nor an https:/],
		[["http://localhost/"], /speaks https:\/\/ only/],
		[["https://localhost:99999/"], /port "99999" is invalid/],
		[["https://:443/"], /it has no host/],
		[["https://localhost:1/", "--ca", "/there/is/none.pem"], /no such file/],
		[["https://localhost:1/", "--ca", tmpdir()], /a folder, not a file/],
		[["https://localhost/", "https://127.0.0.1/"], /one URL at a time/],
		[["--ca"], /needs a value/],
		[["--header", "no colon"], /--header takes/],
		[["--timeout", "soon"], /seconds/],
	] as const) {
		test(`wrong arguments: ${values.join(" ")}`, async () => {
			const { code, stdout, stderr } = await demo(...values);
			assert.equal(code, 2);
			assert.equal(stdout, "");
			assert.match(stderr, says);
			assert.doesNotMatch(stderr, /\n\s+at /);
		});
	}

	test("a server that nobody trusts", async () => {
		const other = makeIdentity(["localhost"]);
		const server = await startNode(other, Buffer.from("a body"));
		try {
			const { code, stdout, stderr } = await demo(`https://localhost:${server.port}/`, "--ca", ca);
			assert.equal(code, 1);
			assert.match(stderr, /certificate 1 .*not signed with the trusted key/);
			expectSentence(stdout + stderr);
		} finally {
			await server.stop();
		}
	});

	for (const [url, says] of [
		["https://localhost:1/", /no connection to localhost port 1: it was refused, cut or never made/],
		["https://[::1]:1", /::1 port 1/],
		["https://name.invalid/", /the name name\.invalid has no address/],
	] as const) {
		test(`a failure is a sentence: ${url}`, async () => {
			const { code, stdout, stderr } = await demo(url);
			assert.equal(code, 1);
			assert.match(stderr, says);
			expectSentence(stdout + stderr);
		});
	}

	test("URLs as people write them: which path of which server is asked for", async () => {
		const asked: [string, string][] = [];
		const both = makeIdentity(["localhost", "::1"]);
		const file = join(folder, "both.pem");
		writeFileSync(file, both.root.pem);
		for (const [host, urls] of [
			[
				"127.0.0.1",
				[
					"HTTPS://localhost:PORT",
					"https://localhost:PORT?x=1",
					"https://localhost:PORT/a?b#c",
					"https://localhost:PORT/#c",
				],
			],
			["::1", ["https://[::1]:PORT/v6"]],
		] as const) {
			const server = createServer({ cert: both.chain, key: both.leaf.keyPem }, (request, response) => {
				asked.push([request.url!, request.headers.host!.replace(/\d+$/, "PORT")]);
				response.end("hello");
			});
			await new Promise<void>(resolve => server.listen(0, host, resolve));
			const { port } = server.address() as { port: number };
			for (const url of urls) {
				const { code, stderr } = await demo(url.replace("PORT", String(port)), "--ca", file);
				assert.equal(code, 0, stderr);
			}
			await new Promise(resolve => server.close(resolve));
		}
		assert.deepEqual(asked, [
			["/", "localhost:PORT"],
			["/?x=1", "localhost:PORT"],
			["/a?b", "localhost:PORT"],
			["/", "localhost:PORT"],
			["/v6", "[::1]:PORT"],
		]);
	});
});
