/*
	Responses of HTTP/1.1, right and changed, read by the HTTP client's reader. However a response is cut into pieces,
	the same comes of it: status, fields, body and end. One that was not changed is read as it was meant.
*/

import { ascii, join, type Numbers } from "test/harness";
import { TLSError } from "tls/errors";
import { Expected, Next, ResponseReader, TURN_WORK, type Source } from "tls/https/response";
import { chance, mutateBytes, pick, someBytes } from "./mutate";
import { Finding, type Turns } from "./oracle";
import { sameBytes } from "./wire";

/** What a server sends, and what is meant by it. */
interface Sent {
	readonly bytes: Uint8Array;
	readonly expected: Expected;
	readonly status: number;
	readonly body: Uint8Array;
	/** The body ends with the connection. */
	readonly isOpen: boolean;
}

/** What has come of a response. */
interface Story {
	/** "done", "end" with the connection, "cut" before the end, or an error's code. */
	end: string;
	head: string;
	body: Uint8Array;
}

const none = new Uint8Array(0);
const fields: readonly string[] = [
	"server: fuzz",
	"x-long: " + "v".repeat(300),
	"set-cookie: a=1",
	"set-cookie: b=2",
	"x-empty:",
	"x-blanks: \t two  words \t",
	"connection: close",
	"connection: keep-alive, x",
	"x-latin: \xe9\xff",
];

/** Text of which each character is one byte. */
function bytesOf(text: string): Uint8Array {
	const bytes = new Uint8Array(text.length);
	for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
	return bytes;
}

function chunked(n: Numbers, body: Uint8Array): Uint8Array {
	let all: Uint8Array = none;
	for (let at = 0; at < body.length; ) {
		const count = Math.min(body.length - at, 1 + n.below(200));
		const line = `${count.toString(16)}${chance(n, 4) ? `;name="${n.below(100)}"` : ""}\r\n`;
		all = join(all, ascii(line), body.subarray(at, at + count), ascii("\r\n"));
		at += count;
	}
	return join(all, ascii(`0\r\n${chance(n, 4) ? "x-trailer: 1\r\n" : ""}\r\n`));
}

/** A response that a server may send. */
function makeResponse(n: Numbers): Sent {
	const status = pick(n, [200, 200, 200, 206, 404, 204, 304]);
	const expected = chance(n, 8) ? Expected.head : Expected.body;
	const hasBody = status !== 204 && status !== 304 && expected === Expected.body;
	const body = hasBody ? someBytes(n, n.below(chance(n, 4) ? 3000 : 60)) : none;
	const form = status === 204 ? 2 : n.below(3);
	let head = "";
	for (let left = chance(n, 6) ? 1 + n.below(8) : 0; left > 0; left--)
		head += "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n";
	head += `HTTP/1.1 ${status} ${pick(n, ["OK", "", "Not \xe9"])}\r\n`;
	for (let left = n.below(5); left > 0; left--) head += `${pick(n, fields)}\r\n`;
	if (form === 0) head += `Content-Length: ${body.length}\r\n`;
	else if (form === 1) head += "Transfer-Encoding: chunked\r\n";
	return {
		bytes: join(bytesOf(`${head}\r\n`), form === 1 && hasBody ? chunked(n, body) : body),
		expected,
		status,
		body,
		isOpen: hasBody && form === 2,
	};
}

const insertions: readonly string[] = [
	"x",
	"\r",
	"\n",
	"\r\n",
	"\r\n\r\n",
	" \r\n",
	":",
	" ",
	"\t",
	"\0",
	"\x7f",
	"content-length: 5\r\n",
	"content-length: 5, 5\r\n",
	"transfer-encoding: chunked\r\n",
	"transfer-encoding: gzip, chunked\r\n",
	"HTTP/1.0 200 OK\r\n",
	"HTTP/1.1 101 Switching\r\n\r\n",
	"0\r\n\r\n",
	"ffffffff\r\n",
	';x="\r\n"\r\n',
];

/** The places before each CR. */
function lineEnds(bytes: Uint8Array): number[] {
	const ends: number[] = [];
	for (let at = bytes.indexOf(13); at >= 0; at = bytes.indexOf(13, at + 1)) ends.push(at);
	return ends;
}

function change(n: Numbers, bytes: Uint8Array): Uint8Array {
	if (chance(n, 3)) return mutateBytes(n, bytes);
	const at = chance(n, 2) ? n.below(bytes.length + 1) : pick(n, lineEnds(bytes)) + n.below(3);
	return join(bytes.subarray(0, at), ascii(pick(n, insertions)), bytes.subarray(at));
}

/** Bytes that arrive in pieces. */
class Pieces implements Source {
	available = 0;
	work = TURN_WORK;
	private readonly bytes: Uint8Array;
	private at = 0;

