/*
	What runs behind an HTTPClient (https.ts): requests in a queue, over one connection at a time to one server
	(connecting.ts).

	A failure of the connection ends the request at hand and all that wait, with the same error. A connection that ends
	in good order between two requests ends nothing: the next request gets a new one.
*/

import { asTLSError, TLSError } from "../errors";
import { Connecting, Flag, Step } from "./connecting";
import { type Exchange, ExchangeFlag } from "./exchange";
import { Body } from "./request";
import { CALLBACK_WORK, Expected, Next, ResponseReader, TURN_WORK } from "./response";
import type { Source } from "./response";
import { outOfMemory, Purpose } from "../wire/memory";

/** Bytes around a chunk that is sent: up to four digits, twice CR LF. */
const CHUNK_OVERHEAD = 8;

/** Longest chunk that is sent: four digits. */
const LONGEST_CHUNK = 0xffff;

const more = Object.freeze({ more: true });
const lineEnd = Uint8Array.of(13, 10);
/** Size 0, no trailers. */
const lastChunk = Uint8Array.of(0x30, 13, 10, 13, 10);
const NUMBER = "number";

/** The error of a request whose connection ends before the response is complete. Says what is missing. */
function earlyEnd(error: TLSError | undefined, reader: ResponseReader | undefined): TLSError {
	const where = reader?.hasBegun ? reader.missing : "before it answered";
	if (!error) return new TLSError("truncated", `server closed the connection ${where}`);
	if (error.code !== "truncated" || reader?.endsWithConnection) return error;
	return new TLSError("truncated", `${error.message} (${where})`);
}

/** Whatever they are, nothing of this connection can be trusted to answer a request. */
function unasked(count: number): TLSError {
	return new TLSError("http", `server sent ${count} bytes that no request asked for`);
}

export class Agent extends Connecting implements Source {
	work = TURN_WORK;
	private current: Exchange | undefined = undefined;
	private reader: ResponseReader | undefined = undefined;
	/** XS: absent field. Why the application could read nothing. */
	declare private lack: TLSError | undefined;
	/** Bytes of the request's head that are sent. */
	private sent = 0;
	private readonly queue: Exchange[] = [];

	/** Puts a request at the end of the queue. */
	add(exchange: Exchange): void {
		if (this.flags & Flag.closed) throw new TLSError("closed", "the client is closed: make a new HTTPClient");
		this.queue.push(exchange);
		this.schedule();
	}

	/** Ends all without a call. */
	close(): void {
		this.flags |= Flag.closed;
		this.dropSocket();
		this.current = this.reader = undefined;
		this.queue.length = 0;
		this.dropTimers();
	}

	/** Ends one request without a call. The connection goes with one that is under way. */
	cancel(exchange: Exchange): void {
		const at = this.queue.indexOf(exchange);
		if (at >= 0) this.queue.splice(at, 1);
		if (this.current !== exchange) return;
		this.current = this.reader = undefined;
		this.dropSocket();
		this.schedule();
	}

	// What the socket reports

	socketReadable(count: number): void {
		this.available = count;
		if (this.current) this.pump();
		else if (this.flags & Flag.ready) this.dropUnasked();
	}

	socketWritable(count: number): void {
		this.writable = count;
		this.flags |= Flag.hasRoom;
		if (this.flags & Flag.ready) this.pump();
		else {
			this.flags |= Flag.ready;
			this.startStep(Step.none);
			this.next();
		}
	}

	socketEnded(error: unknown): void {
		if (!this.socket) return;
		this.noteEnd(error);
		if (this.current) this.pump();
		else if (this.flags & Flag.ready) this.endIdle(this.endError);
		else this.fail(this.endError ?? this.noConnection());
		this.throwAgain();
	}

	// Source

	receive(to: Uint8Array): void {
		this.available -= to.length;
		this.socket!.read(to);
	}

	// What the application asks of its request

	/** Bytes of the body that `exchange` can read. */
	readable(exchange: Exchange): number {
		return this.current === exchange && this.reader ? this.reader.readable(this) : 0;
	}

	/** Fills `to`, no longer than `readable`, with bytes of the body. */
	read(exchange: Exchange, to: Uint8Array): void {
		if (this.current !== exchange) return;
		try {
			this.reader!.take(this, to);
		} catch (error) {
			this.noteEnd(asTLSError(error));
		}
		this.told -= to.length;
		if (this.told <= 0) this.schedule();
	}

