/*
	A TLS 1.3 server that can misbehave (RFC 8446): each message and each record that it sends passes through the test's
	hands first. It is consistent with what it really sends, so that a changed message is the only thing wrong. It
	reports what the client answered.
*/

import { type KeyObject, randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { ALERT, DATA, HANDSHAKE, RecordReader, empty, extension, message, plainRecord } from "./wire13.js";
import { type ClientHello, parseHello } from "./hello13.js";
import { type OfferedKeys, type ServerKey, binderOf, offeredKeys } from "./psk13.js";
import {
	RecordKey,
	Schedule,
	type SuiteInfo,
	digest,
	expandLabel,
	hmac,
	suiteInfo,
	u16,
	vector,
} from "../../host-sim/trace/keys13.js";
import { agree, agreeHybrid, signContent, usualScheme } from "./agree13.js";

export type MessageName =
	| "HelloRetryRequest"
	| "ServerHello"
	| "EncryptedExtensions"
	| "CertificateRequest"
	| "Certificate"
	| "CertificateVerify"
	| "Finished";

/** What a test decides. Everything has a right default. */
export interface Script13 {
	/** Leaf first. */
	readonly chain: readonly Uint8Array[];
	readonly key: KeyObject;
	/** SignatureScheme; the usual one of the key by default. */
	readonly scheme?: number;
	readonly suite?: keyof typeof suiteInfo;
	/** The key to take of those that the hello offers; without it a full handshake goes on. */
	readonly psk?: ServerKey;
	/** What becomes of early data; without a word it is not expected. */
	readonly earlyData?: "take" | "skip";
	/** The group of the server's share, which the hello has one of; that of the hello's first by default. */
	readonly group?: number;
	/** Ask for this group first. */
	readonly retryGroup?: number;
	readonly requestCertificate?: boolean;
	/** Extensions, encoded, for EncryptedExtensions. */
	readonly encryptedExtensions?: Uint8Array;
	/** Last word over a message: other bytes, nothing, or several messages. */
	edit?(name: MessageName, message: Buffer): Uint8Array | undefined;
	/** Last word over what goes out, before the transport: a flight of records. */
	editRecords?(name: "hello" | "flight", records: Buffer[]): Uint8Array[];
	/** Application data sent under the handshake keys, before EncryptedExtensions. */
	readonly early?: Uint8Array;
	/** Bytes in a handshake record. */
	readonly fragment?: number;
	/** Called with the open session; the default answers one request and closes in good order. */
	talk?(session: Session13): Promise<void>;
}

/** How it ended, as the server saw it. */
export interface Outcome13 {
	/** The client's Finished was right. */
	finished: boolean;
	/** AlertDescription that the client sent. */
	alert: number | undefined;
	/** Application data of the client. */
	received: Buffer;
	/** Bytes of text in each protected record of the client, in TLS 1.3 with the type and padding. */
	lengths?: number[];
	/** ContentType of each record of the client, as on the wire. */
	readonly types?: readonly number[];
	/** The client's hello, the last one after a retry, and all of them. */
	hello: Buffer;
	readonly hellos?: Buffer[];
	/** The keys that the hello, or the second one, offers, and whether the binder of the one taken is right. */
	offered?: OfferedKeys | undefined;
	binder?: boolean;
}

/** The session of one client, from accept to end. */
export class Session13 {
	readonly outcome: Outcome13;
	readonly socket: Socket;
	readonly #script: Script13;
	readonly #reader: RecordReader;
	readonly suite: SuiteInfo;
	/** All secrets of the handshake, by their names. */
	readonly secrets: Record<string, Buffer> = {};
	/** client_application_traffic_secret_0 */
	clientSecret = empty;
	readonly #schedule: Schedule;
	#resumption = empty;
	/** Records that can't be read are early data. */
	#skips: boolean;
	/** All messages of the handshake so far. */
	transcript = empty;
	/** Protects what the server sends, opens what the client sends. */
	writeKey: RecordKey | undefined;
	readKey: RecordKey | undefined;

	constructor(socket: Socket, script: Script13) {
		this.socket = socket;
		this.#script = script;
		this.#reader = new RecordReader(socket);
		const { types } = this.#reader;
		this.outcome = { finished: false, alert: undefined, received: empty, hello: empty, hellos: [], types };
		this.suite = suiteInfo[script.suite ?? "TLS_AES_128_GCM_SHA256"]!;
		this.#schedule = new Schedule(this.suite, script.psk?.key);
		this.#skips = script.earlyData === "skip";
		socket.on("error", () => {});
	}

	/** Runs the script to its end. */
	async run(): Promise<Outcome13> {
		const hello = await this.#receiveHello();
		if (hello && (await this.#handshake(hello))) {
			this.outcome.finished = true;
			await (this.#script.talk ?? answerRequest)(this);
		}
		while (await this.receive()); // whatever the client still has to say
		this.socket.end();
		return this.outcome;
	}

	/** Sends a protected record. */
	send(type: number, content: Uint8Array, padding = 0): void {
		this.socket.write(this.writeKey!.seal(type, content, padding));
	}

	/** Sends a NewSessionTicket and returns the key that goes with it. `change` has the last word over its body. */
	sendTicket(
		ticket: Uint8Array,
		{
			lifetime = 7200,
			ageAdd = 0,
			nonce = Buffer.of(0),
			extensions = empty,
			change = (body: Buffer): Uint8Array => body,
		} = {},
	): Buffer {
		const numbers = Buffer.alloc(8);
		numbers.writeUInt32BE(lifetime, 0);
		numbers.writeUInt32BE(ageAdd, 4);
		this.send(
			HANDSHAKE,
			message(4, change(Buffer.concat([numbers, vector(1, nonce), vector(2, ticket), vector(2, extensions)]))),
		);
		return expandLabel(this.suite.hash, this.#resumption, "resumption", nonce, this.#resumption.length);
	}

	/** The client's next record; alerts and data are also noted in the outcome. */
	async receive(): Promise<{ type: number; content: Buffer } | undefined> {
		for (;;) {
			const record = await this.#reader.next();
			if (!record) return undefined;
			if (record[0] === 20) continue;
			const opened = this.#open(record);
			if (record[0] === DATA && this.#skips && !(opened && this.readKey)) continue;
			if (!opened) return undefined;
			if (opened.type === ALERT) this.outcome.alert = opened.content[1];
			if (opened.type === DATA) this.outcome.received = Buffer.concat([this.outcome.received, opened.content]);
			return opened;
		}
	}

	/** A record's content; undefined where it was sealed with another key. */
	#open(record: Buffer): { type: number; content: Buffer } | undefined {
		if (!this.readKey || record[0] !== DATA) return { type: record[0]!, content: record.subarray(5) };
		try {
			const opened = this.readKey.open(record);
			(this.outcome.lengths ??= []).push(record.length - 5 - 16);
			return opened;
		} catch {
			return undefined;
		}
	}

	async #receiveHello(): Promise<ClientHello | undefined> {
		let hello = empty;
		while (hello.length < 4 || hello.length < 4 + hello.readUIntBE(1, 3)) {
			const record = await this.receive();
			if (record?.type !== HANDSHAKE) return undefined;
			hello = Buffer.concat([hello, record.content]);
		}
		this.outcome.hello = hello;
		this.outcome.hellos!.push(hello);
		const offered = (this.outcome.offered = offeredKeys(hello));
		const { psk } = this.#script;
		if (psk)
			this.secrets["binder key"] = new Schedule(this.suite, psk.key).derive(
				psk.isExternal ? "ext binder" : "res binder",
				digest(this.suite.hash),
			);
		if (psk && offered)
			this.outcome.binder = binderOf(this.suite, psk, this.transcript, offered.truncated).equals(
				offered.binders[psk.number ?? 0] ?? empty,
			);
		this.transcript = Buffer.concat([this.transcript, hello]);
		return parseHello(hello);
	}

	/** Passes a message through the test's hands and notes what comes out of them. */
	#edited(name: MessageName, bytes: Buffer): Buffer {
		const out = this.#script.edit ? this.#script.edit(name, bytes) : bytes;
		if (out) this.transcript = Buffer.concat([this.transcript, out]);
		return Buffer.from(out ?? empty);
	}

	#hash(): Buffer {
		return digest(this.suite.hash, this.transcript);
	}

	#serverHello(hello: ClientHello, random: Buffer, ...extensions: Buffer[]): Buffer {
		return message(
			2,
			Buffer.of(3, 3),
			random,
			vector(1, hello.sessionId),
			u16(this.suite.id),
			Buffer.of(0),
			vector(2, ...extensions),
		);
	}

	async #retry(hello: ClientHello, group: number): Promise<ClientHello | undefined> {
		const random = digest("sha256", Buffer.from("HelloRetryRequest"));
		this.transcript = message(254, this.#hash());
		const request = this.#serverHello(
			hello,
			random,
			extension(43, Buffer.of(3, 4)),
			extension(51, u16(group)),
			extension(44, vector(2, randomBytes(40))),
		);
		this.socket.write(plainRecord(HANDSHAKE, this.#edited("HelloRetryRequest", request)));
		return this.#receiveHello();
	}

	async #handshake(first: ClientHello): Promise<boolean> {
		const { psk, retryGroup, editRecords = (_: string, records: Buffer[]) => records } = this.#script;
		const hello = retryGroup ? await this.#retry(first, retryGroup) : first;
		const group = this.#script.group ?? hello?.shares.keys().next().value;
		const peer = group === undefined ? undefined : hello?.shares.get(group);
		if (!hello || group === undefined || !peer) return false;
		const { share, shared } = group === 0x11ec ? agreeHybrid(peer) : agree(group, peer);
		const serverHello = this.#edited(
			"ServerHello",
			this.#serverHello(
				hello,
				randomBytes(32),
				extension(43, Buffer.of(3, 4)),
				extension(51, u16(group), vector(2, share)),
				...(psk ? [extension(41, u16(psk.number ?? 0))] : []),
			),
		);
		for (const record of editRecords("hello", [plainRecord(HANDSHAKE, serverHello)])) this.socket.write(record);
		const early = this.#schedule.derive("c e traffic", digest(this.suite.hash, this.outcome.hello));
		const { secrets } = this;
		secrets["early"] = this.#schedule.secret;
		if (this.#script.earlyData) {
			secrets["c e traffic"] = early;
			secrets["c e key"] = new RecordKey(this.suite, early).key;
		}
		secrets["shared"] = shared;
		this.#schedule.climb(shared);
		secrets["handshake"] = this.#schedule.secret;
		const client = this.#schedule.derive("c hs traffic", this.#hash());
		const server = this.#schedule.derive("s hs traffic", this.#hash());
		this.writeKey = new RecordKey(this.suite, server);
		this.readKey = new RecordKey(this.suite, client);
		Object.assign(secrets, {
			"c hs traffic": client,
			"s hs traffic": server,
			"c hs key": this.readKey.key,
			"s hs key": this.writeKey.key,
		});
		if (this.#script.early) this.send(DATA, this.#script.early);
		const flight = this.#flight(server);
		for (const record of editRecords("flight", this.#fragments(flight))) this.socket.write(record);
		this.#schedule.climb(undefined);
		secrets["master"] = this.#schedule.secret;
		const [clientTraffic, serverTraffic, exporter] = ["c ap traffic", "s ap traffic", "exp master"].map(label =>
			this.#schedule.derive(label, this.#hash()),
		) as [Buffer, Buffer, Buffer];
		secrets["exp master"] = exporter;
		this.writeKey = new RecordKey(this.suite, serverTraffic);
		if (this.#script.earlyData === "take" && !(await this.#receiveEarly(early, client))) return false;
		const finished = await this.#receiveFinished(client);
		if (finished) {
			this.clientSecret = clientTraffic;
			this.readKey = new RecordKey(this.suite, clientTraffic);
			this.#resumption = this.#schedule.derive("res master", this.#hash());
			Object.assign(secrets, {
				"c ap traffic": clientTraffic,
				"s ap traffic": serverTraffic,
				"c ap key": this.readKey.key,
				"s ap key": this.writeKey.key,
				"res master": this.#resumption,
			});
		}
		return finished;
	}

	/** EncryptedExtensions to Finished. */
	#flight(secret: Buffer): Buffer {
		const { psk, earlyData, encryptedExtensions = empty } = this.#script;
		const out = [
			this.#edited(
				"EncryptedExtensions",
				message(8, vector(2, encryptedExtensions, earlyData === "take" ? extension(42) : empty)),
			),
		];
		if (!psk) out.push(...this.#proof());
		const finishedKey = expandLabel(this.suite.hash, secret, "finished", empty, secret.length);
		out.push(this.#edited("Finished", message(20, hmac(this.suite.hash, finishedKey, this.#hash()))));
		return Buffer.concat(out);
	}

	/** [CertificateRequest], Certificate, CertificateVerify. */
	#proof(): Buffer[] {
		const { chain, key, requestCertificate } = this.#script;
		const scheme = this.#script.scheme ?? usualScheme(key);
		const out = [];
		if (requestCertificate)
			out.push(
				this.#edited(
					"CertificateRequest",
					message(13, vector(1), vector(2, extension(13, vector(2, u16(0x0403), u16(0x0804))))),
				),
			);
		out.push(
			this.#edited(
				"Certificate",
				message(11, vector(1), vector(3, ...chain.map(der => Buffer.concat([vector(3, der), vector(2)])))),
			),
		);
		const content = Buffer.concat([
			Buffer.alloc(64, 0x20),
			Buffer.from("TLS 1.3, server CertificateVerify\0"),
			this.#hash(),
		]);
		out.push(this.#edited("CertificateVerify", message(15, u16(scheme), vector(2, signContent(key, scheme, content)))));
		return out;
	}

	#fragments(flight: Buffer): Buffer[] {
		const size = this.#script.fragment ?? 16384;
		const records: Buffer[] = [];
		for (let at = 0; at < flight.length; at += size)
			records.push(this.writeKey!.seal(HANDSHAKE, flight.subarray(at, at + size)));
		return records;
	}

	/** Early data, which is noted as received, and EndOfEarlyData. */
	async #receiveEarly(early: Buffer, client: Buffer): Promise<boolean> {
		this.readKey = new RecordKey(this.suite, early);
		for (;;) {
			const record = await this.receive();
			if (record?.type === DATA) continue;
			if (record?.type !== HANDSHAKE || !record.content.equals(message(5))) return false;
			this.transcript = Buffer.concat([this.transcript, record.content]);
			this.readKey = new RecordKey(this.suite, client);
			return true;
		}
	}

	/** The client's last flight: perhaps an empty Certificate, then Finished, which must be right. */
	async #receiveFinished(secret: Buffer): Promise<boolean> {
		let held: Buffer = empty;
		for (;;) {
			const record = await this.receive();
			if (record?.type !== HANDSHAKE) return false;
			held = Buffer.concat([held, record.content]);
			while (held.length >= 4 && held.length >= 4 + held.readUIntBE(1, 3)) {
				const one = held.subarray(0, 4 + held.readUIntBE(1, 3));
				held = held.subarray(one.length);
				const key = expandLabel(this.suite.hash, secret, "finished", empty, secret.length);
				const expected = hmac(this.suite.hash, key, this.#hash());
				this.transcript = Buffer.concat([this.transcript, one]);
				if (one[0] === 20) return one.subarray(4).equals(expected);
			}
		}
	}
}

/** The default conversation: one request, one answer, close_notify. */
export async function answerRequest(session: Pick<Session13, "outcome" | "receive" | "send">): Promise<void> {
	while (!session.outcome.received.includes("\r\n\r\n")) if (!(await session.receive())) return;
	session.send(DATA, Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello"));
	session.send(ALERT, Buffer.of(1, 0));
}