	constructor(bytes: Uint8Array) {
		this.bytes = bytes;
	}

	/** True if more has arrived. */
	arrive(most: number): boolean {
		const count = Math.min(most, this.bytes.length - this.at - this.available);
		this.available += count;
		return count > 0;
	}

	receive(to: Uint8Array): void {
		if (to.length > this.available) throw new Finding(`${to.length} bytes are read, ${this.available} are there`);
		to.set(this.bytes.subarray(this.at, this.at + to.length));
		this.at += to.length;
		this.available -= to.length;
	}
}

function headOf({ status, statusText, headers }: ResponseReader): string {
	return JSON.stringify([status, statusText, [...headers!]]);
}

/** Reads `bytes`, `most()` of which arrive at a time. */
function read(bytes: Uint8Array, expected: Expected, turns: Turns, most: () => number): Story {
	const reader = new ResponseReader(expected, 2048, 32, undefined);
	const source = new Pieces(bytes);
	const story: Story = { end: "", head: "", body: none };
	try {
		for (let steps = 0; ; steps++) {
			if (steps > 100000) throw new Finding("a response that does not end");
			source.work = TURN_WORK;
			const next = turns.take(() => reader.advance(source));
			if (next === Next.head) story.head = headOf(reader);
			else if (next === Next.data) {
				const to = new Uint8Array(Math.min(reader.readable(source), most()));
				turns.take(() => reader.take(source, to));
				story.body = join(story.body, to);
			} else if (next === Next.done) {
				story.end = `done, ${reader.isPersistent}`;
				return story;
			} else if (next === Next.wait && !source.arrive(most())) {
				story.end = reader.endsWithConnection ? "end" : "cut";
				return story;
			}
		}
	} catch (error) {
		if (!(error instanceof TLSError) || (error.code !== "http" && error.code !== "out_of_memory")) throw error;
		story.end = error.code;
		return story;
	}
}

function expectMeant(sent: Sent, { end, head, body }: Story): void {
	const { status } = sent;
	if (!head.startsWith(`[${status},`) || !end.startsWith(sent.isOpen ? "end" : "done") || !sameBytes(body, sent.body))
		throw new Finding(`a right response is read as ${end} ${head}, ${body.length} of ${sent.body.length} bytes`);
}

/** Where the body begins in a response whose head is accepted: after the first head that is not interim. */
function bodyStart(text: string): number {
	for (let at = 0; ; ) {
		const isInterim = text[at + 9] === "1";
		at = text.indexOf("\r\n\r\n", at) + 4;
		if (!isInterim) return at;
	}
}

/** The body of accepted chunks, read as RFC 9112 section 7.1 says. */
function expectChunks(bytes: Uint8Array, body: Uint8Array): void {
	let text = "",
		content: Uint8Array = none;
	for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!);
	for (let at = bodyStart(text); ; ) {
		const line = text.slice(at, text.indexOf("\r\n", at));
		const size = /^([0-9a-f]{1,8})([ \t]*;.*)?$/i.exec(line)?.[1];
		if (size === undefined) throw new Finding(`a chunk's line is accepted: ${line}`);
		at += line.length + 2;
		const length = Number.parseInt(size, 16);
		if (!length) break;
		content = join(content, bytes.subarray(at, at + length));
		at += length + 2;
		if (text.slice(at - 2, at) !== "\r\n") throw new Finding("a chunk is accepted that is longer than its size");
	}
	if (!sameBytes(content, body)) throw new Finding(`chunks of ${content.length} bytes are read as ${body.length}`);
}

/** A response, in one piece and in many. */
export function http(n: Numbers, turns: Turns): string {
	const sent = makeResponse(n);
	const isRight = chance(n, 3);
	const bytes = isRight ? sent.bytes : change(n, sent.bytes);
	const whole = read(bytes, sent.expected, turns, () => bytes.length + 1);
	const size = pick(n, [1, 2, 3, 17, 300]);
	const cut = read(bytes, sent.expected, turns, () => 1 + n.below(size));
	if (whole.end !== cut.end || whole.head !== cut.head || !sameBytes(whole.body, cut.body))
		throw new Finding(
			`in one piece ${whole.end} ${whole.head} and ${whole.body.length} bytes, in pieces of up to ${size} ${cut.end} ${cut.head} and ${cut.body.length}`,
		);
	if (isRight) expectMeant(sent, whole);
	const hasChunks = /^\[(?!204|304).*\["transfer-encoding"/.test(whole.head);
	if (whole.end.startsWith("done") && sent.expected === Expected.body && hasChunks) expectChunks(bytes, whole.body);
	return whole.end;
}
