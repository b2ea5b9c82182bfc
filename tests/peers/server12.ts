/*
	A TLS 1.2 server that can misbehave (RFC 5246, RFC 7627; its key exchanges are in exchange12.ts, its records in
	keys12.ts): each message and each record that it sends passes through the test's hands first. It is consistent with
	what it really sends, so that a changed message is the only thing wrong. It reports what the client answered.
*/

import { randomBytes, type KeyObject } from "node:crypto";
import type { Socket } from "node:net";
import { makeExchange, type DHEParameters, type Exchange12 } from "./exchange12.js";
import {
	BlockKey12,
	oldSuites12,
	prf,
	RecordKey12,
	suiteInfo12,
	type RecordKey,
	type SuiteInfo12,
} from "../../host-sim/trace/keys12.js";
import { digest, u16, vector } from "../../host-sim/trace/keys13.js";
import { answerRequest, type Outcome13 } from "./server13.js";
import { signContent, usualScheme } from "./agree13.js";
import { extension, message, plainRecord, RecordReader } from "./wire13.js";

export type MessageName12 =
	| "ServerHello"
	| "Certificate"
	| "CertificateStatus"
	| "ServerKeyExchange"
	| "CertificateRequest"
	| "ServerHelloDone"
	| "NewSessionTicket"
	| "Finished";

/** What a test decides. Everything has a right default. */
export interface Script12 {
	/** Leaf first. */
	readonly chain: readonly Uint8Array[];
	readonly key: KeyObject;
	/** SignatureScheme; the usual one of the key by default. */
	readonly scheme?: number;
	readonly suite?: string;
	/** NamedGroup; X25519 by default. */
	readonly group?: number;
	/** The server's random; one of chance by default. */
	readonly random?: Buffer;
	/** Extensions of the ServerHello, encoded; by default those that the client insists on. */
	readonly extensions?: Uint8Array;
	readonly requestCertificate?: boolean;
	/** An OCSP response, announced and sent after the Certificate (RFC 6066 section 8). */
	readonly status?: Buffer;
	/** Announced, and sent before ChangeCipherSpec (RFC 5077 section 3.3). */
	readonly ticket?: Buffer;
	/** The ticket's lifetime, in seconds. */
	readonly lifetime?: number;
	/** The master secret of a session that the server goes on with. */
	readonly resume?: Buffer | undefined;
	/** The point in ServerKeyExchange, signed as it is. */
	readonly point?: Buffer;
	/** The group and key of DHE. */
	readonly dhe?: DHEParameters;
	/** Answers encrypt_then_mac, and keeps to it (RFC 7366). */
	readonly encryptThenMac?: boolean;
	/** The master secret is not the extended one (RFC 7627), which is not announced either. */
	readonly oldMasterSecret?: boolean;
	/** What is signed in ServerKeyExchange, changed. */
	editSigned?(content: Buffer): Buffer;
	/** Sees the ClientHello. */
	onHello?(hello: Buffer): void;
	/** Last word over a message: other bytes, nothing, or several messages. */
	edit?(name: MessageName12, message: Buffer): Uint8Array | undefined;
	/** Last word over what goes out, before the transport: the records of a flight. */
	editRecords?(name: "hello" | "finish", records: Buffer[]): Uint8Array[];
	/** Application data sent between ChangeCipherSpec and Finished. */
	readonly early?: Uint8Array;
	/** "client finished": the Finished of the wrong side. */
	readonly finishedLabel?: string;
	/** Bytes in a handshake record. */
	readonly fragment?: number;
	/** Called with the open session; the default answers one request and closes in good order. */
	talk?(session: Session12): Promise<void>;
}

/** How it ended, as the server saw it. */
export interface Outcome12 extends Outcome13 {
	/** All alerts of the client, in order. */
	readonly alerts: number[];
	/** A record of the client's could not be read. */
	unreadable: boolean;
	/** Types of the client's handshake messages after its hello. */
	readonly messages: number[];
}

const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const DATA = 23;
const empty: Buffer = Buffer.alloc(0);

/** What every right ServerHello holds: extended_master_secret, renegotiation_info, ec_point_formats. */
export const rightExtensions: readonly Buffer[] = [
	extension(23),
	extension(0xff01, Buffer.of(0)),
	extension(11, Buffer.of(1, 0)),
];

/** The session of one client, from accept to end. */
export class Session12 {
	readonly outcome: Outcome12 = {
		finished: false,
		alert: undefined,
		alerts: [],
		unreadable: false,
		messages: [],
		received: empty,
		hello: empty,
	};
	readonly socket: Socket;
	readonly #script: Script12;
	readonly #reader: RecordReader;
	readonly #suite: SuiteInfo12;
	readonly #exchange: Exchange12;
	readonly #random: Buffer;
	#transcript = empty;
	master = empty;
	/** All secrets of the handshake, by their names. */
	readonly secrets: Record<string, Buffer> = {};
	#keys: { client: RecordKey; server: RecordKey } | undefined;
	/** Protects what the server sends, opens what the client sends. */
	writeKey: RecordKey | undefined;
	readKey: RecordKey | undefined;

