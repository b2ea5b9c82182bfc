/*
	"tls/handshake/resumption/resumption" in a build without sessions, pre-shared keys and early data: none is offered, so that a server that takes one is
	refused, and tickets are passed over.
*/

import type * as whole from "../../../handshake/resumption/resumption";
import { refuseOptions } from "tls/optional/without/refuse";

export const readExternalKey: typeof whole.readExternalKey = options => {
	refuseOptions(options, "resumption", ["session", "sessionLifetime", "onSession", "sessions", "psk", "earlyData"]);
	return undefined;
};

export const resumption: typeof whole.resumption = undefined;
