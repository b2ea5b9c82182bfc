/*
	TLS over TCP as an ECMA-419 IO class; tcp.ts does its work.

	    new TLSClient({ host, address, port, TCP: { io: TCP }, secure: { certificate }, onReadable(count), onWritable(count), onError(error) })
*/

import { Flag, TCPTransport } from "./connection/tcp";
import type { ConnectionOptions } from "./connection/tcp";

export type { SecureOptions, TCPOptions, TCPSocket } from "./connection/tcp";
export type { HandshakeInfo } from "./connection/connection";

type Buffer = ArrayBuffer | ArrayBufferView;

/** As ECMA-419's TCP class, with `TCP` and `secure` added. */
export interface TLSClientOptions extends ConnectionOptions<TLSClient> {
	/** "buffer" (default) or "number": what `read` gives and `write` takes. */
	format?: "buffer" | "number";
	/** Anything that the callbacks want to find as `this.target`. */
	target?: unknown;
}

function bytesOf(buffer: Buffer): Uint8Array {
	if (buffer instanceof Uint8Array) return buffer;
	return ArrayBuffer.isView(buffer) ? new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength)
		: new Uint8Array(buffer);
}

/** RangeError for what is no format. */
function formatFlag(format: string = "buffer"): Flag | 0 {
	if (format !== "buffer" && format !== "number") throw new RangeError("format is \"buffer\" or \"number\"");
	return format === "number" ? Flag.numbers : 0;
}

export class TLSClient {
	/** What the application gave as `target`. */
	declare readonly target: unknown;
	readonly #transport: TCPTransport<TLSClient>;

	/** Throws TLSError "configuration" for options that are wrong, and what the TCP class throws. */
	constructor(options: TLSClientOptions) {
		const format = formatFlag(options.format);
		if (options.target !== undefined) this.target = options.target;
		this.#transport = new TCPTransport<TLSClient>(this, options);
		this.#transport.flags |= format;
	}

	/** Sends close_notify where the handshake is done, and closes TCP. Nothing is called afterwards. */
	close(): void {
		this.#transport.close();
	}

	/** "buffer" or "number"; RangeError for others. */
	get format(): "buffer" | "number" {
		return this.#transport.flags & Flag.numbers ? "number" : "buffer";
	}

	set format(format: "buffer" | "number") {
		const flag = formatFlag(format), transport = this.#transport;
		transport.flags = transport.flags & ~Flag.numbers | flag;
	}

	/**
	 * Reads what has arrived: all of the record at hand, up to `what` octets where it is a number, or into `what` where it is a buffer (then
	 * the number of octets is returned). With format "number" one octet. Undefined where nothing is there.
	 */
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
		// natives know views of octets only
		else if (typeof what === "object") result = connection.read((what as Uint16Array).BYTES_PER_ELEMENT > 1 ? bytesOf(what) : what);
		else {
			if (what !== undefined && !(what > 0 && what <= readable)) throw new RangeError(`${what} bytes can't be read, ${readable} are there`);
			result = new ArrayBuffer(what ?? readable);
			connection.read(result);
		}
		if (!connection.readable) transport.pumpLater();
		return result;
	}

	/** Sends a buffer of no more octets than `onWritable` said, or one octet with format "number". Returns what may be written next. */
	write(value: number | Buffer): number {
		const transport = this.#transport;
		const bytes = transport.flags & Flag.numbers ? Uint8Array.of(value as number) : bytesOf(value as Buffer);
		const length = bytes.length;
		if (length > transport.writable) throw new RangeError(`${length} bytes can't be written, there is room for ${transport.writable}`);
		transport.connection.write(bytes, 0, length);
		return transport.writable;
	}
}

export default TLSClient;
