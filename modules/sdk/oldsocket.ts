/*
	The older Socket of the SDK in the form of ECMA-419's TCP class, which TLSClient takes. So SecureSocket has
	TLSClient's pauses, limits and timers. Nothing but what this reads leaves the Socket.
*/

import { Socket } from "socket";
import { expectBuffer, Purpose } from "tls/wire/memory";
import { copyPart } from "tls/hardware/copy";

/** The part of the older Socket that is used; what stands in for it has to have the same. */
export interface OldSocket {
	callback?: (message: number, value?: number) => void;
	read(what?: unknown, count?: number): any;
	write(...parts: any[]): any;
	suspend?(): unknown;
	close(): void;
}

/** Messages of the older sockets. */
export const enum Message {
	connected = 1,
	readable = 2,
	writable = 3,
	disconnected = -1,
	failed = -2,
}

/** Bytes that one `read` of the Socket makes a buffer for. */
const PIECE_BYTES = 1024;

interface OldTCPOptions {
	/** A Socket that is there already; without it the rest makes one. */
	from?: OldSocket;
	target: unknown;
	onReadable(this: OldTCP, count: number): void;
	onWritable(this: OldTCP, count: number): void;
	onError(this: OldTCP): void;
}

const nothing: Uint8Array = new Uint8Array();

/**
 * True for the SDK's Socket on a computer, which drops what its callback leaves. The one of devices keeps it, and is
 * told apart by `suspend`, which the other does not have.
 */
function dropsRest(socket: OldSocket): boolean {
	try {
		socket.suspend?.();
		return false;
	} catch {
		return true;
	}
}

export class OldTCP {
	readonly target: unknown;
	readonly #socket: OldSocket;
	#isClosed = false;
	/** What was taken from a Socket that drops it, and is not read yet. */
	#held: Uint8Array = nothing;

	constructor({ from, target, onReadable, onWritable, onError, ...rest }: OldTCPOptions) {
		const socket = from ?? (new Socket(rest as never) as unknown as OldSocket);
		const drops = dropsRest(socket);
		this.target = target;
		this.#socket = socket;
		socket.callback = (message, value) => {
			if (message === Message.readable) {
				onReadable.call(this, this.#held.length + (value ?? 0));
				if (!drops) return;
				try {
					this.#hold();
				} catch {
					// memory is full: what comes is lost, and so is the connection
					this.close();
					onError.call(this);
				}
			} else if (message === Message.writable) onWritable.call(this, value ?? 0);
			else if (message === Message.connected) onWritable.call(this, socket.write() as number);
			else onError.call(this);
		};
	}

	/** Takes what TLSClient has left in the Socket. */
	#hold(): void {
		const count = this.#isClosed ? 0 : (this.#socket.read() as number);
		if (!(count > 0)) return;
		const before = this.#held.length;
		expectBuffer(before + count, Purpose.data);
		const bytes = new Uint8Array(before + count);
		copyPart(this.#held, 0, before, bytes, 0);
		this.#held = bytes.subarray(0, before + this.#fill(bytes, before));
	}

	/** Fills `buffer` from `at` on with what the Socket has. Returns how many bytes that were. */
	#fill(buffer: Uint8Array, start: number): number {
		const end = buffer.length;
		let at = start;
		while (at < end) {
			const count = Math.min(end - at, PIECE_BYTES);
			expectBuffer(count, Purpose.data);
			const piece = this.#socket.read(ArrayBuffer, count) as ArrayBuffer | undefined;
			if (!piece?.byteLength) break;
			at += copyPart(new Uint8Array(piece), 0, piece.byteLength, buffer, at);
		}
		return at - start;
	}

	/** Fills `buffer`, for which there is enough. Returns how many bytes there were. */
	read(buffer: Uint8Array): number {
		const held = this.#held;
		if (!held.length) return this.#fill(buffer, 0);
		const count = copyPart(held, 0, held.length, buffer, 0);
		this.#held = count < held.length ? held.subarray(count) : nothing;
		return count < buffer.length ? count + this.#fill(buffer, count) : count;
	}

	write(buffer: Uint8Array): void {
		this.#socket.write(buffer);
	}

	close(): void {
		this.#isClosed = true;
		this.#held = nothing;
		this.#socket.close();
	}
}
