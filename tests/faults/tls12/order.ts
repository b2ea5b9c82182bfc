/*
	Messages in an order that a TLS 1.2 client must refuse, ChangeCipherSpec and Finished among them.
*/

import { type Fault, behind, changing, finishing, followed, starting, withBody } from "../script12.js";
import { bodyPlaces, flip, malformed, unexpected } from "../fault.js";
import { message, plainRecord } from "../../peers/wire13.js";
import { u16, vector } from "../../../host-sim/trace/keys13.js";

const request = message(13, vector(1, Buffer.of(1)), vector(2, u16(0x0403)), vector(2));

export const orderFaults: Fault[] = [
	{ name: "ServerHello is left out", script: changing("ServerHello", () => undefined), ...unexpected },
	{ name: "Certificate is left out", script: changing("Certificate", () => undefined), ...unexpected },
	{ name: "ServerKeyExchange is left out", script: changing("ServerKeyExchange", () => undefined), ...unexpected },
	{
		name: "ServerHelloDone is left out, Finished follows",
		script: changing("ServerHelloDone", () => message(20, Buffer.alloc(12))),
		...unexpected,
	},
	{
		name: "Finished is left out, data follows",
		script: () => ({ early: Buffer.from("early"), edit: (name, bytes) => (name === "Finished" ? undefined : bytes) }),
		...unexpected,
	},
	{
		name: "ServerHello comes twice",
		script: changing("ServerHello", bytes => Buffer.concat([bytes, bytes])),
		...unexpected,
	},
	{
		name: "Certificate comes twice",
		script: changing("Certificate", bytes => Buffer.concat([bytes, bytes])),
		...unexpected,
	},
	{
		name: "ServerKeyExchange comes twice",
		script: changing("ServerKeyExchange", bytes => Buffer.concat([bytes, bytes])),
		...unexpected,
	},
	{
		name: "CertificateRequest comes twice",
		script: changing("CertificateRequest", bytes => Buffer.concat([bytes, bytes]), { requestCertificate: true }),
		...unexpected,
	},
	{ name: "ServerHelloDone comes twice", script: behind(message(14)), ...unexpected },
	{ name: "Finished comes twice", script: changing("Finished", bytes => Buffer.concat([bytes, bytes])), ...unexpected },
	{ name: "CertificateRequest before Certificate", script: followed("ServerHello", request), ...unexpected },
	{ name: "CertificateRequest before ServerKeyExchange", script: followed("Certificate", request), ...unexpected },
	{ name: "CertificateRequest after ServerHelloDone", script: behind(request), ...unexpected },
	{ name: "ServerHelloDone before ServerKeyExchange", script: followed("Certificate", message(14)), ...unexpected },
	{
		name: "a ticket that was not asked for",
		script: behind(message(4, Buffer.alloc(4), vector(2, Buffer.alloc(8)))),
		...unexpected,
	},
	{
		name: "a certificate status that was not asked for",
		script: followed("Certificate", message(22, Buffer.of(1), vector(3, Buffer.of(1)))),
		...unexpected,
	},
	{ name: "a message of TLS 1.3", script: followed("ServerHello", message(8, vector(2))), ...unexpected },
	{ name: "a message of an unknown type", script: followed("Certificate", message(30)), ...unexpected },
	{
		name: "a message whose number is that of another, a round later",
		script: followed("ServerHello", message(11 + 32)),
		...unexpected,
	},
	// the bit of type 30 in the set of messages is that of change_cipher_spec; 62 is the same bit a round later
	...[29, 30, 31, 62].map(type => ({
		name: `a message of type ${type} in place of ChangeCipherSpec`,
		script: finishing(records => [plainRecord(22, message(type)), ...records.slice(1)]),
		...unexpected,
	})),
	{
		name: "a ServerKeyExchange before the Certificate",
		...unexpected,
		script: changing("Certificate", bytes => Buffer.concat([message(12, Buffer.alloc(8)), bytes])),
	},
];

