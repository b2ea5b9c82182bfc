/*
	Kept connections: a body after a response that has none, and what is sent again when one has gone stale. Also
	servers that answer before they are asked.
*/

import { equal, ok, test, throws } from "test/harness";
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

const cut = new TLSError("truncated", "TCP was cut");

test("a server that answers before it is asked", async () => {
	FakeSocket.reset();
	class Early extends FakeSocket {
		override openRoom(): void {
			this.feed(latin(hello));
			super.openRoom();
		}
	}
	const one = newOutcome();
	const client = newClient({ socket: { io: Early, secure: {} }, onError: error => void one.errors.push(error) });
	client.request(noting(one));
	await until(() => one.dones === 1);
	equal([one.heads, one.error?.code, one.errors.length, first()!.sent], [0, "http", 1, ""]);
	ok(String(one.error).includes("43 bytes that no request asked for"), String(one.error));
	ok(first()!.isClosed);
	throws(() => client.request({}), "closed");
});

for (const [name, method, head] of [
	["HEAD", "HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"],
	["HEAD, chunked", "HEAD", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"],
	["204", "GET", "HTTP/1.1 204 No Content\r\n\r\n"],
	["204 with a length", "GET", "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n"],
	["304", "GET", "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n"],
	["a length of 0", "GET", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"],
	["a last chunk", "GET", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"],
] as const)
	test(`a body where none belongs answers no other request: ${name}`, async () => {
		FakeSocket.reset();
		const one = newOutcome(),
			two = newOutcome();
		const closes: string[] = [];
		const client = newClient({ onClose: error => void closes.push(String(error)) });
		client.request({ ...noting(one), method });
		client.request(noting(two));
		await answer(first, 1, `${head}${hello}`);
		await until(() => one.dones === 1);
		await answer(second, 1);
		await until(() => two.dones === 1);
		equal([one.body, one.error, two.body, two.error], ["", null, "hello", null]);
		ok(closes[0]!.includes(`${hello.length} bytes that no request asked for`), closes[0]!);
		ok(first()!.isClosed && !first()!.sent.includes("GET / HTTP/1.1\r\nhost: server.example\r\n\r\nGET"));
		client.close();
	});

test("HTTP/1.0 is not kept, whatever it says", async () => {
	FakeSocket.reset();
	const one = newOutcome(),
		two = newOutcome();
	const client = newClient();
	client.request(noting(one));
	client.request(noting(two));
	await answer(first, 1, "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\ncontent-length: 5\r\n\r\nhello");
	await answer(second, 1);
	await until(() => two.dones === 1);
	equal([one.body, two.body], ["hello", "hello"]);
	client.close();
});

test("a kept connection that ends in the middle of an answer: nothing is sent again", async () => {
	for (const [part, end] of [
		["H", goodbye()],
		["H", cut],
		["HTTP/1.1 100 Continue\r\n\r\n", cut],
		["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell", cut],
	] as const) {
		FakeSocket.reset();
		const one = newOutcome(),
			two = newOutcome();
		const client = newClient();
		client.request(noting(one));
		await answer(first, 1);
		await until(() => one.dones === 1);
		client.request(noting(two));
		await answer(first, 2, part);
		await turn();
		first()!.end(end);
		await until(() => two.dones === 1);
		equal([two.error?.code, FakeSocket.all.length], ["truncated", 1], part);
	}
});

test("a kept connection that ends: a body that was begun is not sent again, one that was not is", async () => {
	for (const isBegun of [true, false]) {
		FakeSocket.reset();
		const one = newOutcome(),
			two = newOutcome();
		let writes = 0;
		const client = newClient();
		client.request(noting(one));
		await answer(first, 1);
		await until(() => one.dones === 1);
		// without room for all of the head, nothing of the body is asked for
		if (!isBegun) first()!.room = FakeSocket.room = 10;
		await turn();
		first()!.openRoom();
		client.request({
			...noting(two),
			method: "PUT",
			headers: [["content-length", "4"]],
			onWritable() {
				writes++;
				this.write(latin("data"));
			},
		});
		await until(() => first()!.sent.includes("PUT"));
		await turn();
		FakeSocket.room = 4096;
		first()!.end(cut);
		if (!isBegun) await answer(second, 1);
		await until(() => two.dones === 1);
		equal([FakeSocket.all.length, writes], isBegun ? [1, 1] : [2, 1]);
		equal(two.error?.code, isBegun ? "truncated" : undefined);
		if (!isBegun) ok(second()!.sent.endsWith("\r\n\r\ndata"));
		client.close();
	}
});
