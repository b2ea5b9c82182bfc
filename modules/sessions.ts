/*
	"tls/sessions": keeps sessions for the option `sessions` of `secure`, so that later connections to the same servers
	are resumed (RFC 8446 section 2.2, RFC 5077).

	    const sessions = new SessionStore();
	    new TLSClient({ ..., secure: { roots, sessions } });

	A session belongs to a port and to all that the connection was checked for: name, trust, pins, the client's
	certificate. A server has up to two; each one of TLS 1.3 is given once (RFC 8446 appendix C.4). The exception is a
	server that gives no ticket to connections that it resumes: see `reuseTickets`. What was used least recently goes
	first. Sessions are secrets: what is dropped is wiped.

	They lie in RAM. With `storage` they come back after deep sleep: the constructor takes them out of it, and `save`
	puts them in. What is in storage is gone once it was read, so that no ticket is used twice.
*/

import { refuse } from "./errors";
import { copyOptions, viewBytes } from "./optionreader";
import type { OptionTypes } from "./optionreader";
import { numberOption } from "./options";
import type { SessionKeeper } from "./options";
import { copyRange } from "./wire/reader";
import { wipe as wipeBytes } from "tls/hardware/copy";

/** Where sessions are kept over deep sleep, such as the SDK's Preference or a file. Keep it as safe as a password. */
export interface SessionStorage {
	/** What was set for `key`; undefined for none. */
	get(key: string): ArrayBuffer | undefined;
	set(key: string, value: ArrayBuffer): void;
	delete(key: string): void;
}

/** What a SessionStore is made with. */
export interface SessionStoreOptions {
	/** Servers whose sessions are kept, 1 to 64. Default 4. */
	maxServers?: number;
	/** Bytes of all sessions, 512 to 65536. Default 3500: a value of the ESP32's NVS has 4000. */
	maxBytes?: number;
	storage?: SessionStorage;
	/** The name in `storage`. Default "tls-sessions". */
	key?: string;
	/**
	 * Some servers, such as Node's, give tickets of TLS 1.3 to full handshakes, and none to connections that they
	 * resume. By default the last ticket of such a server is given again, once the connection that had it was resumed
	 * and brought no other. Who listens can tell that these connections are the same client's. False: each is given
	 * once, and full handshakes come between. True: the last one stays until the server gives another, also in
	 * `storage`.
	 */
	reuseTickets?: boolean;
}

const types: OptionTypes = Object.freeze({
	maxServers: "a number",
	maxBytes: "a number",
	storage: "an object",
	key: "a string",
	reuseTickets: "a boolean",
});

/** Sessions of one server and one trust. */
const MAX_SESSIONS = 2;

/** Bytes of a key (configure.ts makes it): its characters are ASCII. */
const MAX_KEY = 32;

/** The format of what `save` writes; another number in front is passed over. */
const FORMAT = 1;

/** Of a session's bytes (handshake/resumption/session.ts): its version's low byte, which is 4 for TLS 1.3. */
const VERSION_OFFSET = 2;
const TLS13 = 4;

interface Server {
	readonly key: string;
	/** The latest last. */
	readonly sessions: Uint8Array[];
	/** The one that was given last: a connection is trying it. */
	lent?: Uint8Array | undefined;
	/** One that was resumed, for when there is no other. */
	used?: Uint8Array | undefined;
}

function wipe(bytes: Uint8Array): void {
	wipeBytes(bytes, 0, bytes.length);
}

/** The bytes of a stored value; undefined if it is not a buffer. */
function bytesOf(saved: ArrayBuffer): Uint8Array | undefined {
	try {
		return viewBytes("storage", saved);
	} catch {
		return undefined;
	}
}

function expectStorage(storage: SessionStorage | undefined): SessionStorage | undefined {
	if (!storage) return undefined;
	for (const method of ["get", "set", "delete"] as const)
		if (typeof storage[method] !== "function") refuse(`"storage" is missing its "${method}": a function`);
	return storage;
}

export class SessionStore implements SessionKeeper {
	/** The one that was used last comes last. */
	readonly #servers: Server[] = [];
	#bytes = 0;
	/** Bytes of those that are lent or used. */
	#usedBytes = 0;
	readonly #maxServers: number;
	readonly #maxBytes: number;
	readonly #storage: SessionStorage | undefined;
	readonly #key: string;
	readonly #reuseTickets: boolean | undefined;

	/**
	 * Takes what `storage` has. What is damaged there is passed over: full handshakes follow. Throws TLSError
	 * "configuration", and what `storage` throws.
	 */
	constructor(given: SessionStoreOptions = {}) {
		const options = copyOptions<SessionStoreOptions>("options", given, types, "nested");
		this.#maxServers = numberOption("maxServers", options.maxServers, 1, 64, 4);
		this.#maxBytes = numberOption("maxBytes", options.maxBytes, 512, 65536, 3500);
		this.#storage = expectStorage(options.storage);
		this.#key = options.key ?? "tls-sessions";
		this.#reuseTickets = options.reuseTickets;
		const saved = this.#storage?.get(this.#key);
		if (saved === undefined) return;
		this.#storage!.delete(this.#key);
		const bytes = bytesOf(saved);
		if (!bytes) return;
		this.#load(bytes);
		try {
			wipe(bytes);
		} catch {
			// it is in flash, or in memory that can't be written
		}
	}

	/** Bytes of all sessions that were not given yet, or may be given again. */
	get byteLength(): number {
		return this.#bytes;
	}

