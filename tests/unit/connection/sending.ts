/*
	What an application sends over TCP, and when a connection gets its turn: promises, pieces, callbacks that throw, and
	timers. TCP and the engine are stand-ins.
*/

import { equal, test, throws } from "test/harness";
import Timer from "timer";
import type { Connection } from "tls/connection/connection";
import { Sending } from "tls/connection/sending";
import type { ConnectionOptions, TCPSocket, WriteOptions } from "tls/connection/socket";
import { Flag } from "tls/connection/turns";
import { TLSError } from "tls/errors";

interface Collected {
	readonly length: number;
	readonly expected: number;
}

/** Stands in for the engine. */
class Engine {
	isWritable = true;
	hasUnsent = false;
	unsent = 0;
	readonly overhead = 22;
	readonly maxFragment = 100;
	flushes = 0;
	readonly collected: Collected[] = [];
	onCollect: (() => void) | undefined = undefined;

	collect(_bytes: Uint8Array, start: number, end: number, expected: number): void {
		this.collected.push({ length: end - start, expected });
		this.onCollect?.();
	}
	flush(): void {
		this.flushes++;
	}
}

class Probe extends Sending<Probe> {
	readonly engine = new Engine();
	readonly told: number[] = [];
	/** Bytes of each write to TCP, and if the flag said so meanwhile. */
	readonly written: (readonly [number, boolean])[] = [];
	tcpThrows = false;
	failures = 0;
	turns = 0;
	open = true;
	alive = true;

	constructor(promised: number) {
		super();
		const self = this as unknown as Record<string, unknown>;
		self["connection"] = this.engine as unknown as Connection;
		self["client"] = this;
		self["onWritable"] = function (this: Probe, count: number): void {
			this.told.push(count);
		} satisfies ConnectionOptions<Probe>["onWritable"];
		self["tcp"] = {
			write: (bytes: Uint8Array): void => {
				this.written.push([bytes.length, (this.flags & Flag.inTCP) !== 0]);
				if (this.tcpThrows) throw new Error("no TCP");
			},
		} as unknown as TCPSocket;
		this.flags = 0;
		this.room = 0;
		this.promised = promised;
	}

	protected refusal(): TLSError {
		return new TLSError("closed", "refused");
	}
	protected failTCP(): void {
		this.failures++;
	}
	protected onTurn(): void {
		this.turns++;
	}
	protected onTick(): void {}
	protected get isOpen(): boolean {
		return this.open;
	}
	protected get isAlive(): boolean {
		return this.alive;
	}

	send(length: number, options?: object): number {
		return this.write(new Uint8Array(length), options as WriteOptions | undefined);
	}
	/** What it promises where TCP has room for so much. */
	promiseFor(room: number): number {
		this.room = room;
		this.promise();
		return this.promised;
	}
	calls(callback: (this: Probe, value: number) => void): void {
		this.call(callback, 7);
	}
	has(flag: Flag): boolean {
		return (this.flags & flag) !== 0;
	}
	get isScheduled(): boolean {
		return this.timer !== undefined;
	}
	get isWatching(): boolean {
		return this.idleTimer !== undefined;
	}
	expose() {
		return {
			after: () => this.afterCallback(),
			throwAgain: () => this.throwAgain(),
			tell: () => this.sendAndTell(),
			schedule: () => this.schedule(),
			watch: () => this.watch(),
			clear: () => this.clearTimers(),
			give: (room: number) => (this.room = room),
			left: () => this.room,
			promised: () => this.promised,
			timer: () => this.timer,
			fire: (timer: unknown) => (this as unknown as { onTimer(timer: unknown): void }).onTimer(timer),
			drop: () => (this.tcp = undefined),
		};
	}
}

function probing(promised: number, body: (probe: Probe, inside: ReturnType<Probe["expose"]>) => void): void {
	const probe = new Probe(promised),
		inside = probe.expose();
	try {
		body(probe, inside);
	} finally {
		inside.clear();
	}
}

test("as much can be written as was promised, and no byte more", () => {
	probing(10, (probe, { promised }) => {
		throws(() => probe.send(11), RangeError);
		equal([promised(), probe.engine.collected.length, probe.isScheduled], [10, 0, false]);
		equal([probe.send(4), probe.send(6), probe.send(0)], [6, 0, 0]);
		throws(() => probe.send(1), RangeError);
		equal(
			probe.engine.collected.map(({ length }) => length),
			[4, 6],
		);
	});
});

test("the engine is told how much follows, as far as it was promised", () => {
	for (const [byteLength, expected] of [
		[undefined, 5],
		[4, 5],
		[5, 5],
		[6, 6],
		[9, 9],
		[10, 10],
		[11, 10],
		[1e9, 10],
		["9", 5],
		[NaN, 5],
	] as const)
		probing(10, probe => {
			probe.send(5, { byteLength, more: true });
			equal(probe.engine.collected[0]!.expected, expected, String(byteLength));
		});
});

test("nothing is taken when TCP has ended, from inside TCP, and when nothing can be written", () => {
	for (const change of [
		(probe: Probe) => (probe.flags |= Flag.ended),
		(probe: Probe) => (probe.flags |= Flag.inTCP),
		(probe: Probe) => (probe.engine.isWritable = false),
	])
		probing(10, probe => {
			change(probe);
			throws(() => probe.send(1), "closed");
			equal(probe.engine.collected.length, 0);
		});
	// it ends while it is written
	probing(10, (probe, { promised }) => {
		probe.engine.onCollect = () => (probe.flags |= Flag.ended);
		throws(() => probe.send(1), "closed");
		equal(promised(), 10);
	});
	probing(10, probe => {
		probe.engine.onCollect = () => {
			throw new TLSError("internal", "of the engine");
		};
		throws(() => probe.send(1), "internal");
		equal(probe.isScheduled, true, "onError is called from the event loop");
	});
});

