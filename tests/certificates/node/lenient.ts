/*
	What is not as RFC 5280 wants it, but in use, harmless, and taken: each with what stays refused beside it.
*/

import {
	makeCertificate,
	makeKey,
	type Certificate,
	type CertificateRequest,
} from "../../../host-sim/servers/certificates.js";
import {
	bitString,
	boolean,
	context,
	element,
	integer,
	nothing,
	oid,
	sequence,
} from "../../../host-sim/servers/der.js";
import { accepted, attacker, fault, host, makeWorld, refused, world, type ChainCase, type Changes } from "./chain.js";
import { pin } from "./pins.js";

const { root, upper, lower, leaf } = world;

function chainOf(changes: Changes): Certificate[] {
	const all = makeWorld(changes);
	return [all.leaf, all.lower, all.upper];
}

/** `body` with `from` changed to `to`; both of one length, or near the start of a SEQUENCE that is made anew. */
function replacing(from: Uint8Array, to: Uint8Array): (body: Buffer) => Buffer {
	return body => {
		const content = body.subarray(2 + (body[1]! & 0x7f)),
			at = content.indexOf(from);
		if (at < 0) throw new Error("not found");
		return element(0x30, content.subarray(0, at), to, content.subarray(at + from.length));
	};
}

/** RFC 4055 section 5: sha256WithRSAEncryption may come without parameters. */
function withoutParameters(): ChainCase[] {
	const byRSA = makeCertificate({ subject: "RSA root", key: makeKey("rsa2048"), isAuthority: true });
	const make = (id: string, parameters: Buffer, change: Partial<CertificateRequest> = {}): Buffer => {
		let body: Uint8Array = Buffer.alloc(0),
			signature: Uint8Array = body;
		const algorithm = sequence(oid(id), parameters);
		const usual = {
			"1.2.840.113549.1.1.11": "rsa-sha256",
			"1.2.840.113549.1.1.12": "rsa-sha384",
			"1.2.840.113549.1.1.13": "rsa-sha512",
		} as const;
		makeCertificate({
			subject: "server",
			key: leaf.key,
			issuer: byRSA,
			names: [host],
			signature: usual[id as keyof typeof usual],
			changeBody: bytes => (body = replacing(sequence(oid(id), nothing()), algorithm)(bytes)),
			changeSignature: bytes => (signature = bytes),
			...change,
		});
		return sequence(body, algorithm, bitString(signature));
	};
	const flipped = make("1.2.840.113549.1.1.11", Buffer.alloc(0));
	flipped[flipped.length - 1]! ^= 1;
	const setting = { trusted: [byRSA] };
	return [
		...["1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13"].map(id =>
			accepted(`RSA without parameters: ${id}`, [make(id, Buffer.alloc(0))], setting),
		),
		refused("RSA without parameters: forged", [flipped], "untrusted", /is not signed with the trusted key/, setting),
		refused(
			"RSA with parameters other than NULL",
			[make("1.2.840.113549.1.1.11", integer(1))],
			"bad_certificate",
			/no NULL/,
			setting,
		),
		refused(
			"RSA with a NULL that has content",
			[make("1.2.840.113549.1.1.11", element(5, Buffer.of(0)))],
			"bad_certificate",
			/NULL has content/,
			setting,
		),
	];
}

function serials(): ChainCase[] {
	const serial = (bytes: Buffer): Changes => ({
		leaf: { changeBody: replacing(integer(Buffer.alloc(16, 0x41)), element(2, bytes)), serial: Buffer.alloc(16, 0x41) },
	});
	return [
		...(
			[
				["negative", Buffer.of(0x80, 1, 2)],
				["minus one", Buffer.of(0xff)],
				["zero", Buffer.of(0)],
				["21 bytes long, and negative", Buffer.alloc(21, 0x91)],
				["40 bytes long", Buffer.alloc(40, 0x11)],
				["200 bytes long", Buffer.alloc(200, 0x11)],
			] as const
		).map(([name, bytes]) => accepted(`a serial number that is ${name}`, chainOf(serial(bytes)))),
		fault("a serial number without bytes", serial(Buffer.alloc(0)), "bad_certificate", /INTEGER is empty/),
		fault(
			"a serial number with a zero too many",
			serial(Buffer.of(0, 1)),
			"bad_certificate",
			/not in its shortest form/,
		),
	];
}

