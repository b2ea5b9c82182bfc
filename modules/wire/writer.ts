/*
	Writes the presentation language of RFC 8446 section 3 into a buffer that grows. A vector is opened, filled and
	closed; closing it fills in its length.
*/

import { refuse } from "../errors";
import { expectBuffer, Purpose } from "./memory";
import { copy, wipe } from "tls/hardware/copy";

/** Longest buffer, in bytes, that is made without asking for memory. */
const MAX_UNASKED = 512;

/** Bytes that a buffer gets beyond those it must have when it grows. */
const GROWTH = 64;

export class Writer {
	/** What has been written is `bytes[0..length)`. */
	bytes: Uint8Array;
	length = 0;

	/**
	 * Throws "out_of_memory" if there is none for a long buffer; what a short one takes has been asked for with the
	 * step that needs it.
	 */
	constructor(room: number) {
		if (room > MAX_UNASKED) expectBuffer(room, Purpose.output);
		this.bytes = new Uint8Array(room);
	}

	/**
	 * Makes room for `count` bytes and returns where they go; they are not cleared. Throws "out_of_memory" if there is
	 * none.
	 */
	reserve(count: number): number {
		const at = this.length;
		const end = at + count;
		const bytes = this.bytes;
		if (end > bytes.length) {
			expectBuffer(end + GROWTH, Purpose.output);
			const larger = new Uint8Array(end + GROWTH);
			copy(bytes, 0, at, larger, 0);
			// it may hold secrets
			wipe(bytes, 0, at);
			this.bytes = larger;
		}
		this.length = end;
		return at;
	}

	u8(value: number): void {
		const at = this.reserve(1);
		this.bytes[at] = value;
	}

	u16(value: number): void {
		const at = this.reserve(2);
		this.bytes[at] = value >> 8;
		this.bytes[at + 1] = value;
	}

	u24(value: number): void {
		this.u8(value >> 16);
		this.u16(value);
	}

	copy(from: Uint8Array, start: number, end: number): void {
		const at = this.reserve(end - start);
		copy(from, start, end, this.bytes, at);
	}

	/** Writes a vector of numbers of two bytes each. */
	numbers(list: readonly number[]): void {
		const count = list.length;
		let at = this.reserve(2 + 2 * count);
		const bytes = this.bytes;
		bytes[at] = count >> 7;
		bytes[at + 1] = count << 1;
		// by index, here and wherever it is done for each connection: an iterator takes eight slots
		for (let i = 0; i < count; i++) {
			const value = list[i]!;
			bytes[(at += 2)] = value >> 8;
			bytes[at + 1] = value;
		}
	}

	/** Writes a string of ASCII characters, one byte each. */
	ascii(text: string): void {
		const bytes = ArrayBuffer.fromString(text); // UTF-8: only ASCII has one byte for each character
		const count = bytes.byteLength;
		if (count !== text.length) refuse(`"${text}" is not plain ASCII`);
		const at = this.reserve(count);
		copy(bytes, 0, count, this.bytes, at);
	}

	/** Opens a vector whose length takes `width` bytes; give what it returns to `close`. */
	open(width: 1 | 2 | 3): number {
		return this.reserve(width) + width;
	}

	/** Closes the vector that `open(width)` opened at `start`. */
	close(width: 1 | 2 | 3, start: number): void {
		const bytes = this.bytes;
		const length = this.length - start;
		if (length >>> (8 * width)) refuse(`a field of ${length} bytes is too long for the protocol`);
		bytes[start - 1] = length;
		if (width > 1) bytes[start - 2] = length >> 8;
		if (width > 2) bytes[start - 3] = length >> 16;
	}
}
