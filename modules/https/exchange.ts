/*
	One request of the queue with its callbacks. The application holds an HTTPRequest (https.ts), which stands before
	it.
*/

import type { RequestHead } from "./request";

export const enum ExchangeFlag {
	/** HEAD: the response has no body. */
	head = 1,
	/** It may be sent again if a kept connection has ended. */
	idempotent = 2,
	/** The connection ends with it. */
	closes = 4,
	/** The application has ended its chunked body. */
	lastChunk = 8,
	/** It was sent again: once is enough. */
	repeated = 16,
}

/** A request's callbacks, called with the HTTPRequest as `this`. */
export interface RequestEvents<Request> {
	/**
	 * The response's head has come. Names are in lower case; fields of one name are one, with ", " between their
	 * values.
	 */
	onHeaders?: (this: Request, status: number, headers: Map<string, string>, statusText: string) => void;
	/** `count` bytes of the body can be read. Without it the body is dropped. */
	onReadable?: (this: Request, count: number) => void;
	/** `count` bytes of the request's body can be written. */
	onWritable?: (this: Request, count: number) => void;
	/** The response is complete and read, or there will be none. */
	onDone?: (this: Request, error: Error | null) => void;
}

type Callback = (this: any, ...values: any[]) => void;

export class Exchange {
	/** Of ExchangeFlag. */
	flags: number;
	/** Dropped when the body is begun: then it can't be sent again. */
	head: Uint8Array | undefined;
	/** Of Body. */
	body: number;
	readonly request: unknown;
	// XS: absent fields
	declare readonly onHeaders: Callback | undefined;
	declare readonly onReadable: Callback | undefined;
	declare readonly onWritable: Callback | undefined;
	declare readonly onDone: Callback | undefined;
	declare readonly headersMask: readonly string[] | undefined;

	constructor(
		request: unknown,
		head: RequestHead,
		events: RequestEvents<any>,
		headersMask: readonly string[] | undefined,
	) {
		this.request = request;
		this.head = head.bytes;
		this.body = head.body;
		this.flags =
			(head.isHead ? ExchangeFlag.head : 0) |
			(head.isIdempotent ? ExchangeFlag.idempotent : 0) |
			(head.closes ? ExchangeFlag.closes : 0);
		const { onHeaders, onReadable, onWritable, onDone } = events;
		if (onHeaders) this.onHeaders = onHeaders;
		if (onReadable) this.onReadable = onReadable;
		if (onWritable) this.onWritable = onWritable;
		if (onDone) this.onDone = onDone;
		if (headersMask) this.headersMask = headersMask;
	}

	/**
	 * True if it may be sent a second time: it changes nothing on the server, and none of its body was taken from the
	 * application.
	 */
	get canRepeat(): boolean {
		return (
			(this.flags & (ExchangeFlag.idempotent | ExchangeFlag.repeated)) === ExchangeFlag.idempotent &&
			this.head !== undefined
		);
	}
}