/** RFC 5280 sections 4.2.1.9 and 4.2.1.11 set no upper bound: no path is longer. */
function largeNumbers(): ChainCase[] {
	const constraints = (limit: Uint8Array): Partial<CertificateRequest> => ({
		changeExtensions: list =>
			list.map(one => (one.id === "2.5.29.19" ? { ...one, value: sequence(boolean(true), limit) } : one)),
	});
	const limits = [
		["127", integer(127)],
		["128", element(2, Buffer.of(0, 128))],
		["300", integer(300)],
		["2^64", element(2, Buffer.of(1, 0, 0, 0, 0, 0, 0, 0, 0))],
	] as const;
	const skips = sequence(context(0, false, Buffer.of(0, 200)), context(1, false, Buffer.of(1, 0)));
	return [
		...limits.flatMap(([name, limit]) => [
			accepted(`a path length of ${name}`, chainOf({ upper: constraints(limit) })),
			accepted(`a root's path length of ${name}`, [leaf, lower, upper], {
				trusted: [makeWorld({ root: constraints(limit) }).root],
			}),
		]),
		accepted(
			"policy constraints for 200 certificates",
			chainOf({ upper: { extensions: [{ id: "2.5.29.36", isCritical: true, value: skips }] } }),
		),
		accepted(
			"any policy is inhibited after 1,000 certificates",
			chainOf({ upper: { extensions: [{ id: "2.5.29.54", isCritical: true, value: integer(1000) }] } }),
		),
	];
}

/** A trust anchor is a name and a key (RFC 5280 section 6.1.1 d). */
function anchors(): ChainCase[] {
	const old = makeCertificate({ subject: "Old root", key: attacker, changeExtensions: () => [] });
	const notItself = makeCertificate({
		subject: "Old root",
		key: attacker,
		issuer: world.root,
		changeExtensions: () => [],
	});
	const under = makeCertificate({ subject: "server", key: leaf.key, issuer: old, names: [host] });
	const ed25519 = makeCertificate({ subject: "Ed root", key: makeKey("ed25519"), isAuthority: true });
	const forged = makeWorld({
		root: {
			changeSignature: bytes => {
				bytes[20]! ^= 1;
				return bytes;
			},
			serial: Buffer.alloc(30, 0x21),
		},
	}).root;
	return [
		accepted("a trusted root of version 1", [under], { trusted: [old] }),
		refused(
			"a certificate of version 1 that is trusted, but not issued by itself",
			[under],
			"untrusted",
			/may not issue others/,
			{ trusted: [notItself] },
		),
		refused(
			"a root of version 1 that is sent, and not trusted",
			[under, old],
			"bad_certificate",
			/certificate 1 .* is of version 1/,
		),
		accepted("a trusted root whose own signature is wrong, with a long serial number", [leaf, lower, upper], {
			trusted: [forged],
		}),
		accepted("a root of no use beside the right one", [leaf, lower, upper], { trusted: [ed25519, root] }),
	];
}

/** RSASSA-PSS with a salt that is not as long as the hash, and with SHA-1, which is its default. */
function pssParameters(): ChainCase[] {
	const byRSA = makeCertificate({ subject: "RSA root", key: makeKey("rsa2048"), isAuthority: true });
	const sha256 = sequence(oid("2.16.840.1.101.3.4.2.1"), nothing());
	const mask = sequence(oid("1.2.840.113549.1.1.8"), sha256);
	const sha = sequence(oid("2.16.840.1.101.3.4.2.1"));
	const maskSHA = sequence(oid("1.2.840.113549.1.1.8"), sha);
	const salt = context(2, true, integer(32));
	const parts = (...parameters: Buffer[]): { body: Uint8Array; algorithm: Buffer; signature: Uint8Array } => {
		const algorithm = sequence(oid("1.2.840.113549.1.1.10"), sequence(...parameters));
		const usual = sequence(
			oid("1.2.840.113549.1.1.10"),
			sequence(context(0, true, sha), context(1, true, maskSHA), salt),
		);
		let body: Uint8Array = Buffer.alloc(0),
			signature: Uint8Array = body;
		makeCertificate({
			subject: "server",
			key: leaf.key,
			issuer: byRSA,
			names: [host],
			signature: "pss-sha256",
			changeBody: bytes => (body = replacing(usual, algorithm)(bytes)),
			changeSignature: bytes => (signature = bytes),
		});
		return { body, algorithm, signature };
	};
	const make = (...parameters: Buffer[]): Buffer => {
		const { body, algorithm } = parts(...parameters);
		return sequence(body, algorithm, bitString(Buffer.alloc(256, 1)));
	};
	const signed = (...parameters: Buffer[]): Buffer => {
		const { body, algorithm, signature } = parts(...parameters);
		return sequence(body, algorithm, bitString(signature));
	};
	const of = (salt: number): Buffer =>
		make(context(0, true, sha256), context(1, true, mask), context(2, true, integer(salt)));
	const trusted = { trusted: [byRSA] };
	const says = (salt: number): RegExp =>
		new RegExp(
			`is signed with unsupported parameters of RSASSA-PSS \\(a salt of ${salt} bytes\\): supported are SHA-256`,
		);
	const trailer = (number: number): Buffer => context(3, true, integer(number));
	return [
		accepted(
			"PSS: parameters with a NULL in each hash",
			[signed(context(0, true, sha256), context(1, true, mask), salt)],
			trusted,
		),
		accepted(
			"PSS: the trailer's default spelled out",
			[signed(context(0, true, sha), context(1, true, maskSHA), salt, trailer(1))],
			trusted,
		),
		...[0, 2, 127].map(number =>
			refused(
				`PSS: a trailer of ${number}`,
				[signed(context(0, true, sha), context(1, true, maskSHA), salt, trailer(number))],
				"bad_certificate",
				/has RSASSA-PSS parameters with an unknown trailer/,
				trusted,
			),
		),
		refused(
			"PSS: a trailer twice",
			[signed(context(0, true, sha), context(1, true, maskSHA), salt, trailer(1), trailer(1))],
			"bad_certificate",
			/unexpected bytes/,
			trusted,
		),
		refused("PSS: a salt of 20 bytes", [of(20)], "unsupported_certificate", says(20), trusted),
		refused("PSS: a salt of 48 bytes", [of(48)], "unsupported_certificate", says(48), trusted),
		refused("PSS: defaults, which are SHA-1", [make()], "unsupported_certificate", says(20), trusted),
		refused(
			"PSS: a salt of 32 bytes, and a wrong signature",
			[of(32)],
			"untrusted",
			/is not signed with the trusted key/,
			trusted,
		),
	];
}

