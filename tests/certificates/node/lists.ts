/*
	Chains with lists as long as a message lets them be, and with certificates of 65,535 bytes.
*/

import type { Certificate, CertificateRequest } from "../../../host-sim/servers/certificates.js";
import { type ChainCase, host, refused } from "./chain.js";
import { anchor, anything, authority, server, times } from "./long.js";
import { context, element, integer, nothing, oid, sequence, set, utf8String } from "../../../host-sim/servers/der.js";
import { policyRequest } from "./policies.js";

/** Lists as long as a message lets them be. */
export function longLists(): ChainCase[] {
	const raw = (id: string, value: Uint8Array): Partial<CertificateRequest> => ({
		names: [],
		extensions: [{ id, isCritical: false, value }],
	});
	const names = (...list: Uint8Array[]): Partial<CertificateRequest> => raw("2.5.29.17", sequence(...list));
	const short = element(0x82),
		dns = context(2, false, Buffer.from("a.b")),
		own = context(2, false, Buffer.from(host));
	const directories = times(2000, () =>
		context(4, true, sequence(set(sequence(oid("2.5.4.3"), utf8String(" ".repeat(8)))))),
	);
	const constraints = (number: number, ...list: Uint8Array[]): Partial<CertificateRequest> => ({
		extensions: [
			{
				id: "2.5.29.30",
				isCritical: true,
				value: sequence(context(number, true, ...list.map(name => sequence(name)))),
			},
		],
	});
	const blank = context(4, true, sequence(set(sequence(oid("2.5.4.3"), utf8String(`${" ".repeat(60)}y`)))));
	const many = names(...times(4000, () => dns), own);
	return [
		refused("32,000 empty names", [server(names(...times(32_000, () => short)))], "wrong_name", anything),
		refused("12,000 names, none of them ours", [server(names(...times(12_000, () => dns)))], "wrong_name", anything),
		refused(
			"12,000 names, the last of them ours",
			[server(names(...times(12_000, () => dns), own))],
			"untrusted",
			anything,
		),
		refused(
			"4,000 names under 4,000 constraints",
			[
				server(many),
				authority(
					constraints(
						0,
						...times(4000, () => context(2, false, Buffer.from("c"))),
						context(2, false, Buffer.from("b")),
					),
				),
			],
			"too_much_work",
			anything,
		),
		refused(
			"4,000 names under 4,000 exclusions",
			[server(many), authority(constraints(1, ...times(4000, () => context(2, false, Buffer.from("c")))))],
			"too_much_work",
			anything,
		),
		refused(
			"2,000 directory names under 500 of blanks",
			[server(names(...directories, own)), authority(constraints(1, ...times(500, () => blank)))],
			"too_much_work",
			anything,
		),
		refused(
			"12,000 constraints that are empty",
			[server(), authority(constraints(1, ...times(12_000, () => element(0xa0))))],
			"untrusted",
			anything,
		),
		refused(
			"constraints beyond all bounds",
			[server(), authority(constraints(1, ...times(20_000, () => element(0xa0))))],
			"too_much_work",
			/more name constraints/,
		),
		refused(
			"1,000 extensions",
			[
				server({
					extensions: times(1000, i => ({ id: `1.3.6.1.4.1.99999.${i}`, isCritical: false, value: nothing() })),
				}),
			],
			"bad_certificate",
			/more than 40 extensions/,
		),
		refused(
			"the most extensions, each long",
			[
				server({
					extensions: times(35, i => ({ id: `1.3.6.1.4.1.99999.${i}`, isCritical: false, value: Buffer.alloc(1500) })),
				}),
			],
			"untrusted",
			anything,
		),
		refused(
			"10,000 purposes",
			[server({ extendedKeyUsage: times(10_000, i => (i ? "1.3.6.1" : "serverAuth")) })],
			"untrusted",
			anything,
		),
		refused(
			"10,000 TLS features",
			[
				server({
					extensions: [
						{ id: "1.3.6.1.5.5.7.1.24", isCritical: false, value: sequence(...times(10_000, () => integer(1))) },
					],
				}),
			],
			"bad_certificate",
			/more than 8 TLS features/,
		),
		refused(
			"a subject of 5,000 parts",
			[server({ subject: sequence(...times(5000, () => set(sequence(oid("2.5.4.3"), utf8String("x"))))) })],
			"untrusted",
			anything,
		),
		refused(
			"a subject of 5,000 attributes in one part",
			[server({ subject: sequence(set(...times(5000, () => sequence(oid("2.5.4.3"), utf8String("x"))))) })],
			"untrusted",
			anything,
		),
		refused(
			"an issuer of 60,000 bytes",
			[
				server({
					issuer: { ...anchor, subject: sequence(set(sequence(oid("2.5.4.3"), utf8String("x".repeat(60_000))))) },
				}),
			],
			"untrusted",
			anything,
		),
		refused(
			"39 certificates under an issuer of blanks",
			(() => {
				const subject = sequence(set(sequence(oid("2.5.4.3"), utf8String(`${" ".repeat(1000)}x`))));
				return [
					server({ issuer: { ...anchor, subject } }),
					...times(39, i =>
						authority({ subject: sequence(set(sequence(oid("2.5.4.3"), utf8String(`${" ".repeat(1000)}${i}y`)))) }),
					),
				];
			})(),
			"untrusted",
			anything,
		),
	];
}

