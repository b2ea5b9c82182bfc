/*
	SessionStore: what it keeps, what it gives, what goes first, and what comes back from storage. Its "sessions" here
	have the first bytes of real ones: format, version.
*/

import { equal, ok, test, throws } from "test/harness";
import { SessionStore, type SessionStoreOptions } from "tls/sessions";

/** A session of TLS 1.3 (4) or 1.2 (3), filled with a number. */
function session(fill: number, version = 4, length = 100): ArrayBuffer {
	const bytes = new Uint8Array(length).fill(fill);
	bytes[0] = 5;
	bytes[1] = 3;
	bytes[2] = version;
	return bytes.buffer;
}

function fillOf(taken: ArrayBuffer | undefined): number | undefined {
	return taken && new Uint8Array(taken)[3];
}

class Storage {
	readonly values = new Map<string, ArrayBuffer>();
	get(key: string): ArrayBuffer | undefined {
		return this.values.get(key)?.slice(0);
	}
	set(key: string, value: ArrayBuffer): void {
		// a copy, as storage makes one
		this.values.set(key, value.slice(0));
	}
	delete(key: string): void {
		this.values.delete(key);
	}
}

test("one of TLS 1.3 is given once, the latest first, two at most", () => {
	const store = new SessionStore();
	for (const fill of [1, 2, 3]) store.keep("a", session(fill));
	equal(store.byteLength, 200);
	equal([fillOf(store.take("a")), fillOf(store.take("a")), store.take("a")], [3, 2, undefined]);
	equal(store.byteLength, 0);
});

test("one that was resumed is given again if the server gives no other", () => {
	const store = new SessionStore();
	store.keep("a", session(1));
	store.keep("a", session(2));
	equal(fillOf(store.take("a")), 2);
	store.resumed("a");
	// those that were not given yet come first
	equal(fillOf(store.take("a")), 1);
	store.resumed("b");
	store.resumed("a");
	for (let i = 0; i < 3; i++) {
		new Uint8Array(store.take("a")!).fill(0);
		equal([store.take("a"), store.byteLength], [undefined, 0], "not for a second connection meanwhile");
		if (i < 2) store.resumed("a");
	}
	equal(store.take("a"), undefined, "not after a connection that was not resumed");
	store.keep("a", session(3));
	equal(fillOf(store.take("a")), 3);
	store.resumed("a");
	store.keep("a", session(4));
	equal([fillOf(store.take("a")), store.take("a")], [4, undefined], "not if there is another");
});

test("what was given is wiped once it can't be given again, counts as memory, and is not saved", () => {
	const storage = new Storage();
	for (const drop of [
		(store: SessionStore) => store.keep("a", session(9)),
		(store: SessionStore) => store.clear(),
		(store: SessionStore) => store.keep("b", session(9, 4, 450)),
	])
		for (const isResumed of [false, true]) {
			const store = new SessionStore({ maxBytes: 512, storage });
			const kept = session(1);
			store.keep("a", kept);
			const given = store.take("a")!;
			equal(fillOf(given), 1);
			if (isResumed) store.resumed("a");
			store.save();
			equal(storage.values.size, 0);
			drop(store);
			equal(new Uint8Array(kept), new Uint8Array(100));
			equal(fillOf(given), 1, "the connection has a copy");
			store.resumed("a");
			store.clear();
		}
});

test("reuseTickets: false: each of TLS 1.3 is given once, whatever the server does", () => {
	const store = new SessionStore({ reuseTickets: false });
	store.keep("a", session(1));
	equal(fillOf(store.take("a")), 1);
	store.resumed("a");
	equal(store.take("a"), undefined);
});

test("reuseTickets: the last of TLS 1.3 stays until another comes", () => {
	const store = new SessionStore({ reuseTickets: true });
	store.keep("a", session(1));
	store.keep("a", session(2));
	equal([fillOf(store.take("a")), fillOf(store.take("a")), fillOf(store.take("a"))], [2, 1, 1]);
	new Uint8Array(store.take("a")!).fill(0);
	store.keep("a", session(3));
	equal([fillOf(store.take("a")), fillOf(store.take("a"))], [3, 1]);
});

test("one of TLS 1.2 is given again, as a copy, and the latest alone is kept", () => {
	const store = new SessionStore();
	store.keep("a", session(1, 3));
	store.keep("a", session(2, 3));
	equal(store.byteLength, 100);
	const first = store.take("a")!;
	new Uint8Array(first).fill(0);
	equal(fillOf(store.take("a")), 2);
});

