/*
	What runs behind a TLSClient (client.ts), and the only file that touches a socket. It moves bytes between the TCP class that it is given and
	the engine (connection.ts), keeps to the room that TCP has, gives pauses to the event loop, and ends waits that take too long.

	What TCP throws or reports while it is called is looked at when that call has ended.
*/

import type Timer from "timer";
import { asTLSError, TLSError } from "../errors";
import { configureCopy } from "../configure";
import { Connection } from "./connection";
import type { HandshakeInfo } from "../handshake/link";
import type { Events } from "./lifecycle";
import { bindFunctions } from "./socket";
import type { ConnectionOptions, TCPSocket } from "./socket";
import { Flag, IDLE_MS, Turns } from "./turns";
import { expectBuffer, expectRoom, Need, Purpose, roomForBuffer } from "../wire/memory";
import { empty } from "../wire/reader";
import { isWaitingForClock } from "../x509/time";

/** What is read from TCP at a time, in bytes: during the handshake, when memory is short, and after it, when data flows. */
const enum Segment {
	handshake = 128,
	data = 1024,
}

/** From the constructor to the open connection, unless the option `timeout` says otherwise. */
const DEFAULT_TIMEOUT_MS = 30000;

/** How often a connection that waits for the clock looks at it. */
const CLOCK_WAIT_MS = 250;

const READING = -1;

/** Records whose overhead is not promised of TCP's room: writes of the usual sizes then need not be collected. At most a quarter of it. */
const SPARE_RECORDS = 8;

/** Bytes of TCP's room that no small write uses, so that close_notify always goes out. */
const CLOSE_BYTES = 40;

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

/** What runs behind a TLSClient: it stands between TCP and the engine, where the application can't reach it. */
export class TCPTransport<Client> extends Turns<Client> implements Events {
	// XS looks a member up from the first to the last: what each segment of data needs comes first
	readonly connection: Connection;
	/** What was read from TCP: its last `left` bytes are still to be used; READING while TCP fills it. */
	private segment: Uint8Array<ArrayBuffer> = empty;
	private left = 0;
	/** Bytes that wait in TCP. */
	private available = 0;
	private tcp: TCPSocket | undefined;
	/** Constructor options; dropped after the handshake so that certificates can be collected. */
	private options: ConnectionOptions<Client> | undefined;
	override flags = 0;
	/** Bytes that TCP takes now. */
	private room = 0;
	/** Plaintext bytes that the application was told it can write, less those that it has written since. */
	private promised = 0;
	protected override readonly client: Client;
	private readonly onReadable: ConnectionOptions<Client>["onReadable"];
	private readonly onWritable: ConnectionOptions<Client>["onWritable"];
	private readonly onError: ConnectionOptions<Client>["onError"];
	protected override timer: Timer | undefined = undefined;
	protected override idleTimer: Timer | undefined = undefined;
	protected override turn: ((timer: Timer) => void) | undefined = undefined;
	// XS: absent fields
	declare private readonly onSession: ((session: ArrayBuffer) => void) | undefined;
	declare private readonly idleTimeout: number | undefined;

	constructor(client: Client, options: ConnectionOptions<Client>) {
		const { host, address, port, TCP, secure } = options;
		if (!TCP?.io) throw new TLSError("configuration", '"TCP" is missing: { io: the TCP class }');
		super();
		this.client = client;
		this.options = options;
		this.onReadable = options.onReadable;
		this.onWritable = options.onWritable;
		this.onError = options.onError;
		try {
			expectRoom(Need.connectionBytes, Need.connectionSlots, Purpose.connection);
			const config = configureCopy(bindFunctions(secure, client), host ?? address, port);
			const { timeout = DEFAULT_TIMEOUT_MS, idleTimeout, onSession } = config;
			if (onSession) this.onSession = onSession;
			if (idleTimeout) this.idleTimeout = idleTimeout;
			this.connection = new Connection(config, this);
			if (timeout) this.idleTimer = this.setTimer(timeout, 0);
		} catch (e) {
			throw asTLSError(e);
		}
		const settings: Record<string, unknown> = {
			...TCP,
			port,
			target: this,
			onReadable: tcpReadable,
			onWritable: tcpWritable,
			onError: tcpError,
		};
		if (host !== undefined) settings["host"] = host;
		if (address !== undefined) settings["address"] = address;
		this.openTCP(TCP.io, settings);
	}

	close(): void {
		if (!this.tcp) return;
		this.connection.close();
		this.release();
	}

