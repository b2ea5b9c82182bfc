/*
	Stapled statuses that a TLS 1.3 client must refuse (RFC 8446 section 4.4.2.1).
*/

import { type Fault, changing, day, withBody } from "../script13.js";
import type { Script13 } from "../../peers/server13.js";
import { extension } from "../../peers/wire13.js";
import { type ServerIdentity, makeCertificate, makeKey } from "../../../host-sim/servers/certificates.js";
import { mustStaple, respond, revoked } from "../../peers/ocsp.js";
import { vector } from "../../../host-sim/trace/keys13.js";

/** A status_request extension in the server's own entry of its Certificate (RFC 8446 section 4.4.2.1). */
function stapled(type: number, response: Uint8Array): (bytes: Buffer) => Buffer {
	return bytes => {
		const end = 11 + bytes.readUIntBE(8, 3);
		const entry = Buffer.concat([
			bytes.subarray(8, end),
			vector(2, extension(5, Buffer.of(type), vector(3, response))),
		]);
		return withBody(bytes, Buffer.concat([Buffer.of(0), vector(3, entry, bytes.subarray(end + 2))]));
	};
}

function stapledTwice(bytes: Buffer): Buffer {
	const end = 11 + bytes.readUIntBE(8, 3);
	const status = extension(5, Buffer.of(1), vector(3, Buffer.of(0x30, 0)));
	const entry = Buffer.concat([bytes.subarray(8, end), vector(2, status, status)]);
	return withBody(bytes, Buffer.concat([Buffer.of(0), vector(3, entry, bytes.subarray(end + 2))]));
}

export function withStatus({ leaf, intermediate }: ServerIdentity, change: object, type = 1): Partial<Script13> {
	return changing("Certificate", stapled(type, respond({ certificate: leaf, issuer: intermediate, ...change })))();
}

export const statusFaults: Fault[] = [
	{
		name: "revoked",
		script: identity => withStatus(identity, { status: revoked(new Date("2026-03-01T12:00:00Z")) }),
		code: "certificate_revoked",
		alert: 44,
		says: /was revoked on 2026-03-01/,
	},
	{
		name: "signed by another",
		script: identity => withStatus(identity, { signer: { ...identity.intermediate, key: makeKey("p256") } }),
		code: "bad_staple",
		alert: 113,
		says: /forged/,
	},
	{
		name: "out of date",
		script: identity => withStatus(identity, { thisUpdate: Date.now() - 9 * day, nextUpdate: Date.now() - day }),
		code: "bad_staple",
		alert: 113,
		says: /expired on/,
	},
	{
		name: "no OCSP",
		script: identity => withStatus(identity, {}, 2),
		code: "bad_staple",
		alert: 113,
		says: /not OCSP/,
	},
	{
		name: "none, though it is required",
		script: () => ({}),
		code: "bad_staple",
		alert: 113,
		says: /without a stapled status/,
	},
];

/** A certificate that promises a status (RFC 7633). */
function promising({ intermediate }: ServerIdentity): Partial<Script13> {
	const leaf = makeCertificate({
		subject: "localhost",
		key: makeKey("p256"),
		issuer: intermediate,
		names: ["localhost"],
		extensions: [mustStaple],
	});
	return { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
}

export const promiseFaults: Fault[] = [
	{
		name: "none, though the certificate promises one",
		script: promising,
		code: "bad_staple",
		alert: 113,
		says: /without a stapled status/,
	},
	{
		name: "a forged one, though none is needed",
		script: statusFaults[1]!.script,
		code: "bad_staple",
		alert: 113,
		says: /forged/,
	},
	{
		name: "two in one entry",
		script: changing("Certificate", bytes => stapledTwice(bytes)),
		code: "illegal_parameter",
		alert: 47,
	},
];
