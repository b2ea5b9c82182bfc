/*
	PEM (RFC 7468) to DER, for what an application gives as text.
*/

import { refuse, TLSError } from "../errors";
import { wipe } from "tls/hardware/copy";

const BEGIN = "-----BEGIN ";
const END = "-----END ";

/** Values for characters outside base64's alphabet: white space, "=", or wrong. */
const enum Other {
	space = 64,
	padding = 65,
	wrong = 66,
}

/**
 * The value of each base64 character (RFC 4648 section 4), by its code; a table, since a certificate has a thousand of
 * them.
 */
const values = new Uint8Array(128).fill(Other.wrong).fill(Other.space, 0, 0x21);
for (let i = 0; i < 64; i++)
	values["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".charCodeAt(i)] = i;
values[0x3d] = Other.padding;

function refuseText(words: string): never {
	refuse(`the PEM text ${words}`);
}

/**
 * Decodes the base64 text `bytes[start..end)`, which may have white space in it, in place. Returns where the result
 * ends.
 */
function decodeInPlace(bytes: Uint8Array, start: number, end: number): number {
	let at = start;
	let bits = 0;
	let held = 0;
	let padding = 0;
	for (let i = start; i < end; i++) {
		const value = values[bytes[i]!];
		if (value! < 64 && !padding) {
			held = (held << 6) | value!;
			bits += 6;
			if (bits < 8) continue;
			bits -= 8;
			bytes[at++] = held >> bits;
			held &= 0x3f;
		} else if (value === Other.padding) padding++;
		else if (value !== Other.space) refuseText("has a character in it that is not base64");
	}
	if (padding > 2 || bits >= 6 || held & ((1 << bits) - 1)) refuseText("is cut short");
	return at;
}

function decode(text: string): Uint8Array {
	const bytes = new Uint8Array(ArrayBuffer.fromString(text));
	return bytes.slice(0, decodeInPlace(bytes, 0, bytes.length));
}

function refuseKey(words: string): never {
	refuse(`"clientKey" ${words}`);
}

const keyLabels: readonly string[] = Object.freeze(["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"]);

/** Finds the private key of `text`. Throws "configuration" if there is none. */
function findKey(text: string): { start: number; end: number } {
	for (const label of keyLabels) {
		const begin = `${BEGIN}${label}-----`;
		const at = text.indexOf(begin);
		if (at < 0) continue;
		const end = text.indexOf(`${END}${label}-----`, at);
		if (end < 0) refuseKey(`has no end: "${END}${label}-----" is missing`);
		return { start: at + begin.length, end };
	}
	if (text.includes(`${BEGIN}ENCRYPTED PRIVATE KEY-----`))
		refuseKey("is encrypted: decrypt it first (openssl pkey -in KEY)");
	refuseKey(`has no private key in it: "${BEGIN}PRIVATE KEY-----" is missing`);
}

/**
 * Calls `use` with the DER of the first private key in `text`, and returns what that does. It is decoded in the one
 * copy that is made of the text, which is wiped; no part of it becomes a string.
 */
export function readPEMKey<T>(text: string, use: (bytes: Uint8Array, start: number, end: number) => T): T {
	const { start, end } = findKey(text);
	// RFC 1421: "Proc-Type: 4,ENCRYPTED"; no base64 has a "-"
	const header = text.indexOf("Proc-Type:", start);
	if (header >= 0 && header < end) refuseKey("is encrypted: decrypt it first (openssl pkey -in KEY)");
	// what stands before the key may take more bytes than characters; it has no secret in it
	const first = ArrayBuffer.fromString(text.slice(0, start)).byteLength;
	const bytes = new Uint8Array(ArrayBuffer.fromString(text));
	try {
		const last = decodeInPlace(bytes, first, first + end - start);
		return use(bytes, first, last);
	} catch (error) {
		if (!(error instanceof TLSError) || error.message.startsWith('"')) throw error;
		refuse(`"clientKey": ${error.message}`);
	} finally {
		wipe(bytes, 0, bytes.length);
	}
}

/** Every part of `text` with this label ("CERTIFICATE"). Throws "configuration" for text without one. */
export function readPEM(text: string, label: string): Uint8Array[] {
	const parts: Uint8Array[] = [];
	const begin = `${BEGIN}${label}-----`;
	const end = `${END}${label}-----`;
	for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at)) {
		const start = at + begin.length;
		at = text.indexOf(end, start);
		if (at < 0) refuseText(`has no end: "${end}" is missing`);
		parts.push(decode(text.slice(start, at)));
	}
	if (!parts.length) refuseText(`has no "${begin}"`);
	return parts;
}
