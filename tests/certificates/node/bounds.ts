/*
	The last good value and the first bad one of what bounds certificates and their status: lengths, counts, sizes of
	keys, times to the second.
*/

import { makeCertificate, makeKey, type Extension } from "../../../host-sim/servers/certificates.js";
import { bitString, element, integer, nothing, octetString, oid, sequence } from "../../../host-sim/servers/der.js";
import { respond } from "../../peers/ocsp.js";
import {
	accepted,
	day,
	host,
	makeWorld,
	now,
	refused,
	world,
	type ChainCase,
	type Changes,
	type Setting,
} from "./chain.js";

const { upper, lower, leaf } = world;
const chain = [leaf, lower, upper];
const second = 1000;
/** In whole seconds, as certificates say it. */
const time = Math.floor(now / second) * second;

/** Under a root that has expired a second ago. */
const expired = makeWorld({ root: { notBefore: new Date(time - day), notAfter: new Date(time - second) } });

function chainWith(changes: Changes): typeof chain {
	const changed = makeWorld(changes);
	return [changed.leaf, changed.lower, changed.upper];
}

function bound(
	what: string,
	good: readonly [string, Changes, Setting?][],
	bad: readonly [string, Changes, string, RegExp, Setting?][],
): ChainCase[] {
	return [
		...good.map(([name, changes, setting]) => accepted(`${what}: ${name}`, chainWith(changes), setting)),
		...bad.map(([name, changes, code, says, setting]) =>
			refused(`${what}: ${name}`, chainWith(changes), code, says, setting),
		),
	];
}

/** The server's certificate with so many extensions in all. */
function extensions(count: number): Changes {
	const more = (list: Extension[]): Extension[] => [
		...list,
		...Array.from({ length: count - list.length }, (_, i) => ({
			id: `1.3.6.1.4.1.99999.${i}`,
			isCritical: false,
			value: nothing(),
		})),
	];
	return { leaf: { changeExtensions: more } };
}

/** TLS features (RFC 7633), of which none asks for anything that is missing here. */
function features(count: number): Changes {
	const value = sequence(...Array.from({ length: count }, () => integer(17)));
	return { leaf: { extensions: [{ id: "1.3.6.1.5.5.7.1.24", isCritical: false, value }] } };
}

/** An RSA key of so many bits for the server: nothing is signed with it here. */
function rsa(bits: number): Changes {
	const modulus = Buffer.alloc(Math.ceil(bits / 8), 0xb7);
	modulus[0] = (1 << ((bits - 1) % 8)) | 1;
	const spki = sequence(
		sequence(oid("1.2.840.113549.1.1.1"), nothing()),
		bitString(sequence(integer(modulus), integer(Buffer.of(1, 0, 1)))),
	);
	const own = leaf.key.publicKey.export({ type: "spki", format: "der" });
	return {
		leaf: {
			changeBody: body => {
				const content = body.subarray(2 + (body[1]! & 0x7f));
				const at = content.indexOf(own);
				return element(0x30, content.subarray(0, at), spki, content.subarray(at + own.length));
			},
		},
	};
}

function validity(from: number, to: number): Changes {
	return { leaf: { notBefore: new Date(from), notAfter: new Date(to) } };
}

