/*
	A session as an option: one of TLS 1.3 is used once, one of TLS 1.2 as long as it lives.
*/

import { bytes, equal, test } from "test/harness";
import { configure } from "tls/configure";
import { exportSession } from "tls/handshake/resumption/session";
import { sessionBinding } from "tls/handshake/resumption/resume";
import { forgetSession } from "tls/handshake/resumption/keys";
import type { Session12, Session13 } from "tls/handshake/resumption/keys";
import { CipherSuite, ProtocolVersion, SignatureScheme } from "tls/wire/numbers";
import { Secret } from "tls/hardware/secret";

const pins = [new Uint8Array(32)];
const empty = new Uint8Array(0);
const common = { scheme: SignatureScheme.ecdsa_secp256r1_sha256, ticket: bytes("0102030405"), subject: "server.example", maxFragmentCode: 0 } as const;

function exported(session: Omit<Session12, "secret"> | Omit<Session13, "secret" | "made">, length: number, name: string): ArrayBuffer {
	const secret = new Secret(length);
	secret.import(new Uint8Array(length).fill(7), 0);
	return exportSession(session, secret, sessionBinding(name, undefined, pins, undefined, undefined), Date.now(), 3600);
}

function session13(name: string): ArrayBuffer {
	return exported({ ...common, version: ProtocolVersion.tls13, suite: CipherSuite.TLS_AES_128_GCM_SHA256, ageAdd: 1, maxEarlyData: 0, protocol: "" }, 32, name);
}

function used(session: ArrayBuffer | Uint8Array): number | undefined {
	return configure({ serverName: "server.example", pins, pinsInsteadOfRoots: true, session }, undefined).session?.version;
}

test("one of TLS 1.3 is used once, and wiped", () => {
	const session = session13("server.example");
	equal(used(session), ProtocolVersion.tls13);
	equal(new Uint8Array(session), new Uint8Array(session.byteLength));
	equal(used(session), undefined);
});

test("one of TLS 1.3 in a part of a buffer: the rest stays as it is", () => {
	const session = new Uint8Array(session13("server.example"));
	const larger = new Uint8Array(session.length + 8).fill(9);
	larger.set(session, 4);
	equal(used(larger.subarray(4, 4 + session.length)), ProtocolVersion.tls13);
	equal(larger.subarray(0, 5), bytes("0909090900"));
	equal(larger.subarray(3 + session.length), bytes("0009090909"));
});

test("one for another server is passed over, and stays", () => {
	const session = session13("other.example");
	const before = new Uint8Array(session.slice(0));
	equal(used(session), undefined);
	equal(new Uint8Array(session), before);
});

test("one of TLS 1.2 is used as often as it is given", () => {
	const session = exported({ ...common, version: ProtocolVersion.tls12, suite: CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, id: empty, isExtended: true }, 48, "server.example");
	equal(used(session), ProtocolVersion.tls12);
	equal(used(session), ProtocolVersion.tls12);
});

test("what is secret in a session is wiped when it is forgotten, also a second time", () => {
	const secret = new Uint8Array(48).fill(7);
	const session = { suite: 0xc02f, scheme: 0x0403, secret, ticket: new Uint8Array(100), subject: "server", maxFragmentCode: 0 };
	forgetSession(session);
	equal(secret, new Uint8Array(48));
	equal([session.secret.length, session.ticket.length, session.subject], [0, 0, "server"]);
	forgetSession(session);
	equal(session.secret.length, 0);
});
