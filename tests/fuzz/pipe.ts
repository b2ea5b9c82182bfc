/*
	TLSClient against a server of the fuzzer in one app: a TCP class whose other end is a Peer. It ends where the input
	says to.
*/

import Timer from "timer";
import { TLSClient } from "tls/client";
import type { SecureOptions } from "tls/client";
import type { TLSError } from "tls/errors";
import type { Peer } from "./peer";

/** Bytes that a pipe takes at a time. */
const ROOM = 5760;

interface SocketOptions {
	onReadable(this: PipeTCP, count: number): void;
	onWritable(this: PipeTCP, count: number): void;
	onError(this: PipeTCP): void;
	target: unknown;
	/** Not TCP's: the other end. */
	plan: Plan;
}

/** What one connection meets. */
export interface Plan {
	readonly peer: Peer;
	/** Bytes of the server's that arrive before the connection ends; Infinity: it does not end by itself. */
	readonly fromServer: number;
	/** Bytes of the client's that arrive before the connection ends. */
	readonly fromClient: number;
}

/** Bytes that went each way in the connection that was made last. */
export const traffic = { fromServer: 0, fromClient: 0 };

/** As much of ECMA-419's TCP class as TLSClient uses. */
class PipeTCP {
	readonly target: unknown;
	private readonly options: SocketOptions;
	private readonly plan: Plan;
	private inbox: Uint8Array[] = [];
	private waiting = 0;
	private received = 0;
	private sent = 0;
	private isEnding = false;
	private isEnded = false;
	private timer: Timer | undefined;

	constructor(options: SocketOptions) {
		this.options = options;
		this.target = options.target;
		this.plan = options.plan;
		this.timer = Timer.set(() => {
			this.timer = undefined;
			options.onWritable.call(this, ROOM);
			this.schedule();
		});
	}

	read(to: Uint8Array): number {
		let at = 0;
		while (at < to.length) {
			const first = this.inbox[0]!;
			const count = Math.min(first.length, to.length - at);
			to.set(first.subarray(0, count), at);
			at += count;
			if (count === first.length) this.inbox.shift();
			else this.inbox[0] = first.subarray(count);
		}
		this.waiting -= at;
		this.schedule();
		return at;
	}

	write(bytes: Uint8Array): void {
		if (this.isEnding) throw new Error("the connection has ended");
		const count = Math.min(bytes.length, this.plan.fromClient - this.sent);
		this.sent += count;
		traffic.fromClient = this.sent;
		if (count) this.plan.peer.receive(bytes.slice(0, count));
		if (count < bytes.length) this.isEnding = true;
		this.schedule();
	}

	close(): void {
		this.isEnded = true;
		if (this.timer) Timer.clear(this.timer);
		this.timer = undefined;
	}

	private schedule(): void {
		if (!this.isEnded) this.timer ??= Timer.set(() => this.turn());
	}

	/** What the server has said arrives, then perhaps the end. */
	private turn(): void {
		const { peer, fromServer } = this.plan;
		this.timer = undefined;
		let arrived = false;
		while (peer.out.length && this.received < fromServer) {
			const bytes = peer.out.shift()!;
			const part = bytes.subarray(0, fromServer - this.received);
			this.received += part.length;
			this.waiting += part.length;
			this.inbox.push(part);
			arrived = true;
		}
		traffic.fromServer = this.received;
		if (this.received >= fromServer) this.isEnding = true;
		if (arrived) {
			this.options.onReadable.call(this, this.waiting);
			this.schedule();
		} else if (this.isEnding && !this.waiting && !this.isEnded) {
			this.isEnded = true;
			this.options.onError.call(this);
		} else if (this.sent) this.options.onWritable.call(this, ROOM);
	}
}

/** How a connection ended. */
export interface Ending {
	readonly code: string;
	readonly message: string;
	/** Calls of onError. */
	readonly errors: number;
	readonly isOpened: boolean;
	readonly received: number;
}

/**
 * One connection, which sends a few bytes once it is open. `done` is called a few turns after it has ended, so that
 * nothing late is missed.
 */
export function connect(plan: Plan, secure: SecureOptions, done: (ending: Ending) => void): void {
	let errors = 0,
		received = 0;
	let isOpened = false,
		isSent = false;
	let failure: TLSError | undefined;
	new TLSClient({
		host: "fuzz.example",
		port: 443,
		TCP: { io: PipeTCP, plan },
		secure: {
			...secure,
			onHandshake() {
				isOpened = true;
			},
		},
		onWritable(count: number) {
			if (isSent || count < 4) return;
			isSent = true;
			try {
				this.write(new Uint8Array(4));
			} catch (error) {
				// TCP has ended in the meantime, which onError tells
				if ((error as TLSError).code !== "transport") throw error;
			}
		},
		onReadable(count: number) {
			received += (this.read(count) as ArrayBuffer).byteLength;
		},
		onError(error: TLSError) {
			failure = error;
			if (++errors > 1) return;
			let turns = 3;
			const wait = (): void => {
				if (--turns) Timer.set(wait);
				else {
					plan.peer.close();
					done({ code: failure!.code, message: failure!.message, errors, isOpened, received });
				}
			};
			Timer.set(wait);
		},
	});
}
