/*
	Stapled statuses (OCSP) made to take long.
*/

import { makeCertificate, makeKey } from "../../../host-sim/servers/certificates.js";
import { element, integer, nothing, octetString, oid, sequence } from "../../../host-sim/servers/der.js";
import { respond, single, type Response } from "../../peers/ocsp.js";
import { accepted, attacker, makeWorld, refused, withKey, world, type ChainCase } from "./chain.js";

const { upper, lower, leaf } = world;
const chain = [leaf, lower, upper];

function times<T>(count: number, make: (index: number) => T): T[] {
	return Array.from({ length: count }, (_, i) => make(i));
}

export function statusWork(): ChainCase[] {
	const answer = (change: Partial<Response> = {}): Buffer => respond({ certificate: leaf, issuer: lower, ...change });
	const yes = (name: string, change: Partial<Response>): ChainCase =>
		accepted(`status: ${name}`, chain, { staple: answer(change), requiresStatus: true });
	const no = (name: string, code: string, staple: Uint8Array): ChainCase =>
		refused(`status: ${name}`, chain, code, /./, { staple });
	const ours = single({ certificate: leaf, issuer: lower }),
		others = single({ certificate: makeWorld({ leaf: { serial: Buffer.alloc(16, 0x22) } }).leaf, issuer: lower });
	const signer = makeCertificate({
		subject: "Responder",
		key: makeKey("p256"),
		issuer: lower,
		extendedKeyUsage: ["OCSPSigning"],
	});
	const heavy = makeCertificate({
		subject: "Responder",
		key: attacker,
		issuer: withKey(lower, attacker),
		extendedKeyUsage: ["OCSPSigning", ...times(31, i => `1.3.6.1.4.1.99999.${i}`)],
		extensions: times(34, i => ({ id: `1.3.6.1.4.1.99999.${1000 + i}`, isCritical: false, value: nothing() })),
	});
	const list = (count: number): Buffer =>
		sequence(...times(count, i => sequence(oid(`1.3.6.1.4.1.99999.${i}`), octetString(nothing()))));
	const empty = sequence(
		sequence(sequence(oid("1.2")), octetString(Buffer.alloc(0)), octetString(Buffer.alloc(0)), integer(1)),
		element(0x80),
		element(0x18, Buffer.from("20260101000000Z")),
	);
	let nested: Buffer = Buffer.alloc(0);
	while (nested.length < 65_500) nested = element(0x30, nested);
	return [
		yes("a usual one", {}),
		yes("400 of other certificates in front", { before: times(400, () => others) }),
		yes("400 of ours", { statuses: times(400, () => ours) }),
		yes("by a responder, after 14 certificates of others", {
			signer,
			certificates: [...times(14, () => upper.der), signer.der],
		}),
		yes("by a responder named by its key, after 14 certificates", {
			signer,
			byKey: true,
			certificates: [...times(14, () => heavy.der), signer.der],
		}),
		no("1,100 of other certificates", "too_much_work", answer({ before: times(1100, () => empty) })),
		no("60 certificates of others", "too_much_work", answer({ signer, certificates: times(60, () => upper.der) })),
		no(
			"60 certificates that are long to read",
			"too_much_work",
			answer({ signer, byKey: true, certificates: times(60, () => heavy.der) }),
		),
		no("2,000 extensions", "bad_staple", answer({ extensions: list(2000) })),
		no("nested sequences", "bad_staple", nested),
		...(
			[
				["zeros", Buffer.alloc(65_535)],
				["ones", Buffer.alloc(65_535, 0xff)],
				["0x30", Buffer.alloc(65_535, 0x30)],
			] as const
		).map(([name, bytes]) => no(`65,535 bytes: ${name}`, "bad_staple", bytes)),
		no(
			"as many nothings as there is room for",
			"bad_staple",
			sequence(element(0x0a, Buffer.of(0)), ...times(20_000, () => nothing())),
		),
	];
}
