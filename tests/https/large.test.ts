/*
	A body of 1 MB through records of 4 KB, in an app with 32 KB for all of XS.
*/

import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";

import { buildApp } from "../../host-sim/build/build.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { runApp } from "../../host-sim/build/run.js";
import { makeIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";

const BODY_BYTES = 1 << 20;

/** Seconds for a run. Where the 32-bit build is emulated on a busy machine it takes some 100. */
const TIMEOUT = 300;

for (const type of ["p256", "rsa2048"] as const)
	for (const variant of variants)
		for (const isChunked of [false, true])
			test(`1 MB in 32 KB: ${type}, ${isChunked ? "chunked" : "with its length"}, ${variant}`, async t => {
				const { root, intermediate, leaf } = makeIdentity(["localhost"], type);
				const key = leaf.key.privateKey.export({ type: "pkcs8", format: "pem" });
				const body = Buffer.from(Uint8Array.from({ length: BODY_BYTES }, (_, i) => (i * 7) >> 3));
				const server = createServer({ key, cert: leaf.pem + intermediate.pem }, (_, response) => {
					if (isChunked) response.setHeader("transfer-encoding", "chunked");
					response.end(body);
				});
				// Node does not know the extensions for shorter records
				server.on("secureConnection", socket => socket.setMaxSendFragment(4096));
				await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
				try {
					const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
					const app = await buildApp(join(projectRoot, "tests", "https", "large"), {
						variant,
						config: { url, ca: root.pem },
					});
					const { code, stdout, stderr, report } = await runApp(app, { timeout: TIMEOUT });
					assert.equal(code, 0, stderr + stdout.join("\n"));
					const result = JSON.parse(stdout[0]!) as { length: number; sum: number; longest: number };
					let sum = 0;
					for (let i = 0; i < BODY_BYTES; i += 64) sum += body[i]!;
					assert.equal(result.length, BODY_BYTES);
					assert.ok(result.longest <= 4096, `a piece of ${result.longest} bytes`);
					assert.equal(result.sum, sum);
					const { chunks, slots, collections } = report!.memory;
					t.diagnostic(
						`${type}, ${variant}: peak ${chunks.peak} bytes of chunks, ${slots.peak} slots, ${collections} collections`,
					);
				} finally {
					server.close();
					server.closeAllConnections();
				}
			});

/** What a server may send to fill memory: the connection ends with a sentence, and the next one works. */
const floods: Readonly<
	Record<
		string,
		{
			readonly options: object;
			readonly headers: number;
			/** Its length, or itself. */
			readonly body: number | string;
			readonly how?: "text" | "json";
			readonly says: RegExp;
		}
	>
> = {
	"a head of 60 KB": {
		options: { maxHeaderBytes: 65536, maxHeaders: 1024 },
		headers: 1000,
		body: 10,
		says: /^out_of_memory: .*HTTP response/,
	},
	"a head that is too long": {
		options: { maxHeaderBytes: 1024, maxHeaders: 1024 },
		headers: 1000,
		body: 10,
		says: /^http: .*"maxHeaderBytes"/,
	},
	"a body of 1 MB": {
		options: { maxBytes: 2 << 20 },
		headers: 0,
		body: 1 << 20,
		says: /^out_of_memory: .*what was received/,
	},
	"a body of 1 MB without its length": {
		options: { maxBytes: (2 << 20) + 1 },
		headers: 0,
		body: 1 << 20,
		says: /^out_of_memory: .*what was received/,
	},
	"a text that fits once": {
		options: { maxBytes: 16_384 },
		headers: 0,
		body: 14_000,
		how: "text",
		says: /^out_of_memory: .*what was received/,
	},
	"JSON of 2,000 arrays": {
		options: { maxBytes: 8192 },
		headers: 0,
		body: `[${"[],".repeat(1999)}[]]`,
		how: "json",
		says: /^out_of_memory: .*what was received/,
	},
	"JSON of 500 names": {
		options: { maxBytes: 8192 },
		headers: 0,
		body: JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`name ${i}`, i]))),
		how: "json",
		says: /^out_of_memory: .*what was received/,
	},
	"JSON inside of itself": {
		options: { maxBytes: 8192 },
		headers: 0,
		body: "[".repeat(600),
		how: "json",
		says: /^http: .*600 levels inside each other/,
	},
	"JSON as deep as it may be": {
		options: { maxBytes: 8192 },
		headers: 0,
		body: `${'{"a":'.repeat(20)}1${"}".repeat(20)}`,
		how: "json",
		says: /^121 characters of JSON/,
	},
};

for (const [name, { options, headers, body, how = "", says }] of Object.entries(floods))
	for (const variant of variants)
		test(`memory that a server decides: ${name}, ${variant}`, async () => {
			const { root, intermediate, leaf } = makeIdentity(["localhost"]);
			const key = leaf.key.privateKey.export({ type: "pkcs8", format: "pem" });
			const server = createServer({ key, cert: leaf.pem + intermediate.pem }, (request, response) => {
				if (request.url === "/") {
					response.end("fine");
					return;
				}
				for (let i = 0; i < headers; i++) response.setHeader(`x-${i}`, "y".repeat(48));
				const bytes = typeof body === "string" ? Buffer.from(body) : Buffer.alloc(body, "x");
				if (!name.includes("without")) response.setHeader("content-length", bytes.length);
				response.end(bytes);
			});
			await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
			try {
				const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
				const app = await buildApp(join(projectRoot, "tests", "https", "large"), {
					variant,
					config: { url, ca: root.pem, options: JSON.stringify(options), how },
				});
				const { code, stdout, stderr } = await runApp(app, { timeout: TIMEOUT });
				assert.equal(code, 0, stderr + stdout.join("\n"));
				assert.match(stdout[0]!, says);
				assert.match(stdout[1]!, /"length":4,/);
			} finally {
				server.close();
				server.closeAllConnections();
			}
		});
