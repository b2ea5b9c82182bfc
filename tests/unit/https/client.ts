/*
	Requests, and what becomes of their connection: the queue, keep-alive, a connection that has gone stale, and time.
	What an application may put into a request is in requests.ts.
*/

import { equal, ok, test, throws } from "test/harness";
import type { HTTPClientOptions, HTTPRequest } from "tls/https";
import { TLSError } from "tls/errors";
import {
	answer,
	FakeSocket,
	first,
	goodbye,
	hello,
	latin,
	newClient,
	newOutcome,
	noting,
	second,
	turn,
	until,
} from "test/unit/https/peer";

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

test("bytes after a response are given to no other request", async () => {
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

test("a new connection that ends at once is not a stale one", async () => {
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
		// a byte at a time does not count as progress of a head
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
