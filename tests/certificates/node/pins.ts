/*
	Pinned keys: with a root store, and instead of one.
*/

import { createHash } from "node:crypto";

import { makeCertificate, makeKey, type Certificate } from "../../../host-sim/servers/certificates.js";
import { accepted, attacker, day, host, makeWorld, now, refused, withKey, world, type ChainCase } from "./chain.js";

const { root, upper, lower, leaf } = world;
const chain = [leaf, lower, upper];

/** SHA-256 of the certificate's SubjectPublicKeyInfo. */
export function pin({ key }: Pick<Certificate, "key">): Uint8Array {
	return createHash("sha256")
		.update(key.publicKey.export({ type: "spki", format: "der" }))
		.digest();
}

const stranger = pin({ key: makeKey("p256") });
const none = /none of the \d+ pinned keys is among the server's certificates/;

/** What is said of a server whose certificate is this one. */
function unpinned(certificate: Certificate): RegExp {
	const own = Buffer.from(pin(certificate)).toString("hex");
	return new RegExp(`leads to none of the 1 pinned keys: its own pin is ${own}\\..* "npm run pin -- HOST:PORT"`);
}

function withRoots(): ChainCase[] {
	const extra = makeCertificate({ subject: "extra", key: makeKey("p256"), isAuthority: true });
	return [
		accepted("the server's key is pinned", chain, { pins: [pin(leaf)] }),
		accepted("an authority's key is pinned", chain, { pins: [stranger, pin(lower)] }),
		accepted("the root's key is pinned, which is not sent", chain, { pins: [pin(root), stranger] }),
		accepted("a trusted server certificate's key is pinned", [leaf], { trusted: [leaf], pins: [pin(leaf)] }),
		refused("another key is pinned", chain, "pin_mismatch", none, { pins: [stranger] }),
		...[0, 31].map(at => {
			const near = Uint8Array.from(pin(leaf));
			near[at]! ^= 1;
			return refused(`a pin that differs in byte ${at}`, chain, "pin_mismatch", none, { pins: [near] });
		}),
		refused("several other keys are pinned", chain, "pin_mismatch", /none of the 3 pinned keys/, {
			pins: [stranger, pin({ key: attacker }), new Uint8Array(32)],
		}),
		refused("a trusted server certificate, another key is pinned", [leaf], "pin_mismatch", none, {
			trusted: [leaf],
			pins: [stranger],
		}),
		refused("the pinned key is sent, but leads nowhere", [...chain, extra], "pin_mismatch", none, {
			pins: [pin(extra)],
		}),
		refused("the pinned key is there, but no root", chain, "untrusted", /leads to no trust anchor/, {
			pins: [pin(leaf)],
			trusted: [extra],
		}),
	];
}

function insteadOfRoots(): ChainCase[] {
	const alone = makeCertificate({ subject: "alone", key: makeKey("p256"), names: [host] });
	const swapped = makeCertificate({
		subject: "server",
		key: attacker,
		issuer: withKey(lower, attacker),
		names: [host],
	});
	const expired = makeWorld({ leaf: { notBefore: new Date(now - 9 * day), notAfter: new Date(now - day) } }).leaf;
	// only the pinned key counts: nobody whose key is known signed what else its certificate says, so whoever sends it
	// can write it anew
	const past = { notBefore: new Date(now - 9 * day), notAfter: new Date(now - day) };
	const limits = { pathLength: 0, permitted: ["other.example"] };
	const pathLength = makeWorld({ upper: { ...past, ...limits } });
	const below = makeWorld({ lower: past });
	const limited = makeWorld({ lower: limits });
	const forged = makeWorld({
		upper: {
			changeSignature: bytes => {
				bytes[20]! ^= 1;
				return bytes;
			},
		},
	});
	const bare = makeWorld({ lower: { isAuthority: false, keyUsage: ["keyCertSign"] } });
	const only = (certificate: Certificate): { trusted: undefined; pins: Uint8Array[] } => ({
		trusted: undefined,
		pins: [pin(certificate)],
	});
	return [
		accepted("pins only: the server's key", [leaf], only(leaf)),
		accepted("pins only: a self-signed certificate", [alone], only(alone)),
		accepted("pins only: an authority's key", chain, only(upper)),
		accepted("pins only: an authority's key, in the wrong order", [leaf, upper, lower], only(upper)),
		refused("pins only: another key", chain, "pin_mismatch", unpinned(leaf), { trusted: undefined, pins: [stranger] }),
		refused(
			"pins only: a self-signed certificate with another key",
			[alone],
			"pin_mismatch",
			unpinned(alone),
			only(leaf),
		),
		refused("pins only: the root's key, which is not sent", chain, "pin_mismatch", unpinned(leaf), only(root)),
		refused(
			"pins only: a pinned key that is sent, but has no part in the path",
			[leaf, lower, alone],
			"pin_mismatch",
			unpinned(leaf),
			only(alone),
		),
		refused(
			"pins only: a forged certificate under the pinned authority",
			[swapped, lower],
			"bad_certificate",
			/certificate 0 \(CN=server\) is forged/,
			only(lower),
		),
		refused("pins only: expired", [expired], "certificate_expired", /certificate 0 \(CN=server\) expired/, only(leaf)),
		refused("pins only: another name", [leaf], "wrong_name", /not for other\.example/, {
			...only(leaf),
			host: "other.example",
		}),
		accepted(
			"pins only: the pinned authority's dates, path length and name constraints do not count",
			[pathLength.leaf, pathLength.lower, pathLength.upper],
			only(upper),
		),
		accepted(
			"pins only: nor does who has signed the pinned authority",
			[forged.leaf, forged.lower, forged.upper],
			only(upper),
		),
		refused(
			"pins only: an authority below the pinned one has expired",
			[below.leaf, below.lower, below.upper],
			"certificate_expired",
			/certificate 1 .* expired/,
			only(upper),
		),
		refused(
			"pins only: the name constraints of an authority below the pinned one",
			[limited.leaf, limited.lower, limited.upper],
			"bad_certificate",
			/do not permit/,
			only(upper),
		),
		refused(
			"with roots: a pinned authority that has expired",
			[below.leaf, below.lower, below.upper],
			"certificate_expired",
			/certificate 1 .* expired/,
			{ pins: [pin(lower)] },
		),
		refused(
			"with roots: the name constraints of a pinned authority",
			[limited.leaf, limited.lower, limited.upper],
			"bad_certificate",
			/do not permit/,
			{ pins: [pin(lower)] },
		),
		refused(
			"pins only: above a pinned authority that has not issued the path, nobody is looked for",
			[swapped, lower, upper],
			"bad_certificate",
			/certificate 0 \(CN=server\) is forged/,
			{ trusted: undefined, pins: [pin(lower), pin(upper)] },
		),
		refused(
			"pins only: the pinned key is not a CA's",
			[bare.leaf, bare.lower],
			"bad_certificate",
			/is not a CA/,
			only(lower),
		),
	];
}

export function pinCases(): ChainCase[] {
	return [...withRoots(), ...insteadOfRoots()];
}
