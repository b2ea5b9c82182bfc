/*
	The SDK's SecureSocket, which its older modules (http, mqtt, websocket, DNS over HTTPS) take in place of Socket. It
	has a Socket of its own, or the one given as `sock`, with TLSSocket on it. The app sets `callback(message, value)`:

	    1 connected    2 value bytes can be read    3 value bytes can be written    -1 closed by the server    -2 failed
*/

import { Socket } from "socket";
import Timer from "timer";
import { copyPart } from "tls/hardware/copy";
import { decodeText, textLength } from "tls/hardware/text/text";
import type { TLSError } from "tls/errors";
import { expectBuffer, Purpose } from "tls/wire/memory";
import { Message, OldTCP, type OldSocket } from "./oldsocket";
import { checkGiven } from "./options";
import type { SDKSecureOptions } from "./options";
import { TLSSocket } from "./tlssocket";

type Part = number | string | ArrayBuffer | ArrayBufferView | HostBuffer | SharedArrayBuffer;

type Callback = (this: SecureSocket, message: number, value?: number) => void;

export interface SecureSocketOptions {
	host?: string;
	address?: string;
	port?: number;
	secure?: SDKSecureOptions;
	/** A socket that is connected already, or connects. */
	sock?: OldSocket;
	[option: string]: unknown;
}

/** Most that the app is told of at a time, as it may read all of it in one buffer. */
const PIECE_BYTES = 1024;

/** Pieces that one turn of the event loop tells of. */
const MAX_PIECES = 8;

const BYTE_ORDER_MARK = "\ufeff";
const MARK_BYTES = 3;

const nothing: Uint8Array = new Uint8Array();

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
	// XS: `set` takes a step for each byte
	for (const part of list) at += copyPart(part, 0, part.length, bytes, at);
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

export class SecureSocket {
	declare callback?: Callback;
	/** The Socket below; undefined once it is closed. The SDK's declarations have its class here. */
	sock: any;
	readonly #client: TLSSocket;
	/** The handshake is done; and the app knows it. */
	#canOpen = false;
	#isOpen = false;
	#isClosed = false;
	/** How the connection has ended, until the app is told. */
	#ending: Message.disconnected | Message.failed | undefined;
	/** Bytes that can be written. */
	#room = 0;
	/** Bytes of the record at hand that the app was not told of. */
	#left = 0;
	/** Called for `#timer`; made once. */
	#onTimer: (() => void) | undefined;
	#timer: Timer | undefined;
	/** What the app was told of and has not read. */
	#data: Uint8Array = nothing;
	/** The start of a character whose end was not there yet: the next text begins with it. */
	#start: Uint8Array = nothing;

	/** Throws TLSError "configuration" for options that are wrong. */
	constructor(options: SecureSocketOptions) {
		const { host, address, port, secure, sock } = options;
		if (secure) checkGiven(secure);
		const from = sock ?? (new Socket(options as never) as unknown as OldSocket);
		this.sock = from;
		const server = host ?? address;
		try {
			this.#client = new TLSSocket({
				from,
				TCP: { io: OldTCP as never },
				...(server === undefined ? {} : { host: server }),
				...(port === undefined ? {} : { port }),
				...(secure ? { secure } : {}),
				onReadable: count => this.#onReadable(count),
				onWritable: count => this.#onWritable(count),
				onError: error => this.#onError(error),
			});
		} catch (error) {
			from.close();
			throw error;
		}
	}

	/**
	 * How many bytes can be read; or that as a String, an ArrayBuffer, the next byte as a Number, or skipped with null.
	 * As with the SDK's, what the callback leaves of a message 2 is dropped.
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
		if (type === Number) return data[0];
		const at = data.byteOffset;
		return (data.buffer as ArrayBuffer).slice(at, at + count);
	}

	/**
	 * The next `count` bytes as text. A character that is cut is part of the next text, so that texts put together are
	 * what the server sent. U+FFFD replaces malformed bytes.
	 */
	#text(count: number): string {
		const start = this.#start,
			data = this.#data,
			before = start.length,
			all = before + count;
		expectBuffer(all, Purpose.data);
		const bytes = new Uint8Array(all);
		copyPart(start, 0, before, bytes, 0);
		copyPart(data, 0, count, bytes, before);
		const end = all - incompleteBytes(bytes);
		expectBuffer(2 * textLength(bytes, 0, end) + MARK_BYTES, Purpose.data);
		this.#data = data.subarray(count);
		this.#start = bytes.slice(end);
		const text = decodeText(bytes, 0, end);
		// which leaves it out, as if each piece were a whole text
		return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf && end >= MARK_BYTES
			? BYTE_ORDER_MARK + text
			: text;
	}

	/** Sends all parts in as few records as can be, or throws. Without any, returns how many bytes can be written. */
	write(...parts: Part[]): number | undefined {
		const room = this.#isClosed ? 0 : this.#room;
		if (!parts.length) return room;
		const bytes = join(parts);
		if (bytes.length > room) throw new Error(`${bytes.length} bytes can't be written, there is room for ${room}`);
		this.#room = this.#client.write(bytes);
		return undefined;
	}

	/** Sends close_notify. Nothing is called afterwards. */
	close(): void {
		this.#isClosed = true;
		this.sock = undefined;
		Timer.clear(this.#timer);
		this.#timer = undefined;
		this.#client.close();
	}

	/** What the app's callback throws ends the connection, as with the SDK's. */
	#tell(message: Message, value?: number): void {
		if (this.#isClosed) return;
		try {
			this.callback?.(message, value);
		} catch {
			this.#end(Message.failed);
		}
	}

	/** The end: the app is told once, and has nothing more to close. */
	#end(message: Message): void {
		if (this.#isClosed) return;
		try {
			// it may close
			this.callback?.(message);
		} finally {
			this.close();
		}
	}

	/** The app is called from the event loop, where little of the stack is in use: it may make a connection. */
	#schedule(): void {
		this.#timer ??= Timer.set((this.#onTimer ??= () => this.#onTurn()), 0);
	}

	#onWritable(room: number): void {
		this.#room = room;
		if (this.#isOpen) this.#tell(Message.writable, room);
		else {
			this.#canOpen = true;
			this.#schedule();
		}
	}

	#onReadable(count: number): void {
		this.#canOpen = true;
		this.#left = count;
		this.#schedule();
	}

	#onError(error: TLSError): void {
		this.#ending = error.code === "closed" ? Message.disconnected : Message.failed;
		this.#schedule();
	}

	#onTurn(): void {
		this.#timer = undefined;
		if (this.#canOpen && !this.#isOpen) {
			this.#isOpen = true;
			this.#tell(Message.connected);
		}
		try {
			for (let i = 0; this.#left > 0 && !this.#isClosed; i++) {
				if (i === MAX_PIECES) {
					this.#schedule();
					return;
				}
				this.#readPiece();
			}
		} catch {
			this.#ending = Message.failed;
		}
		if (this.#ending) this.#end(this.#ending);
	}

	/** Tells the app of the next piece of the record at hand. */
	#readPiece(): void {
		const length = Math.min(this.#left, PIECE_BYTES);
		expectBuffer(length, Purpose.data);
		const piece = new Uint8Array(length);
		// what was not read yet is gone when the connection fails
		if (this.#client.read(piece) !== length) {
			this.#left = 0;
			return;
		}
		this.#left -= length;
		this.#data = piece;
		this.#tell(Message.readable, length);
		// the start of a character has its end in what follows
		if (this.#data.length) this.#start = nothing;
		this.#data = nothing;
	}
}
