/// <reference path="./native.d.ts" />
/*
	Record protection with an AEAD, in place (psa/aead.c). A record lies in one buffer: its 5-byte header, the
	plaintext, and room for the tag. With TLS 1.2's GCM and CCM the 8-byte explicit nonce stands before the plaintext.
*/

import type { Bytes } from "./native";
import type { Secret } from "./secret";

/** CCM_8 has a tag of 8 bytes, the others 16. */
export const enum AEADAlgorithm {
	/** A block cipher with a MAC, which is not an AEAD: legacy/cbc.ts. */
	none = 0,
	gcm = 1,
	chacha20_poly1305 = 2,
	ccm = 3,
	ccm_8 = 4,
}

/**
 * Which nonce and additional data protect a record: RFC 8446 section 5.2, or RFC 5246 section 6.2.3.3, RFC 5288, RFC
 * 7905.
 */
export const enum RecordVersion {
	tls12 = 0x0303,
	tls13 = 0x0304,
}

/**
 * Protects the records of one direction in place: an AEAD, or legacy/cbc.ts. It counts them itself, so that no sequence
 * number is used twice. It throws once the last of 2^64 is used (RFC 8446 section 5.3).
 */
export interface RecordCipher {
	/** TLS 1.3: the content type travels inside, after the plaintext. */
	readonly hidesType: boolean;
	/** Bytes of the nonce or IV between a record's header and its plaintext. */
	readonly explicit: number;
	/** True if the key must be replaced before much more is sent (RFC 8446 section 5.5). */
	readonly needsNewKey: boolean;
	/**
	 * Returns the bytes after the header of a record with `length` bytes of plaintext, TLS 1.3's type and padding
	 * included.
	 */
	sealedLength(length: number): number;
	/** Most bytes that it adds to the plaintext of a record that is sent. */
	readonly overhead: number;
	/** The same for a record that arrives: its padding may be longer. */
	readonly receivedOverhead: number;
	/** Returns the record's end. */
	seal(buffer: Bytes, record: number, end: number): number;
	/** Returns the end of the plaintext, or -1 if the record is not the peer's next one. */
	open(buffer: Bytes, record: number, end: number): number;
	/** Wipes the key. */
	close(): void;
}

/** One direction's key and IV. */
export class AEAD extends Native("xs_aead_destructor") {
	/**
	 * The key is `material[keyStart..keyEnd)`. The IV starts at `ivStart`: 12 bytes, or 4 if TLS 1.2 sends the rest.
	 * `needsNewKey` is true after `recordLimit` records.
	 */
	constructor(
		algorithm: AEADAlgorithm,
		version: RecordVersion,
		material: Secret,
		keyStart: number,
		keyEnd: number,
		ivStart: number,
		recordLimit: number,
	) {
		super();
		native("xs_aead").call(this, algorithm, version, material, keyStart, keyEnd, ivStart, recordLimit);
	}
	get hidesType(): boolean {
		return native("xs_aead_hidesType").call(this);
	}
	get explicit(): number {
		return native("xs_aead_explicit").call(this);
	}
	get needsNewKey(): boolean {
		return native("xs_aead_needsNewKey").call(this);
	}
	sealedLength(length: number): number {
		return native("xs_aead_sealedLength").call(this, length);
	}
	get overhead(): number {
		return native("xs_aead_overhead").call(this);
	}
	get receivedOverhead(): number {
		return native("xs_aead_overhead").call(this);
	}
	/**
	 * Encrypts the record whose header starts at `record` and whose plaintext ends at `end`, and writes the tag after
	 * it. The header's length must already count the tag. Writes the explicit nonce, if there is one. Returns the
	 * record's end.
	 */
	seal(buffer: Bytes, record: number, end: number): number {
		return native("xs_aead_seal").call(this, buffer, record, end);
	}
	/**
	 * Decrypts the record `buffer[record..end)`. Returns the end of its plaintext. If the tag is wrong, returns -1 and
	 * leaves no plaintext.
	 */
	open(buffer: Bytes, record: number, end: number): number {
		return native("xs_aead_open").call(this, buffer, record, end);
	}
	/** Wipes and frees the key; using the cipher afterwards throws. */
	close(): void {
		return native("xs_aead_close").call(this);
	}
}
