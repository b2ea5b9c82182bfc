/*
	The driver of a handshake alone: what a pause keeps, what a message after the handshake costs, and what is wiped
	when nobody takes it. And how many records one turn of the event loop handles.
*/

import { equal, join, test, throws } from "test/harness";
import { Connection } from "tls/connection/connection";
import { Driver } from "tls/connection/driver";
import type { Host } from "tls/connection/host";
import type { Events } from "tls/connection/lifecycle";
import { configure } from "tls/configure";
import type { Flow, PostHandshake } from "tls/handshake/link";
import type { Incoming } from "tls/record/incoming";
import type { Outgoing } from "tls/record/outgoing";
import { Accept, HandshakeType, Step } from "tls/wire/numbers";
import type { RecordCipher } from "tls/hardware/aead";

const pinned = { pins: [new Uint8Array(32)], pinsInsteadOfRoots: true };
const FINISHED = Uint8Array.of(20, 0, 0, 1, 7),
	ENCRYPTED_EXTENSIONS = Uint8Array.of(8, 0, 0, 1, 7);

/** Stands in for the connection: `budget` is what a turn may cost. */
class Recorder {
	readonly maxMessage = 1024;
	budget = 8;
	pauses = 0;
	idle = 0;
	readonly spent: number[] = [];

	pause(): void {
		this.pauses++;
	}
	expectAlive(): void {}
	countIdle(): void {
		this.idle++;
	}
	get isSpent(): boolean {
		return this.budget <= 0;
	}
	spend(work: number): void {
		this.budget -= work;
		this.spent.push(work);
	}
}

/** Stands in for the records that arrive: one, whose content is `bytes`. */
class OneRecord {
	buffer: Uint8Array = new Uint8Array(0);
	at = 0;
	end = 0;
	is12 = false;
	have = 0;
	released = 0;
	kept = 0;
	ciphers = 0;

	get isComplete(): boolean {
		return this.at < this.end;
	}
	put(...parts: Uint8Array[]): void {
		this.buffer = join(...parts);
		this.at = 0;
		this.end = this.buffer.length;
	}
	release(): void {
		this.released++;
	}
	next(): void {
		this.kept++;
	}
	protectWith(): void {
		this.ciphers++;
	}
}

interface Made {
	readonly host: Recorder;
	readonly record: OneRecord;
	readonly driver: Driver;
}

function makeDriver(post?: PostHandshake): Made {
	const host = new Recorder(),
		record = new OneRecord(),
		config = post ? undefined : configure(pinned, "localhost");
	const driver = new Driver(
		host as unknown as Host,
		record as unknown as Incoming,
		{} as unknown as Outgoing,
		config,
		post,
	);
	return { host, record, driver };
}

function postOf(receive: () => Flow | undefined): PostHandshake {
	return { owesUpdate: false, expectType() {}, receive, updateKey() {}, requestUpdate() {}, close() {} };
}

test("a pause: nothing is read meanwhile, and the next step is the flow's own", () => {
	const { host, record, driver } = makeDriver();
	const steps: string[] = [];
	function* flow(): Flow {
		yield Accept.encrypted_extensions;
		steps.push(`got ${driver.messageType}`);
		yield Step.pause;
		steps.push(`still ${driver.messageType}`);
		yield Accept.finished;
		steps.push(`got ${driver.messageType}`);
	}
	driver.start(flow());
	equal([driver.isPaused, driver.waitsFor, host.pauses], [false, Accept.encrypted_extensions, 0]);
	record.put(ENCRYPTED_EXTENSIONS, FINISHED);
	driver.readMessages();
	equal([driver.isPaused, host.pauses, record.at], [true, 1, 5]);
	equal(driver.waitsFor, Accept.encrypted_extensions, "what was waited for");
	driver.readMessages();
	equal([record.at, steps.length], [5, 1], "nothing is read while it is paused");
	equal([record.released, record.kept], [0, 0]);
	driver.resume();
	equal(steps, ["got 8", "still 8", "got 20"]);
	equal([driver.isPaused, driver.flow, driver.waitsFor, host.pauses], [false, undefined, 0, 1]);
	equal(record.at, 10);
	equal(host.spent, [5], "the handshake's end");
});

test("a pause before the first message, and a flow that hands on to another", () => {
	const { host, record, driver } = makeDriver();
	function* second(): Flow {
		yield Accept.finished;
	}
	function* first(): Flow {
		yield Step.pause;
		return second();
	}
	driver.start(first());
	equal([driver.isPaused, driver.waitsFor, host.pauses], [true, 0, 1]);
	driver.resume();
	equal([driver.isPaused, driver.waitsFor, host.pauses], [false, Accept.finished, 1]);
	record.put(ENCRYPTED_EXTENSIONS);
	throws(() => driver.readMessages(), "unexpected_message");
});

test("change_cipher_spec in a handshake of TLS 1.3: one byte of value 1, 32 times, and not inside a message", () => {
	const put = ({ record }: Made, ...content: number[]): void => {
		record.put(Uint8Array.of(20, 3, 3, 0, content.length, ...content));
		record.at = 5;
		record.have = record.end;
	};
	const started = (): Made => {
		const made = makeDriver();
		made.driver.start(
			(function* (): Flow {
				yield Accept.encrypted_extensions;
			})(),
		);
		return made;
	};
	const many = started();
	for (let i = 0; i < 32; i++) {
		put(many, 1);
		many.driver.receiveChangeCipherSpec();
	}
	equal([many.record.at, many.driver.waitsFor], [6, Accept.encrypted_extensions], "the flow hears nothing of it");
	put(many, 1);
	throws(() => many.driver.receiveChangeCipherSpec(), "unexpected_message");
	for (const content of [[0], [2], [1, 1], []]) {
		const made = started();
		put(made, ...content);
		throws(() => made.driver.receiveChangeCipherSpec(), "unexpected_message");
	}
	const inside = started();
	inside.record.put(ENCRYPTED_EXTENSIONS.slice(0, 2));
	inside.driver.readMessages();
	equal(inside.driver.hasPart, true);
	put(inside, 1);
	throws(() => inside.driver.receiveChangeCipherSpec(), "unexpected_message");
	const over = makeDriver(postOf(() => undefined));
	put(over, 1);
	throws(() => over.driver.receiveChangeCipherSpec(), "unexpected_message");
});

