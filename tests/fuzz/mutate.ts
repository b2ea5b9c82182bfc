/*
	Changes to bytes, to the fields of handshake messages and to the elements of DER, drawn from a seed. The same seed
	makes the same changes.
*/

import { join, Numbers } from "test/harness";
import { elementsOf, writeElements } from "./elements";
import type { Element } from "./elements";
import { fieldsOf, writeFields } from "./shapes";
import type { Field } from "./shapes";

/** Longest content that a change makes of a short one, in bytes. */
const MAX_GROWN = 70000;

/** Numbers at which code goes wrong. */
const edges: readonly number[] = [
	0, 1, 2, 3, 4, 5, 0x1f, 0x20, 0x21, 0x2f, 0x30, 0x3f, 0x40, 0x7e, 0x7f, 0x80, 0x81, 0x82, 0xfe, 0xff, 0x100, 0x101,
	0x3fff, 0x4000, 0x4001, 0x4100, 0x4101, 0x7fff, 0x8000, 0x8001, 0xfffe, 0xffff, 0x10000, 0x7fffff, 0xffffff,
];

/** Numbers that the protocol knows: extensions, groups, schemes, versions, suites. */
const known: readonly number[] = [
	0, 1, 5, 10, 11, 13, 16, 22, 23, 27, 28, 35, 41, 42, 43, 44, 45, 47, 48, 49, 50, 51, 0xff01, 0x17, 0x18, 0x1d, 0x100,
	0x0301, 0x0302, 0x0303, 0x0304, 0x0401, 0x0403, 0x0503, 0x0804, 0x0805, 0x0806, 0x0809, 0x1301, 0x1302, 0x1303,
	0x1304, 0xc02b, 0xc02f, 0xc013, 0x0a0a,
];

/** Numbers from a seed; those that follow on each other have nothing in common. */
export function numbersOf(seed: number): Numbers {
	const numbers = new Numbers(Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995);
	for (let i = 0; i < 4; i++) numbers.below(2);
	return numbers;
}

export function pick<T>(n: Numbers, list: readonly T[]): T {
	return list[n.below(list.length)]!;
}

/** Bytes that take little time to make: a few of chance, over and over. */
export function someBytes(n: Numbers, length: number): Uint8Array {
	const result = new Uint8Array(length);
	for (let at = 0; at < length; at += 32) result[at] = n.below(256);
	return result;
}

/** True one time in `of`. */
export function chance(n: Numbers, of: number): boolean {
	return n.below(of) === 0;
}

/** A length at an edge of a length field of `width` bytes, or beside the length that is there. */
export function edgeLength(n: Numbers, width: number, length: number): number {
	const most = 2 ** (8 * width) - 1;
	switch (n.below(4)) {
		case 0:
			return Math.max(0, Math.min(most, length + pick(n, [-2, -1, 1, 2])));
		case 1:
			return most - n.below(2);
		case 2:
			return n.below(2);
		default:
			return Math.min(most, pick(n, edges));
	}
}

/** Another number of `width` bytes, big-endian. */
function otherNumber(n: Numbers, width: number): Uint8Array {
	const result = new Uint8Array(width);
	let value = chance(n, 2) ? pick(n, edges) : pick(n, known);
	for (let i = width - 1; i >= 0; i--) {
		result[i] = value;
		value = Math.floor(value / 256);
	}
	return result;
}

/** Bytes with one to three changes that know nothing of what they mean. */
export function mutateBytes(n: Numbers, bytes: Uint8Array): Uint8Array {
	let result: Uint8Array = bytes.slice();
	for (let left = 1 + n.below(3); left > 0; left--) result = changeBytes(n, result);
	return result;
}

function changeBytes(n: Numbers, bytes: Uint8Array): Uint8Array {
	const at = n.below(bytes.length + 1);
	switch (n.below(9)) {
		case 0:
		case 1:
			if (at < bytes.length) bytes[at]! ^= 1 << n.below(8);
			return bytes;
		case 2:
			if (at < bytes.length) bytes[at] = pick(n, edges);
			return bytes;
		case 3:
			return bytes.slice(0, at);
		case 4:
			return join(bytes.subarray(0, at), n.bytes(1 + n.below(4)), bytes.subarray(at));
		case 5:
			return join(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + n.below(8))));
		case 6: {
			const end = Math.min(bytes.length, at + 1 + n.below(64));
			return join(bytes.subarray(0, end), bytes.subarray(at));
		}
		case 7: {
			const number = otherNumber(n, 1 + n.below(3));
			if (at + number.length <= bytes.length) bytes.set(number, at);
			return bytes;
		}
		default: {
			const end = Math.min(bytes.length, at + 1 + n.below(16));
			bytes.fill(pick(n, [0, 0xff, 0x80]), at, end);
			return bytes;
		}
	}
}

/** Content of another length, at an edge. */
function resize(n: Numbers, bytes: Uint8Array, width: number): Uint8Array {
	const length = Math.min(edgeLength(n, width, bytes.length), MAX_GROWN);
	const result = new Uint8Array(length);
	if (bytes.length)
		for (let at = 0; at < length; at += bytes.length)
			result.set(bytes.subarray(0, Math.min(bytes.length, length - at)), at);
	return result;
}

/** A place in the tree of fields. */
interface Place {
	readonly list: Field[];
	readonly index: number;
	readonly isGroup: boolean;
}

function placesOf(list: Field[], isGroup: boolean, places: Place[]): Place[] {
	for (let index = 0; index < list.length; index++) {
		places.push({ list, index, isGroup });
		const { items, width } = list[index]!;
		if (items) placesOf(items, width > 0, places);
	}
	return places;
}