	/** Promises as many plaintext bytes as TCP has room for, and no fewer than before. */
	private promise(): void {
		const connection = this.connection;
		if (!connection.isOpen || this.flags & Flag.ended) return;
		const overhead = connection.overhead,
			all = this.room;
		const room = all - Math.min(all >> 2, SPARE_RECORDS * overhead + (all >> 5)) - connection.unsent;
		const records = Math.ceil(room / (connection.maxFragment + overhead));
		this.promised = Math.max(this.promised, room - records * overhead);
	}

	/**
	 * Sends `bytes`, no more than was promised; returns what is left of that. It fits in however many calls: where so many records would take more
	 * than TCP's room, bytes are collected for one, until all is there or the event loop has its turn.
	 */
	write(bytes: Uint8Array): number {
		const connection = this.connection,
			length = bytes.length,
			promised = this.promised;
		if (this.flags & Flag.ended || !connection.isOpen) throw this.refusal();
		if (length > promised) throw new RangeError(`${length} bytes can't be written, there is room for ${promised}`);
		if (!length) return promised;
		const left = promised - length,
			maxFragment = connection.maxFragment;
		const records = Math.ceil(length / maxFragment) + Math.ceil(left / maxFragment);
		try {
			if (promised + records * connection.overhead <= this.room - connection.unsent - CLOSE_BYTES)
				connection.write(bytes, 0, length);
			else {
				connection.collect(bytes, 0, length, promised);
				if (left) this.schedule();
				else connection.flush();
			}
		} catch (e) {
			// the connection is over: onError is called from the event loop
			this.schedule();
			throw e;
		}
		if (this.flags & Flag.ended) throw this.refusal();
		return (this.promised = left);
	}

	// What the engine reports (Events)

