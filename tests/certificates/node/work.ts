/*
	Chains made to take long: by whoever forges them, who has no trusted key, and right ones with more of something than
	usual.
*/

import { type ChainCase, type Link, accepted, attacker, day, host, makeWorld, now, refused, world } from "./chain.js";
import { anchor, anything, authority, longExtensions, longSubject, manyPurposes, server, times } from "./long.js";
import { longLists, bytesOfAnything, policyLists } from "./lists.js";
import { makeCertificate } from "../../../host-sim/servers/certificates.js";
import { pin } from "./pins.js";
import { sequence } from "../../../host-sim/servers/der.js";

const { root, upper, lower, leaf } = world;

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
			"39 certificates of the right name that are not CAs",
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
		accepted("the right chain after 37 certificates of other names", [
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
	return [...right(), ...crossSigned(), ...deadEnds(), ...longLists(), ...policyLists(), ...bytesOfAnything()];
}