test("what is written goes out when the callback ends or in the next turn; a piece waits for the next", () => {
	for (const [more, calling, scheduled] of [
		[false, false, true],
		[false, true, false],
		[true, false, true],
		[true, true, true],
	] as const)
		probing(10, (probe, { after }) => {
			if (calling) probe.flags |= Flag.calling;
			probe.send(1, { more });
			equal([probe.isScheduled, probe.has(Flag.hasPiece), probe.has(Flag.hasWritten)], [scheduled, more, true]);
			probe.engine.hasUnsent = true;
			after();
			equal([probe.engine.flushes, probe.has(Flag.hasWritten)], [more ? 0 : 1, false]);
		});
	probing(10, (probe, { after }) => {
		probe.send(1, { more: true });
		probe.send(1);
		equal(probe.has(Flag.hasPiece), false, "the last piece");
		after();
		equal(probe.engine.flushes, 0, "nothing waits");
	});
});

test("where TCP has room for more than was promised, a write asks for the next promise", () => {
	for (const isCapped of [false, true])
		probing(10, (probe, { after }) => {
			if (isCapped) probe.flags |= Flag.isCapped;
			probe.flags |= Flag.calling;
			probe.send(1);
			equal([probe.has(Flag.hasRoom), probe.isScheduled], [isCapped, false]);
			after();
			equal(probe.isScheduled, isCapped);
		});
});

test("a promise leaves room for the records' overhead, fills 20 records at most, and does not fall", () => {
	// of 1,000 bytes 207 are spare; 7 records take 154 of the rest
	probing(0, probe => {
		equal([probe.promiseFor(1000), probe.has(Flag.isCapped)], [639, false]);
		equal([probe.promiseFor(500), probe.promiseFor(0)], [639, 639]);
		equal([probe.promiseFor(10_000), probe.has(Flag.isCapped)], [2000, true]);
		equal([probe.promiseFor(1000), probe.has(Flag.isCapped)], [2000, false]);
	});
	probing(0, probe => {
		probe.engine.unsent = 100;
		equal(probe.promiseFor(1000), 561);
	});
	// a quarter is spare of little room
	probing(0, probe => equal(probe.promiseFor(100), 53));
});

test("the application learns how much it may write, once it can write anything", () => {
	probing(0, (probe, { tell, give }) => {
		probe.flags = Flag.hasRoom | Flag.hasPiece;
		tell();
		equal([probe.engine.flushes, probe.told.length, probe.flags], [1, 0, 0]);
		give(1000);
		tell();
		equal(probe.told, [639]);
		probe.engine.isWritable = false;
		tell();
		probe.engine.isWritable = true;
		probe.flags |= Flag.ended;
		tell();
		equal([probe.told.length, probe.engine.flushes], [1, 4]);
	});
});

test("TCP gets what it has room for, and is not asked from inside itself", () => {
	probing(0, (probe, { give, left, drop }) => {
		const bytes = new Uint8Array(50);
		equal([probe.output(bytes, 0, 50), probe.written.length], [0, 0], "no room");
		equal([probe.has(Flag.active), probe.isWatching], [false, false]);
		give(60);
		equal([probe.output(bytes, 0, 50), left()], [50, 10]);
		equal([probe.has(Flag.active), probe.isWatching, probe.has(Flag.inTCP)], [true, true, false]);
		equal([probe.output(bytes, 20, 50), left()], [10, 0]);
		equal(probe.written, [
			[50, true],
			[10, true],
		]);
		give(5);
		probe.tcpThrows = true;
		equal([probe.output(bytes, 0, 50), probe.failures], [0, 1]);
		give(5);
		drop();
		equal([probe.output(bytes, 0, 50), left()], [0, 5]);
	});
});

test("what callbacks throw is thrown again once, the first of it, and the next callback is called", () => {
	probing(0, (probe, { throwAgain }) => {
		let seen: unknown[] = [];
		probe.calls(function (value) {
			seen = [this === probe, value, probe.has(Flag.calling)];
			throw new Error("the first");
		});
		equal([seen, probe.has(Flag.calling), probe.has(Flag.threw)], [[true, 7, true], false, true]);
		probe.calls(() => {
			throw new Error("the second");
		});
		equal(throws(throwAgain).message, "the first");
		throwAgain();
		probe.calls(() => {
			throw new Error("the third");
		});
		equal(throws(throwAgain).message, "the third");
	});
});

test("one timer for the next turn, while the connection is alive, and none when it has come", () => {
	probing(0, (probe, { schedule, timer, fire, clear }) => {
		probe.alive = false;
		schedule();
		equal(probe.isScheduled, false);
		probe.alive = true;
		schedule();
		const first = timer();
		schedule();
		equal([first !== undefined, timer() === first], [true, true]);
		fire(first);
		equal([probe.turns, probe.isScheduled], [1, false]);
		Timer.clear(first);
		schedule();
		clear();
		equal(probe.isScheduled, false);
	});
});

test("an idle connection is watched while it is open, from new data on", () => {
	probing(0, (probe, { watch, clear }) => {
		probe.open = false;
		watch();
		equal(probe.isWatching, false);
		probe.open = true;
		probe.flags |= Flag.resting;
		watch();
		equal([probe.isWatching, probe.has(Flag.resting)], [true, false]);
		clear();
		equal(probe.isWatching, false);
	});
});
