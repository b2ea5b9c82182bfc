/*
	TLS over TCP as an ECMA-419 IO class; connection/tcp.ts does its work.

	    new TLSClient({ host, address, port, TCP: { io: TCP }, secure: { certificate }, onReadable(count), onWritable(count), onError(error) })

	Every callback, and every function in `secure`, is called with the client as `this`. Each may call `read`, `write`
	and `close`. `read`, `write` and `close` themselves call none.
*/

import { readOptionsOf } from "./configure";
import { viewBytes } from "./optionreader";
import { readSettings } from "./connection/settings";
import { TCPTransport } from "./connection/tcp";
import { Flag } from "./connection/turns";
import type { ConnectionOptions, WriteOptions } from "./connection/socket";
import { expectRoom, Need, Purpose } from "./wire/memory";
import { isBuffer } from "tls/hardware/copy";

export type { SecureOptions, TCPOptions, TCPSocket, WriteOptions } from "./connection/socket";
export type { HandshakeInfo } from "./handshake/link";

type Buffer = ArrayBuffer | ArrayBufferView | HostBuffer | SharedArrayBuffer;

/** As ECMA-419's TCP class, with `TCP` and `secure` added. */
export interface TLSClientOptions extends ConnectionOptions<TLSClient> {
	/** "buffer" (default) or "number": what `read` gives and `write` takes. */
	format?: "buffer" | "number";
	/** Anything that the callbacks want to find as `this.target`. */
	target?: unknown;
}

// on a device each evaluation of a literal in a preloaded module allocates
const OBJECT = "object";
const NUMBER = "number";
/** Where these are set, `pumpLater` does nothing. */
const PUMPING = Flag.pumping | Flag.active;
const READ = "read" as const;
const WRITE = "write";

/** Throws for a value that is not a buffer; names the method that was called. */
function refuseBuffer(method: "read" | "write", value: unknown): never {
	const what =
		value === null
			? "null"
			: typeof value === "object"
				? "an object"
				: value === undefined
					? "undefined"
					: `a ${typeof value}`;
	const advice =
		method === "read"
			? ""
			: typeof value === "string"
				? ": ArrayBuffer.fromString(text) makes one"
				: typeof value === "number"
					? '; for single bytes set format = "number"'
					: "";
	throw new TypeError(`${method} takes an ArrayBuffer or a view of one, not ${what}${advice}`);
}

function bytesOf(method: "read" | "write", buffer: unknown): Uint8Array {
	if (buffer instanceof Uint8Array) return buffer;
	if (buffer instanceof ArrayBuffer && isBuffer(buffer)) return new Uint8Array(buffer);
	try {
		// other views, and a Resource, which is a buffer in flash
		if (typeof buffer === OBJECT) return viewBytes(method, buffer);
	} catch {
		// an object without bytes
	}
	return refuseBuffer(method, buffer);
}

function byteOf(value: unknown): Uint8Array {
	if (typeof value !== NUMBER) throw new TypeError('write takes a number from 0 to 255 where format is "number"');
	const byte = value as number;
	if (!(byte >= 0 && byte <= 255 && Math.floor(byte) === byte))
		throw new RangeError(`${byte} is not a byte: write takes a number from 0 to 255`);
	return Uint8Array.of(byte);
}

/** Returns the RangeError for an unknown format. */
function formatFlag(format: string = "buffer"): Flag | 0 {
	if (format !== "buffer" && format !== "number") throw new RangeError('format is "buffer" or "number"');
	return format === "number" ? Flag.numbers : 0;
}

export class TLSClient {
	/** What the application gave as `target`. */
	declare readonly target: unknown;
	readonly #transport: TCPTransport<TLSClient>;

	/** Throws TLSError: "configuration" for options that are wrong, "transport" if the TCP class throws. */
	constructor(given: TLSClientOptions) {
		expectRoom(Need.connectionBytes, Need.connectionSlots, Purpose.connection);
		const options = readSettings(given);
		const format = formatFlag(options.format);
		// XS: here and not in TCPTransport, whose frame would lie on the stack while certificates are read
		options.secure = readOptionsOf(this, options.secure ?? {});
		if (options.target !== undefined) this.target = options.target;
		this.#transport = new TCPTransport<TLSClient>(this, options);
		this.#transport.flags |= format;
	}