	/**
	 * Returns a session for a new connection. One of TLS 1.3 is no longer kept, unless `reuseTickets` says so. The
	 * connection calls it.
	 */
	take(key: string): ArrayBuffer | undefined {
		const server = this.#use(key);
		if (!server) return undefined;
		const { sessions, used } = server,
			session = sessions.at(-1);
		if (!session) {
			// it has to be resumed once more before it is given again
			server.used = undefined;
			return used && this.#lend(server, used);
		}
		const isLast = sessions.length === 1;
		// the connection wipes what it is given
		if (session[VERSION_OFFSET] !== TLS13 || (isLast && this.#reuseTickets))
			return copyRange(session, 0, session.length).buffer;
		sessions.pop();
		this.#bytes -= session.length;
		if (this.#reuseTickets === undefined) {
			this.#usedBytes += session.length;
			return this.#lend(server, session);
		}
		if (!sessions.length) this.#servers.pop();
		return session.buffer as ArrayBuffer;
	}

	/** A server has resumed the session that was taken last for `key`. The connection calls it. */
	resumed(key: string): void {
		const server = this.#servers.find(one => one.key === key);
		if (!server?.lent) return;
		this.#dropUsed(server.used);
		server.used = server.lent;
		server.lent = undefined;
	}

	/** Keeps a session that a connection was given. The connection calls it. */
	keep(key: string, session: ArrayBuffer): void {
		this.#add(key, new Uint8Array(session));
	}

	/** A copy of a session that is kept, but not to be given again before it is `resumed`. */
	#lend(server: Server, session: Uint8Array): ArrayBuffer {
		if (server.lent !== session) this.#dropUsed(server.lent);
		server.lent = session;
		return copyRange(session, 0, session.length).buffer;
	}

	#dropUsed(session: Uint8Array | undefined): void {
		if (!session) return;
		this.#usedBytes -= session.length;
		wipe(session);
	}

	/** Drops what a server has resumed or may resume: there is a new session, or the server goes. */
	#dropLent(server: Server): void {
		this.#dropUsed(server.lent);
		this.#dropUsed(server.used);
		server.lent = server.used = undefined;
	}

	/**
	 * Writes all sessions to `storage`: call it before deep sleep. Where there are none, nothing is written. They stay
	 * in RAM, and must not be used any more.
	 */
	save(): void {
		if (!this.#storage) refuse('"storage" is missing: it says where to save sessions');
		let length = 2;
		for (const { key, sessions } of this.#servers)
			for (const session of sessions) length += 3 + key.length + session.length;
		if (length === 2) {
			this.#storage.delete(this.#key);
			return;
		}
		const bytes = new Uint8Array(length);
		bytes[0] = FORMAT;
		let at = 1;
		for (const { key, sessions } of this.#servers)
			for (const session of sessions) {
				bytes[at++] = key.length;
				for (let i = 0; i < key.length; i++) bytes[at++] = key.charCodeAt(i);
				bytes[at++] = session.length >> 8;
				bytes[at++] = session.length & 0xff;
				bytes.set(session, at);
				at += session.length;
			}
		this.#storage.set(this.#key, bytes.buffer);
		wipe(bytes);
	}

	/** Wipes all sessions, those in `storage` too. */
	clear(): void {
		while (this.#servers.length) this.#dropOldest();
		this.#storage?.delete(this.#key);
	}

	/** The server with this key, which is now the one used last. */
	#use(key: string): Server | undefined {
		const servers = this.#servers;
		const at = servers.findIndex(server => server.key === key);
		if (at < 0) return undefined;
		const [server] = servers.splice(at, 1);
		servers.push(server!);
		return server;
	}

	#add(key: string, session: Uint8Array): void {
		if (session.length > this.#maxBytes || !session.length || key.length > MAX_KEY) {
			wipe(session);
			return;
		}
		let server = this.#use(key);
		if (!server) {
			while (this.#servers.length >= this.#maxServers) this.#dropOldest();
			server = { key, sessions: [] };
			this.#servers.push(server);
		}
		this.#dropLent(server);
		const { sessions } = server;
		// one of TLS 1.2 may be used again, so that one is enough
		const most = session[VERSION_OFFSET] === TLS13 ? MAX_SESSIONS : 1;
		while (sessions.length >= most) this.#dropFirst(server);
		sessions.push(session);
		this.#bytes += session.length;
		while (this.#bytes + this.#usedBytes > this.#maxBytes) this.#dropOldest();
	}

	/** Drops the oldest session of a server. */
	#dropFirst({ sessions }: Server): void {
		const session = sessions.shift()!;
		this.#bytes -= session.length;
		wipe(session);
	}

	/** Drops the session that was used least recently, and a server without any. */
	#dropOldest(): void {
		const server = this.#servers[0]!;
		if (server.sessions.length) this.#dropFirst(server);
		if (server.sessions.length) return;
		this.#dropLent(server);
		this.#servers.shift();
	}

	#load(bytes: Uint8Array): void {
		const end = bytes.length - 1;
		if (bytes[0] !== FORMAT) return;
		for (let at = 1; at < end; ) {
			const keyLength = bytes[at++]!;
			if (keyLength > MAX_KEY || at + keyLength + 2 > end) return;
			let key = "";
			for (let i = 0; i < keyLength; i++) key += String.fromCharCode(bytes[at++]!);
			const length = bytes[at]! * 256 + bytes[at + 1]!;
			at += 2;
			if (at + length > end) return;
			this.#add(key, bytes.slice(at, at + length));
			at += length;
		}
	}
}

export default SessionStore;
