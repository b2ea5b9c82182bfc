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
				await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
				try {
					const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
					const app = await buildApp(join(projectRoot, "tests", "https", "large"), {
						variant,
						config: { url, ca: root.pem },
					});
					const { code, stdout, stderr, report } = await runApp(app, { timeout: 120 });
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
