/// <reference path="./native.d.ts" />
/*
	Record protection with an AEAD, in place (psa/aead.c). A record lies in one buffer: its 5-byte header, with TLS 1.2's GCM and CCM
	the 8-byte explicit nonce, the text, and room for the tag.
*/

import type { Bytes } from "./native";
import type { Secret } from "./secret";

/** CCM_8 has a tag of 8 octets, the others 16. */
export const enum AEADAlgorithm {
	/** A block cipher with a MAC, which is no AEAD: legacy/cbc.ts */
	none = 0,
	gcm = 1,
	chacha20_poly1305 = 2,
	ccm = 3,
	ccm_8 = 4,
}

/** What protects records in place: an AEAD, or legacy/cbc.ts. */
export interface RecordCipher {
	/** Octets of the tag or MAC at the record's end. */
	readonly tagLength: number;
	/** Octets of the MAC that a block cipher encrypts with the text; not there in an AEAD. */
	readonly innerLength?: number;
	/** Returns the record's end. */
	seal(buffer: Bytes, record: number, end: number, high: number, low: number): number;
	/** Returns the end of the text, or -1 where the record is not the peer's. */
	open(buffer: Bytes, record: number, end: number, high: number, low: number): number;
	close(): void;
}

/** One direction's key and IV. The sequence number goes in as two unsigned 32-bit halves; never use a number twice. */
export class AEAD extends Native("xs_aead_destructor") {
	/**
	 * The key is `keyLength` octets of `material` at `keyAt`; the IV starts at `ivAt` (12 octets, or 4 where TLS 1.2 sends the rest).
	 * `tls12` picks that version's nonce and additional data (RFC 5246 section 6.2.3.3, RFC 5288, RFC 7905) over TLS 1.3's.
	 */
	constructor(algorithm: AEADAlgorithm, material: Secret, tls12: boolean, keyAt: number, keyLength: number, ivAt: number) { super(); native("xs_aead").call(this, algorithm, material, tls12, keyAt, keyLength, ivAt); }
	/** Octets of the tag. */
	get tagLength(): number { return native("xs_aead_tagLength").call(this); }
	/**
	 * Encrypts the record whose header starts at `record` and whose text ends at `end`; the tag is laid behind it. The header's length
	 * must already count the tag. Writes the explicit nonce where there is one. Returns the record's end.
	 */
	seal(buffer: Bytes, record: number, end: number, high: number, low: number): number { return native("xs_aead_seal").call(this, buffer, record, end, high, low); }
	/** Decrypts the record at `record..end`. Returns the end of its text, or -1 where the tag is wrong; nothing is readable then. */
	open(buffer: Bytes, record: number, end: number, high: number, low: number): number { return native("xs_aead_open").call(this, buffer, record, end, high, low); }
	/** Wipes and frees the key; using the cipher afterwards throws. */
	close(): void { return native("xs_aead_close").call(this); }
}
