/*
	Requests, and what becomes of their connection: the queue, keep-alive, a connection that has gone stale, what is sent of a body, time, and what an application may
	not put into a request.
*/

import { equal, ok, test, throws } from "test/harness";
import { HTTPClient } from "tls/https";
import type { HTTPClientOptions, HTTPRequest, RequestOptions } from "tls/https";
import { TLSError } from "tls/errors";
import { FakeSocket, goodbye, latin, newClient, newOutcome, noting, turn, until } from "test/unit/https/peer";

const hello = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

/** Waits for the nth request over a socket, and answers it. */
async function answer(socket: () => FakeSocket | undefined, nth: number, response = hello): Promise<void> {
	await until(() => (socket()?.sent.split("\r\n\r\n").length ?? 0) > nth, `request ${nth}`);
	socket()!.feed(latin(response));
}

const first = (): FakeSocket | undefined => FakeSocket.all[0];
const second = (): FakeSocket | undefined => FakeSocket.all[1];

test("the request's line and headers", async () => {
	FakeSocket.reset();
	const client = newClient({ port: 8443 });
	client.request({
		path: "/a?b=c",
		headers: new Map<string, string | string[]>([
			["Accept", ["a", "b"]],
			["X", " y "],
		]),
	});
	await until(() => (first()?.sent.length ?? 0) > 0);
	equal(first()!.sent, "GET /a?b=c HTTP/1.1\r\nAccept: a\r\nAccept: b\r\nX: y\r\nhost: server.example:8443\r\n\r\n");
	equal(first()!.options["host"], "server.example");
	equal(first()!.options["port"], 8443);
	client.close();
	ok(first()!.isClosed);
});

test("host, as a name, an address, with a port, and given", async () => {
	for (const [options, expected] of [
		[{}, "server.example"],
		[{ port: 443 }, "server.example"],
		[{ port: 80 }, "server.example:80"],
		[{ host: "::1" }, "[::1]"],
		[{ host: "::1", port: 8 }, "[::1]:8"],
		[{ socket: { io: FakeSocket } }, "server.example"],
		[{ socket: { io: FakeSocket }, port: 443 }, "server.example:443"],
	] as [Partial<HTTPClientOptions>, string][]) {
		FakeSocket.reset();
		const client = newClient(options);
		client.request({});
		await until(() => (first()?.sent.length ?? 0) > 0);
		equal(first()!.sent, `GET / HTTP/1.1\r\nhost: ${expected}\r\n\r\n`);
		equal(first()!.options["address"], options.host);
		client.close();
	}
});

test("requests wait in a queue, and go over one connection", async () => {
	FakeSocket.reset();
	const outcomes = [newOutcome(), newOutcome(), newOutcome()];
	const client = newClient();
	for (const outcome of outcomes) client.request({ ...noting(outcome), path: `/${outcomes.indexOf(outcome)}` });
	for (let i = 1; i <= 3; i++) {
		await answer(first, i);
		await until(() => outcomes[i - 1]!.dones === 1);
		equal(outcomes[i]?.heads ?? 0, 0);
	}
	equal(FakeSocket.all.length, 1);
	equal(
		outcomes.map(({ body }) => body),
		["hello", "hello", "hello"],
	);
	ok(/^GET \/0 .*GET \/1 .*GET \/2 /s.test(first()!.sent));
	client.close();
});

test("a request made in a callback of the one before", async () => {
	FakeSocket.reset();
	const one = newOutcome(),
		two = newOutcome();
	const client = newClient();
	client.request({
		...noting(one),
		onDone(error) {
			equal(error, null);
			client.request(noting(two));
		},
	});
	await answer(first, 1);
	await answer(first, 2);
	await until(() => two.dones === 1);
	equal(two.body, "hello");
	client.close();
});

for (const [name, response, headers] of [
	["the server closes", "HTTP/1.1 200 OK\r\nConnection: x, Close\r\ncontent-length: 5\r\n\r\nhello", []],
	["the server is of HTTP/1.0", "HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello", []],
	["the application closes", hello, [["connection", "close"]]],
] as [string, string, [string, string][]][]) {
	test(`a new connection where ${name}`, async () => {
		FakeSocket.reset();
		const one = newOutcome(),
			two = newOutcome();
		let closes = 0;
		const client = newClient({ onClose: error => void (closes += error ? 100 : 1) });
		client.request({ ...noting(one), headers });
		client.request(noting(two));
		await answer(first, 1, response);
		await answer(second, 1);
		await until(() => two.dones === 1);
		ok(first()!.isClosed);
		equal([one.body, two.body, closes], ["hello", "hello", 1]);
		client.close();
	});
}

