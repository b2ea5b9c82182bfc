/// <reference path="../native.d.ts" />
/*
	TLS 1.2's record protection with AES in CBC mode and HMAC, in place (cbc.c; RFC 5246 section 6.2.3.2, RFC 7366). A
	record lies in one buffer: its 5-byte header, 16 bytes for the IV, the plaintext, and room for MAC and padding.
*/

import type { Bytes } from "../native";
import type { HashAlgorithm } from "../hash";
import type { Secret } from "../secret";

export const enum MACOrder {
	/** The MAC is over the plaintext, and encrypted with it. */
	macThenEncrypt = 0,
	/** The MAC is over the ciphertext (RFC 7366). */
	encryptThenMac = 1,
}

/** One direction's two keys, as a RecordCipher (../aead.ts). */
export class CBC extends Native("xs_cbc_destructor") {
	/**
	 * The cipher's key is `material[keyStart..keyEnd)`. The MAC's key, as long as the hash, starts at `macStart`.
	 * `needsNewKey` is true after `recordLimit` records.
	 */
	constructor(
		hash: HashAlgorithm,
		order: MACOrder,
		material: Secret,
		keyStart: number,
		keyEnd: number,
		macStart: number,
		recordLimit: number,
	) {
		super();
		native("xs_cbc").call(this, hash, order, material, keyStart, keyEnd, macStart, recordLimit);
	}
	get hidesType(): boolean {
		return native("xs_cbc_hidesType").call(this);
	}
	get explicit(): number {
		return native("xs_cbc_explicit").call(this);
	}
	get needsNewKey(): boolean {
		return native("xs_cbc_needsNewKey").call(this);
	}
	sealedLength(length: number): number {
		return native("xs_cbc_sealedLength").call(this, length);
	}
	get overhead(): number {
		return native("xs_cbc_overhead").call(this);
	}
	get receivedOverhead(): number {
		return native("xs_cbc_receivedOverhead").call(this);
	}
	/**
	 * Protects the record whose header starts at `record` and whose plaintext ends at `end`, with a random IV. Writes
	 * MAC and the shortest padding after it. The header's length must already count them. Returns the record's end.
	 */
	seal(buffer: Bytes, record: number, end: number): number {
		return native("xs_cbc_seal").call(this, buffer, record, end);
	}
	/**
	 * Opens the record `buffer[record..end)`. Returns the end of its plaintext. If MAC, padding or length is wrong,
	 * returns -1 and leaves no plaintext.
	 */
	open(buffer: Bytes, record: number, end: number): number {
		return native("xs_cbc_open").call(this, buffer, record, end);
	}
	/** Wipes and frees the keys; using the cipher afterwards throws. */
	close(): void {
		return native("xs_cbc_close").call(this);
	}
}
