/*
	Sessions as octets, to go on with in a later connection, also after a restart (RFC 8446 section 4.6.1; RFC 5246 section 7.3, RFC 5077). They
	hold a secret: keep them as safe as a password. Made by tls12/flow.ts and tickets.ts, read by config.ts, by way of resumption.ts.

	    format (1) · version (2) · suite (2) · made, seconds (4) · lifetime, seconds (4) · digest of the name and of whom to trust (32)
	    length (1), secret · length (2), ticket · SignatureScheme of the proof (2) · length (1), subject · number of max_fragment_length (1)
	    TLS 1.2: flags (1) · length (1), session id
	    TLS 1.3: made, milliseconds beyond the second (2) · age_add (4) · max_early_data_size (4) · length (1), application protocol

	A later format has another number in front; what is not known, too old, or for another server is not used, and a full handshake goes on.
*/

import { TLSError } from "../../errors";
import { ProtocolVersion } from "../../wire/numbers";
import { empty, Reader } from "../../wire/reader";
import { Writer } from "../../wire/writer";
import { refuse } from "../../options";
import { findSuite } from "../../crypto/suites";
import type { RecordLimits } from "../../connection/limits";
import { Hash, HashAlgorithm } from "tls/hardware/hash";
import type { Secret } from "tls/hardware/secret";
import { legacy } from "tls/optional/legacy/legacy";
import type { AuthenticatedPeer } from "../authenticated";
import type { ServerHello12, Ticket12 } from "../tls12/hello";
import type { Link } from "../link";

const FORMAT = 4;
const BINDING_LENGTH = 32;

/** Seconds that a session is used where the server does not say, and at most (RFC 8446 section 4.6.1). */
const USUAL_LIFETIME = 86400;
const MAX_LIFETIME = 604800;

const enum Flag {
	extendedMasterSecret = 1,
}

interface AnySession {
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

function writeU32(w: Writer, value: number): void {
	w.u16(value / 0x10000);
	w.u16(value);
}

/** A name of at most 255 characters, in ASCII. */
function writeName(w: Writer, name: string): void {
	const length = Math.min(name.length, 255);
	w.u8(length);
	for (let i = 0; i < length; i++) {
		const code = name.charCodeAt(i);
		w.u8(code < 0x7f ? code : 0x3f);
	}
}

/** The octets of a session; `lifetime` is the server's word, 0 if it gave none, and `now` is in milliseconds. */
export function exportSession(session: Omit<Session12, "secret"> | Omit<Session13, "secret" | "made">, secret: Secret, binding: Uint8Array, now: number,
	lifetime: number): ArrayBuffer {
	const { version, ticket } = session;
	const w = new Writer(160 + ticket.length);
	w.u8(FORMAT);
	w.u16(version);
	w.u16(session.suite);
	writeU32(w, Math.floor(now / 1000));
	writeU32(w, Math.min(lifetime || USUAL_LIFETIME, MAX_LIFETIME));
	w.copy(binding, 0, BINDING_LENGTH);
	w.u8(secret.length);
	const at = w.reserve(secret.length);
	secret.export(w.bytes, at);
	w.u16(ticket.length);
	w.copy(ticket, 0, ticket.length);
	w.u16(session.scheme);
	writeName(w, session.subject);
	w.u8(session.maxFragmentCode);
	if (version === ProtocolVersion.tls12) {
		w.u8(session.isExtended ? Flag.extendedMasterSecret : 0);
		w.u8(session.id.length);
		w.copy(session.id, 0, session.id.length);
	}
	else {
		w.u16(now % 1000);
		writeU32(w, session.ageAdd);
		writeU32(w, session.maxEarlyData);
		writeName(w, session.protocol);
	}
	const bytes = (w.bytes.buffer as ArrayBuffer).slice(0, w.length);
	w.bytes.fill(0);
	return bytes;
}

function take(r: Reader, width: 1 | 2, maximum: number): Uint8Array {
	const outer = r.enter(width, 0, maximum);
	const bytes = r.bytes.slice(r.at, r.end);
	r.at = r.end;
	r.leave(outer);
	return bytes;
}

function takeName(r: Reader): string {
	let name = "";
	for (const octet of take(r, 1, 255)) name += String.fromCharCode(octet);
	return name;
}

function read12(r: Reader, common: AnySession): Session12 | undefined {
	const flags = r.u8();
	const id = take(r, 1, 32);
	r.finish();
	if (flags > Flag.extendedMasterSecret || common.secret.length !== 48 || !(id.length || common.ticket.length)) return undefined;
	return { ...common, version: ProtocolVersion.tls12, id, isExtended: flags === Flag.extendedMasterSecret };
}

function read13(r: Reader, common: AnySession, madeSeconds: number): Session13 | undefined {
	const made = madeSeconds * 1000 + r.u16();
	const ageAdd = r.u32();
	const maxEarlyData = r.u32();
	const protocol = takeName(r);
	r.finish();
	if (!common.ticket.length || common.secret.length < 32) return undefined;
	return { ...common, version: ProtocolVersion.tls13, made, ageAdd, maxEarlyData, protocol };
}

function read(r: Reader, binding: Uint8Array, now: number): Session | undefined {
	if (r.u8() !== FORMAT) return undefined;
	const version = r.u16();
	const suite = r.u16();
	const made = r.u32();
	const lifetime = Math.min(r.u32(), MAX_LIFETIME);
	const age = Math.floor(now / 1000) - made;
	if (age < 0 || age > lifetime) return undefined;
	const at = r.skip(BINDING_LENGTH);
	for (let i = 0; i < BINDING_LENGTH; i++) if (r.bytes[at + i] !== binding[i]) return undefined;
	const common: AnySession = {
		suite, secret: take(r, 1, 64), ticket: take(r, 2, 0xffff), scheme: r.u16(), subject: takeName(r), maxFragmentCode: r.u8(),
	};
	if (common.maxFragmentCode > 4) return undefined;
	switch (version) {
		case ProtocolVersion.tls12: return read12(r, common);
		case ProtocolVersion.tls13: return read13(r, common, made);
		default: return undefined;
	}
}

/** The session in `bytes`, or undefined where it is of no use for `binding` at `now`. */
export function importSession(bytes: Uint8Array, binding: Uint8Array, now: number): Session | undefined {
	try {
		return read(new Reader().open(bytes, 0, bytes.length), binding, now);
	}
	catch (error) {
		if (error instanceof TLSError) return undefined;
		throw error;
	}
}

/** Wipes and lets go of what is secret or long in a session, when the server has answered. */
export function forgetSession(session: AnySession): void {
	if (session.secret === empty) return;
	session.secret.fill(0);
	session.secret = session.ticket = empty;
}

function wipe(bytes: Uint8Array): void {
	try {
		bytes.fill(0);
	}
	catch {
		refuse('"session" must be in a buffer that can be written: one of TLS 1.3 is used once, and wiped');
	}
}

/** The session where it goes with what is offered now, else undefined. */
export function usableSession(bytes: Uint8Array, binding: Uint8Array, suites: readonly number[], protocols: readonly string[],
	limits: RecordLimits | undefined): Session | undefined {
	const session = importSession(bytes, binding, Date.now());
	if (session?.version === ProtocolVersion.tls13) wipe(bytes);
	if (!session || !suites.includes(session.suite)) return undefined;
	// RFC 6066 section 4: it holds for as long as the session does
	if (limits && limits.maxFragmentCode !== session.maxFragmentCode) return undefined;
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
