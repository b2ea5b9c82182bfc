/*
	P-521, where PSA has it: keys of every certificate of a path, forged signatures, and points off the curve.
*/

import { makeCertificate, makeKey } from "../../../host-sim/servers/certificates.js";
import { bitString, oid, sequence } from "../../../host-sim/servers/der.js";
import { accepted, attacker, host, makeWorld, refused, withKey, type ChainCase } from "./chain.js";

const keys = { root: makeKey("p521"), upper: makeKey("p521"), lower: makeKey("p521"), leaf: makeKey("p521") };
const world = makeWorld({
	root: { key: keys.root },
	upper: { key: keys.upper, signature: "ecdsa-sha512" },
	lower: { key: keys.lower, signature: "ecdsa-sha384" },
	leaf: { key: keys.leaf, signature: "ecdsa-sha512" },
});
const { root, upper, lower, leaf } = world;

/** The server's certificate with this point as its key. */
function withPoint(point: Buffer) {
	const right = leaf.key.publicKey.export({ type: "spki", format: "der" });
	return makeCertificate({
		subject: "server",
		key: keys.leaf,
		issuer: lower,
		names: [host],
		signature: "ecdsa-sha512",
		changeBody: body => {
			const at = body.indexOf(right);
			const spki = sequence(sequence(oid("1.2.840.10045.2.1"), oid("1.3.132.0.35")), bitString(point));
			return sequence(
				body.subarray(body[1]! < 0x80 ? 2 : 2 + (body[1]! & 0x7f), at),
				spki,
				body.subarray(at + right.length),
			);
		},
	});
}

export function p521Cases(): ChainCase[] {
	const trusted = [root];
	const forger = makeKey("p521");
	const forged = makeCertificate({
		subject: "server",
		key: keys.leaf,
		issuer: withKey(lower, forger),
		names: [host],
		signature: "ecdsa-sha512",
	});
	const byOther = makeCertificate({
		subject: "server",
		key: keys.leaf,
		issuer: withKey(lower, attacker),
		names: [host],
	});
	return [
		accepted("P-521: all of a path", [leaf, lower, upper], { trusted }),
		accepted("P-521: a server's own certificate", [leaf], { trusted: [leaf] }),
		refused(
			"P-521: forged with another key of the curve",
			[forged, lower, upper],
			"bad_certificate",
			/certificate 0 .* is forged/,
			{
				trusted,
			},
		),
		refused(
			"P-521: forged with a key of P-256",
			[byOther, lower, upper],
			"bad_certificate",
			/certificate 0 .* is forged/,
			{
				trusted,
			},
		),
		refused(
			"P-521: a point of P-384's length",
			[withPoint(Buffer.concat([Buffer.of(4), Buffer.alloc(96, 7)])), lower, upper],
			"bad_certificate",
			/not a point of its curve/,
			{ trusted },
		),
		refused(
			"P-521: a point one byte too long",
			[withPoint(Buffer.concat([Buffer.of(4), Buffer.alloc(133, 7)])), lower, upper],
			"bad_certificate",
			/not a point of its curve/,
			{ trusted },
		),
		refused(
			"P-521: a compressed point",
			[withPoint(Buffer.concat([Buffer.of(2), Buffer.alloc(66, 7)])), lower, upper],
			"bad_certificate",
			/has a key that is a compressed point/,
			{ trusted },
		),
	];
}
