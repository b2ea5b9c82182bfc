/*
	What runs behind a TLSClient (client.ts), and the only file that touches a socket. It moves octets between the TCP class that it is given and
	the engine (connection.ts), keeps to the room that TCP has, and gives pauses to the event loop.
*/

import Timer from "timer";
import { asTLSError, TLSError } from "../errors";
import { configure } from "../configure";
import type { Options } from "../options";
import { Connection } from "./connection";
import type { Events, HandshakeInfo } from "./connection";
import { Phase } from "../handshake/timing";
import { empty } from "../wire/reader";

/** What is read from TCP at a time, in octets: during the handshake, when memory is short, and after it, when data flows. */
const enum Segment {
	handshake = 128,
	data = 1024,
}

/** Milliseconds without data until the record buffer is given back. */
const IDLE = 100;

/** The part of the ECMA-419 TCP class that is used here. */
export interface TCPSocket {
	read(buffer: Uint8Array): unknown;
	write(buffer: Uint8Array): unknown;
	close(): void;
}

/** How to make a TCP socket: `io` is the class, the rest goes to its constructor. */
export interface TCPOptions {
	readonly io: new (options: any) => TCPSocket;
	readonly [option: string]: unknown;
}

/** The `secure` dictionary: options.ts, and a callback. */
export interface SecureOptions extends Options {
	/** Called when the handshake is done, with what was negotiated and how long it took. */
	onHandshake?: (info: HandshakeInfo) => void;
}

/** What a connection over TCP is made with; `Client` is what its callbacks are called on. */
export interface ConnectionOptions<Client> {
	/** The server's name; also what its certificate must say, unless `secure.serverName` says otherwise. */
	host?: string;
	/** The server's IP address. */
	address?: string;
	port: number;
	TCP: TCPOptions;
	secure: SecureOptions;
	/** `count` octets can be read. */
	onReadable?: (this: Client, count: number) => void;
	/** `count` octets can be written. */
	onWritable?: (this: Client, count: number) => void;
	/** The connection is over: `error.code` is "closed" where the server closed it in good order. */
	onError?: (this: Client, error: TLSError) => void;
}

/** What a TCPTransport knows of TCP, of the application and of itself. */
export const enum Flag {
	/** TCP has connected. */
	connected = 1,
	/** TCP has ended: what waits in it is all that there will be. */
	ended = 2,
	/** `pump` is at work. */
	pumping = 4,
	/** Data flowed since the idle timer fired last. */
	active = 8,
	/** The application reads and writes numbers: one octet each. */
	numbers = 16,
}

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
export class TCPTransport<Client> implements Events {
	// XS looks a member up from the first to the last: what each segment of data needs comes first
	readonly connection: Connection;
	/** What was read from TCP: `from..to` is still to be used. */
	private segment: Uint8Array<ArrayBuffer> = empty;
	private from = 0;
	private to = 0;
	/** Octets that wait in TCP. */
	private available = 0;
	private tcp: TCPSocket | undefined;
	/** Until the handshake is done: what it was given with, such as certificates, may go then. */
	private options: ConnectionOptions<Client> | undefined;
	/** Of Flag: one field takes less than four. */
	flags = 0;
	/** Octets that TCP takes now. */
	private room = 0;
	private readonly client: Client;
	private readonly onReadable: ConnectionOptions<Client>["onReadable"];
	private readonly onWritable: ConnectionOptions<Client>["onWritable"];
	private readonly onError: ConnectionOptions<Client>["onError"];
	private timer: Timer | undefined = undefined;
	/** Looks from time to time whether the record buffer is still in use. */
	private idleTimer: Timer | undefined = undefined;
	/** Made once for a handshake or a transfer, each turn of which takes one. */
	private turn: (() => void) | undefined = undefined;

	constructor(client: Client, options: ConnectionOptions<Client>) {
		const { host, address, port, TCP, secure } = options;
		if (!TCP?.io) throw new TLSError("configuration", '"TCP" is missing: { io: the TCP class }');
		this.client = client;
		this.options = options;
		this.onReadable = options.onReadable;
		this.onWritable = options.onWritable;
		this.onError = options.onError;
		try {
			this.connection = new Connection(configure(secure ?? {}, host ?? address), this);
		}
		catch (e) {
			throw asTLSError(e);
		}
		const settings: Record<string, unknown> = { ...TCP, port, target: this, onReadable: tcpReadable, onWritable: tcpWritable, onError: tcpError };
		if (host !== undefined) settings["host"] = host;
		if (address !== undefined) settings["address"] = address;
		this.tcp = new TCP.io(settings);
	}

	close(): void {
		if (!this.tcp) return;
		this.connection.close();
		this.release();
	}

