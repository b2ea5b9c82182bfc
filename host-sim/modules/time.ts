/// <reference path="./native.d.ts" />
/*
	"time": the SDK's Time; see xs/clock.c.
*/

class Time {
	/** Sets the clock, in seconds since 1970. */
	static set(seconds: number): void {
		return native("simTimeSet").call(this, seconds);
	}
	/** Milliseconds of a clock that never jumps. */
	static get ticks(): number {
		return native("simTimeTicks").call(this);
	}
	/** Not on every device, say the SDK's typings. */
	static get microseconds(): number | undefined {
		return native("simTimeMicroseconds").call(this);
	}
	static delta(start: number, end?: number): number {
		return native("simTimeDelta").call(this, start, end);
	}
	/** Seconds east of UTC: 0, as on a device that was not told. */
	static get timezone(): number {
		return native("simTimeZone").call(this);
	}
	/** Seconds of daylight saving time: 0. */
	static get dst(): number {
		return native("simTimeZone").call(this);
	}
}

export default Time;
