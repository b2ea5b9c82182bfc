/*
	"tls/engine", the public way to use TLS without TCP: RFC 8448 section 3 through it, and what it refuses.
*/

import { bytes, equal, ok, test, throws } from "test/harness";
import { createEngine } from "tls/engine";
import type { Engine } from "tls/engine";
import { Collector, recordedOptions, sayHellosOf } from "./replay";
import {
	clientAlertRecord,
	clientDataRecord,
	clientFinishedRecord,
	clientHelloRecord,
	serverAlertRecord,
	serverDataRecord,
	serverFlightRecord,
	serverHelloRecord,
	simple,
	ticketRecord,
} from "./rfc8448-records";

const payload = Uint8Array.from({ length: 50 }, (_, i) => i);

function begin(): { engine: Engine; collector: Collector } {
	sayHellosOf(simple);
	const collector = new Collector(),
		engine = createEngine(recordedOptions, "server", collector);
	engine.start();
	goOn(engine, collector);
	return { engine, collector };
}

function goOn(engine: Engine, collector: Collector): void {
	while (collector.isPaused) {
		collector.isPaused = false;
		engine.resume();
	}
}

function feed(engine: Engine, collector: Collector, ...records: Uint8Array[]): void {
	for (const record of records) {
		for (let at = 0; at < record.length && !collector.error; goOn(engine, collector)) at = engine.receive(record, at);
	}
}

test("a whole connection", () => {
	const { engine, collector } = begin();
	equal(collector.take(), clientHelloRecord);
	equal(engine.isOpen, false);
	feed(engine, collector, serverHelloRecord, serverFlightRecord);
	equal([engine.error, engine.isOpen, collector.info?.suite], [undefined, true, "TLS_AES_128_GCM_SHA256"]);
	equal(collector.take(), clientFinishedRecord);
	engine.send(payload);
	equal(collector.take(), clientDataRecord);
	equal(engine.unsent, 0);
	feed(engine, collector, ticketRecord, serverDataRecord);
	equal(engine.readable, payload.length);
	const received = new Uint8Array(payload.length);
	equal([engine.read(received), received, engine.readable], [payload.length, payload, 0]);
	engine.release();
	feed(engine, collector, serverAlertRecord);
	equal(collector.hasEnded, true);
	engine.close();
	equal(collector.take(), clientAlertRecord);
	equal(engine.isOpen, false);
	throws(() => engine.send(payload), "closed");
});

test("each phase of a handshake takes the time between two marks", () => {
	sayHellosOf(simple);
	let now = 1000;
	const collector = new Collector(),
		engine = createEngine({ ...recordedOptions, now: () => now++ }, "server", collector);
	engine.start();
	goOn(engine, collector);
	feed(engine, collector, serverHelloRecord, serverFlightRecord);
	equal(collector.info?.timing?.phases, [1, 1, 1, 1, 1, 1, 1]);
});

test("parts of buffers, and invalid ranges", () => {
	const { engine, collector } = begin();
	const both = new Uint8Array(3 + serverHelloRecord.length);
	both.set(serverHelloRecord, 3);
	equal(engine.receive(both, 3), both.length);
	goOn(engine, collector);
	feed(engine, collector, serverFlightRecord);
	collector.take();
	engine.send(new Uint8Array([9, ...payload, 9]), 1, 51);
	equal(collector.take(), clientDataRecord);
	for (const [start, end] of [
		[-1, 1],
		[2, 1],
		[0, 51],
		[0.5, NaN],
	] as const) {
		throws(() => engine.send(payload, start, end), RangeError);
		throws(() => engine.receive(payload, start, end), RangeError);
	}
});

test("nothing can be sent before the handshake is done, and nothing unauthenticated is received", () => {
	const { engine, collector } = begin();
	throws(() => engine.send(payload), "closed");
	feed(engine, collector, bytes("170303000548656c6c6f"));
	equal([collector.error?.code, engine.error?.code, engine.readable], ["unexpected_message", "unexpected_message", 0]);
	equal(engine.receive(serverHelloRecord), 0);
	equal(collector.info, undefined);
});

test("a transport that ends too early differs from a server that closed", () => {
	const { engine, collector } = begin();
	engine.transportEnded();
	equal(collector.error?.code, "transport");
	const open = begin();
	feed(open.engine, open.collector, serverHelloRecord, serverFlightRecord);
	open.engine.transportEnded();
	equal(open.collector.error?.code, "truncated");
});

test("the engine shows nothing of what a handshake asks of its connection", () => {
	const { engine } = begin();
	for (const name of ["open", "alert", "pause", "connect", "timing", "room", "filled", "connection"])
		ok(!(name in engine), name);
	throws(() => createEngine({}, "server", new Collector()), "configuration");
});

test("a value that converts to a number is not a number of bytes: nothing runs between the checks", () => {
	const { engine, collector } = begin();
	feed(engine, collector, serverHelloRecord, serverFlightRecord);
	collector.take();
	let calls = 0;
	const closing = {
		valueOf(): number {
			// at the last moment before the record is made
			if (++calls > 4) engine.close();
			return 20;
		},
	} as unknown as number;
	throws(() => engine.send(payload, 0, closing), RangeError);
	throws(() => engine.receive(payload, closing, 50), RangeError);
	equal([engine.isOpen, collector.take().length], [true, 0]);
	engine.close();
	ok(collector.take().length > 0, "close_notify");
});
