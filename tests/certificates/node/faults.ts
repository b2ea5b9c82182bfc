/*
	Chains whose signatures are right, but which say that they are not for this: names, purposes, limits of CAs.
*/

import type { CertificateRequest } from "../../../host-sim/servers/certificates.js";
import { context, element, integer, sequence } from "../../../host-sim/servers/der.js";
import { fault, refused, world, type ChainCase } from "./chain.js";

const { upper, lower, leaf } = world;

/** subjectAltName with these GeneralNames. */
function names(...list: Uint8Array[]): Partial<CertificateRequest> {
	return { names: [], extensions: [{ id: "2.5.29.17", isCritical: false, value: sequence(...list) }] };
}

export function leafFaults(): ChainCase[] {
	const wrongName = (name: string, host: string): ChainCase =>
		refused(
			name,
			[leaf, lower, upper],
			"wrong_name",
			/the server's certificate is for server\.example, 192\.0\.2\.7, .*, not for /,
			{ host },
		);
	return [
		wrongName("another name", "other.example"),
		wrongName("a name below", "a.server.example"),
		wrongName("the name's end", "example"),
		wrongName("another address", "192.0.2.8"),
		wrongName("another IPv6 address", "2001:db8::8"),
		fault(
			"a common name, but no subjectAltName",
			{ leaf: { subject: "server.example", names: [] } },
			"wrong_name",
			/for no name at all/,
		),
		fault(
			"an address written as a DNS name",
			{ leaf: names(context(2, false, Buffer.from("192.0.2.7"))) },
			"wrong_name",
			/has 192\.0\.2\.7 as a DNS name/,
			{ host: "192.0.2.7" },
		),
		fault(
			"a name with a zero in it",
			{ leaf: names(context(2, false, Buffer.from("server.example\0.evil.example"))) },
			"wrong_name",
			/not for server\.example/,
		),
		fault("an empty list of names", { leaf: names() }, "bad_certificate", /an empty list of names/),
		fault(
			"the server's certificate is for clients",
			{ leaf: { extendedKeyUsage: ["clientAuth"] } },
			"unsupported_certificate",
			/certificate 0 \(CN=server\) may not be used by servers/,
		),
		fault(
			"the server's certificate is for code",
			{ leaf: { extendedKeyUsage: ["codeSigning", "emailProtection"] } },
			"unsupported_certificate",
			/may not be used by servers/,
		),
		fault(
			"the server's certificate has name constraints",
			{ leaf: { permitted: ["example"] } },
			"bad_certificate",
			/has name constraints but is not a CA/,
		),
		fault("a key usage that allows nothing", { leaf: { keyUsage: [] } }, "bad_certificate", /key usage/),
	];
}

function caFaults(): ChainCase[] {
	const explicit = { id: "2.5.29.19", isCritical: true, value: sequence(integer(0)) };
	return [
		fault(
			"a CA without the CA flag",
			{ lower: { isAuthority: false, keyUsage: ["keyCertSign"] } },
			"bad_certificate",
			/certificate 1 \(CN=Lower CA\) is not a CA/,
		),
		fault(
			"a CA with the CA flag false",
			{ lower: { isAuthority: false, keyUsage: ["keyCertSign"], extensions: [explicit] } },
			"bad_certificate",
			/certificate 1 \(CN=Lower CA\) is not a CA/,
		),
		fault(
			"the upper CA without the CA flag",
			{ upper: { isAuthority: false, keyUsage: ["keyCertSign"] } },
			"bad_certificate",
			/certificate 2 \(CN=Upper CA\) is not a CA/,
		),
		fault(
			"a CA that may not sign certificates",
			{ lower: { keyUsage: ["digitalSignature", "cRLSign"] } },
			"bad_certificate",
			/certificate 1 \(CN=Lower CA\) may not sign certificates/,
		),
		fault(
			"a CA for mail",
			{ lower: { extendedKeyUsage: ["emailProtection"] } },
			"bad_certificate",
			/certificate 1 \(CN=Lower CA\) may not issue certificates of servers/,
		),
		fault(
			"a path longer than a CA allows",
			{ upper: { pathLength: 0 } },
			"bad_certificate",
			/certificate 2 \(CN=Upper CA\) allows 0 intermediates below it, there are 1/,
		),
		fault(
			"a path longer than the root allows",
			{ root: { pathLength: 1 } },
			"bad_certificate",
			/the trusted root allows 1 intermediates below it, there are 2/,
		),
		fault(
			"the root may not issue certificates",
			{ root: { keyUsage: ["cRLSign"] } },
			"untrusted",
			/its issuer's name is, but may not issue others/,
		),
		fault(
			"a CA with a critical extension that is unknown",
			{ lower: { extensions: [{ id: "1.3.6.1.4.1.99999.1", isCritical: true, value: Buffer.of(5, 0) }] } },
			"unsupported_certificate",
			/certificate 1 \(CN=Lower CA\)/,
		),
	];
}

