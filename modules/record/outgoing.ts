/*
	What goes to the peer: records are laid down and sealed in one buffer, one after the other, and stay there until the transport has taken
	them (RFC 8446 section 5.1, 5.2; RFC 5246 section 6.2). Used by connection.ts and driver.ts.
*/

import { expectBuffer, Purpose } from "../wire/memory";
import { ContentType, ProtocolVersion } from "../wire/numbers";
import { copy } from "tls/hardware/copy";
import { RecordHeader } from "./deframer";
import { empty } from "../wire/reader";
import type { RecordCipher } from "tls/hardware/aead";

/** Octets of TLS 1.3's inner content type. */
const TYPE = 1;

/** Shortest buffer: room for change_cipher_spec and Finished. */
const SHORTEST = 96;

/** Where records go. */
export interface Transport {
	/** Takes octets `bytes[start..end)` for the peer and returns how many it took; it is offered the rest again. */
	output(bytes: Uint8Array, start: number, end: number): number;
}

export class Outgoing {
	/** Most octets that a record to the peer carries. */
	maxFragment: number;
	private readonly transport: Transport;
	private cipher: RecordCipher | undefined = undefined;
	private buffer: Uint8Array = empty;
	private start = 0;
	private end = 0;
	/** Old servers want TLS 1.0 in the first record (RFC 8446 section 5.1). */
	private version: number = ProtocolVersion.tls10;

	constructor(transport: Transport, maxFragment: number) {
		this.transport = transport;
		this.maxFragment = maxFragment;
	}

	/** Octets that wait. */
	get length(): number {
		return this.end - this.start;
	}

	/** Octets that a record adds to its content. */
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
		const cipher = type === ContentType.change_cipher_spec ? undefined : this.cipher;
		const hidesType = cipher !== undefined && cipher.hidesType;
		const inside = end - start + (hidesType ? TYPE : 0);
		const padding = hidesType ? this.paddingOf(inside) : 0;
		const length = cipher ? cipher.sealedLength(inside + padding) : inside;
		this.reserve(RecordHeader.length + length);
		const buffer = this.buffer;
		let at = this.end;
		buffer[at] = hidesType ? ContentType.application_data : type;
		buffer[at + 1] = this.version >> 8;
		buffer[at + 2] = this.version & 0xff;
		this.version = ProtocolVersion.tls12;
		buffer[at + 3] = length >> 8;
		buffer[at + 4] = length;
		at += RecordHeader.length;
		if (cipher) at += cipher.explicit;
		copy(bytes, start, end, buffer, at);
		at += end - start;
		if (cipher) {
			if (hidesType) buffer[at++] = type;
			if (padding) buffer.fill(0, at, at += padding);
			at = cipher.seal(buffer, this.end, at);
		}
		this.end = at;
	}

	/** Appends `bytes[start..end)` in as many records as it takes. */
	addSplit(type: ContentType, bytes: Uint8Array, start: number, end: number): void {
		for (let at = start; at < end; at += this.maxFragment) this.add(type, bytes, at, Math.min(end, at + this.maxFragment));
	}

	/** Offers the transport all that waits. The buffer stays, until `release`. */
	flush(): void {
		if (this.start < this.end) this.start += this.transport.output(this.buffer, this.start, this.end);
		if (this.start === this.end) this.start = this.end = 0;
	}

	/** Gives the buffer back when all has been sent. */
	release(): void {
		if (this.start === this.end) this.buffer = empty;
	}

	/** Octets of zero behind `length` octets of text and type (RFC 8446 section 5.4). */
	protected paddingOf(_length: number): number {
		return 0;
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
