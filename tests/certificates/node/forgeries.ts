/*
	Chains that are forged, signed with what is not taken, out of their time, or no DER.
*/

import { makeCertificate, makeKey, type CertificateRequest } from "../../../host-sim/servers/certificates.js";
import { boolean, element, octetString, oid, sequence } from "../../../host-sim/servers/der.js";
import {
	attacker,
	day,
	fault,
	host,
	makeWorld,
	now,
	refused,
	withKey,
	world,
	type ChainCase,
	type Changes,
} from "./chain.js";

const { root, upper, lower, leaf } = world;

export function forgeries(): ChainCase[] {
	const own = makeCertificate({ subject: "server", key: attacker, names: [host] });
	const forged = makeWorld({ leaf: { issuer: withKey(lower, attacker), key: attacker } }).leaf;
	const swapped = makeCertificate({
		subject: "Lower CA",
		key: attacker,
		issuer: withKey(upper, attacker),
		isAuthority: true,
	});
	const under = makeCertificate({ subject: "server", key: attacker, issuer: swapped, names: [host] });
	const other = makeWorld({ lower: { subject: "Other CA" } });
	const alone = makeCertificate({ subject: "alone", key: makeKey("p256"), names: [host] });
	const lookalike = makeCertificate({ subject: "alone", key: attacker, names: [host] });
	const below = makeCertificate({ subject: "below", key: attacker, issuer: alone, names: [host] });
	const belowServer = makeCertificate({ subject: "below", key: attacker, issuer: leaf, names: [host] });
	const flip = (bytes: Buffer): Buffer => {
		bytes[bytes.length - 1]! ^= 1;
		return bytes;
	};
	return [
		refused(
			"a forged server certificate with genuine authorities",
			[forged, lower, upper],
			"bad_certificate",
			/certificate 0 \(CN=server\) is forged/,
		),
		refused(
			"an authority swapped for one of the same name",
			[under, swapped, upper],
			"bad_certificate",
			/certificate 1 \(CN=Lower CA\) is forged/,
		),
		refused(
			"an authority swapped for another",
			[leaf, other.lower, upper],
			"untrusted",
			/certificate 0 \(CN=server\) leads to no trust anchor: it was issued by CN=Lower CA\. To trust it/,
		),
		refused("an authority is missing", [leaf, upper], "untrusted", /issued by CN=Lower CA/),
		refused(
			"a self-signed certificate in front of a genuine chain",
			[alone, leaf, lower, upper],
			"untrusted",
			/certificate 0 \(CN=alone\) is self-signed and not trusted: give it as "certificate"/,
		),
		refused(
			"a self-signed certificate of the genuine one's name in front of its chain",
			[own, leaf, lower, upper],
			"bad_certificate",
			/certificate 1 \(CN=server\) is not a CA/,
		),
		refused(
			"a self-signed certificate named as the root",
			[makeCertificate({ subject: "Root", key: attacker, names: [host] })],
			"untrusted",
			/certificate 0 \(CN=Root\) is not signed with the trusted key/,
		),
		refused(
			"a self-signed certificate like the one that is trusted",
			[lookalike],
			"untrusted",
			/certificate 0 \(CN=alone\) is not itself trusted/,
			{ trusted: [alone] },
		),
		refused(
			"issued by a server certificate that is trusted itself",
			[below],
			"untrusted",
			/its issuer's name is, but may not issue others/,
			{ trusted: [alone] },
		),
		refused(
			"issued by a server's certificate",
			[belowServer, leaf, lower, upper],
			"bad_certificate",
			/certificate 1 \(CN=server\) is not a CA/,
		),
		refused(
			"a chain to another root of the same name",
			[leaf, lower, upper],
			"untrusted",
			/certificate 2 \(CN=Upper CA\) is not signed with the trusted key/,
			{ trusted: [makeCertificate({ subject: "Root", key: attacker, isAuthority: true })] },
		),
		refused("nobody is trusted", [leaf, lower, upper, root], "untrusted", /leads to no trust anchor/, { trusted: [] }),
		fault(
			"the server's certificate has a damaged signature",
			{ leaf: { changeSignature: flip } },
			"bad_certificate",
			/certificate 0 .* is forged/,
		),
		fault(
			"an authority's certificate has a damaged signature",
			{ lower: { changeSignature: flip } },
			"bad_certificate",
			/certificate 1 .* is forged/,
		),
		fault(
			"a signature of no bytes",
			{ leaf: { changeSignature: () => Buffer.alloc(0) } },
			"bad_certificate",
			/certificate 0 /,
		),
		fault(
			"an ECDSA signature with bytes after it",
			{ leaf: { changeSignature: bytes => Buffer.concat([bytes, Buffer.of(0)]) } },
			"bad_certificate",
			/certificate 0 .* is forged/,
		),
		refused(
			"more authorities of one name than signatures are checked",
			[leaf, ...Array.from({ length: 20 }, () => makeWorld({ lower: { changeSignature: flip } }).lower), upper],
			"too_much_work",
			/search stopped after \d+ signatures/,
		),
		refused(
			"more certificates than are looked at",
			[leaf, ...Array<typeof leaf>(40).fill(lower)],
			"too_much_work",
			/more than 40 certificates/,
		),
	];
}