	output(bytes: Uint8Array, start: number, end: number): number {
		const count = Math.min(end - start, this.room);
		const tcp = this.tcp;
		if (!tcp || !count) return 0;
		this.room -= count;
		this.noteActivity();
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

	opened(info: HandshakeInfo): void {
		const secure = this.options!.secure;
		this.options = undefined;
		const address = this.remoteAddress();
		if (address) info.remoteAddress = address;
		this.flags |= Flag.active;
		this.watch();
		this.promise();
		this.call(secure.onHandshake, info);
		this.tellWritable();
	}

	/** The peer's address, where the TCP class tells it. */
	private remoteAddress(): string | undefined {
		try {
			return this.tcp?.remoteAddress;
		} catch {
			return undefined;
		}
	}

	session(session: ArrayBuffer): void {
		this.call(this.onSession, session);
	}

	readable(count: number): void {
		this.call(this.onReadable, count);
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
		this.room = count;
		if (this.flags & (Flag.inTCP | Flag.pumping)) this.noteReport(Flag.hasRoom);
		else {
			this.useRoom();
			this.throwAgain();
		}
	}

	transportReadable(count: number): void {
		this.available = count;
		if (this.flags & (Flag.inTCP | Flag.pumping)) this.noteReport(Flag.active);
		else {
			this.flags |= Flag.active;
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
	private failTCP(): void {
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
			connection.flush();
			this.tellWritable();
		} else if (isWaitingForClock(this.options!.secure.clock)) {
			this.flags |= Flag.hasRoom;
			this.timer ??= this.setTimer(CLOCK_WAIT_MS, 0);
		} else {
			this.flags |= Flag.connected;
			connection.connect();
		}
	}

	/** Moves bytes from TCP to the engine until either has no more or the engine waits, and ends the connection where TCP has. */
	private pump(): void {
		const connection = this.connection;
		this.flags |= Flag.pumping;
		try {
			do
				if (this.left) {
					const segment = this.segment,
						end = segment.length;
					const at = connection.receive(segment, end - this.left, end);
					// a callback may have closed the connection
					if (segment === this.segment) this.left = end - at;
				}
			while (!this.left && !(this.flags & Flag.threw) && this.fill());
		} catch (e) {
			if (this.left === READING) {
				this.left = this.available = 0;
				this.failTCP();
			} else this.failed(asTLSError(e));
		}
		this.flags &= ~Flag.pumping;
		if (this.flags & Flag.threw) this.schedule();
		else if (this.flags & Flag.ended && !this.available && this.tcp) this.endTCP(connection);
		if (this.flags & Flag.active) this.noteActivity();
		this.throwAgain();
	}

	/** TCP has ended and has nothing more. */
	private endTCP(connection: Connection): void {
		if (this.flags & Flag.connected) {
			if (!connection.isWaiting) connection.transportEnded();
			return;
		}
		const { host, address, port } = this.options!;
		this.finish(
			new TLSError("transport", `no connection to ${host ?? address} port ${port}: it was refused, cut or never made`),
		);
	}

	/** Goes on with the handshake after a pause, then with what has arrived, and with what was noted or is still to be told. */
	protected override onTurn(): void {
		const connection = this.connection;
		if (this.flags & Flag.hasRoom) this.useRoom();
		connection.resume();
		connection.flush();
		const error = connection.error;
		if (error) this.finish(error);
		if (this.flags & Flag.hasMore) this.tellMore();
		this.pump();
	}

	/** The connection is not open in time. */
	private onTimeout({
		host,
		address,
		port,
		secure: { timeout = DEFAULT_TIMEOUT_MS, clock },
	}: ConnectionOptions<Client>): void {
		const what = isWaitingForClock(clock)
			? 'the clock, which is not set: set it, such as with SNTP ("clock" is "wait")'
			: this.flags & Flag.connected
				? this.connection.waitsFor
				: `TCP's connection to ${host ?? address} port ${port}`;
		this.finish(
			new TLSError(
				"timeout",
				`the connection was not open after ${timeout} ms: it waited for ${what}; "timeout" sets how long`,
			),
		);
	}

	protected override onTick(): void {
		if (this.options) this.onTimeout(this.options);
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

	/** Reads the next segment from TCP, or bytes of a long record right to their place. Returns false where TCP has none. */
	private fill(): boolean {
		let count = this.available;
		if (!count) return false;
		let size: number = Segment.data;
		// with data, views would be too many
		if (this.options) {
			const connection = this.connection;
			const room = connection.room(count);
			if (room) {
				count = room.length;
				this.available -= count; // before the call, which may report more
				this.left = READING;
				this.tcp!.read(room);
				this.left = 0;
				connection.filled(count);
				return true;
			}
			size = Segment.handshake;
		}
		if (count > size) count = size;
		// TCP fills a buffer whole: one that changes its length takes less memory than one for each read
		let segment = this.segment;
		const length = segment.length;
		if (length !== count) {
			if (segment.buffer.maxByteLength < size) this.segment = segment = this.makeSegment(count, size);
			else {
				// XS: a buffer that grows may be copied
				if (count > length) expectBuffer(count, Purpose.data);
				segment.buffer.resize(count);
			}
		}
		this.available -= count;
		this.left = READING;
		this.tcp!.read(segment);
		this.left = count;
		return true;
	}

	private makeSegment(count: number, size: number): Uint8Array<ArrayBuffer> {
		expectBuffer(size, Purpose.data);
		return new Uint8Array(new ArrayBuffer(count, { maxByteLength: size }));
	}

	private dropSegment(): void {
		this.segment = empty;
		this.left = 0;
	}

	private tellWritable(): void {
		this.promise();
		if (this.promised > 0 && this.connection.isOpen) this.call(this.onWritable, this.promised);
	}

	/**
	 * Returns a buffer of `count` bytes for the application, or of as many as there is room for. Then it is told of the rest later, so that one that
	 * reads once for each `onReadable` gets it, too. Throws "out_of_memory" where there is room for none.
	 */
	bufferFor(count: number): ArrayBuffer {
		const fits = roomForBuffer(count);
		if (fits < count) {
			if (!fits) expectBuffer(1, Purpose.data);
			this.flags |= Flag.hasMore;
			this.schedule();
		}
		return new ArrayBuffer(fits);
	}

	/** Tells the application of what it could not read for want of memory. */
	private tellMore(): void {
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

	/** Why `write` takes nothing. */
	private refusal(): TLSError | RangeError {
		const error = this.connection.error;
		if (error) return error;
		if (!this.tcp) return new TLSError("closed", "the connection is closed");
		if (this.options)
			return new RangeError("nothing can be written before the connection is open: wait for onWritable");
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
			throw new TLSError("transport", `TCP can't be opened: ${String(e)}`);
		}
		this.flags &= ~Flag.inTCP;
		if (this.flags & (Flag.hasRoom | Flag.active | Flag.ended)) this.schedule();
	}

	private finish(error: TLSError): void {
		if (!this.tcp) return;
		this.connection.close();
		this.release();
		this.call(this.onError, error);
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
