/*
	When a connection over TCP gets its turn: timers, and the application's callbacks. Callbacks are called from the
	event loop only. What they throw is thrown again when all is in order. So a connection goes on, or is dead, and
	never sees a byte twice.
*/

import Timer from "timer";

/** Milliseconds without data until the record buffer is given back; also how late `idleTimeout` may be. */
export const IDLE_MS = 100;

/** What a TCPTransport knows of TCP, of the application and of itself. */
export const enum Flag {
	/** TCP has connected. */
	connected = 1,
	/** TCP has ended: what waits in it is all that there will be. It takes nothing more. */
	ended = 2,
	/** `pump` is at work. */
	pumping = 4,
	/** Data flowed since the idle timer fired last. */
	active = 8,
	/** The application reads and writes numbers: one byte each. */
	numbers = 16,
	/** A method of TCP is at work: what it reports meanwhile is only noted. */
	inTCP = 32,
	/** TCP has reported room meanwhile. */
	hasRoom = 64,
	/** A callback has thrown `thrown`. */
	threw = 128,
	/** Nothing has flowed for IDLE_MS; the idle timer waits for the rest of `idleTimeout`. */
	resting = 256,
	/** Memory had room for a part of what there was to read: the event loop tells the app of the rest. */
	hasMore = 512,
	/** A callback of the application is at work: what it writes is sent when it has returned. */
	calling = 1024,
	/** The application has said that another piece follows what it has written. */
	hasPiece = 2048,
	/** TCP has room for more than was promised: the application is told again after a write. */
	isCapped = 4096,
	/** The application has written since this was last looked at. */
	hasWritten = 8192,
	/** The application has closed the connection, which waits for the server's close_notify (`closeTimeout`). */
	closing = 16384,
	/** The handshake is done. */
	open = 32768,
	/** The segment is one for data. */
	hasSegment = 65536,
}

/** Its fields are set by tcp.ts, in an order of its own. */
export abstract class Turns<Client> {
	/** Of Flag: one field takes less than nine. */
	declare flags: number;
	declare protected readonly client: Client;
	/** For the next turn. */
	declare protected timer?: Timer | undefined;
	/**
	 * Until the connection is open: ends the wait. Then: looks from time to time whether the record buffer is still in
	 * use. XS: absent fields, also the next.
	 */
	declare protected idleTimer?: Timer;
	/** Timer callback, created once and reused for every turn. */
	declare protected timerCallback?: (timer: Timer) => void;
	declare private thrown: unknown;
	declare protected readonly onSession: ((session: ArrayBuffer) => void) | undefined;

	/** Goes on with what waits. */
	protected abstract onTurn(): void;
	/** A callback of the application has returned, and something was written. */
	protected abstract afterCallback(): void;
	/** The idle timer has fired. */
	protected abstract onTick(): void;
	/** True while the idle timer is of use: the connection is open. */
	protected abstract get isOpen(): boolean;
	/** True until the connection has ended. */
	protected abstract get isAlive(): boolean;

	/** Has `onTurn` called from the event loop. */
	protected schedule(): void {
		if (!this.timer && this.isAlive) this.timer = this.setTimer(0, 0);
	}

	protected setTimer(delay: number, repeat: number): Timer {
		return Timer.set((this.timerCallback ??= timer => this.onTimer(timer)), delay, repeat);
	}

	/** Starts the idle timer anew. */
	protected watch(): void {
		if (!this.isOpen) return;
		const idleTimer = this.idleTimer;
		this.flags &= ~Flag.resting;
		if (idleTimer) Timer.schedule(idleTimer, IDLE_MS, IDLE_MS);
		else this.idleTimer = this.setTimer(IDLE_MS, IDLE_MS);
	}

	/** The idle timer fires next after so many milliseconds. */
	protected rest(delay: number): void {
		this.flags |= Flag.resting;
		Timer.schedule(this.idleTimer!, delay, delay);
	}

	/** An idle connection holds no timer, no field of one, and no callback for one. */
	protected stopWatching(): void {
		Timer.clear(this.idleTimer);
		delete this.idleTimer;
		delete this.timerCallback;
		if (!this.timer) delete this.timer;
	}

	protected clearTimers(): void {
		Timer.clear(this.timer);
		this.timer = undefined;
		this.stopWatching();
	}

	/** Calls a callback of the application. What it throws is kept for `throwAgain`. */
	protected call<Value>(callback: ((this: Client, value: Value) => void) | undefined, value: Value): void {
		if (!callback) return;
		this.flags |= Flag.calling;
		try {
			callback.call(this.client, value);
		} catch (e) {
			if (!(this.flags & Flag.threw)) this.thrown = e;
			this.flags |= Flag.threw;
		}
		this.flags &= ~Flag.calling;
		if (this.flags & Flag.hasWritten) this.afterCallback();
	}

	/** Hands the application a session, see Events. */
	session(session: ArrayBuffer): void {
		this.call(this.onSession, session);
	}

	/** All is in order: throws what a callback has thrown. */
	protected throwAgain(): void {
		if (!(this.flags & Flag.threw)) return;
		const thrown = this.thrown;
		this.thrown = undefined;
		this.flags &= ~Flag.threw;
		throw thrown;
	}

	private onTimer(timer: Timer): void {
		if (timer === this.timer) {
			this.timer = undefined;
			this.onTurn();
		} else this.onTick();
		this.throwAgain();
	}
}
