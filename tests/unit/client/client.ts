/*
	modules/client.ts before there is a server: what it takes, what it hands to the TCP class, and its format.
*/

import { equal, note, ok, test, throws } from "test/harness";
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
	return new TLSClient({
		host: "localhost",
		port: 8443,
		TCP: { io: FakeTCP, noDelay: true },
		secure,
		...more,
	} as unknown as TLSClientOptions);
}

test("the TCP class gets its own options, and where to go", () => {
	client({ address: "127.0.0.1" }).close();
	equal(made.length, 1);
	const { host, address, port, noDelay } = made[0]!;
	equal([host, address, port, noDelay], ["localhost", "127.0.0.1", 8443, true]);
});

test("TCP's options reach the TCP class from beside secure, and from TCP", () => {
	client({ nodelay: true, keepAlive: 5000, TCP: { io: FakeTCP, special: 7 } }).close();
	const { nodelay, keepAlive, special, io } = made[0]!;
	equal([nodelay, keepAlive, special, io], [true, 5000, 7, undefined]);
	client({ nodelay: false, TCP: { io: FakeTCP, nodelay: true } }).close();
	equal(made[0]!["nodelay"], false, "what stands beside secure is the last word");
});

test("a connected socket is taken over", () => {
	const from = new FakeTCP({});
	client({ from, port: undefined, nodelay: true }).close();
	const options = made[0]!;
	equal([options["from"] === from, options["nodelay"]], [true, true]);
	for (const name of ["host", "address", "port"]) ok(!Object.hasOwn(options, name), name);
	// the name to expect may come from serverName alone
	client({ from, host: undefined, port: undefined, secure: { ...secure, serverName: "localhost" } }).close();
	for (const wrong of [5, "socket", null, true])
		ok(
			throws(() => client({ from: wrong }), "configuration").message.startsWith('"from" must be an object'),
			String(wrong),
		);
	ok(
		throws(() => client({ from, host: undefined, port: undefined }), "configuration").message.includes("serverName"),
		"whose certificate to expect is not known",
	);
});

test("an unknown option beside secure is refused, and the nearest one named", () => {
	for (const [more, words] of [
		[{ timeout: 500 }, /^"timeout" is not an option beside "secure"; options of TLS belong in "secure"/],
		[{ onwritable() {} }, /^"onwritable" is not an option beside "secure": did you mean "onWritable"\?$/],
		[{ keepalive: 5 }, /did you mean "keepAlive"/],
		[{ certificate: "x" }, /belong in "secure", those of the TCP class in "TCP"$/],
		[{ verify: false }, /"verify" is not an option/],
	] as const) {
		const { message } = throws(() => client(more), "configuration");
		ok(words.test(message), message);
		equal(made.length, 0, "a socket was opened");
	}
});

test("the format is buffer or number, at first and later", () => {
	const one = client();
	equal(one.format, "buffer");
	one.format = "number";
	equal(one.format, "number");
	throws(() => {
		one.format = "string" as never;
	}, RangeError);
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

test("the options around secure, with every kind of value", () => {
	const thrower = (): never => {
		throw new Error("not for you");
	};
	const values = [
		null,
		true,
		0,
		-1,
		1.5,
		NaN,
		Infinity,
		65536,
		1e308,
		10n,
		Symbol("s"),
		"",
		"x",
		[],
		{},
		thrower,
		new Uint8Array(4),
		new Proxy({}, { get: thrower, ownKeys: thrower }),
		Object.create(null),
		new Date(0),
		{ io: 5 },
		{ io: null },
		{
			get io(): never {
				return thrower();
			},
		},
	];
	let tried = 0;
	for (const name of ["host", "address", "port", "TCP", "secure", "onReadable", "onWritable", "onError"]) {
		for (let i = 0; i < values.length; i++) {
			tried++;
			try {
				client({ [name]: values[i] }).close();
			} catch (error) {
				const { code, message } = error as { code?: string; message: string };
				equal(code, "configuration", `${name}, value ${i}: ${message}`);
				// what "secure" lacks has names of its own
				ok(
					message.includes(`"${name}"`) || ((name === "secure" || name === "host") && message.includes('"')),
					`${name}, value ${i}: ${message}`,
				);
				equal(made.length, 0, "a socket was opened");
			}
		}
		const getter = Object.defineProperty({ host: "localhost", port: 1, TCP: { io: FakeTCP }, secure }, name, {
			enumerable: true,
			get: thrower,
		});
		equal(
			throws(() => new TLSClient(getter as never), "configuration").message,
			`"${name}" can't be read: its getter or proxy throws`,
		);
	}
	for (const given of [undefined, null, 5, "x", [], thrower]) {
		tried++;
		ok(throws(() => new TLSClient(given as never), "configuration").message.startsWith('"options" must be an object'));
	}
	note(`${tried} values of the options around secure`);
	for (const [more, words] of [
		[{ host: 5 }, '"host" must be a string, not a number'],
		[{ port: "443" }, '"port" must be a number, not a string'],
		[{ port: undefined }, '"port" is missing'],
		[{ port: 0 }, '"port" must be a whole number from 1 to 65535'],
		[{ onError: {} }, '"onError" must be a function, not an object'],
		[{ TCP: FakeTCP }, '"TCP" must be an object, not a function'],
	] as const)
		ok(throws(() => client(more), "configuration").message.startsWith(words));
	// dictionaries of ECMA-419 are handed on with the class that they are for
	client({ io: TLSClient }).close();
	equal(made.length, 1);
});

test("what was checked can't change later", () => {
	made = [];
	let reads = 0;
	const TCP = { io: FakeTCP },
		options = {
			host: "localhost",
			port: 8443,
			TCP,
			secure: { ...secure },
			get onError() {
				reads++;
				return undefined;
			},
		};
	const one = new TLSClient(options as unknown as TLSClientOptions);
	equal(reads, 1);
	one.close();
});

test("options that are wrong are refused before there is a socket", () => {
	for (const [more, words] of [
		[{ TCP: {} }, '"TCP" is missing'],
		[{ secure: { ...secure, onHandshake: "done" } }, '"onHandshake" must be a function, not a string'],
		[{ secure: { ...secure, onHandshakes() {} } }, '"onHandshakes" is not an option'],
		[{ secure: { ...secure, verify: false } }, "can't be switched off"],
		[{ secure: undefined }, "no trust anchor"],
	] as const) {
		const error = throws(() => client(more), "configuration");
		ok(error.message.includes(words), error.message);
		equal(made.length, 0, "a socket was opened");
	}
	client({ secure: { ...secure, onHandshake() {} } }).close();
	equal(made.length, 1);
});
