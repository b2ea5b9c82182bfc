/*
	Chains made to take long: by whoever forges them, who has no trusted key, and right ones with more of something than usual.
*/

import { makeCertificate, type Certificate, type CertificateRequest } from "../../../host-sim/servers/certificates.js";
import { context, element, integer, nothing, oid, sequence, set, utf8String } from "../../../host-sim/servers/der.js";
import {
	accepted,
	attacker,
	day,
	host,
	makeWorld,
	now,
	refused,
	withKey,
	world,
	type ChainCase,
	type Link,
} from "./chain.js";
import { pin } from "./pins.js";
import { policyRequest } from "./policies.js";

const { root, upper, lower, leaf } = world;

/** The root's name with a key of the attacker's. */
const anchor = withKey(root, attacker);

function times<T>(count: number, make: (index: number) => T): T[] {
	return Array.from({ length: count }, (_, i) => make(i));
}

function authority(change: Partial<CertificateRequest> = {}): Certificate {
	return makeCertificate({ subject: root.subject, key: attacker, issuer: anchor, isAuthority: true, ...change });
}

function server(change: Partial<CertificateRequest> = {}): Certificate {
	return makeCertificate({ subject: "x", key: attacker, issuer: anchor, names: [host], ...change });
}

const anything = /./;

/** Certificates of one name that may all have issued each other, the first with name constraints. */
function crossSigned(): ChainCase[] {
	const one = (count: number, names: number, constraints: number, code = "too_much_work"): ChainCase => {
		const first = authority({ permitted: [...times(constraints - 2, () => "c"), host, "b"] });
		const chain = [
			server({ names: [host, ...times(names - 2, () => "a.b"), "z.b"] }),
			first,
			...times(count, () => authority()),
		];
		return refused(
			`${count} certificates of one name, ${names} names, ${constraints} constraints`,
			chain,
			code,
			anything,
		);
	};
	const links = times(39, i =>
		makeCertificate({
			subject: `Ring ${i % 3}`,
			key: attacker,
			issuer: { ...anchor, subject: makeCertificate({ subject: `Ring ${(i + 1) % 3}`, key: attacker }).subject },
			isAuthority: true,
		}),
	);
	const unknown = makeCertificate({ subject: "Nobody", key: attacker });
	const toNobody = times(39, () =>
		makeCertificate({ subject: unknown.subject, key: attacker, issuer: unknown, isAuthority: true }),
	);
	return [
		one(0, 2, 2, "untrusted"),
		one(5, 2, 2),
		one(5, 60, 60),
		one(5, 30, 120),
		one(12, 60, 60),
		one(38, 60, 60),
		one(38, 2, 2),
		refused(
			"39 certificates in a ring of three names",
			[makeCertificate({ subject: "x", key: attacker, issuer: links[0]!, names: [host] }), ...links],
			"too_much_work",
			anything,
		),
		refused(
			"39 certificates of one name that lead nowhere",
			[makeCertificate({ subject: "x", key: attacker, issuer: unknown, names: [host] }), ...toNobody],
			"too_much_work",
			anything,
		),
	];
}

/** Everything that makes reading one certificate long. */
const longSubject = sequence(
	...times(40, i => set(sequence(oid("2.5.4.11"), utf8String(`part ${i}`)))),
	set(sequence(oid("2.5.4.3"), utf8String("x".repeat(64)))),
);
const longExtensions = times(34, i => ({ id: `1.3.6.1.4.1.99999.${1000 + i}`, isCritical: false, value: nothing() }));
const manyPurposes = ["serverAuth", ...times(31, i => `1.3.6.1.4.1.99999.${i}`)];

function deadEnds(): ChainCase[] {
	const past = { notBefore: new Date(now - 9 * day), notAfter: new Date(now - day) };
	const heavy = { extensions: longExtensions, extendedKeyUsage: manyPurposes };
	return [
		refused(
			"39 authorities of other names",
			[
				server(),
				...times(39, i => makeCertificate({ subject: `CA ${i}`, key: attacker, issuer: anchor, isAuthority: true })),
			],
			"untrusted",
			anything,
		),
		refused("39 authorities that have expired", [server(), ...times(39, () => authority(past))], "untrusted", anything),
		refused(
			"39 authorities that have expired, each long to read",
			[server(heavy), ...times(39, () => authority({ ...past, ...heavy }))],
			"untrusted",
			anything,
		),
		refused(
			"39 authorities, each long to read",
			[server(heavy), ...times(39, () => authority(heavy))],
			"too_much_work",
			anything,
		),
		refused(
			"39 certificates of the right name that are no authorities",
			[server(), ...times(39, () => authority({ isAuthority: false, keyUsage: ["keyCertSign"] }))],
			"untrusted",
			anything,
		),
		refused(
			"a long subject that is refused",
			[server({ subject: longSubject, ...heavy, ...past })],
			"certificate_expired",
			anything,
		),
		refused(
			"39 bad certificates of the right name",
			[
				server(),
				...times(39, () =>
					authority({ subject: root.subject, extensions: [{ id: "2.5.29.19", isCritical: true, value: sequence() }] }),
				),
			],
			"untrusted",
			anything,
		),
	];
}

/** Lists as long as a message lets them be. */
function longLists(): ChainCase[] {
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
function policyLists(): ChainCase[] {
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
function octetsOfAnything(): ChainCase[] {
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
		refused(`65,535 bytes behind a certificate: ${name}`, [server(), ...times(38, () => bytes)], "untrusted", anything),
	]);
}

function right(): ChainCase[] {
	const names = [...times(127, i => `device-${i}.plant-${i % 16}.example`), host];
	const permitted = [...times(127, i => `plant-${i}.of-others.example.net`), "example"];
	const excluded = times(128, i => `secret-${i}.example`);
	const big = makeWorld({
		root: { permitted, excluded },
		upper: { permitted, excluded },
		lower: { permitted, excluded },
		leaf: { names },
	});
	const addresses = makeWorld({
		lower: { permitted: [...times(127, i => `10.${i}.0.0/16`), "192.0.2.0/24", host] },
		leaf: { names: [host, ...times(127, i => `192.0.2.${i}`)] },
	});
	let issuer = root;
	const tower: Link[] = [];
	for (let i = 0; i < 15; i++)
		tower.unshift((issuer = makeCertificate({ subject: `Floor ${i}`, key: attacker, issuer, isAuthority: true })));
	const top = makeCertificate({ subject: "server", key: leaf.key, issuer, names: [host] });
	return [
		accepted("a usual chain", [leaf, lower, upper]),
		accepted("128 names under 256 constraints of each of three authorities", [big.leaf, big.lower, big.upper], {
			trusted: [big.root],
		}),
		accepted("128 addresses and names under 128 constraints", [addresses.leaf, addresses.lower, upper]),
		accepted("the right chain behind 37 certificates of other names", [
			leaf,
			...times(37, i => makeCertificate({ subject: `CA ${i}`, key: attacker, isAuthority: true })),
			lower,
			upper,
		]),
		accepted("fifteen authorities, and a pin", [top, ...tower], { pins: [pin(root)] }),
		accepted("fifteen authorities, sent from the root down", [top, ...[...tower].reverse()], {
			pins: [pin({ key: attacker })],
		}),
		accepted("a certificate that lists as much as it may", [
			makeWorld({ leaf: { subject: longSubject, extensions: longExtensions, extendedKeyUsage: manyPurposes } }).leaf,
			lower,
			upper,
		]),
	];
}

export function workCases(): ChainCase[] {
	return [...right(), ...crossSigned(), ...deadEnds(), ...longLists(), ...policyLists(), ...octetsOfAnything()];
}