/** Devices that have a common name only. */
function withoutName(): ChainCase[] {
	const key = makeKey("p256");
	const device = makeCertificate({ subject: "device-0001", key, names: [] });
	const other = makeCertificate({ subject: "device-0001", key: attacker, names: [] });
	const issued = makeCertificate({ subject: "device-0001", key, issuer: lower, names: [] });
	const named = makeCertificate({ subject: "device-0001", key, names: ["other.example"] });
	return [
		accepted("no name: trusted itself", [device], { trusted: [device] }),
		accepted("no name: its key is pinned", [device], { trusted: undefined, pins: [pin(device)] }),
		accepted("no name: its key is pinned, and an authority trusted", [issued, lower, upper], { pins: [pin(issued)] }),
		refused("no name: another one of the same common name", [other], "wrong_name", /for no name at all/, {
			trusted: [device],
		}),
		refused("no name: under a trusted authority", [issued, lower, upper], "wrong_name", /for no name at all/),
		refused("no name: its authority's key is pinned", [issued, lower, upper], "wrong_name", /for no name at all/, {
			trusted: undefined,
			pins: [pin(lower)],
		}),
		refused("no name, but others: trusted itself", [named], "wrong_name", /for other\.example, not for/, {
			trusted: [named],
		}),
		refused("no name, but others: its key is pinned", [named], "wrong_name", /for other\.example, not for/, {
			trusted: undefined,
			pins: [pin(named)],
		}),
	];
}

function domains(): ChainCase[] {
	const lan = (names: string[], permitted: string[]): Changes => ({ lower: { permitted }, leaf: { names } });
	return [
		accepted("*.lan under an authority for lan", chainOf(lan(["server.lan", "*.lan"], ["lan"])), {
			host: "server.lan",
		}),
		fault("*.lan is for no host", lan(["*.lan"], ["lan"]), "wrong_name", /for \*\.lan, not for server\.lan/, {
			host: "server.lan",
		}),
		fault(
			"*.lan under an authority for server.lan",
			lan(["server.lan", "*.lan"], ["server.lan"]),
			"bad_certificate",
			/do not permit/,
			{ host: "server.lan" },
		),
		fault(
			"*. under an authority for lan",
			lan(["server.lan", "*."], ["lan"]),
			"bad_certificate",
			/malformed DNS name/,
			{ host: "server.lan" },
		),
		refused(
			"an address that is written as a DNS name",
			[
				makeWorld({
					leaf: {
						names: [],
						extensions: [
							{ id: "2.5.29.17", isCritical: false, value: sequence(element(0x82, Buffer.from("192.0.2.7"))) },
						],
					},
				}).leaf,
				lower,
				upper,
			],
			"wrong_name",
			/has 192\.0\.2\.7 as a DNS name: reissue it with an iPAddress entry/,
			{ host: "192.0.2.7" },
		),
	];
}

export function lenientCases(): ChainCase[] {
	return [
		...withoutParameters(),
		...pssParameters(),
		...serials(),
		...largeNumbers(),
		...anchors(),
		...withoutName(),
		...domains(),
	];
}
