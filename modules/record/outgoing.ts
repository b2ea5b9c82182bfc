/*
	What goes to the peer: records are laid down and sealed in one buffer, one after the other, and stay there until the transport has taken
	them (RFC 8446 section 5.1, 5.2; RFC 5246 section 6.2).
*/

import { expectBuffer, Purpose } from "../wire/memory";
import { ContentType, ProtocolVersion } from "../wire/numbers";
import { copy } from "tls/hardware/copy";
import { RecordHeader } from "./deframer";
import { empty } from "../wire/reader";
import type { RecordCipher } from "tls/hardware/aead";

/** Bytes of TLS 1.3's inner content type. */
const TYPE = 1;

/** Shortest buffer: room for change_cipher_spec and Finished. */
const SHORTEST = 96;

/** No record was made yet. The first one says TLS 1.0, as old servers want it (RFC 8446 section 5.1). */
const FIRST = -1;

/** Where records go. */
export interface Transport {
	/** Takes bytes `bytes[start..end)` for the peer and returns how many it took; it is offered the rest again. */
	output(bytes: Uint8Array, start: number, end: number): number;
}

export class Outgoing {
	/** Most bytes that a record to the peer carries. */
	maxFragment: number;
	private readonly transport: Transport;
	private cipher: RecordCipher | undefined = undefined;
	private buffer: Uint8Array = empty;
	private start = 0;
	private end = 0;
	/** Plaintext bytes of a record that is still open, see `collect`. FIRST before the first record. */
	private collected = FIRST;

	constructor(transport: Transport, maxFragment: number) {
		this.transport = transport;
		this.maxFragment = maxFragment;
	}

	/** Bytes that wait, those of an open record as they will be. */
	get length(): number {
		const collected = this.collected;
		return this.end - this.start + (collected > 0 ? collected + this.overhead : 0);
	}

	/** True where records are protected. */
	get isProtected(): boolean {
		return this.cipher !== undefined;
	}

	/** Bytes that a record adds to its content. */
	get overhead(): number {
		const cipher = this.cipher;
		return RecordHeader.length + (cipher ? cipher.overhead(false) + (cipher.hidesType ? TYPE : 0) : 0);
	}

	/** True where the sending key must be replaced. */
	get worn(): boolean {
		return this.cipher?.worn ?? false;
	}

	/** From the next record on, records are protected. */
	protectWith(cipher: RecordCipher): void {
		this.cipher?.close();
		this.cipher = cipher;
	}

	/** Forgets the key; what is sealed already can still go out. */
	unprotect(): void {
		this.cipher?.close();
		this.cipher = undefined;
	}

	/** Appends a record with `bytes[start..end)`. */
	add(type: ContentType, bytes: Uint8Array, start: number, end: number): void {
		if (this.collected > 0) this.sealCollected();
		const cipher = type === ContentType.change_cipher_spec ? undefined : this.cipher;
		const count = end - start,
			length = this.sealedLength(cipher, count);
		this.reserve(RecordHeader.length + length);
		let at = this.end + RecordHeader.length;
		if (cipher) at += cipher.explicit;
		copy(bytes, start, end, this.buffer, at);
		this.seal(type, cipher, count, length);
	}

	/**
	 * Appends `bytes[start..end)` to a record of application data that stays open until the next `add` or `flush`: many small writes then cost the
	 * overhead of one. `expected` is how many bytes may come in all, these included.
	 */
	collect(bytes: Uint8Array, start: number, end: number, expected: number): void {
		const maxFragment = this.maxFragment,
			cipher = this.cipher!;
		for (let at = start; at < end; ) {
			if (this.collected <= 0) {
				this.reserve(
					RecordHeader.length + this.sealedLength(cipher, Math.min(maxFragment, Math.max(expected, end - at))),
				);
				this.collected = 0;
			}
			const collected = this.collected,
				body = this.end + RecordHeader.length;
			const count = Math.min(end - at, maxFragment - collected);
			if (body + this.sealedLength(cipher, collected + count) > this.buffer.length) {
				// more than was expected
				this.sealCollected();
				continue;
			}
			copy(bytes, at, at + count, this.buffer, body + cipher.explicit + collected);
			this.collected = collected + count;
			at += count;
			expected -= count;
			if (this.collected === maxFragment) this.sealCollected();
		}
	}

