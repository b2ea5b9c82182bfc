/*
	Chains by the shape in which Google, Amazon and Microsoft send them: keys, names, extensions, order. Their
	cross-signs have old roots vouch for new ones. Let's Encrypt's are in generationy.ts.
*/

import {
	makeCertificate,
	makeKey,
	type Certificate,
	type CertificateRequest,
	type KeyPair,
} from "../../../host-sim/servers/certificates.js";
import { context, element, octetString, oid, sequence, set, utf8String } from "../../../host-sim/servers/der.js";
import { accepted, attacker, day, host, now, refused, withKey, type ChainCase } from "./chain.js";

const issued = now - 3600e3;
const YEAR = 365 * day;

/** A Name of country, organization, and a common name; old roots have a unit in its place. */
export function nameOf(organization: string, common: string, last: "2.5.4.3" | "2.5.4.11" = "2.5.4.3"): Buffer {
	const part = (id: string, text: Uint8Array): Buffer => set(sequence(oid(id), text));
	return sequence(
		part("2.5.4.6", element(0x13, Buffer.from("US"))),
		part("2.5.4.10", element(0x13, Buffer.from(organization))),
		part(last, /[^A-Za-z0-9 .-]/.test(common) ? utf8String(common) : element(0x13, Buffer.from(common))),
	);
}

function address(text: string): Buffer {
	return context(6, false, Buffer.from(text));
}

/**
 * What public CAs add to each certificate: policies, where to ask for its issuer and status, and where it can be found
 * as revoked.
 */
export const publicExtensions = [
	{ id: "2.5.29.32", isCritical: false, value: sequence(sequence(oid("2.23.140.1.2.1"))) },
	{
		id: "1.3.6.1.5.5.7.1.1",
		isCritical: false,
		value: sequence(
			sequence(oid("1.3.6.1.5.5.7.48.1"), address("http://o.ca.example/s/we1/abc")),
			sequence(oid("1.3.6.1.5.5.7.48.2"), address("http://i.ca.example/we1.crt")),
		),
	},
	{
		id: "2.5.29.31",
		isCritical: false,
		value: sequence(sequence(context(0, true, context(0, true, address("http://c.ca.example/we1/x.crl"))))),
	},
];

/** Two signed certificate timestamps (RFC 6962 section 3.3). */
const timestamps = {
	id: "1.3.6.1.4.1.11129.2.4.2",
	isCritical: false,
	value: octetString(Buffer.concat([Buffer.of(0, 240), Buffer.alloc(2 * 120, 0x5a)])),
};

interface Link {
	readonly name: Buffer;
	readonly key: KeyPair;
	/** Of the certificate with which an older root vouches for it, if it has any, and if it is not the usual one. */
	readonly crossPurposes?: readonly string[];
	readonly crossSignature?: CertificateRequest["signature"];
}

function rootOf({ name, key }: Link): Certificate {
	return makeCertificate({ subject: name, key, isAuthority: true, notBefore: new Date(issued - YEAR) });
}

/** The same root as `issuer` has cross-signed it. */
function crossed({ name, key, crossPurposes, crossSignature }: Link, issuer: Certificate): Certificate {
	return makeCertificate({
		subject: name,
		key,
		issuer,
		isAuthority: true,
		extensions: publicExtensions,
		notBefore: new Date(issued - YEAR),
		...(crossPurposes ? { extendedKeyUsage: crossPurposes } : {}),
		...(crossSignature ? { signature: crossSignature } : {}),
	});
}

/** How a large CA's chain looks. */
interface Shape {
	readonly title: string;
	/** Its new root; the old ones, each cross-signed by the next one. */
	readonly root: Link;
	readonly older: readonly Link[];
	readonly issuer: Link;
	readonly leafKey: KeyPair;
	/** Of the leaf and of the issuer, if that is not the usual one of the key. */
	readonly leafSignature?: CertificateRequest["signature"];
	readonly issuerSignature?: CertificateRequest["signature"];
	readonly purposes: readonly string[];
	/** Of the issuer, if it has others. */
	readonly issuerPurposes?: readonly string[];
	readonly days: number;
	/** Whom the leaf names, if anybody. */
	readonly subject?: Buffer;
}

