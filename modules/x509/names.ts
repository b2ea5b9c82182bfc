/*
	Whether a certificate is for the server that the application asked for (RFC 9525). Its subjectAltName alone counts:
	a DNS name, which may have a wildcard as its leftmost label, or an IP address. The common name counts for nothing.
*/

import { TLSError } from "../errors";
import type { Certificate } from "./certificate";
import { findName, GeneralName } from "tls/hardware/general";
import { DER } from "../wire/der";

/** Names that an error may show of those in a certificate. */
const MAX_LISTED = 64;

const DOT = 0x2e;

// XS: a literal outside of functions, which a device does not copy at each use
const COLON = ":";

/** Returns the bytes of a numeric IPv4 or IPv6 address, or undefined for a name. */
export function parseAddress(name: string): Uint8Array | undefined {
	return name.indexOf(COLON) >= 0 ? parseIPv6(name) : parseIPv4(name, 0);
}

/** True for a numeric address, which is never sent as a server name (RFC 6066 section 3). */
export function isAddress(name: string): boolean {
	return parseAddress(name) !== undefined;
}

/** Reads the number in `text[start..end)` in base 10 or 16. Returns NaN if it is not a number. */
function readNumber(text: string, start: number, end: number, base: number, maximum: number): number {
	let value = 0;
	if (end <= start) return NaN;
	for (let i = start; i < end; i++) {
		const c = text.charCodeAt(i) | 0x20;
		const digit = c >= 0x61 && c <= 0x66 ? c - 0x57 : text.charCodeAt(i) - 0x30;
		if (digit < 0 || digit >= base) return NaN;
		value = value * base + digit;
	}
	return value <= maximum ? value : NaN;
}

function parseIPv4(text: string, start: number): Uint8Array | undefined {
	// most names: nothing is made for them
	const first = text.charCodeAt(start);
	if (!(first >= 0x30 && first <= 0x39)) return;
	const address = new Uint8Array(4);
	for (let i = 0; i < 4; i++) {
		let end = text.indexOf(".", start);
		if (end < 0) end = text.length;
		else if (i === 3) return;
		const value = readNumber(text, start, end, 10, 255);
		if (!(value >= 0) || end - start > 3 || (end - start > 1 && text.charCodeAt(start) === 0x30)) return;
		if (i < 3 && end === text.length) return;
		address[i] = value;
		start = end + 1;
	}
	return address;
}

/** RFC 4291 section 2.2. */
function parseIPv6(text: string): Uint8Array | undefined {
	const address = new Uint8Array(16);
	let at = 0;
	let gap = -1;
	let start = 0;
	if (text.startsWith("::")) {
		gap = 0;
		start = 2;
	} else if (text.charCodeAt(0) === 0x3a) return;
	while (start < text.length) {
		let end = text.indexOf(":", start);
		if (end < 0) end = text.length;
		if (end === start) {
			if (gap >= 0) return;
			gap = at;
			start++;
			continue;
		}
		if (end === text.length && text.indexOf(".", start) >= 0) {
			const tail = parseIPv4(text, start);
			if (!tail || at > 12) return;
			address.set(tail, at);
			at += 4;
		} else {
			const value = readNumber(text, start, end, 16, 0xffff);
			if (!(value >= 0) || end - start > 4 || at > 14) return;
			address[at++] = value >> 8;
			address[at++] = value & 0xff;
			if (end === text.length - 1) return;
		}
		start = end + 1;
	}
	if (gap < 0) return at === 16 ? address : undefined;
	if (at === 16) return;
	address.copyWithin(16 - (at - gap), gap, at);
	return address.fill(0, gap, 16 - (at - gap));
}

/** Returns a name's characters. XS: asking a string for each of them takes memory. */
function bytesOf(name: string): Uint8Array {
	return new Uint8Array(ArrayBuffer.fromString(name));
}

/** Returns the length without a dot at the end. */
function withoutDot(name: Uint8Array): number {
	const length = name.length;
	return name[length - 1] === DOT ? length - 1 : length;
}

