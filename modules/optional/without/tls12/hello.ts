/*
	"tls/handshake/tls12/hello" in a build without TLS 1.2: options that ask for it are refused.
*/

import type * as whole from "../../../handshake/tls12/hello";
import { refuse, TLSError } from "tls/errors";
import { legacy } from "tls/optional/legacy/legacy";
import { ProtocolVersion } from "tls/wire/numbers";
import { refuseOptions } from "tls/optional/without/refuse";

export const lowestVersion: typeof whole.lowestVersion = options => {
	if (legacy)
		refuse(
			'modules/optional/legacy is for TLS 1.2, which this build leaves out: take modules/optional/without/tls12/manifest.json out of the manifest\'s "include"',
		);
	for (const name of ["minVersion", "maxVersion"] as const)
		if (options[name] === ProtocolVersion.tls12) refuseOptions(options, "tls12", [name]);
	if (options.cipherSuites?.some(name => String(name).includes("_WITH_")))
		refuseOptions(options, "tls12", ["cipherSuites"]);
	return ProtocolVersion.tls13;
};

/** Where TLS 1.2 is not offered nobody asks for these. */
export const writeExtensions12: typeof whole.writeExtensions12 = () => {
	throw new TLSError("internal", "this build has no TLS 1.2");
};