	/**
	 * Memory has room for `count` of the `wanted` bytes that the application reads. It is told of the rest again; if
	 * there is none, the connection ends in the loop's next turn, as in TLSClient.
	 */
	lackRoom(exchange: Exchange, wanted: number, count: number): void {
		if (this.current !== exchange) return;
		if (count) this.told = count;
		else {
			this.lack = outOfMemory(Purpose.data, wanted);
			this.schedule();
		}
	}

	/** Bytes of the body that can be sent. */
	room(exchange: Exchange): number {
		if (this.current !== exchange || exchange.head || exchange.flags & ExchangeFlag.lastChunk) return 0;
		if (exchange.body === Body.chunked) return Math.max(0, Math.min(this.writable - CHUNK_OVERHEAD, LONGEST_CHUNK));
		return Math.min(this.writable, exchange.body);
	}

	/** Sends bytes of the body, no more than `room`. */
	write(exchange: Exchange, bytes: Uint8Array): void {
		const length = bytes.length;
		if (!length) return;
		if (exchange.body === Body.chunked) {
			this.put(new Uint8Array(ArrayBuffer.fromString(`${length.toString(16)}\r\n`)), more);
			this.put(bytes, more);
			this.put(lineEnd);
		} else {
			this.put(bytes);
			exchange.body -= length;
			if (!exchange.body) this.endRequest();
		}
	}

	/** Ends a chunked body. */
	endBody(exchange: Exchange): void {
		exchange.flags |= ExchangeFlag.lastChunk;
		this.schedule();
	}

	// The end of a connection

	/** The connection has ended, and no request with it. */
	private endIdle(error: TLSError | undefined): void {
		this.dropSocket();
		this.call(this.options.onClose, this.client, error);
		this.schedule();
	}

	/** Bytes came that answer no request. */
	private dropUnasked(): void {
		this.endIdle(unasked(this.available));
		this.throwAgain();
	}

	protected override fail(error: TLSError): void {
		const { current, queue } = this;
		const waiting = queue.splice(0, queue.length);
		this.flags |= Flag.closed;
		this.current = this.reader = undefined;
		this.dropSocket();
		if (current) this.call(current.onDone, current.request, error);
		for (let i = 0; i < waiting.length; i++) this.call(waiting[i]!.onDone, waiting[i]!.request, error);
		this.call(this.options.onError, this.client, error);
	}

	// The request at hand

	protected override onTurn(): void {
		this.work = TURN_WORK;
		if (this.current) this.pump();
		else this.next();
	}

	/** Begins with the next request, if there is one. */
	private next(): void {
		if (this.current || !this.queue.length || this.lookUp) return;
		if (!this.socket) {
			this.open();
			return;
		}
		if (!(this.flags & Flag.ready)) return;
		// over a new connection nothing was asked
		if (this.available) {
			this.fail(unasked(this.available));
			return this.throwAgain();
		}
		this.current = this.queue.shift();
		this.sent = 0;
		this.flags |= Flag.hasRoom;
		this.startStep(Step.send);
		this.pump();
	}

	/** Sends and reads until the socket, the application or the server is waited for. */
	private pump(): void {
		if (this.flags & Flag.pumping) return;
		this.flags |= Flag.pumping;
		let isLater = false;
		try {
			if (this.lack) throw this.lack;
			this.send();
			isLater = this.receiveResponse();
		} catch (error) {
			this.fail(asTLSError(error));
		}
		this.flags &= ~Flag.pumping;
		if (isLater || this.lack || this.flags & Flag.threw || (!this.current && this.queue.length)) this.schedule();
		this.throwAgain();
	}

	/** Hands bytes to the socket. What it throws is an end of the connection. */
	private put(bytes: Uint8Array, options?: typeof more): void {
		if (this.flags & Flag.ended) return;
		try {
			const left = options ? this.socket!.write(bytes, options) : this.socket!.write(bytes);
			this.writable = typeof left === NUMBER ? (left as number) : this.writable - bytes.length;
		} catch (error) {
			this.noteEnd(asTLSError(error));
			this.schedule();
		}
	}

