/*
	The body of a response that is under way, and the iterator over its pieces.

	XS: no async function or generator runs per piece. Each call of one takes some 90 slots and a chunk of 576 bytes,
	and near a full heap each chunk is a collection.
*/

import type { HTTPClient, HTTPRequest } from "../https";
import { expectBuffer, Purpose } from "../wire/memory";

/** Most bytes of a piece of the body: the one before may be held while the next is read. */
const PIECE_BYTES = 1024;

/** A piece for which there has to be room. */
const MIN_PIECE_BYTES = 64;

export class Body {
	readonly #client: HTTPClient;
	readonly #request: HTTPRequest;
	#isDone = false;
	#error: unknown = undefined;
	#wake: (() => void) | undefined = undefined;
	/** What `wait` makes its promises with, created once: near a full heap each closure is a collection. */
	#executor: ((resolve: () => void) => void) | undefined = undefined;
	readonly #onFinish: () => void;

	/** `onFinish` is called at its end, whatever that is. */
	constructor(client: HTTPClient, request: HTTPRequest, onFinish: () => void) {
		this.#client = client;
		this.#request = request;
		this.#onFinish = onFinish;
	}

	/** Something has arrived. */
	notify(): void {
		const wake = this.#wake;
		this.#wake = undefined;
		wake?.();
	}

	/** It is complete, or has failed. */
	finish(error: unknown): void {
		if (this.#isDone) return;
		this.#isDone = true;
		this.#error = error ?? undefined;
		this.#client.close();
		this.notify();
		// it may be the app's, and throw
		this.#onFinish();
	}

	/** Bytes that can be read, 0 at the end, undefined if `wait` has to be called first. Throws the error. */
	get ready(): number | undefined {
		const count = this.#request.readable;
		if (count) return count;
		if (this.#error !== undefined) throw this.#error;
		return this.#isDone ? 0 : undefined;
	}

	/** Waits until more has arrived, or the end. One call at a time. */
	wait(): Promise<void> {
		this.#executor ??= resolve => {
			this.#wake = resolve;
		};
		return new Promise<void>(this.#executor);
	}

	/** Reads a part of what has arrived. Throws TLSError "out_of_memory" if there is no room for any of it. */
	read(): ArrayBuffer | undefined {
		const piece = this.#request.read(PIECE_BYTES);
		// without room, asking again would never end
		if (!piece && this.#request.readable) expectBuffer(MIN_PIECE_BYTES, Purpose.data);
		return piece;
	}

	readInto(buffer: Uint8Array): number {
		return this.#request.read(buffer) ?? 0;
	}
}

type Piece = IteratorResult<Uint8Array, void>;

/**
 * The iterator over a body. It has the behavior of an async generator: calls wait for each other, and after an end or
 * error there is nothing more.
 */
export class Pieces implements AsyncIterableIterator<Uint8Array, void, undefined> {
	/** Gives the body at the first piece; undefined afterwards. */
	#take: (() => Body) | undefined;
	/** Undefined before the first piece and after the end. */
	#body: Body | undefined = undefined;
	/** The piece that is waited for. */
	#pending: Promise<Piece> | undefined = undefined;
	/** Goes on when more has arrived; created once, as `Body.#executor`. */
	#goOn: (() => Promise<Piece>) | undefined = undefined;

	constructor(take: () => Body) {
		this.#take = take;
	}

	[Symbol.asyncIterator](): this {
		return this;
	}

	next(): Promise<Piece> {
		if (this.#pending) return this.#afterPending();
		try {
			const piece = this.#readNext();
			return piece ? Promise.resolve(piece) : this.#waitForPiece();
		} catch (error) {
			this.#end();
			return Promise.reject(error as Error);
		}
	}

	/** The loop is left: the connection ends. */
	return(): Promise<Piece> {
		this.#take = undefined;
		this.#end();
		return Promise.resolve({ done: true, value: undefined });
	}

	#afterPending(): Promise<Piece> {
		const next = (): Promise<Piece> => this.next();
		return this.#pending!.then(next, next);
	}

	#waitForPiece(): Promise<Piece> {
		const body = this.#body!;
		this.#goOn ??= () => {
			this.#pending = undefined;
			return this.next();
		};
		const pending = body.wait().then(this.#goOn);
		this.#pending = pending;
		return pending;
	}

	/** Returns undefined if nothing has arrived. */
	#readNext(): Piece | undefined {
		const take = this.#take;
		this.#take = undefined;
		if (take) this.#body = take();
		for (let body = this.#body; body; body = this.#body) {
			const { ready } = body;
			if (ready === undefined) return undefined;
			const bytes = ready ? body.read() : undefined;
			if (bytes) return { done: false, value: new Uint8Array(bytes) };
			if (!ready) this.#end();
		}
		return { done: true, value: undefined };
	}

	#end(): void {
		this.#body?.finish(undefined);
		this.#body = undefined;
	}
}
