/*
	Malformed keys, and rare forms of certificates: some are accepted, the rest are refused by name.
*/

import { generateKeyPairSync } from "node:crypto";

import { makeCertificate, makeKey } from "../../../host-sim/servers/certificates.js";
import {
	bitString,
	context,
	element,
	integer,
	nothing,
	octetString,
	oid,
	sequence,
	set,
	utf8String,
} from "../../../host-sim/servers/der.js";
import { accepted, fault, host, makeWorld, refused, withKey, world, type ChainCase, type Changes } from "./chain.js";

const { root, upper, lower, leaf } = world;

/** The content of a body with one part replaced by another, which may be longer. */
function replacing(from: Uint8Array, to: Uint8Array): (body: Buffer) => Buffer {
	return body => {
		const content = body.subarray(body[1]! < 0x80 ? 2 : 2 + (body[1]! & 0x7f));
		const at = content.indexOf(from);
		if (at < 0) throw new Error("nothing to replace");
		return element(0x30, content.subarray(0, at), to, content.subarray(at + from.length));
	};
}

/** The server's certificate with another SubjectPublicKeyInfo. */
function withSPKI(spki: Uint8Array): Changes {
	return { leaf: { changeBody: replacing(leaf.key.publicKey.export({ type: "spki", format: "der" }), spki) } };
}

