/*
	What runs behind a TLSClient (client.ts). It opens TCP, hears what TCP reports, gives pauses to the event loop, and
	ends waits that take too long. sending.ts and receiving.ts move the bytes between TCP and the engine
	(connection.ts). No other file touches a socket.

	What TCP throws or reports while it is called is looked at when that call has ended.
*/

import Timer from "timer";
import { asTLSError, thrownText, TLSError } from "../errors";
import { configureCopy } from "../configure";
import { Connection } from "./connection";
import type { Config } from "../config";
import type { HandshakeInfo } from "../handshake/link";
import type { Events } from "./lifecycle";
import { endpointName, tcpSettings } from "./socket";
import type { ConnectionOptions, TCPSocket } from "./socket";
import { Receiving } from "./receiving";
import { Flag, IDLE_MS } from "./turns";
import { empty } from "../wire/reader";
import { isWaitingForClock } from "../x509/time";
import { isDebugBuild } from "tls/hardware/debug";

/** From the constructor to the open connection, unless the option `timeout` says otherwise. */
const DEFAULT_TIMEOUT_MS = 30000;

/** How often a connection that waits for the clock looks at it. */
const CLOCK_WAIT_MS = 250;

// XS: a literal would be copied at each end
const CLOSED = "closed";

/** A TCP socket with the TCPTransport that made it: callbacks that find it there cost no closures. */
type Socket = TCPSocket & { target: TCPTransport<unknown> };

function tcpReadable(this: Socket, count: number): void {
	this.target.transportReadable(count);
}

function tcpWritable(this: Socket, count: number): void {
	this.target.transportWritable(count);
}

function tcpError(this: Socket): void {
	this.target.transportEnded();
}

/** What a TCP class reports, as a number of bytes. */
function wholeCount(count: number): number {
	const whole = count | 0;
	return whole > 0 ? whole : 0;
}

/** What runs behind a TLSClient: it stands between TCP and the engine, where the application can't reach it. */
export class TCPTransport<Client> extends Receiving<Client> implements Events {
	// XS looks a member up from the first to the last: what each segment of data needs comes first.
	// TypeScript wants a value for each where an app's options are not strict: the constructor sets them.
	override readonly connection: Connection = undefined as never;
	protected override segment: Uint8Array<ArrayBuffer> = empty;
	protected override left = 0;
	protected override available = 0;
	protected override tcp: TCPSocket | undefined = undefined;
	override flags = 0;
	protected override room = 0;
	protected override promised = 0;
	protected override readonly client: Client = undefined as never;
	protected override readonly onReadable: ConnectionOptions<Client>["onReadable"] = undefined;
	protected override readonly onWritable: ConnectionOptions<Client>["onWritable"] = undefined;
	private onError: ConnectionOptions<Client>["onError"];
	protected override timer?: Timer | undefined = undefined;
	// XS: absent fields
	/** What the connection goes by, and its server, for errors; until it is open. */
	declare private config?: Config;
	declare private host?: string;
	declare private port?: number;
	declare protected readonly onSession: ((session: ArrayBuffer) => void) | undefined;
	declare private readonly idleTimeout: number | undefined;
	declare private readonly closeTimeout: number | undefined;

	/** `options.secure` is what `readOptionsOf` has read for `client`. */
	constructor(client: Client, options: ConnectionOptions<Client>) {
		const { host, address, port, TCP } = options;
		super();
		this.client = client;
		this.onReadable = options.onReadable;
		this.onWritable = options.onWritable;
		this.onError = options.onError;
		try {
			const config = configureCopy(options.secure, host ?? address, port, client);
			const { timeout = DEFAULT_TIMEOUT_MS, idleTimeout, closeTimeout, onSession } = config;
			this.config = config;
			if (options.from === undefined) this.host = host ?? address ?? config.certificates.name;
			if (port !== undefined) this.port = port;
			if (onSession) this.onSession = onSession;
			if (idleTimeout) this.idleTimeout = idleTimeout;
			if (closeTimeout) this.closeTimeout = closeTimeout;
			this.connection = new Connection(config, this);
			if (timeout) this.idleTimer = this.setTimer(timeout, 0);
		} catch (e) {
			throw asTLSError(e);
		}
		this.openTCP(TCP.io, {
			...tcpSettings(options),
			target: this,
			onReadable: tcpReadable,
			onWritable: tcpWritable,
			onError: tcpError,
		});
	}

