/*
	"tls/handshake/identity" in a build without client certificates. A server that asks for one gets the empty list that
	the RFCs prescribe (RFC 8446 section 4.4.2, RFC 5246 section 7.4.6). One that asks after the handshake is refused,
	as that was not offered.
*/

import type * as whole from "../../../handshake/identity";
import { TLSError } from "tls/errors";
import { writeCertificate13 } from "tls/handshake/certificate";
import { refuseOptions } from "tls/optional/without/refuse";

export const readCredential: typeof whole.readCredential = options => {
	refuseOptions(options, "identity", ["clientCertificates", "clientKey", "sign", "postHandshakeAuth"]);
	return undefined;
};

export const writeIdentity: typeof whole.writeIdentity = (w, context) => writeCertificate13(w, context, []);

export const identityList: typeof whole.identityList = options => {
	refuseOptions(options, "identity", ["clientIdentities"]);
	return undefined;
};

/** There is no list to read it from. */
export const readIdentity: typeof whole.readIdentity = () => {
	throw new TLSError("internal", "this build has no identities");
};

export const chooseIdentity12: typeof whole.chooseIdentity12 = () => undefined;

export const chooseIdentity13: typeof whole.chooseIdentity13 = () => undefined;

/** Where no identity was chosen nobody asks for a proof. */
export const writeProof12: typeof whole.writeProof12 = () => {
	throw new TLSError("internal", "this build has no key to sign with");
};

export const makeIdentifier: typeof whole.makeIdentifier = () => undefined;
