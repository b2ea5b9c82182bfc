/*
	All that has to do with what client and server share before the handshake, in one place, so that a build can leave it out (without/resumption):
	sessions of earlier connections (resumption/session.ts, tickets.ts), pre-shared keys (psk.ts), and the early data that goes out with them (early.ts).
*/

import { checkEarly, earlyData, endEarly, sendEarly } from "./early";
import { keysToOffer, readExternalKey, writeBinders, writeKeys } from "./psk";
import { keepSession12, sessionBinding } from "./resume";
import { usableSession } from "./session";
import { keepTickets, readTicket } from "./tickets";

export { readExternalKey };

const parts = Object.freeze({
	keysToOffer,
	writeKeys,
	writeBinders,
	earlyData,
	sendEarly,
	checkEarly,
	endEarly,
	keepTickets,
	readTicket,
	keepSession12,
	sessionBinding,
	usableSession,
});

/** Undefined in a build that leaves it out. */
export const resumption: typeof parts | undefined = parts;