	/** Appends `bytes[start..end)` in as many records as it takes. */
	addSplit(type: ContentType, bytes: Uint8Array, start: number, end: number): void {
		for (let at = start; at < end; at += this.maxFragment)
			this.add(type, bytes, at, Math.min(end, at + this.maxFragment));
	}

	/** Offers the transport all that waits. The buffer stays, until `release`. */
	flush(): void {
		if (this.collected > 0) this.sealCollected();
		if (this.start < this.end) this.start += this.transport.output(this.buffer, this.start, this.end);
		if (this.start === this.end) this.start = this.end = 0;
	}

	/** Gives the buffer back when all has been sent. */
	release(): void {
		if (this.start === this.end && this.collected <= 0) this.buffer = empty;
	}

	/** Bytes of zero behind `length` bytes of text and type (RFC 8446 section 5.4). */
	protected paddingOf(_length: number): number {
		return 0;
	}

	private sealCollected(): void {
		const collected = this.collected;
		this.collected = 0;
		this.seal(ContentType.application_data, this.cipher, collected, this.sealedLength(this.cipher, collected));
	}

	/** Length of a record's body with so many bytes of content. */
	private sealedLength(cipher: RecordCipher | undefined, count: number): number {
		if (!cipher) return count;
		if (!cipher.hidesType) return cipher.sealedLength(count);
		const inside = count + TYPE;
		return cipher.sealedLength(inside + this.paddingOf(inside));
	}

	/** Makes a record with a body of `length` bytes of the `count` bytes of content that lie in the buffer where they belong. */
	private seal(type: ContentType, cipher: RecordCipher | undefined, count: number, length: number): void {
		const buffer = this.buffer,
			record = this.end;
		const hidesType = cipher !== undefined && cipher.hidesType;
		buffer[record] = hidesType ? ContentType.application_data : type;
		buffer[record + 1] = ProtocolVersion.tls12 >> 8;
		buffer[record + 2] = this.collected === FIRST ? ProtocolVersion.tls10 & 0xff : ProtocolVersion.tls12 & 0xff;
		this.collected = 0;
		buffer[record + 3] = length >> 8;
		buffer[record + 4] = length;
		let at = record + RecordHeader.length + count;
		if (cipher) {
			at += cipher.explicit;
			if (hidesType) {
				buffer[at++] = type;
				const padding = this.paddingOf(count + TYPE);
				if (padding) buffer.fill(0, at, (at += padding));
			}
			at = cipher.seal(buffer, record, at);
		}
		this.end = at;
	}

	private reserve(count: number): void {
		if (this.end + count <= this.buffer.length) return;
		const waiting = this.end - this.start;
		let target = this.buffer;
		if (waiting + count > target.length) {
			const length = Math.max(waiting + count, SHORTEST);
			// the shortest has been asked for with the step that needs it, and an alert has the reserve
			if (length > SHORTEST) expectBuffer(length, Purpose.output);
			target = new Uint8Array(length);
		}
		copy(this.buffer, this.start, this.end, target, 0);
		this.buffer = target;
		this.start = 0;
		this.end = waiting;
	}
}

/** The same with records that hide how long their text is; a class of its own, so that a connection without has nothing of it. */
export class PaddedOutgoing extends Outgoing {
	/** Text, type and padding are a multiple of this, as far as a record may be that long. */
	private readonly multiple: number;

	constructor(transport: Transport, maxFragment: number, multiple: number) {
		super(transport, maxFragment);
		this.multiple = multiple;
	}

	/** At most, as padding differs. */
	override get overhead(): number {
		return super.overhead + Math.min(this.multiple - 1, this.maxFragment);
	}

	protected override paddingOf(length: number): number {
		const multiple = this.multiple;
		return Math.min(Math.ceil(length / multiple) * multiple, this.maxFragment + TYPE) - length;
	}
}
