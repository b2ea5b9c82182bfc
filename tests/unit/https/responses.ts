/*
	Responses as servers send them, whole, byte by byte, and cut in two at each position: what the application gets is
	the same.
*/

import { equal, note, ok, test } from "test/harness";
import type { RequestOptions } from "tls/https";
import { isTokenByte } from "tls/https/syntax";
import { exchange, FakeSocket, type Outcome } from "test/unit/https/peer";

interface Case {
	readonly name: string;
	readonly response: string;
	readonly request?: RequestOptions;
	readonly end?: "closed";
	readonly status?: number;
	readonly statusText?: string;
	readonly headers?: Record<string, string>;
	readonly body: string;
}

const good: readonly Case[] = [
	{
		name: "Content-Length",
		response: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-a:  b c \t\r\n\r\nhello",
		statusText: "OK",
		headers: { "content-length": "5", "x-a": "b c" },
		body: "hello",
	},
	{
		name: "Content-Length 0",
		response: "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
		status: 404,
		statusText: "Not Found",
		headers: { "content-length": "0" },
		body: "",
	},
	{
		name: "a status without a reason, and one without the space before it",
		response: "HTTP/1.1 200 \r\ncontent-length: 1\r\n\r\nx",
		headers: { "content-length": "1" },
		body: "x",
	},
	{
		name: "a status alone",
		response: "HTTP/1.1 200\r\ncontent-length: 1\r\n\r\nx",
		headers: { "content-length": "1" },
		body: "x",
	},
	{
		name: "equal Content-Lengths",
		response: "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\nContent-Length: 2\r\n\r\nhi",
		statusText: "OK",
		headers: { "content-length": "2, 2, 2" },
		body: "hi",
	},
	{
		name: "chunks with extensions, leading zeros and trailers",
		response:
			'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n00A;x="y"\r\n0123456789\r\n1 ;z\r\n!\r\n0\r\nX-End: yes\r\n\r\n',
		statusText: "OK",
		headers: { "transfer-encoding": "Chunked" },
		body: "abc0123456789!",
	},
	{
		name: "chunks of upper and lower case sizes",
		response: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1a\r\n${"a".repeat(26)}\r\n1B\r\n${"b".repeat(27)}\r\n0\r\n\r\n`,
		statusText: "OK",
		headers: { "transfer-encoding": "chunked" },
		body: "a".repeat(26) + "b".repeat(27),
	},
	{
		name: "interim responses",
		response:
			"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\ny",
		status: 201,
		statusText: "Created",
		headers: { "content-length": "1" },
		body: "y",
	},
	{
		name: "an interim response with the last number that one has",
		response: "HTTP/1.1 199 Almost\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz",
		statusText: "OK",
		headers: { "content-length": "1" },
		body: "z",
	},
	{
		name: "a body up to close_notify",
		response: "HTTP/1.1 200 OK\r\n\r\nall there is",
		end: "closed",
		statusText: "OK",
		headers: {},
		body: "all there is",
	},
	{
		name: "HTTP/1.0",
		response: "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold",
		statusText: "OK",
		headers: { "content-length": "3" },
		body: "old",
	},
	{
		name: "HEAD",
		response: "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n",
		request: { method: "HEAD" },
		statusText: "OK",
		headers: { "content-length": "500" },
		body: "",
	},
	{
		name: "204",
		response: "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n",
		status: 204,
		statusText: "No Content",
		headers: { x: "y" },
		body: "",
	},
	{
		name: "304 with the length of what was not sent",
		response: "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n",
		status: 304,
		statusText: "Not Modified",
		headers: { "content-length": "99" },
		body: "",
	},
	{
		name: "fields of one name, empty ones, and Latin-1",
		response:
			"HTTP/1.1 200 Sch\xf6n\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nEmpty:\r\nName: J\xfcrgen\r\ncontent-length: 0\r\n\r\n",
		statusText: "Sch\xf6n",
		headers: { "set-cookie": "a=1, b=2", empty: "", name: "J\xfcrgen", "content-length": "0" },
		body: "",
	},
];

function check(outcome: Outcome, { status = 200, statusText = "", headers = {}, body }: Case): void {
	equal(outcome.errors.map(String), []);
	equal(outcome.error, null);
	equal(outcome.status, status);
	equal(outcome.statusText, statusText);
	equal(outcome.headers, headers);
	equal(outcome.body, body);
	equal([outcome.heads, outcome.dones], [1, 1]);
}

for (const one of good) {
	test(`${one.name}: whole`, async () => check(await exchange([one.response], one.request, one.end), one));
	test(`${one.name}: byte by byte`, async () => check(await exchange([...one.response], one.request, one.end), one));
	test(`${one.name}: cut in two at each position`, async () => {
		for (let at = 1; at < one.response.length; at++)
			check(await exchange([one.response.slice(0, at), one.response.slice(at)], one.request, one.end), one);
	});
}

test("the application gets the headers that it asks for", async () => {
	const outcome = await exchange(["HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nContent-Length: 0\r\n\r\n"], {
		headersMask: ["b", "c"],
	});
	equal(outcome.headers, { b: "2" });
	equal(outcome.error, null);
});

test("a head, and how many headers it has, at their bounds", async () => {
	const head = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n";
	const fits = `${head}x: ${"y".repeat(1024 - head.length - 7)}\r\n\r\n`;
	equal(fits.length, 1024);
	equal((await exchange([fits], {}, "open", { maxHeaderBytes: 1024 })).error, null);
	equal((await exchange([fits], {}, "open", { maxHeaderBytes: 1023 })).error?.code, "http");
	const many = `${head}${"a: b\r\n".repeat(9)}\r\n`;
	equal((await exchange([many], {}, "open", { maxHeaders: 10 })).error, null);
	const refused = await exchange([many], {}, "open", { maxHeaders: 9 });
	ok(String(refused.error).includes('"maxHeaders"'), String(refused.error));
});

test("each byte that a token may have, and no other (RFC 9110 section 5.6.2)", () => {
	const marks = "!#$%&'*+-.^_`|~";
	for (let c = 0; c < 256; c++) {
		const text = String.fromCharCode(c);
		equal(isTokenByte(c), /[0-9A-Za-z]/.test(text) || marks.includes(text), `byte ${c}`);
	}
});

