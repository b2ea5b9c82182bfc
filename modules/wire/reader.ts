/*
	Reads the presentation language of RFC 8446 section 3 from bytes that stay where they are. A vector is entered and
	left. Inside it nothing beyond its end can be read. Leaving it before its end is an error, so that no byte is
	missed.
*/

import { TLSError } from "../errors";
import { copy } from "tls/hardware/copy";

/** No bytes. */
export const empty = new Uint8Array(0);

/** A copy of `bytes[start..end)`. XS: `slice` takes two steps for each byte, and a peer decides how many there are. */
export function copyRange(bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
	const range = new Uint8Array(end - start);
	copy(bytes, start, end, range, 0);
	return range;
}

export class Reader {
	/** What is being read; `at` is the next byte, `end` the first that can't be read. */
	bytes: Uint8Array = empty;
	at = 0;
	end = 0;

	/** Starts over at `bytes[start..end)`. */
	open(bytes: Uint8Array, start: number, end: number): this {
		this.bytes = bytes;
		this.at = start;
		this.end = end;
		return this;
	}

	/** Drops the bytes. */
	release(): void {
		this.bytes = empty;
		this.at = this.end = 0;
	}

	/** Bytes left in the innermost vector. */
	get left(): number {
		return this.end - this.at;
	}

	/** Passes over `count` bytes and returns where they start. */
	skip(count: number): number {
		const start = this.at;
		if (count > this.end - start)
			throw new TLSError("decode_error", "server sent a malformed message: it ends inside a field");
		this.at = start + count;
		return start;
	}

	u8(): number {
		const at = this.at;
		if (at >= this.end) this.skip(1);
		this.at = at + 1;
		return this.bytes[at]!;
	}

	u16(): number {
		const at = this.at;
		if (at + 2 > this.end) this.skip(2);
		this.at = at + 2;
		return (this.bytes[at]! << 8) | this.bytes[at + 1]!;
	}

	u24(): number {
		const at = this.skip(3);
		const bytes = this.bytes;
		return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
	}

	u32(): number {
		const at = this.skip(4);
		return (
			((this.bytes[at]! << 24) | (this.bytes[at + 1]! << 16) | (this.bytes[at + 2]! << 8) | this.bytes[at + 3]!) >>> 0
		);
	}

	/** Enters a vector of `min` to `max` bytes whose length is the next `width` bytes. Returns what `leave` needs. */
	enter(width: 1 | 2 | 3, min: number, max: number): number {
		const length = width === 1 ? this.u8() : width === 2 ? this.u16() : this.u24();
		const outer = this.end;
		const end = this.at + length;
		if (end > outer)
			throw new TLSError("decode_error", "server sent a malformed message: a list is longer than the message");
		if (length < min || length > max)
			throw new TLSError(
				"decode_error",
				`server sent a malformed message: a list has ${length} bytes, expected ${min} to ${max}`,
			);
		this.end = end;
		return outer;
	}

	/** Leaves the vector, which must have been read to its end. */
	leave(outer: number): void {
		if (this.at !== this.end) this.finish();
		this.end = outer;
	}

	/** Passes over a vector. Returns the start of its content, which ends at `at` then. */
	skipVector(width: 1 | 2 | 3, min: number, max: number): number {
		const outer = this.enter(width, min, max),
			start = this.at;
		this.at = this.end;
		this.end = outer;
		return start;
	}

	/** Throws unless everything has been read. */
	finish(): void {
		if (this.at !== this.end)
			throw new TLSError(
				"decode_error",
				`server sent a malformed message: ${this.end - this.at} unexpected bytes follow a field`,
			);
	}
}
