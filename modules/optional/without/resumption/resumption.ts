/*
	"tls/handshake/resumption/resumption" in a build without sessions, pre-shared keys and early data. None is offered,
	so a server that takes one is refused. Tickets are passed over.
*/

import type * as whole from "../../../handshake/resumption/resumption";
import { refuseOptions } from "tls/optional/without/refuse";

export const readExternalKey: typeof whole.readExternalKey = options => {
	refuseOptions(options, "resumption", ["session", "sessionLifetime", "onSession", "sessions", "psk", "earlyData"]);
	return undefined;
};

export const resumption: typeof whole.resumption = undefined;