	constructor(socket: Socket, script: Script12) {
		this.socket = socket;
		this.#script = script;
		this.#reader = new RecordReader(socket);
		const kind = script.key.asymmetricKeyType === "rsa" ? "RSA" : "ECDSA";
		const suite = script.suite ?? `TLS_ECDHE_${kind}_WITH_AES_128_GCM_SHA256`;
		this.#suite = suiteInfo12[suite] ?? oldSuites12[suite]!;
		const { key, group = 0x1d, point, dhe } = script;
		this.#exchange = makeExchange({ exchange: this.#suite.exchange, key, group, point, dhe });
		this.#random = script.random ?? randomBytes(32);
		socket.on("error", () => {});
	}

	/** Runs the script to its end. */
	async run(): Promise<Outcome12> {
		const record = await this.receive();
		if (record?.type === HANDSHAKE) {
			this.outcome.hello = record.content;
			this.#transcript = record.content;
			this.#script.onHello?.(record.content);
			if (await this.#handshake()) {
				this.outcome.finished = true;
				await (this.#script.talk ?? answerRequest)(this);
			}
		}
		while (!this.outcome.unreadable && (await this.receive())); // whatever the client still has to say
		this.socket.end();
		return this.outcome;
	}

	/** Sends a record, protected once keys are there. */
	send(type: number, content: Uint8Array): void {
		this.socket.write(this.writeKey ? this.writeKey.seal(type, content) : plainRecord(type, content));
	}

	/** The client's next record; alerts and data are also noted in the outcome. */
	async receive(): Promise<{ type: number; content: Buffer } | undefined> {
		const record = await this.#reader.next();
		if (!record) return undefined;
		const opened = this.#open(record);
		if (!opened) return undefined;
		if (opened.type === ALERT) this.outcome.alerts.push((this.outcome.alert = opened.content[1]!));
		if (opened.type === DATA) this.outcome.received = Buffer.concat([this.outcome.received, opened.content]);
		return opened;
	}

	/** Undefined for a record that is not protected as the server thinks: the client has understood something else. */
	#open(record: Buffer): { type: number; content: Buffer } | undefined {
		if (!this.readKey) return { type: record[0]!, content: record.subarray(5) };
		try {
			const opened = this.readKey.open(record);
			(this.outcome.lengths ??= []).push(opened.content.length);
			return opened;
		} catch {
			this.outcome.unreadable = true;
			return undefined;
		}
	}

