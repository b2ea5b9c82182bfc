/*
	Reads DER (X.690 sections 8 and 10) from bytes that stay where they are: certificates, keys, signatures and
	statuses. Lengths are definite and in their shortest form, and every element ends inside the one that holds it.
*/

import { equal } from "tls/hardware/compare";
import { readSeconds } from "tls/hardware/time";
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
 * What an element is, for errors: an index into PARTS. XS: a string in its place would be copied at each use on a
 * device.
 */
export const enum Part {
	element,
	boolean,
	integer,
	bitString,
	null,
	octetString,
	// certificates
	certificate,
	tbsCertificate,
	issuer,
	validity,
	subject,
	publicKey,
	publicKeyAlgorithm,
	rsaKey,
	signatureAlgorithm,
	algorithm,
	hash,
	version,
	saltLength,
	// extensions
	extensions,
	extension,
	extensionValue,
	basicConstraints,
	pathLength,
	names,
	constraints,
	purposes,
	features,
	policies,
	policy,
	policyMapping,
	policyConstraints,
	skipCerts,
	// private keys and signatures
	privateKey,
	signature,
	// statuses
	response,
	responseStatus,
	responseKind,
	responseData,
	responderKey,
	certificateID,
	issuerName,
	issuerKey,
	statuses,
	status,
	certificates,
}

const PARTS: readonly string[] = Object.freeze([
	"element",
	"BOOLEAN",
	"INTEGER",
	"BIT STRING",
	"NULL",
	"OCTET STRING",
	"Certificate",
	"TBSCertificate",
	"issuer",
	"validity",
	"subject",
	"public key",
	"public key's algorithm",
	"RSA key",
	"signature's algorithm",
	"algorithm",
	"hash",
	"version",
	"salt length",
	"list of extensions",
	"extension",
	"extension's value",
	"basic constraints",
	"path length",
	"list of names",
	"list of constraints",
	"list of purposes",
	"list of TLS features",
	"list of policies",
	"policy",
	"policy mapping",
	"policy constraints",
	"number of certificates in policy constraints",
	"private key",
	"signature",
	"response",
	"response status",
	"kind of response",
	"response data",
	"responder's key",
	"certificate's identity",
	"issuer's name",
	"issuer's key",
	"list of statuses",
	"status",
	"list of certificates",
]);

/**
 * A position in DER. `take` moves on from element to element; `start..end` is then the content of the one that was
 * taken. A handshake takes a hundred elements. XS: fields in the order of use.
 */
export class DER {
	bytes: Uint8Array;
	/** Offset of the next element, and the limit of the element that holds it. */
	at: number;
	limit: number;
	/** Content of the element that was taken last. */
	start = 0;
	end = 0;
	/** Its identifier, if `takeAny` took it. */
	tag = 0;
	/** Whom errors name: the number of a certificate, or words. */
	subject: number | string;

	/** Starts at `bytes[at..limit)`. */
	constructor(bytes: Uint8Array, at: number, limit: number, subject: number | string) {
		this.bytes = bytes;
		this.at = at;
		this.limit = limit;
		this.subject = subject;
	}

	/** Starts over at other bytes. */
	open(bytes: Uint8Array, at: number, limit: number, subject: number | string): this {
		this.bytes = bytes;
		this.at = at;
		this.limit = limit;
		this.subject = subject;
		return this;
	}

	/** True if another element follows. */
	get hasMore(): boolean {
		return this.at < this.limit;
	}

	/** True if the next element has this tag. */
	nextIs(tag: number): boolean {
		return this.at < this.limit && this.bytes[this.at] === tag;
	}