function constraintFaults(): ChainCase[] {
	const notPermitted = (who: string): RegExp =>
		new RegExp(`certificate 0 \\(CN=server\\) has a name that the name constraints of ${who} do not permit`);
	const excluded = (who: string): RegExp =>
		new RegExp(`certificate 0 \\(CN=server\\) has a name that the name constraints of ${who} exclude`);
	const raw = (value: Uint8Array): Partial<CertificateRequest> => ({
		extensions: [{ id: "2.5.29.30", isCritical: true, value }],
	});
	const subtree = (number: number, name: Uint8Array, ...more: Uint8Array[]): Uint8Array =>
		sequence(context(number, true, sequence(name, ...more)));
	const directory = context(4, true, world.leaf.subject);
	return [
		fault(
			"a name that a CA may not certify",
			{ lower: { permitted: ["other.example"] } },
			"bad_certificate",
			notPermitted("certificate 1"),
		),
		fault(
			"a name that the upper CA may not certify",
			{ upper: { permitted: ["erver.example"] } },
			"bad_certificate",
			notPermitted("certificate 2"),
		),
		fault(
			"a name that the root may not certify",
			{ root: { permitted: ["other.example"] } },
			"bad_certificate",
			notPermitted("the trusted root"),
		),
		fault(
			"a name that is excluded",
			{ lower: { excluded: ["example"] } },
			"bad_certificate",
			excluded("certificate 1"),
		),
		fault(
			"a name that the root excludes",
			{ root: { excluded: ["server.example"] } },
			"bad_certificate",
			excluded("the trusted root"),
		),
		fault(
			"an address that may not be certified",
			{ lower: { permitted: ["198.51.100.0/24"] } },
			"bad_certificate",
			notPermitted("certificate 1"),
		),
		fault(
			"an address that is excluded",
			{ upper: { excluded: ["192.0.2.0/29"] } },
			"bad_certificate",
			excluded("certificate 2"),
		),
		fault(
			"an IPv6 address that is excluded",
			{ upper: { excluded: ["2001:db8::/32"] } },
			"bad_certificate",
			excluded("certificate 2"),
		),
		fault(
			"a wildcard that reaches an excluded name",
			{ lower: { excluded: ["secret.server.example"] }, leaf: { names: ["server.example", "*.server.example"] } },
			"bad_certificate",
			excluded("certificate 1"),
		),
		fault(
			"a subject that is excluded",
			{ lower: raw(subtree(1, directory)) },
			"bad_certificate",
			excluded("certificate 1"),
		),
		fault(
			"a kind of name that is not compared",
			{
				lower: raw(subtree(1, context(1, false, Buffer.from("example.com")))),
				leaf: names(context(2, false, Buffer.from("server.example")), context(1, false, Buffer.from("a@example.org"))),
			},
			"bad_certificate",
			excluded("certificate 1"),
		),
		fault(
			"a constraint with a minimum",
			{ lower: raw(subtree(0, context(2, false, Buffer.from("example")), element(0x80, Buffer.of(1)))) },
			"bad_certificate",
			/minimum or maximum/,
		),
		fault(
			"a constraint that is malformed range of addresses",
			{ lower: raw(subtree(0, context(7, false, Buffer.from([192, 0, 2, 0, 255, 0, 255, 0])))) },
			"bad_certificate",
			/malformed range of addresses/,
		),
		fault("name constraints without any", { lower: raw(sequence()) }, "bad_certificate", /empty name constraints/),
		fault(
			"name constraints with an empty list",
			{ lower: raw(sequence(context(0, true))) },
			"bad_certificate",
			/empty list of name constraints/,
		),
	];
}

export function issuerFaults(): ChainCase[] {
	return [...caFaults(), ...constraintFaults()];
}
