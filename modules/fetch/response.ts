/*
	What `fetch` gives: a response as the web has it, as far as a device needs it. Its body stays with the server until
	it is asked for: nothing is collected that nobody reads.
*/

import { refuse, TLSError } from "../errors";
import { canHave, expectRoom, Need, outOfMemory, Purpose } from "../wire/memory";
import { copy } from "tls/hardware/copy";
import { Pieces } from "./body";
import type { Body } from "./body";
import { parseJSON } from "./json";
import { decodeText, textLength } from "tls/hardware/text/text";

/** Decompresses gzip (RFC 1952): all of `from[start..end)` into all of `to`. hardware/inflate has one. */
export type Gunzip = (from: Uint8Array, start: number, end: number, to: Uint8Array) => boolean;

/** Most bytes of a body that is collected if its length is not known: it doubles from here. */
const FIRST_BYTES = 1024;

/** Bytes of gzip's header and trailer, and the smallest body between them. */
const LEAST_GZIP = 20;

/** Most bytes that memory is asked for. */
const ASKED_AT_MOST = 0xfff000;

/** A response's headers. Names may have upper and lower case. */
export class Headers {
	readonly #fields: Map<string, string>;

	constructor(fields: Map<string, string>) {
		this.#fields = fields;
	}

	/** The value, or null if the header is absent. The values of several headers of one name are joined by ", ". */
	get(name: string): string | null {
		return this.#fields.get(name.toLowerCase()) ?? null;
	}

	has(name: string): boolean {
		return this.#fields.has(name.toLowerCase());
	}

	/** Names, in lower case, with their values. */
	entries(): IterableIterator<[string, string]> {
		return this.#fields.entries();
	}

	forEach(callback: (value: string, name: string) => void): void {
		for (const [name, value] of this.#fields) callback(value, name);
	}

	[Symbol.iterator](): IterableIterator<[string, string]> {
		return this.#fields.entries();
	}
}

/** What a Response is made of. */
export interface ResponseParts {
	readonly status: number;
	readonly statusText: string;
	readonly headers: Headers;
	readonly url: string;
	readonly redirected: boolean;
	readonly body: Body;
	/** Most bytes that are collected. */
	readonly maxBytes: number;
	readonly gunzip: Gunzip | undefined;
}

function tooLong(maxBytes: number): TLSError {
	return new TLSError("http", `server sent a body of more than ${maxBytes} bytes; "maxBytes" sets how long it may be`);
}

/** Throws "out_of_memory" unless `length` bytes of a body can be kept, and the functions go on that wait for them. */
function expectBody(length: number): void {
	expectRoom(Math.min(ASKED_AT_MOST, length + Need.callBytes), Need.callSlots, Purpose.data);
}

export class Response {
	readonly #parts: ResponseParts;
	#isUsed = false;

	/** Made by `fetch` alone. */
	constructor(parts: ResponseParts) {
		this.#parts = parts;
	}

	get status(): number {
		return this.#parts.status;
	}

	get statusText(): string {
		return this.#parts.statusText;
	}

	/** True for a status from 200 to 299. */
	get ok(): boolean {
		const { status } = this.#parts;
		return status >= 200 && status < 300;
	}

	get headers(): Headers {
		return this.#parts.headers;
	}

	/** Where it came from in the end. */
	get url(): string {
		return this.#parts.url;
	}

	/** True if that is not where the request went first. */
	get redirected(): boolean {
		return this.#parts.redirected;
	}

	/** True if the body was asked for. */
	get bodyUsed(): boolean {
		return this.#isUsed;
	}

	/** Ends the connection of a response whose body is not wanted. */
	close(): void {
		this.#parts.body.finish(new TLSError("closed", "the response is closed"));
	}

	#use(): Body {
		if (this.#isUsed) throw new TypeError("the body is read already: it can be read once");
		this.#isUsed = true;
		return this.#parts.body;
	}

