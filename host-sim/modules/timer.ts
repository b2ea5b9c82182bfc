/// <reference path="./native.d.ts" />
/*
	"timer", as in the Moddable SDK's documentation, base/base.md: callbacks after a time, once or again and again. In
	C: xs/timer.c.
*/

type Callback = (timer: Timer) => void;

class Timer {
	private constructor() {}
	private readonly brand: undefined;

	/** Calls back after `delay` milliseconds; then again every `repeat` milliseconds, if that is given. */
	static set(callback: Callback, delay?: number, repeat?: number): Timer {
		return native("simTimerSet").call(this, callback, delay, repeat);
	}
	/** Calls back every `interval` milliseconds. */
	static repeat(callback: Callback, interval: number): Timer {
		return native("simTimerRepeat").call(this, callback, interval);
	}
	/** Sets other times for a timer; without any it waits until it is given some. */
	static schedule(timer: Timer, delay?: number, repeat?: number): void {
		return native("simTimerSchedule").call(this, timer, delay, repeat);
	}
	/** Does nothing for a value that is not a timer, or was cleared before. */
	static clear(timer: Timer | undefined | null): void {
		return native("simTimerClear").call(this, timer);
	}
	/** Stops everything for so many milliseconds. */
	static delay(milliseconds: number): void {
		return native("simTimerDelay").call(this, milliseconds);
	}
}

export default Timer;
