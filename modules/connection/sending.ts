/*
	What an application sends over TCP: how many bytes it may write, and when they go out. What is written in one
	callback, or in one turn of the event loop, shares records. What was promised by `onWritable` can be written in
	however many calls, and one call never makes so many records that it takes long.
*/

import type { TLSError } from "../errors";
import type { Connection } from "./connection";
import type { ConnectionOptions, TCPSocket, WriteOptions } from "./socket";
import { Flag, Turns } from "./turns";

/**
 * Records whose overhead is not promised of TCP's room: each turn of the loop may end with a short one. At most a
 * quarter of it.
 */
const SPARE_RECORDS = 8;

/** Records that one promise may fill: a server may ask for 64 bytes in each, and each takes some hundred steps. */
const MAX_RECORDS = 20;

// XS: a literal outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const NUMBER = "number";

/**
 * Returns the bytes of the whole message, as far as they are promised. `length` are here; `whole` is the application's
 * word.
 */
function expectedBytes(whole: unknown, length: number, promised: number): number {
	if (typeof whole !== NUMBER || !((whole as number) > length)) return length;
	return (whole as number) < promised ? (whole as number) : promised;
}

/** Its fields are set by tcp.ts, in an order of its own. */
export abstract class Sending<Client> extends Turns<Client> {
	declare readonly connection: Connection;
	declare protected tcp: TCPSocket | undefined;
	/** Bytes that TCP takes now. */
	declare protected room: number;
	/** Plaintext bytes that the application was told it can write, less those that it has written since. */
	declare protected promised: number;
	declare protected readonly onWritable: ConnectionOptions<Client>["onWritable"];

	/** Why `write` takes nothing. */
	protected abstract refusal(): TLSError | RangeError;
	/** A method of TCP has thrown. */
	protected abstract failTCP(): void;

	/**
	 * Takes `bytes`, no more than was promised; returns what is left of that. Records of 1 KB or more go out at once.
	 * The rest goes when the callback that calls this ends, or from the event loop. Where `options.more` says that
	 * another piece follows, it waits for that piece until the loop's next turn.
	 */
	write(bytes: Uint8Array, options: WriteOptions | undefined): number {
		// first, as a getter may run anything
		const hasMore = options?.more,
			whole = options?.byteLength,
			connection = this.connection,
			length = bytes.length;
		if (this.flags & (Flag.ended | Flag.inTCP) || !connection.isWritable) throw this.refusal();
		const promised = this.promised,
			left = promised - length;
		if (left < 0) throw new RangeError(`${length} bytes can't be written, there is room for ${promised}`);
		if (length) {
			try {
				connection.collect(bytes, 0, length, whole === undefined ? length : expectedBytes(whole, length, promised));
			} catch (e) {
				// the connection is over: onError is called from the event loop
				this.schedule();
				throw e;
			}
			if (this.flags & Flag.ended) throw this.refusal();
			this.promised = left;
			if (this.flags & Flag.isCapped) this.flags |= Flag.hasRoom;
		}
		if (hasMore) this.flags |= Flag.hasPiece | Flag.hasWritten;
		else this.flags = (this.flags & ~Flag.hasPiece) | Flag.hasWritten;
		if (hasMore || !(this.flags & Flag.calling)) this.schedule();
		return left;
	}

	/** Sends what a callback has written, unless more of it follows. */
	protected override afterCallback(): void {
		const connection = this.connection;
		this.flags &= ~Flag.hasWritten;
		if (connection.hasUnsent && !(this.flags & Flag.hasPiece)) connection.flush();
		if (this.flags & Flag.hasRoom) this.schedule();
	}

	/** Sends all that waits, and tells the application how much it may write now. */
	protected sendAndTell(): void {
		this.flags &= ~(Flag.hasRoom | Flag.hasPiece);
		this.connection.flush();
		this.tellWritable();
	}

	/** The engine's output, see Events. */
	output(bytes: Uint8Array, start: number, end: number): number {
		const all = end - start,
			room = this.room,
			count = all < room ? all : room;
		const tcp = this.tcp;
		if (!tcp || !count) return 0;
		this.room = room - count;
		this.flags |= Flag.active;
		if (!this.idleTimer || this.flags & Flag.resting) this.watch();
		try {
			this.flags |= Flag.inTCP;
			tcp.write(count === bytes.length ? bytes : bytes.subarray(start, start + count));
			this.flags &= ~Flag.inTCP;
		} catch {
			this.failTCP();
			return 0;
		}
		return count;
	}

	/** Tells the application how much it may write. After TCP's end there is nothing to tell. */
	protected tellWritable(): void {
		if (this.flags & Flag.ended || !this.connection.isWritable) return;
		this.promise();
		if (this.promised > 0) this.call(this.onWritable, this.promised);
	}

	/** Promises as many plaintext bytes as TCP has room for, and no fewer than before. */
	protected promise(): void {
		const connection = this.connection,
			overhead = connection.overhead,
			maxFragment = connection.maxFragment,
			all = this.room;
		const room = all - Math.min(all >> 2, SPARE_RECORDS * overhead + (all >> 5)) - connection.unsent;
		const fits = room - Math.ceil(room / (maxFragment + overhead)) * overhead;
		const most = MAX_RECORDS * maxFragment;
		if (fits > most) this.flags |= Flag.isCapped;
		else this.flags &= ~Flag.isCapped;
		this.promised = Math.max(this.promised, Math.min(fits, most));
	}
}
