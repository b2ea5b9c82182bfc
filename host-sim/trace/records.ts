/*
	The records of one traced connection, decrypted with the secrets of the key log. They hold handshake messages,
	alerts, data, and where the keys change (RFC 8446 section 5, 7; RFC 5246 section 6). Nothing is verified here: that
	is the client's work.
*/

import type { Secrets, TracedConnection } from "./events.js";
import { BlockKey12, oldSuites12, prf, RecordKey12, suiteInfo12, type SuiteInfo12 } from "./keys12.js";
import { digest, RecordKey, suiteInfo, type SuiteInfo } from "./keys13.js";

export type Direction = "sent" | "received";

/** What a record is protected with: nothing yet, a key of the handshake, or one for application data. */
export type Protection = "none" | "early" | "handshake" | "application";

interface Common {
	readonly direction: Direction;
	/** Seconds since the run began, when the last byte was seen. */
	readonly time: number;
	readonly meter: number;
	readonly protection: Protection;
}

/** A key that was derived: its name in the RFC, its length in bytes, and its value. */
export interface DerivedKey {
	readonly name: string;
	readonly secret: Buffer;
}

export type Item = Common &
	(
		| { readonly kind: "message"; readonly type: number; readonly body: Buffer }
		| { readonly kind: "alert"; readonly level: number; readonly description: number }
		| { readonly kind: "change_cipher_spec" }
		| { readonly kind: "data"; readonly length: number }
		/** Bytes that no secret of the log opens, or that are not a record. */
		| { readonly kind: "unreadable"; readonly length: number; readonly type: number }
		/** What is left at the end: part of a record, or bytes of no record. */
		| { readonly kind: "rest"; readonly bytes: Buffer }
		| { readonly kind: "keys"; readonly title: string; readonly keys: readonly DerivedKey[] }
	);

const suites13 = new Map(Object.entries(suiteInfo).map(([name, info]) => [info.id, { name, info }]));
const suites12 = new Map(
	Object.entries({ ...suiteInfo12, ...oldSuites12 }).map(([name, info]) => [info.id, { name, info }]),
);

/** The registered name of a suite, or its number. */
export function suiteName(id: number): string {
	return (suites13.get(id) ?? suites12.get(id))?.name ?? `0x${id.toString(16).padStart(4, "0")}`;
}

/** The random of a ServerHello that is a HelloRetryRequest (RFC 8446 section 4.1.3). */
const retryRandom = digest("sha256", Buffer.from("HelloRetryRequest"));

interface Opener {
	open(record: Buffer): { type: number; content: Buffer };
}

/** One direction: bytes that wait for the rest of their record, messages that wait for theirs, and the key. */
class Half {
	pending: Buffer = Buffer.alloc(0);
	message: Buffer = Buffer.alloc(0);
	key: Opener | undefined = undefined;
	protection: Protection = "none";
	/** TLS 1.2: the key that change_cipher_spec brings into use. */
	next: Opener | undefined = undefined;

	use(key: Opener | undefined, protection: Protection): void {
		this.key = key;
		this.protection = protection;
	}
}

/** Extensions of a hello, by number. */
export function extensionsOf(hello: Buffer, isClient: boolean): Map<number, Buffer> {
	const found = new Map<number, Buffer>();
	let at = 34;
	at += 1 + hello[at]!;
	if (isClient) {
		at += 2 + hello.readUInt16BE(at);
		at += 1 + hello[at]!;
	} else at += 3;
	if (at + 2 > hello.length) return found;
	for (at += 2; at + 4 <= hello.length; ) {
		const type = hello.readUInt16BE(at),
			length = hello.readUInt16BE(at + 2);
		found.set(type, hello.subarray(at + 4, at + 4 + length));
		at += 4 + length;
	}
	return found;
}

/** What a ServerHello says of version and suite. */
export function serverChoice(hello: Buffer): { version: number; suite: number; isRetry: boolean } {
	const versions = extensionsOf(hello, false).get(43),
		at = 35 + hello[34]!;
	return {
		version: versions ? versions.readUInt16BE(0) : hello.readUInt16BE(0),
		suite: hello.readUInt16BE(at),
		isRetry: hello.subarray(2, 34).equals(retryRandom),
	};
}

class Decoder {
	readonly items: Item[] = [];
	readonly #halves: Record<Direction, Half> = { sent: new Half(), received: new Half() };
	readonly #secrets: Secrets;
	#random: Buffer = Buffer.alloc(0);
	#version = 0;
	#suite13: SuiteInfo | undefined;
	/** TLS 1.2: tells of the key block, once the handshake has come to it. */
	#tellKeys: ((common: Common) => void) | undefined;
	#secretOf: (label: string) => Buffer | undefined = () => undefined;

