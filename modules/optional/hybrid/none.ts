/*
	"tls/optional/hybrid/hybrid" in a build without hybrid groups.
*/

import type { Hybrid } from "../../handshake/share";

export const hybrid: Hybrid | undefined = undefined;
