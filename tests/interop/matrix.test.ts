/*
	Every row of table.ts against its server. The table of what was run goes to build/interop.md.
*/

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { makeCertificate, makeKey, type KeyType } from "../../host-sim/certificates.js";
import { buildFolder } from "../../host-sim/files.js";
import { runClient } from "../faults/connect.js";
import { lacksPeer, startPeer } from "./peers.js";
import { identityOf } from "./requests.js";
import { groups, rowsOf, tableText, titleOf, type PeerName, type Row } from "./table.js";

const peers: PeerName[] = ["OpenSSL", "GnuTLS", "Node", "NSS", "Botan"];
const results: { readonly row: Row; outcome: string }[] = [];
const devices = new Map<KeyType, object>();

before(() => {
	for (const type of ["p256", "p384", "rsa2048"] as const) devices.set(type, { key: makeKey(type) });
});
after(() => writeFileSync(join(buildFolder, "interop.md"), tableText(results)));

/** The client's certificate, of the server's authority. */
function clientOf(row: Row): object {
	if (!row.client) return {};
	const { intermediate } = identityOf(row.key);
	const { key } = devices.get(row.client) as { key: ReturnType<typeof makeKey> };
	const { pem, keyPem } = makeCertificate({ subject: "device", key, issuer: intermediate, extendedKeyUsage: ["clientAuth"] });
	return { clientCertificates: pem + intermediate.pem, clientKey: keyPem };
}

async function runRow(row: Row): Promise<void> {
	const identity = identityOf(row.key);
	const server = await startPeer(row, identity);
	try {
		const version = row.version === "1.3" ? 0x304 : 0x303;
		const runs = row.resumed ? 2 : 1;
		const clients = await runClient(server.port, runs, {
			ca: identity.root.pem, secure: { minVersion: version, maxVersion: version, ...clientOf(row) }, tls: "rsa dhe cbc", until: server.until,
			...(row.resumed ? { session: "" } : {}),
		});
		assert.equal(clients.length, runs);
		for (const [i, { code, message, text, negotiated }] of clients.entries()) {
			assert.ok(code === "closed" || code === "truncated", `${code}: ${message}`);
			assert.ok(text.includes(server.until), text);
			assert.equal(negotiated?.version, version);
			assert.equal(negotiated.suite, row.suite);
			assert.equal(negotiated.resumed, i > 0);
			if (row.group && i === 0) assert.equal(negotiated.group, groups[row.group]);
		}
	}
	finally {
		await server.stop();
	}
}

for (const peer of peers) {
	const lacking = lacksPeer(peer);
	// most of the time goes by with waiting for servers to start
	describe(`the table: ${peer}`, { skip: lacking, concurrency: 3 }, () => {
		for (const row of rowsOf(peer)) {
			const result = { row, outcome: lacking ? "skipped" : "failed" };
			results.push(result);
			test(titleOf(row), async () => {
				await runRow(row);
				result.outcome = "done";
			});
		}
	});
}
