/*
	What a TLS 1.2 client must accept and refuse, each refusal with the RFC's alert and an error that says what is wrong (RFC 5246, 5746, 7627,
	8422). The server is tests/peers/server12.ts; every message that it sends can be changed. What can be done to all
	of them alike is in sweep12.test.ts.
*/

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, describe, test } from "node:test";
import { makeIdentity, makeKey, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { suiteInfo12 } from "../../host-sim/trace/keys12.js";
import { rightExtensions, type Script12 } from "../peers/server12.js";
import { extension, message, plainRecord } from "../peers/server13.js";
import {
	behind,
	changing,
	expectRefusals,
	finishing,
	flip,
	followed,
	illegal,
	leafUnder,
	malformed,
	runAll,
	starting,
	talking,
	unexpected,
	withBody,
	type Fault,
} from "./script12.js";

const request = message(13, vector(1, Buffer.of(1)), vector(2, u16(0x0403)), vector(2));

const orderFaults: Fault[] = [
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
	{
		name: "a ServerKeyExchange before the Certificate",
		...unexpected,
		script: changing("Certificate", bytes => Buffer.concat([message(12, Buffer.alloc(8)), bytes])),
	},
];

const ccs = plainRecord(20, Buffer.of(1));

const finishFaults: Fault[] = [
	{
		name: "a flipped bit in Finished",
		script: changing("Finished", bytes => flip(bytes, 10)),
		code: "bad_finished",
		alert: 51,
	},
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
		name: "Finished in the clear, behind ChangeCipherSpec",
		script: finishing(([first]) => [first!, plainRecord(22, message(20, Buffer.alloc(12)))]),
		code: "bad_record_mac",
		alert: 20,
	},
	{ name: "ChangeCipherSpec before the ServerHello", script: starting(records => [ccs, ...records]), ...unexpected },
	{
		name: "ChangeCipherSpec behind the ServerHello",
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
		name: "data in the clear behind the ServerHello",
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

/** Where the ServerHello's fields lie: the suite behind an empty session id. */
const suiteAt = 4 + 2 + 32 + 1;

function withRandom(end: string): () => Partial<Script12> {
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

function extensions(...list: Uint8Array[]): () => Partial<Script12> {
	return () => ({ extensions: Buffer.concat(list) });
}

const [ems, renegotiation, points] = rightExtensions as [Buffer, Buffer, Buffer];

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

const helloFaults: Fault[] = [
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

/** Another server's chain, of a key that the suite does not go with. */
function mismatched(): Partial<Script12> {
	return { suite: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" };
}

/** ServerKeyExchange: curve type, group, point, scheme, signature. The point of X25519 ends at 4 + 4 + 32. */
const schemeAt = 40;

function withScheme(scheme: number): () => Partial<Script12> {
	return changing("ServerKeyExchange", bytes =>
		withBody(bytes, bytes.subarray(4, schemeAt), u16(scheme), bytes.subarray(schemeAt + 2)),
	);
}

const proofFaults: Fault[] = [
	{
		name: "the certificate is for another name",
		script: identity => leafUnder(identity, { names: ["other.example"] }),
		code: "wrong_name",
		alert: 42,
		says: /other\.example/,
	},
	{
		name: "the root is not trusted",
		code: "untrusted",
		alert: 48,
		script: () => {
			const { leaf, intermediate } = makeIdentity(["localhost"]);
			return { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
		},
	},
	{
		name: "the certificate may not sign",
		script: identity => leafUnder(identity, { keyUsage: ["keyAgreement"] }),
		code: "unsupported_certificate",
		alert: 43,
	},
	{ name: "the certificate does not go with the suite", script: mismatched, ...illegal },
	{
		name: "no certificate at all",
		script: changing("Certificate", bytes => withBody(bytes, Buffer.alloc(3))),
		...malformed,
	},
	{
		name: "an empty certificate",
		script: changing("Certificate", bytes => withBody(bytes, vector(3, vector(3)))),
		...malformed,
	},
	{
		name: "a flipped bit in the signature",
		script: changing("ServerKeyExchange", bytes => flip(bytes, -1)),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "a flipped bit in the point",
		script: changing("ServerKeyExchange", bytes => flip(bytes, 20)),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "another key's signature",
		script: () => ({ key: makeKey("p256").privateKey }),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "a signature over another client's random",
		script: () => ({ editSigned: content => flip(content, 3) }),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "a signature over another server random",
		script: () => ({ editSigned: content => flip(content, 40) }),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "a signature over the key alone",
		script: () => ({ editSigned: content => content.subarray(64) }),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "no signature",
		script: changing("ServerKeyExchange", bytes => withBody(bytes, bytes.subarray(4, schemeAt))),
		...malformed,
	},
	{
		name: "an empty signature",
		script: changing("ServerKeyExchange", bytes => withBody(bytes, bytes.subarray(4, schemeAt + 2), vector(2))),
		code: "bad_signature",
		alert: 51,
	},
	{ name: "signed with SHA-1, which was not offered", script: withScheme(0x0203), ...illegal },
	{ name: "signed with Ed448, which was not offered", script: withScheme(0x0808), ...illegal },
	{ name: "anonymous", script: withScheme(0x0400), ...illegal },
	{ name: "a scheme for RSA with a key for ECDSA", script: withScheme(0x0401), ...illegal },
	{ name: "a scheme for RSA-PSS with a key for ECDSA", script: withScheme(0x0804), ...illegal },
	{ name: "another hash than the one that was signed", script: withScheme(0x0503), code: "bad_signature", alert: 51 },
	{
		name: "a curve that is spelled out",
		script: changing("ServerKeyExchange", bytes => {
			bytes[4] = 1;
			return bytes;
		}),
		...illegal,
	},
	{
		name: "a group that was not offered",
		script: () => ({ group: 0x19, point: Buffer.concat([Buffer.of(4), Buffer.alloc(132, 1)]) }),
		...illegal,
	},
	{ name: "a point that gives zero", script: () => ({ point: Buffer.alloc(32) }), ...illegal },
	{ name: "a point of the wrong length", script: () => ({ point: Buffer.alloc(31, 9) }), ...illegal },
	{ name: "a point with a byte too many", script: () => ({ point: Buffer.alloc(33, 9) }), ...illegal },
	{ name: "no point", script: () => ({ point: Buffer.alloc(0) }), ...malformed },
	{
		name: "a point that is not on P-256",
		script: () => ({ group: 0x17, point: Buffer.concat([Buffer.of(4), Buffer.alloc(64, 7)]) }),
		...illegal,
	},
	{
		name: "a point that is not on P-384",
		script: () => ({ group: 0x18, point: Buffer.concat([Buffer.of(4), Buffer.alloc(96, 7)]) }),
		...illegal,
	},
	{
		name: "a point of P-256 beyond its field",
		script: () => ({ group: 0x17, point: Buffer.concat([Buffer.of(4), Buffer.alloc(64, 0xff)]) }),
		...illegal,
	},
	{
		name: "a compressed point",
		script: () => ({ group: 0x17, point: Buffer.concat([Buffer.of(2), Buffer.alloc(32, 7)]) }),
		...illegal,
	},
	{ name: "the point at infinity", script: () => ({ group: 0x17, point: Buffer.of(0) }), ...illegal },
	{
		name: "a CertificateRequest that takes no signatures",
		script: changing("CertificateRequest", bytes => withBody(bytes, vector(1, Buffer.of(1)), vector(2), vector(2)), {
			requestCertificate: true,
		}),
		...malformed,
	},
	{
		name: "a CertificateRequest of no kind",
		script: changing("CertificateRequest", bytes => withBody(bytes, vector(1), vector(2, u16(0x0403)), vector(2)), {
			requestCertificate: true,
		}),
		...malformed,
	},
	{
		name: "a CertificateRequest with an empty name",
		script: changing(
			"CertificateRequest",
			bytes => withBody(bytes, vector(1, Buffer.of(1)), vector(2, u16(0x0403)), vector(2, vector(2))),
			{ requestCertificate: true },
		),
		...malformed,
	},
	{
		name: "ServerHelloDone that holds something",
		script: changing("ServerHelloDone", bytes => withBody(bytes, Buffer.of(0))),
		...malformed,
	},
];

/** A record of this type and no content, in the clear. */
const nothing = (type: number): Buffer => plainRecord(type, Buffer.alloc(0));

const recordFaults: Fault[] = [
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
		name: "a content type that is none",
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
		name: "the server's alert for want of a certificate",
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

/** What a right server may do; the request is answered all the same. */
const accepted: { name: string; script: Partial<Script12>; secure?: object; alerts?: number[] }[] = [
	// CCM is offered by name only: ccm.test.ts
	...Object.keys(suiteInfo12)
		.filter(suite => suite.includes("ECDSA") && !suite.includes("CCM"))
		.map(suite => ({ name: suite, script: { suite } })),
	...[0x17, 0x18, 0x1d].map(group => ({ name: `group ${group}`, script: { group } })),
	{ name: "one byte in each record", script: { fragment: 1 } },
	{ name: "100 bytes in each record", script: { fragment: 100 } },
	{ name: "a certificate is asked for", script: { requestCertificate: true } },
	{ name: "only the extensions that must be", script: { extensions: Buffer.concat([ems, renegotiation]) } },
	{ name: "an empty server_name", script: { extensions: Buffer.concat([...rightExtensions, extension(0)]) } },
	{
		name: "HelloRequest after the handshake is refused and no more",
		alerts: [100, 0],
		script: talking(session => {
			session.send(22, message(0));
			session.send(23, Buffer.from("hello"));
			session.send(21, Buffer.of(1, 0));
		})(),
	},
	{
		name: "a warning before the ServerHello",
		script: starting(records => [plainRecord(21, Buffer.of(1, 112)), ...records])(),
	},
	{
		name: "HelloRequest during the handshake",
		script: starting(records => [...records, plainRecord(22, message(0))])(),
	},
	{
		name: "a warning and an empty record among the data",
		script: talking(session => {
			session.send(21, Buffer.of(1, 90));
			session.send(23, Buffer.alloc(0));
			session.send(23, Buffer.from("hello"));
			session.send(21, Buffer.of(1, 0));
		})(),
	},
];

describe("TLS 1.2", () => {
	let identity: ServerIdentity;

	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	const suite = (title: string, faults: Fault[]): unknown =>
		test(`refused: ${title}`, t => expectRefusals(t, identity, faults));

	for (const variant of variants) {
		test(`accepted (${variant})`, async t => {
			const pairs = await runAll(
				identity,
				accepted.map(({ script }) => script),
				{ variant },
			);
			for (const [i, { name, script, alerts = [0] }] of accepted.entries()) {
				await t.test(name, () => {
					const { client, server } = pairs[i]!;
					assert.equal(client.code, "closed", client.message);
					assert.match(client.text, /hello$/);
					assert.equal(server.finished, true);
					assert.deepEqual(server.alerts, alerts, "close_notify is answered");
					assert.deepEqual(server.messages, script.requestCertificate ? [11, 16] : [16]);
				});
			}
		});
	}

	suite("order", orderFaults);
	suite("ChangeCipherSpec and Finished", finishFaults);
	suite("version, hello and extensions", helloFaults);
	suite("certificate and proof", proofFaults);
	suite("records and after the handshake", recordFaults);

	test("a client of TLS 1.2 only is not downgraded by a server that says it could do more", async () => {
		const [pair] = await runAll(identity, [withRandom("DOWNGRD\x01")()], { secure: { maxVersion: 0x0303 } });
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.ok(
			!pair!.server.hello.includes(extension(43, vector(1, u16(0x0304), u16(0x0303)))),
			"TLS 1.3 is not offered",
		);
	});

	test("a client of TLS 1.3 only refuses TLS 1.2", async () => {
		const [pair] = await runAll(identity, [{}], { secure: { minVersion: 0x0304 } });
		assert.equal(pair!.client.code, "unsupported_version", pair!.client.message);
		assert.match(pair!.client.message, /only TLS 1\.2; this client needs TLS 1\.3/);
		assert.equal(pair!.server.alert, 70);
	});
});
