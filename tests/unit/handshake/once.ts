/*
	A session of TLS 1.3 is used once: its bytes are wiped when it is offered (RFC 8446 appendix C.4). If it is not,
	they stay as they are, or go back to their store. One of TLS 1.2 is used as long as it lives.
*/

import { bytes, equal, ok, test, throws } from "test/harness";
import type { Config } from "tls/config";
import { configure } from "tls/configure";
import { createEngine, type Events } from "tls/engine";
import type { Options, SessionKeeper } from "tls/options";
import type { Session13 } from "tls/handshake/resumption/keys";
import { keysToOffer } from "tls/handshake/resumption/psk";
import { wipeSecrets } from "tls/handshake/secrets";
import { ProtocolVersion } from "tls/wire/numbers";
import { exported, options, right12, right13, server, start, used, week } from "./exported";

/** Suites that go with none of the sessions here. */
const otherSuites = ["TLS_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"];

function configured(session: ArrayBuffer | Uint8Array, more: Options = {}): Session13 {
	return configure({ ...options, ...more, session }, undefined).session as Session13;
}

/** How many keys a ClientHello would offer. */
function offered(session: Session13): number {
	return keysToOffer(session, undefined, () => start).length;
}

function isWiped(session: ArrayBuffer): boolean {
	return new Uint8Array(session).every(byte => byte === 0);
}

test("one of TLS 1.3 is wiped when it is offered, and not before", () => {
	const session = exported(right13);
	const before = new Uint8Array(session.slice(0));
	const read = configured(session);
	equal(new Uint8Array(session).subarray(1), before.subarray(1));
	equal(offered(read), 1);
	ok(isWiped(session));
	equal(used(session), undefined);
});

test("one of TLS 1.3 that a connection holds is taken by no other, until that is over", () => {
	const session = exported(right13);
	const first = configure({ ...options, session }, undefined);
	equal(used(session), undefined);
	wipeSecrets(first);
	const second = configured(session);
	equal(used(session), undefined);
	equal(offered(second), 1);
	ok(isWiped(session));
});

test("one of TLS 1.3 that the application wipes, once it has given it, is offered all the same", () => {
	const session = exported(right13);
	const read = configured(session);
	new Uint8Array(session).fill(0);
	equal(offered(read), 1);
	const other = exported(right13);
	const unused = configure({ ...options, session: other }, undefined);
	new Uint8Array(other).fill(0);
	wipeSecrets(unused);
	ok(isWiped(other));
});

test("one of TLS 1.3 whose buffer is gone is not offered", () => {
	const session = exported(right13);
	const read = configured(session);
	session.transfer();
	equal(offered(read), 0);
});

test("one of TLS 1.3 that is not offered stays as it is", () => {
	const session = exported(right13);
	const before = new Uint8Array(session.slice(0));
	equal(used(session, { cipherSuites: otherSuites }), undefined);
	equal(used(session, { maxVersion: ProtocolVersion.tls12 }), undefined);
	throws(() => used(session, { closeTimeout: -1 }), "configuration");
	wipeSecrets(configure({ ...options, session }, undefined));
	equal(keysToOffer(configured(session), undefined, () => start - 1).length, 0);
	equal(new Uint8Array(session), before);
	equal(used(session), ProtocolVersion.tls13);
});

/** A store with one session. */
class OneSession implements SessionKeeper {
	kept: ArrayBuffer | undefined;

	constructor(session: ArrayBuffer) {
		this.kept = session;
	}

	take(): ArrayBuffer | undefined {
		const session = this.kept;
		this.kept = undefined;
		return session;
	}

	keep(_key: string, session: ArrayBuffer): void {
		this.kept = session;
	}
}

test("one that a store gave goes back to it if it is not offered", () => {
	const session = exported(right13);
	const before = new Uint8Array(session.slice(0));
	const sessions = new OneSession(session);
	const withStore = (more: Options = {}): Config => configure({ ...options, sessions, ...more }, undefined);
	equal(withStore({ cipherSuites: otherSuites }).session, undefined);
	equal(sessions.kept, session);
	throws(() => withStore({ closeTimeout: -1 }), "configuration");
	equal(sessions.kept, session);
	const unused = withStore();
	equal(sessions.kept, undefined);
	wipeSecrets(unused);
	equal(sessions.kept, session);
	const ignore = (): void => {};
	const events: Events = {
		output: (_bytes, start, end) => end - start,
		opened: ignore,
		readable: ignore,
		ended: ignore,
		failed: ignore,
		pause: ignore,
	};
	const engine = createEngine({ ...options, sessions }, server, events);
	equal(sessions.kept, undefined);
	engine.close();
	equal(sessions.kept, session);
	equal(new Uint8Array(session), before);
	const offering = withStore();
	equal(offered(offering.session as Session13), 1);
	wipeSecrets(offering);
	equal(sessions.kept, undefined);
	ok(isWiped(session));
});

test("one that a store gave is wiped if it is of no use to anybody, or was read", () => {
	for (const [session, clock] of [
		[exported(right13), start + week + 1],
		[exported(right13, start, week, "other.example"), start],
		[exported(right12), start],
	] as const) {
		const sessions = new OneSession(session);
		configure({ ...options, sessions, clock: () => clock }, undefined);
		equal(sessions.kept, undefined);
		ok(isWiped(session));
	}
});

test("a store that throws as a session comes back ends nothing", () => {
	const sessions = new OneSession(exported(right13));
	sessions.keep = () => {
		throw new Error("full");
	};
	equal(configure({ ...options, sessions, cipherSuites: otherSuites }, undefined).session, undefined);
});

test("one of TLS 1.3 in a part of a buffer: the rest stays as it is", () => {
	const session = new Uint8Array(exported(right13));
	const larger = new Uint8Array(session.length + 8).fill(9);
	larger.set(session, 4);
	equal(offered(configured(larger.subarray(4, 4 + session.length))), 1);
	equal(larger.subarray(0, 5), bytes("0909090900"));
	equal(larger.subarray(3 + session.length), bytes("0009090909"));
});

test("one for another server is passed over, and stays", () => {
	const session = exported(right13, start, week, "other.example");
	const before = new Uint8Array(session.slice(0));
	equal(used(session), undefined);
	equal(new Uint8Array(session), before);
});

test("one of TLS 1.2 is used as often as it is given, and stays", () => {
	const session = exported(right12);
	const before = new Uint8Array(session.slice(0));
	equal(used(session), ProtocolVersion.tls12);
	equal(used(session), ProtocolVersion.tls12);
	equal(new Uint8Array(session), before);
});
