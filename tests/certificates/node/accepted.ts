/*
	Chains that are right, in every order in which servers send them, and trust anchors other than roots.
*/

import { makeCertificate, makeKey } from "../../../host-sim/servers/certificates.js";
import { accepted, attacker, day, host, makeWorld, now, world, type ChainCase } from "./chain.js";

const { root, upper, lower, leaf } = world;

/** Someone else's chain, which nobody trusts. */
const other = makeWorld({
	root: { subject: "Other root", key: attacker },
	upper: { subject: "Other upper CA" },
	lower: { subject: "Other lower CA" },
});

function orders(): ChainCase[] {
	return [
		accepted("a chain of three", [leaf, lower, upper]),
		accepted("with the root", [leaf, lower, upper, root]),
		accepted("in the wrong order", [leaf, upper, lower]),
		accepted("in the wrong order, with the root", [leaf, root, upper, lower]),
		accepted("with certificates that lead nowhere", [
			leaf,
			other.lower,
			lower,
			other.root,
			upper,
			other.leaf,
			other.upper,
		]),
		accepted("with everything twice", [leaf, leaf, lower, lower, upper, upper, root, root]),
		accepted("with bytes that are not a certificate", [
			leaf,
			Buffer.from("no certificate"),
			lower,
			Buffer.of(0x30, 0),
			upper,
		]),
		accepted("with an authority's older certificate, expired", [
			leaf,
			lower,
			makeWorld({ upper: { notBefore: new Date(now - 9 * day), notAfter: new Date(now - day) } }).upper,
			upper,
		]),
		accepted("with a forged certificate of an authority before the right one", [
			leaf,
			makeWorld({
				lower: {
					changeSignature: bytes => {
						bytes[20]! ^= 1;
						return bytes;
					},
				},
			}).lower,
			lower,
			upper,
		]),
		accepted("with an authority that is also certified by an unknown root", [
			leaf,
			lower,
			makeWorld({ root: { subject: "Unknown root", key: attacker } }).upper,
			upper,
		]),
	];
}

/** A CA whose certificate by an old root goes on to lead there. */
function crossSigned(): ChainCase[] {
	const newRoot = makeCertificate({ subject: "New root", key: makeKey("p384"), isAuthority: true });
	const byOld = makeCertificate({ subject: "New root", key: newRoot.key, issuer: root, isAuthority: true });
	const under = makeWorld({ lower: { issuer: newRoot } });
	const chain = [under.leaf, under.lower, byOld];
	return [
		accepted("a cross-signed root: the old one is trusted", chain),
		accepted("a cross-signed root: the new one is trusted", chain, { trusted: [newRoot] }),
		accepted("a cross-signed root: both are trusted", chain, { trusted: [newRoot, root] }),
		accepted("two authorities that certify each other", [
			leaf,
			lower,
			makeCertificate({ subject: "Upper CA", key: upper.key, issuer: lower, isAuthority: true }),
			upper,
		]),
	];
}

function trusts(): ChainCase[] {
	const alone = makeCertificate({ subject: "alone", key: makeKey("p256"), names: [host] });
	const aloneRSA = makeCertificate({ subject: "alone", key: makeKey("rsa2048"), names: [host] });
	const privateCA = makeCertificate({ subject: "Home CA", key: makeKey("p256"), isAuthority: true });
	const device = makeCertificate({ subject: "", key: makeKey("p256"), issuer: privateCA, names: [host] });
	const sameName = makeCertificate({ subject: "Root", key: attacker, isAuthority: true });
	return [
		accepted("one self-signed server certificate, trusted itself", [alone], { trusted: [alone] }),
		accepted("the same with RSA", [aloneRSA], { trusted: [aloneRSA] }),
		accepted("a server certificate that is trusted itself, with its chain", [leaf, lower, upper], { trusted: [leaf] }),
		accepted("a private authority, a chain of one", [device], { trusted: [privateCA] }),
		accepted("an authority in the middle is trusted", [leaf, lower, upper], { trusted: [lower] }),
		accepted("an authority in the middle is trusted, and nothing else is sent", [leaf], { trusted: [lower] }),
		accepted("two roots of one name, the right one second", [leaf, lower, upper], { trusted: [sameName, root] }),
		accepted("two roots of one name, the right one first", [leaf, lower, upper], { trusted: [root, sameName] }),
		accepted("an IPv4 address", [leaf, lower, upper], { host: "192.0.2.7" }),
		accepted("an IPv6 address", [leaf, lower, upper], { host: "2001:db8:0::7" }),
	];
}

function limits(): ChainCase[] {
	const limited = makeWorld({
		root: { pathLength: 2 },
		upper: { pathLength: 1, permitted: ["example", "192.0.2.0/24", "2001:db8::/32"] },
		lower: { pathLength: 0, excluded: ["other.example"] },
	});
	const purposes = makeWorld({
		upper: { extendedKeyUsage: ["serverAuth", "clientAuth"] },
		lower: { extendedKeyUsage: ["any"] },
		leaf: { extendedKeyUsage: false },
	});
	const bare = makeWorld({ upper: { keyUsage: false }, leaf: { keyUsage: false } });
	const { leaf: last } = makeWorld({
		leaf: { notBefore: new Date(Math.floor(now / 1000) * 1000), notAfter: new Date(Math.floor(now / 1000) * 1000) },
	});
	const mixed = makeWorld({ upper: { key: makeKey("rsa2048"), signature: "ecdsa-sha512" } });
	const byRSA = makeWorld({
		root: { key: makeKey("rsa3072") },
		upper: { key: makeKey("rsa2048"), signature: "rsa-sha384" },
		lower: { key: makeKey("p384"), signature: "pss-sha256" },
		leaf: { signature: "ecdsa-sha384" },
	});
	const all = (all: typeof limited): (typeof leaf)[] => [all.leaf, all.lower, all.upper];
	return [
		accepted("path lengths and name constraints that are kept", all(limited), { trusted: [limited.root] }),
		accepted("purposes that include servers", all(purposes)),
		accepted("no key usage at all", all(bare)),
		accepted("valid for this very second", [last, lower, upper]),
		accepted("an RSA authority between ECDSA ones", all(mixed)),
		accepted("RSA, RSA-PSS and ECDSA in one chain", all(byRSA), { trusted: [byRSA.root] }),
	];
}

export function acceptedCases(): ChainCase[] {
	return [...orders(), ...crossSigned(), ...trusts(), ...limits()];
}
