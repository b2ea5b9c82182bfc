/*
	Every row of defaults.ts against its server. What was negotiated goes to build/interop-defaults.md.
*/

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { buildFolder } from "../../host-sim/build/files.js";
import type { KeyType } from "../../host-sim/servers/certificates.js";
import { runClient, type ClientOptions, type ClientResult } from "../faults/connect.js";
import { daemons, missingDaemon, startDaemon, type DaemonName } from "./daemons.js";
import { defaultRows, tableText, titleOf, type DefaultRow, type Outcome } from "./defaults.js";
import { libraries, startLibrary, type LibraryName } from "./libraries.js";
import { identityOf, withServer } from "./requests.js";
import type { RunningServer } from "./servers.js";

type PeerName = DefaultRow["peer"];

const results = new Map<DefaultRow, Outcome | string>();
after(() => {
	const rows = [...results].map(([row, outcome]) => ({ row, outcome }));
	writeFileSync(join(buildFolder, "interop-defaults.md"), tableText(rows));
});

const isLibrary = (peer: PeerName): peer is LibraryName => peer in libraries;

function lacksPeer(peer: PeerName): string | false {
	const missing = isLibrary(peer) ? libraries[peer].missing() : missingDaemon(peer);
	return missing && `${peer} is not installed: apt-get install ${missing}`;
}

function start(peer: PeerName, key: KeyType): Promise<RunningServer> {
	const identity = identityOf(key);
	return isLibrary(peer) ? startLibrary(peer, identity) : startDaemon(peer, identity);
}

/** MQTT's CONNECT with the client identifier "a", and the CONNACK that accepts it. */
const mqtt = { bytes: "100d00044d5154540402003c000161", until: " \x02" };

function expectAnswer(peer: PeerName, { code, message, text }: ClientResult): void {
	if (peer === "mosquitto") assert.equal(text, " \x02\0\0", message);
	else {
		// every one of these says close_notify
		assert.equal(code, "closed", message);
		assert.match(text, /^HTTP\/1\.[01] 200 OK\r\n[^]*hello$/);
	}
}

/** The outcome of two connections. */
function outcomeOf(peer: PeerName, clients: readonly ClientResult[]): Outcome {
	for (const client of clients) expectAnswer(peer, client);
	const [first, second] = clients.map(({ negotiated }) => negotiated!);
	const [version, group, signature] = first!.names as [Outcome["version"], string, string];
	const { suite, extendedMasterSecret } = first!;
	assert.equal(first!.resumed, false);
	assert.equal(second!.suite, suite);
	assert.equal(second!.extendedMasterSecret, extendedMasterSecret);
	return { version, suite, group, signature, extendedMasterSecret, resumed: second!.resumed };
}

for (const peer of [...Object.keys(libraries), ...Object.keys(daemons)] as (LibraryName | DaemonName)[]) {
	const rows = defaultRows.filter(row => row.peer === peer);
	const lacking = lacksPeer(peer);
	for (const row of rows) results.set(row, lacking ? "skipped" : "failed");
	describe(`by default: ${peer}`, { skip: lacking, concurrency: 2 }, () => {
		for (const key of ["p256", "rsa2048"] as const)
			test(key, t =>
				withServer(start(peer, key), async ({ port }) => {
					for (const row of rows.filter(one => one.key === key))
						await t.test(titleOf(row), async () => {
							const options: Partial<ClientOptions> = peer === "mosquitto" ? mqtt : {};
							const clients = await runClient(port, 2, {
								ca: identityOf(key).root.pem,
								session: "",
								secure: row.offers === "1.2" ? { maxVersion: 0x303 } : {},
								...options,
							});
							const outcome = outcomeOf(peer, clients);
							results.set(row, outcome);
							assert.deepEqual(outcome, row.outcome);
						});
				}),
			);
	});
}
