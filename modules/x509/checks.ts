/*
	What each certificate of a path must be: the leaf, the issuers above it (RFC 5280 sections 6.1.3 and 6.1.4), and the
	trust anchor. No signature is looked at here.
*/

import { TLSError } from "../errors";
import { Purpose } from "tls/hardware/extensions";
import { sameName } from "tls/hardware/names";
import { KeyUsage, NO_PATH_LENGTH } from "./certificate";
import type { Certificate } from "./certificate";
import type { CertificatePolicy } from "./policy";
import { dateText } from "./time";
import type { RootStore } from "./rootstore";
import { unsupportedKey } from "./unsupported";

/** True for an error that is a verdict on one path: another one may hold. */
export function isVerdict(error: unknown): error is TLSError {
	if (!(error instanceof TLSError)) return false;
	const { code } = error;
	return code !== "too_much_work" && code !== "internal" && code !== "crypto";
}

/** Ends the search. */
export function refuseWork(words: string): never {
	throw new TLSError("too_much_work", words);
}

/** Checks what the server's certificate must say, but for its name and its status. */
export function checkLeaf(leaf: Certificate, policy: CertificatePolicy, now: number): void {
	checkTime(leaf, policy, now);
	if (!leaf.keyKind) leaf.fail(unsupportedKey(leaf), "unsupported_certificate");
	if (!(leaf.purposes & Purpose.server))
		leaf.fail("may not be used by servers (its extended key usage)", "unsupported_certificate");
	if (leaf.constraintsEnd && !leaf.isCA) leaf.fail("has name constraints but is not a CA");
}

/** Checks what a certificate must say to issue others. */
export function checkIssuer(certificate: Certificate): void {
	certificate.checkVersion();
	if (!certificate.isCA) certificate.fail("is not a CA (its basic constraints), but has issued another certificate");
	if (!(certificate.keyUsage & KeyUsage.keyCertSign)) certificate.fail("may not sign certificates (its key usage)");
	if (!(certificate.purposes & Purpose.server))
		certificate.fail("may not issue certificates of servers (its extended key usage)");
	if (!certificate.keyKind) certificate.fail(unsupportedKey(certificate), "unsupported_certificate");
}

/** Checks that it allows `below` intermediates under it. */
export function checkPathLength(certificate: Certificate, below: number): void {
	if (certificate.pathLength !== NO_PATH_LENGTH && below > certificate.pathLength)
		certificate.fail(`allows ${certificate.pathLength} intermediates below it, there are ${below}`);
}

/** True if `notBefore` is yet to come, by more than the clock may be late. */
function isBefore(policy: CertificatePolicy, now: number, notBefore: number): boolean {
	return now + (policy.clockTolerance ?? 0) < notBefore;
}

/**
 * Checks that it is valid at the time `now`. The clock may be late by the policy's tolerance: that counts for notBefore
 * alone.
 */
export function checkTime(certificate: Certificate, policy: CertificatePolicy, now: number): void {
	const notBefore = certificate.notBefore,
		notAfter = certificate.notAfter;
	if (now > notAfter) certificate.fail(`expired on ${dateText(notAfter)}`, "certificate_expired");
	if (isBefore(policy, now, notBefore))
		certificate.fail(
			`is not valid before ${dateText(notBefore)}; here it is ${dateText(now)}`,
			"certificate_not_yet_valid",
		);
}

/** Checks what the root at `place` of the store allows, with `below` intermediates under it, at the time `now`. */
export function checkRoot(
	policy: CertificatePolicy,
	roots: RootStore,
	place: number,
	below: number,
	now: number,
): void {
	const limit = roots.pathLength(place);
	if (limit !== NO_PATH_LENGTH && below > limit)
		throw new TLSError(
			"bad_certificate",
			`the trusted root allows ${limit} intermediates below it, there are ${below}`,
		);
	const notAfter = roots.notAfter(place);
	if (now > notAfter)
		throw new TLSError("certificate_expired", `the trusted root itself expired on ${dateText(notAfter)}`);
	const distrusted = roots.distrustedFrom(place);
	if (now >= distrusted)
		throw new TLSError(
			"untrusted",
			`the trusted root no longer counts for TLS: its key is too old since ${dateText(distrusted)}. Install a newer root store (npm run roots)`,
		);
	const notBefore = roots.notBefore(place);
	if (isBefore(policy, now, notBefore))
		throw new TLSError(
			"certificate_not_yet_valid",
			`the trusted root itself is not valid before ${dateText(notBefore)}`,
		);
}

/** True if subject and issuer are the same name. */
export function isSelfIssued(certificate: Certificate): boolean {
	const bytes = certificate.bytes;
	return sameName(
		bytes,
		certificate.subjectStart,
		certificate.subjectEnd,
		bytes,
		certificate.issuerStart,
		certificate.issuerEnd,
	);
}
