/*
	"tls/x509/ocsp" in a build without OCSP. No status is asked for, so a server that sends one is refused. So is a
	certificate that promises one (RFC 7633), as it comes without.
*/

import type * as whole from "../../../x509/ocsp";
import { TLSError } from "tls/errors";
import { refuseOptions } from "tls/optional/without/refuse";

export const statusType: typeof whole.statusType = 0;

export const requiresStatus: typeof whole.requiresStatus = staple => {
	refuseOptions({ staple }, "ocsp", ["staple"]);
	return false;
};

function refuse(): never {
	throw new TLSError("bad_staple", "a certificate status (OCSP) can't be checked in this build");
}

export const statusSubject: typeof whole.statusSubject = refuse;

/** Whoever gets as far as to check a status fails here. */
export class StapledStatus {
	readonly validUntil: number = 0;

	constructor() {
		refuse();
	}
}
