/*
	Certificate policies (RFC 5280 section 6.1): they matter where a certificate requires one of those below it.
*/

import type { Certificate, CertificateRequest } from "../../../host-sim/servers/certificates.js";
import { context, element, integer, oid, sequence } from "../../../host-sim/servers/der.js";
import { accepted, makeWorld, refused, type ChainCase } from "./chain.js";
import { pin } from "./pins.js";

const P = "1.3.6.1.4.1.99999.5.1",
	Q = "1.3.6.1.4.1.99999.5.2",
	R = "1.3.6.1.4.1.99999.5.3",
	ANY = "2.5.29.32.0";

interface Says {
	readonly policies?: readonly string[];
	readonly explicit?: number;
	readonly inhibitMapping?: number;
	readonly inhibitAny?: number;
	readonly mappings?: readonly (readonly [string, string])[];
	readonly raw?: Uint8Array;
}

/** What a certificate is asked for with to say this of policies. */
export function policyRequest({
	policies,
	explicit,
	inhibitMapping,
	inhibitAny,
	mappings,
	raw,
}: Says): Partial<CertificateRequest> {
	const extensions = [];
	if (policies)
		extensions.push({ id: "2.5.29.32", isCritical: false, value: sequence(...policies.map(id => sequence(oid(id)))) });
	if (mappings)
		extensions.push({
			id: "2.5.29.33",
			isCritical: true,
			value: sequence(...mappings.map(([from, to]) => sequence(oid(from), oid(to)))),
		});
	if (explicit !== undefined || inhibitMapping !== undefined || raw) {
		const value =
			raw ??
			sequence(
				...(explicit === undefined ? [] : [context(0, false, Buffer.of(explicit))]),
				...(inhibitMapping === undefined ? [] : [context(1, false, Buffer.of(inhibitMapping))]),
			);
		extensions.push({ id: "2.5.29.36", isCritical: true, value });
	}
	if (inhibitAny !== undefined) extensions.push({ id: "2.5.29.54", isCritical: true, value: integer(inhibitAny) });
	return { extensions };
}

function chainOf(upper: Says, lower: Says, leaf: Says): Certificate[] {
	const all = makeWorld({ upper: policyRequest(upper), lower: policyRequest(lower), leaf: policyRequest(leaf) });
	return [all.leaf, all.lower, all.upper];
}

/** The same with a lower authority that is the upper one with a new key: it is self-issued. */
function renewed(upper: Says, lower: Says, leaf: Says): Certificate[] {
	const all = makeWorld({
		upper: policyRequest(upper),
		lower: { subject: "Upper CA", ...policyRequest(lower) },
		leaf: policyRequest(leaf),
	});
	return [all.leaf, all.lower, all.upper];
}

/** RFC 5280 section 6.1.4 h and 6.1.3 d 2: a self-issued authority is not counted, and may name any policy. */
function selfIssued(): ChainCase[] {
	const p = { policies: [P] },
		q = { policies: [Q] },
		any = { policies: [ANY] };
	const yes = (name: string, ...says: [Says, Says, Says]): ChainCase =>
		accepted(`policies of a self-issued authority: ${name}`, renewed(...says));
	const no = (name: string, ...says: [Says, Says, Says]): ChainCase =>
		refused(`policies of a self-issued authority: ${name}`, renewed(...says), "bad_certificate", none);
	return [
		yes("it is not counted until one is required", { policies: [P], explicit: 2 }, p, {}),
		no("the server is", { policies: [P], explicit: 1 }, p, {}),
		no("it is not counted, but required of it at once", { policies: [P], explicit: 0 }, {}, p),
		yes("it may name any, though that is inhibited", { policies: [P], explicit: 0, inhibitAny: 0 }, any, p),
		no("the server may not", { policies: [P], explicit: 0, inhibitAny: 0 }, any, any),
		yes("it is not counted until any is inhibited", { policies: [P], explicit: 0, inhibitAny: 1 }, any, any),
		no("any of it allows no other than before", { policies: [P], explicit: 0, inhibitAny: 0 }, any, q),
		yes(
			"mapping is inhibited from the server on",
			{ policies: [P], explicit: 0, inhibitMapping: 1 },
			{ policies: [P], mappings: [[P, Q]] },
			q,
		),
		no(
			"mapping is inhibited at once",
			{ policies: [P], explicit: 0, inhibitMapping: 0 },
			{ policies: [P], mappings: [[P, Q]] },
			q,
		),
	];
}

const none = /certificate \d .* is issued under no policy/;

