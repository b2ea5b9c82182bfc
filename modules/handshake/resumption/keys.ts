/*
	What client and server share before a handshake: sessions of earlier connections, external keys (RFC 8446 section 4.2.11), and how they are
	offered. Types, and the wiping of them: every build has this file, also one without resumption.
*/

import type { ProtocolVersion } from "../../wire/numbers";
import { empty } from "../../wire/reader";
import type { Suite } from "../../crypto/suite";
import type { HashAlgorithm } from "tls/hardware/hash";

export interface AnySession {
	readonly suite: number;
	/** SignatureScheme with which the server proved itself; 0 where it was with an external key. */
	readonly scheme: number;
	secret: Uint8Array;
	ticket: Uint8Array;
	/** Whom its certificate named. */
	readonly subject: string;
	/** The server's answer to max_fragment_length, which holds for as long as the session does (RFC 6066 section 4); 0 where there was none. */
	readonly maxFragmentCode: number;
}

export interface Session12 extends AnySession {
	readonly version: ProtocolVersion.tls12;
	/** Its secret is the extended master secret (RFC 7627). */
	readonly isExtended: boolean;
	/** One of it and the ticket is not empty. */
	readonly id: Uint8Array;
}

/** Its secret is the key that goes with the ticket. */
export interface Session13 extends AnySession {
	readonly version: ProtocolVersion.tls13;
	/** When the ticket came, in milliseconds. */
	readonly made: number;
	/** ticket_age_add */
	readonly ageAdd: number;
	/** Octets that the server takes as early data. */
	readonly maxEarlyData: number;
	/** The application protocol of the connection; empty where there was none. */
	readonly protocol: string;
}

export type Session = Session12 | Session13;

/** A key from elsewhere, which only the two sides know. */
export interface ExternalKey {
	readonly identity: Uint8Array;
	readonly secret: Uint8Array;
	/** The hash that it is for: only suites with that hash go with it (section 4.2.11). */
	readonly hash: HashAlgorithm;
	/** What early data goes out with: suite, application protocol ("" for none), and the most octets (section 4.2.10). */
	readonly suite: number;
	readonly protocol: string;
	readonly maxEarlyData: number;
}

/** A key as it is offered. */
export interface PreSharedKey {
	identity: Uint8Array;
	secret: Uint8Array;
	/** What early data goes out with; only the suite's hash counts for all else. */
	readonly suite: Suite;
	readonly protocol: string;
	/** Octets that the server takes early. */
	readonly maxEarlyData: number;
	/** The connection that it comes from; an external key has none. */
	readonly session: Session13 | undefined;
}

/** Wipes and lets go of what is secret or long in a session, when the server has answered. */
export function forgetSession(session: AnySession): void {
	if (session.secret === empty) return;
	session.secret.fill(0);
	session.secret = session.ticket = empty;
}

/** Forgets the sessions that keys come from, when the server has answered. */
export function forgetSessions(keys: readonly PreSharedKey[]): void {
	for (let i = 0; i < keys.length; i++) {
		const key = keys[i]!, session = key.session;
		if (!session) continue;
		forgetSession(session);
		key.secret = key.identity = empty;
	}
}
