/*
	A test that has not ended in time says nothing by itself: the machine may be busy. It runs once more, for longer and
	with nothing beside it. So does the same test without the change, before an endless loop counts as found.
*/

import type { Verdict } from "./reach.js";

/** Runs bodies side by side, or one with nothing beside it, in the order in which they are given. */
export class Floor {
	/** How many are on it; -1 for one alone. */
	#running = 0;
	readonly #waiting: { readonly isAlone: boolean; readonly start: () => void }[] = [];

	shared<T>(body: () => Promise<T>): Promise<T> {
		return this.#enter(false, body);
	}

	alone<T>(body: () => Promise<T>): Promise<T> {
		return this.#enter(true, body);
	}

	async #enter<T>(isAlone: boolean, body: () => Promise<T>): Promise<T> {
		await new Promise<void>(start => {
			this.#waiting.push({ isAlone, start });
			this.#admit();
		});
		try {
			return await body();
		} finally {
			this.#running = isAlone ? 0 : this.#running - 1;
			this.#admit();
		}
	}

	#admit(): void {
		for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
			if (this.#running < 0 || (next.isAlone && this.#running > 0)) return;
			this.#waiting.shift();
			this.#running = next.isAlone ? -1 : this.#running + 1;
			next.start();
		}
	}
}

/** The second try may take so many times as long as the first. */
const LONGER = 2;
/** Without the change the test must end in this part of that time, or the machine may be what is slow. */
const WELL_UNDER = 1 / 4;

/** The test once more, each time with nothing beside it; limits are in seconds. */
export interface Trials {
	changed(limit: number): Promise<Verdict>;
	unchanged(limit: number): Promise<{ readonly verdict: Verdict; readonly seconds: number }>;
}

/**
 * Says what a test that took longer than `limit` seconds has found. "never ends" counts as found: it timed out twice,
 * and takes far less time without the change. "timed out" does not.
 */
export async function settle(trials: Trials, limit: number): Promise<Verdict | "never ends"> {
	const longer = LONGER * limit;
	const verdict = await trials.changed(longer);
	if (verdict !== "timed out") return verdict;
	const plain = await trials.unchanged(longer);
	return plain.verdict === "passed" && plain.seconds <= longer * WELL_UNDER ? "never ends" : "timed out";
}
