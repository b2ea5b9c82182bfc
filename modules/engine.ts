/*
	PUBLIC, "tls/engine": TLS without a socket, for transports that are not TCP. Bytes in, bytes out; nothing here waits
	or keeps time.

	    const engine = createEngine({ roots }, "api.example", events);
	    engine.start();
	    engine.receive(bytes);		// what came from the server, in pieces of any length
	    engine.send(bytes);			// once `events.opened` was called

	The options `timeout`, `idleTimeout` and `closeTimeout` need a timer, which is the transport's: they are refused
	here.
*/

import type { TLSError } from "./errors";
import { configureCopy, readOptionsOf } from "./configure";
import { Connection } from "./connection/connection";
import type { Events, HandshakeInfo } from "./connection/connection";
import { asTLSError, refuse } from "./errors";
import { describeType, isString, viewBytes } from "./optionreader";
import type { Options } from "./options";

export type { Events, HandshakeInfo, Options };

// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const NUMBER = "number";

/** True for numbers that say which bytes. What has to be converted to one would run script between the checks. */
function isRange(bytes: Uint8Array, start: number, end: number): boolean {
	return typeof start === NUMBER && typeof end === NUMBER && start >= 0 && start <= end && end <= bytes.length;
}

/** What `Events` must have; `session` may be left out. */
const eventNames = Object.freeze(["output", "opened", "readable", "ended", "failed", "pause"] as const);

function checkEvents(events: Events): void {
	for (const name of eventNames)
		if (typeof events?.[name] !== "function") refuse(`the events are missing "${name}": a function`);
}

/** Checks what an application gave, and makes a connection of it. */
function connectionOf(options: Options, serverName: string, events: Events): Connection {
	checkEvents(events);
	if (serverName !== undefined && !isString(serverName))
		refuse(`"serverName" must be a string, not ${describeType(serverName)}`);
	try {
		const copy = readOptionsOf(undefined, options);
		if (copy.timeout !== undefined || copy.idleTimeout !== undefined || copy.closeTimeout !== undefined)
			refuse(
				'"timeout", "idleTimeout" and "closeTimeout" need a timer, which the transport has: leave them out, and call close() when a wait is too long',
			);
		return new Connection(configureCopy(copy, serverName), events);
	} catch (error) {
		throw asTLSError(error);
	}
}

/** One connection. */
export class Engine {
	readonly #connection: Connection;

	/** As `createEngine`. */
	constructor(options: Options, serverName: string, events: Events) {
		this.#connection = connectionOf(options, serverName, events);
	}

	/** Sends the ClientHello: call it once, when the transport is ready. */
	start(): void {
		this.#connection.connect();
	}

	/**
	 * Takes bytes `bytes[start..end)` of the server and returns where it stopped. That is before `end` while received
	 * data is unread, during a pause (`events.pause`), and when the connection is over. Offer the rest again after
	 * `read` or `resume`. From inside an event, or a function of the options, nothing may be taken: then
	 * `events.pause` is called, too.
	 */
	receive(bytes: Uint8Array, start = 0, end = bytes.length): number {
		if (!isRange(bytes, start, end))
			throw new RangeError(`bytes ${start} to ${end} of ${bytes.length} can't be received`);
		this.#connection.beginTurn();
		return this.#connection.receive(bytes, start, end);
	}

	/** Bytes of application data that `read` gives now. */
	get readable(): number {
		return this.#connection.readable;
	}

	/** Copies received data into `to`, as much as goes in, and returns how many bytes that are. */
	read(to: ArrayBuffer | ArrayBufferView): number {
		return this.#connection.read(to);
	}

	/**
	 * Protects and sends `bytes[start..end)`. Throws TLSError before the handshake is done and after `close`, and
	 * RangeError from inside `events.output`. What the transport does not take waits (`unsent`): look at that before
	 * more is sent.
	 */
	send(bytes: Uint8Array, start = 0, end = bytes.length): void {
		if (this.#connection.isSending) throw new RangeError('nothing can be sent while "output" is at work');
		if (!isRange(bytes, start, end)) throw new RangeError(`bytes ${start} to ${end} of ${bytes.length} can't be sent`);
		this.#connection.write(bytes, start, end);
	}

	/**
	 * Replaces the sending key, and has the server replace its own (TLS 1.3; RFC 8446 section 4.6.3). Throws TLSError
	 * "configuration" in TLS 1.2, which has no such message.
	 */
	requestKeyUpdate(): void {
		this.#connection.requestKeyUpdate();
	}

	/**
	 * Returns `length` bytes that only both ends of this connection can derive (RFC 8446 section 7.5, RFC 5705). Needs
	 * the option `exporter`; throws TLSError "configuration" without, and in TLS 1.2 for a server without the extended
	 * master secret.
	 */
	exportKeyingMaterial(label: string, length: number, context?: ArrayBuffer | ArrayBufferView): ArrayBuffer {
		const bytes = context === undefined ? undefined : viewBytes("context", context);
		return this.#connection.exportKeyingMaterial(label, bytes, length);
	}

	/**
	 * Returns the channel binding "tls-exporter" (RFC 9266): 32 bytes that an authentication above TLS includes. Needs
	 * the option `exporter`.
	 */
	channelBinding(): ArrayBuffer {
		return this.#connection.channelBinding();
	}

	/** Bytes that the transport has not taken yet. */
	get unsent(): number {
		return this.#connection.unsent;
	}

	/** Offers the transport what it has not taken yet. */
	flush(): void {
		this.#connection.flush();
	}

	/** Goes on after `events.pause`: call it from the event loop. */
	resume(): void {
		this.#connection.resume();
	}

	/** True from the end of the handshake until either side closes. */
	get isOpen(): boolean {
		return this.#connection.isOpen;
	}

	/** Why the connection failed, or undefined. */
	get error(): TLSError | undefined {
		return this.#connection.error;
	}

	/** The transport has ended: without close_notify before it that is a failure, "truncated" or "transport". */
	transportEnded(): void {
		this.#connection.transportEnded();
	}

	/**
	 * Gives the record buffers back, for a connection that is idle; the next record makes new ones. Answers a KeyUpdate
	 * of the server's: call it now and then while nothing is sent.
	 */
	release(): void {
		this.#connection.release();
	}

	/**
	 * Closes the write side with close_notify; what the server sends can still be read. Throws TLSError if the
	 * connection is not open.
	 */
	end(): void {
		if (this.#connection.isSending) throw new RangeError('nothing can be sent while "output" is at work');
		this.#connection.end();
	}

	/** Sends close_notify and wipes all secrets. No event is reported afterwards. */
	close(): void {
		this.#connection.close();
	}
}

/**
 * A connection to the server `serverName`, whose certificate must say that name or address. Throws TLSError
 * "configuration" for options that are wrong.
 */
export function createEngine(options: Options, serverName: string, events: Events): Engine {
	return new Engine(options, serverName, events);
}
