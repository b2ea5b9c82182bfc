/*
	Timers, promise jobs and clocks, as the SDK has them. Prints what happened in a line of JSON.
*/

import config from "mc/config";
import Time from "time";
import Timer from "timer";
import { exit, setClock } from "simulator";

const events: unknown[] = [];

function finish(): void {
	trace(`${JSON.stringify(events)}\n`);
}

/** The order of what is due, with promise jobs run after each callback. */
function order(): void {
	const note = (name: string): void => {
		events.push(name);
		Promise.resolve().then(() => events.push(`job of ${name}`));
	};
	Timer.set(() => note("30"), 30);
	Timer.set(() => note("10"), 10);
	Timer.set(() => note("0"));
	Timer.set(() => note("also 0"));
	Timer.set(finish, 60);
	note("main");
}

function repeat(): void {
	let count = 0;
	const start = Time.ticks;
	const timer = Timer.repeat(self => {
		events.push(self === timer);
		if (++count < 3) return;
		Timer.clear(self);
		Timer.clear(self);
		Timer.clear(undefined);
		events.push(Time.delta(start) >= 30);
		finish();
	}, 10);
}

/** set's third argument: after the first time, again and again. */
function setWithRepeat(): void {
	const start = Time.ticks;
	const timer = Timer.set(
		() => {
			events.push(Math.floor(Time.delta(start) / 20));
			if (events.length < 3) return;
			Timer.clear(timer);
			finish();
		},
		1,
		20,
	);
}

function schedule(): void {
	const timer = Timer.set(
		() => {
			events.push("too early");
		},
		5,
		10_000,
	);
	Timer.schedule(timer, 40, 10_000);
	Timer.set(() => {
		events.push("20");
		Timer.schedule(timer);
	}, 20);
	Timer.set(() => {
		Timer.clear(timer);
		finish();
	}, 60);
}

function cleared(): void {
	const other = Timer.set(() => {
		events.push("must not run");
	}, 10);
	Timer.set(() => {
		for (let i = 0; i < 2; i++) Timer.clear(other);
	}, 1);
	for (const none of [5, "timer", true, null, undefined, {}, [], () => {}, new ArrayBuffer(8)])
		Timer.clear(none as never);
	const fired = Timer.set(() => {}, 1);
	Timer.set(() => {
		try {
			Timer.schedule(fired, 1);
		} catch (error) {
			events.push(error instanceof Error);
		}
		finish();
	}, 30);
}

function delay(): void {
	const start = Time.microseconds!;
	Timer.delay(20);
	events.push(Time.microseconds! - start >= 20_000);
	finish();
}

function wrong(): void {
	for (const make of [() => Timer.set(undefined as never), () => Timer.repeat(5 as never, 1)]) {
		try {
			make();
		} catch (error) {
			events.push((error as Error).name);
		}
	}
	finish();
}

/** Two clocks: what is set moves Date, not ticks. */
function clock(): void {
	const ticks = Time.ticks;
	events.push(Date.now());
	setClock(undefined);
	events.push(Date.now() < 10_000);
	setClock(1e9);
	events.push(new Date().toISOString().slice(0, 16));
	Time.set(1.5e9);
	events.push(
		new Date().getUTCFullYear(),
		Time.delta(ticks) < 10_000,
		Time.timezone,
		Time.dst,
		new Date().getTimezoneOffset(),
	);
	Timer.set(() => {
		events.push(Date.now() - 1.5e12 >= 10);
		finish();
	}, 15);
}

/** The default export of the main module is called, and what it started keeps the app alive. */
export default function (): void {
	if (config.part === "default") Timer.set(() => exit(5), 1);
}

const parts: Record<string, () => void> = {
	order,
	repeat,
	setWithRepeat,
	schedule,
	cleared,
	delay,
	wrong,
	clock,
	default() {},
};
parts[config.part]!();