	constructor(secrets: Secrets) {
		this.#secrets = secrets;
	}

	feed(direction: Direction, bytes: Buffer, time: number, meter: number): void {
		const half = this.#halves[direction];
		half.pending = Buffer.concat([half.pending, bytes]);
		while (half.pending.length >= 5) {
			const end = 5 + half.pending.readUInt16BE(3);
			if (half.pending.length < end) return;
			const record = half.pending.subarray(0, end);
			half.pending = half.pending.subarray(end);
			this.#record(half, record, { direction, time, meter, protection: half.protection });
		}
	}

	/** Tells of what has not become a record. */
	end(time: number, meter: number): void {
		for (const direction of ["sent", "received"] as const) {
			const { pending, protection } = this.#halves[direction];
			if (pending.length) this.items.push({ direction, time, meter, protection, kind: "rest", bytes: pending });
		}
	}

	#record(half: Half, record: Buffer, common: Common): void {
		const type = record[0]!;
		if (type === 20) {
			this.#tellKeys?.(common);
			this.items.push({ ...common, protection: "none", kind: "change_cipher_spec" });
			if (this.#version === 0x0303) half.use(half.next, "application");
			return;
		}
		const isPlain = half.protection === "none" || (this.#version !== 0x0303 && type !== 23);
		const opened = isPlain ? { type, content: record.subarray(5) } : this.#open(half, record, common.direction);
		if (!opened) this.items.push({ ...common, kind: "unreadable", length: record.length - 5, type });
		else
			this.#content(half, opened.type, opened.content, { ...common, protection: isPlain ? "none" : half.protection });
	}

	#open(half: Half, record: Buffer, direction: Direction): { type: number; content: Buffer } | undefined {
		try {
			return half.key?.open(record);
		} catch {
			// early data that the server does not take is followed by the handshake's key
			const key = half.protection === "early" ? this.#traffic("CLIENT_HANDSHAKE_TRAFFIC_SECRET") : undefined;
			if (!key || direction === "received") return undefined;
			half.use(key, "handshake");
			try {
				return key.open(record);
			} catch {
				return undefined;
			}
		}
	}