	/** Sends the head, then what the application has of the body. */
	private send(): void {
		const exchange = this.current;
		if (!exchange || this.flags & Flag.ended) return;
		const { head } = exchange;
		if (head && this.sent < head.length) {
			const count = Math.min(this.writable, head.length - this.sent);
			if (!count) return;
			this.put(count === head.length ? head : head.subarray(this.sent, this.sent + count));
			this.sent += count;
			this.startStep(Step.send);
			if (this.sent < head.length || this.flags & Flag.ended) return;
			if (exchange.body === Body.none) {
				this.endRequest();
				return;
			}
			// the body is the application's to send, and so is the time
			exchange.head = undefined;
			this.startStep(Step.none);
		}
		if (this.flags & Flag.hasRoom) {
			const room = this.room(exchange);
			if (room) {
				this.flags &= ~Flag.hasRoom;
				this.call(exchange.onWritable, exchange.request, room);
			}
		}
		if (exchange.flags & ExchangeFlag.lastChunk && exchange.body && this.current === exchange) this.sendLast(exchange);
	}

	/** Ends a chunked body when there is room. */
	private sendLast(exchange: Exchange): void {
		if (this.writable < lastChunk.length) return;
		this.put(lastChunk);
		exchange.body = Body.none;
		this.endRequest();
	}

	private endRequest(): void {
		if (!this.reader?.hasHead) this.startStep(Step.head);
	}

	/** Returns true if there is more to do when others had their turn. */
	private receiveResponse(): boolean {
		for (;;) {
			const exchange = this.current;
			if (!exchange || this.flags & Flag.threw) return false;
			if (this.work <= 0) return true;
			if (!this.reader && !this.beginResponse(exchange)) return false;
			const reader = this.reader!;
			switch (reader.advance(this)) {
				case Next.wait:
					if (this.flags & Flag.ended) this.endEarly(exchange);
					else if (reader.hasHead) this.startStep(Step.body);
					return false;
				case Next.later:
					return true;
				case Next.head:
					this.tellHead(exchange, reader);
					break;
				case Next.data:
					if (!this.tellData(exchange, reader)) return false;
					break;
				case Next.done:
					this.complete(exchange, reader);
					return false;
			}
		}
	}

	/** Returns false if nothing of the response has come. */
	private beginResponse(exchange: Exchange): boolean {
		if (!this.available || !this.sent) {
			if (this.flags & Flag.ended) this.endEarly(exchange);
			return false;
		}
		const { maxHeaderBytes, maxHeaders } = this.options;
		this.reader = new ResponseReader(
			exchange.flags & ExchangeFlag.head ? Expected.head : Expected.body,
			maxHeaderBytes,
			maxHeaders,
			exchange.headersMask,
		);
		return true;
	}

	private tellHead(exchange: Exchange, reader: ResponseReader): void {
		const { status, headers, statusText } = reader;
		reader.headers = undefined;
		this.startStep(Step.none);
		this.call(exchange.onHeaders, exchange.request, status, headers, statusText);
	}

	/** Tells of bytes of the body. Returns false if the application has not read them all: it goes on when it does. */
	private tellData(exchange: Exchange, reader: ResponseReader): boolean {
		if (!exchange.onReadable) {
			reader.skip(this);
			return true;
		}
		const count = reader.readable(this);
		if (count > this.told) {
			this.told = count;
			this.work -= CALLBACK_WORK;
			if (this.step === Step.body) this.startStep(Step.none);
			this.call(exchange.onReadable, exchange.request, count);
		}
		return this.current === exchange && this.told <= 0;
	}

	/** The response is there, and the application has all of it. */
	private complete(exchange: Exchange, reader: ResponseReader): void {
		const isSent = exchange.body === Body.none && !(exchange.head && this.sent < exchange.head.length);
		const isKept =
			reader.isPersistent && isSent && !(exchange.flags & ExchangeFlag.closes) && !(this.flags & Flag.ended);
		const rest = reader.rest + this.available;
		this.current = this.reader = undefined;
		this.startStep(Step.none);
		this.flags |= Flag.reused;
		const error = isKept && rest ? unasked(rest) : undefined;
		if (!isKept || rest) this.dropSocket();
		this.call(exchange.onDone, exchange.request, null);
		if (!isKept || rest) this.call(this.options.onClose, this.client, error);
	}

	/** The connection has ended before the response was complete. */
	private endEarly(exchange: Exchange): void {
		const { reader } = this;
		const error = this.endError;
		if (reader?.endsWithConnection && !error) {
			this.complete(exchange, reader);
			return;
		}
		const isStale = !error || error.code === "truncated" || error.code === "transport";
		if (!reader?.hasBegun && this.flags & Flag.reused && isStale && exchange.canRepeat) {
			exchange.flags |= ExchangeFlag.repeated;
			this.current = this.reader = undefined;
			this.dropSocket();
			this.queue.unshift(exchange);
			return;
		}
		this.fail(earlyEnd(error, reader));
	}
}
