/*
	"tls/https": ECMA-419's HTTP client, over TLSClient or plain TCP. The SDK's `embedded:network/http/client` has the
	same interface.

	    const client = new HTTPClient({ host, port, socket: { io: TLSClient, TCP: { io: TCP }, secure: { roots } }, onError(error) });
	    client.request({ path: "/", onHeaders(status, headers), onReadable(count) { this.read(count); }, onDone(error) });

	A client connects for its first request, keeps the connection, and sends one request after the other over it. Where
	it has ended, the next request opens another, with TLS by the session of the last. See https/agent.ts.
*/

import { refuse } from "./errors";
import type { TLSError } from "./errors";
import { copyOptions, describeType, viewBytes } from "./optionreader";
import type { OptionTypes } from "./optionreader";
import { numberOption } from "./options";
import { Agent } from "./https/agent";
import { Exchange } from "./https/exchange";
import type { RequestEvents } from "./https/exchange";
import { Body, makeHead } from "./https/request";
import type { RequestHeaders } from "./https/request";
import { expectClass } from "./https/socket";
import type { ResolverOptions, SocketOptions } from "./https/socket";
import { expectRoom, Need, Purpose, roomForBuffer } from "./wire/memory";

export type { RequestHeaders } from "./https/request";
export type { HTTPSocket, ResolverOptions, SocketOptions } from "./https/socket";

/** A Resource is a HostBuffer. */
type Buffer = ArrayBuffer | ArrayBufferView | HostBuffer | SharedArrayBuffer;

/** What an HTTPClient is made with; ECMA-419's names. */
export interface HTTPClientOptions {
	/** The server's name or address. */
	host: string;
	/** Default: 443 if `socket` has `secure`, else 80. */
	port?: number;
	/** How to connect: { io: TLSClient, TCP: { io: TCP }, secure: {...} }, or { io: TCP }. */
	socket: SocketOptions;
	/** Looks up `host`: { io: Resolver, ... }. Without it the socket gets the name. */
	dns?: ResolverOptions;
	/**
	 * Milliseconds that each step may take: opening, sending, the response's head, each part of its body. 0 for no end.
	 * Default 30,000.
	 */
	timeout?: number;
	/** Most bytes of a response's head, trailers with it, 256 to 65536. Default 8192. */
	maxHeaderBytes?: number;
	/** Most headers of a response, 1 to 1024. Default 64. */
	maxHeaders?: number;
	/** The client has failed, and with it all its requests. It is closed. */
	onError?: (this: HTTPClient, error: TLSError) => void;
	/**
	 * The connection has ended, and no request with it: the next opens another. `error` says what was wrong, if
	 * something was.
	 */
	onClose?: (this: HTTPClient, error?: TLSError) => void;
}

/** A request; ECMA-419's names. */
export interface RequestOptions extends RequestEvents<HTTPRequest> {
	/** Default "GET". */
	method?: string;
	/** With the query. Default "/". */
	path?: string;
	/** A body needs "content-length" or "transfer-encoding: chunked" here, and `onWritable`. */
	headers?: RequestHeaders;
	/** Names, in lower case, of the headers that `onHeaders` gets. Default: all. */
	headersMask?: readonly string[];
}

const DEFAULT_TIMEOUT_MS = 30000;
const DEFAULT_HEADER_BYTES = 8192;
const DEFAULT_HEADERS = 64;

/** Longest time of a timer, in milliseconds. */
const LONGEST_TIMER_MS = 0x7fffffff;

const clientTypes: OptionTypes = Object.freeze({
	host: "a string",
	port: "a number",
	socket: "an object",
	dns: "an object",
	timeout: "a number",
	maxHeaderBytes: "a number",
	maxHeaders: "a number",
	onError: "a function",
	onClose: "a function",
});

const requestTypes: OptionTypes = Object.freeze({
	method: "a string",
	path: "a string",
	headers: "an object or an array",
	headersMask: "an array",
	onHeaders: "a function",
	onReadable: "a function",
	onWritable: "a function",
	onDone: "a function",
});

const OBJECT = "object";
const READ = "read";
const WRITE = "write";
const NUMBER = "number";

/** "host" as the request has it (RFC 9110 section 7.2). */
function authorityOf(host: string, port: number, usualPort: number): string {
	const name = host.includes(":") ? `[${host}]` : host;
	return port === usualPort ? name : `${name}:${port}`;
}

/** The bytes of a buffer or of any view of one. Throws TypeError for anything else. */
function bytesOf(method: string, value: unknown): Uint8Array {
	if (value instanceof Uint8Array) return value;
	try {
		return viewBytes(method, value);
	} catch {
		throw new TypeError(`${method} takes an ArrayBuffer or a view of one, not ${describeType(value)}`);
	}
}

/** A request under way: what `request` returns, and `this` in its callbacks. */
export class HTTPRequest {
	readonly #agent: Agent;
	readonly #exchange: Exchange;

	/** Made by HTTPClient alone. */
	constructor(agent: Agent, make: (request: HTTPRequest) => Exchange) {
		this.#agent = agent;
		this.#exchange = make(this);
	}

