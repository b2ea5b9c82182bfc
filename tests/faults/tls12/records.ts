/*
	Records, and messages after the handshake, that a TLS 1.2 client must refuse.
*/

import { type Fault, changing, finishing, starting, talking } from "../script12.js";
import { ccs } from "./order.js";
import { malformed, unexpected } from "../fault.js";
import { message, plainRecord } from "../../peers/wire13.js";
import { u16, vector } from "../../../host-sim/trace/keys13.js";

/** A record of this type and no content, in the clear. */
const nothing = (type: number): Buffer => plainRecord(type, Buffer.alloc(0));

export const recordFaults: Fault[] = [
	{
		name: "a record too long in the clear",
		script: starting(() => [Buffer.concat([Buffer.of(22, 3, 3), u16(0x4001), Buffer.alloc(0x4001)])]),
		code: "record_too_long",
		alert: 22,
	},
	{
		name: "a protected record too long",
		script: talking(session =>
			session.socket.write(Buffer.concat([Buffer.of(23, 3, 3), u16(0x4019), Buffer.alloc(0x4019)])),
		),
		code: "record_too_long",
		alert: 22,
	},
	{
		name: "more than 16384 bytes of data in a record",
		script: talking(session => session.send(23, Buffer.alloc(16385))),
		code: "record_too_long",
		alert: 22,
	},
	{ name: "an empty handshake record", script: starting(records => [nothing(22), ...records]), ...unexpected },
	{
		name: "a handshake message that is too long",
		script: changing("Certificate", () => Buffer.of(11, 0xff, 0, 0)),
		code: "message_too_long",
		alert: 47,
	},
	{
		name: "an unknown content type",
		script: starting(records => [plainRecord(24, Buffer.of(1)), ...records]),
		...unexpected,
	},
	{
		name: "no TLS at all",
		script: starting(() => [Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")]),
		...unexpected,
		says: /does not speak TLS/,
	},
	{
		name: "a record in the clear among protected ones",
		script: talking(session => session.socket.write(plainRecord(23, Buffer.alloc(40)))),
		code: "bad_record_mac",
		alert: 20,
	},
	{
		name: "a record twice",
		script: talking(session => {
			const record = session.writeKey!.seal(23, Buffer.from("once"));
			session.socket.write(record);
			session.socket.write(record);
		}),
		code: "bad_record_mac",
		alert: 20,
	},
	{
		name: "ChangeCipherSpec after the handshake",
		script: talking(session => session.socket.write(ccs)),
		...unexpected,
	},
	{ name: "a protected ChangeCipherSpec", script: talking(session => session.send(20, Buffer.of(1))), ...unexpected },
	{ name: "an alert of the wrong length", script: talking(session => session.send(21, Buffer.of(1))), ...malformed },
	{
		name: "the server's alert",
		script: talking(session => session.send(21, Buffer.of(2, 80))),
		code: "peer_alert",
		alert: undefined,
		says: /internal_error/,
	},
	{
		name: "an alert during the handshake",
		script: starting(() => [plainRecord(21, Buffer.of(2, 40))]),
		code: "peer_alert",
		alert: undefined,
		says: /handshake_failure/,
	},
	{
		name: "the server's alert for a missing certificate",
		script: () => ({ requestCertificate: true, ...finishing(() => [plainRecord(21, Buffer.of(2, 40))])() }),
		code: "peer_alert",
		alert: undefined,
		says: /wants a certificate from us/,
	},
	{
		name: "the same alert where none was asked for",
		script: finishing(() => [plainRecord(21, Buffer.of(2, 40))]),
		code: "peer_alert",
		alert: undefined,
		says: /could not go on with the handshake/,
	},
	{
		name: "close_notify during the handshake",
		script: starting(([first]) => [first!, plainRecord(21, Buffer.of(1, 0))], 100),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "warnings without end",
		script: starting(() => Array<Buffer>(20).fill(plainRecord(21, Buffer.of(1, 112)))),
		...unexpected,
	},
	{
		name: "HelloRequests without end",
		script: starting(([first]) => [first!, ...Array<Buffer>(20).fill(plainRecord(22, message(0)))]),
		...unexpected,
	},
	{
		name: "a HelloRequest that holds something",
		script: talking(session => session.send(22, message(0, Buffer.of(1)))),
		...malformed,
	},
	{
		name: "a ServerHello after the handshake",
		script: talking(session => session.send(22, message(2, Buffer.alloc(40)))),
		...unexpected,
	},
	{
		name: "a ticket after the handshake",
		script: talking(session => session.send(22, message(4, Buffer.alloc(4), vector(2, Buffer.alloc(8))))),
		...unexpected,
	},
	{
		name: "KeyUpdate, which TLS 1.2 lacks",
		script: talking(session => session.send(22, message(24, Buffer.of(0)))),
		...unexpected,
	},
	{
		name: "a warning inside the ServerHello",
		script: starting(([first, ...rest]) => {
			const body = first!.subarray(5);
			return [
				plainRecord(22, body.subarray(0, 20)),
				plainRecord(21, Buffer.of(1, 90)),
				plainRecord(22, body.subarray(20)),
				...rest,
			];
		}),
		...unexpected,
	},
	{
		name: "a warning inside a HelloRequest",
		script: talking(session => {
			session.send(22, Buffer.of(0, 0));
			session.send(21, Buffer.of(1, 90));
		}),
		...unexpected,
	},
	{
		name: "data inside a handshake message",
		script: talking(session => {
			session.send(22, Buffer.of(0, 0));
			session.send(23, Buffer.from("x"));
		}),
		...unexpected,
	},
	{
		name: "empty records without end",
		script: talking(session => {
			for (let i = 0; i < 300; i++) session.send(23, Buffer.alloc(0));
		}),
		...unexpected,
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
];
