/*
	Names in other strings (RFC 5280 section 7.1): where an issuer meets its subject, in constraints on directory names,
	and where a root is looked up. Each form that is the same is accepted, and excluded where the name is; each that is
	not stays another name.
*/

import { makeCertificate, type Certificate } from "../../../host-sim/servers/certificates.js";
import { context, element, oid, sequence, set } from "../../../host-sim/servers/der.js";
import { accepted, fault, host, makeWorld, refused, world, type ChainCase } from "./chain.js";

const { root, upper, lower, leaf } = world;

const O = "2.5.4.10",
	OU = "2.5.4.11",
	CN = "2.5.4.3";
const Type = {
	utf8: 0x0c,
	numeric: 0x12,
	printable: 0x13,
	teletex: 0x14,
	ia5: 0x16,
	visible: 0x1a,
	general: 0x1b,
	universal: 0x1c,
	bmp: 0x1e,
} as const;

function text(type: keyof typeof Type, value: string): Buffer {
	const utf16 = Buffer.from(value, "utf16le").swap16();
	const utf32 = Buffer.concat(
		[...value].map(character => {
			const bytes = Buffer.alloc(4);
			bytes.writeUInt32BE(character.codePointAt(0)!);
			return bytes;
		}),
	);
	return element(
		Type[type],
		type === "bmp" ? utf16 : type === "universal" ? utf32 : Buffer.from(value, type === "utf8" ? "utf8" : "latin1"),
	);
}

function attribute(id: string, value: Buffer): Buffer {
	return sequence(oid(id), value);
}

/** A Name with a common name only. */
function named(type: keyof typeof Type, value: string): Buffer {
	return sequence(set(attribute(CN, text(type, value))));
}

const base = "Example Sub CA";

/** Other ways to write `base`. */
const same: readonly (readonly [name: string, subject: Buffer])[] = [
	["a PrintableString", named("printable", base)],
	["an IA5String", named("ia5", base)],
	["a VisibleString", named("visible", base)],
	["a TeletexString", named("teletex", base)],
	["a BMPString", named("bmp", base)],
	["a UniversalString", named("universal", base)],
	["capitals", named("utf8", "EXAMPLE SUB CA")],
	["small letters", named("printable", "example sub ca")],
	["blanks in a row", named("utf8", "Example   Sub \t CA")],
	["blanks around it", named("printable", "  Example Sub CA ")],
];

/** What is another name. */
const others: readonly (readonly [name: string, subject: Buffer])[] = [
	["a letter more", named("utf8", "Example Sub CAs")],
	["a letter less", named("printable", "Example Sub C")],
	["no blank", named("printable", "ExampleSub CA")],
	["another type of attribute", sequence(set(attribute(OU, text("utf8", base))))],
	["one part more", sequence(set(attribute(CN, text("utf8", base))), set(attribute(OU, text("utf8", "x"))))],
	["two attributes in one part", sequence(set(attribute(CN, text("utf8", base)), attribute(OU, text("utf8", "x"))))],
	["no part", sequence()],
	["a zero after it", named("utf8", `${base}\0`)],
	["a character that is not ASCII", named("utf8", "Example Sub C\u00c4")],
	["a letter that looks the same", named("utf8", "Ex\u0430mple Sub CA")],
];

/** A CA under that name has issued a certificate whose issuer is written otherwise. */
function issued(subject: Buffer): { readonly chain: Certificate[]; readonly root: Certificate[] } {
	const authority = makeWorld({ lower: { subject: named("utf8", base) } }).lower;
	const server = makeCertificate({
		subject: "server",
		key: leaf.key,
		issuer: { ...authority, subject },
		names: [host],
	});
	return { chain: [server, authority, upper], root: [authority] };
}

function issuers(): ChainCase[] {
	return [
		...same.flatMap(([name, subject]) => [
			accepted(`strings: the issuer as ${name}`, issued(subject).chain),
			accepted(`strings: a root, named as ${name}`, [issued(subject).chain[0]!], { trusted: issued(subject).root }),
		]),
		// an issuer without a name is malformed
		...others
			.filter(([name]) => name !== "no part")
			.flatMap(([name, subject]) => [
				refused(`strings: the issuer with ${name}`, issued(subject).chain, "untrusted", /leads to no trust anchor/),
				refused(
					`strings: a root, named with ${name}`,
					[issued(subject).chain[0]!],
					"untrusted",
					/leads to no trust anchor/,
					{
						trusted: issued(subject).root,
					},
				),
			]),
	];
}

