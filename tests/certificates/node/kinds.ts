/*
	Kinds of names that no server is asked for, in name constraints (RFC 5280 section 4.2.1.10).
*/

import type { Certificate } from "../../../host-sim/servers/certificates.js";
import { context, element, oid, sequence } from "../../../host-sim/servers/der.js";
import { accepted, fault, host, makeWorld, type ChainCase, type Changes } from "./chain.js";

function chainOf(changes: Changes): Certificate[] {
	const all = makeWorld(changes);
	return [all.leaf, all.lower, all.upper];
}

/** Names of kinds that no server is asked for: constraints on them are about certificates that have such names. */
export function kindCases(): ChainCase[] {
	const kinds = [
		["e-mail addresses", element(0x81, Buffer.from("example.com")), element(0x81, Buffer.from("a@example.com"))],
		["URIs", element(0x86, Buffer.from(".example.com")), element(0x86, Buffer.from("https://a.example.com/"))],
		[
			"other names",
			context(0, true, oid("1.3.6.1.4.1.311.20.2.3"), context(0, true, element(0x0c, Buffer.from("@example.com")))),
			context(0, true, oid("1.3.6.1.4.1.311.20.2.3"), context(0, true, element(0x0c, Buffer.from("a@example.com")))),
		],
		["registered identifiers", element(0x88, Buffer.of(0x2b, 6)), element(0x88, Buffer.of(0x2b, 6, 1))],
	] as const;
	const under = (number: number, base: Uint8Array, more: readonly Uint8Array[]): Changes => ({
		lower: {
			extensions: [{ id: "2.5.29.30", isCritical: true, value: sequence(context(number, true, sequence(base))) }],
		},
		leaf: {
			names: [],
			extensions: [
				{
					id: "2.5.29.17",
					isCritical: false,
					value: sequence(element(0x82, Buffer.from(host)), ...more),
				},
			],
		},
	});
	return kinds.flatMap(([what, base, name]) => [
		accepted(`a CA for certain ${what}: a server's DNS name`, chainOf(under(0, base, []))),
		accepted(`a CA that excludes certain ${what}: a server's DNS name`, chainOf(under(1, base, []))),
		accepted(`${what} beside a server's DNS name, not constrained`, chainOf({ leaf: under(0, base, [name]).leaf! })),
		fault(
			`a CA for certain ${what}: a certificate that has one`,
			under(0, base, [name]),
			"bad_certificate",
			/do not permit/,
		),
		fault(
			`a CA that excludes certain ${what}: a certificate that has one`,
			under(1, base, [name]),
			"bad_certificate",
			/exclude/,
		),
	]);
}
