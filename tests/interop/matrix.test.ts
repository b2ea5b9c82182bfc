/*
	Every row of table.ts against its server. The table of what was run goes to build/interop.md.
*/

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { makeCertificate, makeKey, type KeyType } from "../../host-sim/servers/certificates.js";
import { buildFolder } from "../../host-sim/build/files.js";
import { variants } from "../drivers/machine.js";
import { runClient } from "../faults/connect.js";
import { clientOptions, expectedText, expectForced, isByHand, isLong, longIdentity, talk } from "./forced.js";
import { lacksPeer, startPeer } from "./peers.js";
import { identityOf } from "./requests.js";
import type { TalkingServer } from "./servers.js";
import { groups, peerNames, rowsOf, tableText, titleOf, type Row, type RowResult } from "./table.js";

const results: RowResult[] = [];
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
	const { pem, keyPem } = makeCertificate({
		subject: "device",
		key,
		issuer: intermediate,
		extendedKeyUsage: ["clientAuth"],
	});
	return { clientCertificates: pem + intermediate.pem, clientKey: keyPem };
}

/** The SignatureScheme of TLS 1.3 that goes with a server's key. */
const schemes: Partial<Record<KeyType, number>> = {
	p256: 0x0403,
	p384: 0x0503,
	rsa2048: 0x0804,
	rsa3072: 0x0804,
	rsa4096: 0x0804,
};

async function runRow(result: RowResult, variant: string): Promise<void> {
	const { row } = result;
	const identity = row.forced === "six certificates" ? longIdentity() : identityOf(row.key);
	const peer = await startPeer(row, identity);
	try {
		const version = row.version === "1.3" ? 0x304 : 0x303;
		const runs = row.resumed ? 2 : 1;
		const until = expectedText(row);
		const { secure, ...more } = clientOptions(row);
		const running = runClient(peer.port, runs, {
			ca: identity.root.pem,
			secure: { minVersion: version, maxVersion: version, ...clientOf(row), ...secure },
			tls: "rsa dhe cbc",
			variant,
			...(isLong(row) || isByHand(row) ? {} : { until }),
			...(row.resumed ? { session: "" } : {}),
			...more,
		});
		const [clients] = await Promise.all([running, talk(row, peer.server as TalkingServer)]);
		assert.equal(clients.length, runs);
		for (const [i, client] of clients.entries()) {
			const { code, message, text, negotiated } = client;
			assert.ok(code === "closed" || code === "truncated", `${code}: ${message}`);
			assert.ok(text.includes(until), text);
			assert.equal(negotiated?.version, version);
			assert.equal(negotiated.suite, row.suite);
			assert.equal(negotiated.resumed, i > 0);
			if (version === 0x304) assert.equal(negotiated.signature, schemes[row.key]);
			assert.equal(negotiated.extendedMasterSecret, true);
			if (row.group && i === 0) assert.equal(negotiated.group, groups[row.group]);
			if (i === 0) {
				result.group = negotiated.names[1] ?? "";
				result.extendedMasterSecret = negotiated.extendedMasterSecret;
			}
			expectForced(row, client);
		}
	} finally {
		await peer.stop();
	}
}

for (const peer of peerNames) {
	const lacking = lacksPeer(peer);
	// most of the time goes by with waiting for servers to start
	describe(`the table: ${peer}`, { skip: lacking, concurrency: 3 }, () => {
		for (const row of rowsOf(peer)) {
			const result: RowResult = { row, outcome: lacking ? "skipped" : "failed" };
			results.push(result);
			test(titleOf(row), async () => {
				// memory is tighter there
				for (const variant of row.forced ? variants : ["native"]) await runRow(result, variant);
				result.outcome = "done";
			});
		}
	});
}