/**
 * Returns the form in which a server is asked for: without a dot at its end, which certificates and SNI don't have.
 * Undefined if it is neither an address nor a name of ASCII letters, digits and hyphens. A name's last label is not a
 * number, so that no mistyped address becomes a name.
 */
export function askedName(name: string): string | undefined {
	if (isAddress(name)) return name;
	const bytes = bytesOf(name);
	const length = withoutDot(bytes);
	return isName(bytes, 0, length) && !endsInNumber(bytes, length) ? name.slice(0, length) : undefined;
}

/** True if the last label, after a dot, is digits. */
function endsInNumber(name: Uint8Array, length: number): boolean {
	let at = length - 1;
	while (at >= 0 && name[at]! >= 0x30 && name[at]! <= 0x39) at--;
	return at >= 0 && name[at] === DOT;
}

/** True for a character of a host name: letters, digits, hyphen, and the underscore that some use. */
function isHostCharacter(c: number): boolean {
	const letter = c | 0x20;
	return (letter >= 0x61 && letter <= 0x7a) || (c >= 0x30 && c <= 0x39) || c === 0x2d || c === 0x5f;
}

/**
 * True if `bytes[start..end)` is a DNS name: labels of 1 to 63 characters, 253 in all at most. general.c reads those in
 * certificates.
 */
function isName(bytes: Uint8Array, start: number, end: number): boolean {
	if (end - start > 253) return false;
	let label = start;
	for (let at = start; at <= end; at++) {
		// most are lower-case letters
		while (at < end && bytes[at]! >= 0x61 && bytes[at]! <= 0x7a) at++;
		if (at < end && bytes[at] !== DOT) {
			if (!isHostCharacter(bytes[at]!)) return false;
			continue;
		}
		if (at === label || at - label > 63 || bytes[label] === 0x2d || bytes[at - 1] === 0x2d) return false;
		label = at + 1;
	}
	return true;
}

/** True if the certificate is for `name`. Throws if its list of names is malformed. */
export function matchesServerName(certificate: Certificate, name: string): boolean {
	const address = parseAddress(name);
	const asked = address ?? bytesOf(name);
	const start = certificate.namesStart,
		end = certificate.namesEnd;
	if (start === end) return false;
	const found = address
		? findName(certificate.bytes, start, end, asked, asked.length, GeneralName.address)
		: findName(certificate.bytes, start, end, asked, withoutDot(asked), GeneralName.dns);
	if (found < 0)
		certificate.der.open(certificate.bytes, start, end, certificate.der.subject).fail("has a malformed list of names");
	return found !== 0;
}

/** Returns the names that the certificate is for, for people; a few at most. */
export function namesOf(certificate: Certificate): string {
	const bytes = certificate.bytes;
	const namesStart = certificate.namesStart;
	const namesEnd = certificate.namesEnd;
	const der = new DER(bytes, namesStart, namesEnd, certificate.der.subject);
	let text = "";
	for (let i = 0; i < MAX_LISTED && der.hasMore && text.length < 120; i++) {
		der.takeAny();
		if (der.tag !== GeneralName.dns && der.tag !== GeneralName.address) continue;
		if (text) text += ", ";
		for (let i = der.start; i < der.end && i < der.start + 64; i++) {
			if (der.tag === GeneralName.dns)
				text += bytes[i]! > 0x20 && bytes[i]! < 0x7f ? String.fromCharCode(bytes[i]!) : ".";
			else
				text +=
					(i > der.start ? (der.end - der.start === 4 ? "." : (i - der.start) & 1 ? "" : ":") : "") +
					(der.end - der.start === 4 ? String(bytes[i]) : bytes[i]!.toString(16).padStart(2, "0"));
		}
	}
	return text;
}

/** Throws "wrong_name": the certificate is not for `name`. */
export function refuseName(certificate: Certificate, name: string): never {
	const names = namesOf(certificate);
	if (isAddress(name) && names.split(", ").includes(name))
		throw new TLSError(
			"wrong_name",
			`the server's certificate has ${name} as a DNS name: reissue it with an iPAddress entry in subjectAltName`,
		);
	throw new TLSError(
		"wrong_name",
		`the server's certificate is for ${names === "" ? "no name at all" : names}, not for ${name}`,
	);
}
