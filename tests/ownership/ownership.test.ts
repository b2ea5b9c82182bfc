/*
	What C holds is given back on each error path: a handshake, data and close of each version, with one native allocation or one accelerator call failing at
	each position (main.ts). The peer is Node's own TLS.
*/

import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { createServer } from "node:tls";

import { buildApp } from "../../host-sim/build/build.js";
import { runApp } from "../../host-sim/build/run.js";
import { makeIdentity } from "../../host-sim/servers/certificates.js";

interface Line {
	readonly wrong?: string;
	readonly plan?: string;
	readonly tried: number;
	readonly last: number;
	readonly codes: Record<string, number>;
	readonly start?: string;
}

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
	test(`${version}: one failure at each position`, async t => {
		const identity = makeIdentity(["localhost"]);
		const server = createServer(
			{
				key: identity.leaf.keyPem,
				cert: identity.chain,
				minVersion: version,
				maxVersion: version,
			},
			socket => socket.on("data", data => socket.write(data)).on("error", () => {}),
		);
		server.on("tlsClientError", () => {});
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		try {
			const { port } = server.address() as AddressInfo;
			const app = await buildApp("tests/ownership", { config: { port: String(port), ca: identity.root.pem } });
			const { code, stdout, stderr } = await runApp(app, { timeout: 100 });
			const lines = stdout.filter(line => line.startsWith("{")).map(line => JSON.parse(line) as Line);
			let positions = 0;
			for (const { plan, tried, last, codes } of lines) {
				if (plan === undefined) continue;
				positions += tried;
				t.diagnostic(
					`${plan}: ${tried} of ${last} positions, ${Object.entries(codes)
						.map(([name, count]) => `${name} ${count}`)
						.join(", ")}`,
				);
			}
			t.diagnostic(`${positions} positions; held before and after: ${lines.find(line => line.start)?.start}`);
			assert.equal(code, 0, `${stderr}${stdout.slice(-3).join("\n")}`);
			assert.deepEqual(
				lines.filter(line => line.wrong).map(line => line.wrong),
				[],
			);
			assert.ok(positions > 300, `${positions} positions`);
		} finally {
			server.close();
		}
	});
}
