/*
	The secrets that the options gave a connection, as it holds them: copies in native memory, wiped when the handshake is over, however it ends.
*/

import type { Config } from "../config";
import { dropSession, wipeSecret } from "./resumption/keys";

/** Wipes what is still there of the session and the external key. */
export function wipeSecrets({ session, psk }: Pick<Config, "session" | "psk">): void {
	dropSession(session);
	wipeSecret(psk);
}
