/*
	What the app of this folder does in one connection, as JSON.
*/

import type { Fault } from "./faulty";

export interface Scenario {
	/** There is no onError. */
	readonly isDeaf?: boolean;
	/** The callback that does something, when it is called for the nth time, 1 by default. */
	readonly callback?: string;
	readonly nth?: number;
	readonly does?: "throw" | "close" | "close and go on" | "read" | "write" | "throw before reading";
	/** What TCP does in its nth call of a method. */
	readonly tcp?: Fault;
	readonly tcpNth?: number;
	/**
	 * Sizes of the writes that use up what onWritable promised, over and over; then the connection is closed at once.
	 */
	readonly sizes?: readonly number[];
	/**
	 * Writes of the first onWritable, or with `late` of a timer, as numbers of bytes. -1 is what is left of the
	 * promise, -2 a string in place of a buffer.
	 */
	readonly writes?: readonly Writing[];
	/** The connection is closed right after them. */
	readonly closes?: boolean;
	/** The write side is closed after the request; then writing is tried again. */
	readonly ends?: boolean;
	/** Bytes of one message, written as room comes, a header of 4 bytes with `more` before each part. */
	readonly total?: number;
	/** Arguments for write and read, by name, in place of a request. */
	readonly arguments?: boolean;
	readonly format?: "number";
	/** Milliseconds until what has arrived is read, and then answered. */
	readonly late?: number;
	readonly secure?: object;
	/** An accelerator's nth call from now on that fails, or the nth native allocation. */
	readonly fails?: readonly [name: string, nth: number];
	/** Milliseconds from the end until memory is looked at. */
	readonly settle?: number;
	/** Milliseconds until the app closes, where nothing else ends it. */
	readonly patience?: number;
}

export interface Writing {
	readonly size: number;
	readonly late?: boolean;
	readonly more?: boolean;
	readonly byteLength?: number;
}