	/** Bytes of the response's body that can be read now. */
	get readable(): number {
		return this.#agent.readable(this.#exchange);
	}

	/**
	 * Reads the response's body: all that has arrived, up to `what` bytes, or into the buffer `what`, and then returns
	 * the number of bytes. Undefined if nothing is there. Without a buffer it returns fewer bytes if memory has no room
	 * for all; `onReadable` is then called again for the rest. If there is room for fewer than 64, the request ends
	 * with "out_of_memory", and `read` returns undefined.
	 */
	read(what?: number): ArrayBuffer | undefined;
	read(what: Buffer): number | undefined;
	read(what?: number | Buffer): ArrayBuffer | number | undefined {
		const agent = this.#agent,
			exchange = this.#exchange;
		const readable = agent.readable(exchange);
		if (typeof what === OBJECT) {
			const bytes = bytesOf(READ, what);
			const count = Math.min(readable, bytes.length);
			if (!count) return undefined;
			agent.read(exchange, count === bytes.length ? bytes : bytes.subarray(0, count));
			return count;
		}
		const wanted = (what ?? readable) as number;
		if (typeof wanted !== NUMBER) bytesOf(READ, what);
		if (!(wanted >= 0)) throw new RangeError(`${wanted} bytes can't be read`);
		const most = Math.min(readable, Math.floor(wanted));
		if (!most) return undefined;
		const count = roomForBuffer(most);
		if (count < most) agent.lackRoom(exchange, most, count);
		if (!count) return undefined;
		const bytes = new Uint8Array(count);
		agent.read(exchange, bytes);
		return bytes.buffer;
	}

	/**
	 * Writes a part of the request's body, no more than `onWritable` or the last `write` said. Returns how many bytes
	 * may be written next. Without a value it ends a body that is chunked.
	 */
	write(value?: Buffer): number {
		const agent = this.#agent,
			exchange = this.#exchange;
		if (value === undefined) {
			if (exchange.body !== Body.chunked)
				throw new RangeError('write without a buffer ends a body with "transfer-encoding: chunked", and no other');
			agent.endBody(exchange);
			return 0;
		}
		const bytes = bytesOf(WRITE, value);
		const room = agent.room(exchange),
			length = bytes.length;
		if (length > room) throw new RangeError(`${length} bytes can't be written, there is room for ${room}`);
		agent.write(exchange, bytes);
		return agent.room(exchange);
	}

	/** Ends the request without a call of its callbacks. Where it is under way, its connection ends, too. */
	close(): void {
		this.#agent.cancel(this.#exchange);
	}
}

export class HTTPClient {
	readonly #agent: Agent;
	readonly #authority: string;

	/**
	 * Throws TLSError "configuration" for options that are wrong, "out_of_memory" if memory is full. Others reach
	 * `onError`, and `onDone` of each request.
	 */
	constructor(given: HTTPClientOptions) {
		expectRoom(Need.clientBytes, Need.clientSlots, Purpose.request);
		const options = copyOptions<HTTPClientOptions>("options", given, clientTypes, "open");
		const { host, onError, onClose } = options;
		if (!host) refuse('"host" is missing: the server\'s name or address');
		if (!options.socket) refuse('"socket" is missing: { io: TLSClient, TCP: { io: TCP }, secure: {...} }');
		const socket = { ...options.socket };
		expectClass("socket", socket);
		if (options.dns) expectClass("dns", options.dns);
		const usualPort = socket.secure ? 443 : 80;
		const port = numberOption("port", options.port, 1, 65535, usualPort);
		this.#authority = authorityOf(host, port, usualPort);
		this.#agent = new Agent(this, {
			host,
			port,
			socket,
			dns: options.dns,
			timeout: numberOption("timeout", options.timeout, 0, LONGEST_TIMER_MS, DEFAULT_TIMEOUT_MS),
			maxHeaderBytes: numberOption("maxHeaderBytes", options.maxHeaderBytes, 256, 65536, DEFAULT_HEADER_BYTES),
			maxHeaders: numberOption("maxHeaders", options.maxHeaders, 1, 1024, DEFAULT_HEADERS),
			onError: onError as never,
			onClose: onClose as never,
		});
	}

	/**
	 * Puts a request in the queue. Throws TLSError "configuration" for what can't be sent, "closed" if the client is,
	 * "out_of_memory" if memory is full.
	 */
	request(given: RequestOptions): HTTPRequest {
		expectRoom(Need.clientBytes, Need.clientSlots, Purpose.request);
		const options = copyOptions<RequestOptions>("options", given, requestTypes, "open");
		const { method = "GET", path = "/", headers, headersMask } = options;
		const head = makeHead(method, path, headers, this.#authority);
		if (head.body !== Body.none && !options.onWritable)
			refuse('"onWritable" is missing: it writes the body that "headers" promise');
		let exchange!: Exchange;
		const request = new HTTPRequest(this.#agent, self => (exchange = new Exchange(self, head, options, headersMask)));
		this.#agent.add(exchange);
		return request;
	}

	/** Ends the connection and all requests. Nothing is called afterwards. */
	close(): void {
		this.#agent.close();
	}
}

export default HTTPClient;
