/*
	"test/https/live": fetch against the servers of live.test.ts. config.port is an HTTPS server's, config.plain an HTTP
	server's, config.cut one that cuts.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import { equal, ok, rejects, test } from "test/harness";
import { TLSClient } from "tls/client";
import type { TLSError } from "tls/errors";
import { fetch, type FetchOptions } from "tls/fetch";
import { HTTPClient } from "tls/https";
import { gunzip } from "tls/inflate";
import Timer from "timer";

const secure = { certificate: config.ca as string };
const origin = `https://localhost:${config.port}`;

function get(path: string, options: FetchOptions = {}): ReturnType<typeof fetch> {
	return fetch(origin + path, { secure, ...options });
}

function sleep(ms: number): Promise<void> {
	return new Promise(resolve => void Timer.set(() => resolve(), ms));
}

test("JSON", async () => {
	const response = await get("/json");
	equal([response.ok, response.status, response.statusText], [true, 200, "OK"]);
	equal([response.url, response.redirected], [`${origin}/json`, false]);
	equal(response.headers.get("Content-Type"), "application/json");
	equal([response.headers.has("x"), response.headers.get("x")], [false, null]);
	ok([...response.headers].some(([name]) => name === "content-type"));
	equal(await response.json(), { hello: "world" });
	ok(response.bodyUsed);
	await rejects(response.text(), TypeError);
});

test("text of any bytes, and JSON after a byte order mark", async () => {
	equal(await (await get("/bytes/610062ff63")).text(), "a\u{0}b\ufffdc");
	equal(await (await get("/bytes/efbbbf7b2261223a317d")).json(), { a: 1 });
	// nothing after a character of 0 is overlooked
	await rejects((await get("/bytes/317b00")).json(), SyntaxError);
});

test("JSON: its depth is bounded, and names can be chosen", async () => {
	equal(JSON.stringify(await (await get("/nested/20")).json()), "[".repeat(20) + "]".repeat(20));
	await rejects((await get("/nested/21")).json(), "http");
	await rejects((await get("/nested/30000")).json(), "http");
	equal(await (await get("/json")).json(["other"]), {});
	await rejects((await get("/json")).json("hello" as never), "configuration");
});

test("a status of failure is a response, too", async () => {
	const response = await get("/missing");
	equal([response.ok, response.status, await response.text()], [false, 404, "nothing here"]);
});

test("POST of text and of bytes", async () => {
	for (const body of ['{"t":21}', new Uint8Array([123, 125])]) {
		const response = await get("/echo", { method: "POST", body, headers: { "Content-Type": "application/json" } });
		const echo = await response.json();
		equal(
			[echo.method, echo.body, echo.headers["content-type"]],
			["POST", typeof body === "string" ? body : "{}", "application/json"],
		);
		equal(echo.headers["content-length"], String(typeof body === "string" ? body.length : 2));
	}
});

test("the length of a text is that of its bytes", async () => {
	const echo = await (await get("/echo", { method: "POST", body: "\u00fc\u20ac" })).json();
	equal([echo.headers["content-length"], echo.body], ["5", "\u00fc\u20ac"]);
});

test("a body of 100 KB up", async () => {
	const echo = await (await get("/length", { method: "PUT", body: new ArrayBuffer(100000) })).text();
	equal(echo, "100000");
});

test("pieces of a chunked body", async () => {
	let text = "",
		pieces = 0;
	for await (const piece of await get("/chunked")) {
		text += String.fromArrayBuffer(piece.buffer as ArrayBuffer);
		pieces++;
	}
	equal(text, "one two three four five ");
	ok(pieces >= 2);
});

test("methods of the web are written in any case, others as they are", async () => {
	for (const [method, expected] of [
		["get", "GET"],
		["Put", "PUT"],
		["OPTIONS", "OPTIONS"],
	] as const)
		equal(await (await get(`/method`, { method })).text(), expected);
	// Node's server knows no such method
	equal((await get("/method", { method: "patch" })).status, 400);
	await rejects(get("/json", { method: "head", body: "x" }), "configuration");
	equal((await (await get("/echo", { method: "post", body: "data" })).json()).body, "data");
	equal(await (await get("/length", { method: "POST", body: null, signal: null })).text(), "0");
});

test("the answer to HEAD has no body, whatever it announces", async () => {
	const head = await get("/big", { method: "HEAD" });
	equal([head.status, head.headers.get("content-length")], [200, String(1 << 20)]);
	equal(await head.text(), "");
	await rejects((await get("/big")).text(), "http");
});

test("JSON: malformed texts, and brackets that nest nothing", async () => {
	for (const kind of ["empty", "open", "twice"])
		ok((await rejects(get(`/almost/${kind}`).then(response => response.json()))) instanceof SyntaxError);
	equal((await (await get("/almost/flat")).json()).length, 400);
	equal((await (await get("/almost/brackets")).json()).length, 1);
});

test("leaving the loop ends the connection", async () => {
	for await (const piece of await get("/big")) {
		ok(piece.length);
		break;
	}
});

test("maxBytes", async () => {
	equal((await (await get("/length", { maxBytes: 1 })).text()).length, 1);
	const error = await rejects(
		get("/json", { maxBytes: 16 }).then(response => response.text()),
		"http",
	);
	ok(error.message.includes("more than 16 bytes"), error.message);
	await rejects(
		get("/chunked", { maxBytes: 23 }).then(response => response.text()),
		"http",
	);
	equal((await (await get("/chunked", { maxBytes: 24 })).text()).length, 24);
});

test("redirects: methods, relative places, and where it ended", async () => {
	for (const [status, method, expected] of [
		[301, "GET", "GET"],
		[301, "POST", "GET"],
		[302, "POST", "GET"],
		[303, "POST", "GET"],
		[303, "PUT", "GET"],
		[307, "POST", "POST"],
		[308, "PUT", "PUT"],
		[302, "PUT", "PUT"],
	] as [number, string, string][]) {
		const body = method === "GET" ? {} : { body: "data" };
		const response = await get(`/redirect/${status}`, {
			method,
			...body,
			headers: { "content-type": "text/plain", authorization: "me" },
		});
		const echo = await response.json();
		equal([response.redirected, response.url], [true, `${origin}/echo?from=redirect`]);
		equal([echo.method, echo.body], [expected, expected === "GET" ? "" : "data"], `${status} ${method}`);
		equal(echo.headers["content-type"], expected === "GET" && method !== "GET" ? undefined : "text/plain");
		equal(echo.headers["authorization"], "me");
	}
});

test("redirects: another origin does not get what is private", async () => {
	const headers = {
		Authorization: "me",
		Cookie: "a=b",
		"Proxy-Authorization": "me",
		Host: "localhost",
		"x-other": "yes",
	};
	// without a scheme it is the same one
	equal(await (await get(`/to?url=${encodeURIComponent(`//localhost:${config.port}/length`)}`)).text(), "0");
	const echo = await (
		await get(`/to?url=${encodeURIComponent(`https://127.0.0.1:${config.port}/echo`)}`, { headers })
	).json();
	equal(
		[echo.headers["authorization"], echo.headers["cookie"], echo.headers["proxy-authorization"]],
		[undefined, undefined, undefined],
	);
	equal([echo.headers["host"], echo.headers["x-other"]], [`127.0.0.1:${config.port}`, "yes"]);
});

test("redirects: another origin does not learn who the client is, and is asked for by its own name", async () => {
	const there = `https://127.0.0.1:${config.asking}/`;
	const to = `/to?url=${encodeURIComponent(there)}`;
	const identity = { clientCertificates: config.device as string, clientKey: config.deviceKey as string };
	for (const own of [identity, { clientIdentities: [identity] }]) {
		const options = { secure: { ...secure, ...own } };
		equal(await (await fetch(there, options)).json(), ["device", ""], "asked for directly");
		equal(await (await get(to, options)).json(), ["", ""], Object.keys(own).join());
	}
	equal(await (await get(to, { secure: { ...secure, serverName: "localhost" } })).json(), ["", ""], "serverName");
	// its certificate has no other name than its own
	equal(
		await (await get(to, { secure: { ...secure, certificateName: "localhost" } })).json(),
		["", ""],
		"certificateName",
	);
});

test("redirects: five, never to http, and as asked for", async () => {
	equal(await (await get("/count/5")).text(), "done");
	ok((await rejects(get("/count/6"), "http")).message.includes("more than 5 times"));
	const insecure = await rejects(get(`/to?url=${encodeURIComponent(`http://localhost:${config.plain}/`)}`), "http");
	ok(insecure.message.includes("from https to http://"), insecure.message);
	ok((await rejects(get("/count/1", { redirect: "error" }), "http")).message.includes('"redirect" is "error"'));
	const manual = await get("/count/1", { redirect: "manual" });
	equal([manual.status, manual.redirected], [302, false]);
	manual.close();
	for (const place of [
		"ftp://a/",
		"data:text/plain,x",
		"javascript:alert(1)",
		"https://a b/",
		"https://user@localhost/",
		"//user:word@localhost/",
		"https://localhost:99999/",
		"https://[::1",
		"https:\\\\localhost/",
		"/\\localhost/",
	])
		ok((await rejects(get(`/to?url=${encodeURIComponent(place)}`), "http")).message.includes("an invalid URL"));
	await rejects(get("/json", { redirect: "other" as never }), "configuration");
});

test("plain HTTP", async () => {
	equal(await (await fetch(`http://localhost:${config.plain}/`)).text(), "plain");
});

test("TLS's sentence reaches the application", async () => {
	const untrusted = await rejects(fetch(`${origin}/json`), "untrusted");
	ok(untrusted.message.length > 20, untrusted.message);
	const wrong = await rejects(get("/json", { secure: { ...secure, serverName: "other.example" } }), "wrong_name");
	ok(wrong.message.includes("other.example"), wrong.message);
	await rejects(get("/json", { secure: { ...secure, verify: false } as never }), "configuration");
	ok((await rejects(fetch("https://localhost:1/", { secure }), "transport")).message.includes("port 1"));
	ok((await rejects(fetch("https://no-such-host.invalid/", { secure }), "transport")).message.includes("no-such-host"));
});

test("an answer that is cut is an error", async () => {
	const cut = `https://localhost:${config.cut}`;
	for (const path of ["/length", "/chunked", "/until-close"]) {
		const response = await fetch(cut + path, { secure });
		equal(response.status, 200);
		await rejects(response.text(), "truncated");
	}
	equal(await (await fetch(`${cut}/until-goodbye`, { secure })).text(), "all of it");
	const short = await rejects((await fetch(`${cut}/short`, { secure })).text(), "truncated");
	ok(short.message.includes("bytes before the end of the body"), short.message);
});

test("gzip: asked for, decompressed, checked and bounded", async () => {
	equal((await (await get("/gzip/plain")).text()).length, 5000);
	equal(await (await get("/gzip/good", { gunzip })).text(), "hello ".repeat(5000));
	equal(await (await get("/gzip/empty", { gunzip })).text(), "");
	equal(await (await get("/gzip/x", { gunzip })).text(), "hello ".repeat(5000));
	equal(await (await get("/json", { gunzip })).json(), { hello: "world" });
	for (const kind of ["checksum", "length", "cut", "short", "header", "more", "behind", "members", "bomb"]) {
		const error = await rejects(
			get(`/gzip/${kind}`, { gunzip, maxBytes: 40000 }).then(response => response.text()),
			"http",
		);
		ok(/decompressed|too short|maxBytes/.test(error.message), `${kind}: ${error.message}`);
	}
	const pieces = await get("/gzip/good", { gunzip });
	await rejects(pieces[Symbol.asyncIterator]().next(), "configuration");
	pieces.close();
});

test("a signal", async () => {
	const listeners: (() => void)[] = [];
	const signal = {
		aborted: false,
		addEventListener(_: "abort", listener: () => void) {
			listeners.push(listener);
		},
	};
	const pending = get("/slow", { signal });
	await sleep(50);
	equal(listeners.length, 1);
	listeners[0]!();
	equal((await rejects(pending)).name, "AbortError");
	equal((await rejects(get("/json", { signal: { aborted: true } }))).name, "AbortError");
});

test("a signal while the body comes, between redirects, and after the end", async () => {
	const listeners = new Set<() => void>();
	const signal = {
		aborted: false,
		reason: new Error("enough"),
		addEventListener(_: "abort", listener: () => void) {
			listeners.add(listener);
		},
		removeEventListener(_: "abort", listener: () => void) {
			listeners.delete(listener);
		},
	};
	const abort = (): void => listeners.forEach(listener => listener());
	const response = await get("/big", { signal });
	let pieces = 0;
	const error = await rejects(
		(async () => {
			for await (const piece of response) if (piece.length && ++pieces === 3) abort();
		})(),
	);
	ok(error === signal.reason && pieces === 3, String(error));
	equal(listeners.size, 0);
	// who closes a response, or leaves the loop, waits for no signal
	(await get("/big", { signal })).close();
	for await (const piece of await get("/big", { signal })) if (piece.length) break;
	equal(listeners.size, 0);
	const collected = get("/chunked", { signal }).then(one => {
		const text = one.text();
		abort();
		return text;
	});
	ok((await rejects(collected)) === signal.reason);
	// each request of a chain of redirects has its listener, and leaves none
	equal(await (await get("/count/3", { signal })).text(), "done");
	equal(listeners.size, 0);
	const chain = get("/count/4", { signal });
	signal.aborted = true;
	ok((await rejects(chain)) === signal.reason);
	signal.aborted = false;
	const done = await get("/json", { signal });
	equal(await done.json(), { hello: "world" });
	abort();
	equal(listeners.size, 0);
});

test("options on a prototype are refused, not lost", async () => {
	const inherited = Object.assign(Object.create({ pins: [new Uint8Array(32)] }), secure);
	await rejects(get("/json", { secure: inherited }), "configuration");
	const client = new HTTPClient({
		host: "127.0.0.1",
		port: Number(config.port),
		socket: { io: TLSClient, TCP: { io: TCP }, secure: inherited },
	});
	const error = await new Promise<Error | null>(resolve => void client.request({ path: "/json", onDone: resolve }));
	equal((error as TLSError).code, "configuration");
	ok(error!.message.includes('"pins" is inherited'), error!.message);
});

test("refused of fetch", async () => {
	for (const options of [
		{ body: "x" },
		{ body: 5, method: "POST" },
		{ headers: { "a\n": "b" } },
		{ headers: { a: "b\r\nc: d" } },
		{ metod: "GET" },
		{ maxBytes: -1 },
	])
		await rejects(get("/json", options as never), "configuration");
});