test("bytes behind a response are given to no other request", async () => {
	for (const later of [false, true]) {
		FakeSocket.reset();
		const one = newOutcome(),
			two = newOutcome();
		const closes: string[] = [];
		const client = newClient({ onClose: error => void closes.push(String(error)) });
		client.request(noting(one));
		if (!later) client.request(noting(two));
		const extra = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil";
		await answer(first, 1, later ? hello : hello + extra);
		await until(() => one.dones === 1);
		if (later) {
			first()!.feed(latin(extra));
			client.request(noting(two));
		}
		await answer(second, 1);
		await until(() => two.dones === 1);
		equal([one.body, two.body, one.error, two.error], ["hello", "hello", null, null]);
		ok(closes[0]!.includes("bytes that no request asked for"), closes[0]!);
		ok(first()!.isClosed);
		client.close();
	}
});

const cut = new TLSError("truncated", "TCP was cut");

test("a kept connection that has ended: a request that changes nothing is sent again, once", async () => {
	for (const [method, error, isRepeated] of [
		["GET", goodbye(), true],
		["GET", cut, true],
		["HEAD", cut, true],
		["DELETE", cut, true],
		["POST", cut, false],
		["PATCH", cut, false],
		["GET", new TLSError("bad_record_mac", "a record is forged"), false],
	] as [string, TLSError, boolean][]) {
		FakeSocket.reset();
		const one = newOutcome(),
			two = newOutcome();
		const client = newClient({ onError: error => void one.errors.push(error) });
		client.request(noting(one));
		await answer(first, 1);
		await until(() => one.dones === 1);
		client.request({ ...noting(two), method });
		await until(() => first()!.sent.split("\r\n\r\n").length > 2);
		first()!.end(error);
		if (isRepeated) {
			await until(() => FakeSocket.all.length === 2, `${method} a second time`);
			await until(() => second()!.sent.startsWith(`${method} `));
			second()!.end(cut);
			await turn();
		}
		await until(() => two.dones === 1, `${method}'s end`);
		equal(FakeSocket.all.length, isRepeated ? 2 : 1);
		ok(two.error, method);
		equal(one.errors.length, 1);
		throws(() => client.request({}), "closed");
	}
});

test("a new connection that ends at once is no stale one", async () => {
	FakeSocket.reset();
	const one = newOutcome();
	const client = newClient();
	client.request(noting(one));
	await until(() => (first()?.sent.length ?? 0) > 0);
	first()!.end(cut);
	await until(() => one.dones === 1);
	equal([one.error?.code, FakeSocket.all.length], ["truncated", 1]);
});

test("a connection that ends while nothing runs: onClose, and a new one for the next request", async () => {
	for (const error of [goodbye(), cut]) {
		FakeSocket.reset();
		const one = newOutcome(),
			two = newOutcome();
		const closes: (TLSError | undefined)[] = [];
		const client = newClient({ onClose: error => void closes.push(error) });
		client.request(noting(one));
		await answer(first, 1);
		await until(() => one.dones === 1);
		first()!.end(error);
		await turn();
		equal(closes.length, 1);
		equal(closes[0]?.code, error === cut ? "truncated" : undefined);
		client.request({ ...noting(two), method: "POST" });
		await answer(second, 1);
		await until(() => two.dones === 1);
		equal(two.body, "hello");
		client.close();
	}
});

test("a failure ends all requests with one error", async () => {
	FakeSocket.reset();
	const outcomes = [newOutcome(), newOutcome()];
	const errors: TLSError[] = [];
	const client = newClient({
		onError(error) {
			ok(this === client);
			errors.push(error);
		},
	});
	for (const outcome of outcomes) client.request(noting(outcome));
	await until(() => (first()?.sent.length ?? 0) > 0);
	const wrong = new TLSError("wrong_name", "the server's certificate is for other.example");
	first()!.end(wrong);
	await turn();
	ok(outcomes.every(({ error, dones }) => error === wrong && dones === 1));
	ok(errors.length === 1 && errors[0] === wrong);
});

