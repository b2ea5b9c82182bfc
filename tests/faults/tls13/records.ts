/*
	Records, and messages after the handshake, that a TLS 1.3 client must refuse.
*/

import { type Fault, changing, flight, talking } from "../script13.js";
import { flip } from "../fault.js";
import type { Script13 } from "../../peers/server13.js";
import { message, plainRecord } from "../../peers/wire13.js";
import { u16, vector } from "../../../host-sim/trace/keys13.js";

/** Cuts the ServerHello in two, and puts a record between its parts. */
function insideHello(record: Buffer): () => Partial<Script13> {
	return () => ({
		editRecords: (which, [first, ...rest]) => {
			if (which !== "hello") return [first!, ...rest];
			const body = first!.subarray(5);
			return [plainRecord(22, body.subarray(0, 20)), record, plainRecord(22, body.subarray(20)), ...rest];
		},
	});
}

export const recordFaults: Fault[] = [
	{
		name: "a bad tag",
		script: flight(([first, ...rest]) => [flip(first!, -1), ...rest]),
		code: "bad_record_mac",
		alert: 20,
	},
	{
		name: "a record too long in the clear",
		script: () => ({
			editRecords: (which, records) =>
				which === "hello" ? [Buffer.concat([Buffer.of(22, 3, 3), u16(0x4001), Buffer.alloc(0x4001)])] : records,
		}),
		code: "record_too_long",
		alert: 22,
	},
	{
		name: "a protected record too long",
		script: flight(() => [Buffer.concat([Buffer.of(23, 3, 3), u16(0x4101), Buffer.alloc(0x4101)])]),
		code: "record_too_long",
		alert: 22,
	},
	{
		name: "more than 16384 bytes of data in a record",
		script: talking(session => session.send(23, Buffer.alloc(16385))),
		code: "record_too_long",
		alert: 22,
	},
	{
		name: "a record in the clear among protected ones",
		script: flight(records => [plainRecord(22, Buffer.of(8, 0, 0, 2, 0, 0)), ...records]),
		code: "unexpected_message",
		alert: 10,
		says: /^server sent an unencrypted record of type 22, /,
	},
	{
		name: "an alert in the clear after the handshake",
		script: talking(session => session.socket.write(plainRecord(21, Buffer.of(1, 0)))),
		code: "unexpected_message",
		alert: 10,
		says: /^server sent an unencrypted record of type 21, /,
	},
	{
		name: "a KeyUpdate in the clear after the handshake",
		script: talking(session => session.socket.write(plainRecord(22, message(24, Buffer.of(0))))),
		code: "unexpected_message",
		alert: 10,
		says: /^server sent an unencrypted record of type 22, /,
	},
	{
		name: "an empty record",
		script: flight(records => [plainRecord(23, Buffer.alloc(0)), ...records]),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "an unknown content type",
		script: flight(records => [plainRecord(99, Buffer.of(1)), ...records]),
		code: "unexpected_message",
		alert: 10,
		says: /not a TLS record, after its ServerHello$/,
	},
	{
		name: "a change_cipher_spec of the wrong form",
		script: flight(records => [plainRecord(20, Buffer.of(2)), ...records]),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "change_cipher_spec again and again",
		script: flight(records => [...Array<Buffer>(33).fill(plainRecord(20, Buffer.of(1))), ...records]),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "change_cipher_spec after the handshake",
		script: talking(session => session.socket.write(plainRecord(20, Buffer.of(1)))),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "no TLS at all",
		script: () => ({ editRecords: () => [Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")] }),
		code: "unexpected_message",
		alert: 10,
		says: /does not speak TLS/,
	},
	{
		name: "a handshake message that is too long",
		script: changing("EncryptedExtensions", () => Buffer.of(8, 0xff, 0, 0)),
		code: "message_too_long",
		alert: 47,
	},
	{
		name: "a message across the change of keys",
		script: changing("ServerHello", bytes => Buffer.concat([bytes, Buffer.of(8, 0)])),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "an alert of the wrong length",
		script: talking(session => session.send(21, Buffer.of(1))),
		code: "decode_error",
		alert: 50,
	},
	{
		name: "the server's alert",
		script: talking(session => session.send(21, Buffer.of(2, 80))),
		code: "peer_alert",
		alert: undefined,
		says: /internal_error/,
	},
	{
		name: "a record of padding only",
		script: talking(session => session.send(0, Buffer.alloc(3))),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "the stream is cut without close_notify",
		script: talking(session => {
			session.send(23, Buffer.from("half of"));
			session.socket.end();
		}),
		code: "truncated",
		alert: undefined,
	},
	{
		name: "KeyUpdate with an unknown value",
		script: talking(session => session.send(22, message(24, Buffer.of(2)))),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "KeyUpdate that is too long",
		script: talking(session => session.send(22, message(24, Buffer.of(0, 0)))),
		code: "decode_error",
		alert: 50,
	},
	{
		name: "KeyUpdate and more in one record",
		script: talking(session => session.send(22, Buffer.concat([message(24, Buffer.of(0)), message(24, Buffer.of(0))]))),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "a CertificateRequest after the handshake",
		script: talking(session => session.send(22, message(13, Buffer.of(0), vector(2)))),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "a ServerHello after the handshake",
		script: talking(session => session.send(22, message(2, Buffer.alloc(40)))),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "a ticket cut short",
		script: talking(session => session.send(22, message(4, Buffer.alloc(9)))),
		code: "decode_error",
		alert: 50,
	},
	{
		name: "a warning inside the ServerHello",
		script: insideHello(plainRecord(21, Buffer.of(1, 90))),
		code: "unexpected_message",
		alert: 10,
		says: /interrupted a handshake message/,
	},
	{
		name: "change_cipher_spec inside the ServerHello",
		script: insideHello(plainRecord(20, Buffer.of(1))),
		code: "unexpected_message",
		alert: 10,
		says: /unexpected change_cipher_spec/,
	},
	{
		name: "a change_cipher_spec of two bytes",
		script: flight(records => [plainRecord(20, Buffer.of(1, 1)), ...records]),
		code: "unexpected_message",
		alert: 10,
		says: /unexpected change_cipher_spec/,
	},
	{
		name: "a warning inside a ticket",
		script: talking(session => {
			session.send(22, Buffer.of(4, 0));
			session.send(21, Buffer.of(1, 90));
		}),
		code: "unexpected_message",
		alert: 10,
		says: /interrupted a handshake message/,
	},
	{
		name: "data inside a handshake message",
		script: talking(session => {
			session.send(22, Buffer.of(4, 0));
			session.send(23, Buffer.from("x"));
		}),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "empty records without end",
		script: talking(session => {
			for (let i = 0; i < 300; i++) session.send(23, Buffer.alloc(0));
		}),
		code: "unexpected_message",
		alert: 10,
	},
];
