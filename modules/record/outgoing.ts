/*
	Records to the peer, written and sealed in one buffer, one after the other. They stay there until the transport has
	taken them (RFC 8446 section 5.1, 5.2; RFC 5246 section 6.2). Application data is collected in an open record until
	that is full or `flush` seals it.
*/

import { thrownText, TLSError } from "../errors";
import { expectBuffer, Purpose } from "../wire/memory";
import { ContentType, ProtocolLength, ProtocolVersion } from "../wire/numbers";
import { copy, wipe } from "tls/hardware/copy";
import { empty } from "../wire/reader";
import type { RecordCipher } from "tls/hardware/aead";

/** Bytes of TLS 1.3's inner content type. */
const TYPE = 1;

/** Shortest buffer: room for change_cipher_spec and Finished. */
const SHORTEST = 96;

/**
 * An open record with so many bytes of plaintext is sealed and sent. Shorter ones wait for others: the buffer need not
 * be longer for them.
 */
const SHARE_BYTES = 1024;

/** No record was made yet. The first one says TLS 1.0, as old servers want it (RFC 8446 section 5.1). */
const FIRST = -1;

/** How records are laid out under a key, as one number: no call of the cipher for what is the same in each record. */
const enum Layout {
	/** Bytes from a record's start to its plaintext. */
	bodyMask = 0x3f,
	/** TLS 1.3: the content type follows the plaintext. */
	hidesType = 0x40,
	/** Each record adds the same number of bytes, unlike with TLS 1.2's CBC and with padding. */
	isFixed = 0x80,
	/** Above the rest: most bytes that a record adds to its plaintext. */
	overheadShift = 8,
	/** Without a key. */
	plain = (ProtocolLength.recordHeader << 8) | 0x80 | ProtocolLength.recordHeader,
}

/** Where records go. */
export interface Transport {
	/** Takes bytes `bytes[start..end)` for the peer and returns how many it took; it is offered the rest again. */
	output(bytes: Uint8Array, start: number, end: number): number;
}

/** Stands for the transport while that is at work: what it calls back with waits until it has returned. */
const atWork: Transport = Object.freeze({ output: () => 0 });

/** What a transport says that it took is not so. */
function refuseCount(count: unknown, most: number): never {
	throw new TLSError("transport", `the transport's "output" returned ${thrownText(count)}, expected 0 to ${most}`);
}

export class Outgoing {
	/** Most bytes that a record to the peer carries. */
	maxFragment: number;
	private transport: Transport;
	/** Protects records; undefined until there is a key. */
	cipher: RecordCipher | undefined = undefined;
	private buffer: Uint8Array = empty;
	private start = 0;
	private end = 0;
	/** Plaintext bytes of a record that is still open, see `collect`. FIRST before the first record. */
	private collected = FIRST;
	/** Of Layout. */
	private layout: number = Layout.plain;

	constructor(transport: Transport, maxFragment: number) {
		this.transport = transport;
		this.maxFragment = maxFragment;
	}

	/** Bytes that wait, those of an open record as they will be. */
	get length(): number {
		const collected = this.collected;
		return this.end - this.start + (collected > 0 ? collected + this.overhead : 0);
	}

	/** True if something waits for `flush`. */
	get isWaiting(): boolean {
		return this.collected > 0 || this.end > 0;
	}

	/** True while the transport takes bytes. */
	get isSending(): boolean {
		return this.transport === atWork;
	}

	/** True if records are protected. */
	get isProtected(): boolean {
		return this.cipher !== undefined;
	}

	/** Most bytes that a record adds to its content. */
	get overhead(): number {
		return this.layout >> Layout.overheadShift;
	}

	/** From the next record on, records are protected. */
	protectWith(cipher: RecordCipher): void {
		this.cipher?.close();
		this.cipher = cipher;
		const type = cipher.hidesType ? TYPE : 0,
			most = ProtocolLength.recordHeader + cipher.overhead + type;
		let layout = (most << Layout.overheadShift) | (ProtocolLength.recordHeader + cipher.explicit);
		if (type) layout |= Layout.hidesType;
		// a cipher in blocks, or padding: what a record adds depends on the length
		if (this.sealedLength(layout, 0) + 1 === this.sealedLength(layout, 1)) layout |= Layout.isFixed;
		this.layout = layout;
	}

	/** Drops the key, and what is not sealed yet; sealed records can still go out. */
	unprotect(): void {
		this.cipher?.close();
		this.cipher = undefined;
		if (this.collected > 0) this.collected = 0;
		this.layout = Layout.plain;
	}

	/** Appends a record with `bytes[start..end)`. */
	add(type: ContentType, bytes: Uint8Array, start: number, end: number): void {
		if (this.collected > 0) this.sealCollected();
		const layout: number = type === ContentType.change_cipher_spec ? Layout.plain : this.layout,
			count = end - start,
			length = this.bodyLength(layout, count);
		this.reserve(ProtocolLength.recordHeader + length, 0);
		copy(bytes, start, end, this.buffer, this.end + (layout & Layout.bodyMask));
		this.seal(type, layout, count, length);
	}

