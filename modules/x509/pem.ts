/*
	PEM (RFC 7468) to DER, for what an application gives as text.
*/

import { TLSError } from "../errors";

const BEGIN = "-----BEGIN ";
const END = "-----END ";

/** The value of a base64 character (RFC 4648 section 4), or -1. */
function sextet(c: number): number {
	if (c >= 0x41 && c <= 0x5a) return c - 0x41;
	if (c >= 0x61 && c <= 0x7a) return c - 0x61 + 26;
	if (c >= 0x30 && c <= 0x39) return c - 0x30 + 52;
	return c === 0x2b ? 62 : c === 0x2f ? 63 : -1;
}

function refuse(words: string): never {
	throw new TLSError("configuration", `the PEM text ${words}`);
}

/** The octets of base64 text, which may have white space in it; they take its place, so that only one more copy is in memory. */
function decode(text: string): Uint8Array {
	const octets = new Uint8Array(ArrayBuffer.fromString(text));
	let length = 0;
	let bits = 0;
	let held = 0;
	let padding = 0;
	for (let i = 0; i < octets.length; i++) {
		const c = octets[i]!;
		if (c <= 0x20) continue;
		if (c === 0x3d) {
			padding++;
			continue;
		}
		const value = sextet(c);
		if (value < 0 || padding) refuse("has a character in it that is not base64");
		held = (held << 6 | value) & 0xffffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			octets[length++] = held >> bits & 0xff;
		}
	}
	if (padding > 2 || bits >= 6 || held & ((1 << bits) - 1)) refuse("is cut short");
	return octets.slice(0, length);
}

/** Every part of `text` with this label ("CERTIFICATE"). Throws "configuration" for text without one. */
export function readPEM(text: string, label: string): Uint8Array[] {
	const parts: Uint8Array[] = [];
	const begin = `${BEGIN}${label}-----`;
	const end = `${END}${label}-----`;
	for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at)) {
		const start = at + begin.length;
		at = text.indexOf(end, start);
		if (at < 0) refuse(`has no end: "${end}" is missing`);
		parts.push(decode(text.slice(start, at)));
	}
	if (!parts.length) refuse(`has no "${begin}"`);
	return parts;
}
