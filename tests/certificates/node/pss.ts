/*
	Keys that are for RSASSA-PSS alone (RFC 4055 section 1.2, 3.3): of CAs and of servers, with every kind of
	parameters.
*/

import { createPublicKey } from "node:crypto";

import {
	makeCertificate,
	makeKey,
	type Certificate,
	type KeyPair,
	type SignatureName,
} from "../../../host-sim/servers/certificates.js";
import { bitString, context, integer, nothing, oid, sequence } from "../../../host-sim/servers/der.js";
import { accepted, host, refused, type ChainCase } from "./chain.js";

const PSS = oid("1.2.840.113549.1.1.10");
const hashes = {
	"sha-1": "1.3.14.3.2.26",
	sha224: "2.16.840.1.101.3.4.2.4",
	sha256: "2.16.840.1.101.3.4.2.1",
	sha384: "2.16.840.1.101.3.4.2.2",
	sha512: "2.16.840.1.101.3.4.2.3",
} as const;
type Hash = keyof typeof hashes;

function parametersOf(hash: Hash, salt: number, mask: Hash = hash): Buffer {
	const algorithm = (name: Hash): Buffer => sequence(oid(hashes[name]), nothing());
	return sequence(
		context(0, true, algorithm(hash)),
		context(1, true, sequence(oid("1.2.840.113549.1.1.8"), algorithm(mask))),
		context(2, true, integer(salt)),
	);
}

/** SubjectPublicKeyInfo of an RSA key for PSS alone; its parameters are left out if there are none. */
export function pssInfo(pair: KeyPair, parameters: Uint8Array = Buffer.alloc(0)): Buffer {
	return sequence(sequence(PSS, parameters), bitString(pair.publicKey.export({ type: "pkcs1", format: "der" })));
}

/** The key as PSS has it. The private key is one of plain RSA, which signs with any padding. */
function pssKey(pair: KeyPair, parameters?: Uint8Array): KeyPair {
	const publicKey = createPublicKey({ key: pssInfo(pair, parameters), type: "spki", format: "der" });
	return { ...pair, publicKey };
}

const pair = makeKey("rsa2048");
const small = makeKey("rsa1024");
const leafKey = makeKey("p256");
const root = makeCertificate({ subject: "Root", key: makeKey("p256"), isAuthority: true });

/** A CA with that SubjectPublicKeyInfo, and a server's certificate that it has signed. */
function chainOf(info: Uint8Array, signature: SignatureName, issuer: Certificate | undefined = root): Certificate[] {
	const right = pair.publicKey.export({ type: "spki", format: "der" });
	const ca = makeCertificate({
		subject: "PSS CA",
		key: pair,
		...(issuer ? { issuer } : {}),
		isAuthority: true,
		signature: issuer ? "ecdsa-sha256" : "pss-sha256",
		changeBody: replacing(right, info),
	});
	const leaf = makeCertificate({ subject: "server", key: leafKey, issuer: ca, signature, names: [host] });
	return [leaf, ca];
}

function replacing(from: Uint8Array, to: Uint8Array): (body: Buffer) => Buffer {
	return body => {
		const content = body.subarray(body[1]! < 0x80 ? 2 : 2 + (body[1]! & 0x7f));
		const at = content.indexOf(from);
		return sequence(content.subarray(0, at), to, content.subarray(at + from.length));
	};
}

/** A server's certificate with that SubjectPublicKeyInfo. */
function leafWith(info: Uint8Array): Certificate {
	return makeCertificate({
		subject: "server",
		key: leafKey,
		issuer: root,
		names: [host],
		changeBody: replacing(leafKey.publicKey.export({ type: "spki", format: "der" }), info),
	});
}

