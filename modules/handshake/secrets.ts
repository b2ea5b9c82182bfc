/*
	The secrets that the options gave a connection, as it holds them: copies in native memory, wiped when the handshake
	is over, however it ends.
*/

import type { Config } from "../config";
import { dropSession, wipeSecret } from "./resumption/keys";
import { wipe } from "tls/hardware/copy";

/** Wipes what is still there of the session, the external key and the private keys. */
export function wipeSecrets({
	session,
	psk,
	credential,
	otherCredentials,
}: Pick<Config, "session" | "psk" | "credential" | "otherCredentials">): void {
	dropSession(session);
	wipeSecret(psk);
	credential?.close();
	if (otherCredentials) for (let i = 0; i < otherCredentials.length; i++) otherCredentials[i]!.close();
}

/** Wipes a session that nobody gets: the connection is over. */
export function wipeSession(session: ArrayBuffer): void {
	wipe(session, 0, session.byteLength);
}
