/*
	Names of certificates in the form in which they are compared (RFC 5280 section 7.1), for the index of a root store:
	what hardware/psa/names.c does on the device. tests/certificates/roots.ts compares the two.
*/

import { createHash } from "node:crypto";

import { elements, inside, type Element } from "./elements.js";

const MAX_ATTRIBUTES = 8;
/** Bytes of its content. */
const MAX_NAME = 4096;
/** With a byte: not a character of the string's type. */
const NOT_UNICODE = 0x10000000;

const Tag = { objectIdentifier: 0x06, utf8: 0x0c, universal: 0x1c, bmp: 0x1e, sequence: 0x30, set: 0x31 } as const;
/** NumericString, PrintableString, TeletexString, IA5String, VisibleString */
const oneByte = [0x12, 0x13, 0x14, 0x16, 0x1a];

function isText(tag: number): boolean {
	return tag === Tag.utf8 || tag === Tag.universal || tag === Tag.bmp || oneByte.includes(tag);
}

function utf8Characters(bytes: Buffer): number[] {
	const list: number[] = [];
	for (let at = 0; at < bytes.length; ) {
		const first = bytes[at]!;
		const size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
		const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(at, at + size));
		const character = text.codePointAt(0)!;
		const isWhole =
			Buffer.from(text, "utf8").equals(bytes.subarray(at, at + size)) && String.fromCodePoint(character) === text;
		list.push(isWhole ? character : NOT_UNICODE + first);
		at += isWhole ? size : 1;
	}
	return list;
}

function wideCharacters(bytes: Buffer, width: number): number[] {
	const list: number[] = [];
	for (let at = 0; at < bytes.length; ) {
		const character = bytes.length - at < width ? Infinity : bytes.readUIntBE(at, width);
		const isWhole = character <= 0x10ffff;
		list.push(isWhole ? character : NOT_UNICODE + bytes[at]!);
		at += isWhole ? width : 1;
	}
	return list;
}

function isBlank(character: number): boolean {
	return character === 0x20 || (character >= 9 && character <= 13);
}

/** Letters of ASCII in lower case, each run of blanks as one, none at the ends. */
function folded(tag: number, bytes: Buffer): number[] {
	const all =
		tag === Tag.utf8
			? utf8Characters(bytes)
			: tag === Tag.bmp
				? wideCharacters(bytes, 2)
				: tag === Tag.universal
					? wideCharacters(bytes, 4)
					: [...bytes].map(byte => (byte < 0x80 ? byte : NOT_UNICODE + byte));
	const result: number[] = [];
	for (const character of all) {
		if (!isBlank(character)) result.push(character >= 0x41 && character <= 0x5a ? character | 0x20 : character);
		else if (result.length > 0 && result.at(-1) !== 0x20) result.push(0x20);
	}
	if (result.at(-1) === 0x20) result.pop();
	return result;
}

function withLength(bytes: Buffer): Buffer {
	return Buffer.concat([Buffer.of((bytes.length >> 8) & 0xff, bytes.length & 0xff), bytes]);
}

interface Attribute {
	readonly type: Buffer;
	readonly tag: number;
	readonly value: Buffer;
	readonly text: readonly number[];
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
	for (let i = 0; ; i++) {
		const difference = (a[i] ?? -1) - (b[i] ?? -1);
		if (difference !== 0 || i >= a.length) return difference;
	}
}

function compareBytes(a: Buffer, b: Buffer): number {
	return a.length - b.length || Buffer.compare(a, b);
}

function order(a: Attribute, b: Attribute): number {
	const byType = compareBytes(a.type, b.type);
	if (byType !== 0) return byType;
	if (isText(a.tag) && isText(b.tag)) return compareNumbers(a.text, b.text);
	return a.tag - b.tag || compareBytes(a.value, b.value);
}

function encode({ type, tag, value, text }: Attribute): Buffer {
	if (!isText(tag)) return Buffer.concat([withLength(type), Buffer.of(tag), withLength(value)]);
	const characters = text.flatMap(c =>
		c < 0x80 ? [c] : [0x80 | (c >> 24), (c >> 16) & 0xff, (c >> 8) & 0xff, c & 0xff],
	);
	return Buffer.concat([withLength(type), Buffer.of(Tag.utf8), Buffer.from(characters), Buffer.of(0xff)]);
}

function attribute(der: Buffer, pair: Element): Attribute {
	const [type, value] = inside(der, pair) as [Element, Element];
	const bytes = der.subarray(value.start, value.end);
	return {
		type: der.subarray(type.start, type.end),
		tag: value.tag,
		value: bytes,
		text: isText(value.tag) ? folded(value.tag, bytes) : [],
	};
}

/** A digest that is the same for all forms of a well-formed Name that are taken for the same. */
export function nameDigest(name: Buffer): Buffer {
	const hash = createHash("sha256");
	const whole = elements(name, 0, name.length)[0]!,
		sets = inside(name, whole).map(set => inside(name, set));
	if (whole.end - whole.start > MAX_NAME || sets.some(({ length }) => length > MAX_ATTRIBUTES))
		return hash.update(name).digest();
	for (const set of sets)
		hash.update(Buffer.of(set.length)).update(
			Buffer.concat(
				set
					.map(pair => attribute(name, pair))
					.sort(order)
					.map(encode),
			),
		);
	return hash.digest();
}