	/**
	 * The body piece by piece, as it arrives: the only way for one that does not fit into memory. Leaving the loop ends
	 * the connection.
	 */
	[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array, void, undefined> {
		return new Pieces(() => this.#piecesBody());
	}

	#piecesBody(): Body {
		if (this.#isCompressed())
			refuse('"gunzip": a compressed body can\'t be read in pieces: call arrayBuffer(), text() or json()');
		return this.#use();
	}

	/** The whole body. Throws TLSError "out_of_memory" if there is no room for it. */
	arrayBuffer(): Promise<ArrayBuffer> {
		return this.#refusal() ?? this.#all();
	}

	/** The whole body as text in UTF-8; U+FFFD replaces malformed bytes. */
	text(): Promise<string> {
		return this.#refusal() ?? this.#allText();
	}

	/**
	 * The whole body, read as JSON: all of it, or only the properties called `names`. XS keeps each name that it has
	 * met until the app ends: give `names` for a server that may send any. SyntaxError if it is not JSON; TLSError
	 * "out_of_memory" if there is no room for what it becomes, "http" if it has more than 20 levels.
	 */
	json(names?: readonly string[]): Promise<any> {
		return this.#refusal() ?? this.#allJSON(names);
	}

	/** Returns a rejected promise where there is no room for the functions that wait for the body. */
	#refusal(): Promise<never> | undefined {
		if (this.#isUsed || canHave(Need.waitBytes, Need.waitSlots)) return undefined;
		this.close();
		return Promise.reject(outOfMemory(Purpose.data, Need.waitBytes));
	}

	async #all(): Promise<ArrayBuffer> {
		const body = this.#use();
		try {
			const bytes = await this.#collect(body);
			return this.#isCompressed() ? this.#decompress(bytes) : bytes;
		} finally {
			this.close();
		}
	}

	async #allText(): Promise<string> {
		const bytes = new Uint8Array(await this.#all());
		expectBody(textLength(bytes, 0, bytes.length));
		return decodeText(bytes, 0, bytes.length);
	}

	async #allJSON(names: readonly string[] | undefined): Promise<any> {
		return parseJSON(await this.#allText(), names);
	}

	#isCompressed(): boolean {
		const { gunzip, headers } = this.#parts;
		const coding = gunzip && headers.get("content-encoding")?.toLowerCase();
		// RFC 9110 section 8.4.1.3
		return coding === "gzip" || coding === "x-gzip";
	}

	async #collect(body: Body): Promise<ArrayBuffer> {
		const { maxBytes, headers } = this.#parts;
		const announced = Number(headers.get("content-length") ?? Number.NaN);
		let bytes = new Uint8Array(0),
			length = 0;
		for (;;) {
			const count = body.ready;
			if (count === 0) break;
			if (count === undefined) {
				await body.wait();
				continue;
			}
			// not before a byte is there: answers to HEAD, and status 304, announce a body that they do not have
			if (announced > maxBytes || length + count > maxBytes) throw tooLong(maxBytes);
			if (length + count > bytes.length) {
				const wanted = announced >= length + count ? announced : Math.max(FIRST_BYTES, 2 * length, length + count);
				const size = Math.min(wanted, maxBytes);
				expectBody(size);
				const grown = new Uint8Array(size);
				copy(bytes, 0, length, grown, 0);
				bytes = grown;
			}
			length += body.readInto(bytes.subarray(length, length + count));
		}
		if (length === bytes.length) return bytes.buffer;
		expectBody(length);
		return bytes.buffer.slice(0, length);
	}

	/**
	 * Decompresses the whole body. Its end says how long it becomes: that is checked before memory is taken, and by the
	 * decompression itself.
	 */
	#decompress(compressed: ArrayBuffer): ArrayBuffer {
		const { maxBytes, gunzip } = this.#parts;
		const bytes = new Uint8Array(compressed),
			end = bytes.length;
		// HEAD, 204 and 304 tell of an encoding and have no body
		if (!end) return compressed;
		if (end < LEAST_GZIP)
			throw new TLSError("http", `server sent a gzip body of ${end} bytes, which is too short for one`);
		const length = new DataView(compressed).getUint32(end - 4, true);
		if (length > maxBytes) throw tooLong(maxBytes);
		expectBody(length);
		const result = new Uint8Array(length);
		if (!gunzip!(bytes, 0, end, result))
			throw new TLSError("http", "server sent a gzip body that can't be decompressed");
		return result.buffer;
	}
}