test("lines of a chunk, its size and interim responses at their bounds", async () => {
	const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
	const line = (length: number): string => `1;${"x".repeat(length - 4)}\r\na\r\n0\r\n\r\n`;
	equal((await exchange([head + line(256)])).body, "a");
	ok(String((await exchange([head + line(257)])).error).includes("more than 256 bytes"));
	equal((await exchange([`${head}00000001\r\na\r\n0\r\n\r\n`])).body, "a");
	ok(String((await exchange([`${head}000000001\r\na\r\n0\r\n\r\n`])).error).includes("more than 8 digits"));
	const interim = (count: number): string =>
		`${"HTTP/1.1 102 x\r\n\r\n".repeat(count)}HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n`;
	equal((await exchange([interim(8)])).status, 200);
	ok(String((await exchange([interim(9)])).error).includes("more than 8 interim"));
	const name = (bytes: number): string => `HTTP/1.1 200 OK\r\n${"n".repeat(bytes)}: a\r\ncontent-length: 0\r\n\r\n`;
	equal((await exchange([name(128)])).error, null);
	ok(String((await exchange([name(129)])).error).includes("a header whose name has 129 bytes"));
	const word = (bytes: number): string =>
		`HTTP/1.1 200 OK\r\nconnection: ${"n".repeat(bytes)}\r\ncontent-length: 0\r\n\r\n`;
	equal((await exchange([word(128)])).error, null);
	ok(String((await exchange([word(129)])).error).includes('a "connection" of 129 bytes'));
	const latin = (bytes: number): string => `HTTP/1.1 200 OK\r\na: ${"\xfc".repeat(bytes)}\r\ncontent-length: 0\r\n\r\n`;
	equal((await exchange([latin(256)])).headers["a"]?.length, 256);
	ok(String((await exchange([latin(257)])).error).includes("257 bytes that are not all ASCII"));
	const length = (digits: number): string => `HTTP/1.1 200 OK\r\ncontent-length: ${"1".padStart(digits, "0")}\r\n\r\nz`;
	equal((await exchange([length(15)])).body, "z");
	ok(String((await exchange([length(16)])).error).includes("16 digits"));
});

test("bytes of a body that the application does not read at once wait for it", async () => {
	FakeSocket.reset();
	let waiting = 0;
	const outcome = await exchange(["HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nabc", "def"], {
		onReadable(count) {
			waiting = count;
			if (count === 6) {
				equal(this.readable, 6);
				equal(this.read(new Uint8Array(2)), 2);
				equal((this.read(3) as ArrayBuffer).byteLength, 3);
				const view = new DataView(new ArrayBuffer(4), 1, 2);
				equal(this.read(view), 1);
				equal(view.getUint8(0), 102);
				equal(this.read(), undefined);
			}
		},
	});
	equal(waiting, 6);
	equal(outcome.error, null);
});

test("no turn is long, whatever comes", async () => {
	const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n";
	const long = (text: string): string => `HTTP/1.1 200 OK\r\n${text}\r\ncontent-length: 0\r\n\r\n`;
	const cases: [string, string][] = [
		["60 short headers", long(`${"a: b\r\n".repeat(60)}c: d`)],
		["a header of 8000 bytes", long(`x: ${",".repeat(8000)}`)],
		["a header of 8000 spaces", long(`x: ${" ".repeat(8000)}`)],
		["a header of 8000 spaces and bytes in turn", long(`x: ${" a".repeat(4000)}`)],
		["a header of 256 bytes in Latin-1", long(`x: ${"\xe9".repeat(253)}`)],
		["10 headers of 256 bytes in Latin-1", long(`${`x: ${"\xe9".repeat(253)}\r\n`.repeat(10)}y: z`)],
		["10 headers of one name, 700 bytes each", long(`${`x: ${"y".repeat(700)}\r\n`.repeat(10)}y: z`)],
		["60 names of 100 bytes", long(`${`${"n".repeat(100)}: z\r\n`.repeat(60)}y: z`)],
		["a list of 128 bytes", long(`connection: ${"a,".repeat(64)}`)],
		["a list of 64 lengths", `HTTP/1.1 200 OK\r\ncontent-length: ${"0,".repeat(63)}0\r\n\r\n`],
		["500 chunks of a byte", `${head}\r\n${"1\r\na\r\n".repeat(500)}0\r\n\r\n`],
		["60 trailers", `${head}\r\n0\r\n${"a: b\r\n".repeat(60)}\r\n`],
	];
	let longest = 0;
	for (const [name, response] of cases) {
		FakeSocket.longest = 0;
		const { error } = await exchange([response]);
		equal(error, null, `${name}: ${String(error)}`);
		note(`${name} at once: ${FakeSocket.longest} steps`);
		longest = Math.max(longest, FakeSocket.longest);
	}
	ok(longest < 30000, `${longest} steps in a turn`);
});
