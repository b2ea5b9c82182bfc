/*
	The SDK's SecureSocket, which its older modules (http, mqtt, websocket, DNS over HTTPS) take in place of Socket. It
	has a Socket of its own, or the one given as `sock`, with a Session on it. The app sets `callback(message, value)`:

	    1 connected    2 value bytes can be read    3 value bytes can be written    -1 closed by the server    -2 failed
*/

import { Socket } from "socket";
import { Session } from "./session";
import { checkGiven } from "./options";
import type { SDKSecureOptions } from "./options";
import { expectBuffer, Purpose } from "tls/wire/memory";

type Part = number | string | ArrayBuffer | ArrayBufferView | HostBuffer | SharedArrayBuffer;

type Callback = (this: SecureSocket, message: number, value?: number) => void;

interface OldSocket {
	callback?: (message: number, value?: number) => void;
	read(what?: unknown, count?: number): any;
	write(...parts: any[]): any;
	close(): void;
}

export interface SecureSocketOptions {
	host?: string;
	port?: number;
	secure?: SDKSecureOptions;
	/** A socket that is connected already, or connects. */
	sock?: OldSocket;
	[option: string]: unknown;
}

const CONNECTED = 1;
const READABLE = 2;
const WRITABLE = 3;
const DISCONNECTED = -1;
const FAILED = -2;

/** Room of the socket that is not promised: for records' headers and tags. */
const OVERHEAD_BYTES = 128;

/** Most bytes reported to the app at a time, as it may read all of them into one buffer. */
const PIECE_BYTES = 1024;

/** Most bytes that are made text at a time if they are not all UTF-8: each takes steps. */
const MAX_REPAIRED = 256;

function bytesOf(part: Part): Uint8Array {
	if (typeof part === "number") return Uint8Array.of(part);
	if (typeof part === "string") return new Uint8Array(ArrayBuffer.fromString(part));
	if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer as ArrayBuffer, part.byteOffset, part.byteLength);
	try {
		// a Resource, too: a buffer in flash
		return new Uint8Array(new DataView(part as ArrayBuffer).buffer as ArrayBuffer);
	} catch {
		throw new Error("write takes numbers, strings and buffers");
	}
}

function join(parts: readonly Part[]): Uint8Array {
	const list = parts.map(bytesOf);
	const bytes = new Uint8Array(list.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of list) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}

/** How many of `bytes` a limit asks for: a count, or all up to and with a character. */
function countFor(bytes: Uint8Array, limit: number | string | undefined): number {
	if (typeof limit === "number") return Math.max(0, Math.min(limit, bytes.length));
	if (!limit) return bytes.length;
	const at = bytes.indexOf(limit.charCodeAt(0));
	return at < 0 ? bytes.length : at + 1;
}

/** Bytes of the character of UTF-8 that begins with `first`; 0 for what begins none. */
function characterLength(first: number): number {
	if (first < 0x80) return 1;
	if (first < 0xc2) return 0;
	if (first < 0xe0) return 2;
	if (first < 0xf0) return 3;
	return first < 0xf5 ? 4 : 0;
}

/** How many bytes at the end begin a character that is not complete. */
function incompleteBytes(bytes: Uint8Array): number {
	const { length } = bytes;
	for (let i = 1; i < 4 && i <= length; i++) {
		const byte = bytes[length - i]!;
		if ((byte & 0xc0) !== 0x80) return characterLength(byte) > i ? i : 0;
	}
	return 0;
}

/** Bytes of the well-formed character of UTF-8 at `at` (RFC 3629 section 4); 0 if there is none. */
function rightLength(bytes: Uint8Array, at: number, end: number): number {
	const first = bytes[at]!,
		count = characterLength(first);
	if (count < 2) return count;
	if (at + count > end) return 0;
	const second = bytes[at + 1]!;
	// neither longer than it has to be, nor a surrogate, nor beyond Unicode
	if (first === 0xe0 ? second < 0xa0 : first === 0xf0 && second < 0x90) return 0;
	if (first === 0xed ? second > 0x9f : first === 0xf4 && second > 0x8f) return 0;
	for (let i = at + 1; i < at + count; i++) if ((bytes[i]! & 0xc0) !== 0x80) return 0;
	return count;
}

/** The UTF-8 `bytes[0..end)` as text; U+FFFD replaces malformed bytes. */
function repairedText(bytes: Uint8Array, end: number): string {
	const repaired = new Uint8Array(3 * end);
	let length = 0;
	for (let at = 0; at < end; ) {
		let count = rightLength(bytes, at, end);
		if (!count) {
			repaired[length++] = 0xef;
			repaired[length++] = 0xbf;
			repaired[length++] = 0xbd;
			at++;
		}
		for (; count > 0; count--) repaired[length++] = bytes[at++]!;
	}
	return String.fromArrayBuffer(repaired.buffer.slice(0, length));
}

export class SecureSocket {
	declare callback?: Callback;
	/** The Socket below; undefined once it is closed. The SDK's declarations have its class here. */
	sock: any;
	readonly #session: Session;
	#isOpen = false;
	#isClosed = false;
	/** What the app was told of and has not read. */
	#data: Uint8Array = new Uint8Array();
	/** The start of a character whose end was not there yet: the next text begins with it. */
	#start: Uint8Array = new Uint8Array();

