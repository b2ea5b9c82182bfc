/*
	Sessions as octets, to go on with in a later connection, also after a restart (RFC 5246 section 7.3, RFC 5077). They hold the master
	secret: keep them as safe as a password. Made by flow12.ts, read by config.ts.

	    format (1) · version (2) · suite (2) · made, seconds (4) · lifetime, seconds (4) · digest of the name and of whom to trust (32)
	    length (1), secret · length (2), ticket
	    TLS 1.2: flags (1) · SignatureScheme of the proof (2) · length (1), session id · length (1), subject

	A later format has another number in front; what is not known, too old, or for another server is not used, and a full handshake goes on.
*/

import { TLSError } from "../errors";
import { ProtocolVersion } from "../wire/numbers";
import { Reader } from "../wire/reader";
import { Writer } from "../wire/writer";
import { Hash, HashAlgorithm } from "tls/hardware/hash";
import { Secret } from "tls/hardware/secret";

const FORMAT = 1;
const BINDING_LENGTH = 32;

/** Seconds that a session is used where the server does not say, and at most (RFC 8446 section 4.6.1 has the same bound). */
const USUAL_LIFETIME = 86400;
const MAX_LIFETIME = 604800;

const enum Flag {
	extendedMasterSecret = 1,
}

export interface Session12 {
	readonly suite: number;
	/** SignatureScheme with which the server proved itself. */
	readonly scheme: number;
	readonly secret: Uint8Array;
	/** One of the two is not empty. */
	readonly id: Uint8Array;
	readonly ticket: Uint8Array;
	/** Whom its certificate named. */
	readonly subject: string;
}

/** Octets of a root store that say which one it is: all of a small one, the index of a large one. */
const STORE_PART = 4096;

/** What a session is good for: a server of this name, checked against these roots and pins. */
export function sessionBinding(name: string, roots: Uint8Array | undefined, pins: readonly Uint8Array[] | undefined): Uint8Array {
	const running = new Hash(HashAlgorithm.sha256);
	const text = new Uint8Array(ArrayBuffer.fromString(`${name}\n${roots ? roots.length : ""}\n`));
	running.update(text, 0, text.length);
	if (roots) running.update(roots, 0, Math.min(roots.length, STORE_PART));
	for (const pin of pins ?? []) running.update(pin, 0, pin.length);
	const digest = new Uint8Array(BINDING_LENGTH);
	running.peek(digest, 0);
	running.close();
	return digest;
}

/** The octets of a session; `lifetime` is the server's word, 0 if it gave none, and `now` is in milliseconds. */
export function exportSession12(session: Omit<Session12, "secret">, master: Secret, binding: Uint8Array, now: number, lifetime: number): Uint8Array {
	const w = new Writer(160 + session.ticket.length);
	w.u8(FORMAT);
	w.u16(ProtocolVersion.tls12);
	w.u16(session.suite);
	const made = Math.floor(now / 1000);
	w.u16(made / 0x10000);
	w.u16(made);
	const seconds = Math.min(lifetime || USUAL_LIFETIME, MAX_LIFETIME);
	w.u16(seconds / 0x10000);
	w.u16(seconds);
	w.copy(binding, 0, BINDING_LENGTH);
	w.u8(master.length);
	const at = w.reserve(master.length);
	master.export(w.bytes, at);
	w.u16(session.ticket.length);
	w.copy(session.ticket, 0, session.ticket.length);
	w.u8(Flag.extendedMasterSecret);
	w.u16(session.scheme);
	w.u8(session.id.length);
	w.copy(session.id, 0, session.id.length);
	const subject = session.subject.slice(0, 255);
	w.u8(subject.length);
	for (let i = 0; i < subject.length; i++) w.u8(subject.charCodeAt(i) < 0x7f ? subject.charCodeAt(i) : 0x3f);
	const bytes = w.bytes.slice(0, w.length);
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

function read(r: Reader, binding: Uint8Array, now: number): Session12 | undefined {
	if (r.u8() !== FORMAT || r.u16() !== ProtocolVersion.tls12) return undefined;
	const suite = r.u16();
	const made = r.u32();
	const lifetime = Math.min(r.u32(), MAX_LIFETIME);
	const age = Math.floor(now / 1000) - made;
	if (age < 0 || age > lifetime) return undefined;
	const at = r.skip(BINDING_LENGTH);
	for (let i = 0; i < BINDING_LENGTH; i++) if (r.bytes[at + i] !== binding[i]) return undefined;
	const secret = take(r, 1, 48);
	const ticket = take(r, 2, 0xffff);
	const flags = r.u8();
	const scheme = r.u16();
	const id = take(r, 1, 32);
	let subject = "";
	for (const octet of take(r, 1, 255)) subject += String.fromCharCode(octet);
	r.finish();
	// RFC 7627 section 5.3: one without would have to be refused
	if (flags !== Flag.extendedMasterSecret || secret.length !== 48 || !(id.length || ticket.length)) return undefined;
	return { suite, scheme, secret, id, ticket, subject };
}

/** The session in `bytes`, or undefined where it is of no use for `binding` at `now`. */
export function importSession12(bytes: Uint8Array, binding: Uint8Array, now: number): Session12 | undefined {
	try {
		return read(new Reader().open(bytes, 0, bytes.length), binding, now);
	}
	catch (error) {
		if (error instanceof TLSError) return undefined;
		throw error;
	}
}

/** The master secret of a session. */
export function sessionSecret(session: Session12): Secret {
	const master = new Secret(session.secret.length);
	master.import(session.secret, 0);
	return master;
}
