/*
	Whether a certificate is for the server that was asked for (RFC 9525): by its subjectAltName alone, as DNS name with a wildcard in the
	leftmost place, or as IP address. The common name counts for nothing.
*/

import type { Certificate } from "./certificate";
import { equal } from "tls/hardware/compare";
import { DER, Tag, sameOctets } from "./der";

/** GeneralName (RFC 5280 section 4.2.1.6): its context tags. */
export const enum GeneralName {
	dns = Tag.context | 2,
	directory = Tag.explicit | 4,
	address = Tag.context | 7,
}

const DOT = 0x2e;
const STAR = 0x2a;

/** The octets of a numeric IPv4 or IPv6 address, or undefined for a name. */
export function parseAddress(name: string): Uint8Array | undefined {
	return name.indexOf(":") >= 0 ? parseIPv6(name) : parseIPv4(name, 0);
}

/** True for a numeric address, which is never sent as a server name (RFC 6066 section 3). */
export function isAddress(name: string): boolean {
	return parseAddress(name) !== undefined;
}

/** The number in `text[start..end)` in base 10 or 16, or NaN. */
function number(text: string, start: number, end: number, base: number, maximum: number): number {
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
	const octets = new Uint8Array(4);
	for (let i = 0; i < 4; i++) {
		let end = text.indexOf(".", start);
		if (end < 0) end = text.length;
		else if (i === 3) return;
		const value = number(text, start, end, 10, 255);
		if (!(value >= 0) || end - start > 3 || (end - start > 1 && text.charCodeAt(start) === 0x30)) return;
		if (i < 3 && end === text.length) return;
		octets[i] = value;
		start = end + 1;
	}
	return octets;
}

/** RFC 4291 section 2.2. */
function parseIPv6(text: string): Uint8Array | undefined {
	const octets = new Uint8Array(16);
	let at = 0;
	let gap = -1;
	let start = 0;
	if (text.startsWith("::")) {
		gap = 0;
		start = 2;
	}
	else if (text.charCodeAt(0) === 0x3a) return;
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
			octets.set(tail, at);
			at += 4;
		}
		else {
			const value = number(text, start, end, 16, 0xffff);
			if (!(value >= 0) || end - start > 4 || at > 14) return;
			octets[at++] = value >> 8;
			octets[at++] = value & 0xff;
			if (end === text.length - 1) return;
		}
		start = end + 1;
	}
	if (gap < 0) return at === 16 ? octets : undefined;
	if (at === 16) return;
	octets.copyWithin(16 - (at - gap), gap, at);
	return octets.fill(0, gap, 16 - (at - gap));
}

/** A name's characters: a string would be asked for each of them, which takes memory. */
function octetsOf(name: string): Uint8Array {
	return new Uint8Array(ArrayBuffer.fromString(name));
}

/** Its length but for a dot at its end. */
function withoutDot(name: Uint8Array): number {
	const length = name.length;
	return name[length - 1] === DOT ? length - 1 : length;
}

/**
 * The form in which a server is asked for: without a dot at its end, which certificates and SNI don't have. Undefined for what is neither an
 * address nor a name of ASCII letters, digits and hyphens; a name's last label is no number, so that no mistyped address becomes a name.
 */
export function askedName(name: string): string | undefined {
	if (isAddress(name)) return name;
	const octets = octetsOf(name);
	const length = withoutDot(octets);
	return isName(octets, 0, length, false) && !endsInNumber(octets, length) ? name.slice(0, length) : undefined;
}

/** The last label, behind a dot, is digits. */
function endsInNumber(name: Uint8Array, length: number): boolean {
	let at = length - 1;
	while (at >= 0 && name[at]! >= 0x30 && name[at]! <= 0x39) at--;
	return at >= 0 && name[at] === DOT;
}

function lower(c: number): number {
	return c >= 0x41 && c <= 0x5a ? c | 0x20 : c;
}

/** A character of a host name: letters, digits, hyphen, and the underscore that some use. */
function isHostCharacter(c: number): boolean {
	const letter = c | 0x20;
	return (letter >= 0x61 && letter <= 0x7a) || (c >= 0x30 && c <= 0x39) || c === 0x2d || c === 0x5f;
}

/**
 * True where `bytes[start..end)` is a DNS name of a form that certificates may have: labels of 1 to 63 characters, at most 253 in all; with
 * `wildcard`, "*" may be the whole leftmost label, with at least two behind it.
 */
export function isName(bytes: Uint8Array, start: number, end: number, wildcard: boolean): boolean {
	if (end - start > 253) return false;
	let at = start;
	let label = start;
	let labels = 0;
	if (wildcard && bytes[start] === STAR && bytes[start + 1] === DOT) {
		at = label = start + 2;
		labels = -1;
	}
	for (; at <= end; at++) {
		// most are lower-case letters
		while (at < end && bytes[at]! >= 0x61 && bytes[at]! <= 0x7a) at++;
		if (at < end && bytes[at] !== DOT) {
			if (!isHostCharacter(bytes[at]!)) return false;
			continue;
		}
		if (at === label || at - label > 63 || bytes[label] === 0x2d || bytes[at - 1] === 0x2d) return false;
		label = at + 1;
		labels++;
	}
	return labels > 0;
}

/** RFC 9525 section 6.3: the wildcard stands for exactly one label. `name` holds the characters of what was asked for. */
export function matchesName(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
	const first = start;
	const length = withoutDot(name);
	let at = 0;
	if (bytes[start] === STAR) {
		at = name.indexOf(DOT);
		start++;
		if (at < 1) return false;
	}
	if (length - at !== end - start) return false;
	// mostly the certificate has lower case as well, and nothing is left to compare; that it is a name at all is looked at last
	if (!equal(bytes, start, name, at, length - at)) {
		for (let i = start; i < end; i++) if (lower(bytes[i]!) !== lower(name[at++]!)) return false;
	}
	return isName(bytes, first, end, true);
}

/** True where the certificate is for `name`. Throws where its list of names is malformed. */
export function isFor(certificate: Certificate, name: string): boolean {
	const bytes = certificate.bytes;
	const address = parseAddress(name);
	const asked = address ?? octetsOf(name);
	const der = certificate.der.open(bytes, certificate.namesStart, certificate.namesEnd, certificate.position);
	let found = false;
	while (der.more) {
		der.takeAny();
		if (found) continue;
		if (address) found = der.tag === GeneralName.address && sameOctets(bytes, der.start, der.end, asked, 0, asked.length);
		else found = der.tag === GeneralName.dns && matchesName(bytes, der.start, der.end, asked);
	}
	return found;
}

/** The names that the certificate is for, for people; at most a few. */
export function namesOf(certificate: Certificate): string {
	const bytes = certificate.bytes;
	const namesStart = certificate.namesStart;
	const namesEnd = certificate.namesEnd;
	const der = new DER(bytes, namesStart, namesEnd, certificate.position);
	let text = "";
	while (der.more && text.length < 120) {
		der.takeAny();
		if (der.tag !== GeneralName.dns && der.tag !== GeneralName.address) continue;
		if (text) text += ", ";
		for (let i = der.start; i < der.end && i < der.start + 64; i++) {
			if (der.tag === GeneralName.dns) text += bytes[i]! > 0x20 && bytes[i]! < 0x7f ? String.fromCharCode(bytes[i]!) : ".";
			else text += (i > der.start ? der.end - der.start === 4 ? "." : i - der.start & 1 ? "" : ":" : "")
				+ (der.end - der.start === 4 ? String(bytes[i]) : bytes[i]!.toString(16).padStart(2, "0"));
		}
	}
	return text;
}