function point(bytes: Uint8Array): Buffer {
	return sequence(sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")), bitString(bytes));
}

function rsa(modulus: Uint8Array, exponent: Uint8Array): Buffer {
	return sequence(
		sequence(oid("1.2.840.113549.1.1.1"), nothing()),
		bitString(sequence(integer(modulus), integer(exponent))),
	);
}

export function keyFaults(): ChainCase[] {
	const modulus = Buffer.alloc(256, 0xb7);
	const even = Buffer.alloc(256, 0xb6);
	const dsa = generateKeyPairSync("dsa", { modulusLength: 2048, divisorLength: 256 }).publicKey.export({
		type: "spki",
		format: "der",
	});
	const offCurve = point(Buffer.concat([Buffer.of(4), Buffer.alloc(64, 7)]));
	const ecKey = [oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")];
	const curvePoint = bitString(Buffer.concat([Buffer.of(4), Buffer.alloc(64, 7)]));
	const pair = sequence(integer(modulus), integer(Buffer.of(1, 0, 1)));
	const lowerKey = lower.key.publicKey.export({ type: "spki", format: "der" });
	return [
		fault(
			"RSA exponent 1",
			withSPKI(rsa(modulus, Buffer.of(1))),
			"bad_certificate",
			/certificate 0 has an RSA key with an exponent/,
		),
		fault("RSA exponent 65536", withSPKI(rsa(modulus, Buffer.of(1, 0, 0))), "bad_certificate", /exponent/),
		fault("RSA exponent of 40 bits", withSPKI(rsa(modulus, Buffer.of(1, 0, 0, 0, 1))), "bad_certificate", /exponent/),
		accepted("RSA exponent 3", [makeWorld(withSPKI(rsa(modulus, Buffer.of(3)))).leaf, lower, upper]),
		fault(
			"an RSA key without NULL",
			withSPKI(sequence(sequence(oid("1.2.840.113549.1.1.1")), bitString(pair))),
			"bad_certificate",
			/no NULL/,
		),
		fault(
			"an RSA key with more than NULL",
			withSPKI(sequence(sequence(oid("1.2.840.113549.1.1.1"), nothing(), nothing()), bitString(pair))),
			"bad_certificate",
			/unexpected bytes at the end/,
		),
		fault(
			"bytes after an RSA key",
			withSPKI(sequence(sequence(oid("1.2.840.113549.1.1.1"), nothing()), bitString(Buffer.concat([pair, nothing()])))),
			"bad_certificate",
			/bytes after its RSA key/,
		),
		fault(
			"a curve with more after it",
			withSPKI(sequence(sequence(...ecKey, nothing()), curvePoint)),
			"bad_certificate",
			/unexpected bytes at the end/,
		),
		fault(
			"a key on a curve that is cut short",
			withSPKI(sequence(sequence(ecKey[0]!, ecKey[1]!.subarray(0, -1)), curvePoint)),
			"bad_certificate",
			/longer than the whole/,
		),
		fault("an even RSA modulus", withSPKI(rsa(even, Buffer.of(1, 0, 1))), "bad_certificate", /even modulus/),
		fault(
			"an RSA key of 8192 bits",
			withSPKI(rsa(Buffer.alloc(1024, 0xb7), Buffer.of(1, 0, 1))),
			"unsupported_certificate",
			/8192 bits/,
		),
		fault(
			"a compressed point",
			withSPKI(point(Buffer.concat([Buffer.of(2), Buffer.alloc(32, 7)]))),
			"bad_certificate",
			/has a key that is a compressed point, which is unsupported/,
		),
		fault(
			"a point that is too short",
			withSPKI(point(Buffer.concat([Buffer.of(4), Buffer.alloc(63, 7)]))),
			"bad_certificate",
			/not a point of its curve/,
		),
		...(
			[
				[16, new RegExp(`unsupported key \\(algorithm 1\\.2${"\\.3".repeat(15)}\\)`)],
				[17, /unsupported key \(algorithm an identifier of many parts\)/],
			] as const
		).map(([length, says]) =>
			fault(
				`a key whose algorithm has an identifier of ${length} bytes`,
				withSPKI(sequence(sequence(oid(`1.2${".3".repeat(length - 1)}`)), bitString(Buffer.of(1)))),
				"unsupported_certificate",
				says,
			),
		),
		fault("a DSA key", withSPKI(dsa), "unsupported_certificate", /certificate 0 .* unsupported key \(DSA\)/),
		fault(
			"an authority whose key is not on its curve",
			{ lower: { changeBody: replacing(lowerKey, offCurve) } },
			"bad_certificate",
			/certificate 0 .* is forged/,
		),
	];
}

/** A server's own certificate, and what may not be taken for it. */
function itself(): ChainCase[] {
	const key = makeKey("p256");
	const own = makeCertificate({ subject: "My Box", key, names: [host] });
	const more = makeCertificate({ subject: "My Box", key, names: [host, "bank.example"] });
	const byOpenSSL = makeCertificate({ subject: "My Box", key, names: [host], isAuthority: true, keyUsage: false });
	return [
		accepted("a self-signed authority as a server, as OpenSSL makes them", [byOpenSSL], { trusted: [byOpenSSL] }),
		refused(
			"another certificate for the key of the trusted one",
			[more],
			"untrusted",
			/certificate 0 \(CN=My Box\) is not itself trusted/,
			{ trusted: [own] },
		),
		refused("a trusted certificate, but another name is asked for", [own], "wrong_name", /not for bank\.example/, {
			trusted: [own],
			host: "bank.example",
		}),
	];
}

function names(): ChainCase[] {
	const organization = (text: string): Buffer => set(sequence(oid("2.5.4.10"), utf8String(text)));
	const subject = sequence(organization("Example"), set(sequence(oid("2.5.4.3"), utf8String("server"))));
	const directory = (text: string): Changes => ({
		lower: {
			extensions: [
				{
					id: "2.5.29.30",
					isCritical: true,
					value: sequence(context(0, true, sequence(context(4, true, sequence(organization(text)))))),
				},
			],
		},
		leaf: { subject },
	});
	const allowed = makeWorld(directory("Example"));
	const wildcards = makeWorld({ leaf: { names: ["*.example", "*.*.server.example", "s*.example", "*"] } });
	const capitals = makeWorld({ leaf: { names: ["a.example", "SERVER.Example"] } });
	const below = makeWorld({ leaf: { names: ["*.server.example"] } });
	return [
		accepted("a subject that an authority may certify", [allowed.leaf, allowed.lower, upper]),
		fault(
			"a subject that an authority may not certify",
			directory("Other"),
			"bad_certificate",
			/certificate 0 \(CN=server\) has a name .* do not permit/,
		),
		accepted("a name in capitals", [capitals.leaf, lower, upper]),
		accepted("a wildcard", [below.leaf, lower, upper], { host: "a.server.example" }),
		refused("a wildcard over two labels", [below.leaf, lower, upper], "wrong_name", /not for a\.b\.server\.example/, {
			host: "a.b.server.example",
		}),
		refused("wildcards that certify too much", [wildcards.leaf, lower, upper], "wrong_name", /not for server\.example/),
		refused(
			"a wildcard for the address",
			[makeWorld({ leaf: { names: ["*.0.2.7"] } }).leaf, lower, upper],
			"wrong_name",
			/not for 192\.0\.2\.7/,
			{ host: "192.0.2.7" },
		),
	];
}

export function oddities(): ChainCase[] {
	const extension = (id: string, value: Uint8Array, isCritical = false): Changes => ({
		leaf: { extensions: [{ id, value, isCritical }] },
	});
	const version = (number: number): Changes => ({
		leaf: { changeBody: replacing(Buffer.of(0xa0, 3, 2, 1, 2), Buffer.of(0xa0, 3, 2, 1, number)) },
	});
	const end = element(0x18, Buffer.from("20990101000000Z"));
	const time = (text: string, tag = 0x17): Changes => ({
		leaf: {
			notBefore: new Date("2026-01-01T00:00:00Z"),
			notAfter: new Date("2099-01-01T00:00:00Z"),
			changeBody: replacing(
				sequence(element(0x17, Buffer.from("260101000000Z")), end),
				sequence(element(tag, Buffer.from(text)), end),
			),
		},
	});
	const rsaKeys = makeKey("rsa2048");
	const byRSA = makeCertificate({ subject: "RSA root", key: rsaKeys, isAuthority: true });
	const signed = (["pss-sha256", "pss-sha384", "rsa-sha384", "rsa-sha512"] as const).map(signature =>
		accepted(
			`signed with ${signature}`,
			[makeCertificate({ subject: "server", key: leaf.key, issuer: byRSA, names: [host], signature })],
			{ trusted: [byRSA] },
		),
	);
	const ring = (i: number) =>
		makeCertificate({
			subject: "Ring",
			key: links[i]!,
			issuer: withKey({ ...root, subject: links.name }, links[i + 1]!),
			isAuthority: true,
		});
	const bare = (id: string, parameters: Buffer): Buffer =>
		makeCertificate({
			subject: "server",
			key: leaf.key,
			issuer: byRSA,
			names: [host],
			changeBody: replacing(sequence(oid("1.2.840.113549.1.1.11"), nothing()), sequence(oid(id), parameters)),
		}).der;
	const links = Object.assign(
		Array.from({ length: 10 }, () => makeKey("p256")),
		{ name: makeCertificate({ subject: "Ring", key: rsaKeys }).subject },
	);
	const inRing = makeCertificate({
		subject: "server",
		key: leaf.key,
		issuer: withKey({ ...root, subject: links.name }, links[0]!),
		names: [host],
	});
	return [
		...itself(),
		...names(),
		...signed,
		accepted("serial number zero, as some have", [
			makeWorld({ leaf: { serial: Uint8Array.of(0) } }).leaf,
			lower,
			upper,
		]),
		accepted("an unknown extension", [makeWorld(extension("1.3.6.1.4.1.99999.1", nothing())).leaf, lower, upper]),
		accepted("valid beyond 2050", [
			makeWorld({ leaf: { notAfter: new Date("2063-04-05T00:00:00Z") } }).leaf,
			lower,
			upper,
		]),
		refused(
			"a signature by RSA with more than NULL",
			[bare("1.2.840.113549.1.1.12", Buffer.of(5, 0, 5, 0))],
			"bad_certificate",
			/unexpected bytes at the end/,
			{ trusted: [byRSA] },
		),
		refused(
			"a signature by ECDSA with parameters",
			[bare("1.2.840.10045.4.3.2", nothing())],
			"bad_certificate",
			/unexpected bytes at the end/,
			{ trusted: [byRSA] },
		),
		accepted("extensions with identifiers that are not extensions'", [
			makeWorld({
				leaf: {
					extensions: ["1.3.6.1.4.1.99999.1", "2.5.4.3", "1.2.840.113549.1.1.1"].map(id => ({
						id,
						isCritical: false,
						value: nothing(),
					})),
				},
			}).leaf,
			lower,
			upper,
		]),
		fault("version 2", version(1), "bad_certificate", /not of version 3/),
		fault("version 4", version(3), "bad_certificate", /not of version 3/),
		fault(
			"a key identifier that is critical",
			extension("2.5.29.35", octetString(Buffer.of(1)), true),
			"bad_certificate",
			/./,
		),
		fault(
			"more extensions than any certificate has",
			{
				leaf: {
					extensions: Array.from({ length: 50 }, (_, i) => ({
						id: `1.3.6.1.4.1.99999.${i}`,
						isCritical: false,
						value: nothing(),
					})),
				},
			},
			"bad_certificate",
			/more than 40 extensions/,
		),
		fault(
			"an empty list of extensions",
			{
				leaf: {
					changeExtensions: list => list.slice(0, 1),
					changeBody: body =>
						replacing(body.subarray(body.lastIndexOf(Buffer.of(0xa3))), context(3, true, sequence()))(body),
				},
			},
			"bad_certificate",
			/empty list of extensions/,
		),
		fault("a time without seconds", time("2601010000Z"), "bad_certificate", /time/),
		fault("a time with a zone", time("260101000000+0000"), "bad_certificate", /time/),
		fault("a month that does not exist", time("261301000000Z"), "bad_certificate", /time that does not exist/),
		fault(
			"the 29th of February in a year without one",
			time("270229000000Z"),
			"bad_certificate",
			/time that does not exist/,
		),
		accepted("a GeneralizedTime before 2050", [makeWorld(time("20260101000000Z", 0x18)).leaf, lower, upper]),
		refused(
			"authorities of one name that may all have issued each other",
			[inRing, ...Array.from({ length: 9 }, (_, i) => ring(i))],
			"too_much_work",
			/too many paths/,
		),
	];
}