function copyField(field: Field): Field {
	return { ...field, bytes: field.bytes.slice(), items: field.items?.map(copyField) };
}

/** One item of a list is left out, comes again (up to 600 times), or changes its place. */
function changeList(n: Numbers, { list, index }: Place): void {
	const field = list[index]!;
	switch (n.below(4)) {
		case 0:
			list.splice(index, 1);
			break;
		case 1:
			list.splice(n.below(list.length + 1), 0, copyField(field));
			break;
		case 2: {
			const count = pick(n, [2, 8, 40, 41, 100, 600]);
			for (let i = 0; i < count; i++) list.push(field);
			break;
		}
		default:
			list.splice(index, 1);
			list.splice(n.below(list.length + 1), 0, field);
	}
}

function changeField(n: Numbers, places: readonly Place[]): void {
	const place = pick(n, places);
	const field = place.list[place.index]!;
	if (place.isGroup) changeList(n, place);
	else if (field.items) {
		if (chance(n, 2)) field.lie = edgeLength(n, field.width, writeFields(field.items).length);
		else if (chance(n, 3) || !field.items.length) {
			// an extension, or whatever it looks like here
			const group: Field = { width: 0, bytes: join(otherNumber(n, 2), Uint8Array.of(0, 0)), items: undefined, lie: -1 };
			field.items.splice(n.below(field.items.length + 1), 0, group);
		} else field.items = [];
	} else if (field.width) {
		switch (n.below(5)) {
			case 0:
				field.lie = edgeLength(n, field.width, field.bytes.length);
				break;
			case 1:
				field.bytes = resize(n, field.bytes, field.width);
				break;
			case 2:
				field.bytes = field.bytes[0] === 0x30 ? mutateDER(n, field.bytes) : mutateBytes(n, field.bytes);
				break;
			default:
				field.bytes = mutateBytes(n, field.bytes);
		}
	} else field.bytes = chance(n, 3) ? mutateBytes(n, field.bytes) : otherNumber(n, field.bytes.length);
}

/**
 * A message's body with one to three fields changed; the lengths around them are right, unless a length is what was
 * changed.
 */
export function mutateFields(n: Numbers, name: string, body: Uint8Array): Uint8Array {
	const fields = fieldsOf(name, body);
	if (!fields?.length) return mutateBytes(n, body);
	for (let left = chance(n, 3) ? 2 + n.below(2) : 1; left > 0; left--) {
		const places = placesOf(fields, false, []);
		if (places.length) changeField(n, places);
	}
	return writeFields(fields);
}

/** Tags that a reader of certificates knows. */
const tags: readonly number[] = [
	0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1e, 0x30, 0x31, 0x80, 0x81, 0x82,
	0x86, 0x87, 0xa0, 0xa1, 0xa3, 0xa4, 0x1f, 0x3f, 0xff, 0x00, 0x24,
];

function elementPlaces(
	list: Element[],
	places: { list: Element[]; index: number }[],
): { list: Element[]; index: number }[] {
	for (let index = 0; index < list.length; index++) {
		places.push({ list, index });
		const { items } = list[index]!;
		if (items) elementPlaces(items, places);
	}
	return places;
}

/** The element with its content as bytes: one that holds the place where it goes would have no end. */
function flat({ tag, bytes, items, before }: Element): Element {
	const content = items ? join(before ?? new Uint8Array(0), writeElements(items, MAX_GROWN)) : bytes;
	return { tag, bytes: content, items: undefined, before: undefined, lie: -1, form: 0 };
}

/** The content of a SEQUENCE in which `element` lies `depth` levels deep. */
function nested(element: Element, depth: number): Uint8Array {
	let bytes = writeElements([element], MAX_GROWN);
	for (let left = depth; left > 0; left--)
		bytes = writeElements([{ tag: 0x30, bytes, items: undefined, before: undefined, lie: -1, form: 0 }], MAX_GROWN);
	return bytes;
}

function changeElement(n: Numbers, elements: Element[]): void {
	const places = elementPlaces(elements, []);
	if (!places.length) return;
	const { list, index } = pick(n, places);
	const element = list[index]!;
	switch (n.below(11)) {
		case 0:
			element.tag = pick(n, tags);
			break;
		case 1:
			element.lie = edgeLength(n, pick(n, [1, 2, 3]), 0);
			break;
		case 2:
			element.form = pick(n, [1, 2, 3, 4, 5, 0x80]);
			break;
		case 3:
			list.splice(index, 1);
			break;
		case 4: {
			const count = pick(n, [1, 1, 1, 7, 40, 300]);
			for (let i = 0; i < count; i++) list.splice(index, 0, element);
			break;
		}
		case 5:
			list.splice(n.below(list.length), 1, element);
			break;
		case 6: {
			const other = pick(n, places);
			list[index] = flat(other.list[other.index]!);
			break;
		}
		case 7:
			element.bytes = nested(element, pick(n, [1, 5, 40, 200]));
			element.items = undefined;
			element.tag = 0x30;
			break;
		default:
			if (element.items && chance(n, 2)) element.items = [];
			else {
				element.items = undefined;
				element.bytes = chance(n, 4) ? resize(n, element.bytes, 1 + n.below(2)) : mutateBytes(n, element.bytes);
			}
	}
}

/** DER with one to three elements changed; anything else is changed as bytes. */
export function mutateDER(n: Numbers, bytes: Uint8Array): Uint8Array {
	const elements = chance(n, 12) ? undefined : elementsOf(bytes, 0, bytes.length);
	if (!elements) return mutateBytes(n, bytes);
	for (let left = chance(n, 3) ? 2 + n.below(2) : 1; left > 0; left--) changeElement(n, elements);
	return writeElements(elements, MAX_GROWN);
}
