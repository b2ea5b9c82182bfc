/// <reference path="../native.d.ts" />
/*
	TLS 1.2's record protection with AES in CBC mode and HMAC, in place (cbc.c; RFC 5246 section 6.2.3.2, RFC 7366). A record lies in one buffer:
	its 5-byte header, 16 bytes for the IV, the text, and room for MAC and padding.
*/

import type { Bytes } from "../native";
import type { HashAlgorithm } from "../hash";
import type { Secret } from "../secret";

/** One direction's two keys, as a RecordCipher (../aead.ts). */
export class CBC extends Native("xs_cbc_destructor") {
	/**
	 * The MAC's key, as long as the hash, starts at `macAt` in `material`, the cipher's `keyLength` bytes at `keyAt`. `encryptThenMac`: the MAC
	 * is over what is encrypted (RFC 7366), else over the text, and encrypted with it. `recordLimit` and `first` are those of AEAD.
	 */
	constructor(
		hash: HashAlgorithm,
		encryptThenMac: boolean,
		material: Secret,
		macAt: number,
		keyAt: number,
		keyLength: number,
		recordLimit: number,
		first?: number,
	) {
		super();
		native("xs_cbc").call(this, hash, encryptThenMac, material, macAt, keyAt, keyLength, recordLimit, first);
	}
	get hidesType(): boolean {
		return native("xs_cbc_hidesType").call(this);
	}
	get explicit(): number {
		return native("xs_cbc_explicit").call(this);
	}
	get worn(): boolean {
		return native("xs_cbc_worn").call(this);
	}
	sealedLength(length: number): number {
		return native("xs_cbc_sealedLength").call(this, length);
	}
	overhead(arrives: boolean): number {
		return native("xs_cbc_overhead").call(this, arrives);
	}
	/**
	 * Protects the record whose header starts at `record` and whose text ends at `end`, with an IV of chance; MAC and the shortest padding are
	 * laid behind. The header's length must already count them. Returns the record's end.
	 */
	seal(buffer: Bytes, record: number, end: number): number {
		return native("xs_cbc_seal").call(this, buffer, record, end);
	}
	/** Opens the record at `record..end`. Returns the end of its text, or -1 where MAC, padding or length is wrong; nothing is readable then. */
	open(buffer: Bytes, record: number, end: number): number {
		return native("xs_cbc_open").call(this, buffer, record, end);
	}
	/** Wipes and frees the keys; using the cipher afterwards throws. */
	close(): void {
		return native("xs_cbc_close").call(this);
	}
}
