/*
	All that has to do with what client and server share before the handshake, in one place, so that a build can leave it out (without/resumption):
	sessions of earlier connections (resumption/session.ts, tickets.ts), pre-shared keys (psk.ts), and the early data that goes out with them (early.ts).
*/

import { checkEarly, earlyData, endEarly, sendEarly } from "./early";
import { keySecret, forgetSessions, keysToOffer, readExternalKey, writeBinders, writeKeys } from "./psk";
import { forgetSession, keepSession12, sessionBinding, usableSession } from "./session";
import { keepTickets, readTicket } from "./tickets";

export { readExternalKey };

const parts = Object.freeze({
	keysToOffer, writeKeys, writeBinders, keySecret, forgetSessions, earlyData, sendEarly, checkEarly, endEarly, keepTickets, readTicket,
	forgetSession, keepSession12, sessionBinding, usableSession,
});

/** Undefined in a build that leaves it out. */
export const resumption: typeof parts | undefined = parts;
