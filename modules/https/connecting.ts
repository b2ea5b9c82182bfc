/*
	How an HTTP client's agent (agent.ts) gets its connection and its turns. It looks the host up, opens a socket, and
	ends waits that take too long.

	Every callback comes from the event loop. What a callback throws is thrown again when all is in order.
*/

import Timer from "timer";
import { asTLSError, thrownText, TLSError } from "../errors";
import { TLSClient } from "../client";
import { expectRoom, Need, Purpose } from "../wire/memory";
import { isAddress, lookUp, openSocket } from "./socket";
import type { HTTPSocket, LookUp, ResolverOptions, SocketEvents, SocketOptions } from "./socket";

/** What an HTTPClient is made with, checked. */
export interface AgentOptions {
	readonly host: string;
	readonly port: number;
	readonly socket: SocketOptions;
	readonly dns: ResolverOptions | undefined;
	readonly timeout: number;
	readonly maxHeaderBytes: number;
	readonly maxHeaders: number;
	readonly onError: ((this: unknown, error: TLSError) => void) | undefined;
	readonly onClose: ((this: unknown, error: TLSError | undefined) => void) | undefined;
}

/** What an agent knows of its connection and of itself. */
export const enum Flag {
	/** `pump` is at work. */
	pumping = 1,
	/** A callback has thrown `thrown`. */
	threw = 2,
	/** The socket has connected. */
	ready = 4,
	/** A request was completed over this connection. */
	reused = 8,
	/** The connection has ended: in good order, or with `endError`. */
	ended = 16,
	/** The client is closed. */
	closed = 32,
	/** The socket has room that the application has not been told of. */
	hasRoom = 64,
}

/** What the client waits for; how long is limited. */
export const enum Step {
	none,
	open,
	send,
	head,
	body,
}

function stepName(step: Step): string {
	switch (step) {
		case Step.open:
			return "the connection was not open";
		case Step.send:
			return "the server took nothing of the request";
		case Step.head:
			return "the server's response had no complete head";
		default:
			return "nothing of the response's body came";
	}
}

/** The part of an Agent that knows its socket and the event loop. */
export abstract class Connecting implements SocketEvents {
	/** Bytes that the socket can give now. */
	available = 0;
	protected socket: HTTPSocket | undefined = undefined;
	/** Of Flag. */
	protected flags = 0;
	/** Bytes that the socket takes now. */
	protected writable = 0;
	/** Bytes of the body that the application was told of and has not read. */
	protected told = 0;
	protected step: Step = Step.none;
	private stepTimer: Timer | undefined = undefined;
	protected turnTimer: Timer | undefined = undefined;
	protected readonly client: unknown;
	protected readonly options: AgentOptions;
	// XS: absent fields
	declare protected lookUp: LookUp | undefined;
	declare protected endError: TLSError | undefined;
	declare private thrown: unknown;
	/** Timer callback, created once for every turn and step: near a full heap each closure is a collection. */
	declare private timerCallback: ((timer: Timer) => void) | undefined;
	/** Of TLS: for the next connection. */
	declare private session: ArrayBuffer | undefined;

	constructor(client: unknown, options: AgentOptions) {
		this.client = client;
		this.options = options;
	}

	abstract socketReadable(count: number): void;
	abstract socketWritable(count: number): void;
	abstract socketEnded(error: unknown): void;
	/** Goes on with what waits. */
	protected abstract onTurn(): void;
	/** Ends all requests, and the client. */
	protected abstract fail(error: TLSError): void;

	protected schedule(): void {
		if (this.turnTimer || this.flags & (Flag.pumping | Flag.closed)) return;
		this.turnTimer = this.setTimer(0);
	}

	/** Has `onTimer` called after so many milliseconds; and again, unless it is 0. */
	private setTimer(interval: number): Timer {
		return Timer.set((this.timerCallback ??= timer => this.onTimer(timer)), interval, interval);
	}

	private onTimer(timer: Timer): void {
		if (timer === this.turnTimer) {
			this.turnTimer = undefined;
			this.onTurn();
		} else this.onTimeout();
		this.throwAgain();
	}

	/** A client that is closed holds no timer, and no callback for one. */
	protected dropTimers(): void {
		Timer.clear(this.turnTimer);
		this.turnTimer = undefined;
		delete this.timerCallback;
	}