export function signatureFaults(): ChainCase[] {
	const rsa = (changes: Partial<CertificateRequest>, place: keyof Changes): Changes => ({
		root: { key: rsaKey },
		upper: { key: rsaKey },
		lower: { key: rsaKey },
		leaf: { key: rsaKey },
		[place]: { key: rsaKey, ...changes },
	});
	const rsaKey = makeKey("rsa2048");
	const weak = makeKey("rsa1024");
	const notTaken = /is signed with an unsupported algorithm/;
	const trustedWeak = makeWorld({
		root: { key: makeKey("rsa2048"), signature: "rsa-sha1" },
		upper: { signature: "rsa-sha1" },
	});
	return [
		fault(
			"the server's certificate is signed with MD5",
			rsa({ signature: "rsa-md5" }, "leaf"),
			"unsupported_certificate",
			notTaken,
		),
		fault(
			"an authority's is signed with MD5",
			rsa({ signature: "rsa-md5" }, "lower"),
			"unsupported_certificate",
			/certificate 1 \(CN=Lower CA\) is signed/,
		),
		fault(
			"the server's is signed with SHA-1",
			rsa({ signature: "rsa-sha1" }, "leaf"),
			"unsupported_certificate",
			notTaken,
		),
		fault(
			"the server's is signed with ECDSA and SHA-1",
			{ leaf: { signature: "ecdsa-sha1" } },
			"unsupported_certificate",
			notTaken,
		),
		fault(
			"an authority's is signed with SHA-1",
			rsa({ signature: "rsa-sha1" }, "upper"),
			"unsupported_certificate",
			/certificate 2 \(CN=Upper CA\) is signed/,
		),
		refused(
			"a root's own SHA-1 does not matter, but its authority's does",
			[trustedWeak.leaf, trustedWeak.lower, trustedWeak.upper],
			"unsupported_certificate",
			/certificate 2/,
			{ trusted: [trustedWeak.root] },
		),
		fault(
			"the server has an RSA key of 1024 bits",
			{ leaf: { key: weak } },
			"unsupported_certificate",
			/certificate 0 \(CN=server\) has an unsupported key \(RSA of 1024 bits\)/,
		),
		fault(
			"an authority has an RSA key of 1024 bits",
			{ lower: { key: weak } },
			"unsupported_certificate",
			/certificate 1 \(CN=Lower CA\) has an unsupported key \(RSA of 1024 bits\)/,
		),
		fault(
			"an authority has an Ed25519 key",
			{ upper: { key: makeKey("ed25519") } },
			"unsupported_certificate",
			/certificate 2 .* unsupported key \(Ed25519, which optional\/ed25519\/manifest\.json adds to a build\)/,
		),
		fault(
			"a signature algorithm of another kind of key",
			{
				leaf: { signature: "ecdsa-sha256", issuer: withKey(makeWorld({ lower: { key: rsaKey } }).lower, attacker) },
				lower: { key: rsaKey },
			},
			"bad_certificate",
			/certificate 0 .* is forged/,
		),
	];
}

export function timeFaults(): ChainCase[] {
	const past = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2026-03-01T12:00:00Z") };
	const future = { notBefore: new Date("2098-03-01T12:00:00Z"), notAfter: new Date("2099-01-01T00:00:00Z") };
	const cases: ChainCase[] = [];
	for (const [place, title] of [
		["leaf", "certificate 0 \\(CN=server\\)"],
		["lower", "certificate 1 \\(CN=Lower CA\\)"],
		["upper", "certificate 2 \\(CN=Upper CA\\)"],
		["root", "the trusted root itself"],
	] as const) {
		cases.push(
			fault(
				`${place} has expired`,
				{ [place]: past },
				"certificate_expired",
				new RegExp(`${title} expired on 2026-03-01`),
			),
			fault(
				`${place} is not yet valid`,
				{ [place]: future },
				"certificate_not_yet_valid",
				new RegExp(`${title} is not valid before 2098-03-01`),
			),
		);
	}
	const second = Math.floor(now / 1000) * 1000;
	return [
		...cases,
		fault(
			"the server's certificate expired a second ago",
			{ leaf: { notAfter: new Date(second - 1000) } },
			"certificate_expired",
			/certificate 0/,
		),
		fault(
			"the server's certificate is valid in a second",
			{ leaf: { notBefore: new Date(second + 1000) } },
			"certificate_not_yet_valid",
			/certificate 0/,
		),
		refused("a clock that is a year ahead", [leaf, lower, upper], "certificate_expired", /certificate 0/, {
			time: now + 366 * day,
		}),
	];
}

