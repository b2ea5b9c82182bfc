/*
	Keys that client and server share before the handshake (RFC 8446 section 4.2.9 to 4.2.11): of an earlier connection,
	or external ones. They are used with a fresh key agreement only (psk_dhe_ke). The rest of the stack calls them by
	way of resumption.ts.
*/

import { Signer } from "../../wire/numbers";
import { copyBytes, copyOptions, viewBytes } from "../../optionreader";
import type { OptionTypes } from "../../optionreader";
import { refuse } from "../../errors";
import { numberOption } from "../../options";
import type { Options, PreSharedKeyOption } from "../../options";
import { findSuite, findSuiteByName } from "../../crypto/suites";
import type { Writer } from "../../wire/writer";
import { hash, HashAlgorithm } from "tls/hardware/hash";
import { Secret } from "tls/hardware/secret";
import { wipe } from "tls/hardware/copy";
import { noKeys, dropSession } from "./keys";
import type { ExternalKey, PreSharedKey, Session13 } from "./keys";
import { Schedule13, verifyData } from "../tls13/schedule";
import type { Transcript } from "../transcript";
import { clockTime } from "../../x509/time";
import type { ClockPolicy } from "../../x509/time";

/** Most bytes of a pre-shared key's name. */
const MAX_IDENTITY = 1024;

const types: OptionTypes = Object.freeze({
	identity: "a string or a buffer",
	key: "a buffer",
	hash: "a string",
	maxEarlyData: "a number",
	cipherSuite: "a string",
	protocol: "a string",
});
// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const RESUMPTION_BINDER = "res binder";
const EXTERNAL_BINDER = "ext binder";

/** The suite that early data goes out with. */
function earlySuite(name: string, hash: HashAlgorithm): number {
	const suite = findSuiteByName(name);
	if (suite?.signer !== Signer.any || suite.hash !== hash)
		refuse(`"psk": "cipherSuite", ${name.slice(0, 64)}, is not a TLS 1.3 suite with the hash of the key`);
	return suite.id;
}

/** The option `psk`. */
export function readExternalKey({ psk }: Options): ExternalKey | undefined {
	if (!psk) return undefined;
	const {
		identity,
		key,
		hash: hashName = "sha256",
		maxEarlyData,
		cipherSuite,
		protocol = "",
	} = copyOptions<PreSharedKeyOption>("psk", psk, types, "nested");
	if (identity === undefined) refuse('"psk": "identity" is missing');
	if (key === undefined) refuse('"psk": "key" is missing');
	if (hashName !== "sha256" && hashName !== "sha384") refuse('"psk": "hash" must be "sha256" or "sha384"');
	const name = copyBytes("psk.identity", typeof identity === "string" ? ArrayBuffer.fromString(identity) : identity);
	const keyBytes = viewBytes("psk.key", key);
	if (!name.length || name.length > MAX_IDENTITY)
		refuse(`"psk": "identity" must have 1 to ${MAX_IDENTITY} bytes, not ${name.length}`);
	if (keyBytes.length < 16 || keyBytes.length > 64)
		refuse(`"psk": "key" must have 16 to 64 bytes, not ${keyBytes.length}`);
	const hash = hashName === "sha256" ? HashAlgorithm.sha256 : HashAlgorithm.sha384;
	const suite = earlySuite(
		cipherSuite ?? (hash === HashAlgorithm.sha256 ? "TLS_AES_128_GCM_SHA256" : "TLS_AES_256_GCM_SHA384"),
		hash,
	);
	const most = numberOption("psk.maxEarlyData", maxEarlyData, 0, 0xffffffff, 0);
	const secret = new Secret(keyBytes.length);
	secret.import(keyBytes, 0);
	return { identity: name, secret, hash, protocol, suite, maxEarlyData: most };
}

/**
 * Wipes the application's bytes of a session, so that nothing offers it again (RFC 8446 appendix C.4). Returns false if
 * their buffer is gone: they can't be wiped then.
 */
