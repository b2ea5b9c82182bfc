/*
	Connections of an app that leaves parts out (modules/optional/without), to servers that ask for them.
*/

import assert from "node:assert/strict";
import type { ServerIdentity } from "../../host-sim/servers/certificates.js";
import { runClient, runPairs, type ClientOptions, type Pair } from "../faults/connect.js";
import { Session12, type Outcome12, type Script12 } from "../peers/server12.js";
import { Session13, type Outcome13, type Script13 } from "../peers/server13.js";

/** One app, made for the whole file: what it leaves out. */
export interface Device {
	readonly identity: ServerIdentity;
	readonly without: readonly string[];
}

/** The scripts for servers of TLS 1.3, in one run. */
export function run13(
	{ identity, without }: Device,
	scripts: readonly Partial<Script13>[],
	secure: object = {},
): Promise<Pair<Outcome13>[]> {
	const { leaf, intermediate, root } = identity;
	const right: Script13 = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
	return runPairs(scripts.length, { ca: root.pem, without, secure }, (socket, i) =>
		new Session13(socket, { ...right, ...scripts[i] }).run(),
	);
}

/** The same for TLS 1.2. */
export function run12(
	{ identity, without }: Device,
	scripts: readonly Partial<Script12>[],
	secure: object = {},
): Promise<Pair<Outcome12>[]> {
	const { leaf, intermediate, root } = identity;
	const right: Script12 = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
	return runPairs(scripts.length, { ca: root.pem, without, secure }, (socket, i) =>
		new Session12(socket, { ...right, ...scripts[i] }).run(),
	);
}

/** The request was answered. */
export function expectAnswer({ client, server }: Pair<Outcome13>): void {
	assert.equal(client.code, "closed", client.message);
	assert.match(client.text, /hello$/);
	assert.equal(server.finished, true);
}

/** The client ended the handshake. */
export function expectRefusal({ client, server }: Pair<Outcome13>, code: string, alert: number, says: RegExp): void {
	assert.equal(client.code, code, client.message);
	assert.match(client.message, says);
	assert.equal(server.alert, alert, client.message);
	assert.equal(client.negotiated, undefined);
	assert.equal(client.length, 0);
}

/** Each option is refused by its name and that of the manifest, before there is a connection. */
export async function expectRefusedOptions(
	{ identity, without }: Device,
	part: string,
	options: Readonly<Record<string, Partial<ClientOptions>>>,
): Promise<void> {
	for (const [name, given] of Object.entries(options)) {
		const [result] = await runClient(1, 1, { ca: identity.root.pem, without, ...given });
		assert.equal(result!.code, "configuration", `${name}: ${result!.message}`);
		assert.match(
			result!.message,
			new RegExp(
				`"${name}" needs what this build leaves out: take modules/optional/without/${part}/manifest.json out of the manifest's "include"`,
			),
		);
	}
}