/** Forms of policies and mappings, where none is required: critical or not, malformed ones are refused. */
function forms(): ChainCase[] {
	const policy = (...parts: Uint8Array[]): Buffer => sequence(oid(P), ...parts);
	const identifier = (...bytes: number[]): Buffer => element(6, Buffer.from(bytes));
	const link = sequence(oid("1.3.6.1.5.5.7.2.1"), element(0x16, Buffer.from("http://cps.example/")));
	const long = oid("2.999.4294967295.4294967295.1");
	const right: readonly (readonly [string, string, Uint8Array])[] = [
		["a policy with a qualifier", "2.5.29.32", sequence(policy(sequence(link)))],
		["a policy of long numbers", "2.5.29.32", sequence(sequence(long))],
		["200 policies", "2.5.29.32", sequence(...Array.from({ length: 200 }, (_, i) => sequence(oid(`1.2.3.${i}`))))],
		["a mapping of long numbers", "2.5.29.33", sequence(sequence(long, oid(P)))],
	];
	const wrong: readonly (readonly [string, string, Uint8Array])[] = [
		["no list", "2.5.29.32", integer(1)],
		["an empty list", "2.5.29.32", sequence()],
		["two lists", "2.5.29.32", Buffer.concat([sequence(policy()), sequence(policy())])],
		["no identifier", "2.5.29.32", sequence(sequence())],
		["an identifier that is empty", "2.5.29.32", sequence(sequence(identifier()))],
		["an identifier that does not end", "2.5.29.32", sequence(sequence(identifier(0x2a, 0x83)))],
		["a number with zeros in front", "2.5.29.32", sequence(sequence(identifier(0x2a, 0x80, 1)))],
		["qualifiers that are empty", "2.5.29.32", sequence(policy(sequence()))],
		["qualifiers twice", "2.5.29.32", sequence(policy(sequence(link), sequence(link)))],
		["the second one malformed", "2.5.29.32", sequence(policy(), integer(1))],
		["mappings: no list", "2.5.29.33", integer(1)],
		["mappings: an empty list", "2.5.29.33", sequence()],
		["mappings: of one", "2.5.29.33", sequence(sequence(oid(P)))],
		["mappings: of three", "2.5.29.33", sequence(sequence(oid(P), oid(Q), oid(R)))],
		["mappings: to an identifier that does not end", "2.5.29.33", sequence(sequence(oid(P), identifier(0x2a, 0x83)))],
	];
	const chains = (id: string, isCritical: boolean, value: Uint8Array): Certificate[][] =>
		(["leaf", "lower"] as const).map(who => {
			const all = makeWorld({ [who]: { extensions: [{ id, isCritical, value }] } });
			return [all.leaf, all.lower, all.upper];
		});
	const both = [true, false].map(isCritical => [isCritical, isCritical ? "critical" : "not critical"] as const);
	return [
		...right.flatMap(([what, id, value]) =>
			chains(id, true, value).map((chain, i) => accepted(`policies of certificate ${i}: ${what}`, chain)),
		),
		...both.flatMap(([isCritical, words]) =>
			wrong.flatMap(([what, id, value]) =>
				chains(id, isCritical, value).map((chain, i) =>
					refused(
						`policies of certificate ${i}, ${words}: ${what}`,
						chain,
						"bad_certificate",
						new RegExp(`certificate ${i} has malformed policies or policy mappings`),
					),
				),
			),
		),
		...[sequence(oid(ANY), oid(Q)), sequence(oid(P), oid(ANY))].flatMap(mapping =>
			chains("2.5.29.33", false, sequence(sequence(oid(P), oid(Q)), mapping)).map((chain, i) =>
				refused(
					`policies of certificate ${i}: any policy is mapped, though none is required`,
					chain,
					"bad_certificate",
					/maps any policy/,
				),
			),
		),
	];
}

/** Identifiers elsewhere in extensions (X.690 section 8.19.2). */
function identifiers(): ChainCase[] {
	const server = oid("1.3.6.1.5.5.7.3.1");
	const purposes = (bytes: Buffer): Certificate[] => {
		const value = sequence(element(6, bytes), server);
		const all = makeWorld({
			leaf: { extendedKeyUsage: false, extensions: [{ id: "2.5.29.37", isCritical: false, value }] },
		});
		return [all.leaf, all.lower, all.upper];
	};
	return [
		accepted("a purpose of long numbers", purposes(Buffer.from("883783ffffffffffffff7f", "hex"))),
		...(
			[
				["is empty", Buffer.alloc(0)],
				["does not end", Buffer.of(0x2a, 0x83)],
				["has a number with zeros in front", Buffer.of(0x2a, 0x80, 1)],
				["begins with zeros", Buffer.of(0x80, 1)],
			] as const
		).map(([what, bytes]) =>
			refused(`a purpose that ${what}`, purposes(bytes), "bad_certificate", /malformed list of purposes/),
		),
	];
}

