/*
	Sessions as bytes, to resume in a later connection, also after a restart (RFC 8446 section 4.6.1; RFC 5246 section
	7.3, RFC 5077). They hold a secret: keep them as safe as a password.

	    format (1) · version (2) · suite (2) · made, seconds (4) · the server's lifetime, seconds (4) · verified at, valid until, seconds (4, 4)
	    length (1), secret · length (2), ticket · SignatureScheme of the proof (2) · length (1), subject · number of max_fragment_length (1)
	    TLS 1.2: flags (1) · group (2) · length (1), session id
	    TLS 1.3: made, milliseconds beyond the second (2) · age_add (4) · max_early_data_size (4) · length (1), application protocol
	    SHA-256 of what the session is bound to and of all before (32)

	A later format has another number in front. What is unknown, damaged, too old or for another server is passed over:
	a full handshake follows.
*/

import { refuse, TLSError } from "../../errors";
import { isReadOnly } from "../../optionreader";
import { findSuite } from "../../crypto/suites";
import { ProtocolVersion } from "../../wire/numbers";
import { copyRange, Reader } from "../../wire/reader";
import { Writer } from "../../wire/writer";
import { equal } from "tls/hardware/compare";
import { Hash, HashAlgorithm } from "tls/hardware/hash";
import { Secret } from "tls/hardware/secret";
import { wipe } from "tls/hardware/copy";
import { dropSession, SessionFormat } from "./keys";
import type { AnySession, Session, Session12, Session13, UnusedSession } from "./keys";

/** Bytes of a SHA-256: what a session is bound to, and its check. */
export const BINDING_LENGTH = 32;

/** Bytes of a session of TLS 1.2 and 1.3 beside secret, ticket, names and session id. */
const FIXED_LENGTH_12 = 64;
const FIXED_LENGTH_13 = 71;

/** Seconds that a ticket is used if the server does not say, and at most (RFC 8446 section 4.6.1). */
const USUAL_LIFETIME = 86400;
const MAX_LIFETIME = 604800;

/** Latest time that fits, in seconds: in 2106. */
const MAX_SECONDS = 0xffffffff;

// XS: a literal outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const NO_NAME = "";

/** Flags of TLS 1.2. Every session has an extended master secret (RFC 7627 section 5.3). */
const EXTENDED_MASTER_SECRET = 1;

/** When a session is used, and for how long after the last full handshake, in seconds. */
interface SessionTime {
	/** Milliseconds since 1970. */
	readonly now: number;
	readonly lifetime: number;
}

function writeU32(w: Writer, value: number): void {
	w.u16(value / 0x10000);
	w.u16(value);
}

/** Bytes that are written of a name. */
function nameLength(name: string): number {
	return Math.min(name.length, 255);
}

/** A name of at most 255 characters, in ASCII. */
function writeName(w: Writer, name: string): void {
	const length = nameLength(name);
	w.u8(length);
	for (let i = 0; i < length; i++) {
		const code = name.charCodeAt(i);
		w.u8(code < 0x7f ? code : 0x3f);
	}
}

/** Writes the check of `bytes[0..end)` to `out` at `at`. */
function writeCheck(binding: Uint8Array, bytes: Uint8Array, end: number, out: Uint8Array, at: number): void {
	const running = new Hash(HashAlgorithm.sha256);
	try {
		running.update(binding, 0, BINDING_LENGTH);
		running.update(bytes, 0, end);
		running.peek(out, at);
	} finally {
		running.close();
	}
}

/**
 * Returns the bytes of a session. `lifetime` is the server's word, 0 if it gave none, and `now` is in milliseconds. The
 * one buffer that holds the secret is the one returned: it has its exact size from the start.
 */
