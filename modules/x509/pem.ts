/*
	PEM (RFC 7468) to DER, for what an application gives as text.
*/

import { TLSError } from "../errors";

const BEGIN = "-----BEGIN ";
const END = "-----END ";

/** What a character is in `values` when it is none of base64's: white space, "=", or wrong. */
const enum Other {
	space = 64,
	padding = 65,
	wrong = 66,
}

/** The value of each base64 character (RFC 4648 section 4), by its code; a table, since a certificate has a thousand of them. */
const values = new Uint8Array(128).fill(Other.wrong).fill(Other.space, 0, 0x21);
for (let i = 0; i < 64; i++) values["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".charCodeAt(i)] = i;
values[0x3d] = Other.padding;

function refuse(words: string): never {
	throw new TLSError("configuration", `the PEM text ${words}`);
}

/** The octets of base64 text, which may have white space in it; they take its place, so that only one more copy is in memory. */
function decode(text: string): Uint8Array {
	const octets = new Uint8Array(ArrayBuffer.fromString(text));
	const end = octets.length;
	let length = 0;
	let bits = 0;
	let held = 0;
	let padding = 0;
	for (let i = 0; i < end; i++) {
		const value = values[octets[i]!];
		if (value! < 64 && !padding) {
			held = held << 6 | value!;
			bits += 6;
			if (bits < 8) continue;
			bits -= 8;
			octets[length++] = held >> bits;
			held &= 0x3f;
		}
		else if (value === Other.padding) padding++;
		else if (value !== Other.space) refuse("has a character in it that is not base64");
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
