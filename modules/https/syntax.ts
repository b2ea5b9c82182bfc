/*
	The syntax of HTTP's fields on bytes (RFC 9110 section 5, RFC 9112 sections 2 to 7). Only `textOfASCII` and
	`textOfLatin` allocate: their callers have asked for the memory. Each function takes (bytes, start, end).
*/

import { TLSError } from "../errors";

const enum Char {
	tab = 9,
	space = 32,
	comma = 44,
	zero = 48,
	semicolon = 59,
}

/** Digits of a length in bytes: 10^15 is a whole number for JavaScript, and more than any device receives. */
const MAX_LENGTH_DIGITS = 15;

/** Hexadecimal digits of a chunk's size: 4 GB less a byte. */
const MAX_SIZE_DIGITS = 8;

/**
 * Bytes of a header's name, and of a value that this client reads itself: what takes script some steps for each byte.
 */
export const MAX_NAME_BYTES = 128;
const MAX_VALUE_BYTES = 128;

/** Bytes of a value that is not all ASCII. */
export const MAX_LATIN_BYTES = 256;

/** Throws "http": the peer does not keep to HTTP. */
export function refuseHTTP(message: string): never {
	throw new TLSError("http", message);
}

/** Refuses a value of Content-Length, Transfer-Encoding or Connection that is too long to be one. */
export function expectShort(name: string, start: number, end: number): void {
	if (end - start > MAX_VALUE_BYTES)
		refuseHTTP(`server sent a "${name}" of ${end - start} bytes, expected ${MAX_VALUE_BYTES} at most`);
}

/** A byte that a server sent, for an error's text. */
export function byteName(byte: number): string {
	return `byte 0x${(256 + byte).toString(16).slice(1)}`;
}

/** True for the characters of a token: methods, names of fields (RFC 9110 section 5.6.2). */
export function isTokenByte(c: number): boolean {
	if (c > 0x60) return c < 0x7b || c === 0x7c || c === 0x7e;
	if (c > 0x5d) return true; // ^ _ `
	if (c > 0x40) return c < 0x5b;
	if (c >= Char.zero) return c < 0x3a;
	// ! # $ % & ' * + - .
	return c === 0x21 || (c > 0x22 && c < 0x28) || c === 0x2a || c === 0x2b || c === 0x2d || c === 0x2e;
}

/**
 * Writes a field's name in lower case. Refuses anything but a token: a continued line ("obs-fold") and a space before
 * the colon are among that.
 */
export function readFieldName(bytes: Uint8Array, start: number, colon: number): void {
	const first = bytes[start];
	if (isSpace(first)) refuseHTTP("server continued a header on the next line (obs-fold), which HTTP/1.1 forbids");
	if (colon < 0) refuseHTTP("server sent a header line without a colon");
	if (colon === start) refuseHTTP("server sent a header without a name");
	if (colon - start > MAX_NAME_BYTES)
		refuseHTTP(`server sent a header whose name has ${colon - start} bytes, expected ${MAX_NAME_BYTES} at most`);
	for (let i = start; i < colon; i++) {
		const c = bytes[i]!;
		if (c > 0x40 && c < 0x5b) bytes[i] = c | 0x20;
		else if (!isTokenByte(c)) refuseHTTP(`server sent a header whose name has ${byteName(c)}`);
	}
}

function isSpace(c: number | undefined): boolean {
	return c === Char.space || c === Char.tab;
}

/** The first offset of `start..end` that has no space, or `end`. */
function skipSpace(bytes: Uint8Array, start: number, end: number): number {
	while (start < end && isSpace(bytes[start])) start++;
	return start;
}

/** The end of `start..end` without the spaces at its end. */
export function trimEnd(bytes: Uint8Array, start: number, end: number): number {
	while (end > start && isSpace(bytes[end - 1])) end--;
	return end;
}

/** Returns bytes as text. */
export type Decode = (bytes: Uint8Array<ArrayBuffer>, start: number, end: number) => string;

/** Returns bytes of ASCII as text. */
export function textOfASCII(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): string {
	return String.fromArrayBuffer(bytes.buffer.slice(start, end));
}

/** Returns bytes as text; others than ASCII count as Latin-1, as on the web. */
export function textOfLatin(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): string {
	if (end - start > MAX_LATIN_BYTES)
		refuseHTTP(
			`server sent a header of ${end - start} bytes that are not all ASCII, expected ${MAX_LATIN_BYTES} at most`,
		);
	const wide = new Uint8Array(2 * (end - start));
	let length = 0;
	for (let i = start; i < end; i++) {
		const c = bytes[i]!;
		if (c < 0x80) wide[length++] = c;
		else {
			wide[length++] = 0xc0 | (c >> 6);
			wide[length++] = 0x80 | (c & 63);
		}
	}
	return String.fromArrayBuffer(wide.buffer.slice(0, length));
}