	/** Throws TLSError "configuration" for options that are wrong. */
	constructor(options: SecureSocketOptions) {
		const { host, secure, sock } = options;
		if (secure) checkGiven(secure);
		const socket = sock ?? (new Socket(options as never) as unknown as OldSocket);
		this.sock = socket;
		try {
			this.#session = new Session({ ...(host === undefined ? {} : { tls_server_name: host }), ...secure });
		} catch (error) {
			socket.close();
			throw error;
		}
		socket.callback = (message, value) => this.#onMessage(message, value);
	}

	/**
	 * How many bytes can be read; or that as a String, an ArrayBuffer, the next byte as a Number, or skipped with null.
	 */
	read(): number;
	read<T extends typeof String | typeof ArrayBuffer>(
		type: T,
		limit?: number | string,
	): T extends typeof String ? string : ArrayBuffer;
	read(type: typeof Number | null, limit?: number): number | undefined;
	read(type?: unknown, limit?: number | string): unknown {
		const data = this.#data;
		if (type === undefined) return data.length;
		if (!data.length) return undefined;
		const count = type === Number ? 1 : countFor(data, limit);
		if (type === String) return this.#text(count);
		if (type !== null && type !== Number && type !== ArrayBuffer)
			throw new Error("read takes String, ArrayBuffer, Number or null");
		if (type === ArrayBuffer) expectBuffer(count, Purpose.data);
		this.#data = data.subarray(count);
		if (type === null) return count;
		return type === Number ? data[0] : data.slice(0, count).buffer;
	}

	/**
	 * The next `count` bytes as text; fewer where they are not all UTF-8. A character that is cut is part of the next
	 * text, so that texts put together are what the server sent.
	 */
	#text(count: number): string {
		const start = this.#start,
			data = this.#data,
			before = start.length,
			all = before + count;
		// the bytes, the whole characters of them, the text
		expectBuffer(3 * all, Purpose.data);
		const bytes = new Uint8Array(all);
		bytes.set(start);
		bytes.set(data.subarray(0, count), before);
		let end = all - incompleteBytes(bytes);
		try {
			const text = String.fromArrayBuffer(bytes.buffer.slice(0, end));
			this.#data = data.subarray(count);
			this.#start = bytes.slice(end);
			return text;
		} catch {
			const part = bytes.subarray(0, Math.min(all, MAX_REPAIRED));
			end = part.length - incompleteBytes(part);
			this.#data = data.subarray(part.length - before);
			this.#start = part.slice(end);
			expectBuffer(7 * end, Purpose.data);
			return repairedText(part, end);
		}
	}

	/** Sends all parts in as few records as can be, or throws. Without any, returns how many bytes can be written. */
	write(...parts: Part[]): number | undefined {
		const sock = this.sock;
		const room = sock && this.#isOpen ? Math.max(0, (sock.write() as number) - OVERHEAD_BYTES) : 0;
		if (!parts.length) return room;
		const bytes = join(parts);
		if (bytes.length > room) throw new Error(`${bytes.length} bytes can't be written, there is room for ${room}`);
		this.#session.write(sock!, bytes);
		return undefined;
	}

	/** Sends close_notify. Nothing is called afterwards. */
	close(): void {
		const sock = this.sock;
		this.#isClosed = true;
		this.sock = undefined;
		if (!sock) return;
		try {
			this.#session.close(sock);
		} catch {
			// the socket is closed already
		}
		sock.close();
	}

	#tell(message: number, value?: number): void {
		if (!this.#isClosed) this.callback?.(message, value);
	}

	/** The end: the app is told once, and has nothing more to close. */
	#end(message: number): void {
		if (this.#isClosed) return;
		this.callback?.(message);
		this.close();
	}

	#onMessage(message: number, value: number | undefined): void {
		if (this.#isClosed) return;
		try {
			if (message === CONNECTED) this.#session.initiateHandshake();
			if (message < 0) {
				if (this.#isOpen) this.#readAll();
				this.#onEnd(message);
				return;
			}
			if (!this.#isOpen) this.#shake();
			else if (message === WRITABLE) this.#onWritable(value ?? 0);
			if (this.#isOpen) this.#readAll();
		} catch {
			this.#end(FAILED);
		}
	}

	#shake(): void {
		if (!this.#session.handshake(this.sock!)) return;
		this.#isOpen = true;
		this.#tell(CONNECTED);
	}

	#onWritable(room: number): void {
		this.#session.flush(this.sock!);
		if (room > OVERHEAD_BYTES) this.#tell(WRITABLE, room - OVERHEAD_BYTES);
	}

	/** Data without close_notify after it may be cut short: that is an error. */
	#onEnd(message: number): void {
		this.#end(this.#session.transportEnded() ? FAILED : message);
	}

	/** Tells the app of what has come, piece by piece, as long as it reads. */
	#readAll(): void {
		while (!this.#isClosed) {
			if (!this.#data.length) {
				const data = this.#session.read(this.sock!, PIECE_BYTES);
				if (data === null) this.#end(DISCONNECTED);
				if (!data) return;
				this.#data = data;
			}
			const { length } = this.#data;
			this.#tell(READABLE, length);
			// what an app does not read is reported again with what comes next
			if (this.#data.length === length) return;
		}
	}
}
