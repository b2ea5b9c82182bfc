/*
	OCSP responses (RFC 6960 section 4.2), right ones and faulty ones, for servers that staple them.
*/

import { createHash, sign } from "node:crypto";

import type { Certificate, Extension, KeyPair } from "../../host-sim/servers/certificates.js";
import {
	bitString,
	context,
	element,
	integer,
	nothing,
	octetString,
	oid,
	sequence,
} from "../../host-sim/servers/der.js";

const day = 86400e3;

/** The bytes of the BIT STRING in a SubjectPublicKeyInfo. */
function keyBytes({ publicKey }: KeyPair): Buffer {
	const spki = publicKey.export({ type: "spki", format: "der" });
	// P-256 only: the uncompressed point ends it
	return spki.subarray(spki.length - 65);
}

/** The serial number of a certificate: it follows the version. */
function serialOf({ der }: Certificate): Buffer {
	const at = der.indexOf(Buffer.of(0xa0, 3, 2, 1, 2)) + 5;
	return der.subarray(at, at + 2 + der[at + 1]!);
}

function time(milliseconds: number): Buffer {
	return element(0x18, Buffer.from(`${new Date(milliseconds).toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`));
}

const hashes = { sha1: "1.3.14.3.2.26", sha256: "2.16.840.1.101.3.4.2.1" };

export interface Response {
	readonly certificate: Certificate;
	/** Its issuer, whose key is on P-256. */
	readonly issuer: Certificate;
	/** Who signs, with the certificates that come along. */
	readonly signer?: Certificate;
	readonly certificates?: readonly Uint8Array[];
	readonly byKey?: boolean;
	readonly hash?: keyof typeof hashes;
	readonly status?: Uint8Array;
	readonly thisUpdate?: number;
	/** null: not said. */
	readonly nextUpdate?: number | null;
	readonly extensions?: Uint8Array;
	/** Extensions of the whole response, and its version, spelled out. */
	readonly responseExtensions?: Uint8Array;
	readonly version?: Uint8Array;
	/** Other statuses in front of this one. */
	readonly before?: readonly Uint8Array[];
	/** In the place of all of them. */
	readonly statuses?: readonly Uint8Array[];
}

/** The extension with which a certificate promises a status (RFC 7633). */
export const mustStaple: Extension = { id: "1.3.6.1.5.5.7.1.24", isCritical: false, value: sequence(integer(5)) };

export const good: Uint8Array = element(0x80);
export const unknown: Uint8Array = element(0x82);

/** Revoked, for a key that was lost. */
export function revoked(when: Date): Uint8Array {
	return context(1, true, time(when.getTime()), context(0, true, element(0x0a, Buffer.of(1))));
}

/** A SingleResponse. */
export function single(response: Response): Buffer {
	const now = Date.now();
	const {
		certificate,
		issuer,
		hash = "sha1",
		status = good,
		thisUpdate = now - day,
		nextUpdate = now + day,
		extensions,
	} = response;
	const digest = (bytes: Uint8Array): Buffer => octetString(createHash(hash).update(bytes).digest());
	const id = sequence(
		sequence(oid(hashes[hash]), nothing()),
		digest(issuer.subject),
		digest(keyBytes(issuer.key)),
		serialOf(certificate),
	);
	return sequence(
		id,
		status,
		time(thisUpdate),
		...(nextUpdate === null ? [] : [context(0, true, time(nextUpdate))]),
		...(extensions ? [context(1, true, extensions)] : []),
	);
}

/** An OCSPResponse. */
export function respond(response: Response): Buffer {
	const {
		issuer,
		signer = issuer,
		byKey = false,
		certificates = [],
		responseExtensions,
		version,
		before = [],
		statuses = [...before, single(response)],
	} = response;
	const responder = byKey
		? context(2, true, octetString(createHash("sha1").update(keyBytes(signer.key)).digest()))
		: context(1, true, signer.subject);
	const data = sequence(
		...(version ? [context(0, true, version)] : []),
		responder,
		time(Date.now() - day),
		sequence(...statuses),
		...(responseExtensions ? [context(1, true, responseExtensions)] : []),
	);
	const signature = sign("sha256", data, signer.key.privateKey);
	const basic = sequence(
		data,
		sequence(oid("1.2.840.10045.4.3.2")),
		bitString(signature),
		...(certificates.length ? [context(0, true, sequence(...certificates))] : []),
	);
	return sequence(
		element(0x0a, Buffer.of(0)),
		context(0, true, sequence(oid("1.3.6.1.5.5.7.48.1.1"), octetString(basic))),
	);
}
