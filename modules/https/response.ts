/*
	Reads a response of HTTP/1.1 (RFC 9112) from a connection: head, chunks, trailers. One small buffer holds the line
	at hand; a body goes past it, right into the application's buffer.

	Whatever a server sends, the head takes no more than `maxHeaderBytes`, and a turn of the event loop no more than
	TURN_WORK. Trailers and the extensions of chunks count as head.
*/

import { expectRoom, Purpose } from "../wire/memory";
import { copyPart } from "tls/hardware/copy";
import { BUFFER_BYTES, Line } from "./line";
import {
	expectShort,
	hasWord,
	isWord,
	MAX_LATIN_BYTES,
	MAX_NAME_BYTES,
	readChunkSize,
	readContentLength,
	readFieldName,
	readStatusLine,
	refuseHTTP,
	textOfASCII,
	textOfLatin,
	type Decode,
} from "./syntax";

/** Where a response's bytes come from. */
export interface Source {
	/** Bytes that can be read now. */
	readonly available: number;
	/** What is left of the work until others have their turn: about one for each byte of a line. */
	work: number;
	/** Fills `to`, which is no longer than `available`. */
	receive(to: Uint8Array): void;
}

/** What `advance` has come to. */
export const enum Next {
	/** More bytes are needed. */
	wait,
	/** The turn's work is done: go on from the event loop. */
	later,
	/** The head is read. */
	head,
	/** Bytes of the body can be read. */
	data,
	/** The response is complete. */
	done,
}

/** What answers the request. */
export const enum Expected {
	/** A head, and a body if the head says so. */
	body,
	/** A head alone, which may speak of a body. */
	head,
}

const enum Phase {
	status,
	field,
	/** A body whose length is known, or that ends with the connection. */
	body,
	chunkSize,
	chunk,
	chunkEnd,
	trailer,
	done,
}

const enum Flag {
	/** The answer to HEAD: it has no body. */
	head = 1,
	/** The server keeps the connection. */
	persistent = 2,
	chunked = 4,
	/** HTTP/1.0. */
	old = 8,
	/** Some of it has arrived. */
	began = 16,
}

/** Bytes read at a time if a chunk's size is expected: few of them belong to its data, which would be copied twice. */
const CHUNK_LINE_BYTES = 16;

/** Bytes of a chunk's line, with extensions. */
const MAX_CHUNK_LINE = 256;

const LONG_CHUNK_LINE = `server sent a chunk whose size and extensions have more than ${MAX_CHUNK_LINE} bytes`;
const LONG_HEAD = 'server sent a longer head than is allowed; "maxHeaderBytes" sets how long it may be';

/** Interim responses (1xx) before the one that counts. */
const MAX_INTERIM = 8;

/** What a line costs of a turn's work beside its bytes, and what the application's callback does. */
const LINE_WORK = 24;
export const CALLBACK_WORK = 48;
export const TURN_WORK = 320;

/** Slots of a field in a Map, with what makes it. */
const FIELD_SLOTS = 16;

/** Bytes for each field that is there already: XS doubles the table of a Map. */
const ENTRY_BYTES = 16;

const contentLength = "content-length";
const transferEncoding = "transfer-encoding";
const connection = "connection";
const chunkedWord = Uint8Array.of(0x63, 0x68, 0x75, 0x6e, 0x6b, 0x65, 0x64);
const closeWord = Uint8Array.of(0x63, 0x6c, 0x6f, 0x73, 0x65);

export class ResponseReader {
	private readonly line = new Line();
	private phase: Phase = Phase.status;
	/** Bytes that are left of the body, or of the chunk; Infinity if the connection's end is its end. */
	private left = -1;
	private flags: number;
	/** Bytes that the head may still take, and fields. */
	private headLeft: number;
	private fieldsLeft: number;
	private interim = 0;
	status = 0;
	statusText = "";
	/** By name, in lower case. Dropped when the application has it. */
	headers: Map<string, string> | undefined = undefined;
	/** Names of the fields that are kept; undefined: all. */
	declare private readonly mask: readonly string[] | undefined;

	constructor(expected: Expected, maxHeaderBytes: number, maxHeaders: number, mask: readonly string[] | undefined) {
		this.flags = expected === Expected.head ? Flag.head : 0;
		this.headLeft = maxHeaderBytes;
		this.fieldsLeft = maxHeaders;
		if (mask) this.mask = mask;
	}

	/** True if the server keeps the connection, once the response is complete. */
	get isPersistent(): boolean {
		return (this.flags & Flag.persistent) !== 0;
	}

