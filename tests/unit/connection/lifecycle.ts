/*
	The states of a connection: each way from one to another, with and without ciphers, and what is said to the peer at
	the end.
*/

import { equal, note, ok, test, throws } from "test/harness";
import { Lifecycle, State } from "tls/connection/lifecycle";
import type { Events } from "tls/connection/lifecycle";
import { TLSError } from "tls/errors";
import type { AuthenticatedPeer } from "tls/handshake/authenticated";
import type { PostHandshake } from "tls/handshake/link";
import type { Incoming } from "tls/record/incoming";
import type { Outgoing } from "tls/record/outgoing";

const WARNING = 1,
	FATAL = 2,
	CLOSE_NOTIFY = 0,
	USER_CANCELED = 90,
	INTERNAL_ERROR = 80,
	UNEXPECTED_MESSAGE = 10;

/** Stands in for the records of one direction. */
class Records {
	isProtected: boolean;
	/** Level and description of each alert. */
	readonly alerts: number[] = [];
	closed = 0;

	constructor(isProtected: boolean) {
		this.isProtected = isProtected;
	}

	add(_type: number, bytes: Uint8Array): void {
		this.alerts.push(bytes[0]!, bytes[1]!);
	}
	flush(): void {}
	close(): void {
		this.closed++;
	}
	unprotect(): void {
		this.closed++;
	}
}

class Probe extends Lifecycle {
	readonly maxMessage = 1024;
	readonly received: Records;
	readonly sent: Records;
	readonly failures: TLSError[];

	constructor(reads: boolean, writes: boolean) {
		const received = new Records(reads),
			sent = new Records(writes),
			failures: TLSError[] = [];
		const events = { failed: (error: TLSError) => failures.push(error), pause() {} } as unknown as Events;
		super(events, received as unknown as Incoming, sent as unknown as Outgoing);
		this.received = received;
		this.sent = sent;
		this.failures = failures;
	}

	go(to: State): boolean {
		return this.enter(to);
	}
	fails(thrown: unknown): void {
		this.fail(thrown);
	}
	get now(): State {
		return this.state;
	}
}

/** In the state `from`, with ciphers as said from then on. */
function probeIn(from: State, reads: boolean, writes: boolean): Probe {
	const probe = new Probe(true, true);
	for (let state = State.open; state <= from; state++) probe.go(state);
	probe.received.isProtected = reads;
	probe.sent.isProtected = writes;
	return probe;
}

const states = [State.handshake, State.open, State.ended, State.closed];

test("from each state to each, with ciphers and without", () => {
	let allowed = 0,
		refused = 0,
		ignored = 0;
	for (const from of states)
		for (const to of states)
			for (const reads of [false, true])
				for (const writes of [false, true]) {
					const probe = probeIn(from, reads, writes),
						what = `${from} to ${to}, ${reads}, ${writes}`;
					equal(probe.now, from, what);
					if (from === State.closed) {
						equal(probe.go(to), false, what);
						equal(probe.now, State.closed, what);
						ignored++;
					} else if (to === State.closed || (to === from + 1 && reads && writes)) {
						equal(probe.go(to), true, what);
						equal(probe.now, to, what);
						allowed++;
					} else {
						throws(() => probe.go(to), "internal");
						equal(probe.now, from, what);
						refused++;
					}
				}
	note(`${allowed} ways are allowed, ${refused} refused, ${ignored} from a closed connection ignored`);
	equal([allowed, refused, ignored], [14, 34, 16]);
});

test("it opens for nobody who was not authenticated, and closes what it has taken over", () => {
	let closed = 0;
	const post = {
		owesUpdate: false,
		expectType() {},
		receive() {},
		updateKey() {},
		requestUpdate() {},
		close() {
			closed++;
		},
	} as PostHandshake;
	const probe = new Probe(true, true);
	throws(() => probe.open({} as AuthenticatedPeer, post), "internal");
	equal(probe.now, State.handshake);
	probe.close();
	equal(closed, 1);
});

test("close says user_canceled and close_notify during the handshake, then close_notify alone, and once", () => {
	for (const [from, alerts] of [
		[State.handshake, [WARNING, USER_CANCELED, WARNING, CLOSE_NOTIFY]],
		[State.open, [WARNING, CLOSE_NOTIFY]],
		[State.ended, [WARNING, CLOSE_NOTIFY]],
		[State.closed, []],
	] as const) {
		const probe = probeIn(from, true, true);
		probe.close();
		probe.close();
		equal(probe.sent.alerts.join(), alerts.join());
		equal(probe.failures.length, 0);
		equal(probe.error, undefined);
	}
});

test("a failure is reported once, with one fatal alert, and nothing after it", () => {
	for (const from of [State.handshake, State.open]) {
		const probe = probeIn(from, true, true);
		probe.fails(new TLSError("unexpected_message", "first"));
		probe.fails(new TLSError("decode_error", "second"));
		probe.transportEnded();
		probe.close();
		equal(probe.sent.alerts.join(), [FATAL, UNEXPECTED_MESSAGE].join());
		equal(probe.failures.length, 1);
		equal(probe.error!.message, "first");
		ok(probe.received.closed > 0 && probe.sent.closed > 0, "the keys are wiped");
		throws(() => probe.expectAlive(), "closed");
		throws(() => probe.pause(), "closed");
	}
	const probe = probeIn(State.open, true, true);
	probe.fails(new RangeError("of ours"));
	equal(probe.sent.alerts.join(), [FATAL, INTERNAL_ERROR].join());
	equal(probe.error!.code, "internal");
});

test("whatever is thrown ends the connection with a TLSError: also what has no text, and proxies whose traps throw", () => {
	const thrower = (): never => {
		throw new Error("not for you");
	};
	const values = [
		Object.create(null),
		Symbol("s"),
		undefined,
		null,
		{ toString: thrower },
		{ [Symbol.toPrimitive]: thrower },
		new Proxy({}, { getPrototypeOf: thrower, get: thrower }),
		10n,
	];
	for (let i = 0; i < values.length; i++) {
		const probe = probeIn(State.open, true, true);
		probe.fails(values[i]);
		equal(probe.failures.length, 1, `value ${i}`);
		equal(probe.failures[0]!.code, "internal", `value ${i}`);
		ok(probe.failures[0]!.message.length > 0, `value ${i}`);
		equal(probe.now, State.closed, `value ${i}`);
	}
	const probe = probeIn(State.open, true, true);
	probe.fails(new Error("hash: not enough native memory or no free key slot (PSA status -141)"));
	equal(probe.error!.code, "out_of_memory");
	equal(probe.error!.message, "hash: not enough native memory or no free key slot (PSA status -141)");
});

test("a failure after close() is not reported", () => {
	const probe = probeIn(State.open, true, true);
	probe.close();
	probe.fails(new TLSError("decode_error", "late"));
	equal(probe.sent.alerts.join(), [WARNING, CLOSE_NOTIFY].join());
	equal(probe.failures.length, 0);
});

test("messages without data: as many as are allowed, and one more", () => {
	const probe = probeIn(State.open, true, true);
	for (let i = 0; i < 256; i++) probe.countIdle();
	throws(() => probe.countIdle(), "unexpected_message");
});

test("TCP's end is truncation where the connection is open, and nothing after close_notify", () => {
	for (const [from, code] of [
		[State.handshake, "transport"],
		[State.open, "truncated"],
		[State.ended, undefined],
		[State.closed, undefined],
	] as const) {
		const probe = probeIn(from, true, true);
		probe.transportEnded();
		equal(probe.error?.code, code);
		equal(probe.sent.alerts.length, 0);
	}
});
