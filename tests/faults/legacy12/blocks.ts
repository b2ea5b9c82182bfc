/*
	Records of block ciphers that a client for old servers must refuse, and forms of padding.
*/

import type { BlockKey12 } from "../../../host-sim/trace/keys12.js";
import { type Fault, talking } from "../script12.js";
import { cbcSHA, of } from "./suites.js";
import { flip } from "../fault.js";
import { plainRecord } from "../../peers/wire13.js";
import { u16 } from "../../../host-sim/trace/keys13.js";

export const mac = { code: "bad_record_mac", alert: 20 } as const;

/** The server's data record, changed. */
function sealing(
	encryptThenMac: boolean,
	change: Parameters<BlockKey12["sealChanged"]>[2],
	content = Buffer.alloc(40, 0x61),
): Fault["script"] {
	return of(cbcSHA, {
		encryptThenMac,
		...talking(session => session.socket.write((session.writeKey as BlockKey12).sealChanged(23, content, change)))(),
	});
}

/** Records that are not a whole number of blocks, and others in the place of one. */
function raw(encryptThenMac: boolean, length: number): Fault["script"] {
	return of(cbcSHA, {
		encryptThenMac,
		...talking(session => session.socket.write(plainRecord(23, Buffer.alloc(length, 7))))(),
	});
}

function changedRecord(encryptThenMac: boolean, change: (record: Buffer) => Buffer): Fault["script"] {
	return of(cbcSHA, {
		encryptThenMac,
		...talking(session => session.socket.write(change(session.writeKey!.seal(23, Buffer.from("changed")))))(),
	});
}

export const blockFaults: Fault[] = [
	...[true, false].flatMap(after =>
		[
			{
				name: "a wrong padding byte",
				script: sealing(after, { blocks: 3, inside: inside => flip(inside, -20) }),
				...mac,
			},
			{
				name: "a padding longer than the record",
				script: sealing(after, {
					inside: inside => {
						inside[inside.length - 1] = 0xff;
						return inside;
					},
				}),
				...mac,
			},
			{
				name: "a padding a byte too long",
				script: sealing(after, {
					blocks: 1,
					inside: inside => {
						inside[inside.length - 1]!++;
						return inside;
					},
				}),
				...mac,
			},
			{ name: "a flipped bit in the text", script: changedRecord(after, record => flip(record, 5 + 16 + 2)), ...mac },
			{ name: "a flipped bit in the IV", script: changedRecord(after, record => flip(record, 5)), ...mac },
			{ name: "a flipped bit at the end", script: changedRecord(after, record => flip(record, -1)), ...mac },
			{
				name: "another content type",
				script: changedRecord(after, record => Buffer.concat([Buffer.of(22), record.subarray(1)])),
				...mac,
			},
			{
				name: "a block left out",
				script: changedRecord(after, record =>
					Buffer.concat([record.subarray(0, 3), u16(record.length - 5 - 16), record.subarray(5, -16)]),
				),
				...mac,
			},
			{ name: "the IV alone", script: raw(after, 16), ...mac },
			{ name: "a byte", script: raw(after, 1), ...mac },
			{ name: "no whole number of blocks", script: raw(after, 16 + 20 + 33), ...mac },
			{ name: "blocks of zeros", script: raw(after, after ? 16 + 64 + 20 : 16 + 64), ...mac },
			{
				name: "more than 16384 bytes of text",
				script: sealing(after, {}, Buffer.alloc(16385)),
				code: "record_too_long",
				alert: 22,
			},
			{
				name: "a record that is too long",
				script: raw(after, 16384 + 16 + 256 + 20 + 1),
				code: "record_too_long",
				alert: 22,
			},
			{
				name: "a record twice",
				script: of(cbcSHA, {
					encryptThenMac: after,
					...talking(session => {
						const record = session.writeKey!.seal(23, Buffer.from("once"));
						session.socket.write(record);
						session.socket.write(record);
					})(),
				}),
				...mac,
			},
		].map(fault => ({ ...fault, name: `${fault.name}, MAC ${after ? "behind" : "inside"}` })),
	),
	{ name: "a flipped bit in the MAC behind", script: sealing(true, { mac: bytes => flip(bytes, 3) }), ...mac },
	{ name: "a flipped bit in the MAC inside", script: sealing(false, { inside: inside => flip(inside, 45) }), ...mac },
	...[true, false].map(after => ({
		name: `the MAC ${after ? "inside where it should be behind" : "behind where it should be inside"}`,
		...mac,
		script: of(cbcSHA, {
			encryptThenMac: after,
			...talking(session => {
				(session.writeKey as BlockKey12).encryptThenMac = !after;
				session.send(23, Buffer.from("turned over"));
			})(),
		}),
	})),
];