export function exportSession(
	session: Omit<Session12, "secret"> | Omit<Session13, "secret" | "made">,
	secret: Secret,
	binding: Uint8Array,
	now: number,
	lifetime: number,
): ArrayBuffer {
	const { version, ticket, subject } = session;
	const own =
		session.version === ProtocolVersion.tls12
			? FIXED_LENGTH_12 + session.id.length
			: FIXED_LENGTH_13 + nameLength(session.protocol);
	const length = own + secret.length + ticket.length + nameLength(subject);
	const w = new Writer(length);
	w.u8(SessionFormat.current);
	w.u16(version);
	w.u16(session.suite);
	writeU32(w, Math.floor(now / 1000));
	writeU32(w, Math.min(lifetime || USUAL_LIFETIME, MAX_LIFETIME));
	writeU32(w, session.verifiedAt);
	writeU32(w, Math.min(session.validUntil, MAX_SECONDS));
	w.u8(secret.length);
	const at = w.reserve(secret.length);
	w.u16(ticket.length);
	w.copy(ticket, 0, ticket.length);
	w.u16(session.scheme);
	writeName(w, subject);
	w.u8(session.maxFragmentCode);
	if (session.version === ProtocolVersion.tls12) {
		w.u8(EXTENDED_MASTER_SECRET);
		w.u16(session.group);
		w.u8(session.id.length);
		w.copy(session.id, 0, session.id.length);
	} else {
		w.u16(now % 1000);
		writeU32(w, session.ageAdd);
		writeU32(w, session.maxEarlyData);
		writeName(w, session.protocol);
	}
	const end = w.reserve(BINDING_LENGTH);
	if (w.length !== length) throw new TLSError("internal", `a session has ${w.length} bytes, expected ${length}`);
	secret.export(w.bytes, at);
	writeCheck(binding, w.bytes, end, w.bytes, end);
	return w.bytes.buffer as ArrayBuffer;
}

function take(r: Reader, width: 1 | 2, maximum: number): Uint8Array {
	const start = r.skipVector(width, 0, maximum);
	return copyRange(r.bytes, start, r.at);
}

/** Takes a secret, of 48 bytes at most. Script does not see it. */
function takeSecret(r: Reader): Secret {
	const start = r.skipVector(1, 0, 48);
	const secret = new Secret(r.at - start);
	secret.import(r.bytes, start);
	return secret;
}

function takeName(r: Reader): string {
	let name = NO_NAME;
	const start = r.skipVector(1, 0, 255);
	for (let at = start; at < r.at; at++) name += String.fromCharCode(r.bytes[at]!);
	return name;
}

function read12(r: Reader, common: Omit<AnySession, "secret">): Omit<Session12, "secret"> | undefined {
	const flags = r.u8();
	const group = r.u16();
	const id = take(r, 1, 32);
	r.finish();
	if (flags !== EXTENDED_MASTER_SECRET || !(id.length || common.ticket.length)) return undefined;
	return { ...common, version: ProtocolVersion.tls12, group, id };
}

function read13(
	r: Reader,
	common: Omit<AnySession, "secret">,
	madeSeconds: number,
	now: number,
): Omit<Session13, "secret"> | undefined {
	const made = madeSeconds * 1000 + r.u16();
	const ageAdd = r.u32();
	const maxEarlyData = r.u32();
	const protocol = takeName(r);
	r.finish();
	if (!common.ticket.length || made > now) return undefined;
	return { ...common, version: ProtocolVersion.tls13, made, ageAdd, maxEarlyData, protocol };
}

/** True if `bytes` ends with the right check. */
function isWhole(bytes: Uint8Array, binding: Uint8Array): boolean {
	const end = bytes.length - BINDING_LENGTH;
	if (end < 1 || bytes[0] !== SessionFormat.current) return false;
	const check = new Uint8Array(BINDING_LENGTH);
	writeCheck(binding, bytes, end, check, 0);
	return equal(bytes, end, check, 0, BINDING_LENGTH);
}

/**
 * True if a session can be used at `now`. A clock that shows less than when the session was made or verified was set
 * back: then nobody knows how old it is.
 */
function isFresh(
	{ now, lifetime }: SessionTime,
	made: number,
	ticketLifetime: number,
	{ verifiedAt, validUntil }: Omit<AnySession, "secret">,
): boolean {
	const seconds = now / 1000;
	return (
		made <= seconds &&
		seconds <= made + Math.min(ticketLifetime, MAX_LIFETIME) &&
		verifiedAt <= seconds &&
		seconds <= verifiedAt + lifetime &&
		seconds <= validUntil
	);
}

