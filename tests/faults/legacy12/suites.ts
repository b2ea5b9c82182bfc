/*
	Servers of old suites, for tests of modules/optional/legacy.
*/

import type { Fault } from "../script12.js";
import type { Script12 } from "../../peers/server12.js";
import { makeIdentity } from "../../../host-sim/servers/certificates.js";

export const all = "cbc rsa dhe";
export const ecdsa = makeIdentity(["localhost"]);
export const rsa = makeIdentity(["localhost"], "rsa2048");

/** The identity that a suite needs, as a script. */
function identityFor(suite: string): Partial<Script12> {
	const { leaf, intermediate } = suite.includes("ECDSA") ? ecdsa : rsa;
	return { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
}

export const withSuite = (suite: string, more: Partial<Script12> = {}): Partial<Script12> => ({
	suite,
	...identityFor(suite),
	...more,
});

/** A fault with a suite. */
export function of(suite: string, ...[script]: [Partial<Script12> | (() => Partial<Script12>)]): Fault["script"] {
	return () => withSuite(suite, typeof script === "function" ? script() : script);
}

export const rsaGCM = "TLS_RSA_WITH_AES_128_GCM_SHA256";
export const dheGCM = "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256";
export const cbcSHA = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA";
