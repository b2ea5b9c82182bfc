/*
	TCP bytes in, one record at a time (RFC 8446 section 5.1). Five octets come first; only when the header is found right does the
	buffer grow, to exactly the record's size. Extended by incoming.ts.
*/

import { TLSError } from "../errors";
import { ContentType } from "../wire/numbers";
import { copy } from "tls/hardware/copy";

/** Octets of a record's header. */
export const enum RecordHeader {
	length = 5,
}

const empty = new Uint8Array(0);

function refuseHeader(): never {
	throw new TLSError("unexpected_message", "the server does not speak TLS on this port");
}

export class Deframer {
	/** The record, from its header on. */
	buffer: Uint8Array = empty;
	/** Largest length that a header may announce. */
	limit: number;
	/** Octets of the record that have come, and all that it has; the latter of the header alone until that is there. */
	private have = 0;
	private need: number = RecordHeader.length;
	/** The header as far as it has come, without the first octet of the version, which is always 3. */
	private header = 0;

	constructor(limit: number) {
		this.limit = limit;
	}

	/** True where a whole record lies in the buffer, until `next`. */
	get complete(): boolean {
		return this.have === this.need && this.have > RecordHeader.length;
	}

	/** True where part of a record has arrived. */
	get started(): boolean {
		return this.have > 0;
	}

	get type(): ContentType {
		return this.buffer[0]!;
	}

	/** End of the record in the buffer. */
	get recordEnd(): number {
		return this.need;
	}

	/** Takes what it can use of `bytes[start..end)` and returns how many octets that were. */
	take(bytes: Uint8Array, start: number, end: number): number {
		let at = start;
		let { have } = this;
		// the header is kept in numbers: there is no buffer until it says how large one must be
		for (; at < end && have < RecordHeader.length; have++) {
			const octet = bytes[at++]!;
			if (have !== 1) this.header = this.header << 8 | octet;
			else if (octet !== 3) refuseHeader();
			if (have === RecordHeader.length - 1) this.begin();
		}
		if (have >= RecordHeader.length) {
			const needed = this.need - have;
			const count = end - at < needed ? end - at : needed;
			copy(bytes, at, at + count, this.buffer, have);
			at += count;
			have += count;
		}
		this.have = have;
		return at - start;
	}

	/** Makes room for the next record. `idle` also gives the buffer back; otherwise the next record finds it again. */
	next(idle: boolean): void {
		this.have = 0;
		this.need = RecordHeader.length;
		if (idle) this.buffer = empty;
	}

	/** Wipes the record, for when a connection ends. */
	close(): void {
		if (this.buffer !== empty) this.buffer.fill(0);
		this.next(true);
	}

	private begin(): void {
		const { header } = this;
		const type = header >>> 24;
		const length = header & 0xffff;
		if (type < ContentType.change_cipher_spec || type > ContentType.application_data) refuseHeader();
		if (length > this.limit)
			throw new TLSError("record_too_long", `a record of ${length} bytes is longer than the ${this.limit} that are allowed`);
		if (length === 0) throw new TLSError("unexpected_message", "a record is empty");
		this.need = RecordHeader.length + length;
		if (this.need > this.buffer.length) {
			// the old one goes first: both at once may be more than there is
			this.buffer = empty;
			this.buffer = new Uint8Array(this.need);
		}
		const { buffer } = this;
		buffer[0] = type;
		buffer[1] = 3;
		buffer[2] = header >> 16;
		buffer[3] = length >> 8;
		buffer[4] = length;
	}
}