	/**
	 * Reads what has arrived: all of the record at hand, or up to `what` bytes. Into a buffer `what` it reads as much
	 * as goes in, and returns the number of bytes. With format "number" one byte. Undefined if nothing is there.
	 * Without a buffer it returns fewer bytes where memory has no room for all; `onReadable` is then called again for
	 * the rest. Where there is room for fewer than 64, the connection ends with "out_of_memory", and `read` returns
	 * undefined.
	 */
	read(byteLength?: number): ArrayBuffer | undefined;
	read(buffer: Buffer): number | undefined;
	read(what?: number | Buffer): any;
	read(what?: number | Buffer): ArrayBuffer | number | undefined {
		const transport = this.#transport;
		const connection = transport.connection;
		const readable = connection.readable;
		if (!readable) return;
		let result: ArrayBuffer | number;
		if (transport.flags & Flag.numbers) {
			const one = new Uint8Array(1);
			connection.read(one);
			result = one[0]!;
		}
		// as it is most of the time; natives know views of bytes only
		else if ((what as Uint8Array | null | undefined)?.BYTES_PER_ELEMENT === 1) {
			const count = connection.read(what as Uint8Array);
			if (count === readable && (transport.flags & PUMPING) !== PUMPING) transport.pumpLater();
			return count;
		} else if (typeof what === OBJECT) result = connection.read(bytesOf(READ, what));
		else {
			const count = (what ?? readable) as number;
			if (typeof count !== NUMBER) refuseBuffer(READ, what);
			if (!(count > 0 && count <= readable && Math.floor(count) === count))
				throw new RangeError(`${count} bytes can't be read, ${readable} are there`);
			const buffer = transport.bufferFor(count);
			if (!buffer) return;
			connection.read((result = buffer));
		}
		if (!connection.readable) transport.pumpLater();
		return result;
	}

	/**
	 * Sends close_notify if the handshake is done, else user_canceled, and closes TCP: at once, or with `closeTimeout`
	 * when the server has sent its close_notify. Nothing is called afterwards.
	 */
	close(): undefined {
		this.#transport.close();
	}

	/**
	 * Closes the write side with close_notify, after all that was written. Reading goes on until the server closes,
	 * which `onError` tells. A server of TLS 1.2 may close at once. Throws TLSError if the connection is not open.
	 */
	end(): void {
		this.#transport.end();
	}

	/** "buffer" or "number"; RangeError for others. */
	get format(): "buffer" | "number" {
		return this.#transport.flags & Flag.numbers ? "number" : "buffer";
	}

	set format(format: "buffer" | "number") {
		const flag = formatFlag(format),
			transport = this.#transport;
		transport.flags = (transport.flags & ~Flag.numbers) | flag;
	}

	/**
	 * Replaces the sending key, and has the server replace its own (TLS 1.3; RFC 8446 section 4.6.3). Throws TLSError
	 * "configuration" in TLS 1.2, which has no such message, and "closed" if the connection is not open.
	 */
	requestKeyUpdate(): void {
		this.#transport.connection.requestKeyUpdate();
	}

	/**
	 * Returns `length` bytes that only both ends of this connection can derive (RFC 8446 section 7.5, RFC 5705). Needs
	 * the option `exporter`; throws TLSError "configuration" without, and in TLS 1.2 for a server without the extended
	 * master secret.
	 */
	exportKeyingMaterial(label: string, length: number, context?: Buffer): ArrayBuffer {
		const bytes = context === undefined ? undefined : viewBytes("context", context);
		return this.#transport.connection.exportKeyingMaterial(label, bytes, length);
	}

	/**
	 * Returns the channel binding "tls-exporter" (RFC 9266): 32 bytes that an authentication above TLS includes. Needs
	 * the option `exporter`.
	 */
	channelBinding(): ArrayBuffer {
		return this.#transport.connection.channelBinding();
	}

	/**
	 * Sends a buffer of no more bytes than `onWritable` said, or one byte with format "number". Returns what may be
	 * written next. What is written in one callback or turn of the event loop shares records. With `more`, a piece of a
	 * message waits for the next one. Throws TypeError or RangeError for a wrong argument, and TLSError if the
	 * connection is over.
	 */
	write(value: number | Buffer, options?: WriteOptions): number {
		const transport = this.#transport;
		return transport.write(transport.flags & Flag.numbers ? byteOf(value) : bytesOf(WRITE, value), options);
	}
}

export default TLSClient;
