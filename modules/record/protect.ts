/*
	One direction's record protection (RFC 8446 section 5.2 and 5.3): the cipher, its sequence number, the inner content type and the
	padding. In place, in the buffer that holds the record. Used by connection.ts.
*/

import { TLSError } from "../errors";
import { AEAD } from "tls/hardware/aead";

/** What TLS 1.3 adds to the text of a record: its type and the tag. */
export const enum Overhead {
	tls13 = 17,
}

export class Protection {
	readonly #aead: AEAD;
	readonly #recordLimit: number;
	#high = 0;
	#low = 0;
	/** Inner content type of the record that was opened last. */
	type = 0;

	/** After `recordLimit` records the key is worn out. */
	constructor(aead: AEAD, recordLimit: number) {
		this.#aead = aead;
		this.#recordLimit = recordLimit;
	}

	/** True where the key must be replaced before much more is sent (RFC 8446 section 5.5). */
	get worn(): boolean {
		return this.#high > 0 || this.#low >= this.#recordLimit;
	}

	/** Opens the record at `start..end`, sets `type`, and returns the end of the text, which starts behind the header. */
	open(buffer: Uint8Array, start: number, end: number): number {
		let at = this.#aead.open(buffer, start, end, this.#high, this.#low);
		if (at < 0) throw new TLSError("bad_record_mac", "a record was changed on its way, or is not the server's");
		this.#count();
		while (--at >= start + 5 && buffer[at] === 0);
		if (at < start + 5) throw new TLSError("unexpected_message", "a record holds nothing but padding");
		this.type = buffer[at]!;
		return at;
	}

	/** Seals the record whose header stands at `start` and whose text and inner type end at `end`; returns the record's end. */
	seal(buffer: Uint8Array, start: number, end: number): number {
		const sealed = this.#aead.seal(buffer, start, end, this.#high, this.#low);
		this.#count();
		return sealed;
	}

	close(): void {
		this.#aead.close();
	}

	#count(): void {
		this.#low++;
		if (this.#low > 0xffffffff) {
			this.#low = 0;
			this.#high++;
			if (this.#high > 0xffff) throw new TLSError("crypto", "the connection has used up its keys");
		}
	}
}