/** Reads a session whose check is right. The secret comes first, so that it can be wiped if the rest is of no use. */
function read(r: Reader, time: SessionTime): Session | undefined {
	r.u8();
	const version = r.u16();
	const suite = r.u16();
	const made = r.u32();
	const ticketLifetime = r.u32();
	const verifiedAt = r.u32();
	const validUntil = r.u32();
	const secret = takeSecret(r);
	let session: Omit<Session12, "secret"> | Omit<Session13, "secret"> | undefined;
	try {
		const common = {
			suite,
			verifiedAt,
			validUntil,
			ticket: take(r, 2, 0xffff),
			scheme: r.u16(),
			subject: takeName(r),
			maxFragmentCode: r.u8(),
		};
		if (isFresh(time, made, ticketLifetime, common) && common.maxFragmentCode <= 4) {
			if (version === ProtocolVersion.tls12 && secret.length === 48) session = read12(r, common);
			else if (version === ProtocolVersion.tls13 && secret.length >= 32) session = read13(r, common, made, time.now);
		}
	} finally {
		if (!session) secret.close();
	}
	return session && ({ ...session, secret } as Session);
}

/** The session in `bytes`, or undefined if it is damaged, or of no use for `binding` or at that time. */
export function importSession(bytes: Uint8Array, binding: Uint8Array, time: SessionTime): Session | undefined {
	try {
		if (!isWhole(bytes, binding)) return undefined;
		return read(new Reader().open(bytes, 0, bytes.length - BINDING_LENGTH), time);
	} catch (error) {
		if (error instanceof TLSError) return undefined;
		throw error;
	}
}

/** What a session must go with. */
interface SessionTerms {
	readonly suites: readonly number[];
	readonly schemes: readonly number[];
	readonly protocols: readonly string[];
	/** What the application asks for, if it does. */
	readonly maxFragmentCode: number | undefined;
	/** Milliseconds since 1970; undefined if the time is not known. */
	readonly now: number | undefined;
	/** Seconds that a session is used after the last full handshake. */
	readonly lifetime: number;
}

/** True if a session goes with what is offered now. */
function isOffered(session: Session, { suites, schemes, protocols, maxFragmentCode }: SessionTerms): boolean {
	if (!suites.includes(session.suite)) return false;
	// 0 if nothing was signed
	if (session.scheme && !schemes.includes(session.scheme)) return false;
	// RFC 6066 section 4: it holds for as long as the session does
	if (maxFragmentCode !== undefined && maxFragmentCode !== session.maxFragmentCode) return false;
	if (session.version === ProtocolVersion.tls12) return true;
	return (
		session.secret!.length === findSuite(session.suite)!.hashLength &&
		(!session.protocol || protocols.includes(session.protocol))
	);
}

/** Wipes what a store has given: nobody else has it. */
function wipeTaken(bytes: Uint8Array): void {
	if (!isReadOnly(bytes)) wipe(bytes, 0, bytes.length);
}

/**
 * Reads the session in `bytes`; undefined if it does not go with what is offered now. The bytes of the option `session`
 * stay: one of TLS 1.3 is marked as held until it is offered, and wiped then (psk.ts). With `giveBack` they are a
 * store's: what is not offered goes back to it, and what is of no use to anybody is wiped.
 */
export function usableSession(
	bytes: Uint8Array,
	binding: Uint8Array,
	terms: SessionTerms,
	giveBack: UnusedSession["giveBack"],
): Session | undefined {
	const { now, lifetime } = terms;
	const session = now === undefined ? undefined : importSession(bytes, binding, { now, lifetime });
	if (!session) {
		if (giveBack) wipeTaken(bytes);
		return undefined;
	}
	session.unused = { bytes, giveBack };
	if (!isOffered(session, terms)) {
		dropSession(session);
		return undefined;
	}
	if (session.version === ProtocolVersion.tls12) {
		delete session.unused;
		if (giveBack) wipeTaken(bytes);
	} else if (isReadOnly(bytes)) {
		dropSession(session);
		refuse('"session" must be in a buffer that can be written: one of TLS 1.3 is used once, and wiped');
	} else bytes[0] = SessionFormat.held;
	return session;
}
