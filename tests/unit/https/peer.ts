/*
	"test/unit/https/peer": a connection for HTTPClient without a network. What a server sends is given in pieces; each
	arrives in a turn of the event loop of its own.
*/

import Timer from "timer";
import { HTTPClient } from "tls/https";
import type { HTTPClientOptions, HTTPRequest, RequestOptions } from "tls/https";
import { TLSError } from "tls/errors";
import { copyPart } from "tls/hardware/copy";
import { meter } from "simulator";
import { ascii, join } from "test/harness";

interface Callbacks {
	onReadable(count: number): void;
	onWritable(count: number): void;
	onError(error?: unknown): void;
}

/** A socket whose other end is the test. */
export class FakeSocket {
	/** All that were made since `reset`. */
	static all: FakeSocket[] = [];
	/** Bytes that the socket takes: at first, and then again in each turn. */
	static room = 4096;
	/** The longest stretch of work that an event caused, in metered steps. */
	static longest = 0;

	static reset(): void {
		FakeSocket.all = [];
		FakeSocket.room = 4096;
	}

	/** Its callbacks are called without a `this`, as classes do that are not the SDK's. */
	readonly options: Callbacks & Record<string, unknown>;
	received: Uint8Array = new Uint8Array(0);
	sent = "";
	/** Sizes of the writes, with "+" where more was announced. */
	readonly writes: string[] = [];
	isClosed = false;
	room = FakeSocket.room;

	constructor(options: Callbacks & Record<string, unknown>) {
		this.options = options;
		FakeSocket.all.push(this);
		Timer.set(() => this.openRoom());
	}

	openRoom(): void {
		if (this.isClosed) return;
		this.room = FakeSocket.room;
		const { onWritable } = this.options;
		this.measure(() => onWritable(this.room));
	}

	measure(body: () => void): void {
		const before = meter();
		body();
		FakeSocket.longest = Math.max(FakeSocket.longest, meter() - before);
	}

	feed(bytes: Uint8Array): void {
		if (this.isClosed) return;
		this.received = join(this.received, bytes);
		const { onReadable } = this.options;
		this.measure(() => onReadable(this.received.length));
	}

	end(error?: unknown): void {
		const { onError } = this.options;
		if (!this.isClosed) onError(error);
	}

	read(buffer: Uint8Array): number {
		if (buffer.length > this.received.length)
			throw new Error(`${buffer.length} bytes were read, ${this.received.length} are there`);
		// a native: what the connection's other end costs is not measured
		copyPart(this.received, 0, buffer.length, buffer, 0);
		this.received = this.received.subarray(buffer.length);
		return buffer.length;
	}

	write(buffer: Uint8Array, options?: { more?: boolean }): number {
		if (buffer.length > this.room)
			throw new Error(`${buffer.length} bytes were written, there is room for ${this.room}`);
		for (const byte of buffer) this.sent += String.fromCharCode(byte);
		this.writes.push(`${buffer.length}${options?.more ? "+" : ""}`);
		this.room -= buffer.length;
		return this.room;
	}

	close(): void {
		this.isClosed = true;
	}
}

/** TLSClient's goodbye. */
export function goodbye(): TLSError {
	return new TLSError("closed", "the server closed the connection");
}

/** How a request went. */
export interface Outcome {
	status: number;
	statusText: string;
	headers: Record<string, string>;
	body: string;
	/** `onDone`'s. */
	error: TLSError | null | undefined;
	/** Of `onError`, `onHeaders`, `onDone`. */
	errors: TLSError[];
	heads: number;
	dones: number;
}

export function turn(ms = 0): Promise<void> {
	return new Promise(resolve => void Timer.set(() => resolve(), ms));
}

/** Turns of the event loop, until `condition`. */
export async function until(condition: () => boolean, what = "it", turns = 400): Promise<void> {
	for (let i = 0; i < turns; i++) {
		if (condition()) return;
		await turn();
	}
	throw new Error(`${what} did not happen`);
}

export function newOutcome(): Outcome {
	return { status: 0, statusText: "", headers: {}, body: "", error: undefined, errors: [], heads: 0, dones: 0 };
}

/** Callbacks that note what happens. */
export function noting(outcome: Outcome): RequestOptions {
	return {
		onHeaders(status, headers, statusText) {
			outcome.heads++;
			outcome.status = status;
			outcome.statusText = statusText;
			outcome.headers = Object.fromEntries(headers);
		},
		onReadable(this: HTTPRequest, count) {
			const bytes = new Uint8Array(this.read(count) as ArrayBuffer);
			let text = "";
			for (const byte of bytes) text += String.fromCharCode(byte);
			outcome.body += text;
		},
		onDone(error) {
			outcome.dones++;
			outcome.error = error as TLSError | null;
		},
	};
}

export function newClient(options: Partial<HTTPClientOptions> = {}): HTTPClient {
	return new HTTPClient({ host: "server.example", socket: { io: FakeSocket, secure: {} }, ...options });
}

/** The bytes of text in Latin-1. */
export function latin(text: string): Uint8Array {
	return ascii(text);
}

/** One request whose answer arrives in these pieces; then the connection ends as said. */
export async function exchange(
	pieces: readonly (Uint8Array | string)[],
	request: RequestOptions = {},
	end: "open" | "closed" | "cut" = "open",
	options: Partial<HTTPClientOptions> = {},
): Promise<Outcome> {
	FakeSocket.reset();
	const outcome = newOutcome();
	const client = newClient({ onError: error => void outcome.errors.push(error), ...options });
	client.request({ ...noting(outcome), ...request });
	await until(() => FakeSocket.all.length > 0 && FakeSocket.all[0]!.sent.endsWith("\r\n\r\n"), "the request");
	const socket = FakeSocket.all[0]!;
	for (const piece of pieces) {
		socket.feed(typeof piece === "string" ? latin(piece) : piece);
		await turn();
	}
	// what is not read yet is read in later turns
	for (let i = 0; i < 400 && socket.received.length && !outcome.dones; i++) await turn();
	for (let i = 0; i < (end === "open" ? 40 : 3) && !outcome.dones; i++) await turn();
	if (end !== "open") {
		socket.end(end === "closed" ? goodbye() : new TLSError("truncated", "TCP was cut"));
		await turn();
		await turn();
	}
	client.close();
	return outcome;
}

/** A response with a body of five bytes. */
export const hello = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

/** Waits for the nth request over a socket, and answers it. */
export async function answer(socket: () => FakeSocket | undefined, nth: number, response = hello): Promise<void> {
	await until(() => (socket()?.sent.split("\r\n\r\n").length ?? 0) > nth, `request ${nth}`);
	socket()!.feed(latin(response));
}

export const first = (): FakeSocket | undefined => FakeSocket.all[0];
export const second = (): FakeSocket | undefined => FakeSocket.all[1];