test("a constructor that throws, and a name without an address", async () => {
	for (const [options, says] of [
		[
			{
				socket: {
					io: class {
						constructor() {
							throw new Error("no memory for a socket");
						}
					} as never,
				},
			},
			"no memory for a socket",
		],
		[
			{
				dns: {
					io: class {
						resolve({ onError }: { onError(): void }) {
							onError();
						}
					} as never,
				},
			},
			"the name server.example has no address",
		],
		[
			{
				dns: {
					io: class {
						resolve() {
							throw new Error("too many look-ups");
						}
					} as never,
				},
			},
			"can't be looked up: Error: too many look-ups",
		],
	] as [Partial<HTTPClientOptions>, string][]) {
		const one = newOutcome();
		newClient(options).request(noting(one));
		await until(() => one.dones === 1);
		equal(one.error?.code, "transport");
		ok(String(one.error).includes(says), String(one.error));
	}
});

test("a resolver gives the address, and is not asked for one", async () => {
	let asked = 0;
	const dns = {
		io: class {
			resolve({ host, onResolved }: { host: string; onResolved(host: string, address: string): void }) {
				asked++;
				onResolved(host, "192.0.2.1");
			}
		} as never,
	};
	for (const [host, address] of [
		["server.example", "192.0.2.1"],
		["192.0.2.7", "192.0.2.7"],
		["2001:db8::1", "2001:db8::1"],
	] as const) {
		FakeSocket.reset();
		const client = newClient({ host, dns });
		client.request({});
		await until(() => FakeSocket.all.length === 1);
		equal(first()!.options["address"], address);
		await until(() => first()!.sent.length > 0, "the request");
		client.close();
	}
	equal(asked, 1);
});

test("a body with a length, in the room that there is", async () => {
	FakeSocket.reset();
	FakeSocket.room = 100;
	const one = newOutcome();
	const client = newClient();
	let left = 250;
	const counts: number[] = [];
	client.request({
		...noting(one),
		method: "PUT",
		headers: [["Content-Length", "250"]],
		onWritable(count) {
			counts.push(count);
			ok(count <= left);
			throws(() => this.write(new Uint8Array(count + 1)), RangeError);
			left -= count;
			this.write(latin("x".repeat(count)));
		},
	});
	for (let i = 0; i < 5; i++) {
		await until(() => i > 0 || first() !== undefined);
		await turn();
		first()!.openRoom();
		await turn();
	}
	equal(left, 0);
	ok(first()!.sent.endsWith(`\r\n\r\n${"x".repeat(250)}`));
	ok(counts.length > 2);
	first()!.feed(latin(hello));
	await until(() => one.dones === 1);
	equal(one.error, null);
	client.close();
});

test("a chunked body", async () => {
	FakeSocket.reset();
	const one = newOutcome();
	const client = newClient();
	let turns = 0;
	client.request({
		...noting(one),
		method: "POST",
		headers: [["transfer-encoding", "chunked"]],
		onWritable(count) {
			if (turns++) return;
			const left = this.write(latin("hello"));
			equal(left, count - 10);
			equal(this.write(latin("x".repeat(31))), left - 31 - 6);
			this.write(new Uint8Array(0));
			this.write();
			equal(this.write.length, 1);
			throws(() => this.write(latin("more")), RangeError);
		},
	});
	await until(() => first()?.sent.endsWith("0\r\n\r\n") ?? false);
	ok(first()!.sent.endsWith(`\r\n\r\n5\r\nhello\r\n1f\r\n${"x".repeat(31)}\r\n0\r\n\r\n`), first()!.sent);
	equal(first()!.writes.slice(1), ["3+", "5+", "2", "4+", "31+", "2", "5"]);
	first()!.feed(latin(hello));
	await until(() => one.dones === 1);
	equal([one.body, one.error], ["hello", null]);
	ok(!first()!.isClosed);
	client.close();
});

test("a server that answers before it has the body ends the connection", async () => {
	FakeSocket.reset();
	const one = newOutcome(),
		two = newOutcome();
	const client = newClient();
	client.request({
		...noting(one),
		method: "POST",
		headers: [["content-length", "1000"]],
		onWritable() {
			this.write(latin("begin"));
		},
	});
	client.request(noting(two));
	await until(() => first()?.sent.endsWith("begin") ?? false);
	first()!.feed(latin("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n"));
	await until(() => one.dones === 1);
	equal([one.status, one.error], [413, null]);
	ok(first()!.isClosed);
	await answer(second, 1);
	await until(() => two.dones === 1);
	client.close();
});