export const ccs = plainRecord(20, Buffer.of(1));

export const finishFaults: Fault[] = [
	...bodyPlaces.map(([which, at]) => ({
		name: `a flipped bit in the ${which} byte of Finished`,
		script: changing("Finished", bytes => flip(bytes, at)),
		code: "bad_finished",
		alert: 51,
	})),
	{
		name: "the Finished of the client's side",
		script: () => ({ finishedLabel: "client finished" }),
		code: "bad_finished",
		alert: 51,
	},
	{
		name: "Finished is too short",
		script: changing("Finished", bytes => withBody(bytes, bytes.subarray(4, -1))),
		...malformed,
	},
	{
		name: "Finished is too long",
		script: changing("Finished", bytes => withBody(bytes, bytes.subarray(4), Buffer.of(0))),
		...malformed,
	},
	{
		name: "Finished in the clear, without ChangeCipherSpec",
		script: finishing(() => [plainRecord(22, message(20, Buffer.alloc(12)))]),
		...unexpected,
	},
	{
		name: "Finished in the clear, after ChangeCipherSpec",
		script: finishing(([first]) => [first!, plainRecord(22, message(20, Buffer.alloc(12)))]),
		code: "bad_record_mac",
		alert: 20,
	},
	{ name: "ChangeCipherSpec before the ServerHello", script: starting(records => [ccs, ...records]), ...unexpected },
	{
		name: "ChangeCipherSpec after the ServerHello",
		script: starting(([first, ...rest]) => [first!, ccs, ...rest], 4 + 2 + 32 + 1 + 2 + 1 + 2 + 15),
		...unexpected,
	},
	{
		name: "ChangeCipherSpec in place of ServerHelloDone",
		script: changing("ServerHelloDone", () => undefined, {
			editRecords: (which, records) => (which === "hello" ? [...records, ccs] : records),
		}),
		...unexpected,
	},
	{ name: "ChangeCipherSpec twice", script: finishing(([first, ...rest]) => [first!, first!, ...rest]), ...unexpected },
	{
		name: "ChangeCipherSpec of another value",
		script: finishing(([, ...rest]) => [plainRecord(20, Buffer.of(2)), ...rest]),
		...unexpected,
	},
	{
		name: "ChangeCipherSpec of two bytes",
		script: finishing(([, ...rest]) => [plainRecord(20, Buffer.of(1, 1)), ...rest]),
		...unexpected,
	},
	{
		name: "part of a message in front of ChangeCipherSpec",
		script: finishing(records => [plainRecord(22, Buffer.of(20, 0)), ...records]),
		...unexpected,
	},
	{
		name: "data before ChangeCipherSpec",
		script: finishing(records => [plainRecord(23, Buffer.from("early")), ...records]),
		...unexpected,
	},
	{
		name: "data in the clear after the ServerHello",
		script: starting(records => [...records, plainRecord(23, Buffer.from("early"))]),
		...unexpected,
	},
	{
		name: "data between ChangeCipherSpec and Finished",
		script: () => ({ early: Buffer.from("early") }),
		...unexpected,
	},
	{
		name: "a bad tag on Finished",
		script: finishing(([first, second]) => [first!, flip(second!, -1)]),
		code: "bad_record_mac",
		alert: 20,
	},
	{
		name: "a protected record too short for its tag",
		script: finishing(([first]) => [first!, plainRecord(22, Buffer.alloc(23))]),
		code: "bad_record_mac",
		alert: 20,
	},
	{
		name: "a protected record of another content type",
		script: finishing(([first, second]) => [first!, Buffer.concat([Buffer.of(23), second!.subarray(1)])]),
		code: "bad_record_mac",
		alert: 20,
	},
	{
		name: "a record of another version",
		script: finishing(([first, second]) => [first!, Buffer.concat([Buffer.of(22, 3, 2), second!.subarray(3)])]),
		code: "unsupported_version",
		alert: 70,
	},
];
