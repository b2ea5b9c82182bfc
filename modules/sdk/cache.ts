/*
	The session of the last connection, as the SDK's TLS keeps it with the option `cache`. It is one, in RAM, for the
	next connection to the same server. What it is bound to is checked by the connection that is given it.
*/

import { resumption } from "tls/handshake/resumption/resumption";

/** False in a build without resumption (modules/optional/without/resumption), where `onSession` would be refused. */
const HAS_SESSIONS = resumption !== undefined;

let cachedServer: string | undefined;
let cachedSession: ArrayBuffer | undefined;

/** The options of `secure` that the cache sets. */
interface CacheOptions {
	session?: ArrayBuffer | Uint8Array;
	onSession?: (session: ArrayBuffer) => void;
}

/** Lets a connection to `server` go on with the last session, and keeps its own. A session of TLS 1.3 is used once. */
export function useCache(server: string, options: CacheOptions): void {
	if (!HAS_SESSIONS) return;
	const { onSession } = options;
	if (options.session === undefined && cachedSession && cachedServer === server) {
		options.session = cachedSession;
		cachedSession = undefined;
	}
	options.onSession = function (this: unknown, session) {
		cachedServer = server;
		cachedSession = onSession ? session.slice(0) : session;
		onSession?.call(this, session);
	};
}
