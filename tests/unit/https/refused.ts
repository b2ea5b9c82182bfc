/*
	Responses that are refused, whole, byte by byte and cut in two at each position. The error is the same, it says what
	is wrong, and nothing comes after it.
*/

import { equal, ok, test } from "test/harness";
import type { RequestOptions } from "tls/https";
import { exchange, type Outcome } from "test/unit/https/peer";

interface Case {
	readonly name: string;
	readonly response: string;
	readonly request?: RequestOptions;
	readonly end?: "closed" | "cut";
	readonly says: string;
	readonly code?: string;
	/** What may have reached the application before. */
	readonly body?: string;
}

const ok200 = "HTTP/1.1 200 OK\r\n";
const chunked = `${ok200}Transfer-Encoding: chunked\r\n\r\n`;

const bad: readonly Case[] = [
	{ name: "no HTTP", response: "SSH-2.0-OpenSSH\r\n", says: "did not answer in HTTP/1.1" },
	{ name: "HTTP/2", response: "HTTP/2.0 200 OK\r\n", says: "did not answer in HTTP/1.1" },
	{ name: "HTTP/1.x with a letter", response: "HTTP/1.x 200 OK\r\n", says: "did not answer in HTTP/1.1" },
	{ name: "an empty line first", response: "\r\nHTTP/1.1 200 OK\r\n", says: "did not answer in HTTP/1.1" },
	{ name: "a status of two digits", response: "HTTP/1.1 20 OK\r\n", says: "status that is not a number" },
	{ name: "a status of four digits", response: "HTTP/1.1 2000 OK\r\n", says: "status outside of 100 to 599" },
	{ name: "status 099", response: "HTTP/1.1 099 OK\r\n", says: "status outside of 100 to 599" },
	{ name: "status 600", response: "HTTP/1.1 600 OK\r\n", says: "status outside of 100 to 599" },
	{ name: "status +20", response: "HTTP/1.1 +20 OK\r\n", says: "status that is not a number" },
	{ name: "two spaces before the status", response: "HTTP/1.1  200 OK\r\n", says: "status that is not a number" },
	{ name: "a tab before the status", response: "HTTP/1.1\t200 OK\r\n", says: "did not answer in HTTP/1.1" },
	{ name: "no space after the status", response: "HTTP/1.1 200OK\r\n", says: "status outside of 100 to 599" },
	{ name: "HTTP in lower case", response: "http/1.1 200 OK\r\n", says: "did not answer in HTTP/1.1" },
	{ name: "HTTP/01.1", response: "HTTP/01.1 200 OK\r\n", says: "did not answer in HTTP/1.1" },
	{ name: "HTTP/1.11", response: "HTTP/1.11 200 OK\r\n", says: "did not answer in HTTP/1.1" },
	{ name: "a space before HTTP", response: " HTTP/1.1 200 OK\r\n", says: "did not answer in HTTP/1.1" },
	{ name: "status 101", response: "HTTP/1.1 101 Switching\r\n\r\n", says: "switched protocols" },
	{
		name: "a bare LF after the status",
		response: "HTTP/1.1 200 OK\ncontent-length: 0\r\n\r\n",
		says: "LF, without CR",
	},
	{ name: "a bare LF after a header", response: `${ok200}content-length: 0\n\r\n`, says: "LF, without CR" },
	{ name: "a bare LF at the end of the head", response: `${ok200}content-length: 0\r\n\n`, says: "LF, without CR" },
	{ name: "a bare CR in a value", response: `${ok200}a: b\rcontent-length: 9\r\n\r\n`, says: "CR without LF" },
	{ name: "a bare CR in a name", response: `${ok200}a\rb: c\r\n\r\n`, says: "CR without LF" },
	{ name: "NUL in a value", response: `${ok200}a: b\0c\r\n\r\n`, says: "byte 0x00" },
	{ name: "NUL in the reason", response: "HTTP/1.1 200 O\0K\r\n", says: "byte 0x00" },
	{ name: "a header continued on the next line", response: `${ok200}a: b\r\n c\r\n\r\n`, says: "obs-fold" },
	{ name: "a tab at the start of a line", response: `${ok200}\ta: b\r\n\r\n`, says: "obs-fold" },
	{ name: "a space before the colon", response: `${ok200}content-length : 5\r\n\r\n`, says: "byte 0x20" },
	{ name: "a header without a name", response: `${ok200}: b\r\n\r\n`, says: "without a name" },
	{ name: "a header without a colon", response: `${ok200}abc\r\n\r\n`, says: "without a colon" },
	{ name: "a name in Latin-1", response: `${ok200}\xe4: b\r\n\r\n`, says: "byte 0xe4" },
	{
		name: "two Content-Lengths",
		response: `${ok200}content-length: 5\r\ncontent-length: 6\r\n\r\n`,
		says: "two different Content-Lengths: 5 and 6",
	},
	{
		name: "two Content-Lengths in one",
		response: `${ok200}content-length: 5, 6\r\n\r\n`,
		says: "two different Content-Lengths",
	},
	{ name: "an empty Content-Length", response: `${ok200}content-length:\r\n\r\n`, says: "empty Content-Length" },
	{
		name: "a Content-Length with an empty item",
		response: `${ok200}content-length: 5,\r\n\r\n`,
		says: "empty Content-Length",
	},
	{ name: "a negative Content-Length", response: `${ok200}content-length: -1\r\n\r\n`, says: "not a number" },
	{ name: "a Content-Length with a sign", response: `${ok200}content-length: +5\r\n\r\n`, says: "not a number" },
	{ name: "a Content-Length of two numbers", response: `${ok200}content-length: 5 5\r\n\r\n`, says: "not a number" },
	{ name: "a Content-Length with a point", response: `${ok200}content-length: 5.0\r\n\r\n`, says: "not a number" },
	{ name: "a Content-Length with an exponent", response: `${ok200}content-length: 1e1\r\n\r\n`, says: "not a number" },
	{ name: "a Content-Length with a semicolon", response: `${ok200}content-length: 5;\r\n\r\n`, says: "not a number" },
	{ name: "a Content-Length in hexadecimal", response: `${ok200}content-length: 0x5\r\n\r\n`, says: "not a number" },
	{
		name: "a Content-Length that overflows",
		response: `${ok200}content-length: 18446744073709551621\r\n\r\n`,
		says: "20 digits",
	},
	{
		name: "both lengths",
		response: `${ok200}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`,
		says: "Content-Length and Transfer-Encoding",
	},
	{
		name: "both lengths, the other way round",
		response: `${ok200}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n`,
		says: "Content-Length and Transfer-Encoding",
	},
	{
		name: "another coding",
		response: `${ok200}transfer-encoding: gzip, chunked\r\n\r\n`,
		says: 'other than "chunked"',
	},
	{
		name: "chunked twice",
		response: `${ok200}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n`,
		says: 'other than "chunked"',
	},
	{
		name: "chunked twice in one",
		response: `${ok200}transfer-encoding: chunked, chunked\r\n\r\n`,
		says: 'other than "chunked"',
	},
	{ name: "an empty coding", response: `${ok200}transfer-encoding:\r\n\r\n`, says: 'other than "chunked"' },
	{
		name: "the coding identity",
		response: `${ok200}transfer-encoding: identity\r\n\r\n`,
		says: 'other than "chunked"',
	},
	{
		name: "chunked with a parameter",
		response: `${ok200}transfer-encoding: chunked;q=1\r\n\r\n`,
		says: 'other than "chunked"',
	},
	{ name: "chunked in quotes", response: `${ok200}transfer-encoding: "chunked"\r\n\r\n`, says: 'other than "chunked"' },
	{
		name: "chunked after a vertical tab",
		response: `${ok200}transfer-encoding: \x0bchunked\r\n\r\n`,
		says: "byte 0x0b",
	},
	{
		name: "a coding on the next line",
		response: `${ok200}transfer-encoding:\r\n chunked\r\n\r\n`,
		says: 'other than "chunked"',
	},
	{
		name: "a coding with a space before its colon",
		response: `${ok200}transfer-encoding : chunked\r\n\r\n`,
		says: "byte 0x20",
	},
	{ name: "an unknown coding", response: `${ok200}transfer-encoding: xchunked\r\n\r\n`, says: 'other than "chunked"' },
	{
		name: "chunked with HTTP/1.0",
		response: "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
		says: "with HTTP/1.0",
	},
	{
		name: "chunked with 204",
		response: "HTTP/1.1 204 No\r\ntransfer-encoding: chunked\r\n\r\n",
		says: "with status 204",
	},
	{
		name: "chunked with 100",
		response: "HTTP/1.1 100 Go\r\ntransfer-encoding: chunked\r\n\r\n",
		says: "with status 100",
	},
	{ name: "a chunk without a size", response: `${chunked}\r\n`, says: "chunk without a size" },
	{ name: "a chunk whose size is a word", response: `${chunked}zz\r\n`, says: "chunk without a size" },
	{ name: "a negative chunk", response: `${chunked}-1\r\n`, says: "chunk without a size" },
	{ name: "a chunk with 0x", response: `${chunked}0x5\r\n`, says: "not a hexadecimal number" },
	{
		name: "a chunk with a space after its size",
		response: `${chunked}5 \r\nhello\r\n`,
		says: "not a hexadecimal number",
	},
	{ name: "a chunk with a space before its size", response: `${chunked} 5\r\nhello\r\n`, says: "chunk without a size" },
	{ name: "a chunk whose size overflows", response: `${chunked}100000000\r\n`, says: "more than 8 digits" },
	{ name: "a chunk whose size ends in LF", response: `${chunked}5\nhello\r\n`, says: "LF, without CR" },
	{ name: "a chunk with a bare CR in an extension", response: `${chunked}5;a\rb\r\nhello\r\n`, says: "CR without LF" },
	{ name: "a chunk that is too long", response: `${chunked}2\r\nabc\r\n`, body: "ab", says: "longer than its size" },
	{ name: "a chunk that ends in LF", response: `${chunked}2\r\nab\n0\r\n\r\n`, body: "ab", says: "LF, without CR" },
	{ name: "a malformed trailer", response: `${chunked}0\r\na b: c\r\n\r\n`, says: "byte 0x20" },
	{ name: "a folded trailer", response: `${chunked}0\r\na: b\r\n c\r\n\r\n`, says: "obs-fold" },
	{ name: "a trailer with NUL", response: `${chunked}0\r\na: b\0\r\n\r\n`, says: "byte 0x00" },
	{ name: "a trailer that ends in LF", response: `${chunked}0\r\na: b\n\r\n`, says: "LF, without CR" },
	{ name: "a trailer without a colon", response: `${chunked}0\r\nabc\r\n\r\n`, says: "without a colon" },
	{ name: "a chunk whose size has a point", response: `${chunked}5.0\r\nhello\r\n`, says: "not a hexadecimal number" },
	{ name: "a chunk with a sign", response: `${chunked}+5\r\nhello\r\n`, says: "chunk without a size" },
	{ name: "endless headers", response: `${ok200}${"a: b\r\n".repeat(70)}`, says: '"maxHeaders"' },
	{ name: "endless trailers", response: `${chunked}0\r\n${"a: b\r\n".repeat(70)}`, says: '"maxHeaders"' },
	{ name: "endless interim responses", response: "HTTP/1.1 100 x\r\n\r\n".repeat(12), says: "more than 8 interim" },
	{
		name: "the end inside the head",
		response: `${ok200}conten`,
		end: "closed",
		code: "truncated",
		says: "inside the head",
	},
	{
		name: "the end inside a body",
		response: `${ok200}content-length: 5\r\n\r\nab`,
		body: "ab",
		end: "closed",
		code: "truncated",
		says: "3 bytes before the end of the body",
	},
	{
		name: "a cut inside a body",
		response: `${ok200}content-length: 5\r\n\r\nab`,
		body: "ab",
		end: "cut",
		code: "truncated",
		says: "TCP was cut (3 bytes before the end of the body)",
	},
	{
		name: "a cut of a body without length",
		response: `${ok200}\r\nab`,
		body: "ab",
		end: "cut",
		code: "truncated",
		says: "TCP was cut",
	},
	{
		name: "the end inside a chunk",
		response: `${chunked}5\r\nab`,
		body: "ab",
		end: "closed",
		code: "truncated",
		says: "before the last chunk",
	},
	{
		name: "the end before the last chunk",
		response: `${chunked}2\r\nab\r\n`,
		body: "ab",
		end: "closed",
		code: "truncated",
		says: "before the last chunk",
	},
	{
		name: "the end inside the trailers",
		response: `${chunked}0\r\na: b\r\n`,
		end: "closed",
		code: "truncated",
		says: "before the last chunk",
	},
	{ name: "the end before an answer", response: "", end: "closed", code: "truncated", says: "before it answered" },
];