/** As many policies and mappings as are looked at, in every certificate. */
export function policyLists(): ChainCase[] {
	const P = times(10, i => `1.3.6.1.4.1.99999.7.${i}`),
		Q = times(10, i => `1.3.6.1.4.1.99999.8.${i}`);
	const toQ = P.map((from, i) => [from, Q[i]!] as const),
		toP = Q.map((from, i) => [from, P[i]!] as const),
		toSelf = P.map(one => [one, one] as const);
	const any = "2.5.29.32.0";
	const chain = (last: readonly string[], ...says: Parameters<typeof policyRequest>[0][]): Certificate[] => [
		server(policyRequest({ policies: last })),
		...says.map(one => authority(policyRequest(one))),
	];
	return [
		refused(
			"10 policies, each mapped to another",
			chain(P, { policies: Q, mappings: toP, explicit: 0 }, { policies: P, mappings: toQ, explicit: 0 }),
			"untrusted",
			anything,
		),
		refused(
			"10 policies, each mapped to itself",
			chain(Q, { policies: P, mappings: toSelf, explicit: 0 }, { policies: P, mappings: toSelf, explicit: 0 }),
			"untrusted",
			anything,
		),
		refused(
			"9 policies and any, each mapped",
			chain(
				Q,
				{ policies: [any, ...P.slice(1)], mappings: toSelf, explicit: 0 },
				{ policies: P, mappings: toSelf, explicit: 0 },
			),
			"untrusted",
			anything,
		),
		refused(
			"10 policies below 10 others",
			chain(P, { policies: P, explicit: 0 }, { policies: Q, explicit: 0 }),
			"untrusted",
			anything,
		),
	];
}

/** 65,535 bytes of anything, as the server's certificate and as a CA's. */
export function bytesOfAnything(): ChainCase[] {
	const size = 65_535;
	let seed = 1;
	const random = Buffer.from(
		times(size, () => {
			seed = (seed * 1103515245 + 12345) & 0x7fffffff;
			return (seed >> 16) & 0xff;
		}),
	);
	const nested = (tag: number): Buffer => {
		let inner: Buffer = Buffer.alloc(0);
		while (inner.length < size - 8) inner = element(tag, inner);
		return inner;
	};
	const body = (...parts: Uint8Array[]): Buffer =>
		sequence(sequence(...parts), sequence(oid("1.2.840.10045.4.3.2")), element(0x03, Buffer.of(0)));
	const head = [context(0, true, integer(2)), integer(1), sequence(oid("1.2.840.10045.4.3.2"))];
	const list: (readonly [string, Buffer])[] = [
		["zeros", Buffer.alloc(size)],
		["ones", Buffer.alloc(size, 0xff)],
		["0x30", Buffer.alloc(size, 0x30)],
		["at random", random],
		["nested sequences", nested(0x30)],
		["nested sets", nested(0x31)],
		["a serial number", body(head[0]!, integer(Buffer.alloc(60_000, 1)))],
		["a nested issuer", body(...head, nested(0x30).subarray(0))],
		["a sequence of zeros", element(0x30, Buffer.alloc(60_000))],
		["a list of NULL", sequence(sequence(...times(30_000, () => nothing())))],
	];
	return list.flatMap(([name, bytes]) => [
		refused(`65,535 bytes: ${name}`, [bytes], "bad_certificate", anything),
		refused(`65,535 bytes after a certificate: ${name}`, [server(), ...times(38, () => bytes)], "untrusted", anything),
	]);
}