/** True if the bytes, upper or lower case, are `word`, which is in lower case. */
export function isWord(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
	const length = word.length;
	if (end - start !== length) return false;
	for (let i = 0; i < length; i++) {
		const c = bytes[start + i]!;
		if ((c > 0x40 && c < 0x5b ? c | 0x20 : c) !== word[i]) return false;
	}
	return true;
}

/** True if a list, with commas between its items, has the word. */
export function hasWord(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
	for (let at = start; at <= end; ) {
		let comma = at;
		while (comma < end && bytes[comma] !== Char.comma) comma++;
		const first = skipSpace(bytes, at, comma);
		if (isWord(bytes, first, trimEnd(bytes, first, comma), word)) return true;
		at = comma + 1;
	}
	return false;
}

function readLength(bytes: Uint8Array, start: number, end: number): number {
	let length = 0;
	for (let i = start; i < end; i++) {
		const digit = bytes[i]! - Char.zero;
		if (!(digit >= 0 && digit <= 9)) refuseHTTP("server sent a Content-Length that is not a number");
		length = length * 10 + digit;
	}
	if (start === end) refuseHTTP("server sent an empty Content-Length");
	if (end - start > MAX_LENGTH_DIGITS)
		refuseHTTP(`server sent a Content-Length of ${end - start} digits, expected ${MAX_LENGTH_DIGITS} at most`);
	return length;
}

/**
 * Reads a Content-Length. `known` is that of an earlier field, or -1. Values that are equal count as one (RFC 9110
 * section 8.6); two that differ are how a response is smuggled past a proxy.
 */
export function readContentLength(bytes: Uint8Array, start: number, end: number, known: number): number {
	let length = known;
	for (let at = start; at <= end; ) {
		let comma = at;
		while (comma < end && bytes[comma] !== Char.comma) comma++;
		const first = skipSpace(bytes, at, comma);
		const value = readLength(bytes, first, trimEnd(bytes, first, comma));
		if (length >= 0 && value !== length)
			refuseHTTP(`server sent two different Content-Lengths: ${length} and ${value}`);
		length = value;
		at = comma + 1;
	}
	return length;
}

function hexDigit(c: number): number {
	if (c >= Char.zero && c < 0x3a) return c - Char.zero;
	const lower = c | 0x20;
	return lower > 0x60 && lower < 0x67 ? lower - 0x57 : -1;
}

/** Reads the line in front of a chunk: its size, and extensions, which are passed over (RFC 9112 section 7.1). */
export function readChunkSize(bytes: Uint8Array, start: number, end: number): number {
	let size = 0,
		at = start;
	for (; at < end; at++) {
		const digit = hexDigit(bytes[at]!);
		if (digit < 0) break;
		if (at - start === MAX_SIZE_DIGITS)
			refuseHTTP(`server sent a chunk whose size has more than ${MAX_SIZE_DIGITS} digits`);
		size = size * 16 + digit;
	}
	if (at === start) refuseHTTP("server sent a chunk without a size");
	const next = skipSpace(bytes, at, end);
	// spaces are for extensions alone: "5 " is another size for some proxies
	if (next < end ? bytes[next] !== Char.semicolon : next > at)
		refuseHTTP("server sent a chunk whose size is not a hexadecimal number");
	return size;
}

/** Reads "HTTP/1.1 200 OK". Returns the status, 1000 more for HTTP/1.0. */
export function readStatusLine(bytes: Uint8Array, start: number, end: number): number {
	// "HTTP/1."
	const isHTTP1 =
		end - start >= 12 &&
		bytes[start] === 0x48 &&
		bytes[start + 1] === 0x54 &&
		bytes[start + 2] === 0x54 &&
		bytes[start + 3] === 0x50 &&
		bytes[start + 4] === 0x2f &&
		bytes[start + 5] === 0x31 &&
		bytes[start + 6] === 0x2e;
	const minor = bytes[start + 7]! - Char.zero;
	if (!isHTTP1 || !(minor >= 0 && minor <= 9) || bytes[start + 8] !== Char.space)
		refuseHTTP("server did not answer in HTTP/1.1: check that the port is that of an HTTP server");
	let status = 0;
	for (let i = start + 9; i < start + 12; i++) {
		const digit = bytes[i]! - Char.zero;
		if (!(digit >= 0 && digit <= 9)) refuseHTTP("server sent a status that is not a number");
		status = status * 10 + digit;
	}
	if (status < 100 || status > 599 || (end > start + 12 && bytes[start + 12] !== Char.space))
		refuseHTTP("server sent a status outside of 100 to 599");
	return minor ? status : status + 1000;
}
