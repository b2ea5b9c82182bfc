/*
	One direction's record protection: the cipher and its sequence number; with TLS 1.3 (RFC 8446 section 5.2 and 5.3) also the inner content
	type and the padding, with TLS 1.2 (RFC 5246 section 6.2.3) the nonce or IV that stands in the record. In place, in the buffer that
	holds the record. Made by driver.ts, used by incoming.ts and outgoing.ts.
*/

import { TLSError } from "../errors";
import type { RecordCipher } from "tls/hardware/aead";

/** Octets of a record's header, and of TLS 1.3's inner content type. */
export const enum Part {
	header = 5,
	type = 1,
}

/** Octets of a block, where the cipher has blocks, and of its longest padding with the length of it. */
const enum Block {
	length = 16,
	padding = 256,
}

export class Protection {
	private readonly cipher: RecordCipher;
	private readonly recordLimit: number;
	private high = 0;
	private low = 0;
	/** TLS 1.3: the content type travels inside, behind the text. */
	readonly hidesType: boolean;
	/** Octets of the nonce or IV between a record's header and its text. */
	readonly explicit: number;

	/** After `recordLimit` records the key is worn out. */
	constructor(cipher: RecordCipher, recordLimit: number, hidesType: boolean, explicit: number) {
		this.cipher = cipher;
		this.recordLimit = recordLimit;
		this.hidesType = hidesType;
		this.explicit = explicit;
	}

	/** Octets behind the text: the tag or MAC, and the type inside. */
	private get behind(): number {
		return this.cipher.tagLength + (this.hidesType ? Part.type : 0);
	}

	/** Octets of the MAC that a block cipher encrypts with the text; -1 for an AEAD. */
	private get inner(): number {
		return this.cipher.innerLength ?? -1;
	}

	/** True where the key must be replaced before much more is sent (RFC 8446 section 5.5). */
	get worn(): boolean {
		return this.high > 0 || this.low >= this.recordLimit;
	}

	/** Octets that a record that is sent has at most beyond header and text. */
	get overhead(): number {
		return this.inner < 0 ? this.explicit + this.behind : this.explicit + this.inner + Block.length + this.behind;
	}

	/** The same for one that arrives, whose padding may be longer; without TLS 1.3's type. */
	get slack(): number {
		if (this.inner < 0) return this.explicit + this.behind - (this.hidesType ? Part.type : 0);
		return this.explicit + this.inner + Block.padding + this.behind;
	}

	/** Octets behind the header of a record with so many octets of text. */
	sealedLength(length: number): number {
		const inner = this.inner;
		if (inner < 0) return this.explicit + length + this.behind;
		const inside = length + inner;
		return this.explicit + inside + Block.length - inside % Block.length + this.behind;
	}

	/**
	 * Opens the record at `start..end` and returns the end of the text, which starts `explicit` octets behind the header. With TLS 1.3 the content
	 * type stands there.
	 */
	open(buffer: Uint8Array, start: number, end: number): number {
		let at = this.cipher.open(buffer, start, end, this.high, this.low);
		if (at < 0) throw new TLSError("bad_record_mac", "a record was changed on its way, or is not the server's");
		this.count();
		if (!this.hidesType) return at;
		while (--at >= start + Part.header && buffer[at] === 0);
		if (at < start + Part.header) throw new TLSError("unexpected_message", "a record holds nothing but padding");
		return at;
	}

	/** Seals the record whose header stands at `start` and whose text (and inner type) end at `end`; returns the record's end. */
	seal(buffer: Uint8Array, start: number, end: number): number {
		const sealed = this.cipher.seal(buffer, start, end, this.high, this.low);
		this.count();
		return sealed;
	}

	close(): void {
		this.cipher.close();
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
