/*
	Whom to trust: the options `roots` and `certificate`.
*/

import { asTLSError, refuse } from "../errors";
import { isString, listOf, viewBytes } from "../optionreader";
import type { Options } from "../options";
import { RootStore, trustCertificates } from "../x509/trust";
import type { CertificateInput } from "../x509/trust";

// XS: a literal outside of functions, which a device does not copy at each use
const CERTIFICATE = "certificate" as const;

/** The store of the option `certificate`. */
function trustedStore(certificate: NonNullable<Options["certificate"]>): RootStore {
	const list = listOf(CERTIFICATE, certificate);
	for (let i = 0; i < list.length; i++) if (!isString(list[i])) list[i] = viewBytes(CERTIFICATE, list[i]);
	try {
		return trustCertificates(list as CertificateInput[]);
	} catch (e) {
		const error = asTLSError(e);
		if (error !== e || error.code === "out_of_memory") throw error;
		refuse(`"certificate": ${error.message}`);
	}
}

/**
 * Makes a store of `certificate`, in its place. XS: done here, where few functions are called, as reading certificates
 * takes 200 slots of the stack.
 */
export function readTrust(options: Options): void {
	const { roots, certificate } = options;
	if (roots !== undefined && !RootStore.isStore(roots)) refuse('"roots" must be a RootStore (tls/trust)');
	if (certificate === undefined) return;
	if (roots) refuse('"roots" and "certificate": give one of them');
	options.roots = trustedStore(certificate);
	delete options.certificate;
}
