/*
	Whether a session can be used for a connection, and the making of TLS 1.2's (RFC 5246 section 7.3, RFC 5077); TLS 1.3's are made in tickets.ts.
*/

import { ProtocolVersion } from "../../wire/numbers";
import { empty } from "../../wire/reader";
import { refuse } from "../../options";
import { findSuite } from "../../crypto/suites";
import { Hash, HashAlgorithm } from "tls/hardware/hash";
import type { Secret } from "tls/hardware/secret";
import { legacy } from "tls/optional/legacy/legacy";
import type { AuthenticatedPeer } from "../authenticated";
import type { Link } from "../link";
import type { ServerHello12, Ticket12 } from "../tls12/hello";
import type { Session } from "./keys";
import { BINDING_LENGTH, exportSession, importSession } from "./session";

/** Octets of a root store that say which one it is: all of a small one, the index of a large one. */
const STORE_PART = 4096;

/** What a session is good for: a server of this name, checked against these roots, pins and key, for a client with this certificate. */
export function sessionBinding(name: string, roots: Uint8Array | undefined, pins: readonly Uint8Array[] | undefined, client: Uint8Array | undefined,
	key: Uint8Array | undefined): Uint8Array {
	const running = new Hash(HashAlgorithm.sha256);
	const text = new Uint8Array(ArrayBuffer.fromString(`${name}\n${[roots, pins, client, key].map(part => part?.length).join()}\n`));
	running.update(text, 0, text.length);
	if (roots) running.update(roots, 0, Math.min(roots.length, STORE_PART));
	for (const pin of pins ?? []) running.update(pin, 0, pin.length);
	if (client) running.update(client, 0, client.length);
	if (key) running.update(key, 0, key.length);
	const digest = new Uint8Array(BINDING_LENGTH);
	running.peek(digest, 0);
	running.close();
	return digest;
}

function wipe(bytes: Uint8Array): void {
	try {
		bytes.fill(0);
	}
	catch {
		refuse('"session" must be in a buffer that can be written: one of TLS 1.3 is used once, and wiped');
	}
}

/** The session where it goes with what is offered now, else undefined; `maxFragmentCode` is what the application asks for, if it does. */
export function usableSession(bytes: Uint8Array, binding: Uint8Array, suites: readonly number[], protocols: readonly string[],
	maxFragmentCode: number | undefined): Session | undefined {
	const session = importSession(bytes, binding, Date.now());
	if (session?.version === ProtocolVersion.tls13) wipe(bytes);
	if (!session || !suites.includes(session.suite)) return undefined;
	// RFC 6066 section 4: it holds for as long as the session does
	if (maxFragmentCode !== undefined && maxFragmentCode !== session.maxFragmentCode) return undefined;
	// RFC 7627 section 5.3
	if (session.version === ProtocolVersion.tls12) return session.isExtended || legacy?.sparesExtendedMasterSecret ? session : undefined;
	const isRight = session.secret.length === findSuite(session.suite)!.hashLength && (!session.protocol || protocols.includes(session.protocol));
	return isRight ? session : undefined;
}

/**
 * Hands on what a later connection of TLS 1.2 can go on with: a new ticket, or the number of a session that begins here. `master` is the master
 * secret, `peer` and `scheme` are the server's proof.
 */
export function keepSession12(link: Link, { suite, sessionId, resumes, isExtended, maxFragment }: ServerHello12, ticket12: Ticket12 | undefined,
	master: Secret, { peer, scheme }: AuthenticatedPeer): void {
	const { sessionBinding: binding, maxFragmentCode } = link.config;
	const { lifetime = 0, octets: ticket = empty } = ticket12 ?? {};
	if (!ticket.length && (resumes || !sessionId.length)) return;
	const session = {
		version: ProtocolVersion.tls12, suite: suite.id, scheme, id: ticket.length ? empty : sessionId, ticket, subject: peer.subject, isExtended,
		maxFragmentCode: maxFragment ? maxFragmentCode : 0,
	} as const;
	link.keepSession(exportSession(session, master, binding!, Date.now(), lifetime));
}
