/*
	Requests to real servers, as the tests of this folder make them.
*/

import assert from "node:assert/strict";
import { makeIdentity, type KeyType, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { runClient, type ClientResult } from "../faults/connect.js";
import { hasProgram, type RunningServer } from "./servers.js";

const identities = new Map<KeyType, ServerIdentity>();

/** One identity for each kind of key, made when it is needed. */
export function identityOf(type: KeyType): ServerIdentity {
	let identity = identities.get(type);
	if (!identity) identities.set(type, (identity = makeIdentity(["localhost"], type)));
	return identity;
}

/** One request; the handshake must finish and the answer arrive whole. */
export async function request(
	server: RunningServer,
	identity: ServerIdentity,
	options: object = {},
): Promise<ClientResult> {
	const [result] = await runClient(server.port, 1, { ca: identity.root.pem, ...options });
	assert.ok(result);
	assert.ok(result.code === "closed" || result.code === "truncated", `${result.code}: ${result.message}`);
	assert.match(result.text, /^HTTP\/1\.[01] 200/);
	return result;
}

/** Stops the server when `body` is done. */
export async function withServer(
	starting: Promise<RunningServer>,
	body: (server: RunningServer) => Promise<void>,
): Promise<void> {
	const server = await starting;
	try {
		await body(server);
	} finally {
		await server.stop();
	}
}

/** False where a program is there; else why its tests are skipped. */
export const missing = (program: string, install: string): string | false =>
	hasProgram(program, "--version") ? false : `${program} is missing: ${install}`;
