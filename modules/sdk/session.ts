/*
	The SDK's SSLSession, with an engine in it: TLS for a socket that its owner drives. Nothing is called back: each
	method moves bytes between the socket and the engine, and says what has come of it. Both of the SDK's forms of
	socket are taken:

	    the older "socket"     read() and write() return counts, read(ArrayBuffer, n), write(bytes)
	    ECMA-419's TCP         with the properties `readable` and `writable` that its owner sets, read(buffer), write(buffer)
*/

import { createEngine } from "tls/engine";
import type { Engine, Events } from "tls/engine";
import { refuse, type TLSError } from "tls/errors";
import { expectBuffer, outOfMemory, Purpose, roomForBuffer } from "tls/wire/memory";
import { convertOptions } from "./options";
import type { SDKSecureOptions } from "./options";

/** The methods of either form of socket that are used. */
export interface SessionSocket {
	/** Bytes that can be read and written; not there in the older form. */
	readable?: number;
	writable?: number;
	read(what?: unknown, count?: number): unknown;
	write(bytes?: ArrayBuffer): unknown;
}

export interface WriteOptions {
	/** More bytes follow for the same record. */
	readonly more?: boolean;
	/** How many there will be in all. */
	readonly byteLength?: number;
}

/** What is taken from the socket at a time, in bytes. */
const PIECE_BYTES = 1024;

/** Room that is kept for a record's header and tag. */
const OVERHEAD_BYTES = 32;

const nothing: Uint8Array = new Uint8Array();

function writableBytes(socket: SessionSocket): number {
	return socket.writable === undefined ? (socket.write() as number) : socket.writable;
}

/** Reads the next bytes of the socket; undefined if there are none. Throws "out_of_memory" if there is no room. */
function readPiece(socket: SessionSocket): Uint8Array | undefined {
	const isOld = socket.readable === undefined;
	const count = Math.min(PIECE_BYTES, isOld ? (socket.read() as number) : socket.readable!);
	if (!(count > 0)) return undefined;
	expectBuffer(count, Purpose.data);
	if (isOld) return new Uint8Array(socket.read(ArrayBuffer, count) as ArrayBuffer);
	const piece = new Uint8Array(count);
	socket.read(piece);
	socket.readable! -= count;
	return piece;
}

/** The events of an engine, as far as a session looks at them later. */
class SessionEvents implements Events {
	socket: SessionSocket | undefined;
	isPaused = false;
	hasEnded = false;
	failure: TLSError | undefined = undefined;

	output(bytes: Uint8Array, start: number, end: number): number {
		const socket = this.socket;
		if (!socket) return 0;
		let at = start;
		while (at < end) {
			const count = Math.min(end - at, writableBytes(socket), PIECE_BYTES);
			if (!(count > 0)) break;
			expectBuffer(count, Purpose.output);
			const from = bytes.byteOffset + at;
			// XS: a buffer's `slice` takes no step for each byte
			const left = socket.write((bytes.buffer as ArrayBuffer).slice(from, from + count));
			if (socket.writable !== undefined) socket.writable = typeof left === "number" ? left : socket.writable - count;
			at += count;
		}
		return at - start;
	}
	opened(): void {}
	readable(): void {}
	ended(): void {
		this.hasEnded = true;
	}
	failed(error: TLSError): void {
		this.failure = error;
	}
	pause(): void {
		this.isPaused = true;
	}
}

export class Session {
	readonly #events = new SessionEvents();
	readonly #engine: Engine;
	#isStarted = false;
	/** Bytes of the server that the engine has not taken yet. */
	#piece: Uint8Array = nothing;
	/** With an older socket: data of a record that is not read yet. */
	#data: Uint8Array = nothing;
	/** Bytes of a record that more are to follow. */
	#pending: Uint8Array[] = [];

	/**
	 * Throws TLSError "configuration" for options that are wrong. The server's name is `serverName` or
	 * `tls_server_name`.
	 */
	constructor(options: SDKSecureOptions = {}) {
		const converted = convertOptions(options, options.tls_server_name ?? (options["serverName"] as string | undefined));
		const { serverName } = converted;
		if (serverName === undefined) refuse('"tls_server_name" is missing: it says whose certificate to expect');
		this.#engine = createEngine(converted, serverName, this.#events);
	}