interface Chain {
	readonly leaf: Certificate;
	readonly issuer: Certificate;
	/** The cross-signed roots, the newest one first. */
	readonly crosses: readonly Certificate[];
	/** All roots that may be trusted, the newest one first. */
	readonly roots: readonly Certificate[];
}

function build(shape: Shape): Chain {
	const { root, older, issuer: issuing, leafKey, leafSignature, issuerSignature, purposes, days, subject } = shape;
	const issuerPurposes = shape.issuerPurposes ?? purposes;
	const links = [root, ...older];
	const roots = links.map(rootOf);
	const crosses = links.slice(0, -1).map((link, i) => crossed(link, roots[i + 1]!));
	const issuer = makeCertificate({
		subject: issuing.name,
		key: issuing.key,
		issuer: roots[0]!,
		isAuthority: true,
		pathLength: 0,
		keyUsage: ["digitalSignature", "keyCertSign", "cRLSign"],
		extendedKeyUsage: issuerPurposes,
		extensions: publicExtensions,
		notBefore: new Date(issued - YEAR),
		...(issuerSignature ? { signature: issuerSignature } : {}),
	});
	const leaf = makeCertificate({
		subject: subject ?? sequence(),
		key: leafKey,
		issuer,
		names: [host, `*.${host}`, ...Array.from({ length: 40 }, (_, i) => `www${i}.other.example`)],
		extendedKeyUsage: purposes,
		extensions: [...publicExtensions, timestamps],
		notBefore: new Date(issued),
		notAfter: new Date(issued + days * day - 1000),
		...(leafSignature ? { signature: leafSignature } : {}),
	});
	return { leaf, issuer, crosses, roots };
}

const rsa4096 = makeKey("rsa4096");
const common = sequence(set(sequence(oid("2.5.4.3"), element(0x13, Buffer.from(host)))));

const shapes: readonly Shape[] = [
	{
		title: "Google, ECDSA: WE1, GTS Root R4 by GlobalSign Root CA",
		root: { name: nameOf("Google Trust Services LLC", "GTS Root R4"), key: makeKey("p384") },
		older: [{ name: nameOf("GlobalSign nv-sa", "GlobalSign Root CA"), key: makeKey("rsa2048") }],
		issuer: { name: nameOf("Google Trust Services", "WE1"), key: makeKey("p256") },
		leafKey: makeKey("p256"),
		purposes: ["serverAuth"],
		issuerPurposes: ["serverAuth", "clientAuth"],
		days: 84,
		subject: common,
	},
	{
		title: "Google, RSA: WR2, GTS Root R1 by GlobalSign Root CA",
		root: { name: nameOf("Google Trust Services LLC", "GTS Root R1"), key: rsa4096 },
		older: [{ name: nameOf("GlobalSign nv-sa", "GlobalSign Root CA"), key: makeKey("rsa2048") }],
		issuer: { name: nameOf("Google Trust Services", "WR2"), key: makeKey("rsa2048") },
		leafKey: makeKey("p256"),
		purposes: ["serverAuth"],
		issuerPurposes: ["serverAuth", "clientAuth"],
		days: 84,
		subject: common,
	},
	{
		title: "Amazon, RSA: M04, Amazon Root CA 1 by Starfield G2, and that by Starfield Class 2",
		root: { name: nameOf("Amazon", "Amazon Root CA 1"), key: makeKey("rsa2048") },
		older: [
			{
				name: nameOf("Starfield Technologies, Inc.", "Starfield Services Root Certificate Authority - G2"),
				key: makeKey("rsa2048"),
			},
			{
				name: nameOf("Starfield Technologies, Inc.", "Starfield Class 2 Certification Authority", "2.5.4.11"),
				key: makeKey("rsa2048"),
			},
		],
		issuer: { name: nameOf("Amazon", "Amazon RSA 2048 M04"), key: makeKey("rsa2048") },
		leafKey: makeKey("rsa2048"),
		purposes: ["serverAuth"],
		issuerPurposes: ["serverAuth", "clientAuth"],
		days: 198,
		subject: common,
	},
	{
		title: "Amazon, ECDSA: M01, Amazon Root CA 3 by Starfield G2",
		root: { name: nameOf("Amazon", "Amazon Root CA 3"), key: makeKey("p256") },
		older: [
			{
				name: nameOf("Starfield Technologies, Inc.", "Starfield Services Root Certificate Authority - G2"),
				key: makeKey("rsa2048"),
			},
		],
		issuer: { name: nameOf("Amazon", "Amazon ECDSA 256 M01"), key: makeKey("p256") },
		leafKey: makeKey("p256"),
		purposes: ["serverAuth"],
		days: 198,
	},
	{
		title: "Microsoft, RSA with SHA-384: TLS G2 RSA CA, Microsoft TLS RSA Root G2 by DigiCert Global Root G2",
		root: {
			name: nameOf("Microsoft Corporation", "Microsoft TLS RSA Root G2"),
			key: rsa4096,
			crossPurposes: ["serverAuth"],
			crossSignature: "rsa-sha384",
		},
		older: [{ name: nameOf("DigiCert Inc", "DigiCert Global Root G2"), key: makeKey("rsa2048") }],
		issuer: { name: nameOf("Microsoft Corporation", "Microsoft TLS G2 RSA CA OCSP 02"), key: makeKey("rsa4096") },
		leafKey: makeKey("rsa2048"),
		leafSignature: "rsa-sha384",
		issuerSignature: "rsa-sha384",
		purposes: ["serverAuth"],
		days: 180,
		subject: nameOf("Microsoft Corporation", host),
	},
	{
		title: "Microsoft, ECDSA on P-384: Azure ECC TLS Issuing CA, DigiCert Global Root G3",
		root: { name: nameOf("DigiCert Inc", "DigiCert Global Root G3"), key: makeKey("p384") },
		older: [],
		issuer: { name: nameOf("Microsoft Corporation", "Microsoft Azure ECC TLS Issuing CA 03"), key: makeKey("p384") },
		leafKey: makeKey("p384"),
		leafSignature: "ecdsa-sha384",
		purposes: ["clientAuth", "serverAuth"],
		days: 180,
		subject: nameOf("Microsoft Corporation", host),
	},
];

