/*
	What a request is made of, checked before a byte of it is sent (RFC 9110 section 5.5, RFC 9112 section 3). CR, LF
	and other control characters in a method, path or header are refused, not removed. Whoever chooses a part of them
	could send headers or requests with them.
*/

import { refuse } from "../errors";
import { typeName } from "../options";
import { isTokenByte } from "./syntax";
import { TLSError } from "../errors";

/** What may be given as headers: a Map, or a list of pairs. A list as value is a header for each of its items. */
export type RequestHeaders = Iterable<readonly [name: string, value: string | readonly string[]]>;

/** How a request's body ends. Above 0: bytes that are left of it. */
export const enum Body {
	none = 0,
	chunked = -1,
}

/** What the headers say of a request. */
export interface RequestHead {
	readonly bytes: Uint8Array;
	/** Of Body. */
	readonly body: number;
	readonly isHead: boolean;
	/** Sending it twice does what sending it once does (RFC 9110 section 9.2.2). */
	readonly isIdempotent: boolean;
	/** The application asks for an end of the connection. */
	readonly closes: boolean;
}

const idempotentMethods: readonly string[] = Object.freeze(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"]);
const methodsWithBody: readonly string[] = Object.freeze(["POST", "PUT", "PATCH"]);

function isToken(text: string): boolean {
	for (let i = 0; i < text.length; i++) if (!isTokenByte(text.charCodeAt(i))) return false;
	return text.length > 0;
}

/**
 * Position of the first character other than visible ASCII, or -1; tab and space are visible if `least` is 32. No step
 * of script for each character: a path may be a redirect's, as long as a server likes.
 */
function findBad(text: string, least: 32 | 33): number {
	return text.search(least === 33 ? /[^!-~]/ : /[^\t -~]/);
}

/** A character of an application's text, for an error. */
function badText(text: string, at: number): string {
	return `character ${text.charCodeAt(at)} at position ${at}`;
}

/** Refuses a method, path or header of the application that can't be sent. */
function checkLine(method: unknown, path: unknown): void {
	if (typeof method !== "string" || !isToken(method)) refuse('"method" must be a word such as "GET"');
	if (method === "CONNECT") refuse('"method" can\'t be CONNECT: proxies are unsupported');
	if (typeof path !== "string" || !(path.startsWith("/") || path === "*"))
		refuse('"path" must start with "/", as in "/status?full=1"');
	const bad = findBad(path, 33);
	if (bad >= 0) refuse(`"path" has ${badText(path, bad)}: encode spaces and what is not ASCII with % (encodeURI)`);
}

class HeadWriter {
	text: string;
	body: number = Body.none;
	closes = false;
	hasHost = false;
	hasLength = false;

	constructor(method: string, path: string) {
		this.text = `${method} ${path} HTTP/1.1\r\n`;
	}

	add(name: unknown, value: unknown): void {
		if (typeof name !== "string" || !isToken(name))
			refuse(
				`"headers": ${typeof name === "string" ? `"${name.slice(0, 40)}"` : `a ${typeName(name)}`} is not the name of a header`,
			);
		if (typeof value !== "string" && typeof value !== "number")
			refuse(`"headers": "${name}" must be a string, not a ${typeName(value)}`);
		const text = String(value);
		const bad = findBad(text, 32);
		if (bad >= 0) refuse(`"headers": "${name}" has ${badText(text, bad)}, which no header may have`);
		this.note(name.toLowerCase(), text.trim());
		this.text += `${name}: ${text.trim()}\r\n`;
	}

	/** Headers that say how the request ends. */
	private note(name: string, value: string): void {
		switch (name) {
			case "host":
				if (this.hasHost) refuse('"headers" has "host" twice');
				// a path or a second name in it is read in different ways by proxies and servers
				if (!/^[A-Za-z0-9._~:[\]%-]+$/.test(value))
					refuse('"headers": "host" must be a name or an address, with a port if it is not the usual one');
				this.hasHost = true;
				break;
			case "content-length": {
				if (this.hasLength)
					refuse('"headers" has more than one length: give "content-length" or "transfer-encoding", once');
				const length = Number(value);
				if (!/^[0-9]{1,15}$/.test(value)) refuse('"headers": "content-length" must be a whole number of bytes');
				this.hasLength = true;
				this.body = length;
				break;
			}
			case "transfer-encoding":
				if (this.hasLength)
					refuse('"headers" has more than one length: give "content-length" or "transfer-encoding", once');
				if (value.toLowerCase() !== "chunked") refuse('"headers": "transfer-encoding" must be "chunked"');
				this.hasLength = true;
				this.body = Body.chunked;
				break;
			case "connection":
				this.closes ||= value
					.toLowerCase()
					.split(",")
					.some(word => word.trim() === "close");
				break;
			case "upgrade":
				refuse('"headers": "upgrade" is unsupported: an HTTP client can\'t go on with another protocol');
				break;
			case "expect":
				refuse('"headers": "expect" is unsupported: the body is sent at once');
				break;
			default:
		}
	}
}

/**
 * Makes the head of a request to `authority`, as "host" has it. Throws TLSError "configuration" that names what can't
 * be sent.
 */
export function makeHead(
	method: string,
	path: string,
	headers: RequestHeaders | undefined,
	authority: string,
): RequestHead {
	checkLine(method, path);
	const writer = new HeadWriter(method, path);
	try {
		if (headers !== undefined)
			for (const [name, value] of headers) {
				if (Array.isArray(value)) for (const item of value as string[]) writer.add(name, item);
				else writer.add(name, value);
			}
	} catch (error) {
		if (error instanceof TLSError) throw error;
		refuse('"headers" must be a Map, or a list of pairs of a name and a value');
	}
	if (!writer.hasHost) writer.add("host", authority);
	if (!writer.hasLength && methodsWithBody.includes(method)) writer.add("content-length", "0");
	return {
		bytes: new Uint8Array(ArrayBuffer.fromString(`${writer.text}\r\n`)),
		body: writer.body,
		isHead: method === "HEAD",
		isIdempotent: idempotentMethods.includes(method),
		closes: writer.closes,
	};
}
