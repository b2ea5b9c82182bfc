/*
	Reads DER (X.690 sections 8 and 10) from octets that stay where they are: definite lengths in their shortest form, and every element
	inside the one that holds it. Used by all of x509/.
*/

import { equal } from "tls/hardware/compare";
import { TLSError } from "../errors";

/** Identifier octets (X.690 section 8.1.2) as RFC 5280 uses them. */
export const enum Tag {
	/** None that there is: stands for all of them. */
	any = 0,
	boolean = 0x01,
	integer = 0x02,
	bitString = 0x03,
	octetString = 0x04,
	objectIdentifier = 0x06,
	enumerated = 0x0a,
	utcTime = 0x17,
	generalizedTime = 0x18,
	sequence = 0x30,
	set = 0x31,
	/** Context-specific [n]: primitive, and constructed. */
	context = 0x80,
	explicit = 0xa0,
}

/** A place in DER. `take` moves on from element to element; `start..end` is then the content of the one that was taken. */
export class DER {
	bytes: Uint8Array;
	/** The next element, and where the last one may end. */
	at: number;
	limit: number;
	/** The element that was taken last: its identifier and its content. */
	tag = 0;
	start = 0;
	end = 0;
	/** What errors are about: the number of a certificate, or words. */
	subject: number | string;

	constructor(bytes: Uint8Array, at: number, limit: number, subject: number | string) {
		this.bytes = bytes;
		this.at = at;
		this.limit = limit;
		this.subject = subject;
	}

	/** Starts over, at another place. */
	open(bytes: Uint8Array, at: number, limit: number, subject: number | string): this {
		this.bytes = bytes;
		this.at = at;
		this.limit = limit;
		this.subject = subject;
		return this;
	}

	fail(words: string): never {
		throw new TLSError("bad_certificate", `${typeof this.subject === "number" ? `certificate ${this.subject}` : this.subject} ${words}`);
	}

	/** True where another element follows. */
	get more(): boolean {
		return this.at < this.limit;
	}

	/** True where the next element has this tag. */
	sees(tag: number): boolean {
		return this.at < this.limit && this.bytes[this.at] === tag;
	}

	/** Takes the next element, whatever it is. */
	takeAny(): void {
		this.take(Tag.any, "element");
		if ((this.tag & 0x1f) === 0x1f) this.fail("has a tag that no certificate has");
	}

	/** Takes the next element, which must have this tag. */
	take(tag: number, what: string): void {
		const bytes = this.bytes;
		let at = this.at;
		const found = bytes[at++]!;
		if (at > this.limit || (found !== tag && tag !== Tag.any)) this.fail(`has no ${what} where one belongs`);
		let length = bytes[at++]!;
		if (length >= 0x80) {
			let octets = length & 0x7f;
			if (octets === 0 || octets > 3) this.fail("is not DER: a length is not definite, or beyond all bounds");
			const first = bytes[at]!;
			length = 0;
			for (; octets > 0; octets--) length = length << 8 | bytes[at++]!;
			if (first === 0 || length < 0x80) this.fail("is not DER: a length is not in its shortest form");
		}
		const end = at + length;
		// also where the length was read beyond the limit, or beyond all octets
		if (!(end <= this.limit)) this.fail("is not DER: a part is longer than the whole");
		this.tag = found;
		this.start = at;
		this.end = this.at = end;
	}

	/** Goes into the element that was taken last; returns what `leave` needs. */
	enter(): number {
		const outer = this.limit;
		this.at = this.start;
		this.limit = this.end;
		return outer;
	}

	/** Leaves an element, which must have been read to its end. */
	leave(outer: number): void {
		if (this.at !== this.limit) this.fail("has more in it than belongs there");
		this.limit = outer;
	}

	/** Takes a BOOLEAN, which is 00 or FF (X.690 section 11.1). */
	boolean(): boolean {
		this.take(Tag.boolean, "BOOLEAN");
		const value = this.bytes[this.start]!;
		if (this.end - this.start !== 1 || (value !== 0 && value !== 0xff)) this.fail("is not DER: a BOOLEAN is neither 00 nor FF");
		return value !== 0;
	}

	/** Takes an INTEGER in its shortest form (X.690 section 8.3.2); its octets are `start..end`. */
	integer(): void {
		this.take(Tag.integer, "INTEGER");
		const bytes = this.bytes;
		const start = this.start;
		const end = this.end;
		if (start === end) this.fail("is not DER: an INTEGER is empty");
		if (end - start > 1 && (bytes[start] === 0 ? bytes[start + 1]! < 0x80 : bytes[start] === 0xff && bytes[start + 1]! >= 0x80))
			this.fail("is not DER: an INTEGER is not in its shortest form");
	}

	/** Takes an INTEGER from 0 to 127. */
	smallInteger(what: string): number {
		this.integer();
		if (this.end - this.start !== 1 || this.bytes[this.start]! >= 0x80) this.fail(`has a ${what} that is negative or beyond all bounds`);
		return this.bytes[this.start]!;
	}

	/**
	 * Takes a BIT STRING of named bits, up to nine; bit 0 is 1 << 0. Zeros at its end, which X.690 section 11.2.2 forbids, are in use: two
	 * of Mozilla's roots have them.
	 */
	namedBits(): number {
		this.take(Tag.bitString, "BIT STRING");
		const bytes = this.bytes;
		const start = this.start;
		const end = this.end;
		const unused = bytes[start]!;
		if (end - start < 1 || end - start > 3 || unused > 7 || (end - start === 1 && unused)) this.fail("is not DER: a BIT STRING has a wrong form");
		let bits = 0;
		for (let i = 0; i < (end - start - 1) * 8; i++) if (bytes[start + 1 + (i >> 3)]! & (0x80 >> (i & 7))) bits |= 1 << i;
		if (unused && bytes[end - 1]! & ((1 << unused) - 1)) this.fail("is not DER: unused bits of a BIT STRING are set");
		return bits;
	}

	/** Takes a BIT STRING of whole octets; `start..end` is then those octets. */
	octetBits(): void {
		this.take(Tag.bitString, "BIT STRING");
		if (this.end === this.start || this.bytes[this.start]) this.fail("has a key or a signature that is not whole octets");
		this.start++;
	}
}

/** True where `a[start..end)` and `b[at..at + end - start)` are the same. */
export function sameOctets(a: Uint8Array, start: number, end: number, b: Uint8Array, at: number, limit: number): boolean {
	return end - start === limit - at && equal(a, start, b, at, end - start);
}
