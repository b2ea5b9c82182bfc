/*
	Records in, handshake messages out (RFC 8446 section 5.1): a record may hold several messages, a message may come in
	several records. A message that lies in one record is used there; only a split one is collected in a buffer of its
	own. When its header is there, the gate is asked if it may come and be so long, before memory is taken for the rest.
*/

import { canMakeBuffer, expectBuffer, Purpose } from "../wire/memory";
import { ProtocolLength } from "../wire/numbers";
import { empty } from "../wire/reader";
import { copy } from "tls/hardware/copy";

/** Decides which messages are joined. */
export interface Gate {
	/** Throws unless a message of `type` with `length` bytes after its header may come now. */
	expectMessage(type: number, length: number): void;
	/**
	 * True if a message of `type` that finds no room is passed over; its bytes, header included, go to `passOver` as
	 * they come.
	 */
	mayPassOver(type: number): boolean;
	passOver(bytes: Uint8Array, start: number, end: number): void;
}

export class Joiner {
	/** The message, header included, is `bytes[start..end)` once `takeFrom` says so. */
	bytes: Uint8Array = empty;
	start = 0;
	end = 0;
	private readonly gate: Gate;
	private held: Uint8Array | undefined = undefined;
	/** Bytes received of an incomplete message; below 0 bytes of one that are still to be passed over; else 0. */
	have = 0;

	constructor(gate: Gate) {
		this.gate = gate;
	}

	/** Takes from `record[at..end)` and returns how far it went. A message is there if `end` is above 0 now. */
	takeFrom(record: Uint8Array, at: number, end: number): number {
		if (this.have < 0) return this.passBytes(record, at, end);
		if (!this.held) {
			let size: number = ProtocolLength.messageHeader;
			if (end - at >= size) {
				size = this.size(record, at);
				if (size <= end - at) {
					this.bytes = record;
					this.start = at;
					return (this.end = at + size);
				}
				if (!this.hasRoom(record[at]!, size)) {
					this.have = -size;
					return this.passBytes(record, at, end);
				}
			}
			this.held = new Uint8Array(size);
		}
		return this.collect(record, at, end);
	}

	/** Drops the message. */
	release(): void {
		if (this.bytes === this.held) this.held = undefined;
		this.bytes = empty;
		this.start = this.end = 0;
	}

	private collect(record: Uint8Array, at: number, end: number): number {
		let held = this.held!;
		let count = Math.min(end - at, held.length - this.have);
		copy(record, at, at + count, held, this.have);
		at += count;
		this.have += count;
		if (this.have === ProtocolLength.messageHeader && held.length === ProtocolLength.messageHeader) {
			const size = this.size(held, 0);
			if (size > ProtocolLength.messageHeader) {
				if (!this.hasRoom(held[0]!, size)) return this.startPassing(record, at, end, size);
				this.held = new Uint8Array(size);
				copy(held, 0, ProtocolLength.messageHeader, this.held, 0);
				held = this.held;
				count = Math.min(end - at, size - this.have);
				copy(record, at, at + count, held, this.have);
				at += count;
				this.have += count;
			}
		}
		if (this.have === held.length) {
			this.bytes = held;
			this.start = 0;
			this.end = held.length;
			this.have = 0;
		}
		return at;
	}

	/** True if there is room for a message; false if there is none and it may be passed over. */
	private hasRoom(type: number, size: number): boolean {
		if (this.gate.mayPassOver(type) && !canMakeBuffer(size)) return false;
		expectBuffer(size, Purpose.message);
		return true;
	}

	/** Passes over a message whose header has been collected. */
	private startPassing(record: Uint8Array, at: number, end: number, size: number): number {
		const header = this.held!;
		this.held = undefined;
		this.have = -size;
		this.passBytes(header, 0, ProtocolLength.messageHeader);
		return this.passBytes(record, at, end);
	}

	private passBytes(bytes: Uint8Array, at: number, end: number): number {
		const stop = Math.min(end, at - this.have);
		this.have += stop - at;
		this.gate.passOver(bytes, at, stop);
		return stop;
	}

	/** Bytes of the message whose header is at `bytes[at]`, which may come. */
	private size(bytes: Uint8Array, at: number): number {
		const length = (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
		this.gate.expectMessage(bytes[at]!, length);
		return ProtocolLength.messageHeader + length;
	}
}