	protected startStep(step: Step): void {
		const { timeout } = this.options;
		this.step = step;
		if (step === Step.none || !timeout) {
			Timer.clear(this.stepTimer);
			this.stepTimer = undefined;
		} else if (this.stepTimer) Timer.schedule(this.stepTimer, timeout, timeout);
		else this.stepTimer = this.setTimer(timeout);
	}

	private onTimeout(): void {
		const { timeout } = this.options;
		this.fail(
			new TLSError("timeout", `${stepName(this.step)} within ${timeout} ms; "timeout" sets how long a step may take`),
		);
	}

	/**
	 * Calls a callback of the application: with one value, or with a head's three. What it throws is kept for
	 * `throwAgain`. XS: a rest parameter would be a chunk for each call.
	 */
	protected call(
		callback: ((...values: any[]) => void) | undefined,
		self: unknown,
		value: unknown,
		headers?: Map<string, string>,
		statusText?: string,
	): void {
		if (!callback) return;
		try {
			if (headers) callback.call(self, value, headers, statusText);
			else callback.call(self, value);
		} catch (error) {
			if (!(this.flags & Flag.threw)) this.thrown = error;
			this.flags |= Flag.threw;
		}
	}

	protected throwAgain(): void {
		if (!(this.flags & Flag.threw) || this.flags & Flag.pumping) return;
		const thrown = this.thrown;
		this.thrown = undefined;
		this.flags &= ~Flag.threw;
		throw thrown;
	}

	// The connection

	protected open(): void {
		const { host, dns } = this.options;
		this.startStep(Step.open);
		if (!dns || isAddress(host)) {
			this.connect(isAddress(host) ? host : undefined);
			return;
		}
		let isOver = false;
		try {
			const pending = lookUp(dns, host, (address, error) => {
				isOver = true;
				this.lookUp = undefined;
				if (error) this.fail(error);
				else this.connect(address);
				this.throwAgain();
			});
			// a resolver may know the address at once
			if (!isOver) this.lookUp = pending;
		} catch (error) {
			if (!isOver) this.fail(new TLSError("transport", `the name ${host} can't be looked up: ${thrownText(error)}`));
			else throw error;
		}
	}

	private connect(address: string | undefined): void {
		const { host, port, socket } = this.options;
		try {
			expectRoom(Need.socketBytes, Need.socketSlots, Purpose.connection);
			this.socket = openSocket(socket, { host, port, address }, this.secureOptions(), this);
		} catch (error) {
			this.fail(asTLSError(error));
		}
	}

	/** What TLSClient gets if the application does not say otherwise: HTTP/1.1 as protocol, and the last session. */
	private secureOptions(): object {
		const { io, secure } = this.options.socket;
		// options of a prototype would be lost in a copy, and a pin with them: TLSClient sees them as they are, and
		// refuses them
		if ((io as unknown) !== TLSClient || !secure || Object.getPrototypeOf(secure) !== Object.prototype) return {};
		const own: Record<string, unknown> = { ...secure };
		own["applicationLayerProtocolNegotiation"] ??= "http/1.1";
		if (!own["session"] && !own["onSession"] && !own["sessions"]) {
			if (this.session) own["session"] = this.session;
			own["onSession"] = (session: ArrayBuffer) => {
				this.session = session;
			};
		}
		this.session = undefined;
		return { secure: own };
	}

	protected dropSocket(): void {
		const { socket } = this;
		this.lookUp?.close();
		this.lookUp = this.socket = this.endError = undefined;
		this.available = this.writable = this.told = 0;
		this.flags &= Flag.pumping | Flag.threw | Flag.closed;
		this.startStep(Step.none);
		try {
			socket?.close();
		} catch {
			// it is closed, or can't be
		}
	}

	protected noConnection(): TLSError {
		const { host, port } = this.options;
		return new TLSError("transport", `no connection to ${host} port ${port}`);
	}

	/**
	 * The connection takes and gives nothing more. With TLS only close_notify is a good end; TCP's can't be told from a
	 * cut.
	 */
	protected noteEnd(error: unknown): void {
		this.flags |= Flag.ended;
		this.writable = 0;
		const code = (error as Partial<TLSError> | undefined)?.code;
		if (code === "closed" || (error === undefined && !this.options.socket.secure)) return;
		this.available = 0;
		if (error instanceof TLSError) this.endError = error;
		else if (error instanceof Error) this.endError = new TLSError("transport", error.message);
		else this.endError = new TLSError("truncated", "the connection ended without close_notify");
	}
}
