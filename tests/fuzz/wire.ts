/*
	Messages, records and keys of the fuzzer's servers, put together.
*/

import { join, type Numbers } from "test/harness";
import type { RecordCipher } from "tls/hardware/aead";
import { KeyShare } from "tls/hardware/agree";
import { pick } from "./mutate";

export const enum Type {
	change_cipher_spec = 20,
	alert = 21,
	handshake = 22,
	application_data = 23,
}

const none = new Uint8Array(0);

export function message(type: number, ...body: Uint8Array[]): Uint8Array {
	return join(Uint8Array.of(type), vector(3, ...body));
}

export function vector(width: number, ...content: Uint8Array[]): Uint8Array {
	const bytes = join(...content);
	const head = new Uint8Array(width);
	let length = bytes.length;
	for (let i = width - 1; i >= 0; i--) {
		head[i] = length;
		length >>= 8;
	}
	return join(head, bytes);
}

export function u16(value: number): Uint8Array {
	return Uint8Array.of(value >> 8, value);
}

export function extension(type: number, ...data: Uint8Array[]): Uint8Array {
	return join(u16(type), vector(2, ...data));
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
	if (a.length !== b.length) return false;
	for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
	return true;
}

/** True where `bytes[at..)` starts with `part`. */
export function holdsAt(bytes: Uint8Array, at: number, part: Uint8Array): boolean {
	return sameBytes(bytes.subarray(at, at + part.length), part);
}

export function plainRecord(type: number, content: Uint8Array): Uint8Array {
	return join(Uint8Array.of(type, 3, 3, content.length >> 8, content.length), content);
}

/** A record as the wire has it; `padding` bytes of zero go inside where the version has that. */
export function sealRecord(
	cipher: RecordCipher | undefined,
	type: number,
	content: Uint8Array,
	padding: number,
): Uint8Array {
	if (!cipher || type === Type.change_cipher_spec) return plainRecord(type, content);
	const hidesType = cipher.hidesType;
	const inside = content.length + (hidesType ? 1 + padding : 0);
	const length = cipher.sealedLength(inside);
	const record = new Uint8Array(5 + length);
	record.set([hidesType ? Type.application_data : type, 3, 3, length >> 8, length]);
	const at = 5 + cipher.explicit;
	record.set(content, at);
	if (hidesType) record[at + content.length] = type;
	cipher.seal(record, 0, at + inside);
	return record;
}

/** The server's key pairs, one for each group and the same in all runs: making one takes as long as using it. */
const shares = new Map<number, { share: KeyShare; key: Uint8Array }>();

export function serverShare(group: number): { share: KeyShare; key: Uint8Array } {
	let pair = shares.get(group);
	if (!pair) {
		const share = new KeyShare(group);
		const key = new Uint8Array(share.publicLength);
		share.publicKey(key, 0);
		shares.set(group, (pair = { share, key }));
	}
	return pair;
}

/** Type and content of a record that nobody asked for. */
export function unaskedRecord(n: Numbers): readonly [number, Uint8Array] {
	return pick<[number, Uint8Array]>(n, [
		[Type.alert, Uint8Array.of(1, pick(n, [0, 10, 41, 90, 100, 112, 255]))],
		[Type.alert, Uint8Array.of(pick(n, [0, 1, 2, 3]), pick(n, [0, 10, 20, 40, 46, 47, 70, 80, 90, 110, 116, 255]))],
		[Type.alert, n.bytes(n.below(4))],
		[Type.change_cipher_spec, Uint8Array.of(1)],
		[Type.change_cipher_spec, n.bytes(n.below(3))],
		[Type.handshake, none],
		[Type.handshake, Uint8Array.of(0, 0, 0, 0)],
		[Type.handshake, Uint8Array.of(24, 0, 0, 1, n.below(3))],
		[Type.application_data, none],
		[Type.application_data, Uint8Array.of(0x78)],
		[
			Type.handshake,
			Uint8Array.of(
				pick(n, [2, 4, 11, 13, 15, 20, 22, 24, 25]),
				...pick(n, [
					[0, 0x7f, 0xff],
					[0xff, 0xff, 0xff],
					[0, 0x80, 0],
				]),
			),
		],
		[24, n.bytes(3)],
	]);
}
