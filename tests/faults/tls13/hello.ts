/*
	ServerHello, HelloRetryRequest and extensions that a TLS 1.3 client must refuse.
*/

import { type Fault, changing, withBody } from "../script13.js";
import type { Script13 } from "../../peers/server13.js";
import { extension } from "../../peers/wire13.js";
import { flip } from "../fault.js";
import { u16, vector } from "../../../host-sim/trace/keys13.js";

/** A ServerHello with its fields apart: session id at 38, suite after it. */
const sessionEnd = 4 + 2 + 32 + 1 + 32;

function helloExtensions(change: (extensions: Buffer) => Uint8Array): () => Partial<Script13> {
	return changing("ServerHello", bytes =>
		withBody(
			bytes,
			Buffer.concat([bytes.subarray(4, sessionEnd + 3), vector(2, change(bytes.subarray(sessionEnd + 5)))]),
		),
	);
}

export const helloFaults: Fault[] = [
	...[0x0300, 0x0302, 0x0304, 0x7f1c].map(version => ({
		name: `legacy_version 0x${version.toString(16)}`,
		script: changing("ServerHello", bytes => {
			bytes.writeUInt16BE(version, 4);
			return bytes;
		}),
		says: new RegExp(`legacy_version 0x${version.toString(16)}, expected 0x303$`),
		code: "illegal_parameter",
		alert: 47,
	})),
	{
		name: "the session id is not echoed",
		script: changing("ServerHello", bytes => flip(bytes, 40)),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a suite that was not offered",
		script: changing("ServerHello", bytes => flip(bytes, sessionEnd)),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a compression method",
		script: changing("ServerHello", bytes => flip(bytes, sessionEnd + 2)),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a version beyond 1.3",
		script: helloExtensions(list => Buffer.concat([extension(43, Buffer.of(3, 5)), list.subarray(6)])),
		code: "illegal_parameter",
		alert: 47,
	},
	{ name: "no key share", script: helloExtensions(list => list.subarray(0, 6)), code: "missing_extension", alert: 109 },
	{
		name: "an extension twice",
		script: helloExtensions(list => Buffer.concat([list.subarray(0, 6), list])),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "an extension that was not asked for",
		script: helloExtensions(list => Buffer.concat([list, extension(35)])),
		code: "unsupported_extension",
		alert: 110,
	},
	{
		name: "an extension that belongs elsewhere",
		script: helloExtensions(list => Buffer.concat([list, extension(10, vector(2, u16(0x1d)))])),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a share of another group",
		script: helloExtensions(list =>
			Buffer.concat([list.subarray(0, 6), extension(51, u16(0x17), vector(2, Buffer.alloc(65, 4)))]),
		),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a share that gives zero",
		script: helloExtensions(list =>
			Buffer.concat([list.subarray(0, 6), extension(51, u16(0x1d), vector(2, Buffer.alloc(32)))]),
		),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a share of the wrong length",
		script: helloExtensions(list =>
			Buffer.concat([list.subarray(0, 6), extension(51, u16(0x1d), vector(2, Buffer.alloc(31, 9)))]),
		),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "ALPN that was not offered",
		script: () => ({ encryptedExtensions: extension(16, vector(2, vector(1, Buffer.from("h2")))) }),
		code: "unsupported_extension",
		alert: 110,
	},
	{
		name: "EncryptedExtensions with a key share",
		script: () => ({ encryptedExtensions: extension(51, u16(0x1d)) }),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a retry for the group that was sent",
		script: () => ({ retryGroup: 0x1d }),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a retry for a group that was not offered",
		script: () => ({ retryGroup: 0x19 }),
		says: /group 0x0019, which was not offered: offered x25519, secp256r1, secp384r1$/,
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "a second retry",
		code: "unexpected_message",
		alert: 10,
		script: () => {
			let retry: Buffer | undefined;
			return {
				retryGroup: 0x17,
				edit: (name, bytes) =>
					name === "HelloRetryRequest" ? (retry = bytes) : name === "ServerHello" ? retry : bytes,
			};
		},
	},
	{
		name: "a retry that changes nothing",
		script: () => ({
			retryGroup: 0x17,
			edit: (name, bytes) =>
				name === "HelloRetryRequest"
					? withBody(
							bytes,
							Buffer.concat([bytes.subarray(4, sessionEnd + 3), vector(2, extension(43, Buffer.of(3, 4)))]),
						)
					: bytes,
		}),
		code: "illegal_parameter",
		alert: 47,
	},
];

/** For a client that asks for TLS 1.3 at least. */
export const versionFaults: Fault[] = [
	{
		name: "TLS 1.2 only",
		script: helloExtensions(() => Buffer.alloc(0)),
		code: "unsupported_version",
		alert: 70,
		says: /TLS 1\.2/,
	},
	{
		name: "TLS 1.1 only",
		script: changing("ServerHello", bytes =>
			withBody(bytes, Buffer.concat([Buffer.of(3, 2), bytes.subarray(6, sessionEnd + 3)])),
		),
		code: "unsupported_version",
		alert: 70,
		says: /TLS 1\.1/,
	},
	{
		name: "TLS 1.2 with the downgrade sentinel",
		code: "downgrade",
		alert: 47,
		script: changing("ServerHello", bytes =>
			withBody(
				bytes,
				Buffer.concat([bytes.subarray(4, 30), Buffer.from("DOWNGRD\x01"), bytes.subarray(38, sessionEnd + 3)]),
			),
		),
	},
];