	/** The first call of `handshake` then sends the ClientHello. */
	initiateHandshake(): void {
		this.#isStarted = false;
	}

	/**
	 * Goes on with the handshake as far as what has come allows. Returns true once it is done. Throws TLSError if it
	 * fails.
	 */
	handshake(socket: SessionSocket): boolean {
		this.#events.socket = socket;
		if (!this.#isStarted) {
			this.#isStarted = true;
			this.#engine.start();
		}
		this.#receive(socket);
		this.#expectAlive();
		return this.#engine.isOpen;
	}

	/** Bytes that `read` gives without reading of the socket. */
	get bytesAvailable(): number {
		return this.#data.length + this.#engine.readable;
	}

	/**
	 * Returns the data of the next record, or its next `count` bytes; fewer if memory has no room for all. Undefined if
	 * there is none yet, null if the server has closed the connection. Throws TLSError if the connection fails, or
	 * "out_of_memory" if there is room for none. With an older socket and without `count` the data stays there to be
	 * read, as with the SDK's.
	 */
	read(socket: SessionSocket, count?: number): Uint8Array | null | undefined {
		if (socket.readable !== undefined) return this.#readNext(socket, count);
		if (!this.#data.length) {
			const data = this.#readNext(socket, undefined);
			if (!data) return data;
			this.#data = data;
		}
		const data = this.#data;
		if (count === undefined) return data;
		const end = Math.max(0, count);
		this.#data = data.subarray(end);
		return data.subarray(0, end);
	}

	#readNext(socket: SessionSocket, count: number | undefined): Uint8Array | null | undefined {
		const events = this.#events,
			engine = this.#engine;
		events.socket = socket;
		if (!engine.readable) this.#receive(socket);
		const { readable } = engine;
		if (!readable) {
			this.#expectAlive();
			return events.hasEnded ? null : undefined;
		}
		const wanted = Math.min(count ?? readable, readable),
			room = roomForBuffer(wanted);
		if (!room) throw outOfMemory(Purpose.data, wanted);
		const data = new Uint8Array(room);
		engine.read(data);
		return data;
	}

	/**
	 * Sends `data`, with what was held back before by `more`. Returns how many bytes can be written next; with an older
	 * socket, as the SDK's, how many bytes `data` has.
	 */
	write(socket: SessionSocket, data: ArrayBuffer | Uint8Array, { more = false }: WriteOptions = {}): number {
		const engine = this.#engine;
		this.#events.socket = socket;
		this.#pending.push(data instanceof Uint8Array ? data : new Uint8Array(data));
		let held = 0;
		for (const part of this.#pending) held += part.length;
		if (!more) {
			const bytes = new Uint8Array(held);
			let at = 0;
			for (const part of this.#pending) {
				bytes.set(part, at);
				at += part.length;
			}
			this.#pending = [];
			held = 0;
			engine.send(bytes);
		}
		if (socket.writable === undefined) return data.byteLength;
		return Math.max(0, writableBytes(socket) - held - engine.unsent - OVERHEAD_BYTES);
	}

	/** Sends what the socket had no room for. */
	flush(socket: SessionSocket): void {
		this.#events.socket = socket;
		this.#engine.flush();
	}

	/** Sends close_notify. */
	close(socket: SessionSocket): void {
		this.#events.socket = socket;
		this.#engine.close();
		this.#events.socket = undefined;
	}

	/** The socket has ended: an error, unless the server has said so before. */
	transportEnded(): TLSError | undefined {
		this.#engine.transportEnded();
		return this.#events.failure;
	}

	#expectAlive(): void {
		const { failure } = this.#events;
		if (failure) throw failure;
	}

	/** Gives the engine what the socket has, until there is data to be read, or nothing more. */
	#receive(socket: SessionSocket): void {
		const engine = this.#engine,
			events = this.#events;
		for (;;) {
			if (events.isPaused) {
				events.isPaused = false;
				engine.resume();
				continue;
			}
			if (engine.readable || events.hasEnded || events.failure) break;
			if (!this.#piece.length) {
				const piece = readPiece(socket);
				if (!piece) break;
				this.#piece = piece;
			}
			const taken = engine.receive(this.#piece);
			this.#piece = this.#piece.subarray(taken);
			// nothing more is taken of a connection that this side has closed
			if (!taken && !events.isPaused && !engine.readable) break;
		}
		engine.flush();
	}
}
