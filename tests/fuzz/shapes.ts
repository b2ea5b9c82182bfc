/*
	Handshake messages as trees of fields. One field can be changed while the lengths around it stay right, or one
	length alone can lie (RFC 8446 section 3.4; RFC 5246 section 4.3). A shape is written as text:

	    8         a field of 8 bytes
	    *         the rest
	    v2        a vector of bytes with a length of 2 bytes in front
	    V2(2 v2)  a vector whose content is such fields, over and over
*/

import { join } from "test/harness";

interface Shape {
	/** Bytes of the length in front; 0 without one. */
	readonly width: number;
	/** Bytes of a fixed field; -1 for the rest, and for a vector. */
	readonly size: number;
	readonly items: readonly Shape[] | undefined;
}

/** A field as it was read. A vector of fields holds groups, whose width is 0. */
export interface Field {
	width: number;
	bytes: Uint8Array;
	items: Field[] | undefined;
	/** A length that is written in place of the right one; -1 for none. */
	lie: number;
}

const texts: Readonly<Record<string, string>> = {
	ServerHello: "2 32 v1 2 1 V2(2 v2)",
	HelloRetryRequest: "2 32 v1 2 1 V2(2 v2)",
	EncryptedExtensions: "V2(2 v2)",
	CertificateRequest: "v1 V2(2 v2)",
	Certificate: "v1 V3(v3 V2(2 v2))",
	CompressedCertificate: "2 3 v3",
	CertificateVerify: "2 v2",
	NewSessionTicket: "4 4 v1 v2 V2(2 v2)",
	KeyUpdate: "1",
	Finished: "*",
	Certificate12: "V3(v3)",
	CertificateStatus: "1 v3",
	ServerKeyExchange: "1 2 v1 2 v2",
	ServerKeyExchangeDHE: "v2 v2 v2 2 v2",
	CertificateRequest12: "V1(1) V2(2) V2(v2)",
	ServerHelloDone: "*",
	NewSessionTicket12: "4 v2",
};

function readShapes(tokens: string[]): Shape[] {
	const list: Shape[] = [];
	for (let token = tokens.shift(); token !== undefined && token !== ")"; token = tokens.shift()) {
		const width = token[0] === "v" || token[0] === "V" ? Number(token[1]) : 0;
		const size = width || token === "*" ? -1 : Number(token);
		list.push({ width, size, items: token[0] === "V" ? readShapes(tokens) : undefined });
	}
	return list;
}

const shapes = new Map<string, readonly Shape[]>();

function shapeOf(name: string): readonly Shape[] | undefined {
	let shape = shapes.get(name);
	if (!shape && texts[name] !== undefined)
		shapes.set(name, (shape = readShapes(texts[name]!.match(/V\d\(|v\d|\d+|\*|\)/g) ?? [])));
	return shape;
}

function readLength(bytes: Uint8Array, at: number, width: number): number {
	let length = 0;
	for (let i = 0; i < width; i++) length = length * 256 + bytes[at + i]!;
	return length;
}

const none = new Uint8Array(0);

/** Reads fields of these shapes from `bytes[start..end)`; undefined where they do not end there. */
function readFields(list: readonly Shape[], bytes: Uint8Array, start: number, end: number, fields: Field[]): number {
	let at = start;
	for (const { width, size, items } of list) {
		const length = width ? readLength(bytes, at, width) : size < 0 ? end - at : size;
		at += width;
		if (!(at + length <= end)) return -1;
		const field: Field = { width, bytes: bytes.slice(at, at + length), items: undefined, lie: -1 };
		if (items) {
			field.items = [];
			for (let inside = at; inside < at + length; ) {
				const group: Field = { width: 0, bytes: none, items: [], lie: -1 };
				inside = readFields(items, bytes, inside, at + length, group.items!);
				if (inside < 0) return -1;
				field.items.push(group);
			}
		}
		fields.push(field);
		at += length;
	}
	return at;
}

/** The fields of the body of a message, or undefined where it has no shape or does not go by it. */
export function fieldsOf(name: string, body: Uint8Array): Field[] | undefined {
	const shape = shapeOf(name);
	const fields: Field[] = [];
	return shape && readFields(shape, body, 0, body.length, fields) === body.length ? fields : undefined;
}

/** The bytes of fields. */
export function writeFields(fields: readonly Field[]): Uint8Array {
	return join(...fields.map(writeField));
}

function writeField({ width, bytes, items, lie }: Field): Uint8Array {
	const content = items ? writeFields(items) : bytes;
	if (!width) return content;
	const head = new Uint8Array(width);
	let length = lie < 0 ? content.length : lie;
	for (let i = width - 1; i >= 0; i--) {
		head[i] = length;
		length = Math.floor(length / 256);
	}
	return join(head, content);
}
