/*
	The line at hand of a response, scanned once while it arrives. Each byte is looked at in the turn that reads it: no
	line makes a turn long. A line ends with CR LF. A CR or LF alone, and control characters, are refused: proxies read
	them in different ways.
*/

import { expectBuffer, Purpose } from "../wire/memory";
import { empty } from "../wire/reader";
import { copyPart } from "tls/hardware/copy";
import { byteName, refuseHTTP } from "./syntax";

/** Bytes of the buffer, if no line is longer. */
export const BUFFER_BYTES = 256;

const enum Char {
	tab = 9,
	lineFeed = 10,
	carriageReturn = 13,
	space = 32,
	colon = 58,
	delete = 127,
}

export class Line {
	bytes: Uint8Array<ArrayBuffer> = empty;
	/** The line, and what has arrived after it: bytes[start..end). */
	start = 0;
	end = 0;
	/** All before this is scanned. */
	scanned = 0;
	/** Offset of the first colon, or -1. */
	colon = -1;
	/** The first byte after the colon other than a space, or -1; and the end of the last such byte. */
	from = -1;
	to = 0;
	/** Offset of its CR, or -1. */
	private cr = -1;
	/** All bits that its bytes have: 0x80 where they are not all ASCII. */
	private bits = 0;

	/** Bytes that have arrived and are not used. */
	get held(): number {
		return this.end - this.start;
	}

	get isASCII(): boolean {
		return this.bits < 0x80;
	}

	/** Scans up to `most` bytes. Returns the offset after the line's LF, or -1 where it is not there yet. */
	scan(most: number): number {
		const bytes = this.bytes,
			limit = Math.min(this.end, this.scanned + most);
		let colon = this.colon,
			from = this.from,
			to = this.to,
			bits = this.bits,
			at = this.scanned,
			after = -1;
		while (at < limit) {
			let c = bytes[at]!;
			if (from >= 0 && c > Char.space && c !== Char.delete) {
				// inside a value: most bytes of a head
				do {
					bits |= c;
					if (++at >= limit) break;
					c = bytes[at]!;
				} while (c > Char.space && c !== Char.delete);
				to = at;
				continue;
			}
			at++;
			if (c > Char.space) {
				if (c === Char.delete) refuseHTTP("server sent byte 0x7f in a header");
				if (colon >= 0) {
					from = at - 1;
					to = at;
				} else if (c === Char.colon) colon = at - 1;
				bits |= c;
			} else if (c === Char.lineFeed) {
				after = at;
				break;
			} else if (c === Char.carriageReturn) {
				if (this.cr >= 0) this.refuseCR();
				this.cr = at - 1;
			} else if (c !== Char.space && c !== Char.tab) refuseHTTP(`server sent ${byteName(c)} in a header`);
		}
		this.colon = colon;
		this.from = from;
		this.to = to;
		this.bits = bits;
		this.scanned = at;
		return after;
	}

	private refuseCR(): never {
		refuseHTTP("server sent a CR without LF in a header");
	}

	/** Goes on to the next line, past the offset `after`. Returns where the line ended: at its CR. */
	next(after: number): number {
		const end = this.cr;
		if (end < 0) refuseHTTP("server ended a line with LF, without CR");
		if (end !== after - 2) this.refuseCR();
		this.start = this.scanned = after;
		this.colon = this.from = this.cr = -1;
		this.bits = 0;
		return end;
	}

	/** Takes `count` bytes outside of lines. */
	pass(count: number): void {
		this.start += count;
		this.scanned = this.start;
	}

	/** Makes room after what is there. The buffer grows up to `limit` bytes. Returns how many bytes fit. */
	makeRoom(limit: number): number {
		const held = this.end - this.start;
		let bytes = this.bytes;
		if (held && this.end === bytes.length) {
			if (!this.start) {
				const length = Math.min(2 * bytes.length, limit);
				expectBuffer(length, Purpose.response);
				this.bytes = new Uint8Array(length);
			}
			copyPart(bytes, this.start, this.end, this.bytes, 0);
			this.move(held);
		} else if (!held) {
			if (!bytes.length) {
				expectBuffer(BUFFER_BYTES, Purpose.response);
				this.bytes = new Uint8Array(BUFFER_BYTES);
			}
			this.move(0);
		}
		bytes = this.bytes;
		return bytes.length - this.end;
	}

	/** What is held lies at the buffer's start now. */
	private move(held: number): void {
		const by = this.start;
		this.start = 0;
		this.end = held;
		this.scanned -= by;
		this.colon = this.colon < 0 ? -1 : this.colon - by;
		this.from = this.from < 0 ? -1 : this.from - by;
		this.cr = this.cr < 0 ? -1 : this.cr - by;
		this.to -= by;
	}
}
