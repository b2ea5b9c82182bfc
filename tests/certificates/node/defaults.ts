/*
	Defaults that are spelled out. That is not DER, but is in use, and means the same (X.690 section 11.5).
*/

import { makeCertificate, type Certificate } from "../../../host-sim/servers/certificates.js";
import { boolean, context, element, integer, octetString, oid, sequence } from "../../../host-sim/servers/der.js";
import { accepted, attacker, fault, host, makeWorld, refused, world, type ChainCase, type Changes } from "./chain.js";

const { leaf } = world;

function chainOf(changes: Changes): Certificate[] {
	const all = makeWorld(changes);
	return [all.leaf, all.lower, all.upper];
}

/** Bytes of the tag and length at `at`, the length in one or two bytes or more, and of the whole element. */
function measure(bytes: Buffer, at: number): { header: number; whole: number } {
	const short = bytes[at + 1]!;
	if (short < 0x80) return { header: 2, whole: 2 + short };
	const count = short & 0x7f;
	return { header: 2 + count, whole: 2 + count + bytes.readUIntBE(at + 2, count) };
}

/** Where the extensions of a TBSCertificate start: they are its last element, and a key may have any byte. */
function extensionsAt(body: Buffer): number {
	let at = measure(body, 0).header;
	for (let next = at; next < body.length; next += measure(body, next).whole) at = next;
	return at;
}

/** The placeholder extension of the body, changed: lengths up to the body's are made anew. */
function replaceExtension(body: Buffer, extension: Buffer): Buffer {
	const old = sequence(oid("1.3.6.1.4.1.99999.7"), octetString(Buffer.alloc(20, 9)));
	const block = extensionsAt(body),
		content = body.subarray(measure(body, 0).header);
	const list = body.subarray(block),
		start = list.indexOf(old);
	if (start < 0) throw new Error("no such extension");
	const outer = measure(list, 0).header,
		first = outer + measure(list, outer).header;
	const items = Buffer.concat([list.subarray(first, start), extension, list.subarray(start + old.length)]);
	return element(0x30, content.subarray(0, content.length - list.length), element(0xa3, sequence(items)));
}

/** DEFAULT FALSE spelled out. */
function defaults(): ChainCase[] {
	const spell = (der: Buffer): Buffer => sequence(oid("2.5.29.14"), boolean(false), octetString(der));
	const value = octetString(Buffer.alloc(20, 7));
	const spelled = (critical: Buffer): Changes => ({
		leaf: {
			changeExtensions: list => [
				...list.filter(({ id }) => id !== "2.5.29.14"),
				{ id: "1.3.6.1.4.1.99999.7", isCritical: false, value: Buffer.alloc(20, 9) },
			],
			changeBody: body => replaceExtension(body, critical),
		},
	});
	const basic = (value: Uint8Array): Changes => ({
		leaf: { extensions: [{ id: "2.5.29.19", isCritical: true, value }] },
	});
	return [
		accepted("an extension that says that it is not critical", chainOf(spelled(spell(value)))),
		fault(
			"an extension whose criticality is neither",
			spelled(sequence(oid("2.5.29.14"), element(1, Buffer.of(1)), octetString(value))),
			"bad_certificate",
			/BOOLEAN is neither/,
		),
		accepted(
			"an unknown extension that says that it is not critical",
			chainOf(spelled(sequence(oid("1.3.6.1.4.1.99999.8"), boolean(false), octetString(value)))),
		),
		fault(
			"an unknown extension that is critical after all",
			spelled(sequence(oid("1.3.6.1.4.1.99999.8"), boolean(true), octetString(value))),
			"unsupported_certificate",
			/critical extension/,
		),
		accepted("basic constraints that say that it is not a CA", chainOf(basic(sequence(boolean(false))))),
		fault(
			"a CA whose basic constraints say that it is not one",
			{
				lower: {
					changeExtensions: list =>
						list.map(one => (one.id === "2.5.29.19" ? { ...one, value: sequence(boolean(false)) } : one)),
				},
			},
			"bad_certificate",
			/certificate 1 .* is not a CA/,
		),
	];
}

/** Defaults other than FALSE, spelled out: version 1, a minimum of 0, and RSASSA-PSS's trailer of 1. */
function otherDefaults(): ChainCase[] {
	const old = (version: number): Certificate =>
		makeCertificate({
			subject: "Old root",
			key: attacker,
			changeExtensions: () => [],
			changeBody: body => element(0x30, context(0, true, integer(version)), body.subarray(measure(body, 0).header)),
		});
	const under = makeCertificate({ subject: "server", key: leaf.key, issuer: old(0), names: [host] });
	const bounded = (number: number, name: string, bound: Buffer): Changes => ({
		lower: {
			extensions: [
				{
					id: "2.5.29.30",
					isCritical: true,
					value: sequence(context(number, true, sequence(element(0x82, Buffer.from(name)), bound))),
				},
			],
		},
	});
	const zero = context(0, false, Buffer.of(0));
	const permitted = (name: string, bound = zero): Changes => bounded(0, name, bound);
	return [
		accepted("version 1 spelled out: a trusted root", [under], { trusted: [old(0)] }),
		refused(
			"version 1 spelled out: a root that is sent, and not trusted",
			[under, old(0)],
			"bad_certificate",
			/certificate 1 .* is of version 1/,
		),
		accepted("a minimum of 0 spelled out: a permitted name", chainOf(permitted("example"))),
		accepted("a minimum of 0 spelled out: another name excluded", chainOf(bounded(1, "other.example", zero))),
		fault(
			"a minimum of 0 spelled out: a name that is not permitted",
			permitted("other.example"),
			"bad_certificate",
			/do not permit/,
		),
		fault(
			"a minimum of 0 spelled out: a name that is excluded",
			bounded(1, "example", zero),
			"bad_certificate",
			/constraints of certificate 1 exclude/,
		),
		...(
			[
				["1", context(0, false, Buffer.of(1))],
				["0 in two bytes", context(0, false, Buffer.of(0, 0))],
				["0 twice", Buffer.concat([zero, zero])],
				["0, with a maximum", Buffer.concat([zero, context(1, false, Buffer.of(0))])],
			] as const
		).map(([what, bound]) =>
			fault(`a minimum of ${what}`, permitted("example", bound), "bad_certificate", /minimum or maximum/),
		),
	];
}

export function defaultCases(): ChainCase[] {
	return [...defaults(), ...otherDefaults()];
}
