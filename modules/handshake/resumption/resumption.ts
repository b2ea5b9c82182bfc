/*
	The functions for what client and server share before the handshake, in one table that a build can leave out
	(without/resumption). Sessions of earlier connections (session.ts, tickets.ts), pre-shared keys (psk.ts), and the
	early data that goes out with them (early.ts).
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