	/** True when a byte of it has arrived. */
	get hasBegun(): boolean {
		return (this.flags & Flag.began) !== 0;
	}

	/** True from the end of the head on. */
	get hasHead(): boolean {
		return this.phase >= Phase.body;
	}

	/** True if the body ends with the connection. */
	get endsWithConnection(): boolean {
		return this.phase === Phase.body && this.left === Infinity;
	}

	/** Bytes after the response, which belong to nothing. */
	get rest(): number {
		return this.line.held;
	}

	/** What is missing, for an error's text. */
	get missing(): string {
		switch (this.phase) {
			case Phase.body:
				return `${this.left} bytes before the end of the body`;
			case Phase.status:
			case Phase.field:
				return "inside the head of its response";
			default:
				return "before the last chunk of the body";
		}
	}

	/** Bytes of the body that can be read now. */
	readable(source: Source): number {
		const phase = this.phase;
		if (phase !== Phase.body && phase !== Phase.chunk) return 0;
		return Math.min(this.left, this.line.held + source.available);
	}

	/** Fills `to`, no longer than `readable`, with bytes of the body. */
	take(source: Source, to: Uint8Array): void {
		const count = to.length,
			line = this.line;
		this.left -= count;
		if (line.held) {
			const copied = copyPart(line.bytes, line.start, line.end, to, 0);
			line.pass(copied);
			if (copied === count) return;
			to = to.subarray(copied);
		}
		source.receive(to);
	}

	/** Drops what can be read of the body, up to the work of a turn. */
	skip(source: Source): void {
		const line = this.line;
		while (source.work > 0 && this.readable(source)) {
			if (!line.held) this.fill(source, BUFFER_BYTES);
			const count = Math.min(this.left, line.held);
			line.pass(count);
			this.left -= count;
			source.work -= LINE_WORK;
		}
	}

	/** Reads lines until there is something to do. Throws TLSError "http" for what is not HTTP, and "out_of_memory". */
	advance(source: Source): Next {
		const line = this.line;
		for (;;) {
			switch (this.phase) {
				case Phase.body:
				case Phase.chunk:
					if (this.left > 0) return this.readable(source) ? Next.data : Next.wait;
					this.phase = this.phase === Phase.body ? Phase.done : Phase.chunkEnd;
					continue;
				case Phase.done:
					return Next.done;
				default:
			}
			if (source.work <= 0) return Next.later;
			const after = this.findLine(source);
			if (after < 0) return source.work > 0 ? Next.wait : Next.later;
			// what is read once more: names, and values that are lists or not ASCII
			source.work -= LINE_WORK + Math.min(after - line.start, line.isASCII ? MAX_NAME_BYTES : MAX_LATIN_BYTES);
			if (this.readLine(line.start, after)) return Next.head;
		}
	}

	/** Returns the offset after the next LF, or -1 if it has not arrived, or the turn's work is done. */
	private findLine(source: Source): number {
		const line = this.line;
		const isChunk = this.phase === Phase.chunkSize || this.phase === Phase.chunkEnd;
		const limit = isChunk ? MAX_CHUNK_LINE : this.headLeft;
		for (;;) {
			const before = line.scanned;
			const after = line.scan(source.work);
			source.work -= line.scanned - before;
			const length = line.scanned - line.start;
			if (length > limit) refuseHTTP(isChunk ? LONG_CHUNK_LINE : LONG_HEAD);
			if (after >= 0) {
				if (!isChunk) this.headLeft -= length;
				return after;
			}
			if (source.work <= 0 || !source.available) return -1;
			this.fill(source, isChunk ? CHUNK_LINE_BYTES : BUFFER_BYTES);
		}
	}

	/** Reads up to `most` bytes after what is there. */
	private fill(source: Source, most: number): void {
		const line = this.line;
		const room = line.makeRoom(Math.max(this.headLeft, MAX_CHUNK_LINE) + BUFFER_BYTES);
		const count = Math.min(source.available, most, room);
		const view = new Uint8Array(line.bytes.buffer, line.end, count);
		line.end += count;
		this.flags |= Flag.began;
		source.receive(view);
	}

