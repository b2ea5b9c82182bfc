/*
	Chains as Let's Encrypt sends them since May 2026, by their shape. Leaf certificates have no common name, last 45 or
	6 days, and are for names or addresses. Issuers are YE1 (P-384) and YR1 (RSA). The roots YE and YR are cross-signed
	by X2 and X1.
*/

import { makeCertificate, makeKey, type Certificate, type KeyPair } from "../../../host-sim/servers/certificates.js";
import { sequence } from "../../../host-sim/servers/der.js";
import { nameOf, publicExtensions } from "./authorities.js";
import { accepted, attacker, day, host, now, refused, withKey, type ChainCase } from "./chain.js";

const address = "192.0.2.44";
/** Certificates are made valid from an hour before. */
const issued = now - 3600e3;

interface Generation {
	readonly x1: Certificate;
	readonly x2: Certificate;
	/** X2 by X1, the new root itself, and the new root by X2 or X1. */
	readonly x2ByX1: Certificate;
	readonly root: Certificate;
	readonly byX2: Certificate;
	readonly byX1: Certificate;
	readonly issuer: Certificate;
	readonly leafKey: KeyPair;
}

const x1Key = makeKey("rsa4096");
const x2Key = makeKey("p384");

const isrg = "Internet Security Research Group";

function makeGeneration(name: "YE" | "YR"): Generation {
	const of = { isAuthority: true, notBefore: new Date(issued - day) };
	/** A root that an older one vouches for. */
	const crossed = { ...of, extensions: publicExtensions };
	const x1 = makeCertificate({ ...of, subject: nameOf(isrg, "ISRG Root X1"), key: x1Key });
	const x2 = makeCertificate({ ...of, subject: nameOf(isrg, "ISRG Root X2"), key: x2Key });
	const x2ByX1 = makeCertificate({
		...crossed,
		subject: x2.subject,
		key: x2Key,
		issuer: x1,
		extendedKeyUsage: ["serverAuth", "clientAuth"],
	});
	const key = makeKey(name === "YE" ? "p384" : "rsa4096");
	const subject = nameOf("ISRG", `Root ${name}`);
	const root = makeCertificate({ ...of, subject, key });
	const byX2 = makeCertificate({ ...crossed, subject, key, issuer: x2, extendedKeyUsage: ["serverAuth"] });
	const byX1 = makeCertificate({ ...crossed, subject, key, issuer: x1, extendedKeyUsage: ["serverAuth"] });
	const issuer = makeCertificate({
		...crossed,
		subject: nameOf("Let's Encrypt", `${name}1`),
		key: makeKey(name === "YE" ? "p384" : "rsa2048"),
		issuer: root,
		pathLength: 0,
		keyUsage: ["digitalSignature", "keyCertSign", "cRLSign"],
		extendedKeyUsage: ["serverAuth"],
	});
	return { x1, x2, x2ByX1, root, byX2, byX1, issuer, leafKey: makeKey(name === "YE" ? "p256" : "rsa2048") };
}

function leafOf({ issuer, leafKey }: Generation, days: number, names: readonly string[]): Certificate {
	return makeCertificate({
		subject: sequence(),
		key: leafKey,
		issuer,
		names: [...names],
		extensions: publicExtensions,
		notBefore: new Date(issued),
		notAfter: new Date(issued + days * day - 1000),
		extendedKeyUsage: ["serverAuth"],
	});
}

function casesOf(name: "YE" | "YR"): ChainCase[] {
	const y = makeGeneration(name);
	const { x1, x2, x2ByX1, root, byX2, byX1, issuer } = y;
	const leaf = leafOf(y, 45, [host]);
	const short = leafOf(y, 6, [host]);
	const forAddress = leafOf(y, 6, [address]);
	const title = (words: string): string => `generation Y: ${name}, ${words}`;
	const forged = makeCertificate({
		subject: root.subject,
		key: root.key,
		issuer: withKey(x2, attacker),
		isAuthority: true,
	});
	return [
		accepted(title("by X2"), [leaf, issuer, byX2], { trusted: [x2] }),
		accepted(title("by X1"), [leaf, issuer, byX1], { trusted: [x1] }),
		accepted(title("by X2, which X1 has cross-signed"), [leaf, issuer, byX2, x2ByX1], { trusted: [x1] }),
		accepted(title("the cross-signed root is sent, the new one is trusted"), [leaf, issuer, byX2], { trusted: [root] }),
		accepted(title("the issuer alone, the new root is trusted"), [leaf, issuer], { trusted: [root] }),
		accepted(title("all at once, in any order"), [leaf, x2ByX1, byX1, root, byX2, issuer], { trusted: [x1, x2, root] }),
		accepted(title("for 6 days"), [short, issuer, byX2], { trusted: [x2], until: issued + 6 * day - 1000 }),
		accepted(title("for 6 days, for an address"), [forAddress, issuer, byX2], { trusted: [x2], host: address }),
		accepted(title("issued five minutes ago by a clock that is ahead"), [short, issuer, byX2], {
			trusted: [x2],
			time: issued - 300e3,
			clockTolerance: 300,
		}),
		refused(
			title("none of its roots is trusted"),
			[leaf, issuer, byX2],
			"untrusted",
			/issued by CN=YE1|issued by CN=YR1/,
			{
				trusted: [makeCertificate({ subject: "Other", key: attacker, isAuthority: true })],
			},
		),
		refused(
			title("a cross-sign that X2 has not made"),
			[leaf, issuer, forged],
			"untrusted",
			/CN=Root Y.* is not signed with/,
			{
				trusted: [x2],
			},
		),
		refused(
			title("an address that is another"),
			[forAddress, issuer, byX2],
			"wrong_name",
			/is for 192\.0\.2\.44, not for 192\.0\.2\.45/,
			{
				trusted: [x2],
				host: "192.0.2.45",
			},
		),
		refused(
			title("after 6 days"),
			[short, issuer, byX2],
			"certificate_expired",
			/^certificate_expired: certificate 0 expired/,
			{
				trusted: [x2],
				time: issued + 6 * day,
			},
		),
		refused(
			title("a clock that is behind by more"),
			[short, issuer, byX2],
			"certificate_not_yet_valid",
			/certificate 0 is not valid before/,
			{
				trusted: [x2],
				time: issued - 301e3,
				clockTolerance: 300,
			},
		),
	];
}

export function generationY(): ChainCase[] {
	return [...casesOf("YE"), ...casesOf("YR")];
}