function useSession(session: Session13): boolean {
	const unused = session.unused;
	if (!unused) return true;
	delete session.unused;
	const { bytes } = unused;
	if (!bytes.length) return false;
	wipe(bytes, 0, bytes.length);
	return true;
}

/**
 * What can be offered, the session first: at most one of each. A session whose age nobody knows is not offered: the
 * clock was set back since.
 */
export function keysToOffer(
	session: Session13 | undefined,
	external: ExternalKey | undefined,
	clock: ClockPolicy,
): readonly PreSharedKey[] {
	if (!session && !external) return noKeys;
	const keys: PreSharedKey[] = [];
	if (session) {
		if (ticketAge(session, clock) >= 0 && useSession(session))
			keys.push({ identity: session.ticket, suite: findSuite(session.suite)!, owner: session, session });
		else dropSession(session);
	}
	if (external)
		keys.push({ identity: external.identity, suite: findSuite(external.suite)!, owner: external, session: undefined });
	return keys;
}

/**
 * Milliseconds since the ticket came, by the clock that told when it did; below 0 if that was set back, or shows no
 * time.
 */
function ticketAge(session: Session13, clock: ClockPolicy): number {
	return (clockTime(clock) ?? -1) - session.made;
}

/**
 * obfuscated_ticket_age (section 4.2.11.1): the age and ticket_age_add, so that an eavesdropper can't read the age; 0
 * for an external key.
 */
function obfuscatedAge({ session }: PreSharedKey, clock: ClockPolicy): number {
	return session ? (Math.max(0, ticketAge(session, clock)) + session.ageAdd) % 0x100000000 : 0;
}

/** Writes the data of pre_shared_key, with room for the binders at its end (section 4.2.11). */
export function writeKeys(w: Writer, keys: readonly PreSharedKey[], clock: ClockPolicy): void {
	const identities = w.open(2);
	for (const key of keys) {
		w.u16(key.identity.length);
		w.copy(key.identity, 0, key.identity.length);
		const age = obfuscatedAge(key, clock);
		w.u16(age / 0x10000);
		w.u16(age);
	}
	w.close(2, identities);
	const binders = w.open(2);
	for (const { suite } of keys) {
		w.u8(suite.hashLength);
		w.reserve(suite.hashLength);
	}
	w.close(2, binders);
}

/**
 * Computes the binder of one key in place: overwrites `digest`. It is what a Finished would be with a key made of it
 * (section 4.2.11.2).
 */
function binder(key: PreSharedKey, digest: Uint8Array): Uint8Array {
	const { suite } = key;
	const schedule = new Schedule13(suite, key.owner.secret);
	let base: Secret | undefined;
	try {
		base = schedule.derive(key.session ? RESUMPTION_BINDER : EXTERNAL_BINDER, undefined);
		return verifyData(suite, base, digest);
	} finally {
		schedule.close();
		base?.close();
	}
}

/**
 * Fills in the binders of the ClientHello that `w` holds, which prove that the client has the keys, over all in front
 * of them. Returns how much of the hello it has added to the transcript: after a HelloRetryRequest all but the binders,
 * else nothing.
 */
export function writeBinders(w: Writer, keys: readonly PreSharedKey[], transcript: Transcript): number {
	let end = w.length - 2;
	for (const { suite } of keys) end -= 1 + suite.hashLength;
	const isSecond = transcript.algorithm !== 0;
	if (isSecond) transcript.add(w.bytes, 0, end);
	let at = end + 2;
	for (const key of keys) {
		const { suite } = key;
		const digest = isSecond ? transcript.digest() : new Uint8Array(suite.hashLength);
		if (!isSecond) hash(suite.hash, w.bytes, 0, end, digest, 0);
		w.bytes.set(binder(key, digest), at + 1);
		at += 1 + suite.hashLength;
	}
	return isSecond ? end : 0;
}
