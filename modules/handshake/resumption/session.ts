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
import { Reader } from "../../wire/reader";
import { Writer } from "../../wire/writer";
import type { Secret } from "tls/hardware/secret";
import type { AnySession, Session, Session12, Session13 } from "./keys";

const FORMAT = 4;
export const BINDING_LENGTH = 32;

/** Seconds that a session is used where the server does not say, and at most (RFC 8446 section 4.6.1). */
const USUAL_LIFETIME = 86400;
const MAX_LIFETIME = 604800;

const enum Flag {
	extendedMasterSecret = 1,
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