function certificates(): ChainCase[] {
	const many = (count: number): Buffer[] =>
		Array.from(
			{ length: count },
			(_, i) => makeCertificate({ subject: `other ${i % 3}`, key: upper.key, names: [host] }).der,
		);
	return [
		...bound(
			"extensions",
			[["40", extensions(40)]],
			[["41", extensions(41), "bad_certificate", /more than 40 extensions/]],
		),
		...bound("TLS features", [["8", features(8)]], [["9", features(9), "bad_certificate", /more than 8 TLS features/]]),
		...bound(
			"RSA key",
			[
				["2048 bits", rsa(2048)],
				["2056 bits", rsa(2056)],
				["4096 bits", rsa(4096)],
			],
			[
				...[2049, 2050, 2052, 2055, 3076, 4095].map(
					bits =>
						[
							`${bits} bits`,
							rsa(bits),
							"unsupported_certificate",
							new RegExp(`unsupported key \\(RSA of ${bits} bits\\): .* in steps of 8`),
						] as [string, Changes, string, RegExp],
				),
				["2047 bits", rsa(2047), "unsupported_certificate", /2047 bits/],
				["4097 bits", rsa(4097), "unsupported_certificate", /4097 bits/],
			],
		),
		...bound(
			"validity",
			[
				["its first second", validity(time, time + day), { time }],
				[
					"five minutes before, by which a clock may be late",
					validity(time + 300 * second, time + day),
					{ time, clockTolerance: 300 },
				],
				["its last second", validity(time - day, time), { time }],
			],
			[
				[
					"five minutes and a second before",
					validity(time + 301 * second, time + day),
					"certificate_not_yet_valid",
					/./,
					{ time, clockTolerance: 300 },
				],
				["the second before", validity(time + second, time + day), "certificate_not_yet_valid", /./, { time }],
				["the second after", validity(time - day, time - second), "certificate_expired", /./, { time }],
				[
					"the second after, by a clock that may be late",
					validity(time - day, time - second),
					"certificate_expired",
					/certificate 0/,
					{ time, clockTolerance: 300 },
				],
			],
		),
		refused(
			"validity: a root, the second after, by a clock that may be late",
			[expired.leaf, expired.lower, expired.upper],
			"certificate_expired",
			/\broot\b/,
			{ trusted: [expired.root], time, clockTolerance: 300 },
		),
		...[63, 64, 65].map(length =>
			refused(
				`a name of ${length} characters in an error`,
				chainWith({ leaf: { subject: "n".repeat(length), ...validity(time - day, time - second).leaf } }),
				"certificate_expired",
				new RegExp(`CN=n{${Math.min(length, 64)}}[^n]`),
				{ time },
			),
		),
		accepted("40 certificates", [...chain, ...many(37)]),
		refused("41 certificates", [...chain, ...many(38)], "too_much_work", /more than 40 certificates/),
	];
}

function statuses(): ChainCase[] {
	const status = (thisUpdate: number, nextUpdate: number | null): Setting => ({
		time,
		requiresStatus: true,
		staple: respond({ certificate: leaf, issuer: lower, thisUpdate, nextUpdate }),
	});
	const yes = (name: string, setting: Setting): ChainCase => accepted(`status: ${name}`, chain, setting);
	const answer = (change: object): Setting => ({
		time,
		requiresStatus: true,
		staple: respond({ certificate: leaf, issuer: lower, ...change }),
	});
	const list = (count: number): Buffer =>
		sequence(
			...Array.from({ length: count }, (_, i) => sequence(oid(`1.3.6.1.4.1.99999.${i}`), octetString(nothing()))),
		);
	const signer = makeCertificate({
		subject: "Responder",
		key: makeKey("p256"),
		issuer: lower,
		extendedKeyUsage: ["OCSPSigning"],
	});
	/** By a responder whose certificate is valid from `start` to `end`, in seconds from now on. */
	const by = (start: number, end: number): Setting => {
		const responder = makeCertificate({
			subject: "Responder",
			key: makeKey("p256"),
			issuer: lower,
			extendedKeyUsage: ["OCSPSigning"],
			notBefore: new Date(time + start * second),
			notAfter: new Date(time + end * second),
		});
		return answer({ signer: responder, certificates: [responder.der] });
	};
	const others = (count: number): Buffer[] => Array.from({ length: count }, () => upper.der);
	const no = (name: string, says: RegExp, setting: Setting): ChainCase =>
		refused(`status: ${name}`, chain, "bad_staple", says, setting);
	return [
		yes("of five minutes ahead", status(time + 300 * second, time + day)),
		no("of five minutes and a second ahead", /is not valid before/, status(time + 301 * second, time + day)),
		yes("in its last second", status(time - day, time)),
		no("a second after its last", /expired on/, status(time - day, time - second)),
		yes("without an end, a day old", status(time - day, null)),
		no("without an end, a day and a second old", /expired on/, status(time - day - second, null)),
		yes("by a responder whose certificate is in its last second", by(-100, 0)),
		no("by a responder whose certificate expired a second ago", /the responder's certificate/, by(-100, -1)),
		yes("by a responder whose certificate is in its first second", by(0, 100)),
		// the clock may be late here as it may be for the status itself
		yes("by a responder whose certificate is valid in 300 seconds", by(300, 600)),
		no("by a responder whose certificate is valid in 301 seconds", /the responder's certificate/, by(301, 600)),
		yes("16 extensions", answer({ extensions: list(16) })),
		no("17 extensions", /more than 16 extensions/, answer({ extensions: list(17) })),
		yes("16 certificates, the responder's last", answer({ signer, certificates: [...others(15), signer.der] })),
		refused(
			"status: 17 certificates, the responder's last",
			chain,
			"too_much_work",
			/more than 16 certificates/,
			answer({ signer, certificates: [...others(16), signer.der] }),
		),
	];
}

export function boundCases(): ChainCase[] {
	return [...certificates(), ...statuses()];
}
