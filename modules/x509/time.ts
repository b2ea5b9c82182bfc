/*
	What a device knows of the time, and how certificates are checked against it. A microcontroller starts in 1970 until
	something tells it the time. Every certificate would then seem to be from the future, so that is an error of its
	own.
*/

import { refuse, TLSError } from "../errors";

/**
 * The time that certificates are checked against: "build" (the default): the device's clock. A time before this library
 * was released counts as not set. "strict": the device's clock, which counts as not set only in 1970, where clocks
 * start. "wait": as "build"; a TLSClient says nothing to the server before the clock is set, and ends with "timeout" if
 * that takes too long. A function: seconds since 1970 from the application's own source, or undefined if it knows no
 * time.
 */
export type ClockOption = "build" | "strict" | "wait" | (() => number | undefined);

/** Returns seconds since 1970, or undefined if no time is known. */
export type ClockPolicy = () => number | undefined;

/** When this release was made: 2026-11-01. No clock that is right shows less. */
const RELEASED = 1793491200;

/** Default of the option `clockTolerance`, in seconds. */
export const CLOCK_TOLERANCE = 300;

/** The end of 1970. */
const FIRST_YEAR = 31536000;

function after(earliest: number): number | undefined {
	const now = Date.now() / 1000;
	return now >= earliest ? now : undefined;
}

function buildClock(): number | undefined {
	return after(RELEASED);
}

/** As `buildClock`, for a connection that waits until the clock is set. */
function waitingClock(): number | undefined {
	return after(RELEASED);
}

function strictClock(): number | undefined {
	return after(FIRST_YEAR);
}

/** True while a connection with this policy has to wait. */
export function isWaitingForClock(policy: ClockPolicy): boolean {
	return policy === waitingClock && waitingClock() === undefined;
}

/** Checks the option `clock`. Throws "configuration". */
export function clockPolicy(option: ClockOption | undefined): ClockPolicy {
	if (option === undefined || option === "build") return buildClock;
	if (option === "wait") return waitingClock;
	if (option === "strict") return strictClock;
	if (typeof option === "function") return option;
	refuse('"clock" is "build", "strict", "wait" or a function that gives seconds since 1970');
}

/**
 * Returns milliseconds since 1970 by the policy; undefined if no time is known, or one that no session can hold (after
 * 2106).
 */
export function clockTime(policy: ClockPolicy): number | undefined {
	const now = policy();
	return now !== undefined && now >= 0 && now < 0x100000000 ? Math.floor(now * 1000) : undefined;
}

/** As `clockTime`. Throws "configuration" if the application's function throws. */
export function readClock(policy: ClockPolicy): number | undefined {
	try {
		return clockTime(policy);
	} catch (error) {
		if (error instanceof TLSError) throw error;
		refuse('"clock" throws: it must return seconds since 1970, or undefined');
	}
}

/** Returns seconds since 1970 by the policy. Throws "clock_not_set". */
export function timeNow(policy: ClockPolicy): number {
	const now = policy();
	if (now === undefined || !(now >= 0)) throw new TLSError("clock_not_set", whyNoTime(policy));
	return Math.floor(now);
}

/** Says why the policy knows no time, and what to do. */
function whyNoTime(policy: ClockPolicy): string {
	const shown = Math.floor(Date.now() / 1000);
	if ((policy === buildClock || policy === waitingClock) && shown >= FIRST_YEAR)
		return `the clock says ${dateText(shown)}, before this library was released (${dateText(RELEASED)}): set it, or give "clock": "strict" to believe it`;
	return 'the clock is not set, so no certificate can be checked: set it first (such as by SNTP), or give "clock"';
}

/** Returns a date for people: 2026-03-01. */
export function dateText(seconds: number): string {
	return new Date(seconds * 1000).toISOString().slice(0, 10);
}
