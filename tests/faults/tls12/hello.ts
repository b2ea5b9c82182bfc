/*
	ServerHello and its extensions that a TLS 1.2 client must refuse (RFC 5246, 5746, 7627).
*/

import { randomBytes } from "node:crypto";
import { type Fault, changing, withBody } from "../script12.js";
import { type Script12, rightExtensions } from "../../peers/server12.js";
import { extension } from "../../peers/wire13.js";
import { flip, illegal, malformed } from "../fault.js";
import { u16, vector } from "../../../host-sim/trace/keys13.js";

/** Where the ServerHello's fields lie: the suite after an empty session id. */
const suiteAt = 4 + 2 + 32 + 1;

export function withRandom(end: string): () => Partial<Script12> {
	return () => ({ random: Buffer.concat([randomBytes(32 - end.length), Buffer.from(end, "latin1")]) });
}

function ofVersion(minor: number, more: Partial<Script12> = {}): () => Partial<Script12> {
	return changing(
		"ServerHello",
		bytes => {
			bytes[5] = minor;
			return bytes;
		},
		more,
	);
}

export function extensions(...list: Uint8Array[]): () => Partial<Script12> {
	return () => ({ extensions: Buffer.concat(list) });
}

export const [ems, renegotiation, points] = rightExtensions as [Buffer, Buffer, Buffer];

/** The ServerHello with the session id that the client sent for middleboxes. */
function echoing(): Partial<Script12> {
	let id: Buffer = Buffer.alloc(0);
	return {
		edit: (name, bytes) =>
			name === "ServerHello"
				? withBody(bytes, bytes.subarray(4, suiteAt - 1), vector(1, id), bytes.subarray(suiteAt))
				: bytes,
		onHello: hello => {
			id = hello.subarray(39, 39 + 32);
		},
	};
}

export const helloFaults: Fault[] = [
	{ name: "SSL 3.0", script: ofVersion(0), code: "unsupported_version", alert: 70, says: /SSL 3\.0/ },
	{ name: "TLS 1.0", script: ofVersion(1), code: "unsupported_version", alert: 70, says: /TLS 1\.0/ },
	{ name: "TLS 1.1", script: ofVersion(2), code: "unsupported_version", alert: 70, says: /TLS 1\.1/ },
	{ name: "TLS 1.3 the old way", script: ofVersion(4), code: "unsupported_version", alert: 70 },
	{
		name: "TLS 1.1 with its downgrade sentinel",
		script: ofVersion(2, withRandom("DOWNGRD\0")()),
		code: "downgrade",
		alert: 47,
		says: /forces an older version/,
	},
	{
		name: "TLS 1.2 with its downgrade sentinel",
		script: withRandom("DOWNGRD\x01"),
		code: "downgrade",
		alert: 47,
		says: /forces an older version/,
	},
	{ name: "TLS 1.2 with the sentinel of TLS 1.1", script: withRandom("DOWNGRD\0"), code: "downgrade", alert: 47 },
	{ name: "a suite that was not offered", script: changing("ServerHello", bytes => flip(bytes, suiteAt)), ...illegal },
	{
		name: "a suite of TLS 1.3",
		script: changing("ServerHello", bytes =>
			withBody(bytes, bytes.subarray(4, suiteAt), u16(0x1301), bytes.subarray(suiteAt + 2)),
		),
		...illegal,
	},
	{
		name: "the SCSV as a suite",
		script: changing("ServerHello", bytes =>
			withBody(bytes, bytes.subarray(4, suiteAt), u16(0x00ff), bytes.subarray(suiteAt + 2)),
		),
		...illegal,
	},
	{ name: "a compression method", script: changing("ServerHello", bytes => flip(bytes, suiteAt + 2)), ...illegal },
	{
		name: "a session id of 33 bytes",
		script: changing("ServerHello", bytes =>
			withBody(bytes, bytes.subarray(4, suiteAt - 1), vector(1, Buffer.alloc(33)), bytes.subarray(suiteAt)),
		),
		...malformed,
	},
	{ name: "the session id of the client, as if it were resumed", script: echoing, ...illegal },
	{
		name: "no extensions at all",
		script: extensions(),
		code: "handshake_failure",
		alert: 40,
		says: /secure renegotiation/,
	},
	{
		name: "no renegotiation_info",
		script: extensions(ems, points),
		code: "handshake_failure",
		alert: 40,
		says: /renegotiation/,
	},
	{
		name: "renegotiation_info of an earlier handshake",
		script: extensions(ems, points, extension(0xff01, vector(1, Buffer.alloc(12)))),
		code: "handshake_failure",
		alert: 40,
	},
	{
		name: "extended_master_secret that holds something",
		script: extensions(renegotiation, extension(23, Buffer.of(0))),
		...malformed,
	},
	{ name: "an extension twice", script: extensions(ems, renegotiation, ems), ...illegal },
	{
		name: "an extension that was not asked for",
		script: extensions(ems, renegotiation, extension(35)),
		code: "unsupported_extension",
		alert: 110,
	},
	{
		name: "ALPN that was not asked for",
		script: extensions(ems, renegotiation, extension(16, vector(2, vector(1, Buffer.from("h2"))))),
		code: "unsupported_extension",
		alert: 110,
	},
	{ name: "an extension of TLS 1.3", script: extensions(ems, renegotiation, extension(51, u16(0x1d))), ...illegal },
	{
		name: "supported_versions that names TLS 1.2",
		script: extensions(ems, renegotiation, extension(43, u16(0x0303))),
		...illegal,
	},
	{
		name: "no uncompressed points",
		script: extensions(ems, renegotiation, extension(11, vector(1, Buffer.of(1)))),
		...illegal,
	},
	{
		name: "an empty list of point formats",
		script: extensions(ems, renegotiation, extension(11, vector(1))),
		...malformed,
	},
	{
		name: "a server name that is not empty",
		script: extensions(ems, renegotiation, extension(0, Buffer.of(0))),
		...malformed,
	},
];