const pathLengths = [
	["a path length below 0", [0xff], /path length that is negative/],
	["a path length without bytes", [], /path length that is negative or empty/],
	["a path length with a zero too many", [0, 1], /not in its shortest form/],
] as const;

export function encodingFaults(): ChainCase[] {
	const longer = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.of(0)]);
	const inside = (der: Buffer): Buffer => element(0x30, der.subarray(4), Buffer.of(5, 0));
	const body = (change: (content: Buffer) => Uint8Array): Changes => ({
		leaf: { changeBody: bytes => element(0x30, change(bytes.subarray(4))) },
	});
	const extension = (id: string, value: Uint8Array, isCritical = false): Changes => ({
		leaf: { extensions: [{ id, value, isCritical }] },
	});
	const basic = (value: Uint8Array): Changes => ({
		leaf: { extensions: [{ id: "2.5.29.19", isCritical: true, value }] },
	});
	return [
		refused(
			"a byte after the server's certificate",
			[longer(leaf.der), lower, upper],
			"bad_certificate",
			/certificate 0 has bytes after its end/,
		),
		refused(
			"a byte after an authority's certificate",
			[leaf, longer(lower.der), upper],
			"bad_certificate",
			/certificate 1 has bytes after its end/,
		),
		refused(
			"an element after the signature",
			[inside(leaf.der), lower, upper],
			"bad_certificate",
			/certificate 0 has unexpected bytes/,
		),
		refused("the last byte is missing", [leaf.der.subarray(0, -1), lower, upper], "bad_certificate", /certificate 0 /),
		refused("no bytes at all", [Buffer.alloc(0), lower, upper], "bad_certificate", /certificate 0 /),
		fault(
			"an element after the extensions",
			body(content => Buffer.concat([content, Buffer.of(5, 0)])),
			"bad_certificate",
			/certificate 0 has unexpected bytes/,
		),
		fault(
			"a length not in its shortest form",
			{ leaf: { changeBody: bytes => Buffer.concat([Buffer.of(0x30, 0x83, 0), bytes.subarray(2)]) } },
			"bad_certificate",
			/shortest form/,
		),
		fault(
			"an indefinite length",
			{ leaf: { changeBody: bytes => Buffer.concat([Buffer.of(0x30, 0x80), bytes.subarray(4), Buffer.of(0, 0)]) } },
			"bad_certificate",
			/not DER/,
		),
		fault(
			"a certificate of version 1",
			{ leaf: { changeExtensions: () => [] } },
			"bad_certificate",
			/certificate 0 .* is of version 1 or 2/,
		),
		fault(
			"an authority of version 1",
			{ lower: { changeExtensions: () => [] } },
			"bad_certificate",
			/certificate 1 .* is of version 1 or 2/,
		),
		fault(
			"one signature algorithm outside and another inside",
			{
				leaf: {
					changeBody: bytes => {
						bytes[bytes.indexOf(oid("1.2.840.10045.4.3.2")) + 9] = 3;
						return bytes;
					},
				},
			},
			"bad_certificate",
			/one signature algorithm outside and another inside/,
		),
		fault(
			"an extension twice",
			{ leaf: { changeExtensions: list => [...list, list[0]!] } },
			"bad_certificate",
			/an extension twice/,
		),
		fault(
			"an unknown extension twice",
			{
				leaf: {
					extensions: ["1", "2", "1"].map(last => ({
						id: `1.3.6.1.4.1.99999.${last}`,
						isCritical: false,
						value: Buffer.of(5, 0),
					})),
				},
			},
			"bad_certificate",
			/an extension twice/,
		),
		fault(
			"an unknown extension that is critical",
			extension("1.3.6.1.4.1.99999.1", octetString(Buffer.of(1)), true),
			"unsupported_certificate",
			/certificate 0 \(CN=server\) has a critical extension/,
		),
		fault(
			"an extension with bytes after its value",
			basic(Buffer.concat([sequence(), Buffer.of(5, 0)])),
			"bad_certificate",
			/bytes after its end/,
		),
		fault("a BOOLEAN that is 1", basic(sequence(element(1, Buffer.of(1)))), "bad_certificate", /BOOLEAN is neither/),
		...pathLengths.map(([name, bytes, says]) =>
			fault(name, basic(sequence(boolean(true), element(2, Buffer.from(bytes)))), "bad_certificate", says),
		),
	];
}
