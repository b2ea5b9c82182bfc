/*
	TCP bytes in, one record at a time (RFC 8446 section 5.1). Five bytes come first; only when the header is found
	right does the buffer grow, to exactly the record's size. Extended by incoming.ts.
*/

import { TLSError } from "../errors";
import { expectBuffer, Purpose } from "../wire/memory";
import { ContentType, ProtocolLength } from "../wire/numbers";
import { empty } from "../wire/reader";
import { copyPart, wipe } from "tls/hardware/copy";

/** Below this many bytes copying is cheaper than a view. */
const MIN_VIEW_BYTES = 192;

export abstract class Deframer {
	/**
	 * Bytes of the record that have come, its header included. Bytes of its body that are still to come; 0 before the
	 * header is there.
	 */
	have = 0;
	missing = 0;
	/** The record, from its header on. */
	buffer: Uint8Array = empty;
	/**
	 * The header as far as it has come, without the first byte of the version, which is always 3. XS: absent while
	 * headers come whole.
	 */
	declare private header?: number;

	/** Largest length that a header may announce. */
	protected abstract longest: number;
	/** True if the server has answered in TLS. */
	protected abstract get hasAnswered(): boolean;

	/** Takes what it can use for the body; none is `missing` when it is whole. */
	takeBody(bytes: Uint8Array, start: number, end: number): number {
		const have = this.have;
		const count = copyPart(bytes, start, end, this.buffer, have, have + this.missing);
		this.have = have + count;
		this.missing -= count;
		return start + count;
	}

	filled(count: number): void {
		this.have += count;
		this.missing -= count;
	}

	/** True if a whole record lies in the buffer, until `next`. */
	get isComplete(): boolean {
		return this.have > ProtocolLength.recordHeader && this.missing === 0;
	}

	/** True if no byte of a record has arrived. */
	get isEmpty(): boolean {
		return this.have === 0;
	}

	/**
	 * Takes what it can use of `bytes[start..end)` for the header, and of the body where the header came whole. Returns
	 * where it stopped. The header is kept in numbers: there is no buffer until it says how large one must be.
	 */
	takeHeader(bytes: Uint8Array, start: number, end: number): number {
		let have = this.have;
		if (have === 0 && end - start >= ProtocolLength.recordHeader) {
			// as it comes most of the time
			if (bytes[start + 1] !== 3) this.refuseHeader();
			const length = (bytes[start + 3]! << 8) | bytes[start + 4]!,
				whole = ProtocolLength.recordHeader + length;
			this.begin(bytes[start]!, length);
			const count = copyPart(bytes, start, end, this.buffer, 0, whole);
			this.have = count;
			this.missing = whole - count;
			return start + count;
		}
		let at = start,
			header = have ? this.header! : 0;
		while (at < end && have < ProtocolLength.recordHeader) {
			const byte = bytes[at++]!;
			if (have !== 1) header = (header << 8) | byte;
			else if (byte !== 3) this.refuseHeader();
			have++;
		}
		this.have = have;
		this.header = header;
		if (have === ProtocolLength.recordHeader) {
			this.begin(header >>> 24, header & 0xffff);
			const buffer = this.buffer;
			buffer[0] = header >>> 24;
			buffer[1] = 3;
			buffer[2] = header >> 16;
			buffer[3] = header >> 8;
			buffer[4] = header;
		}
		return at;
	}

	/**
	 * Returns a view for the next bytes of the body, at most `count`. Undefined if they are too few for a view of their
	 * own. All of it must be filled, and `filled` told.
	 */
	bodyView(count: number): Uint8Array | undefined {
		if (count < MIN_VIEW_BYTES || this.missing < MIN_VIEW_BYTES) return undefined;
		return new Uint8Array(this.buffer.buffer as ArrayBuffer, this.have, Math.min(count, this.missing));
	}

	/** Makes room for the next record, which finds the buffer again. */
	next(): void {
		this.have = this.missing = 0;
	}

	/** Drops the record, and gives its buffer back. */
	release(): void {
		this.next();
		this.buffer = empty;
		delete this.header;
	}

	/** Wipes the record, for when a connection ends. */
	close(): void {
		const buffer = this.buffer;
		// a TCP class may have detached it
		if (buffer.length) wipe(buffer, 0, buffer.length);
		this.release();
	}

	private refuseHeader(): never {
		throw new TLSError(
			"unexpected_message",
			this.hasAnswered
				? "server sent bytes that are not a TLS record, after its ServerHello"
				: "the server does not speak TLS on this port",
		);
	}

	/**
	 * The header is there: what the record is, and how long. Checks it, and makes the buffer, to which the caller
	 * writes the header.
	 */
	private begin(type: number, length: number): void {
		this.have = ProtocolLength.recordHeader;
		if (type < ContentType.change_cipher_spec || type > ContentType.application_data) this.refuseHeader();
		const longest = this.longest;
		if (length > longest)
			throw new TLSError("record_too_long", `server sent a record of ${length} bytes, expected ${longest} at most`);
		if (length === 0) throw new TLSError("unexpected_message", "server sent an empty record");
		this.missing = length;
		if (ProtocolLength.recordHeader + length > this.buffer.length) {
			// the old one goes first: both at once may be more than there is
			this.buffer = empty;
			expectBuffer(ProtocolLength.recordHeader + length, Purpose.record);
			this.buffer = new Uint8Array(ProtocolLength.recordHeader + length);
		}
	}
}
