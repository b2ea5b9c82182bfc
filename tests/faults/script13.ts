/*
	How tests of TLS 1.3 say what their server does wrong, and what the client must do about it.
*/

import type { Fault as AnyFault } from "./fault.js";
import {
	type Certificate,
	type ServerIdentity,
	makeCertificate,
	makeKey,
} from "../../host-sim/servers/certificates.js";
import type { MessageName, Script13, Session13 } from "../peers/server13.js";
import { message } from "../peers/wire13.js";

export type Fault = AnyFault<Script13>;

/** Changes one message. */
export function changing(
	name: MessageName,
	change: (message: Buffer) => Uint8Array | undefined,
): () => Partial<Script13> {
	return () => ({ edit: (which, bytes) => (which === name ? change(bytes) : bytes) });
}

/** The message with another body. */
export function withBody(bytes: Buffer, body: Uint8Array): Buffer {
	return message(bytes[0]!, body);
}

export function chainOf(...certificates: Certificate[]): Partial<Script13> {
	return { chain: certificates.map(({ der }) => der), key: certificates[0]!.key.privateKey };
}

/** A leaf under the identity's intermediate that differs from the right one. */
export function leafUnder({ intermediate }: ServerIdentity, change: object): Partial<Script13> {
	const leaf = makeCertificate({
		subject: "localhost",
		key: makeKey("p256"),
		issuer: intermediate,
		names: ["localhost"],
		...change,
	});
	return chainOf(leaf, intermediate);
}

export const day = 86400e3;

/** Puts a record in front of the flight, or changes the flight's records. */
export function flight(change: (records: Buffer[]) => Buffer[]): () => Partial<Script13> {
	return () => ({ editRecords: (which, records) => (which === "flight" ? change(records) : records) });
}

export function talking(talk: (session: Session13) => void): () => Partial<Script13> {
	return () => ({
		talk: async session => {
			while (!session.outcome.received.includes("\r\n\r\n")) await session.receive();
			talk(session);
		},
	});
}
