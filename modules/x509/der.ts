/*
	Reads DER (X.690 sections 8 and 10) from bytes that stay where they are: definite lengths in their shortest form, and every element
	inside the one that holds it.
*/

import { equal } from "tls/hardware/compare";
import { TLSError } from "../errors";

/** Identifier bytes (X.690 section 8.1.2) as RFC 5280 uses them. */
export const enum Tag {
	boolean = 0x01,
	integer = 0x02,
	bitString = 0x03,
	octetString = 0x04,
	null = 0x05,
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

/**
 * A place in DER. `take` moves on from element to element; `start..end` is then the content of the one that was taken. A handshake takes a
 * hundred of them: what is used most stands first, as XS looks for properties in their order.
 */
export class DER {
	bytes: Uint8Array;
	/** The next element, and where the last one may end. */
	at: number;
	limit: number;
	/** The content of the element that was taken last. */
	start = 0;
	end = 0;
	/** Its identifier, where `takeAny` took it. */
	tag = 0;
	/** What errors are about: the number of a certificate, or words. */
	subject: number | string;

	constructor(bytes: Uint8Array, at: number, limit: number, subject: number | string) {
		this.bytes = bytes;
		this.at = at;
		this.limit = limit;
		this.subject = subject;
	}

	/** Takes the next element, which must have this tag. */
	take(tag: number, what: string): void {
		let start = this.at + 2;
		if (this.bytes[this.at] !== tag) this.refuse(tag, what, "");
		let length = this.bytes[start - 1]!;
		if (length >= 0x80) {
			const bytes = this.bytes;
			const first = bytes[start]!;
			if (length === 0x82) {
				length = (first << 8) | bytes[start + 1]!;
				start += 2;
			} else if (length === 0x81) {
				length = first;
				start++;
			} else if (length === 0x83) {
				length = (first << 16) | (bytes[start + 1]! << 8) | bytes[start + 2]!;
				start += 3;
			} else this.refuse(tag, what, "is not DER: a length is not definite, or beyond all bounds");
			if (first === 0 || length < 0x80) this.refuse(tag, what, "is not DER: a length is not in its shortest form");
		}
		const end = start + length;
		// also where the length was read beyond the limit, or beyond all bytes
		if (!(end <= this.limit)) this.refuse(tag, what, "is not DER: a part is longer than the whole");
		this.start = start;
		this.end = this.at = end;
	}

	/** Takes the next element, whatever it is. */
	takeAny(): void {
		const tag = this.bytes[this.at]!;
		this.tag = tag;
		this.take(tag, "element");
		if ((tag & 0x1f) === 0x1f) this.fail("has a tag that no certificate has");
	}

	/** What `take` found wrong: there is no such element, or else `words` about it. */
	private refuse(tag: number, what: string, words: string): never {
		this.fail(this.sees(tag) ? words : `has no ${what} where one belongs`);
	}

	/** Passes over one or more whole elements, `length` bytes from `start` of `bytes`, where they come next; says whether they do. */
	passes(octets: Uint8Array, start: number, length: number): boolean {
		const at = this.at;
		const end = at + length;
		if (end > this.limit || !equal(this.bytes, at, octets, start, length)) return false;
		this.at = end;
		return true;
	}

	/** True where another element follows. */
	get more(): boolean {
		return this.at < this.limit;
	}

	/** True where the next element has this tag. */
	sees(tag: number): boolean {
		return this.at < this.limit && this.bytes[this.at] === tag;
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

	/** Starts over, at another place. */
	open(bytes: Uint8Array, at: number, limit: number, subject: number | string): this {
		this.bytes = bytes;
		this.at = at;
		this.limit = limit;
		this.subject = subject;
		return this;
	}

	fail(words: string): never {
		throw new TLSError(
			"bad_certificate",
			`${typeof this.subject === "number" ? `certificate ${this.subject}` : this.subject} ${words}`,
		);
	}

	/** Takes a BOOLEAN, which is 00 or FF (X.690 section 11.1); `start..end` is not set. */
	boolean(): boolean {
		const bytes = this.bytes,
			at = this.at;
		// true, as nearly all are
		if (bytes[at] === Tag.boolean && bytes[at + 1] === 1 && bytes[at + 2] === 0xff && at + 3 <= this.limit) {
			this.at = at + 3;
			return true;
		}
		this.take(Tag.boolean, "BOOLEAN");
		if (this.at !== at + 3 || (bytes[at + 2] !== 0 && bytes[at + 2] !== 0xff))
			this.fail("is not DER: a BOOLEAN is neither 00 nor FF");
		return bytes[at + 2] !== 0;
	}

	/** Takes an INTEGER in its shortest form (X.690 section 8.3.2); its bytes are `start..end`. */
	integer(): void {
		this.take(Tag.integer, "INTEGER");
		const start = this.start;
		const size = this.end - start;
		if (size === 0) this.fail("is not DER: an INTEGER is empty");
		const first = this.bytes[start];
		if ((first === 0 || first === 0xff) && size > 1 && (first === 0) === this.bytes[start + 1]! < 0x80)
			this.fail("is not DER: an INTEGER is not in its shortest form");
	}

	/** Takes an INTEGER from 0 to 127. */
	smallInteger(what: string): number {
		this.integer();
		if (this.end - this.start !== 1 || this.bytes[this.start]! >= 0x80)
			this.fail(`has a ${what} that is negative or beyond all bounds`);
		return this.bytes[this.start]!;
	}

	/**
	 * Takes a BIT STRING of named bits, up to sixteen, in two bytes as they stand: bit 0 is 0x80, bit 8 is 0x8000. Zeros at its end, which X.690
	 * section 11.2.2 forbids, are in use: two of Mozilla's roots have them.
	 */
	namedBits(): number {
		this.take(Tag.bitString, "BIT STRING");
		const bytes = this.bytes;
		const start = this.start;
		const octets = this.end - start - 1;
		const unused = bytes[start]!;
		if (octets < 0 || octets > 2 || unused > 7 || (octets === 0 && unused))
			this.fail("is not DER: a BIT STRING has a wrong form");
		if (unused && bytes[start + octets]! & ((1 << unused) - 1))
			this.fail("is not DER: unused bits of a BIT STRING are set");
		return octets === 0 ? 0 : octets === 1 ? bytes[start + 1]! : bytes[start + 1]! | (bytes[start + 2]! << 8);
	}

	/** Takes a BIT STRING of whole bytes; `start..end` is then those bytes. */
	octetBits(): void {
		this.take(Tag.bitString, "BIT STRING");
		if (this.end === this.start || this.bytes[this.start])
			this.fail("has a key or a signature that is not of whole bytes");
		this.start++;
	}
}

/** True where `a[start..end)` and `b[at..at + end - start)` are the same. */
export function sameOctets(
	a: Uint8Array,
	start: number,
	end: number,
	b: Uint8Array,
	at: number,
	limit: number,
): boolean {
	return end - start === limit - at && equal(a, start, b, at, end - start);
}
