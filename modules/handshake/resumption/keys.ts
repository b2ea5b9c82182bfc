/*
	What client and server share before a handshake: sessions of earlier connections, external keys (RFC 8446 section
	4.2.11), and how they are offered. Types, and the wiping of them: every build has this file, also one without
	resumption.
*/

import type { ProtocolVersion } from "../../wire/numbers";
import { empty } from "../../wire/reader";
import type { Suite } from "../../crypto/suite";
import type { HashAlgorithm } from "tls/hardware/hash";
import type { Secret } from "tls/hardware/secret";

export interface AnySession {
	readonly suite: number;
	/** SignatureScheme with which the server proved itself; 0 if it was with an external key. */
	readonly scheme: number;
	/** Undefined once it is used or wiped. */
	secret: Secret | undefined;
	ticket: Uint8Array;
	/** Whom its certificate named. */
	readonly subject: string;
	/**
	 * When the last full handshake was, and until when what it verified holds (VerifiedPeer), in seconds since 1970.
	 */
	readonly verifiedAt: number;
	readonly validUntil: number;
	/**
	 * The server's answer to max_fragment_length, which holds for as long as the session does (RFC 6066 section 4); 0
	 * if there was none.
	 */
	readonly maxFragmentCode: number;
	/** TLS 1.3. XS: absent field, once the session is offered. */
	unused?: UnusedSession;
}

/** The first byte of a session's bytes. */
export const enum SessionFormat {
	/** 1 to 4 had no check and no end, 5 had no group. */
	current = 6,
	/** One of TLS 1.3 that a connection holds and has not offered yet: no other takes it. */
	held = 0x86,
}

/** A session of TLS 1.3 as the application gave it: it is offered once, and wiped then (RFC 8446 appendix C.4). */
export interface UnusedSession {
	/** The bytes themselves, where the application has them. */
	readonly bytes: Uint8Array;
	/** Takes them back into the store that gave them; undefined if they came as the option `session`. */
	readonly giveBack: ((session: ArrayBuffer) => void) | undefined;
}

/** Its secret is an extended master secret: there are no sessions without (RFC 7627 section 5.3). */
export interface Session12 extends AnySession {
	readonly version: ProtocolVersion.tls12;
	/** NamedGroup of the key exchange that it began with; 0 with RSA key transport. */
	readonly group: number;
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
	/** Bytes that the server takes as early data. */
	readonly maxEarlyData: number;
	/** The application protocol of the connection; empty if there was none. */
	readonly protocol: string;
}

export type Session = Session12 | Session13;

/** A key from elsewhere, which only the two sides know. */
export interface ExternalKey {
	readonly identity: Uint8Array;
	/** A copy of the application's key. Undefined once it is wiped. */
	secret: Secret | undefined;
	/** The hash that it is for: only suites with that hash go with it (section 4.2.11). */
	readonly hash: HashAlgorithm;
	/**
	 * What early data goes out with: suite, application protocol ("" for none), and the most bytes (section 4.2.10).
	 */
	readonly suite: number;
	readonly protocol: string;
	readonly maxEarlyData: number;
}

/** A key as it is offered. */
export interface PreSharedKey {
	identity: Uint8Array;
	/** What early data goes out with; only the suite's hash counts for all else. */
	readonly suite: Suite;
	/** It has the secret. */
	readonly owner: Session13 | ExternalKey;
	/** The connection that it comes from; an external key has none. */
	readonly session: Session13 | undefined;
}

/** Shared by all handshakes without keys, as most are. */
export const noKeys: readonly PreSharedKey[] = Object.freeze([]);

/** Wipes the secret of a session or an external key, if it is still there. */
export function wipeSecret(owner: { secret: Secret | undefined } | undefined): void {
	if (!owner?.secret) return;
	owner.secret.close();
	owner.secret = undefined;
}

/**
 * Wipes and drops what is secret or long in a session. If it was not offered, its bytes can be used again, and go back
 * to the store that gave them.
 */
export function dropSession(session: AnySession | undefined): void {
	if (!session) return;
	wipeSecret(session);
	session.ticket = empty;
	const unused = session.unused;
	if (!unused) return;
	delete session.unused;
	const { bytes, giveBack } = unused;
	if (bytes[0] === SessionFormat.held) bytes[0] = SessionFormat.current;
	if (!giveBack || bytes.length !== bytes.buffer.byteLength) return;
	try {
		giveBack(bytes.buffer as ArrayBuffer);
	} catch {
		// a store that throws has one session less
	}
}

/** Wipes the keys that were offered: the server has answered, or asks for others. */
export function dropKeys(keys: readonly PreSharedKey[]): void {
	for (let i = 0; i < keys.length; i++) {
		const key = keys[i]!;
		wipeSecret(key.owner);
		if (key.session) key.session.ticket = empty;
		key.identity = empty;
	}
}
