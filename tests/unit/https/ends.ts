/*
	How a response and its connection end: what a socket reports, and a body that the application does not read. And how
	long a body of fetch may be.
*/

import { equal, ok, test } from "test/harness";
import { fetch } from "tls/fetch";
import { answer, FakeSocket, first, latin, newClient, newOutcome, noting, turn, until } from "test/unit/https/peer";

test("what a socket reports as its end: an Error keeps its words, anything else is a cut", async () => {
	for (const [reported, code, words] of [
		[new Error("the cable is out"), "transport", "the cable is out"],
		[new RangeError("of the socket"), "transport", "of the socket"],
		[undefined, "truncated", "the connection ended without close_notify (before it answered)"],
		["words", "truncated", "the connection ended without close_notify (before it answered)"],
		[{ message: "an object" }, "truncated", "the connection ended without close_notify (before it answered)"],
	] as const) {
		FakeSocket.reset();
		const one = newOutcome();
		const client = newClient();
		client.request(noting(one));
		await until(() => (first()?.sent.length ?? 0) > 0);
		first()!.end(reported);
		await until(() => one.dones === 1);
		equal([one.error?.code, one.error?.message], [code, words]);
	}
});

test("a body that nobody reads is passed over, whatever pieces it comes in", async () => {
	for (const pieces of [["hello"], ["h", "ello"], ["he", "", "llo"], ["h", "e", "l", "l", "o"]]) {
		FakeSocket.reset();
		const one = newOutcome(),
			two = newOutcome();
		const client = newClient();
		const { onDone } = noting(one) as { onDone: () => void };
		client.request({ onDone });
		await until(() => (first()?.sent.length ?? 0) > 0);
		first()!.feed(latin("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"));
		for (const piece of pieces) {
			await turn();
			equal(one.dones, 0);
			first()!.feed(latin(piece));
		}
		await until(() => one.dones === 1, pieces.join("|"));
		equal([one.error, first()!.received.length, first()!.isClosed], [null, 0, false]);
		client.request(noting(two));
		await answer(first, 2);
		await until(() => two.dones === 1);
		equal(two.body, "hello");
		client.close();
	}
});

test("fetch: a body may have 0 to 2,147,483,647 bytes", async () => {
	for (const [maxBytes, says] of [
		[-1, '"maxBytes" must be'],
		[0.5, '"maxBytes" must be'],
		[0x80000000, '"maxBytes" must be'],
		// what is wrong then is the URL
		[0, "URL"],
		[0x7fffffff, "URL"],
	] as const) {
		let message = "";
		try {
			await fetch("no URL", { maxBytes });
		} catch (error) {
			({ message } = error as Error);
		}
		ok(message.includes(says), `${maxBytes}: ${message}`);
	}
});
