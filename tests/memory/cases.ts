/*
	What the servers of the sweep (sweep.test.ts) send: each message and each list of both versions, whole and with only
	its header. They come in records of several lengths, before and after the server is authenticated.
*/

import type { Socket } from "node:net";
import type { ServerIdentity } from "../../host-sim/servers/certificates.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { Session12, type MessageName12, type Script12 } from "../peers/server12.js";
import { answerRequest, Session13, type MessageName, type Script13 } from "../peers/server13.js";
import { extension, message } from "../peers/wire13.js";

export interface Case {
	readonly name: string;
	/** How many at once, 1 to 9. */
	readonly connections: number;
	/** The codes that may come, beside those of memory; any where undefined. */
	readonly codes: readonly string[] | undefined;
	serve(socket: Socket, identity: ServerIdentity, known?: Known): Promise<void>;
}

/** What the good connection before left for the next one to resume. */
export interface Known {
	/** Of TLS 1.2. */
	readonly master?: Buffer;
	/** Of a ticket of TLS 1.3. */
	readonly key?: Buffer;
}

/** Milliseconds after which a server that has said all ends the connection. */
const PATIENCE = 40;

function wait(ms: number): Promise<void> {
	return new Promise(resolve => setTimeout(resolve, ms));
}

/**
 * The same for a server whose handshake is right: on a machine that is busy the client may take that long for a step.
 */
export const GOOD_PATIENCE = 4000;

/** The same where several clients share a machine, or all goes well and the server itself ends the connection. */
const CROWD_PATIENCE = 1000;

/** Runs a session to its end, which comes soon after the server has said all. */
export async function play(session: Session12 | Session13, patience = 4 * PATIENCE): Promise<void> {
	const { socket } = session;
	let last = 0;
	// a session that waits for a client that waits is ended
	const timer = setInterval(() => {
		if (socket.bytesWritten !== last || socket.writableLength) last = socket.bytesWritten;
		else if (last) socket.end();
	}, patience);
	try {
		await session.run();
	} finally {
		clearInterval(timer);
		socket.end();
	}
}

