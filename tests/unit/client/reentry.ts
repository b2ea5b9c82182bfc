/*
	An engine whose methods are called while one of them is at work: from the app's functions, and from its events.
*/

import { equal, ok, test, throws } from "test/harness";
import { createEngine } from "tls/engine";
import type { Engine, Events } from "tls/engine";
import type { TLSError } from "tls/errors";

const secure = { pins: [new Uint8Array(32)], pinsInsteadOfRoots: true };

/** An alert, which ends a connection. */
const alert = Uint8Array.of(21, 3, 3, 0, 2, 2, 40);

/** A record with a ServerHello of TLS 1.2 that is nothing but its random. */
function serverHello(): Uint8Array {
	const body = new Uint8Array(38);
	body.set([3, 3], 0);
	const record = new Uint8Array(9 + body.length);
	record.set([22, 3, 3, 0, 4 + body.length, 2, 0, 0, body.length]);
	record.set(body, 9);
	return record;
}

class Watch implements Events {
	failures: TLSError[] = [];
	pauses = 0;
	sent = 0;
	onOutput: (() => void) | undefined;

	output(_bytes: Uint8Array, start: number, end: number): number {
		this.sent += end - start;
		this.onOutput?.();
		return end - start;
	}
	opened(): void {}
	readable(): void {}
	ended(): void {}
	failed(error: TLSError): void {
		this.failures.push(error);
	}
	pause(): void {
		this.pauses++;
	}
}

test("bytes that are handed over while a message is at work are not taken, and asked for again", () => {
	const watch = new Watch();
	let engine: Engine | undefined;
	let taken: number | undefined;
	let isArmed = false;
	const now = (): number => {
		if (isArmed && taken === undefined) taken = engine!.receive(alert);
		return 0;
	};
	engine = createEngine({ ...secure, now }, "server.example", watch);
	engine.start();
	while (!watch.sent) engine.resume();
	isArmed = true;
	const pauses = watch.pauses;
	engine.receive(serverHello());
	equal(taken, 0, "nothing was taken");
	ok(watch.pauses > pauses, "a later call was asked for");
	equal(watch.failures.length, 1);
	equal(watch.failures[0]!.code, "illegal_parameter");
	throws(() => engine!.send(new Uint8Array(1)), "illegal_parameter");
});