/** Names with two attributes in a part, in either order. */
function sets(): ChainCase[] {
	const pairs = [attribute(O, text("utf8", "Example")), attribute(OU, text("utf8", "Devices"))];
	const subject = sequence(set(...pairs)),
		swapped = sequence(set(...[...pairs].reverse()));
	const other = sequence(set(pairs[0]!, attribute(OU, text("utf8", "Others")))),
		twice = sequence(set(pairs[0]!, pairs[0]!));
	const authority = makeWorld({ lower: { subject } }).lower;
	const under = (name: Buffer): Certificate =>
		makeCertificate({ subject: "server", key: leaf.key, issuer: { ...authority, subject: name }, names: [host] });
	return [
		accepted("strings: the order in a SET does not matter", [under(swapped), authority, upper]),
		accepted("strings: nor does it for a root", [under(swapped)], { trusted: [authority] }),
		refused(
			"strings: one of a SET is another",
			[under(other), authority, upper],
			"untrusted",
			/leads to no trust anchor/,
		),
		refused("strings: one of a SET twice", [under(twice), authority, upper], "untrusted", /leads to no trust anchor/),
		refused("strings: a SET for a root, one is another", [under(other)], "untrusted", /leads to no trust anchor/, {
			trusted: [authority],
		}),
	];
}

function constraint(number: number, name: Buffer): object {
	return {
		extensions: [
			{ id: "2.5.29.30", isCritical: true, value: sequence(context(number, true, sequence(context(4, true, name)))) },
		],
	};
}

/** `subject` under a CA that excludes, or permits, `name`. */
function constrained(
	kind: "excludes" | "permits",
	name: Buffer,
	subject: Buffer,
): { lower: object; leaf: { subject: Buffer } } {
	return { lower: constraint(kind === "permits" ? 0 : 1, name), leaf: { subject } };
}

function chainOf(changes: ReturnType<typeof constrained>): Certificate[] {
	const all = makeWorld(changes);
	return [all.leaf, all.lower, upper];
}

function constraints(): ChainCase[] {
	const excluded = named("utf8", base),
		longer = (name: Buffer): Buffer => sequence(name.subarray(2), set(attribute(OU, text("utf8", "more"))));
	const excludes = /certificate 0 .* name constraints of certificate 1 exclude/,
		permits = /certificate 0 .* do not permit/;
	const list: ChainCase[] = [];
	for (const [name, subject] of same) {
		list.push(
			fault(
				`strings: excluded, the subject as ${name}`,
				constrained("excludes", excluded, subject),
				"bad_certificate",
				excludes,
			),
			fault(
				`strings: excluded, the constraint as ${name}`,
				constrained("excludes", subject, excluded),
				"bad_certificate",
				excludes,
			),
			fault(
				`strings: excluded, a subject below ${name}`,
				constrained("excludes", excluded, longer(subject)),
				"bad_certificate",
				excludes,
			),
			accepted(`strings: permitted, the subject as ${name}`, chainOf(constrained("permits", excluded, subject))),
		);
	}
	for (const [name, subject] of others) {
		list.push(
			name.startsWith("one part")
				? accepted(`strings: permitted, with ${name}`, chainOf(constrained("permits", excluded, subject)))
				: name === "no part"
					? accepted("strings: an empty subject is not a name", chainOf(constrained("permits", excluded, subject)))
					: fault(
							`strings: not permitted, with ${name}`,
							constrained("permits", excluded, subject),
							"bad_certificate",
							permits,
						),
		);
	}
	for (const [name, subject] of others.slice(0, 4))
		list.push(accepted(`strings: not excluded, with ${name}`, chainOf(constrained("excludes", excluded, subject))));
	return list;
}

