/*
	The device in tests against a server. It connects to config.port `runs` times, one after the other, and sends a
	request each time. A line of JSON says how each connection ended. config.secure is JSON with more options for
	TLSClient's `secure`, config.path what it asks for. With config.lines, which is JSON, it sends these lines in place
	of a request, each when something has come of the one before. config.bytes is a request in hexadecimal.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import { longestTurn } from "simulator";
import Timer from "timer";
import { TLSClient } from "tls/client";
import type { PreSharedKeyOption } from "tls/options";
import type { HandshakeInfo } from "tls/client";
import type { TLSError } from "tls/errors";

interface Result {
	/** TLSError's code, "closed" for a good end. */
	code: string;
	message: string;
	/** What the server's certificate was good for: undefined where the handshake did not finish. */
	negotiated: object | undefined;
	/** The session that the connection gave, in hexadecimal. */
	session?: string;
	/** How many it gave. */
	sessions?: number;
	/** Keying material and the channel binding, in hexadecimal; why that or a KeyUpdate was refused. */
	exported?: string[];
	binding?: string;
	refused?: string;
	/** All that was delivered, as text. */
	text: string;
	/** Bytes of the longest record. */
	most: number;
	/** Bytes of the last certificate that was compressed. */
	inflated?: number;
}

const head = `GET ${config.path ?? "/"} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n`;
const lines = config.lines ? (JSON.parse(config.lines) as string[]) : undefined;
const request = config.bytes
	? (hexBytes(config.bytes).buffer as ArrayBuffer)
	: ArrayBuffer.fromString(lines ? `${lines.shift()}\n` : `${head}\r\n`);
/** config.early: this many bytes of request go out early. */
const early = Number(config.early ?? 0);
const earlyData = early ? ArrayBuffer.fromString(`${`${head}x: `.padEnd(early - 4, "y")}\r\n\r\n`) : undefined;
const secure = JSON.parse(config.secure) as object;
/** What an app around this one adds to `secure`. */
const more = (globalThis as { more?: object }).more;
const size = Number(config.chunk ?? 0);
/** config.psk: JSON of the option, its key in hexadecimal. */
const psk = config.psk ? { psk: keyOption(JSON.parse(config.psk)) } : undefined;
/**
 * config.sessions: each connection goes on with what the one before gave, the first with config.session, in
 * hexadecimal.
 */
const sessions = Number(config.sessions ?? 0);
let session = config.session ? hexBytes(config.session) : undefined;

function hexBytes(hex: string): Uint8Array {
	return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

function keyOption(option: { identity: string; key: string }): PreSharedKeyOption {
	return { ...option, key: hexBytes(option.key) };
}

function hexText(bytes: Uint8Array): string {
	let result = "";
	for (const byte of bytes) result += (256 + byte).toString(16).slice(1);
	return result;
}

function text(bytes: Uint8Array): string {
	let result = "";
	for (const byte of bytes) result += String.fromCharCode(byte);
	return result;
}

/** Reads up to `count` bytes: as a buffer of its own, or into one of the kind that config.into names. */
function readSome(client: TLSClient, count: number): Uint8Array {
	if (!config.into) return new Uint8Array(client.read(count) as ArrayBuffer);
	const room = new ArrayBuffer(count + (count % 2));
	const views: Record<string, ArrayBuffer | ArrayBufferView> = {
		ArrayBuffer: room,
		Uint8Array: new Uint8Array(room),
		Uint16Array: new Uint16Array(room),
		DataView: new DataView(room),
	};
	const length = client.read(views[config.into]!) as number;
	return new Uint8Array(room, 0, length);
}

/**
 * config.exports: JSON of the keying material to export, each with label, length, and context in hexadecimal or null;
 * config.updates: KeyUpdates to request.
 */
function useConnection(client: TLSClient, result: Result): void {
	try {
		for (let i = Number(config.updates ?? 0); i > 0; i--) client.requestKeyUpdate();
		if (!config.exports) return;
		const list = JSON.parse(config.exports) as [string, number, string | null][];
		result.exported = list.map(([label, length, context]) =>
			hexText(
				new Uint8Array(client.exportKeyingMaterial(label, length, context === null ? undefined : hexBytes(context))),
			),
		);
		result.binding = hexText(new Uint8Array(client.channelBinding()));
	} catch (error) {
		result.refused = (error as Error).message;
	}
}

function run(done: (result: Result) => void): void {
	const result: Result = { code: "", message: "", negotiated: undefined, text: "", most: 0 };
	const finish = (more: object): void => {
		// here, as no turn is to be measured with it
		if (session && result.sessions) result.session = hexText(session);
		done({ ...result, ...more, length, inflated: (globalThis as { inflated?: number }).inflated } as Result);
	};
	let isSent = false;
	let length = 0;
	let client: TLSClient | undefined;
	try {
		client = new TLSClient({
			host: config.host ?? "localhost",
			address: "127.0.0.1",
			port: Number(config.port),
			TCP: { io: TCP },
			secure: {
				...(config.ca ? { certificate: config.ca } : undefined),
				...psk,
				...(config.pins ? { pins: config.pins.split(" ").map(hexBytes), pinsInsteadOfRoots: !config.ca } : undefined),
				...secure,
				...more,
				...(earlyData ? { earlyData } : undefined),
				...(sessions
					? {
							session: session?.slice(), // one of TLS 1.3 is wiped
							onSession(made: ArrayBuffer) {
								session = new Uint8Array(made);
								result.sessions = (result.sessions ?? 0) + 1;
							},
						}
					: undefined),
				onHandshake(this: TLSClient, info: HandshakeInfo) {
					const { peer, timing: _, certificate, ...negotiated } = info;
					isSent = negotiated.earlyData;
					result.negotiated = {
						...negotiated,
						subject: peer.subject,
						names: [info.versionName, info.groupName, info.signatureName],
						certificate: certificate && hexText(new Uint8Array(certificate)),
					};
					useConnection(this, result);
				},
			},
			onWritable(count: number) {
				if (isSent || count < request.byteLength) return;
				isSent = true;
				this.write(request);
			},
			onReadable(count: number) {
				if (count > result.most) result.most = count;
				for (let left = count; left > 0; ) {
					const bytes = readSome(this, Math.min(size || left, left));
					left -= bytes.length;
					length += bytes.length;
					if (result.text.length < 300) result.text += text(bytes.length > 300 ? bytes.subarray(0, 300) : bytes);
				}
				if (lines?.length) this.write(ArrayBuffer.fromString(`${lines.shift()}\n`));
				if (!config.until || !result.text.includes(config.until)) return;
				this.close();
				finish({ code: "closed" });
			},
			onError(error: TLSError) {
				this.close();
				finish({ code: error.code, message: error.message });
			},
		});
		// reading the options is not counted: they are the app's
		Timer.set(() => void longestTurn());
	} catch (error) {
		client?.close();
		finish({ code: (error as TLSError).code ?? "thrown", message: String(error) });
	}
}

let left = Number(config.runs);
function next(): void {
	run(result => {
		trace(`${JSON.stringify({ ...result, turn: longestTurn() })}\n`);
		if (--left > 0) Timer.set(next);
	});
}
next();