	#content(half: Half, type: number, content: Buffer, common: Common): void {
		if (type === 21 && content.length === 2)
			this.items.push({ ...common, kind: "alert", level: content[0]!, description: content[1]! });
		else if (type === 23) this.items.push({ ...common, kind: "data", length: content.length });
		else if (type !== 22) this.items.push({ ...common, kind: "unreadable", length: content.length, type });
		else {
			half.message = Buffer.concat([half.message, content]);
			while (half.message.length >= 4 && half.message.length >= 4 + half.message.readUIntBE(1, 3)) {
				const end = 4 + half.message.readUIntBE(1, 3),
					message = half.message.subarray(0, end);
				half.message = half.message.subarray(end);
				this.items.push({ ...common, kind: "message", type: message[0]!, body: message.subarray(4) });
				this.#follow(half, message[0]!, message.subarray(4), common);
			}
		}
	}

	#traffic(label: string): RecordKey | undefined {
		const secret = this.#secretOf(label);
		return secret && this.#suite13 ? new RecordKey(this.#suite13, secret) : undefined;
	}

	#keys(common: Common, title: string, ...keys: readonly (readonly [string, Buffer | undefined])[]): void {
		const known = keys
			.filter((key): key is [string, Buffer] => key[1] !== undefined)
			.map(([name, secret]) => ({ name, secret }));
		if (known.length) this.items.push({ ...common, kind: "keys", title, keys: known });
	}

	/** A message that can't be read changes nothing. */
	#follow(half: Half, type: number, body: Buffer, common: Common): void {
		try {
			this.#message(half, type, body, common);
		} catch (error) {
			if (!(error instanceof RangeError)) throw error;
		}
	}

	/** What a message changes: the version, and the keys. */
	#message(half: Half, type: number, body: Buffer, common: Common): void {
		if (common.direction === "sent" && type === 1) this.#clientHello(half, body, common);
		else if (common.direction === "received" && type === 2) this.#serverHello(body, common);
		else if (common.direction === "sent" && type === 16) this.#tellKeys?.(common);
		else if (this.#version !== 0x0304) return;
		else if (type === 5) half.use(this.#traffic("CLIENT_HANDSHAKE_TRAFFIC_SECRET"), "handshake");
		else if (type === 24) (half.key as RecordKey | undefined)?.update();
		else if (type === 20 && half.protection !== "application") {
			half.use(
				this.#traffic(common.direction === "sent" ? "CLIENT_TRAFFIC_SECRET_0" : "SERVER_TRAFFIC_SECRET_0"),
				"application",
			);
			if (common.direction === "sent")
				this.#keys(
					common,
					"for application data, from the Master Secret",
					["client_application_traffic_secret_0", this.#secretOf("CLIENT_TRAFFIC_SECRET_0")],
					["server_application_traffic_secret_0", this.#secretOf("SERVER_TRAFFIC_SECRET_0")],
				);
		}
	}

	#clientHello(half: Half, body: Buffer, common: Common): void {
		this.#random = body.subarray(2, 34);
		const labels = this.#secrets.get(this.#random.toString("hex"));
		this.#secretOf = label => labels?.get(label);
		const early = this.#secretOf("CLIENT_EARLY_TRAFFIC_SECRET");
		if (!extensionsOf(body, true).has(42) || !early) return;
		// the suite of the session is not in the hello: its hash has the secret's length, and AES-GCM goes with it
		this.#suite13 = early.length === 48 ? suiteInfo["TLS_AES_256_GCM_SHA384"] : suiteInfo["TLS_AES_128_GCM_SHA256"];
		half.use(this.#traffic("CLIENT_EARLY_TRAFFIC_SECRET"), "early");
		this.#keys(common, "for early data, from the Early Secret", ["client_early_traffic_secret", early]);
	}

	#serverHello(body: Buffer, common: Common): void {
		const { version, suite, isRetry } = serverChoice(body);
		this.#version = version;
		if (version === 0x0303) {
			this.#derive12(suites12.get(suite)?.info, body);
			return;
		}
		this.#suite13 = suites13.get(suite)?.info;
		const { sent, received } = this.#halves;
		if (isRetry) {
			sent.use(undefined, "none");
			return;
		}
		received.use(this.#traffic("SERVER_HANDSHAKE_TRAFFIC_SECRET"), "handshake");
		if (sent.protection !== "early") sent.use(this.#traffic("CLIENT_HANDSHAKE_TRAFFIC_SECRET"), "handshake");
		this.#keys(
			common,
			"for the handshake, from the Handshake Secret",
			["client_handshake_traffic_secret", this.#secretOf("CLIENT_HANDSHAKE_TRAFFIC_SECRET")],
			["server_handshake_traffic_secret", this.#secretOf("SERVER_HANDSHAKE_TRAFFIC_SECRET")],
		);
	}

	/** TLS 1.2's key block (RFC 5246 section 6.3), which change_cipher_spec brings into use. */
	#derive12(suite: SuiteInfo12 | undefined, hello: Buffer): void {
		const master = this.#secretOf("CLIENT_RANDOM");
		if (!suite || !master) return;
		const mac = suite.mac ? digest(suite.mac).length : 0,
			iv = mac ? 0 : suite.explicit ? 4 : 12;
		const block = prf(
			suite.hash,
			master,
			"key expansion",
			Buffer.concat([hello.subarray(2, 34), this.#random]),
			2 * (mac + suite.keyLength + iv),
		);
		let at = 0;
		const take = (length: number): Buffer => block.subarray(at, (at += length));
		const macs = [take(mac), take(mac)],
			keys = [take(suite.keyLength), take(suite.keyLength)],
			ivs = [take(iv), take(iv)];
		const cipher = (side: 0 | 1): Opener =>
			mac
				? new BlockKey12(suite, macs[side]!, keys[side]!, extensionsOf(hello, false).has(22))
				: new RecordKey12(suite, keys[side]!, ivs[side]!);
		this.#halves.sent.next = cipher(0);
		this.#halves.received.next = cipher(1);
		const named = (what: string, pair: readonly Buffer[]): [string, Buffer | undefined][] =>
			["client", "server"].map((side, i) => [`${side}_write_${what}`, pair[i]!.length ? pair[i] : undefined]);
		this.#tellKeys = common => {
			this.#tellKeys = undefined;
			this.#keys(
				common,
				"for both directions: the master secret, and the key block made of it",
				["master_secret", master],
				...named("MAC_key", macs),
				...named("key", keys),
				...named("IV", ivs),
			);
		};
	}
}

/** All that one connection said, in order. Secrets that are missing leave records unreadable. */
export function decode(connection: TracedConnection, secrets: Secrets): Item[] {
	const decoder = new Decoder(secrets);
	for (const { event, bytes, time, meter } of connection.events)
		if ((event === "sent" || event === "received") && bytes) decoder.feed(event, bytes, time, meter);
	const last = connection.events.findLast(({ event }) => event === "received") ?? connection.events.at(-1);
	if (last) decoder.end(last.time, last.meter);
	return decoder.items.sort((a, b) => a.time - b.time);
}
