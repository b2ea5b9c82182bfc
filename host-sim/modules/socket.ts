/*
	"socket": the Socket class of the SDK's older modules (its documentation, network/network.md) for TCP, over the
	class of ECMA-419. It looks names up itself. There are neither UDP nor raw sockets, and no Listener.
*/

import Net from "net";
import TCP from "embedded:io/socket/tcp";

type Part = number | string | ArrayBuffer | ArrayBufferView;

export interface SocketOptions {
	host?: string;
	address?: string;
	port: number;
	kind?: string;
	noDelay?: boolean;
}

/** A buffer is written as it is. */
function bytesOf(part: Part): ArrayBuffer | ArrayBufferView {
	if (typeof part === "number") return Uint8Array.of(part);
	return typeof part === "string" ? ArrayBuffer.fromString(part) : part;
}

/** As the SDK's, which is in C, it holds nothing of what has come: that lies in TCP's buffer until it is read. */
export class Socket {
	static readonly connected = 1;
	static readonly readable = 2;
	static readonly writable = 3;
	static readonly disconnected = -1;
	static readonly error = -2;

	declare callback?: (message: number, value?: number) => void;
	#tcp: TCP | undefined;
	#isClosed = false;
	#isConnected = false;
	#room = 0;
	/** Bytes that TCP has. */
	#count = 0;
	/** What was taken from TCP to look for a character, and is not read yet. */
	#rest: Uint8Array | undefined;

	constructor({ host, address, port, kind = "TCP", noDelay = false }: SocketOptions) {
		if (kind !== "TCP") throw new Error(`the simulator has no sockets of the kind ${kind}`);
		if (address !== undefined) this.#open(address, port, noDelay);
		else if (host === undefined) throw new Error("host or address required");
		else
			Net.resolve(host, (_name, found) => {
				if (this.#isClosed) return;
				if (found === undefined) this.#tell(Socket.error);
				else this.#open(found, port, noDelay);
			});
	}

	#tell(message: number, value?: number): void {
		if (!this.#isClosed) this.callback?.(message, value);
	}

	#open(address: string, port: number, nodelay: boolean): void {
		this.#tcp = new TCP({
			address,
			port,
			nodelay,
			target: this,
			onReadable: Socket.#onReadable,
			onWritable: Socket.#onWritable,
			onError: Socket.#onError,
		});
	}

	// TCP's callbacks: one function each for all sockets, in flash

	/** What the app leaves is reported again with what comes next. */
	static #onReadable(this: TCP, count: number): void {
		const socket = this.target as Socket;
		socket.#count = count;
		socket.#tell(Socket.readable, socket.#available);
	}

	static #onWritable(this: TCP, count: number): void {
		const socket = this.target as Socket;
		socket.#room = count;
		if (!socket.#isConnected) {
			socket.#isConnected = true;
			socket.#tell(Socket.connected);
		}
		socket.#tell(Socket.writable, socket.#room);
	}

	static #onError(this: TCP): void {
		const socket = this.target as Socket;
		socket.#tell(socket.#isConnected ? Socket.disconnected : Socket.error);
		socket.close();
	}

	get #available(): number {
		return this.#count + (this.#rest?.length ?? 0);
	}

	/** How many bytes a limit asks for: a count, or all up to and with a character. */
	#limited(limit: number | string | undefined): number {
		const available = this.#available;
		if (typeof limit === "number") return Math.max(0, Math.min(limit, available));
		if (!limit) return available;
		const at = this.#takeAll().indexOf(limit.charCodeAt(0));
		return at < 0 ? available : at + 1;
	}

	/** Everything, out of TCP's buffer. */
	#takeAll(): Uint8Array {
		const rest = this.#rest ?? new Uint8Array();
		const all = new Uint8Array(this.#available);
		all.set(rest);
		if (this.#count) this.#tcp!.read(all.subarray(rest.length));
		this.#count = 0;
		this.#rest = all;
		return all;
	}

	#take(count: number): ArrayBuffer {
		if (!count) return new ArrayBuffer(0);
		if (!this.#rest?.length) {
			this.#count -= count;
			return this.#tcp!.read(count) as ArrayBuffer;
		}
		const all = count > this.#rest.length ? this.#takeAll() : this.#rest;
		this.#rest = all.subarray(count);
		return all.slice(0, count).buffer;
	}

	/** How much is there; or that as a String, an ArrayBuffer, the next byte as a Number, or skipped with null. */
	read(type?: unknown, limit?: number | string): unknown {
		if (type === undefined) return this.#available;
		if (!this.#available) return undefined;
		const count = type === Number ? 1 : this.#limited(limit);
		const bytes = this.#take(count);
		if (type === null) return count;
		if (type === Number) return new Uint8Array(bytes)[0];
		if (type === String) return String.fromArrayBuffer(bytes);
		if (type === ArrayBuffer) return bytes;
		throw new Error("unsupported output type");
	}

	/** Sends all of the parts, or throws; without any, returns how much can be written. */
	write(...parts: Part[]): number | undefined {
		if (!parts.length) return this.#room;
		let length = 0;
		for (let i = 0; i < parts.length; i++) {
			const part = bytesOf(parts[i]!);
			parts[i] = part as ArrayBuffer;
			length += part.byteLength;
		}
		if (!this.#tcp || length > this.#room) throw new Error("can't write all data");
		for (let i = 0; i < parts.length; i++) {
			const part = parts[i] as ArrayBuffer;
			if (part.byteLength) this.#room = this.#tcp.write(part);
		}
		return undefined;
	}

	close(): void {
		this.#isClosed = true;
		this.#tcp?.close();
		this.#tcp = undefined;
		this.#count = 0;
		this.#rest = undefined;
	}
}

/** The SDK's `http` has a server, too, and imports this for it. There is no listener here. */
export class Listener {
	constructor() {
		throw new Error("the simulator has no listener: it makes connections only");
	}
}
