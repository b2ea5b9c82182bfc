/*
	"tls/x509/pem" in a build without PEM: certificates and keys are given as DER.
*/

import type * as whole from "../../../x509/pem";
import { refuse } from "tls/errors";

function refuseText(what: string): never {
	refuse(
		`${what} given as text (PEM) needs what this build leaves out: give DER, or take modules/optional/without/pem/manifest.json out of the manifest's "include"`,
	);
}

export const readPEM: typeof whole.readPEM = (_text, label) => refuseText(`a ${label}`);

export const readPEMKey: typeof whole.readPEMKey = () => refuseText("a private key");
