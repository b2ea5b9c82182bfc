/*
	From when a public root no longer counts for TLS: Mozilla's rule ("CA/Root CA Lifecycles"), which goes by the age of
	the key. The beginning of the root's certificate stands for the day on which the key was made: it is the same day,
	or a little later.
*/

import { createHash, X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";

import { commonRoots, isUpcomingRoot } from "./common-roots.js";

/** Keys made before the first date are distrusted for websites on the second. */
const steps: readonly (readonly [madeBefore: string, distrusted: string])[] = [
	["2006-01-01", "2025-04-15"],
	["2008-01-01", "2026-04-15"],
	["2010-01-01", "2027-04-15"],
	["2012-01-01", "2028-04-15"],
	["2014-04-15", "2029-04-15"],
];

/** Years that a later key counts. */
const YEARS = 15;

/** Returns when a key that was made at `made` is distrusted, both in seconds since 1970. */
export function distrustedFrom(made: number): number {
	for (const [before, distrusted] of steps) if (made < Date.parse(before) / 1000) return Date.parse(distrusted) / 1000;
	const day = new Date(made * 1000);
	return Date.UTC(day.getUTCFullYear() + YEARS, day.getUTCMonth(), day.getUTCDate()) / 1000;
}

/** Returns the SHA-256 of a certificate's key in hexadecimal, as `commonRoots` has it. */
export function keyDigest({ publicKey }: X509Certificate): string {
	return createHash("sha256")
		.update(publicKey.export({ type: "spki", format: "der" }))
		.digest("hex");
}

let publicKeys: ReadonlySet<string> | undefined;

/**
 * True for a root of the public web that Node.js has, or that is or will be a common one. The rule is not for a CA of
 * your own.
 */
export function isPublicRoot(certificate: X509Certificate): boolean {
	publicKeys ??= new Set([
		...commonRoots.map(([key]) => key),
		...rootCertificates.map(text => keyDigest(new X509Certificate(text))),
	]);
	return publicKeys.has(keyDigest(certificate)) || isUpcomingRoot(certificate.subject);
}
