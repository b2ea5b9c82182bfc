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

export class OldTCP {
	readonly target: unknown;
	readonly #socket: OldSocket;

	constructor({ from, target, onReadable, onWritable, onError, ...rest }: OldTCPOptions) {
		const socket = from ?? (new Socket(rest as never) as unknown as OldSocket);
		this.target = target;
		this.#socket = socket;
		socket.callback = (message, value) => {
			if (message === Message.readable) onReadable.call(this, value ?? 0);
			else if (message === Message.writable) onWritable.call(this, value ?? 0);
			else if (message === Message.connected) onWritable.call(this, socket.write() as number);
			else onError.call(this);
		};
	}

	/** Fills `buffer`, for which there is enough. Returns how many bytes the Socket gave. */
	read(buffer: Uint8Array): number {
		const end = buffer.length;
		let at = 0;
		while (at < end) {
			const count = Math.min(end - at, PIECE_BYTES);
			expectBuffer(count, Purpose.data);
			const piece = this.#socket.read(ArrayBuffer, count) as ArrayBuffer | undefined;
			if (!piece?.byteLength) break;
			at += copyPart(new Uint8Array(piece), 0, piece.byteLength, buffer, at);
		}
		return at;
	}

	write(buffer: Uint8Array): void {
		this.#socket.write(buffer);
	}

	close(): void {
		this.#socket.close();
	}
}
