/*
	How long each part of a handshake takes. Marks follow one another. The time since the last mark goes to the phase
	that ends with this one, so all phases add up to the whole. Waiting for the server counts for the phase that waits.
*/

import { refuse } from "../errors";

export const enum Phase {
	/** name lookup and TCP connection */
	connect = 0,
	/** key pair and ClientHello */
	hello = 1,
	/** waiting for the ServerHello */
	answer = 2,
	/** key agreement and handshake keys */
	agreement = 3,
	/** receiving and verifying the certificate chain */
	chain = 4,
	/** verifying the server's signature */
	proof = 5,
	/** Finished both ways, application keys */
	finished = 6,
}

/** What `Timing.phases` lists, in its order. */
export const phaseNames: readonly string[] = Object.freeze([
	"connect",
	"hello",
	"answer",
	"agreement",
	"chain",
	"proof",
	"finished",
]);

export class Timing {
	/** Milliseconds of each phase, in the order of `phaseNames`. */
	readonly phases: number[] = [0, 0, 0, 0, 0, 0, 0];
	readonly #now: () => number;
	#last: number;

	/** `now` is the application's: milliseconds from any origin. Throws TLSError "configuration" if it throws. */
	constructor(now: () => number) {
		this.#now = now;
		try {
			this.#last = now();
		} catch {
			refuse('"now" throws: it must return milliseconds');
		}
	}

	/** `phase` ends here. */
	mark(phase: Phase): void {
		const now = this.#now();
		this.phases[phase]! += now - this.#last;
		this.#last = now;
	}
}