function check(outcome: Outcome, { code = "http", says, body = "" }: Case): void {
	const text = String(outcome.error);
	ok(outcome.error, `nothing was refused: ${JSON.stringify(outcome)}`);
	equal(outcome.error.code, code, text);
	ok(text.includes(says), text);
	equal([outcome.dones, outcome.errors.length], [1, 1]);
	ok(outcome.errors[0] === outcome.error, "onError and onDone have the same error");
	equal(outcome.body, body);
}

for (const one of bad) {
	test(`${one.name}: whole`, async () => check(await exchange([one.response], one.request, one.end), one));
	test(`${one.name}: byte by byte`, async () => check(await exchange([...one.response], one.request, one.end), one));
	test(`${one.name}: cut in two at each position`, async () => {
		const { length } = one.response;
		for (let at = 1; at < length; at += length > 200 ? 7 : 1)
			check(await exchange([one.response.slice(0, at), one.response.slice(at)], one.request, one.end), one);
	});
}

test("what stands in trailers does not become a header, and ends nothing early", async () => {
	const trailers = "content-length: 1\r\ntransfer-encoding: gzip\r\nset-cookie: evil\r\nconnection: close\r\n";
	const outcome = await exchange([`${chunked}5\r\nhello\r\n0\r\n${trailers}\r\n`]);
	equal([outcome.error, outcome.body], [null, "hello"]);
	equal(outcome.headers, { "transfer-encoding": "chunked" });
});

test("a line without an end is refused when it is too long, not later", async () => {
	const outcome = await exchange([`${ok200}x: ${"y".repeat(9000)}`]);
	ok(String(outcome.error).includes('"maxHeaderBytes"'), String(outcome.error));
});

test("extensions of chunks are bounded in all", async () => {
	const piece = `1;${"x".repeat(200)}\r\na\r\n`;
	const outcome = await exchange([chunked, ...Array.from({ length: 60 }, () => piece)]);
	ok(String(outcome.error).includes("too many chunk extensions"), String(outcome.error));
	ok(outcome.body.length > 30 && outcome.body.length < 50, `${outcome.body.length} chunks were read`);
});