	/** Takes the next element, which must have this tag. */
	take(tag: number, part: Part): void {
		const bytes = this.bytes,
			at = this.at;
		if (bytes[at] !== tag) this.refuse(tag, part, "");
		let start = at + 2,
			length = bytes[at + 1]!;
		if (length >= 0x80) {
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
			} else this.refuse(tag, part, "is not DER: a length is indefinite, or too large");
			if (first === 0 || length < 0x80) this.refuse(tag, part, "is not DER: a length is not in its shortest form");
		}
		const end = start + length;
		// also if the length was read beyond the limit, or beyond all bytes
		if (!(end <= this.limit)) this.refuse(tag, part, "is not DER: a part is longer than the whole");
		this.start = start;
		this.end = this.at = end;
	}

	/** Takes the next element, whatever it is. */
	takeAny(): void {
		const tag = this.bytes[this.at]!;
		this.tag = tag;
		this.take(tag, Part.element);
		if ((tag & 0x1f) === 0x1f) this.fail("has a tag that no certificate has");
	}

	/** Takes the next element, which must be the last of the one that holds it, and goes into it. */
	takeOnly(tag: number, part: Part): void {
		this.take(tag, part);
		this.expectEnd();
		this.enter();
	}

	/** Throws for an element that is missing, else with `words` about it. */
	private refuse(tag: number, part: Part, words: string): never {
		this.fail(this.nextIs(tag) ? words : `has no ${PARTS[part]} where one belongs`);
	}

	/** Skips one or more whole elements if they are `length` bytes of `form` from `start`. Returns true if they are. */
	skipIfEqual(form: Uint8Array, start: number, length: number): boolean {
		const at = this.at;
		const end = at + length;
		if (end > this.limit || !equal(this.bytes, at, form, start, length)) return false;
		this.at = end;
		return true;
	}

	/** Goes into the element that was taken last. Returns what `leave` needs. */
	enter(): number {
		const outer = this.limit;
		this.at = this.start;
		this.limit = this.end;
		return outer;
	}

	/** Leaves an element, which must have been read to its end. */
	leave(outer: number): void {
		this.expectEnd();
		this.limit = outer;
	}

	/** Throws if another element follows. */
	expectEnd(): void {
		if (this.at !== this.limit) this.fail("has unexpected bytes at the end of a field");
	}

	fail(words: string): never {
		throw new TLSError(
			"bad_certificate",
			`${typeof this.subject === "number" ? `certificate ${this.subject}` : this.subject} ${words}`,
		);
	}

	/** Takes a BOOLEAN, which is 00 or FF (X.690 section 11.1). Does not set `start..end`. */
	takeBoolean(): boolean {
		const bytes = this.bytes,
			at = this.at;
		// true, as nearly all are
		if (bytes[at] === Tag.boolean && bytes[at + 1] === 1 && bytes[at + 2] === 0xff && at + 3 <= this.limit) {
			this.at = at + 3;
			return true;
		}
		this.take(Tag.boolean, Part.boolean);
		if (this.at !== at + 3 || (bytes[at + 2] !== 0 && bytes[at + 2] !== 0xff))
			this.fail("is not DER: a BOOLEAN is neither 00 nor FF");
		return bytes[at + 2] !== 0;
	}

	/** Takes an INTEGER in its shortest form (X.690 section 8.3.2). Its bytes are `start..end`. */
	takeInteger(): void {
		this.take(Tag.integer, Part.integer);
		const start = this.start;
		const size = this.end - start;
		if (size === 0) this.fail("is not DER: an INTEGER is empty");
		const first = this.bytes[start];
		if ((first === 0 || first === 0xff) && size > 1 && (first === 0) === this.bytes[start + 1]! < 0x80)
			this.fail("is not DER: an INTEGER is not in its shortest form");
	}

	/** Takes an INTEGER that is not negative. `start..end` are its bytes without leading zeros: none for 0. */
	takeUnsigned(): void {
		this.takeInteger();
		const first = this.bytes[this.start]!;
		if (first >= 0x80) this.fail("has a negative INTEGER");
		if (first === 0) this.start++;
	}

	/** Takes an INTEGER from 0 to 127. */
	takeSmallInteger(part: Part): number {
		this.takeInteger();
		if (this.end - this.start !== 1 || this.bytes[this.start]! >= 0x80)
			this.fail(`has a ${PARTS[part]} that is negative or too large`);
		return this.bytes[this.start]!;
	}

	/** Takes an INTEGER from 0 on, or what has its form in another tag. One longer than a byte counts as 255. */
	takeCount(tag: number, part: Part): number {
		this.take(tag, part);
		const bytes = this.bytes,
			start = this.start,
			length = this.end - start;
		if (length === 0 || bytes[start]! >= 0x80) this.fail(`has a ${PARTS[part]} that is negative or empty`);
		if (length > 1 && bytes[start] === 0 && bytes[start + 1]! < 0x80)
			this.fail("is not DER: an INTEGER is not in its shortest form");
		return length === 1 ? bytes[start]! : 255;
	}

	/**
	 * Takes a BIT STRING of named bits, up to sixteen, in two bytes as they stand: bit 0 is 0x80, bit 8 is 0x8000.
	 * Zeros at its end, which X.690 section 11.2.2 forbids, are in use: two of Mozilla's roots have them.
	 */
	takeNamedBits(): number {
		this.take(Tag.bitString, Part.bitString);
		const bytes = this.bytes;
		const start = this.start;
		const count = this.end - start - 1;
		const unused = bytes[start]!;
		if (count < 0 || count > 2 || unused > 7 || (count === 0 && unused))
			this.fail("is not DER: a BIT STRING has a wrong form");
		if (unused && bytes[start + count]! & ((1 << unused) - 1))
			this.fail("is not DER: unused bits of a BIT STRING are set");
		return count === 0 ? 0 : count === 1 ? bytes[start + 1]! : bytes[start + 1]! | (bytes[start + 2]! << 8);
	}

	/**
	 * Takes a UTCTime or GeneralizedTime (RFC 5280 section 4.1.2.5). Returns seconds since 1970. Does not set
	 * `start..end`.
	 */
	takeTime(): number {
		const at = this.at,
			seconds = readSeconds(this.bytes, at, this.limit);
		if (Number.isNaN(seconds)) {
			this.takeAny();
			this.fail("has a time of a form that RFC 5280 forbids");
		}
		if (seconds === Infinity) this.fail("has a time that does not exist");
		this.at = at + 2 + this.bytes[at + 1]!;
		return seconds;
	}

	/** Takes a BIT STRING of whole bytes. `start..end` is then those bytes. */
	takeBitString(): void {
		this.take(Tag.bitString, Part.bitString);
		if (this.end === this.start || this.bytes[this.start])
			this.fail("has a key or a signature that is not a whole number of bytes");
		this.start++;
	}
}

/** True if `a[start..end)` and `b[at..limit)` are the same. */
export function sameBytes(
	a: Uint8Array,
	start: number,
	end: number,
	b: Uint8Array,
	at: number,
	limit: number,
): boolean {
	return end - start === limit - at && equal(a, start, b, at, end - start);
}
