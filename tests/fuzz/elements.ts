/*
	DER (X.690) as a tree of elements, which can be written again with right lengths or wrong ones. What lies in an
	OCTET STRING or BIT STRING is read, too, where it is DER itself.
*/

import { join } from "test/harness";

export interface Element {
	tag: number;
	/** The content, where it has no `items`. */
	bytes: Uint8Array;
	items: Element[] | undefined;
	/** A BIT STRING's number of unused bits, in front of its items. */
	before: Uint8Array | undefined;
	/** A length that is written in place of the right one; -1 for none. */
	lie: number;
	/**
	 * Bytes that the length is written in, also where fewer would do; 0x80 for an indefinite one; 0 for as few as it
	 * takes.
	 */
	form: number;
}

/** Deepest that is looked. */
const MAX_DEPTH = 12;

const enum Tag {
	bitString = 0x03,
	octetString = 0x04,
	constructed = 0x20,
}

/** The elements of `bytes[start..end)`, or undefined if that is not DER. */
export function elementsOf(bytes: Uint8Array, start: number, end: number, depth = 0): Element[] | undefined {
	const list: Element[] = [];
	for (let at = start; at < end; ) {
		const tag = bytes[at]!;
		let length = bytes[at + 1] ?? -1;
		at += 2;
		if (length > 0x80 && length < 0x84) {
			let long = 0;
			for (let left = length - 0x80; left > 0; left--) long = long * 256 + (bytes[at++] ?? 0);
			length = long;
		} else if (length >= 0x80) return undefined;
		if (length < 0 || at + length > end || (tag & 0x1f) === 0x1f) return undefined;
		list.push(elementOf(tag, bytes, at, at + length, depth));
		at += length;
	}
	return list;
}

function elementOf(tag: number, bytes: Uint8Array, start: number, end: number, depth: number): Element {
	const before = tag === Tag.bitString && start < end ? bytes.slice(start, start + 1) : undefined;
	const inside = start + (before?.length ?? 0);
	const isNest =
		tag & Tag.constructed || ((tag === Tag.octetString || tag === Tag.bitString) && bytes[inside] === 0x30);
	const items = isNest && depth < MAX_DEPTH ? elementsOf(bytes, inside, end, depth + 1) : undefined;
	return { tag, bytes: bytes.slice(start, end), items, before: items && before, lie: -1, form: 0 };
}

function lengthBytes(length: number, form: number): Uint8Array {
	if (form === 0x80) return Uint8Array.of(0x80);
	const bytes: number[] = [];
	for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
	if (!form && length < 128) return Uint8Array.of(length);
	while (bytes.length < form) bytes.unshift(0);
	return Uint8Array.of(0x80 | bytes.length, ...bytes);
}

/** The bytes of elements; what would be longer than `most` is left out. */
export function writeElements(list: readonly Element[], most: number): Uint8Array {
	const pieces: Uint8Array[] = [];
	let length = 0;
	for (const { tag, bytes, items, before, lie, form } of list) {
		const content = items ? writeElements(items, most) : bytes;
		if (length + content.length > most) continue;
		const head = join(Uint8Array.of(tag), lengthBytes(lie < 0 ? content.length + (before?.length ?? 0) : lie, form));
		pieces.push(head);
		if (before) pieces.push(before);
		pieces.push(content);
		length += head.length + content.length;
	}
	return join(...pieces);
}
