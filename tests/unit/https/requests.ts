/*
	What an application puts into a request: its line, headers, a body in pieces; and what is refused of a request and
	of a client.
*/

import { equal, ok, test, throws } from "test/harness";
import { HTTPClient } from "tls/https";
import type { HTTPClientOptions, RequestOptions } from "tls/https";
import {
	answer,
	FakeSocket,
	first,
	hello,
	latin,
	newClient,
	newOutcome,
	noting,
	second,
	turn,
	until,
} from "test/unit/https/peer";

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

test("a chunk has 65,535 bytes at most, however much room there is", async () => {
	/** What is offered where `room` bytes are left after the head. */
	const offered = async (room: number, head: number): Promise<{ count: number; head: number }> => {
		FakeSocket.reset();
		FakeSocket.room = head + room;
		const found = { count: 0, head: 0 };
		const client = newClient();
		client.request({
			method: "POST",
			headers: [["transfer-encoding", "chunked"]],
			onWritable(count) {
				if (!found.count) Object.assign(found, { count, head: first()!.sent.length });
			},
		});
		await until(() => found.count > 0);
		client.close();
		FakeSocket.reset();
		return found;
	};
	const { head } = await offered(2000, 2000);
	// four digits and two line ends stand around a chunk
	for (const [room, count] of [
		[9, 1],
		[65_542, 65_534],
		[65_543, 65_535],
		[65_544, 65_535],
		[200_000, 65_535],
	] as const)
		equal(await offered(room, head), { count, head }, `room for ${room} bytes`);
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
	["CR LF in a name", { headers: [["x: y\r\nevil", "z"]] }, "not the name of a header"],
	["a colon in a name", { headers: [["x:", "z"]] }, "not the name of a header"],
	["an empty name", { headers: [["", "z"]] }, "not the name of a header"],
	["a value that is not a string", { headers: [["x", {} as string]] }, '"x" must be a string'],
	["headers that are not a list", { headers: {} as never }, '"headers" must be a Map'],
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
	["a host with a path", { headers: [["host", "a/b"]] }, '"host" must be a name'],
	["a host with a user", { headers: [["host", "user@a"]] }, '"host" must be a name'],
	["two hosts in one", { headers: [["host", "a, b"]] }, '"host" must be a name'],
	["an empty host", { headers: [["host", ""]] }, '"host" must be a name'],
	["a space at the start of a name", { headers: [[" host", "a"]] }, "not the name of a header"],
	["a path with a tab", { path: "/a\tb" }, '"path" has character 9'],
	["a path with NUL", { path: "/a\0b" }, '"path" has character 0'],
	["a method with a space", { method: "GET /evil" }, '"method"'],
	["a method with a tab", { method: "GET\t" }, '"method"'],
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
	["an invalid length", { headers: [["content-length", "1e3"]], onWritable() {} }, '"content-length" must be'],
	["another coding", { headers: [["transfer-encoding", "gzip"]], onWritable() {} }, 'must be "chunked"'],
	["a body that nobody writes", { headers: [["content-length", "5"]] }, '"onWritable" is missing'],
	["an upgrade", { headers: [["Upgrade", "h2c"]] }, '"upgrade" is unsupported'],
	["a callback that is not a function", { onDone: 5 as never }, '"onDone" must be a function'],
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
		[{ host: "a", socket, timeout: 0x80000000 }, '"timeout" must be'],
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
	new HTTPClient({ host: "a", socket, port: 1, timeout: 0x7fffffff, maxHeaderBytes: 256, maxHeaders: 1 }).close();
});