test("keys change between records, and between messages", () => {
	for (const [content, from, isAllowed] of [
		[ENCRYPTED_EXTENSIONS, 5, true],
		[join(ENCRYPTED_EXTENSIONS, FINISHED.slice(0, 1)), 5, false],
		[ENCRYPTED_EXTENSIONS.slice(0, 2), 0, false],
	] as const) {
		const { record, driver } = makeDriver();
		driver.start(
			(function* (): Flow {
				yield Accept.encrypted_extensions;
				yield Step.pause;
			})(),
		);
		record.put(content);
		driver.readMessages();
		equal(record.at, from || content.length);
		if (isAllowed) driver.readWith({} as RecordCipher);
		else throws(() => driver.readWith({} as RecordCipher), "unexpected_message");
		equal(record.ciphers, 1, "it is taken over first");
	}
});

test("in TLS 1.2 the handshake's end costs nothing more", () => {
	const { host, record, driver } = makeDriver();
	record.is12 = true;
	driver.start(
		(function* (): Flow {
			yield Accept.finished;
		})(),
	);
	record.put(FINISHED);
	driver.readMessages();
	equal([driver.flow, host.spent.length], [undefined, 0]);
});

test("a driver that is closed while it is paused has no flow and waits no more", () => {
	const { record, driver } = makeDriver();
	let ended = 0,
		wiped = 0;
	driver.start(
		(function* (): Flow {
			try {
				yield Step.pause;
			} finally {
				ended++;
			}
		})(),
	);
	driver.wipeAtEnd({ close: () => wiped++ });
	driver.close();
	equal([driver.isPaused, driver.flow, ended, wiped], [false, undefined, 1, 1]);
	driver.close();
	equal([ended, wiped, record.released], [1, 1, 0]);
});

test("each message after the handshake has its price, and the first of a record is read at any", () => {
	for (const [type, price, read] of [
		[HandshakeType.new_session_ticket, 8, 1],
		[HandshakeType.key_update, 2, 4],
		[HandshakeType.certificate_request, 8, 1],
	] as const) {
		const { host, record, driver } = makeDriver(postOf(() => undefined));
		const one = Uint8Array.of(type, 0, 0, 1, 7);
		record.put(one, one, one, one, one);
		driver.readMessages();
		equal(host.spent, Array<number>(read).fill(price), `messages of type ${type}`);
		equal([record.at, driver.isPaused, host.pauses, host.idle], [5 * read, true, 1, read]);
		host.budget = -1;
		driver.resume();
		equal([record.at, host.spent.length], [5 * (read + 1), read + 1], "one in the next turn");
	}
});

test("a message after the handshake that is answered by a flow: that begins with the next turn", () => {
	let begun = 0;
	const { host, record, driver } = makeDriver(
		postOf(() =>
			(function* (): Flow {
				begun++;
				yield Accept.finished;
			})(),
		),
	);
	record.put(Uint8Array.of(HandshakeType.certificate_request, 0, 0, 1, 7), FINISHED);
	driver.readMessages();
	equal([driver.isPaused, host.pauses, begun, record.at], [true, 1, 0, 5]);
	driver.close();
	equal(begun, 0);
});

test("sessions that nobody asked for are wiped with the driver", () => {
	const { driver } = makeDriver();
	const sessions = [1, 2].map(value => new Uint8Array(64).fill(value));
	for (const session of sessions) driver.keepSession(session.buffer as ArrayBuffer);
	driver.close();
	for (const session of sessions) equal(session, new Uint8Array(64));
});

function makeConnection(events: Partial<Events>): Connection {
	const nothing = (): void => {};
	return new Connection(configure(pinned, "localhost"), {
		output: (_bytes, start, end) => end - start,
		opened: nothing,
		readable: nothing,
		ended: nothing,
		failed: nothing,
		pause: nothing,
		...events,
	});
}

test("sessions of a connection that was closed when it opened are wiped, and not handed on", () => {
	let handed = 0;
	const connection: Connection = makeConnection({
		opened: () => connection.close(),
		session: () => handed++,
	});
	const session = new Uint8Array(64).fill(3);
	// what the driver has when the handshake's last step is done
	const driver = { info: {}, sessions: [session.buffer] };
	(connection as unknown as { reportHandshake(from: object): void }).reportHandshake(driver);
	equal([session, handed, driver.sessions], [new Uint8Array(64), 0, undefined]);
});

test("one turn of the event loop handles eight records, and no more", () => {
	let pauses = 0,
		failure = "";
	const connection = makeConnection({ pause: () => pauses++, failed: ({ message }) => (failure = message) });
	connection.connect();
	for (let i = 0; i < 10 && connection.isWaiting; i++) connection.resume();
	pauses = 0;
	// change_cipher_spec means nothing in a handshake of TLS 1.3
	const records = join(...Array<Uint8Array>(32).fill(Uint8Array.of(20, 3, 3, 0, 1, 1)));
	let at = 0;
	for (let turn = 1; turn <= 4; turn++) {
		connection.beginTurn();
		at = connection.receive(records, at, records.length);
		equal([at, pauses], [6 * 8 * turn, turn < 4 ? turn : 3], failure);
	}
	connection.close();
});
