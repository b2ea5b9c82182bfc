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

export class Deframer {
	/** The record, from its header on. */
	buffer: Uint8Array = empty;
	/** Largest length that a header may announce. */
	limit: number;
	private have = 0;
	private need: number = RecordHeader.length;

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
		if (this.buffer === empty) this.buffer = new Uint8Array(RecordHeader.length);
		while (at < end && !this.complete) {
			const { have } = this;
			const needed = this.need - have;
			const count = end - at < needed ? end - at : needed;
			copy(bytes, at, at + count, this.buffer, have);
			at += count;
			this.have = have + count;
			if (this.have === RecordHeader.length && this.need === RecordHeader.length) this.readHeader();
		}
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

	private readHeader(): void {
		let header = this.buffer;
		const type = header[0]!;
		if (type < ContentType.change_cipher_spec || type > ContentType.application_data || header[1] !== 3)
			throw new TLSError("unexpected_message", "the server does not speak TLS on this port");
		const length = (header[3]! << 8) | header[4]!;
		if (length > this.limit)
			throw new TLSError("record_too_long", `a record of ${length} bytes is longer than the ${this.limit} that are allowed`);
		if (length === 0) throw new TLSError("unexpected_message", "a record is empty");
		this.need = RecordHeader.length + length;
		if (this.need > this.buffer.length) {
			const minor = header[2]!;
			// the old one goes first: both at once may be more than there is
			this.buffer = empty;
			header = empty;
			this.buffer = new Uint8Array(this.need);
			this.buffer[0] = type;
			this.buffer[1] = 3;
			this.buffer[2] = minor;
			this.buffer[3] = length >> 8;
			this.buffer[4] = length;
		}
	}
}
