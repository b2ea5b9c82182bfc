/*
	"tls/crypto/suites12" in a build without TLS 1.2.
*/

import type * as whole from "../../../crypto/suites12";

export const suites12: typeof whole.suites12 = Object.freeze([]);
export const offered12: typeof whole.offered12 = Object.freeze([]);