test("each step has its time", async () => {
	for (const [bytes, says] of [
		[undefined, "not open"],
		["", "no complete head"],
		["HTTP/1.1 200 OK\r\n", "no complete head"],
		["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab", "nothing of the response's body"],
	] as [string | undefined, string][]) {
		FakeSocket.reset();
		const one = newOutcome();
		class Silent extends FakeSocket {
			override openRoom(): void {
				if (bytes !== undefined) super.openRoom();
			}
		}
		const client = newClient({
			timeout: 50,
			socket: { io: Silent, secure: {} },
			onError: error => void one.errors.push(error),
		});
		client.request(noting(one));
		await until(() => FakeSocket.all.length > 0);
		await turn(5);
		// a byte at a time is no progress of a head
		for (const byte of bytes ?? "") {
			first()!.feed(latin(byte));
			if (!says.includes("body")) await turn(2);
		}
		await turn(120);
		equal([one.error?.code, one.errors.length, one.dones], ["timeout", 1, 1]);
		ok(String(one.error).includes(says) && String(one.error).includes("50 ms"), String(one.error));
		ok(first()!.isClosed);
	}
});

test("the application's own time does not count", async () => {
	FakeSocket.reset();
	const one = newOutcome();
	let request: HTTPRequest | undefined;
	const client = newClient({ timeout: 30 });
	client.request({
		...noting(one),
		onReadable() {
			request = this;
		},
	});
	await answer(first, 1);
	await turn(100);
	equal(one.dones, 0);
	equal((request!.read() as ArrayBuffer).byteLength, 5);
	await until(() => one.dones === 1);
	equal(one.error, null);
	await turn(60);
	ok(!first()!.isClosed, "an idle connection has no timeout");
	client.close();
});

test("close ends one request, and nothing is called for it", async () => {
	FakeSocket.reset();
	const one = newOutcome(),
		two = newOutcome(),
		three = newOutcome();
	const client = newClient();
	const running = client.request(noting(one));
	const waiting = client.request(noting(two));
	client.request(noting(three));
	await until(() => (first()?.sent.length ?? 0) > 0);
	waiting.close();
	running.close();
	running.close();
	equal(running.read(), undefined);
	await answer(second, 1);
	await until(() => three.dones === 1);
	equal([one.dones, two.dones, three.body], [0, 0, "hello"]);
	ok(first()!.isClosed);
	client.close();
});

test("close in each callback, and callbacks that throw", async () => {
	for (const callback of ["onHeaders", "onReadable", "onDone"] as const) {
		FakeSocket.reset();
		const one = newOutcome();
		const client = newClient({ onError: error => void one.errors.push(error) });
		client.request({
			...noting(one),
			[callback]: () => {
				one.heads += 10;
				client.close();
			},
		});
		await answer(first, 1);
		await turn();
		await turn();
		ok(first()!.isClosed);
		ok(one.heads >= 10 && one.heads < 20, `${callback} is called once`);
		equal(one.errors.length, 0);
	}
	for (const callback of ["onHeaders", "onReadable"] as const) {
		FakeSocket.reset();
		const one = newOutcome();
		const client = newClient();
		const callbacks = noting(one);
		client.request({
			...callbacks,
			[callback](this: HTTPRequest, ...values: unknown[]) {
				(callbacks[callback] as (...values: unknown[]) => void).apply(this, values);
				throw new Error(`app in ${callback}`);
			},
		});
		await until(() => (first()?.sent.length ?? 0) > 0);
		ok(String(throws(() => first()!.feed(latin(hello)))).includes(`app in ${callback}`));
		await until(() => one.dones === 1);
		equal([one.body, one.error], ["hello", null]);
		client.close();
	}
});

