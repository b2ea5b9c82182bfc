/*
	The option `sessions`: a store that gives a connection its session and keeps those that come. The store knows them
	by what they are bound to, so that none is given to a connection of another trust.
*/

import { refuse } from "../errors";
import type { HandshakeInfo } from "../handshake/info";
import { hasMethods } from "../optionreader";
import type { Options, SessionKeeper } from "../options";
import { clockPolicy, readClock } from "../x509/time";

const digits = "0123456789abcdef";

/** Returns the name of a connection's sessions in a store: its port, and 6 bytes of what they are bound to. */
function sessionKey(binding: Uint8Array, port: number): string {
	let key = "";
	for (let i = 0; i < 8; i++) {
		const byte = i < 2 ? (port >> (8 - 8 * i)) & 0xff : binding[i - 2]!;
		key += digits.charAt(byte >> 4) + digits.charAt(byte & 15);
	}
	return key;
}

const storeMethods = Object.freeze(["take", "keep"] as const);
const resumedMethod = Object.freeze(["resumed"] as const);

/** TLSClient's options: those of an engine have no callback for the end of the handshake, and do not call it. */
interface HandshakeOptions extends Options {
	onHandshake?: (this: unknown, info: HandshakeInfo) => void;
}

/** Tells a store that wants to know it that its session was resumed. */
function tellResumed(options: HandshakeOptions, sessions: SessionKeeper, key: string): void {
	const { onHandshake } = options;
	options.onHandshake = function (this: unknown, info): void {
		if (info.resumed) sessions.resumed!(key);
		onHandshake?.call(this, info);
	};
}

/** Sets a store as the source of the session and the place for later ones. */
export function useStore(options: Options, binding: Uint8Array, port: number): void {
	const sessions = options.sessions!;
	if (options.session || options.onSession) refuse('"sessions" keeps them: leave out "session" and "onSession"');
	if (!hasMethods("sessions", sessions, storeMethods))
		refuse('"sessions" must be a SessionStore (tls/sessions), or have its methods "take" and "keep"');
	const key = sessionKey(binding, port);
	options.onSession = session => sessions.keep(key, session);
	// without the time no session is of use, and one that is taken is gone
	if (readClock(clockPolicy(options.clock)) === undefined) return;
	try {
		const session = sessions.take(key);
		if (!session) return;
		options.session = session;
	} catch {
		refuse('"sessions" throws from its "take": it must return a session, or undefined');
	}
	if (hasMethods("sessions", sessions, resumedMethod)) tellResumed(options, sessions, key);
}