/** What ASCII does not settle counts as excluded, and is not permitted. */
function unsure(): ChainCase[] {
	const pairs: readonly (readonly [name: string, constraint: Buffer, subject: Buffer])[] = [
		["capitals outside ASCII", named("utf8", "\u00c4pfel"), named("utf8", "\u00e4pfel")],
		["a letter in two characters", named("utf8", "\u00c4pfel"), named("utf8", "A\u0308pfel")],
		["a soft hyphen", named("utf8", base), named("utf8", "Exam\u00adple Sub CA")],
		["a blank outside ASCII", named("printable", base), named("bmp", "Example\u00a0Sub CA")],
		["wide letters", named("printable", base), named("utf8", "\uff25xample Sub CA")],
		["Latin 1 in a TeletexString", named("utf8", "M\u00fcller"), named("teletex", "M\xfcller")],
		[
			"UTF-8 that is cut short",
			named("utf8", base),
			sequence(set(attribute(CN, element(0x0c, Buffer.from("Example Sub CA\xc3", "latin1"))))),
		],
		[
			"a BMPString of odd length",
			named("utf8", base),
			sequence(set(attribute(CN, element(0x1e, Buffer.from("\0E\0x\0", "latin1"))))),
		],
		["a type of string that is not read", named("utf8", base), named("general", base)],
		// RFC 4518 section 2.2 maps them to nothing
		["a control character", named("utf8", base), named("utf8", "Exam\u0001ple Sub CA")],
		["a zero after it", named("utf8", base), named("utf8", `${base}\0`)],
		["a blank and a control character after it", named("utf8", base), named("printable", `${base} \u001f`)],
		["a control character in what is excluded", named("utf8", `\u007f${base}`), named("bmp", base)],
		["control characters in both", named("utf8", "Example\u0002 Sub CA"), named("utf8", "Example Sub\u0003 CA")],
	];
	return pairs
		.flatMap(([name, excluded, subject]) => [
			fault(
				`strings: ${name} counts as excluded`,
				constrained("excludes", excluded, subject),
				"bad_certificate",
				/exclude/,
			),
			fault(
				`strings: ${name} is not permitted`,
				constrained("permits", excluded, subject),
				"bad_certificate",
				/do not permit/,
			),
		])
		.concat([
			accepted(
				"strings: what ASCII sets apart is not excluded",
				chainOf(constrained("excludes", named("utf8", "Foo"), named("utf8", "M\u00fcller"))),
			),
			accepted(
				"strings: nor is what letters set apart, with a control character in it",
				chainOf(constrained("excludes", named("utf8", base), named("utf8", "Exam\u0001ple Sub Co"))),
			),
			accepted(
				"strings: the same characters outside ASCII are permitted",
				chainOf(constrained("permits", named("utf8", "M\u00fcller"), named("bmp", "m\u00fcller"))),
			),
			fault(
				"strings: the same characters outside ASCII are excluded",
				constrained("excludes", named("utf8", "M\u00fcller"), named("bmp", "m\u00fcller")),
				"bad_certificate",
				/exclude/,
			),
		]);
}

function malformed(): ChainCase[] {
	const bad = sequence(set(element(0x30, oid(CN)))),
		many = sequence(set(...Array.from({ length: 9 }, (_, i) => attribute(`2.5.4.${20 + i}`, text("utf8", "x")))));
	return [
		fault(
			"strings: a subject that is not a Name, under constraints",
			constrained("excludes", named("utf8", base), bad),
			"bad_certificate",
			/malformed|where one belongs/,
		),
		fault(
			"strings: a constraint that is not a Name",
			constrained("excludes", bad, named("utf8", base)),
			"bad_certificate",
			/certificate 1 has a name constraint with a malformed directory name/,
		),
		fault(
			"strings: more attributes in a part than are compared",
			constrained("excludes", named("utf8", base), many),
			"bad_certificate",
			/malformed directory name/,
		),
		accepted("strings: the same without constraints", [makeWorld({ leaf: { subject: many } }).leaf, lower, upper], {
			trusted: [root],
		}),
	];
}

export function stringCases(): ChainCase[] {
	return [...issuers(), ...sets(), ...constraints(), ...unsure(), ...malformed()];
}