function casesOf(shape: Shape): ChainCase[] {
	const { leaf, issuer, crosses, roots } = build(shape);
	const { title } = shape;
	const sent = [leaf, issuer, ...crosses];
	const until = issued + shape.days * day - 1000;
	const forged = makeCertificate({
		subject: shape.root.name,
		key: shape.root.key,
		issuer: withKey(roots.at(-1)!, attacker),
		isAuthority: true,
	});
	const swapped = makeCertificate({
		subject: shape.issuer.name,
		key: shape.issuer.key,
		issuer: withKey(roots[0]!, attacker),
		isAuthority: true,
	});
	return [
		...roots.map((root, i) => accepted(`${title}: root ${i} is trusted`, sent, { trusted: [root], until })),
		accepted(`${title}: all roots are trusted`, sent, { trusted: roots, until }),
		accepted(`${title}: the issuer alone is sent`, [leaf, issuer], { trusted: [roots[0]!], until }),
		accepted(`${title}: the roots are sent, too, in any order`, [leaf, ...roots, ...crosses, issuer], {
			trusted: [roots.at(-1)!],
		}),
		refused(`${title}: none of its roots is trusted`, sent, "untrusted", /issued by|not itself trusted/, {
			trusted: [makeCertificate({ subject: "Other", key: attacker, isAuthority: true })],
		}),
		refused(`${title}: the issuer is missing`, [leaf, ...crosses], "untrusted", /it was issued by/, { trusted: roots }),
		refused(
			`${title}: an issuer that its root has not signed`,
			[leaf, swapped, ...crosses],
			"untrusted",
			/is not signed with the trusted key/,
			{
				trusted: [roots[0]!],
			},
		),
		...(crosses.length
			? [
					refused(
						`${title}: a cross-sign that the old root has not made`,
						[leaf, issuer, forged],
						"untrusted",
						/is not signed with/,
						{
							trusted: [roots.at(-1)!],
						},
					),
				]
			: []),
		refused(
			`${title}: after its last day`,
			sent,
			"certificate_expired",
			/certificate 0 .*expired|certificate 0 expired/,
			{
				trusted: roots,
				time: issued + shape.days * day,
			},
		),
	];
}

export function authorityCases(): ChainCase[] {
	return shapes.flatMap(casesOf);
}