	/**
	 * Appends `bytes[start..end)` to an open record of application data. It stays open until it has SHARE_BYTES, or
	 * until the next `add` or `flush`: many small writes cost the overhead of one. Longer ones go to the transport at
	 * once, so that the buffer is as long as the longest of them. `expected` is how many bytes come in all, these
	 * included, as far as that is known: the buffer is made for them.
	 */
	collect(bytes: Uint8Array, start: number, end: number, expected: number): void {
		const maxFragment = this.maxFragment,
			layout = this.layout,
			body = layout & Layout.bodyMask;
		if (layout === Layout.plain) throw new TLSError("internal", "application data is never sent in the clear");
		let at = start;
		while (at < end) {
			const collected = this.collected > 0 ? this.collected : 0,
				room = maxFragment - collected,
				count = end - at < room ? end - at : room,
				sum = collected + count;
			let length =
				layout & Layout.isFixed
					? sum + (layout >> Layout.overheadShift) - ProtocolLength.recordHeader
					: this.sealedLength(layout, sum);
			if (this.end + ProtocolLength.recordHeader + length > this.buffer.length) {
				// a record that grows at all grows by half at least
				const wanted = Math.max(sum, Math.min(SHARE_BYTES, maxFragment, Math.max(expected, sum + (collected >> 1))));
				if (wanted > sum) length = this.bodyLength(layout, wanted);
				this.reserve(ProtocolLength.recordHeader + length, collected && body + collected);
				if (wanted > sum) length = this.bodyLength(layout, sum);
			}
			copy(bytes, at, at + count, this.buffer, this.end + body + collected);
			at += count;
			expected -= count;
			if (sum < SHARE_BYTES && sum < maxFragment) this.collected = sum;
			else {
				this.seal(ContentType.application_data, layout, sum, length);
				if (this.end >= SHARE_BYTES) this.offer();
			}
		}
	}

	/** Appends `bytes[start..end)` in as many records as it takes. */
	addSplit(type: ContentType, bytes: Uint8Array, start: number, end: number): void {
		for (let at = start; at < end; at += this.maxFragment)
			this.add(type, bytes, at, Math.min(end, at + this.maxFragment));
	}

	/** Seals the open record, and offers the transport all that waits. The buffer stays, until `release`. */
	flush(): void {
		if (this.collected > 0) this.sealCollected();
		this.offer();
	}

	/** Gives the buffer back when all has been sent. */
	release(): void {
		if (this.start === this.end && this.collected <= 0) this.buffer = empty;
	}

	/** Bytes of zero after `length` bytes of plaintext and type (RFC 8446 section 5.4). */
	protected paddingOf(_length: number): number {
		return 0;
	}

	/** Length of a record's body with so many bytes of content. */
	private bodyLength(layout: number, count: number): number {
		return layout & Layout.isFixed
			? count + (layout >> Layout.overheadShift) - ProtocolLength.recordHeader
			: this.sealedLength(layout, count);
	}

	/** The same by the cipher, which there must be. */
	protected sealedLength(layout: number, count: number): number {
		return this.cipher!.sealedLength(layout & Layout.hidesType ? count + TYPE : count);
	}

	private offer(): void {
		const transport = this.transport;
		if (transport === atWork) return;
		let start = this.start;
		// again, if it has called back and more waits now
		for (let end = this.end; start < end; end = this.end) {
			let count: number;
			this.transport = atWork;
			try {
				count = transport.output(this.buffer, start, end);
			} catch (e) {
				this.transport = transport;
				throw e;
			}
			this.transport = transport;
			const all = end - start;
			if ((count | 0) !== count || count < 0 || count > all) refuseCount(count, all);
			// the buffer may be another by now
			start = this.start += count;
			if (count < all) return;
		}
		this.start = this.end = 0;
	}

	private sealCollected(): void {
		const layout = this.layout,
			collected = this.collected;
		this.seal(ContentType.application_data, layout, collected, this.bodyLength(layout, collected));
	}

	/**
	 * Makes a record with a body of `length` bytes of the `count` bytes of content that lie in the buffer where they
	 * belong.
	 */
	private seal(type: ContentType, layout: number, count: number, length: number): void {
		const buffer = this.buffer,
			record = this.end,
			hidesType = layout & Layout.hidesType;
		buffer[record] = hidesType ? ContentType.application_data : type;
		buffer[record + 1] = ProtocolVersion.tls12 >> 8;
		buffer[record + 2] = this.collected === FIRST ? ProtocolVersion.tls10 & 0xff : ProtocolVersion.tls12 & 0xff;
		this.collected = 0;
		buffer[record + 3] = length >> 8;
		buffer[record + 4] = length;
		let at = record + (layout & Layout.bodyMask) + count;
		if (hidesType) {
			buffer[at++] = type;
			if (!(layout & Layout.isFixed)) {
				const padding = this.paddingOf(count + TYPE);
				wipe(buffer, at, (at += padding));
			}
		}
		this.end = layout === Layout.plain ? at : this.cipher!.seal(buffer, record, at);
	}

	/** Makes room for `count` bytes after the last record. The first `open` of them are there already. */
	private reserve(count: number, open: number): void {
		if (this.end + count <= this.buffer.length) return;
		const waiting = this.end - this.start;
		let target = this.buffer;
		// what the transport is just being given stays where it is
		if (waiting + count > target.length || this.transport === atWork) {
			const length = Math.max(waiting + count, SHORTEST);
			// the shortest has been asked for with the step that needs it, and an alert has the reserve
			if (length > SHORTEST) expectBuffer(length, Purpose.output);
			target = new Uint8Array(length);
		}
		copy(this.buffer, this.start, this.end + open, target, 0);
		this.buffer = target;
		this.start = 0;
		this.end = waiting;
	}
}

/**
 * The same with records that hide how long their plaintext is; a class of its own, so that a connection without has
 * nothing of it.
 */
export class PaddedOutgoing extends Outgoing {
	/** Plaintext, type and padding are a multiple of this, as far as a record may be that long. */
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

	protected override sealedLength(layout: number, count: number): number {
		return super.sealedLength(layout, layout & Layout.hidesType ? count + this.paddingOf(count + TYPE) : count);
	}
}
