/*
	What a hello offers of pre-shared keys (RFC 8446 section 4.2.11): a session whose age is known, an external key
	after it, and the age as it is sent.
*/

import { bytes, equal, test } from "test/harness";
import type { ExternalKey, Session13 } from "tls/handshake/resumption/keys";
import { keysToOffer, writeKeys } from "tls/handshake/resumption/psk";
import { CipherSuite, ProtocolVersion, SignatureScheme } from "tls/wire/numbers";
import { Writer } from "tls/wire/writer";
import { HashAlgorithm } from "tls/hardware/hash";
import { Secret } from "tls/hardware/secret";

/** When the ticket came, in milliseconds. */
const MADE = 1_800_000_000_000;
const AGE_ADD = 0xfffffff0;

function makeSession(): Session13 {
	return {
		version: ProtocolVersion.tls13,
		suite: CipherSuite.TLS_AES_128_GCM_SHA256,
		scheme: SignatureScheme.ecdsa_secp256r1_sha256,
		secret: new Secret(32),
		ticket: bytes("0102030405"),
		subject: "server.example",
		verifiedAt: MADE / 1000,
		validUntil: MADE / 1000 + 1000,
		maxFragmentCode: 0,
		made: MADE,
		ageAdd: AGE_ADD,
		maxEarlyData: 0,
		protocol: "",
	};
}

const external: ExternalKey = {
	identity: bytes("0607"),
	secret: undefined,
	hash: HashAlgorithm.sha256,
	suite: CipherSuite.TLS_AES_128_GCM_SHA256,
	protocol: "",
	maxEarlyData: 0,
};

/** Seconds, `ms` after the ticket came. A quarter of a millisecond more, as a double holds no whole ones. */
function clockAt(ms: number): () => number {
	return () => (MADE + ms + 0.25) / 1000;
}

test("a session is offered from the millisecond on in which its ticket came", () => {
	for (const [ms, count] of [
		[-1000, 0],
		[-1, 0],
		[0, 1],
		[1, 1],
		[604_800_000, 1],
	] as const) {
		const session = makeSession();
		equal(keysToOffer(session, undefined, clockAt(ms)).length, count, `${ms} ms`);
		equal(session.secret === undefined, count === 0, `${ms} ms: what is not offered is wiped`);
	}
});

test("a session is not offered where the clock shows no time", () => {
	for (const now of [undefined, -1, NaN, 2 ** 32]) {
		const session = makeSession();
		equal(keysToOffer(session, undefined, () => now).length, 0);
		equal(session.secret, undefined);
	}
});

test("the external key is after the session, and alone without it", () => {
	const session = makeSession();
	const both = keysToOffer(session, external, clockAt(0));
	equal(
		both.map(({ owner }) => owner === session),
		[true, false],
	);
	equal(
		keysToOffer(makeSession(), external, clockAt(-1)).map(({ owner }) => owner === external),
		[true],
	);
	equal(keysToOffer(undefined, undefined, clockAt(0)).length, 0);
});

test("the age that is sent is hidden by ticket_age_add, modulo 2^32; that of an external key is 0", () => {
	for (const [ms, age] of [
		[0, "fffffff0"],
		[15, "ffffffff"],
		[16, "00000000"],
		[1000, "000003d8"],
	] as const) {
		const clock = clockAt(ms);
		const w = new Writer(200);
		writeKeys(w, keysToOffer(makeSession(), external, clock), clock);
		const zeros = "00".repeat(32);
		const binders = `0042${`20${zeros}`.repeat(2)}`;
		equal(w.bytes.slice(0, w.length), bytes(`0013${"0005" + "0102030405"}${age}${"0002" + "0607"}00000000${binders}`));
	}
});
