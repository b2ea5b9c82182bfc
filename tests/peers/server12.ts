/*
	A TLS 1.2 server that can misbehave (RFC 5246, with ECDHE of RFC 8422 and the extended master secret of RFC 7627): each message and each
	record that it sends passes through the test's hands first. It is consistent with what it really sends, so that a changed message is the
	only thing wrong. It reports what the client answered.
*/

import { createECDH, createPublicKey, diffieHellman, generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import type { Socket } from "node:net";
import { prf, RecordKey12, suiteInfo12, type SuiteInfo12 } from "./keys12.js";
import { digest, u16, vector } from "./keys13.js";
import { answerRequest, extension, message, plainRecord, RecordReader, signContent, usualScheme, type Outcome13 } from "./server13.js";

export type MessageName12 = "ServerHello" | "Certificate" | "CertificateStatus" | "ServerKeyExchange" | "CertificateRequest" | "ServerHelloDone" | "NewSessionTicket" |
	"Finished";

/** What a test decides. Everything has a right default. */
export interface Script12 {
	/** Leaf first. */
	readonly chain: readonly Uint8Array[];
	readonly key: KeyObject;
	/** SignatureScheme; the usual one of the key by default. */
	readonly scheme?: number;
	readonly suite?: keyof typeof suiteInfo12;
	/** NamedGroup; X25519 by default. */
	readonly group?: number;
	/** The server's random; one of chance by default. */
	readonly random?: Buffer;
	/** Extensions of the ServerHello, encoded; by default those that the client insists on. */
	readonly extensions?: Uint8Array;
	readonly requestCertificate?: boolean;
	/** An OCSP response, announced and sent behind the Certificate (RFC 6066 section 8). */
	readonly status?: Buffer;
	/** Announced, and sent before ChangeCipherSpec (RFC 5077 section 3.3). */
	readonly ticket?: Buffer;
	/** The master secret of a session that the server goes on with. */
	readonly resume?: Buffer;
	/** The point in ServerKeyExchange, signed as it is. */
	readonly point?: Buffer;
	/** What is signed in ServerKeyExchange, changed. */
	editSigned?(content: Buffer): Buffer;
	/** Sees the ClientHello. */
	onHello?(hello: Buffer): void;
	/** Last word over a message: other octets, nothing, or several messages. */
	edit?(name: MessageName12, message: Buffer): Uint8Array | undefined;
	/** Last word over what goes out, before the transport: the records of a flight. */
	editRecords?(name: "hello" | "finish", records: Buffer[]): Uint8Array[];
	/** Application data sent between ChangeCipherSpec and Finished. */
	readonly early?: Uint8Array;
	/** "client finished": the Finished of the wrong side. */
	readonly finishedLabel?: string;
	/** Octets in a handshake record. */
	readonly fragment?: number;
	/** Called with the open session; the default answers one request and closes in good order. */
	talk?(session: Session12): Promise<void>;
}

/** How it ended, as the server saw it. */
export interface Outcome12 extends Outcome13 {
	/** All alerts of the client, in order. */
	readonly alerts: number[];
	/** Types of the client's handshake messages after its hello. */
	readonly messages: number[];
}

const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const DATA = 23;
const empty: Buffer = Buffer.alloc(0);

/** What every right ServerHello holds: extended_master_secret, renegotiation_info, ec_point_formats. */
export const rightExtensions: readonly Buffer[] = [extension(23), extension(0xff01, Buffer.of(0)), extension(11, Buffer.of(1, 0))];

/** The server's key pair for one handshake. */
class KeyPair {
	readonly point: Buffer;
	readonly agree: (peer: Buffer) => Buffer;

	constructor(group: number) {
		if (group === 0x1d) {
			const pair = generateKeyPairSync("x25519");
			this.point = pair.publicKey.export({ format: "der", type: "spki" }).subarray(-32);
			const prefix = Buffer.from("302a300506032b656e032100", "hex");
			this.agree = peer => diffieHellman({
				privateKey: pair.privateKey, publicKey: createPublicKey({ key: Buffer.concat([prefix, peer]), format: "der", type: "spki" }),
			});
		}
		else {
			const curve = createECDH(group === 0x18 ? "secp384r1" : "prime256v1");
			this.point = curve.generateKeys();
			this.agree = peer => curve.computeSecret(peer);
		}
	}
}

/** The session of one client, from accept to end. */
export class Session12 {
	readonly outcome: Outcome12 = { finished: false, alert: undefined, alerts: [], messages: [], received: empty, hello: empty };
	readonly socket: Socket;
	readonly #script: Script12;
	readonly #reader: RecordReader;
	readonly #suite: SuiteInfo12;
	readonly #pair: KeyPair;
	readonly #random: Buffer;
	#transcript = empty;
	master = empty;
	#keys: { client: RecordKey12; server: RecordKey12 } | undefined;
	/** Protects what the server sends, opens what the client sends. */
	writeKey: RecordKey12 | undefined;
	readKey: RecordKey12 | undefined;

	constructor(socket: Socket, script: Script12) {
		this.socket = socket;
		this.#script = script;
		this.#reader = new RecordReader(socket);
		const kind = script.key.asymmetricKeyType === "rsa" ? "RSA" : "ECDSA";
		this.#suite = suiteInfo12[script.suite ?? `TLS_ECDHE_${kind}_WITH_AES_128_GCM_SHA256`]!;
		this.#pair = new KeyPair(script.group ?? 0x1d);
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
		while (await this.receive());	// whatever the client still has to say
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
		const opened = this.readKey ? this.readKey.open(record) : { type: record[0]!, content: record.subarray(5) };
		if (opened.type === ALERT) this.outcome.alerts.push(this.outcome.alert = opened.content[1]!);
		if (opened.type === DATA) this.outcome.received = Buffer.concat([this.outcome.received, opened.content]);
		return opened;
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
		const flight = resume ? this.#edited("ServerHello", this.#serverHello(this.outcome.hello.subarray(39, 39 + this.outcome.hello[38]!))) : this.#flight();
		const records: Buffer[] = [];
		for (let at = 0; at < flight.length; at += fragment) records.push(plainRecord(HANDSHAKE, flight.subarray(at, at + fragment)));
		for (const record of editRecords("hello", records)) this.socket.write(record);
		if (resume) {
			this.master = resume;
			this.#deriveKeys();
			this.#finish();
			return this.#receiveFlight();
		}
		if (!await this.#receiveFlight()) return false;
		this.#finish();
		return true;
	}

	/** [NewSessionTicket], ChangeCipherSpec, Finished. */
	#finish(): void {
		const { editRecords = (_: string, records: Buffer[]) => records, early, ticket, finishedLabel = "server finished" } = this.#script;
		const finish: Buffer[] = [];
		const issued = ticket ? this.#edited("NewSessionTicket", message(4, Buffer.of(0, 0, 1, 0), vector(2, ticket))) : empty;
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
		const { status, ticket, extensions = Buffer.concat([...rightExtensions, ...(status ? [extension(5)] : []), ...(ticket ? [extension(35)] : [])]) } = this.#script;
		return message(2, Buffer.of(3, 3), this.#random, vector(1, sessionId), u16(this.#suite.id), Buffer.of(0), extensions.length ? vector(2, extensions) : empty);
	}

	/** ServerHello to ServerHelloDone. */
	#flight(): Buffer {
		const { chain, status, requestCertificate } = this.#script;
		const out = [this.#edited("ServerHello", this.#serverHello(empty))];
		out.push(this.#edited("Certificate", message(11, vector(3, ...chain.map(der => vector(3, der))))));
		if (status) out.push(this.#edited("CertificateStatus", message(22, Buffer.of(1), vector(3, status))));
		out.push(this.#edited("ServerKeyExchange", this.#keyExchange()));
		if (requestCertificate)
			out.push(this.#edited("CertificateRequest", message(13, vector(1, Buffer.of(1, 64)), vector(2, u16(0x0403), u16(0x0401)), vector(2, vector(2, Buffer.of(0x30, 0))))));
		out.push(this.#edited("ServerHelloDone", message(14)));
		return Buffer.concat(out);
	}

	#keyExchange(): Buffer {
		const { key, group = 0x1d, point = this.#pair.point, scheme = usualScheme(key), editSigned = (content: Buffer) => content } = this.#script;
		const parameters = Buffer.concat([Buffer.of(3), u16(group), vector(1, point)]);
		const signed = editSigned(Buffer.concat([this.outcome.hello.subarray(6, 38), this.#random, parameters]));
		return message(12, parameters, u16(scheme), vector(2, signContent(key, scheme, signed)));
	}

	/** The client's flight: perhaps an empty Certificate, ClientKeyExchange, ChangeCipherSpec, Finished, which must be right. */
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
						this.master = prf(this.#suite.hash, this.#pair.agree(one.subarray(5)), "extended master secret", this.#hash(), 48);
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

	#deriveKeys(): void {
		const { hash, keyLength, explicit } = this.#suite;
		const ivLength = 12 - explicit;
		const seed = Buffer.concat([this.#random, this.outcome.hello.subarray(6, 38)]);
		const block = prf(hash, this.master, "key expansion", seed, 2 * (keyLength + ivLength));
		const part = (at: number, length: number): Buffer => block.subarray(at, at + length);
		this.#keys = {
			client: new RecordKey12(this.#suite, part(0, keyLength), part(2 * keyLength, ivLength)),
			server: new RecordKey12(this.#suite, part(keyLength, keyLength), part(2 * keyLength + ivLength, ivLength)),
		};
	}
}
