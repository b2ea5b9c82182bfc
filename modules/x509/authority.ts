/*
	What a certificate above the server's must be (RFC 5280 section 6.1.4). Used by path.ts.
*/

import { KeyUsage, NO_PATH_LENGTH } from "./certificate";
import type { Certificate } from "./certificate";
import { sameOctets } from "./der";

/** What certificate `certificate` must be to issue others, with `below` authorities under it. */
export function checkAuthority(certificate: Certificate, below: number): void {
	if (!certificate.isAuthority) certificate.fail("is no authority (its basic constraints), but has issued another");
	if (!(certificate.keyUsage & KeyUsage.keyCertSign)) certificate.fail("may not sign certificates (its key usage)");
	if (!certificate.isForServers) certificate.fail("may not issue certificates of servers (its extended key usage)");
	if (!certificate.keyKind) certificate.fail(`has a key that is not taken${certificate.keyBits ? ` (${certificate.keyBits} bits)` : ""}`, "unsupported_certificate");
	if (certificate.pathLength !== NO_PATH_LENGTH && below > certificate.pathLength)
		certificate.fail(`allows ${certificate.pathLength} authorities below it, there are ${below}`);
}

export function isSelfIssued({ bytes, subjectStart, subjectEnd, issuerStart, issuerEnd }: Certificate): boolean {
	return sameOctets(bytes, subjectStart, subjectEnd, bytes, issuerStart, issuerEnd);
}
