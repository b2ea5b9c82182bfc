/*
	modules/client.ts before there is a server: what it takes, what it hands to the TCP class, and its format.
*/

import { equal, ok, test, throws } from "test/harness";
import { TLSClient } from "tls/client";
import type { TLSClientOptions } from "tls/client";

let made: Record<string, unknown>[] = [];

class FakeTCP {
	isClosed = false;

	constructor(options: Record<string, unknown>) {
		made.push(options);
	}

	read(): void {}
	write(): void {}

	close(): void {
		this.isClosed = true;
	}
}

const secure = { pins: [new Uint8Array(32)], pinsInsteadOfRoots: true };

function client(more: object = {}): TLSClient {
	made = [];
	return new TLSClient({ host: "localhost", port: 8443, TCP: { io: FakeTCP, noDelay: true }, secure, ...more } as unknown as TLSClientOptions);
}

test("the TCP class gets its own options, and where to go", () => {
	client({ address: "127.0.0.1" }).close();
	equal(made.length, 1);
	const { host, address, port, noDelay } = made[0]!;
	equal([host, address, port, noDelay], ["localhost", "127.0.0.1", 8443, true]);
});

test("the format is buffer or number, at first and later", () => {
	const one = client();
	equal(one.format, "buffer");
	one.format = "number";
	equal(one.format, "number");
	throws(() => { one.format = "string" as never; }, RangeError);
	equal(one.format, "number");
	one.format = "buffer";
	equal(one.format, "buffer");
	one.close();
	equal(client({ format: "number" }).format, "number");
	for (const format of ["string", "", null, 1]) {
		throws(() => client({ format }), RangeError);
		equal(made.length, 0, "a socket was opened");
	}
});

test("options that are wrong are refused before there is a socket", () => {
	for (const [more, words] of [
		[{ TCP: {} }, '"TCP" is missing'],
		[{ secure: { ...secure, onHandshake: "done" } }, '"onHandshake" must be a function, not a string'],
		[{ secure: { ...secure, onHandshakes() {} } }, '"onHandshakes" is no option'],
		[{ secure: { ...secure, verify: false } }, "can't be switched off"],
		[{ secure: undefined }, "whom to trust is not said"],
	] as const) {
		const error = throws(() => client(more), "configuration");
		ok(error.message.includes(words), error.message);
		equal(made.length, 0, "a socket was opened");
	}
	client({ secure: { ...secure, onHandshake() {} } }).close();
	equal(made.length, 1);
});