	/** Closes the write side: what was written goes out first. */
	end(): void {
		if (this.flags & (Flag.inTCP | Flag.closing) || !this.connection.isOpen) throw this.refusal();
		try {
			this.connection.end();
		} catch (e) {
			// the connection is over: onError is called from the event loop
			this.schedule();
			throw e;
		}
	}

	close(): void {
		if (!this.tcp || this.flags & Flag.closing) return;
		if (this.closeTimeout && this.linger(this.closeTimeout)) return;
		this.connection.close();
		this.release();
	}

	/**
	 * Waits for the server's close_notify, and drops what comes before it. Callbacks are not called any more. False if
	 * there is nothing to wait for: the handshake is not done, or TCP has ended.
	 */
	private linger(closeTimeout: number): boolean {
		if (this.flags & Flag.ended) return false;
		try {
			if (!this.connection.linger()) return false;
		} catch {
			return false;
		}
		this.flags = (this.flags & ~Flag.resting) | Flag.closing;
		this.onError = undefined;
		this.connection.discard();
		Timer.clear(this.idleTimer);
		this.idleTimer = this.setTimer(closeTimeout, 0);
		this.pumpLater();
		return true;
	}

	opened(info: HandshakeInfo): void {
		const onHandshake = this.config!.onHandshake;
		delete this.config;
		delete this.host;
		delete this.port;
		const address = this.remoteAddress();
		if (address) info.remoteAddress = address;
		this.flags |= Flag.open | Flag.active;
		this.watch();
		this.promise();
		this.call(onHandshake, info);
		this.tellWritable();
	}

	/** The peer's address, if the TCP class tells it. */
	private remoteAddress(): string | undefined {
		try {
			return this.tcp?.remoteAddress;
		} catch {
			return undefined;
		}
	}

	ended(): void {
		this.finish(new TLSError("closed", "the server closed the connection"));
	}

	failed(error: TLSError): void {
		this.finish(error);
	}

	pause(): void {
		this.schedule();
	}

	// What TCP reports

	transportWritable(count: number): void {
		this.room = wholeCount(count);
		if (this.flags & (Flag.inTCP | Flag.pumping)) this.noteReport(Flag.hasRoom);
		else {
			this.useRoom();
			this.throwAgain();
		}
	}

	transportReadable(count: number): void {
		this.available = wholeCount(count);
		if (this.flags & (Flag.inTCP | Flag.pumping)) this.noteReport(Flag.active);
		else {
			this.flags |= Flag.active;
			this.connection.beginTurn();
			this.pump();
		}
	}

	transportEnded(): void {
		if (this.flags & (Flag.inTCP | Flag.pumping)) this.noteReport(Flag.ended);
		else {
			this.flags |= Flag.ended;
			this.pump();
		}
	}

	/** TCP has reported something while it was called, or while the pump is at work, which looks itself. */
	private noteReport(flag: Flag): void {
		this.flags |= flag;
		if (!(this.flags & Flag.pumping) || flag === Flag.hasRoom) this.schedule();
	}

	/** A method of TCP has thrown: nothing more goes out, and what it still has is all that will come. */
	protected override failTCP(): void {
		this.room = 0;
		this.flags &= ~Flag.inTCP;
		this.noteReport(Flag.ended);
	}

	/** TCP takes bytes: the first time it has connected, later what waits is sent and the application told. */
	private useRoom(): void {
		const connection = this.connection;
		this.flags &= ~Flag.hasRoom;
		if (!this.tcp) return;
		if (this.flags & Flag.connected) {
			this.sendAndTell();
		} else if (isWaitingForClock(this.config!.certificates.clock)) {
			this.flags |= Flag.hasRoom;
			this.timer ??= this.setTimer(CLOCK_WAIT_MS, 0);
		} else {
			this.flags |= Flag.connected;
			connection.connect();
		}
	}

	/** TCP has ended and has nothing more. */
	protected override endTCP(connection: Connection): void {
		if (this.flags & Flag.connected) {
			if (!connection.isWaiting) connection.transportEnded();
			return;
		}
		this.finish(
			new TLSError(
				"transport",
				`no connection to ${endpointName(this.host, this.port)}: it was refused, cut or never made`,
			),
		);
	}