	/** Octets that `write` takes now. */
	get writable(): number {
		const connection = this.connection;
		if (!connection.isOpen) return 0;
		const room = this.room - connection.unsent;
		const overhead = connection.overhead;
		const records = Math.ceil(room / (connection.maxFragment + overhead));
		return Math.max(0, room - records * overhead);
	}

	// What the engine reports (Events)

	output(bytes: Uint8Array, start: number, end: number): number {
		const count = Math.min(end - start, this.room);
		if (!this.tcp || !count) return 0;
		this.room -= count;
		this.flows();
		this.tcp.write(count === bytes.length ? bytes : bytes.subarray(start, start + count));
		return count;
	}

	opened(info: HandshakeInfo): void {
		const secure = this.options!.secure;
		this.options = undefined;
		secure.onHandshake?.(info);
		this.tellWritable();
	}

	readable(count: number): void {
		this.onReadable?.call(this.client, count);
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
		if (!(this.flags & Flag.connected)) {
			this.flags |= Flag.connected;
			this.connection.timing.mark(Phase.connect);
			this.connection.connect();
			return;
		}
		this.connection.flush();
		this.tellWritable();
	}

	transportReadable(count: number): void {
		this.available = count;
		this.flags |= Flag.active;
		if (!(this.flags & Flag.pumping)) this.pump();
	}

	transportEnded(): void {
		this.flags |= Flag.ended;
		if (!(this.flags & Flag.connected)) {
			const { host, address, port } = this.options!;
			this.finish(new TLSError("transport", `no connection to ${host ?? address} port ${port}`));
		}
		else if (!(this.flags & Flag.pumping))
			this.pump();
	}

	/** Moves octets from TCP to the engine until either has no more or the engine waits. */
	private pump(): void {
		const connection = this.connection;
		this.flags |= Flag.pumping;
		try {
			do
				if (this.from < this.to) this.from = connection.receive(this.segment, this.from, this.to);
			while (this.from === this.to && this.fill());
		}
		finally {
			this.flags &= ~Flag.pumping;
		}
		if (this.flags & Flag.ended && !this.available && !connection.isWaiting) connection.transportEnded();
		if (this.flags & Flag.active) this.flows();
	}

	/** Data flows: from now on a timer looks whether it still does. */
	private flows(): void {
		this.flags |= Flag.active;
		if (!this.idleTimer && this.connection.isOpen) this.idleTimer = Timer.repeat(() => this.onIdle(), IDLE);
	}

	/** Gives the buffers back when nothing was sent or has come for a while. */
	private onIdle(): void {
		if (this.flags & Flag.active) {
			this.flags &= ~Flag.active;
			return;
		}
		Timer.clear(this.idleTimer);
		this.idleTimer = undefined;
		if (this.from === this.to) this.dropSegment();
		this.turn = undefined;
		this.connection.release();
	}

	/** Reads from TCP what there is, but for what does not go into a segment; false where there is nothing. */
	private fill(): boolean {
		let count = this.available;
		if (!count) return false;
		let size: number = Segment.data;
		// with data, views would be too many
		if (this.options) {
			const connection = this.connection;
			const room = connection.room(count);
			if (room) {
				this.tcp!.read(room);
				count = room.length;
				this.available -= count;
				connection.filled(count);
				return true;
			}
			size = Segment.handshake;
		}
		if (count > size) count = size;
		// TCP fills a buffer whole: one that changes its length takes less memory than one for each read
		if (this.to !== count) {
			if (this.segment.buffer.maxByteLength < size) this.segment = new Uint8Array(new ArrayBuffer(count, { maxByteLength: size }));
			else this.segment.buffer.resize(count);
		}
		this.tcp!.read(this.segment);
		this.available -= count;
		this.from = 0;
		this.to = count;
		return true;
	}

	private dropSegment(): void {
		this.segment = empty;
		this.from = this.to = 0;
	}

	private tellWritable(): void {
		const count = this.writable;
		if (count > 0) this.onWritable?.call(this.client, count);
	}

	/** After `read`: what waits behind the record that was read is looked at from the event loop, or by the pump that is at work. */
	pumpLater(): void {
		if (!(this.flags & Flag.pumping)) this.schedule();
	}

	/** Goes on from the event loop: with the handshake after a pause, then with what has arrived. */
	private schedule(): void {
		if (this.timer) return;
		this.turn ??= () => {
			this.timer = undefined;
			this.connection.resume();
			this.pump();
		};
		this.timer = Timer.set(this.turn);
	}

	private finish(error: TLSError): void {
		if (!this.tcp) return;
		this.connection.close();
		this.release();
		this.onError?.call(this.client, error);
	}

	private release(): void {
		Timer.clear(this.timer);
		Timer.clear(this.idleTimer);
		this.timer = this.idleTimer = undefined;
		this.tcp?.close();
		this.tcp = undefined;
		this.dropSegment();
		this.available = 0;
	}
}