export function policyCases(): ChainCase[] {
	const yes = (name: string, ...says: [Says, Says, Says]): ChainCase => accepted(`policies: ${name}`, chainOf(...says));
	const no = (name: string, ...says: [Says, Says, Says]): ChainCase =>
		refused(`policies: ${name}`, chainOf(...says), "bad_certificate", none);
	const p = { policies: [P] },
		q = { policies: [Q] },
		any = { policies: [ANY] };
	const strict = { policies: [P], explicit: 0 };
	const many = { policies: Array.from({ length: 11 }, (_, i) => `1.3.6.1.4.1.99999.6.${i}`) };
	const [leaf, lower] = chainOf({}, { ...strict }, {});
	return [
		yes("none is required, and they differ", p, q, {}),
		yes(
			"none is required, with all that is critical",
			{ policies: [P], inhibitMapping: 0, inhibitAny: 0, mappings: [[P, Q]] },
			q,
			{},
		),
		yes("required, and the same all the way", strict, p, p),
		yes("required, one of several", { policies: [P, Q], explicit: 0 }, { policies: [Q, R] }, { policies: [R, Q] }),
		yes("required, any allowed", { policies: [ANY], explicit: 0 }, any, q),
		yes("required, any by the authority below", strict, any, p),
		yes("required, any by the server", strict, p, any),
		no("required, and the server has none", strict, p, {}),
		no("required, and the authority below has none", strict, {}, p),
		no("required, and it has none itself", { explicit: 0 }, p, p),
		no("required, and the server has another", strict, p, q),
		no("required, and the authority below has another", strict, q, p),
		no("required, lost and found again", { policies: [P, Q], explicit: 0 }, p, q),
		yes("required three certificates further down, and missing", { explicit: 3 }, {}, {}),
		no("required two certificates further down", { policies: [P], explicit: 2 }, p, {}),
		no("required by the server's own certificate", {}, {}, { explicit: 0 }),
		yes("required by the server's own certificate, which has one", p, p, { policies: [P], explicit: 0 }),
		no("required by an authority that is not asked twice", p, { explicit: 0 }, p),
		no("any is inhibited below", { policies: [P], explicit: 0, inhibitAny: 0 }, any, p),
		no("any is inhibited from the server on", { policies: [P], explicit: 0, inhibitAny: 1 }, any, any),
		yes("any is inhibited further down", { policies: [P], explicit: 0, inhibitAny: 2 }, any, any),
		yes("mapped to another", { policies: [P], explicit: 0, mappings: [[P, Q]] }, q, q),
		no("mapped to another, the old one does not count", { policies: [P], explicit: 0, mappings: [[P, Q]] }, p, p),
		no(
			"mapping is inhibited",
			{ policies: [P], explicit: 0, inhibitMapping: 0 },
			{ policies: [P], mappings: [[P, Q]] },
			q,
		),
		yes("mapping of what is not there", { policies: [P], explicit: 0, mappings: [[R, Q]] }, p, p),
		refused(
			"policies: mapping of any",
			chainOf({ policies: [ANY], explicit: 0, mappings: [[ANY, Q]] }, q, q),
			"bad_certificate",
			/maps any policy/,
		),
		accepted(
			"policies: as many as are looked at",
			chainOf(
				{ policies: many.policies.slice(1), explicit: 0 },
				{ policies: many.policies.slice(1) },
				{ policies: many.policies.slice(10) },
			),
		),
		refused(
			"policies: more than are looked at",
			chainOf({ ...many, explicit: 0 }, many, many),
			"unsupported_certificate",
			/more than 10 policies/,
		),
		refused(
			"policies: constraints without any",
			chainOf({ raw: sequence() }, p, p),
			"bad_certificate",
			/empty policy constraints/,
		),
		refused(
			"policies: a negative number",
			chainOf({ raw: sequence(element(0x80, Buffer.of(0xff))) }, p, p),
			"bad_certificate",
			/number of certificates in policy constraints that is negative/,
		),
		refused(
			"policies: something after them",
			chainOf({ raw: sequence(element(0x80, Buffer.of(0)), element(0x82, Buffer.of(0))) }, p, p),
			"bad_certificate",
			/unexpected bytes at the end/,
		),
		...selfIssued(),
		...forms(),
		...identifiers(),
		accepted("policies: those of a pinned authority do not count", [leaf!, lower!], {
			trusted: undefined,
			pins: [pin(lower!)],
		}),
	];
}
