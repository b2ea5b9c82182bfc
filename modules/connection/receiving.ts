/*
	What arrives over TCP: bytes are moved to the engine, as many as it takes, and from there the application reads.
	What memory has no room for is read in parts.
*/

import { asTLSError, type TLSError } from "../errors";
import type { Connection } from "./connection";
import { Sending } from "./sending";
import type { ConnectionOptions } from "./socket";
import { Flag } from "./turns";
import { expectBuffer, Purpose, roomForBuffer } from "../wire/memory";
import { empty } from "../wire/reader";
import { copyPart } from "tls/hardware/copy";

/**
 * What is read from TCP at a time, in bytes: during the handshake, when memory is short, and after it, when data flows.
 */
const enum Segment {
	handshake = 64,
	data = 1024,
}

const READING = -1;

/** TCP gave fewer bytes than it had reported: what stands in the rest of the buffer was used before. */
function refuseShortRead(): never {
	throw new Error("TCP gave fewer bytes than it had reported");
}

/** TCP fills a buffer whole: one that changes its length takes less memory than one for each read. */
function resizeSegment(segment: Uint8Array<ArrayBuffer>, from: number, to: number): void {
	// XS: a buffer that grows may be copied
	if (to > from) expectBuffer(to, Purpose.data);
	segment.buffer.resize(to);
}

/** Its fields are set by tcp.ts, in an order of its own. */
export abstract class Receiving<Client> extends Sending<Client> {
	/** What was read from TCP: its last `left` bytes are still to be used; READING while TCP fills it. */
	declare protected segment: Uint8Array<ArrayBuffer>;
	declare protected left: number;
	/** Bytes that wait in TCP. */
	declare protected available: number;
	declare protected readonly onReadable: ConnectionOptions<Client>["onReadable"];

	/** TCP has ended and has nothing more. */
	protected abstract endTCP(connection: Connection): void;
	/** The connection is dead. */
	abstract failed(error: TLSError): void;

	readable(count: number): void {
		if (this.flags & Flag.closing) this.connection.discard();
		else this.call(this.onReadable, count);
	}

	/**
	 * Moves bytes from TCP to the engine until either has no more or the engine waits, and ends the connection if TCP
	 * has.
	 */
	protected pump(): void {
		const connection = this.connection;
		let end = this.segment.length;
		this.flags |= Flag.pumping;
		try {
			do
				if (this.left) {
					const segment = this.segment,
						at = connection.receive(segment, end - this.left, end);
					// a callback may have closed the connection
					if (segment === this.segment) this.left = end - at;
				}
			while (!this.left && !(this.flags & Flag.threw) && (end = this.fill(end)) >= 0);
		} catch (e) {
			if (this.left === READING) {
				this.left = this.available = 0;
				this.failTCP();
			} else this.failed(asTLSError(e));
		}
		this.flags &= ~Flag.pumping;
		if (this.flags & Flag.threw) this.schedule();
		else if (this.flags & Flag.ended && !this.available && !this.left && this.tcp) this.endTCP(connection);
		// XS: methods of a base class are found last: no calls that do nothing
		if (this.flags & Flag.active && (!this.idleTimer || this.flags & Flag.resting)) this.watch();
		if (this.flags & Flag.threw) this.throwAgain();
	}

	/**
	 * Reads the next segment from TCP, or bytes of a long record right to their place. Returns the segment's length, -1
	 * if TCP has nothing.
	 */
	private fill(length: number): number {
		let count = this.available;
		if (!count) return -1;
		let size: number = Segment.data;
		// with data, views would be too many
		if (!(this.flags & Flag.open)) {
			const connection = this.connection;
			const view = connection.bodyView(count);
			if (view) {
				count = view.length;
				this.available -= count; // before the call, which may report more
				this.left = READING;
				if ((this.tcp!.read(view) as number) < count) refuseShortRead();
				this.left = 0;
				connection.filled(count);
				return length;
			}
			size = Segment.handshake;
		} else if (this.connection.incoming.missing > size && this.flags & Flag.hasSegment) {
			length = this.fillBody(this.segment, length);
			count = this.available;
			// TCP has no more, or its class has closed the connection
			if (!count || !length) return -1;
		}
		if (count > size) count = size;
		let segment = this.segment;
		if (length !== count) {
			if (!(this.flags & Flag.hasSegment) && segment.buffer.maxByteLength < size)
				this.segment = segment = this.makeSegment(count, size);
			else resizeSegment(segment, length, count);
		}
		this.available -= count;
		this.left = READING;
		if ((this.tcp!.read(segment) as number) < count) refuseShortRead();
		// TCP's class may have closed the connection
		if (segment !== this.segment) return -1;
		this.left = count;
		return count;
	}

	/**
	 * Moves what TCP has to the middle of a long record, without the way through `receive`, which sees the record's
	 * last bytes. Returns the segment's length, 0 where TCP's class has closed the connection.
	 */
	private fillBody(segment: Uint8Array<ArrayBuffer>, length: number): number {
		const incoming = this.connection.incoming,
			buffer = incoming.buffer,
			tcp = this.tcp!;
		let missing = incoming.missing,
			count = this.available;
		const whole = incoming.have + missing,
			before = missing;
		this.left = READING;
		while (count) {
			if (count > Segment.data) count = Segment.data;
			if (count >= missing) break;
			if (length !== count) {
				// what it throws did not come from TCP
				this.left = 0;
				resizeSegment(segment, length, count);
				this.left = READING;
				length = count;
			}
			this.available -= count; // before the call, which may report more
			if ((tcp.read(segment) as number) < count) refuseShortRead();
			if (segment !== this.segment) return 0;
			copyPart(segment, 0, count, buffer, whole - missing, whole);
			missing -= count;
			count = this.available;
		}
		this.left = 0;
		incoming.filled(before - missing);
		return length;
	}

	private makeSegment(count: number, size: number): Uint8Array<ArrayBuffer> {
		expectBuffer(size, Purpose.data);
		if (size === Segment.data) this.flags |= Flag.hasSegment;
		return new Uint8Array(new ArrayBuffer(count, { maxByteLength: size }));
	}

	protected dropSegment(): void {
		this.flags &= ~Flag.hasSegment;
		this.segment = empty;
		this.left = 0;
	}

	/**
	 * Returns a buffer of `count` bytes for the application, or of as many as there is room for. Then it is told of the
	 * rest later, so that one that reads once for each `onReadable` gets it, too. Undefined if there is room for too
	 * few: then the connection ends with "out_of_memory", and not the application, whose callback need not expect it.
	 */
	bufferFor(count: number): ArrayBuffer | undefined {
		const fits = roomForBuffer(count);
		if (fits < count) this.schedule();
		if (!fits) {
			this.connection.abort(Purpose.data, count);
			return undefined;
		}
		if (fits < count) this.flags |= Flag.hasMore;
		return new ArrayBuffer(fits);
	}

	/** Tells the application again of bytes that memory had no room for. */
	protected tellMore(): void {
		this.flags &= ~Flag.hasMore;
		const { readable } = this.connection;
		if (readable) this.readable(readable);
	}

	/** Schedules processing of the bytes after the record just read, unless `pump` is already running. */
	pumpLater(): void {
		// an application that takes its time is not idle
		this.flags |= Flag.active;
		if (!(this.flags & Flag.pumping)) this.schedule();
	}
}
