/*
	Sessions as bytes, and options that go with them: for tests of how they are read and used.
*/

import { bytes } from "test/harness";
import { configure } from "tls/configure";
import type { Options } from "tls/options";
import type { Session12, Session13 } from "tls/handshake/resumption/keys";
import { sessionBinding } from "tls/handshake/resumption/resume";
import { exportSession } from "tls/handshake/resumption/session";
import { CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme } from "tls/wire/numbers";
import { Secret } from "tls/hardware/secret";

export const pins = [new Uint8Array(32)];
export const empty = new Uint8Array(0);
export const day = 86400;
export const week = 7 * day;
/** The time of the tests, in seconds. */
export const start = 1_800_000_000;
export const server = "server.example";
export const common = {
	scheme: SignatureScheme.ecdsa_secp256r1_sha256,
	ticket: bytes("0102030405"),
	subject: server,
	maxFragmentCode: 0,
	verifiedAt: start,
	validUntil: start + 90 * day,
} as const;

/** Identities of the client's, of which only the certificates count here. */
export const none = {};
export const shown = (...certificates: Uint8Array[]): object => {
	const [credential, ...otherCredentials] = certificates.map(certificate => ({ chain: [certificate] }));
	return { credential, ...(otherCredentials.length ? { otherCredentials } : {}) };
};

export type Exported = Omit<Session12, "secret"> | Omit<Session13, "secret" | "made">;

export const right13 = {
	...common,
	version: ProtocolVersion.tls13,
	suite: CipherSuite.TLS_AES_128_GCM_SHA256,
	ageAdd: 1,
	maxEarlyData: 0,
	protocol: "",
} as const;
export const right12 = {
	...common,
	version: ProtocolVersion.tls12,
	suite: CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	group: NamedGroup.x25519,
	id: empty,
} as const;

/** What the tests connect with. */
export const options: Options = { serverName: server, pins, pinsInsteadOfRoots: true, clock: () => start };

export function bindingOf(name: string): Uint8Array {
	return sessionBinding({ name, pins, pinsInsteadOfRoots: true, clock: () => start }, none, undefined, name);
}

/** A session made at `made`, in seconds, with a ticket that lives for `lifetime`. */
export function exported(session: Exported, made = start, lifetime = week, name = server): ArrayBuffer {
	const secret = new Secret(session.version === ProtocolVersion.tls12 ? 48 : 32);
	secret.import(new Uint8Array(secret.length).fill(7), 0);
	return exportSession(session, secret, bindingOf(name), made * 1000, lifetime);
}

/** The version of the session that is used under these options; undefined where it is passed over. */
export function used(session: ArrayBuffer | Uint8Array, more: Options = {}): number | undefined {
	return configure({ ...options, ...more, session }, undefined).session?.version;
}

export function usedAt(
	session: Exported,
	seconds: number | undefined,
	more: Options = {},
	made = start,
	lifetime = week,
): boolean {
	return used(exported(session, made, lifetime), { clock: () => seconds, ...more }) !== undefined;
}