export function base({ leaf, intermediate }: ServerIdentity): { chain: Uint8Array[]; key: Script13["key"] } {
	return { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
}

/** A right server of either version, in turn. */
export function serveGood(socket: Socket, identity: ServerIdentity, index: number): Promise<void> {
	return play(index & 1 ? new Session12(socket, base(identity)) : new Session13(socket, base(identity)), GOOD_PATIENCE);
}

export type Partial13 = Partial<Script13>;
export type Partial12 = Partial<Script12>;

/** A message that says that it has `length` bytes, of which few come. */
function header(type: number, length: number): Buffer {
	const bytes = Buffer.alloc(9, 7);
	bytes[0] = type;
	bytes.writeUIntBE(length, 1, 3);
	return bytes;
}

/** Ends the connection when the client has had time to read. */
export async function endSoon(session: Session12 | Session13): Promise<void> {
	await wait(PATIENCE);
	session.socket.end();
}

export function body13(name: MessageName, body: (old: Buffer) => Uint8Array, more: Partial13 = {}): Partial13 {
	return { ...more, edit: (which, bytes) => (which === name ? message(bytes[0]!, body(bytes.subarray(4))) : bytes) };
}

export function body12(name: MessageName12, body: (old: Buffer) => Uint8Array, more: Partial12 = {}): Partial12 {
	return { ...more, edit: (which, bytes) => (which === name ? message(bytes[0]!, body(bytes.subarray(4))) : bytes) };
}

function raw13(name: MessageName, make: () => Buffer, more: Partial13 = {}): Partial13 {
	return { ...more, edit: (which, bytes) => (which === name ? make() : bytes) };
}

function raw12(name: MessageName12, make: () => Buffer, more: Partial12 = {}): Partial12 {
	return { ...more, edit: (which, bytes) => (which === name ? make() : bytes) };
}

/** `count` bytes of a list of numbers of two bytes. */
function pairs(count: number): Buffer {
	return Buffer.alloc(Math.max(2, Math.min(count, 65534) & ~1), 0x7a);
}

export function most(count: number, limit = 65000): Buffer {
	return Buffer.alloc(Math.min(count, limit), 0x30);
}

export const retry = { retryGroup: 0x17 };
export const asks = { requestCertificate: true };

/** Appends an extension to a hello, whose extensions are its last field. */
function withExtension(hello: Buffer, at: number, ...added: Buffer[]): Buffer {
	return Buffer.concat([hello.subarray(0, at), vector(2, hello.subarray(at + 2), ...added)]);
}

const LIST_AT = 2 + 32 + 1 + 32 + 3;

/** A HelloRetryRequest for P-256 with a cookie of so many bytes. */
export function withCookie(old: Buffer, length: number): Buffer {
	const cookie = extension(44, vector(2, most(Math.max(1, length))));
	return Buffer.concat([
		old.subarray(0, LIST_AT),
		vector(2, extension(43, Buffer.of(3, 4)), extension(51, u16(0x17)), cookie),
	]);
}

/** An entry of TLS 1.3's Certificate. */
const entry = (der: Uint8Array, extensions: Uint8Array = Buffer.alloc(0)): Buffer =>
	Buffer.concat([vector(3, der), vector(2, extensions)]);

export function listOf(count: number, one: Buffer): Buffer {
	return Buffer.concat(Array.from({ length: Math.floor(count / one.length) }, () => one));
}

/** TLS 1.3, by the number of bytes. */
const kinds13: Readonly<Record<string, (length: number) => Partial13>> = {
	"header of ServerHello": length => raw13("ServerHello", () => header(2, length), { talk: endSoon }),
	"header of EncryptedExtensions": length => raw13("EncryptedExtensions", () => header(8, length)),
	"header of Certificate": length => raw13("Certificate", () => header(11, length)),
	"header of CompressedCertificate": length => raw13("Certificate", () => header(25, length)),
	"header of CertificateRequest": length => raw13("CertificateRequest", () => header(13, length), asks),
	"header of CertificateVerify": length => raw13("CertificateVerify", () => header(15, length)),
	"header of Finished": length => raw13("Finished", () => header(20, length)),
	"an extension that was not asked for": length => ({ encryptedExtensions: extension(0x7a7a, most(length)) }),
	cookie: length => body13("HelloRetryRequest", old => withCookie(old, length), retry),
	"ServerHello's extension": length =>
		body13("ServerHello", old => withExtension(old, LIST_AT, extension(0x7a7a, most(length)))),
	groups: length => ({ encryptedExtensions: extension(10, vector(2, pairs(Math.min(length, 65000)))) }),
	schemes: length =>
		body13(
			"CertificateRequest",
			() => Buffer.concat([vector(1), vector(2, extension(13, vector(2, pairs(Math.min(length, 65000)))))]),
			asks,
		),
	authorities: length =>
		body13(
			"CertificateRequest",
			old => Buffer.concat([vector(1), vector(2, old.subarray(3), extension(47, most(length)))]),
			asks,
		),
	"extensions of a request": length =>
		body13(
			"CertificateRequest",
			old => Buffer.concat([vector(1), vector(2, old.subarray(3), listOf(Math.min(length, 65000), extension(0x7a7a)))]),
			asks,
		),
	certificate: length =>
		body13("Certificate", () => Buffer.concat([vector(1), vector(3, entry(most(Math.max(1, length))))])),
	"certificate after the right ones": length =>
		body13("Certificate", old =>
			Buffer.concat([vector(1), vector(3, old.subarray(4), entry(most(Math.max(1, length))))]),
		),
	"many certificates": length =>
		body13("Certificate", () => Buffer.concat([vector(1), vector(3, listOf(length, entry(Buffer.of(0x30))))])),
	staple: length =>
		body13("Certificate", old => {
			const end = 4 + 3 + old.readUIntBE(4, 3);
			return Buffer.concat([
				vector(1),
				vector(
					3,
					old.subarray(4, end),
					vector(2, extension(5, Buffer.of(1), vector(3, most(length)))),
					old.subarray(end + 2),
				),
			]);
		}),
	"compressed certificate that says": length =>
		raw13("Certificate", () =>
			message(25, u16(1), Buffer.of(length >> 16, (length >> 8) & 255, length & 255), vector(3, most(200))),
		),
	"compressed certificate": length =>
		raw13("Certificate", () => message(25, u16(1), Buffer.of(0, 16, 0), vector(3, most(Math.max(1, length))))),
	CertificateVerify: length => body13("CertificateVerify", () => Buffer.concat([u16(0x0403), vector(2, most(length))])),
	Finished: length => body13("Finished", () => most(length)),
	ticket: length => ({
		async talk(session) {
			session.sendTicket(most(Math.max(1, Math.min(length, 16000))));
			await endSoon(session);
		},
	}),
	"ticket in small records": length => ({
		async talk(session) {
			const ticket = message(
				4,
				Buffer.alloc(8, 1),
				vector(1, Buffer.of(0)),
				vector(2, most(Math.max(1, length))),
				vector(2),
			);
			for (let at = 0; at < ticket.length; at += 1000) session.send(22, ticket.subarray(at, at + 1000));
			session.send(23, Buffer.alloc(100, 65));
			await endSoon(session);
		},
	}),
	"header after the handshake": length => ({
		async talk(session) {
			session.send(22, header(4, length));
			await endSoon(session);
		},
	}),
	"wrong header after the handshake": length => ({
		async talk(session) {
			session.send(22, header(length & 1 ? 24 : 13, length));
			await endSoon(session);
		},
	}),
	"an alert": length => ({
		async talk(session) {
			session.send(21, Buffer.alloc(Math.min(length, 16384), 1));
			await endSoon(session);
		},
	}),
	data: length => ({
		async talk(session) {
			for (let i = 0; i < 3; i++) session.send(23, Buffer.alloc(Math.max(1, Math.min(length, 16384)), 65));
			await endSoon(session);
		},
	}),
	"new keys": length => ({
		async talk(session) {
			for (let i = 0; i < Math.min(8, 1 + (length >> 12)); i++) session.send(22, message(24, Buffer.of(1)));
			await endSoon(session);
		},
	}),
};

/** Where the extensions of a ServerHello begin that has no session id. */
const LIST_AT_12 = LIST_AT - 32;

const CERTIFICATE_REQUEST_START = Buffer.of(1, 64);

/** TLS 1.2. */
const kinds12: Readonly<Record<string, (length: number) => Partial12>> = {
	"header of ServerHello": length => raw12("ServerHello", () => header(2, length)),
	"header of Certificate": length => raw12("Certificate", () => header(11, length)),
	"header of CertificateStatus": length =>
		raw12("CertificateStatus", () => header(22, length), { status: Buffer.alloc(10) }),
	"header of CertificateRequest": length => raw12("CertificateRequest", () => header(13, length), asks),
	"ServerHello's extension": length =>
		body12("ServerHello", old => withExtension(old, LIST_AT_12, extension(0x7a7a, most(length)))),
	"header of ServerKeyExchange": length => raw12("ServerKeyExchange", () => header(12, length)),
	"header of ServerHelloDone": length => raw12("ServerHelloDone", () => header(14, length)),
	"header of NewSessionTicket": length =>
		raw12("NewSessionTicket", () => header(4, length), { ticket: Buffer.alloc(10) }),
	certificate: length => body12("Certificate", () => vector(3, vector(3, most(Math.max(1, length))))),
	"certificate after the right ones": length =>
		body12("Certificate", old => vector(3, old.subarray(3), vector(3, most(Math.max(1, length))))),
	"many certificates": length => body12("Certificate", () => vector(3, listOf(length, vector(3, Buffer.of(0x30))))),
	status: length => ({ status: most(Math.max(1, length)) }),
	ServerKeyExchange: length =>
		body12("ServerKeyExchange", old =>
			Buffer.concat([old.subarray(0, 4), vector(1, most(32)), u16(0x0403), vector(2, most(length))]),
		),
	schemes: length =>
		body12(
			"CertificateRequest",
			() => Buffer.concat([vector(1, CERTIFICATE_REQUEST_START), vector(2, pairs(Math.min(length, 65000))), vector(2)]),
			asks,
		),
	authorities: length =>
		body12(
			"CertificateRequest",
			() =>
				Buffer.concat([
					vector(1, CERTIFICATE_REQUEST_START),
					vector(2, u16(0x0403)),
					vector(2, listOf(Math.min(length, 65000), vector(2, Buffer.of(0x30, 0)))),
				]),
			asks,
		),
	ticket: length => ({ ticket: most(length) }),
	Finished: length => body12("Finished", () => most(length)),
	data: length => ({
		async talk(session) {
			for (let i = 0; i < 3; i++) session.send(23, Buffer.alloc(Math.max(1, Math.min(length, 16384)), 65));
			await endSoon(session);
		},
	}),
	"header after the handshake": length => ({
		async talk(session) {
			session.send(22, header(length & 1 ? 4 : 0, length));
			await endSoon(session);
		},
	}),
};

/** What must come of kinds whose header says all. */
const verdicts: Readonly<Record<string, (length: number) => readonly string[]>> = {
	"header of Finished": length => [length > 48 ? "decode_error" : "bad_finished", "decode_error", "transport"],
	"header of ServerHelloDone": length => (length ? ["decode_error"] : ["unexpected_message"]),
	"wrong header after the handshake": length => [
		"unexpected_message",
		length > 1 ? "decode_error" : "illegal_parameter",
		"truncated",
	],
	ticket: () => ["truncated"],
	"ticket in small records": () => ["truncated"],
	data: () => ["truncated"],
	// the server goes on with its old key
	"new keys": () => ["truncated", "bad_record_mac"],
};

export const lengths = [0, 1, 255, 1000, 2000, 4000, 6000, 8000, 12000, 16384, 20000, 26000, 32767, 48000, 65535];
export const fewLengths = [1000, 4000, 8000, 16384, 26000, 65535];

/** Record lengths, of which each case takes one. */
export const fragments = [2000, 16384, 500];

/** The cases for a heap of `bytes`. */
export function casesFor(bytes: number, isLong: boolean): Case[] {
	const cases: Case[] = [];
	const chosen = isLong ? lengths : fewLengths;
	const add = (
		kind: string,
		length: number,
		name: string,
		make: (socket: Socket, identity: ServerIdentity) => Session12 | Session13,
	): void => {
		// one mostly; two to six at once from time to time
		const connections = cases.length % 5 === 4 ? 2 + (Math.floor(cases.length / 5) % 5) : 1;
		const codes = verdicts[kind]?.(length);
		const isPatient = connections > 1 || codes?.[0] === "truncated";
		cases.push({
			name,
			codes,
			connections,
			serve: (socket, identity) => play(make(socket, identity), isPatient ? CROWD_PATIENCE : undefined),
		});
	};
	let turn = bytes >> 12;
	const addAll = <Partial>(
		version: string,
		kinds: Readonly<Record<string, (length: number) => Partial>>,
		make: (socket: Socket, script: ReturnType<typeof base> & Partial) => Session12 | Session13,
	): void => {
		for (const [kind, change] of Object.entries(kinds)) {
			for (const length of chosen) {
				const fragment = fragments[turn++ % fragments.length]!;
				if (!isLong && turn % 3 === 0) continue;
				const name = `TLS ${version}, ${kind}, ${length}, records of ${fragment}`;
				add(kind, length, name, (socket, identity) =>
					make(socket, { ...base(identity), fragment, talk: answerRequest, ...change(length) }),
				);
			}
		}
	};
	addAll("1.3", kinds13, (socket, script) => new Session13(socket, script));
	addAll("1.2", kinds12, (socket, script) => new Session12(socket, script));
	return cases;
}
