/*
	Keying material and the channel binding tls-exporter, against Node's server (OpenSSL) in both versions, in full
	handshakes and resumed ones. Servers without the extended master secret get an error: nothing is exported.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { createServer, type TLSSocket } from "node:tls";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { runClient, runPairs, type ClientOptions, type ClientResult } from "../faults/connect.js";
import { Session12 } from "../peers/server12.js";

const label = "EXPORTER-Channel-Binding";
/** Label, length, context in hexadecimal or null for none. */
const asked: readonly (readonly [string, number, string | null])[] = [
	["EXPORTER-a", 20, null],
	["EXPORTER-a", 32, ""],
	["EXPERIMENTAL a label that is longer than those of the key schedule", 100, "000102ff"],
	[label, 32, ""],
];

let identity: ServerIdentity;

/** Connects `runs` times to Node's server; returns what each side exported. */
async function exported(
	runs: number,
	version: number,
	options: Partial<ClientOptions>,
): Promise<{ clients: ClientResult[]; servers: string[][] }> {
	const servers: string[][] = [];
	const server = createServer({ cert: identity.chain, key: identity.leaf.keyPem }, (socket: TLSSocket) => {
		servers.push(
			asked.map(([name, length, context]) =>
				(context === null
					? (socket.exportKeyingMaterial as (length: number, label: string) => Buffer)(length, name)
					: socket.exportKeyingMaterial(length, name, Buffer.from(context, "hex"))
				).toString("hex"),
			),
		);
		socket.on("error", () => {});
		socket.once("data", () => socket.end("hello"));
	});
	server.on("tlsClientError", () => {});
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	try {
		const { port } = server.address() as { port: number };
		const secure = { minVersion: version, maxVersion: version, exporter: true };
		const clients = await runClient(port, runs, {
			ca: identity.root.pem,
			secure,
			config: { exports: JSON.stringify(asked) },
			...options,
		});
		return { clients, servers };
	} finally {
		server.close();
	}
}

describe("exporters", () => {
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	for (const variant of variants)
		for (const [name, version] of [
			["1.2", 0x303],
			["1.3", 0x304],
		] as const)
			test(`TLS ${name}: what OpenSSL exports, also of resumed connections (${variant})`, async () => {
				const { clients, servers } = await exported(2, version, { variant, session: "" });
				assert.deepEqual(
					clients.map(({ negotiated }) => negotiated?.resumed),
					[false, true],
				);
				assert.deepEqual(
					clients.map(client => client.exported),
					servers,
				);
				assert.equal(new Set(servers.flat()).size, 8, "each connection has values of its own");
				for (const client of clients) assert.equal(client.binding, client.exported![3]);
			});

	test("not asked for: refused, and the connection goes on", async () => {
		for (const version of [0x303, 0x304]) {
			const { clients } = await exported(1, version, { secure: { minVersion: version, maxVersion: version } });
			assert.equal(clients[0]!.exported, undefined);
			assert.match(clients[0]!.text, /hello$/);
			assert.match(clients[0]!.refused!, /set "exporter"/);
		}
	});
	test("TLS 1.2 without the extended master secret: refused, and the connection goes on", async () => {
		const { leaf, intermediate, root } = identity;
		const [pair] = await runPairs(
			1,
			{ ca: root.pem, secure: { exporter: true }, config: { exports: JSON.stringify(asked) } },
			socket =>
				new Session12(socket, {
					chain: [leaf.der, intermediate.der],
					key: leaf.key.privateKey,
					oldMasterSecret: true,
				}).run(),
		);
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.equal(pair!.client.exported, undefined);
		assert.match(pair!.client.refused!, /extended master secret/);
	});
});
