/// <reference path="./native.d.ts" />
/*
	Record protection with an AEAD, in place (psa/aead.c). A record lies in one buffer: its 5-byte header, with TLS 1.2's GCM and CCM
	the 8-byte explicit nonce, the text, and room for the tag.
*/

import type { Bytes } from "./native";
import type { Secret } from "./secret";

/** CCM_8 has a tag of 8 bytes, the others 16. */
export const enum AEADAlgorithm {
	/** A block cipher with a MAC, which is no AEAD: legacy/cbc.ts */
	none = 0,
	gcm = 1,
	chacha20_poly1305 = 2,
	ccm = 3,
	ccm_8 = 4,
}

/**
 * What protects the records of one direction in place: an AEAD, or legacy/cbc.ts. It counts them itself, so that no sequence number is used
 * twice; with the last of 2^64 used it throws (RFC 8446 section 5.3).
 */
export interface RecordCipher {
	/** TLS 1.3: the content type travels inside, behind the text. */
	readonly hidesType: boolean;
	/** Bytes of the nonce or IV between a record's header and its text. */
	readonly explicit: number;
	/** True where the key must be replaced before much more is sent (RFC 8446 section 5.5). */
	readonly worn: boolean;
	/** Bytes behind the header of a record with so many bytes of text, TLS 1.3's type and padding counted with it. */
	sealedLength(length: number): number;
	/** Most bytes that it adds to the text of a record that is sent, or of one that arrives, whose padding may be longer. */
	overhead(arrives: boolean): number;
	/** Returns the record's end. */
	seal(buffer: Bytes, record: number, end: number): number;
	/** Returns the end of the text, or -1 where the record is not the peer's next one. */
	open(buffer: Bytes, record: number, end: number): number;
	close(): void;
}

/** One direction's key and IV. */
export class AEAD extends Native("xs_aead_destructor") {
	/**
	 * The key is `keyLength` bytes of `material` at `keyAt`; the IV starts at `ivAt` (12 bytes, or 4 where TLS 1.2 sends the rest).
	 * `tls12` picks that version's nonce and additional data (RFC 5246 section 6.2.3.3, RFC 5288, RFC 7905) over TLS 1.3's. The key is worn
	 * after `recordLimit` records. `first` is the first record's sequence number, which only tests need.
	 */
	constructor(
		algorithm: AEADAlgorithm,
		material: Secret,
		tls12: boolean,
		keyAt: number,
		keyLength: number,
		ivAt: number,
		recordLimit: number,
		first?: number,
	) {
		super();
		native("xs_aead").call(this, algorithm, material, tls12, keyAt, keyLength, ivAt, recordLimit, first);
	}
	get hidesType(): boolean {
		return native("xs_aead_hidesType").call(this);
	}
	get explicit(): number {
		return native("xs_aead_explicit").call(this);
	}
	get worn(): boolean {
		return native("xs_aead_worn").call(this);
	}
	sealedLength(length: number): number {
		return native("xs_aead_sealedLength").call(this, length);
	}
	overhead(arrives: boolean): number {
		return native("xs_aead_overhead").call(this, arrives);
	}
	/**
	 * Encrypts the record whose header starts at `record` and whose text ends at `end`; the tag is laid behind it. The header's length
	 * must already count the tag. Writes the explicit nonce where there is one. Returns the record's end.
	 */
	seal(buffer: Bytes, record: number, end: number): number {
		return native("xs_aead_seal").call(this, buffer, record, end);
	}
	/** Decrypts the record at `record..end`. Returns the end of its text, or -1 where the tag is wrong; nothing is readable then. */
	open(buffer: Bytes, record: number, end: number): number {
		return native("xs_aead_open").call(this, buffer, record, end);
	}
	/** Wipes and frees the key; using the cipher afterwards throws. */
	close(): void {
		return native("xs_aead_close").call(this);
	}
}