	/**
	 * Goes on with the handshake after a pause, then with what has arrived, and with what was noted or is still to be
	 * told.
	 */
	protected override onTurn(): void {
		const connection = this.connection;
		if (this.flags & Flag.hasRoom) this.useRoom();
		connection.resume();
		this.flags &= ~Flag.hasPiece;
		connection.flush();
		const error = connection.error;
		if (error) this.finish(error);
		if (this.flags & Flag.hasMore) this.tellMore();
		this.pump();
	}

	/** The connection is not open in time. */
	private onTimeout(config: Config): void {
		const { timeout = DEFAULT_TIMEOUT_MS } = config;
		const what = isWaitingForClock(config.certificates.clock)
			? 'the clock, which is not set: set it, such as with SNTP ("clock" is "wait")'
			: this.flags & Flag.connected
				? this.connection.waitsFor
				: `TCP's connection to ${endpointName(this.host, this.port)}`;
		this.finish(
			new TLSError(
				"timeout",
				`the connection was not open after ${timeout} ms: it waited for ${what}; "timeout" sets how long`,
			),
		);
	}

	protected override onTick(): void {
		if (this.flags & Flag.closing) this.finish(new TLSError(CLOSED, "the server did not close in time"));
		else if (this.config) this.onTimeout(this.config);
		else {
			this.connection.answer();
			if (this.flags & Flag.active) this.flags &= ~Flag.active;
			else if (this.tcp) this.onIdle();
		}
	}

	/** Nothing was sent or has come for a while: gives the buffers back, or ends the connection. */
	private onIdle(): void {
		const idleTimeout = this.idleTimeout;
		if (this.flags & Flag.resting) {
			this.finish(
				new TLSError(
					"timeout",
					`nothing was sent or received for ${idleTimeout} ms; "idleTimeout" sets how long that may be`,
				),
			);
			return;
		}
		if (!this.left) this.dropSegment();
		this.connection.release();
		if (idleTimeout) this.rest(Math.max(1, idleTimeout - IDLE_MS));
		else this.stopWatching();
	}

	protected override get isOpen(): boolean {
		return this.connection.isOpen;
	}

	protected override get isAlive(): boolean {
		return this.tcp !== undefined;
	}

	/** Why `write` takes nothing. */
	protected override refusal(): TLSError | RangeError {
		const error = this.connection.error;
		if (error) return error;
		if (!this.tcp || this.flags & Flag.closing) return new TLSError("closed", "the connection is closed");
		if (this.flags & Flag.inTCP) return new RangeError("nothing can be written while a method of TCP is at work");
		if (this.connection.isOpen && !this.connection.isWritable)
			return new TLSError("closed", "nothing can be written after end()");
		if (this.config) return new RangeError("nothing can be written before the connection is open: wait for onWritable");
		return new TLSError(
			"transport",
			"TCP has ended and takes nothing more: the server has closed the connection, or it was cut",
		);
	}

	/** Opens TCP, which may call back at once. */
	private openTCP(io: new (options: object) => TCPSocket, settings: object): void {
		this.flags |= Flag.inTCP;
		try {
			this.tcp = new io(settings);
		} catch (e) {
			this.connection.close();
			this.release();
			throw new TLSError("transport", `TCP can't be opened: ${thrownText(e)}`);
		}
		this.flags &= ~Flag.inTCP;
		if (this.flags & (Flag.hasRoom | Flag.active | Flag.ended)) this.schedule();
	}

	private finish(error: TLSError): void {
		if (!this.tcp) return;
		this.connection.close();
		this.release();
		const onError = this.onError;
		if (onError) this.call(onError, error);
		else if (error.code !== CLOSED && !(this.flags & Flag.closing) && isDebugBuild())
			trace(`TLS: ${error.message} (there is no "onError")\n`);
	}

	private release(): void {
		const tcp = this.tcp;
		this.tcp = undefined;
		this.clearTimers();
		this.dropSegment();
		this.available = 0;
		try {
			tcp?.close();
		} catch {
			// it is closed, or can't be
		}
	}
}