test("each server has its own, and the one used least recently goes first", () => {
	const store = new SessionStore({ maxServers: 2 });
	store.keep("a", session(1, 3));
	store.keep("b", session(2, 3));
	equal(fillOf(store.take("a")), 1);
	const dropped = session(3, 3);
	store.keep("c", dropped);
	equal([fillOf(store.take("a")), store.take("b"), fillOf(store.take("c"))], [1, undefined, 3]);
	store.clear();
	equal(new Uint8Array(dropped), new Uint8Array(100), "what is dropped is wiped");
	equal(store.byteLength, 0);
});

test("bytes are bounded, whatever servers send", () => {
	const store = new SessionStore({ maxBytes: 512, maxServers: 64 });
	let most = 0;
	for (let i = 0; i < 300; i++) {
		store.keep(`server ${i % 70}`, session(i & 0xff, 3 + (i % 2), 4 + ((i * 37) % 600)));
		most = Math.max(most, store.byteLength);
	}
	ok(most > 400 && most <= 512, `${most} bytes`);
	store.clear();
	store.keep("a", session(1, 4, 512));
	equal(store.byteLength, 512);
	const tooLong = session(1, 4, 513);
	store.keep("b", tooLong);
	equal([store.byteLength, store.take("b")], [512, undefined]);
	equal(new Uint8Array(tooLong), new Uint8Array(513), "what does not fit is wiped, too");
	store.keep("k".repeat(32), session(9));
	equal(fillOf(store.take("k".repeat(32))), 9);
	store.keep("k".repeat(33), session(9));
	equal(store.take("k".repeat(33)), undefined);
});

test("sessions come back from storage, once", () => {
	const storage = new Storage();
	const store = new SessionStore({ storage });
	store.keep("aa", session(1));
	store.keep("aa", session(2));
	store.keep("b", session(3, 3, 300));
	store.save();
	const saved = storage.get("tls-sessions")!;
	const next = new SessionStore({ storage });
	equal(storage.values.size, 0);
	equal(next.byteLength, 500);
	equal([fillOf(next.take("aa")), fillOf(next.take("aa")), fillOf(next.take("b"))], [2, 1, 3]);
	equal(new SessionStore({ storage }).byteLength, 0);
	// cut anywhere or changed: what is whole comes back, or nothing, and nothing else happens
	for (let length = 0; length < saved.byteLength; length++) {
		storage.set("tls-sessions", saved.slice(0, length));
		ok(new SessionStore({ storage }).byteLength <= 500);
		const changed = new Uint8Array(saved.slice(0));
		changed[length]! ^= 0xff;
		storage.set("tls-sessions", changed.buffer);
		ok(new SessionStore({ storage }).byteLength <= 3500);
	}
	storage.set("tls-sessions", saved);
	equal(new SessionStore({ storage, maxBytes: 512, maxServers: 1 }).byteLength, 300);
});

test("what goes to storage or comes from it is wiped, and so is what gives way", () => {
	const seen: ArrayBuffer[] = [];
	class Watched extends Storage {
		override get(key: string): ArrayBuffer | undefined {
			const value = super.get(key);
			if (value) seen.push(value);
			return value;
		}
		override set(key: string, value: ArrayBuffer): void {
			super.set(key, value);
			seen.push(value);
		}
	}
	const storage = new Watched(),
		store = new SessionStore({ storage }),
		first = session(1);
	for (const one of [first, session(2), session(3)]) store.keep("a", one);
	equal(new Uint8Array(first), new Uint8Array(100), "the third drops the first");
	store.save();
	equal(new SessionStore({ storage }).byteLength, 200);
	equal(seen.length, 2);
	for (const buffer of seen) equal(new Uint8Array(buffer), new Uint8Array(buffer.byteLength));
});

test("save without sessions leaves nothing, and another key is another place", () => {
	const storage = new Storage();
	const store = new SessionStore({ storage, key: "mine" });
	store.keep("a", session(1));
	store.save();
	equal([...storage.values.keys()], ["mine"]);
	store.take("a");
	store.save();
	equal(storage.values.size, 0);
});

test("refused options", () => {
	for (const [options, says] of [
		[{ maxServers: 0 }, '"maxServers" must be'],
		[{ maxServers: 65 }, '"maxServers" must be'],
		[{ maxBytes: 511 }, '"maxBytes" must be'],
		[{ maxBytes: 65537 }, '"maxBytes" must be'],
		[{ storage: {} }, '"storage" is missing its "get"'],
		[{ storage: { get() {}, set() {} } }, '"storage" is missing its "delete"'],
		[{ size: 5 }, '"size" is not an option'],
	] as [SessionStoreOptions, string][]) {
		const error = throws(() => new SessionStore(options), "configuration");
		ok(error.message.includes(says), error.message);
	}
	ok(throws(() => new SessionStore().save(), "configuration").message.includes('"storage" is missing'));
	new SessionStore({ maxServers: 64, maxBytes: 65536 });
	new SessionStore({ maxServers: 1, maxBytes: 512 });
});
