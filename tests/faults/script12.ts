/*
	How tests of TLS 1.2 say what their server does wrong, and what the client must do about it.
*/

import type { TestContext } from "node:test";
import { makeCertificate, makeKey, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { Session12, type MessageName12, type Outcome12, type Script12 } from "../peers/server12.js";
import { message, plainRecord } from "../peers/wire13.js";
import { expectFaults, type Fault as AnyFault } from "./fault.js";
import { runPairs, type ClientOptions, type Pair } from "./connect.js";

export type Fault = AnyFault<Script12>;

/** Changes one message. */
export function changing(
	name: MessageName12,
	change: (message: Buffer) => Uint8Array | undefined,
	more: Partial<Script12> = {},
): () => Partial<Script12> {
	return () => ({ ...more, edit: (which, bytes) => (which === name ? change(bytes) : bytes) });
}

export function withBody(bytes: Buffer, ...body: Uint8Array[]): Buffer {
	return message(bytes[0]!, ...body);
}

/** One message after another, which stays in its place too. */
export function followed(name: MessageName12, by: Buffer, more: Partial<Script12> = {}): () => Partial<Script12> {
	return changing(name, bytes => Buffer.concat([bytes, by]), more);
}

/** A message after the flight: the client has answered when it comes to it, and what it answered does not count it. */
export function behind(extra: Buffer): () => Partial<Script12> {
	return starting(records => [...records, plainRecord(22, extra)]);
}

/** Changes the records that end the handshake: ChangeCipherSpec and Finished. */
export function finishing(change: (records: Buffer[]) => Buffer[]): () => Partial<Script12> {
	return () => ({ editRecords: (which, records) => (which === "finish" ? change(records) : records) });
}

/** Changes the records of the server's first flight, each message in one of its own or so. */
export function starting(change: (records: Buffer[]) => Buffer[], fragment = 16384): () => Partial<Script12> {
	return () => ({ fragment, editRecords: (which, records) => (which === "hello" ? change(records) : records) });
}

export function talking(talk: (session: Session12) => void): () => Partial<Script12> {
	return () => ({
		talk: async session => {
			while (!session.outcome.received.includes("\r\n\r\n")) await session.receive();
			talk(session);
		},
	});
}

/** Another certificate of the server's, under the same intermediate. */
export function leafUnder({ intermediate }: ServerIdentity, change: object): Partial<Script12> {
	const leaf = makeCertificate({
		subject: "localhost",
		key: makeKey("p256"),
		issuer: intermediate,
		names: ["localhost"],
		...change,
	});
	return { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
}

/** One connection for each script, to a server that is right but for it. */
export function runAll(
	identity: ServerIdentity,
	scripts: Partial<Script12>[],
	options: Partial<ClientOptions> = {},
): Promise<Pair<Outcome12>[]> {
	const { leaf, intermediate, root } = identity;
	const right = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
	return runPairs(scripts.length, { ca: root.pem, ...options }, (socket, i) =>
		new Session12(socket, { ...right, ...scripts[i]! }).run(),
	);
}

/** Each must be refused as it says. */
export async function expectRefusals(
	t: TestContext,
	identity: ServerIdentity,
	faults: Fault[],
	options: Partial<ClientOptions> = {},
): Promise<void> {
	const pairs = await runAll(
		identity,
		faults.map(fault => fault.script(identity)),
		options,
	);
	await expectFaults(
		t,
		faults,
		pairs.map(({ client, server }) => ({
			client,
			alert: server.alert,
			isAuthenticated: client.negotiated !== undefined,
		})),
	);
}