	/** Reads the line that ends before `after`. Returns true if the head is complete with it. */
	private readLine(start: number, after: number): boolean {
		const line = this.line,
			{ bytes, colon, from, to, isASCII } = line;
		const end = line.next(after),
			decode = isASCII ? textOfASCII : textOfLatin;
		switch (this.phase) {
			case Phase.status:
				this.readStatus(start, end, decode);
				return false;
			case Phase.field:
				if (start === end) return this.endHead();
				this.countField();
				readFieldName(bytes, start, colon);
				// an empty value has nothing but spaces
				this.readField(start, colon, from < 0 ? end : from, from < 0 ? end : to, decode);
				return false;
			case Phase.chunkSize:
				this.readSize(start, end);
				return false;
			case Phase.chunkEnd:
				if (start !== end) refuseHTTP("server sent a chunk that is longer than its size says");
				this.phase = Phase.chunkSize;
				return false;
			default:
				if (start === end) this.phase = Phase.done;
				else {
					// a trailer: checked, and passed over
					this.countField();
					readFieldName(bytes, start, colon);
				}
				return false;
		}
	}

	private readStatus(start: number, end: number, decode: Decode): void {
		const bytes = this.line.bytes;
		const status = readStatusLine(bytes, start, end);
		this.status = status % 1000;
		this.flags &= Flag.head | Flag.began;
		this.flags |= status < 1000 ? Flag.persistent : Flag.old;
		const from = Math.min(start + 13, end);
		expectRoom(3 * (end - from), FIELD_SLOTS, Purpose.response);
		this.statusText = decode(bytes, from, end);
		this.headers = new Map();
		this.left = -1;
		this.phase = Phase.field;
	}

	private countField(): void {
		if (--this.fieldsLeft < 0)
			refuseHTTP('server sent more headers than are allowed; "maxHeaders" sets how many may come');
	}

	/** Reads the field whose name is bytes[start..colon) and whose value is bytes[from..to). */
	private readField(start: number, colon: number, from: number, to: number, decode: Decode): void {
		const bytes = this.line.bytes,
			length = to - start;
		expectRoom(3 * length + ENTRY_BYTES * this.headers!.size, FIELD_SLOTS, Purpose.response);
		const name = textOfASCII(bytes, start, colon);
		if (name === contentLength) {
			expectShort(name, from, to);
			this.left = readContentLength(bytes, from, to, this.left);
		} else if (name === transferEncoding) {
			if (this.flags & Flag.chunked || !isWord(bytes, from, to, chunkedWord))
				refuseHTTP('server sent a Transfer-Encoding other than "chunked"');
			this.flags |= Flag.chunked;
		} else if (name === connection) {
			expectShort(name, from, to);
			if (hasWord(bytes, from, to, closeWord)) this.flags &= ~Flag.persistent;
		}
		if (this.mask && !this.mask.includes(name)) return;
		const headers = this.headers!,
			known = headers.get(name);
		if (known !== undefined) expectRoom(2 * (known.length + length), FIELD_SLOTS, Purpose.response);
		const value = decode(bytes, from, to);
		headers.set(name, known === undefined ? value : `${known}, ${value}`);
	}

	/** Decides how the body ends (RFC 9112 section 6.3). Returns false for an interim response. */
	private endHead(): boolean {
		const status = this.status,
			flags = this.flags;
		if (flags & Flag.chunked && this.left >= 0)
			refuseHTTP("server sent Content-Length and Transfer-Encoding in one response");
		if (flags & Flag.chunked && (flags & Flag.old || status < 200 || status === 204))
			refuseHTTP(`server sent Transfer-Encoding with ${flags & Flag.old ? "HTTP/1.0" : `status ${status}`}`);
		if (status < 200) {
			if (status === 101) refuseHTTP("server switched protocols (101) without being asked");
			if (++this.interim > MAX_INTERIM) refuseHTTP(`server sent more than ${MAX_INTERIM} interim responses (1xx)`);
			this.headers = undefined;
			this.phase = Phase.status;
			return false;
		}
		if (flags & Flag.head || status === 204 || status === 304) this.phase = Phase.done;
		else if (flags & Flag.chunked) this.phase = Phase.chunkSize;
		else {
			this.phase = Phase.body;
			if (this.left < 0) {
				this.left = Infinity;
				this.flags &= ~Flag.persistent;
			}
		}
		return true;
	}

	private readSize(start: number, end: number): void {
		const size = readChunkSize(this.line.bytes, start, end);
		// sizes have at most 8 digits: what is more is extensions, which have a bound in all
		this.headLeft -= Math.max(0, end - start - 8);
		if (this.headLeft < 0) refuseHTTP("server sent too many chunk extensions");
		this.left = size;
		this.phase = size ? Phase.chunk : Phase.trailer;
	}
}
