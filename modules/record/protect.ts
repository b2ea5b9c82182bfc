/*
	One direction's record protection: the cipher and its sequence number; with TLS 1.3 (RFC 8446 section 5.2 and 5.3) also the inner content
	type and the padding, with TLS 1.2 (RFC 5246 section 6.2.3.3) the part of the nonce that stands in the record. In place, in the buffer
	that holds the record. Made by driver.ts, used by incoming.ts and outgoing.ts.
*/

import { TLSError } from "../errors";
import { AEAD } from "tls/hardware/aead";

/** Octets of a record's header, and of TLS 1.3's inner content type. */
export const enum Part {
	header = 5,
	type = 1,
}

export class Protection {
	private readonly aead: AEAD;
	private readonly recordLimit: number;
	private high = 0;
	private low = 0;
	/** Content type of the record that was opened last. */
	type = 0;
	/** TLS 1.3: the content type travels inside, behind the text. */
	readonly hidesType: boolean;
	/** Octets of the nonce between a record's header and its text. */
	readonly explicit: number;

	/** After `recordLimit` records the key is worn out. */
	constructor(aead: AEAD, recordLimit: number, hidesType: boolean, explicit: number) {
		this.aead = aead;
		this.recordLimit = recordLimit;
		this.hidesType = hidesType;
		this.explicit = explicit;
	}

	/** True where the key must be replaced before much more is sent (RFC 8446 section 5.5). */
	get worn(): boolean {
		return this.high > 0 || this.low >= this.recordLimit;
	}

	/** Octets that a record has beyond header and text. */
	get overhead(): number {
		return this.explicit + this.aead.tagLength + (this.hidesType ? Part.type : 0);
	}

	/** Opens the record at `start..end`, sets `type`, and returns the end of the text, which starts `explicit` octets behind the header. */
	open(buffer: Uint8Array, start: number, end: number): number {
		let at = this.aead.open(buffer, start, end, this.high, this.low);
		if (at < 0) throw new TLSError("bad_record_mac", "a record was changed on its way, or is not the server's");
		this.count();
		if (!this.hidesType) {
			this.type = buffer[start]!;
			return at;
		}
		while (--at >= start + Part.header && buffer[at] === 0);
		if (at < start + Part.header) throw new TLSError("unexpected_message", "a record holds nothing but padding");
		this.type = buffer[at]!;
		return at;
	}

	/** Seals the record whose header stands at `start` and whose text (and inner type) end at `end`; returns the record's end. */
	seal(buffer: Uint8Array, start: number, end: number): number {
		const sealed = this.aead.seal(buffer, start, end, this.high, this.low);
		this.count();
		return sealed;
	}

	close(): void {
		this.aead.close();
	}

	private count(): void {
		this.low++;
		if (this.low > 0xffffffff) {
			this.low = 0;
			this.high++;
			if (this.high > 0xffff) throw new TLSError("crypto", "the connection has used up its keys");
		}
	}
}
