/*
	PUBLIC, "tls/names": the registered names of what HandshakeInfo gives as numbers.

	    trace(`${versionName(info.version)}, ${info.suite}, ${groupName(info.group)}, ${schemeName(info.signature)}\n`);
*/

import { findSuite } from "./crypto/suites";

export { groupName, schemeName, versionName } from "./wire/names";

/** "TLS_AES_128_GCM_SHA256" for 0x1301; undefined for a suite that this client does not know. */
export function suiteName(suite: number): string | undefined {
	return findSuite(suite)?.name;
}

/** What `Timing.phases` lists, in its order. */
export { phaseNames } from "./handshake/timing";