/** What a CA's key may sign. */
function authorities(): ChainCase[] {
	const trusted = [root];
	const plain = pssInfo(pair);
	const for256 = pssInfo(pair, parametersOf("sha256", 32));
	const for384 = pssInfo(pair, parametersOf("sha384", 48));
	const shorter = pssInfo(pair, parametersOf("sha256", 20));
	const forged = /certificate 0 \(CN=server\) is forged or damaged/;
	const itself = chainOf(for256, "pss-sha256", undefined);
	return [
		accepted("a PSS key: a CA's, SHA-256", chainOf(plain, "pss-sha256"), { trusted }),
		accepted("a PSS key: a CA's, SHA-384", chainOf(plain, "pss-sha384"), { trusted }),
		accepted("a PSS key: for SHA-256 alone", chainOf(for256, "pss-sha256"), { trusted }),
		accepted("a PSS key: for SHA-384 alone", chainOf(for384, "pss-sha384"), { trusted }),
		accepted("a PSS key: a salt that is longer than it must be", chainOf(shorter, "pss-sha256"), { trusted }),
		accepted("a PSS key: the root's", itself, { trusted: [itself[1]!] }),
		refused(
			"a PSS key: for SHA-256 alone, signs with SHA-384",
			chainOf(for256, "pss-sha384"),
			"bad_certificate",
			forged,
			{
				trusted,
			},
		),
		refused(
			"a PSS key: for SHA-384 alone, signs with SHA-256",
			chainOf(for384, "pss-sha256"),
			"bad_certificate",
			forged,
			{
				trusted,
			},
		),
		refused("a PSS key: signs with PKCS #1", chainOf(plain, "rsa-sha256"), "bad_certificate", forged, { trusted }),
		refused(
			"a PSS key: the root's, which signs with PKCS #1",
			chainOf(plain, "rsa-sha256", undefined).slice(0, 1),
			"untrusted",
			/not signed with the trusted key/,
			{
				trusted: [chainOf(plain, "rsa-sha256", undefined)[1]!],
			},
		),
		refused(
			"a PSS key: another one has signed",
			[
				chainOf(plain, "pss-sha256")[0]!,
				makeCertificate({ subject: "PSS CA", key: pssKey(makeKey("rsa2048")), issuer: root, isAuthority: true }),
			],
			"bad_certificate",
			forged,
			{ trusted },
		),
	];
}

export function pssCases(): ChainCase[] {
	const trusted = [root];
	const says = /certificate 0 \(CN=server\) has an unsupported key \(RSASSA-PSS with parameters other than SHA-256/;
	const wrong: readonly (readonly [string, Uint8Array])[] = [
		["defaults, which are SHA-1", sequence()],
		["SHA-1", parametersOf("sha-1", 20)],
		["SHA-224", parametersOf("sha224", 28)],
		["another hash in the mask", parametersOf("sha256", 32, "sha384")],
		["a salt that is longer than the hash", parametersOf("sha256", 33)],
		["no mask", sequence(context(0, true, sequence(oid(hashes.sha256), nothing())), context(2, true, integer(32)))],
	];
	const malformed: readonly (readonly [string, Uint8Array])[] = [
		["NULL", nothing()],
		["two parameters", Buffer.concat([parametersOf("sha256", 32), nothing()])],
		["a trailer of 2", Buffer.concat([sequence(parametersOf("sha256", 32).subarray(2), context(3, true, integer(2)))])],
		["cut short", Buffer.from([0x30, 0x20, 0xa0, 0x01])],
		["in the wrong order", sequence(context(2, true, integer(32)), context(0, true, sequence(oid(hashes.sha256))))],
	];
	return [
		...authorities(),
		...(["sha256", "sha384", "sha512"] as const).map(hash =>
			accepted(`a PSS key: a server's, for ${hash}`, [leafWith(pssInfo(pair, parametersOf(hash, 32)))], { trusted }),
		),
		accepted("a PSS key: a server's", [leafWith(pssInfo(pair))], { trusted }),
		...wrong.map(([what, parameters]) =>
			refused(`a PSS key: ${what}`, [leafWith(pssInfo(pair, parameters))], "unsupported_certificate", says, {
				trusted,
			}),
		),
		...malformed.map(([what, parameters]) =>
			refused(`a PSS key: ${what}`, [leafWith(pssInfo(pair, parameters))], "bad_certificate", /certificate 0 /, {
				trusted,
			}),
		),
		refused(
			"a PSS key: of 1024 bits",
			[leafWith(pssInfo(small))],
			"unsupported_certificate",
			/unsupported key \(RSA of 1024 bits\)/,
			{ trusted },
		),
	];
}
