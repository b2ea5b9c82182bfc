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

function bytesOf(part: Part): Uint8Array {
	if (typeof part === "number") return Uint8Array.of(part);
	if (typeof part === "string") return new Uint8Array(ArrayBuffer.fromString(part));
	return ArrayBuffer.isView(part)
		? new Uint8Array(part.buffer as ArrayBuffer, part.byteOffset, part.byteLength)
		: new Uint8Array(part);
}

/** How many of the bytes a limit asks for: a count, or all up to and with a character. */
function limited(bytes: Uint8Array, limit: number | string | undefined): number {
	if (typeof limit === "number") return Math.min(limit, bytes.length);
	if (!limit) return bytes.length;
	const at = bytes.indexOf(limit.charCodeAt(0));
	return at < 0 ? bytes.length : at + 1;
}

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
	/** What has come, as far as it was taken from TCP. */
	#bytes = new Uint8Array();

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
			onReadable: () => this.#readable(),
			onWritable: count => {
				this.#room = count;
				if (!this.#isConnected) {
					this.#isConnected = true;
					this.#tell(Socket.connected);
				}
				this.#tell(Socket.writable, this.#room);
			},
			onError: () => {
				this.#tell(this.#isConnected ? Socket.disconnected : Socket.error);
				this.close();
			},
		});
	}

	/** What the app leaves is told again with what comes next. */
	#readable(): void {
		const more = new Uint8Array(this.#tcp!.read() as ArrayBuffer);
		const bytes = new Uint8Array(this.#bytes.length + more.length);
		bytes.set(this.#bytes);
		bytes.set(more, this.#bytes.length);
		this.#bytes = bytes;
		this.#tell(Socket.readable, bytes.length);
	}

	/** How much is there; or that as a String, an ArrayBuffer, the next byte as a Number, or skipped with null. */
	read(type?: unknown, limit?: number | string): unknown {
		const all = this.#bytes;
		if (type === undefined) return all.length;
		if (!all.length) return undefined;
		const count = type === Number ? 1 : limited(all, limit);
		const bytes = all.slice(0, count);
		this.#bytes = all.subarray(count);
		if (type === null) return count;
		if (type === Number) return bytes[0];
		if (type === String) return String.fromArrayBuffer(bytes.buffer);
		if (type === ArrayBuffer) return bytes.buffer;
		throw new Error("unsupported output type");
	}

	/** Sends all of the parts, or throws; without any, returns how much can be written. */
	write(...parts: Part[]): number | undefined {
		if (!parts.length) return this.#room;
		const list = parts.map(bytesOf);
		const length = list.reduce((sum, part) => sum + part.length, 0);
		if (!this.#tcp || length > this.#room) throw new Error("can't write all data");
		for (const part of list) if (part.length) this.#room = this.#tcp.write(part);
		return undefined;
	}

	close(): void {
		this.#isClosed = true;
		this.#tcp?.close();
		this.#tcp = undefined;
	}
}

/** The SDK's `http` has a server, too, and imports this for it. There is no listener here. */
export class Listener {
	constructor() {
		throw new Error("the simulator has no listener: it makes connections only");
	}
}
