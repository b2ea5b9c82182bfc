/*
	Handshake messages, extensions and records as bytes, and the records that a socket gives.
*/

import type { Socket } from "node:net";
import { u16, vector } from "../../host-sim/trace/keys13.js";

export const HANDSHAKE = 22;
export const ALERT = 21;
export const DATA = 23;
export const empty: Buffer = Buffer.alloc(0);

/** A handshake message. */
export function message(type: number, ...body: Uint8Array[]): Buffer {
	return Buffer.concat([Buffer.of(type), vector(3, ...body)]);
}

/** An extension. */
export function extension(type: number, ...data: Uint8Array[]): Buffer {
	return Buffer.concat([u16(type), vector(2, ...data)]);
}

export function plainRecord(type: number, content: Uint8Array): Buffer {
	return Buffer.concat([Buffer.of(type, 3, 3), vector(2, content)]);
}

/** Records from a socket, one at a time; undefined at its end. */
export class RecordReader {
	readonly #socket: Socket;
	#held: Buffer = empty;
	/** ContentType of each record so far, as on the wire. */
	readonly types: number[] = [];

	constructor(socket: Socket) {
		this.#socket = socket;
	}

	async next(): Promise<Buffer | undefined> {
		for (;;) {
			const size = this.#held.length >= 5 ? 5 + this.#held.readUInt16BE(3) : Infinity;
			if (this.#held.length >= size) {
				const record = this.#held.subarray(0, size);
				this.#held = this.#held.subarray(size);
				this.types.push(record[0]!);
				return record;
			}
			const more = await this.#more();
			if (!more) return undefined;
			this.#held = Buffer.concat([this.#held, more]);
		}
	}

	#more(): Promise<Buffer | undefined> {
		const socket = this.#socket;
		return new Promise(resolve => {
			const done = (data?: Buffer): void => {
				socket.off("data", done);
				socket.off("close", end);
				socket.off("end", end);
				socket.pause();
				resolve(data);
			};
			const end = (): void => done();
			socket.on("data", done);
			socket.on("close", end);
			socket.on("end", end);
			if (socket.readableEnded || socket.destroyed) done();
			else socket.resume();
		});
	}
}
