/*
	AES-CCM in both versions with OpenSSL and GnuTLS.
*/

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lacks } from "../drivers/machine.js";
import { identityOf, request, withServer } from "./requests.js";
import { startGnuTLS, startOpenSSL, type RunningServer } from "./servers.js";

const only12 = { maxVersion: 0x303 };
const only13 = { minVersion: 0x304 };

/** Name, versions, OpenSSL's options, GnuTLS's priority. */
const suites: [string, object, string[], string][] = [
	[
		"TLS_AES_128_CCM_SHA256",
		only13,
		["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256"],
		"+VERS-TLS1.3:-CIPHER-ALL:+AES-128-CCM",
	],
	[
		"TLS_AES_128_CCM_8_SHA256",
		only13,
		["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_8_SHA256", "-cipher", "DEFAULT@SECLEVEL=0"],
		"+VERS-TLS1.3:-CIPHER-ALL:+AES-128-CCM-8",
	],
	[
		"TLS_ECDHE_ECDSA_WITH_AES_128_CCM",
		only12,
		["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-CCM"],
		"+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CCM:-KX-ALL:+ECDHE-ECDSA",
	],
	[
		"TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
		only12,
		["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-CCM8@SECLEVEL=0"],
		"+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CCM-8:-KX-ALL:+ECDHE-ECDSA",
	],
];

function cases(start: (openssl: string[], gnutls: string) => Promise<RunningServer>): void {
	for (const [suite, versions, openssl, gnutls] of suites) {
		for (const variant of ["native", "m32"]) {
			test(`${suite} (${variant})`, () =>
				withServer(start(openssl, gnutls), async server => {
					const result = await request(server, identityOf("p256"), {
						variant,
						secure: { ...versions, cipherSuites: [suite] },
					});
					assert.equal(result.negotiated?.suite, suite);
				}));
		}
	}
}

describe("AES-CCM with OpenSSL", { skip: lacks("openssl", "openssl") }, () =>
	cases(options => startOpenSSL(identityOf("p256"), ...options)),
);
describe("AES-CCM with GnuTLS", { skip: lacks("gnutls-serv", "gnutls-bin") }, () =>
	cases((_, priority) => startGnuTLS(identityOf("p256"), `NORMAL:-VERS-ALL:${priority}`)),
);