	/** Passes a message through the test's hands and notes what comes out of them. */
	#edited(name: MessageName12, bytes: Buffer): Buffer {
		const out = this.#script.edit ? this.#script.edit(name, bytes) : bytes;
		if (out) this.#transcript = Buffer.concat([this.#transcript, out]);
		return Buffer.from(out ?? empty);
	}

	#hash(): Buffer {
		return digest(this.#suite.hash, this.#transcript);
	}

	async #handshake(): Promise<boolean> {
		const { editRecords = (_: string, records: Buffer[]) => records, fragment = 16384, resume } = this.#script;
		const flight = resume
			? this.#edited("ServerHello", this.#serverHello(this.outcome.hello.subarray(39, 39 + this.outcome.hello[38]!)))
			: this.#flight();
		const records: Buffer[] = [];
		for (let at = 0; at < flight.length; at += fragment)
			records.push(plainRecord(HANDSHAKE, flight.subarray(at, at + fragment)));
		for (const record of editRecords("hello", records)) this.socket.write(record);
		if (resume) {
			this.master = resume;
			this.#deriveKeys();
			this.#finish();
			return this.#receiveFlight();
		}
		if (!(await this.#receiveFlight())) return false;
		this.#finish();
		return true;
	}

	/** [NewSessionTicket], ChangeCipherSpec, Finished. */
	#finish(): void {
		const {
			editRecords = (_: string, records: Buffer[]) => records,
			early,
			ticket,
			lifetime = 256,
			finishedLabel = "server finished",
		} = this.#script;
		const finish: Buffer[] = [];
		const issued = ticket
			? this.#edited(
					"NewSessionTicket",
					message(4, Buffer.of(lifetime >>> 24, lifetime >> 16, lifetime >> 8, lifetime), vector(2, ticket)),
				)
			: empty;
		if (issued.length) finish.push(plainRecord(HANDSHAKE, issued));
		this.writeKey = this.#keys!.server;
		finish.push(plainRecord(CHANGE_CIPHER_SPEC, Buffer.of(1)));
		if (early) finish.push(this.writeKey.seal(DATA, early));
		const data = prf(this.#suite.hash, this.master, finishedLabel, this.#hash(), 12);
		const finished = this.#edited("Finished", message(20, data));
		if (finished.length) finish.push(this.writeKey.seal(HANDSHAKE, finished));
		for (const record of editRecords("finish", finish)) this.socket.write(record);
	}

	#serverHello(sessionId: Buffer): Buffer {
		const { status, ticket, encryptThenMac, oldMasterSecret } = this.#script;
		const right = [
			...rightExtensions.slice(oldMasterSecret ? 1 : 0),
			...(status ? [extension(5)] : []),
			...(ticket ? [extension(35)] : []),
			...(encryptThenMac ? [extension(22)] : []),
		];
		const { extensions = Buffer.concat(right) } = this.#script;
		return message(
			2,
			Buffer.of(3, 3),
			this.#random,
			vector(1, sessionId),
			u16(this.#suite.id),
			Buffer.of(0),
			extensions.length ? vector(2, extensions) : empty,
		);
	}

	/** ServerHello to ServerHelloDone. */
	#flight(): Buffer {
		const { chain, status, requestCertificate } = this.#script;
		const out = [this.#edited("ServerHello", this.#serverHello(empty))];
		out.push(this.#edited("Certificate", message(11, vector(3, ...chain.map(der => vector(3, der))))));
		if (status) out.push(this.#edited("CertificateStatus", message(22, Buffer.of(1), vector(3, status))));
		if (this.#exchange.parameters.length) out.push(this.#edited("ServerKeyExchange", this.#keyExchange()));
		if (requestCertificate)
			out.push(
				this.#edited(
					"CertificateRequest",
					message(
						13,
						vector(1, Buffer.of(1, 64)),
						vector(2, u16(0x0403), u16(0x0401)),
						vector(2, vector(2, Buffer.of(0x30, 0))),
					),
				),
			);
		out.push(this.#edited("ServerHelloDone", message(14)));
		return Buffer.concat(out);
	}

	#keyExchange(): Buffer {
		const { key, scheme = usualScheme(key), editSigned = (content: Buffer) => content } = this.#script;
		const { parameters } = this.#exchange;
		const signed = editSigned(Buffer.concat([this.outcome.hello.subarray(6, 38), this.#random, parameters]));
		return message(12, parameters, u16(scheme), vector(2, signContent(key, scheme, signed)));
	}

	/**
	 * The client's flight: perhaps an empty Certificate, ClientKeyExchange, ChangeCipherSpec, Finished, which must be
	 * right.
	 */
	async #receiveFlight(): Promise<boolean> {
		for (;;) {
			const record = await this.receive();
			if (record?.type === CHANGE_CIPHER_SPEC && this.#keys) this.readKey = this.#keys.client;
			else if (record?.type !== HANDSHAKE) return false;
			else {
				for (let at = 0; at < record.content.length; ) {
					const one = record.content.subarray(at, at + 4 + record.content.readUIntBE(at + 1, 3));
					at += one.length;
					if (one[0] === 20) return this.#takeFinished(one);
					this.outcome.messages.push(one[0]!);
					this.#transcript = Buffer.concat([this.#transcript, one]);
					if (one[0] === 16) {
						this.#deriveMaster(this.#exchange.premaster(one.subarray(4)));
						this.#deriveKeys();
					}
				}
			}
		}
	}

	#takeFinished(finished: Buffer): boolean {
		const expected = prf(this.#suite.hash, this.master, "client finished", this.#hash(), 12);
		this.#transcript = Buffer.concat([this.#transcript, finished]);
		return this.readKey !== undefined && finished.subarray(4).equals(expected);
	}

	#deriveMaster(premaster: Buffer): void {
		this.secrets["premaster"] = premaster;
		const { hash } = this.#suite;
		const randoms = Buffer.concat([this.outcome.hello.subarray(6, 38), this.#random]);
		this.master = this.#script.oldMasterSecret
			? prf(hash, premaster, "master secret", randoms, 48)
			: prf(hash, premaster, "extended master secret", this.#hash(), 48);
	}

	#deriveKeys(): void {
		const { hash, mac, keyLength, explicit } = this.#suite;
		const { encryptThenMac = false } = this.#script;
		const ivLength = mac ? 0 : 12 - explicit;
		const macLength = mac ? digest(mac, Buffer.alloc(0)).length : 0;
		const seed = Buffer.concat([this.#random, this.outcome.hello.subarray(6, 38)]);
		const block = prf(hash, this.master, "key expansion", seed, 2 * (macLength + keyLength + ivLength));
		const part = (at: number, length: number): Buffer => block.subarray(at, at + length);
		Object.assign(this.secrets, {
			master: this.master,
			"c key": part(2 * macLength, keyLength),
			"s key": part(2 * macLength + keyLength, keyLength),
			...(mac ? { "c MAC key": part(0, macLength), "s MAC key": part(macLength, macLength) } : {}),
		});
		const keyOf = (side: 0 | 1): RecordKey => {
			const key = part(2 * macLength + side * keyLength, keyLength);
			if (mac) return new BlockKey12(this.#suite, part(side * macLength, macLength), key, encryptThenMac);
			return new RecordKey12(this.#suite, key, part(2 * keyLength + side * ivLength, ivLength));
		};
		this.#keys = { client: keyOf(0), server: keyOf(1) };
	}
}