const requests: readonly [string, RequestOptions, string][] = [
	["CR LF in a method", { method: "GET / HTTP/1.1\r\nx: y\r\n" }, '"method"'],
	["an empty method", { method: "" }, '"method"'],
	["CONNECT", { method: "CONNECT" }, "CONNECT"],
	["CR LF in a path", { path: "/ HTTP/1.1\r\nhost: evil\r\n\r\n" }, '"path" has character 32 at position 1'],
	["LF in a path", { path: "/\nx: y" }, '"path" has character 10 at position 1'],
	["a path of other letters", { path: "/\xfc" }, "encodeURI"],
	["a path that is a URL", { path: "http://evil/" }, '"path" must start with "/"'],
	["an empty path", { path: "" }, '"path" must start with "/"'],
	["CR LF in a value", { headers: [["x", "y\r\nevil: z"]] }, '"x" has character 13 at position 1'],
	["LF in a value", { headers: [["x", "y\nevil: z"]] }, '"x" has character 10'],
	["CR in a value", { headers: [["x", "y\rz"]] }, '"x" has character 13'],
	["NUL in a value", { headers: [["x", "y\0"]] }, '"x" has character 0'],
	["a value of other letters", { headers: [["x", "\u20ac"]] }, '"x" has character 8364'],
	["CR LF in a value of a list", { headers: [["x", ["a", "b\r\nc: d"]]] }, '"x" has character 13'],
	["CR LF in a name", { headers: [["x: y\r\nevil", "z"]] }, "no name of a header"],
	["a colon in a name", { headers: [["x:", "z"]] }, "no name of a header"],
	["an empty name", { headers: [["", "z"]] }, "no name of a header"],
	["a value that is no string", { headers: [["x", {} as string]] }, '"x" must be a string'],
	["headers that are no list", { headers: {} as never }, '"headers" must be a Map'],
	[
		"two hosts",
		{
			headers: [
				["host", "a"],
				["Host", "b"],
			],
		},
		'"host" twice',
	],
	[
		"two lengths",
		{
			headers: [
				["content-length", "1"],
				["content-length", "1"],
			],
			onWritable() {},
		},
		"more than one length",
	],
	[
		"both lengths",
		{
			headers: [
				["content-length", "1"],
				["transfer-encoding", "chunked"],
			],
			onWritable() {},
		},
		"more than one length",
	],
	["a length that is none", { headers: [["content-length", "1e3"]], onWritable() {} }, '"content-length" must be'],
	["another coding", { headers: [["transfer-encoding", "gzip"]], onWritable() {} }, 'must be "chunked"'],
	["a body that nobody writes", { headers: [["content-length", "5"]] }, '"onWritable" is missing'],
	["an upgrade", { headers: [["Upgrade", "h2c"]] }, '"upgrade" is unsupported'],
	["a callback that is none", { onDone: 5 as never }, '"onDone" must be a function'],
];

for (const [name, options, says] of requests) {
	test(`refused of a request: ${name}`, async () => {
		FakeSocket.reset();
		const client = newClient();
		const error = throws(() => client.request(options), "configuration");
		ok(error.message.includes(says), error.message);
		await turn();
		equal(FakeSocket.all.length, 0);
	});
}

test("refused of a client", () => {
	const socket = { io: FakeSocket };
	for (const [options, says] of [
		[{ socket }, '"host" is missing'],
		[{ host: "a" }, '"socket" is missing'],
		[{ host: "a", socket: {} }, '"socket" is missing its "io"'],
		[{ host: "a", socket, dns: {} }, '"dns" is missing its "io"'],
		[{ host: "a", socket, port: 0 }, '"port" must be'],
		[{ host: "a", socket, port: 65536 }, '"port" must be'],
		[{ host: "a", socket, timeout: -1 }, '"timeout" must be'],
		[{ host: "a", socket, maxHeaderBytes: 255 }, '"maxHeaderBytes" must be'],
		[{ host: "a", socket, maxHeaderBytes: 65537 }, '"maxHeaderBytes" must be'],
		[{ host: "a", socket, maxHeaders: 0 }, '"maxHeaders" must be'],
		[{ host: "a", socket, maxHeaders: 1025 }, '"maxHeaders" must be'],
		[{ host: 5, socket }, '"host" must be a string'],
	] as [HTTPClientOptions, string][]) {
		const error = throws(() => new HTTPClient(options), "configuration");
		ok(error.message.includes(says), error.message);
	}
	new HTTPClient({ host: "a", socket, port: 65535, timeout: 0, maxHeaderBytes: 65536, maxHeaders: 1024 }).close();
	new HTTPClient({ host: "a", socket, port: 1, maxHeaderBytes: 256, maxHeaders: 1 }).close();
});
