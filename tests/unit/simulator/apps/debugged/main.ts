/*
	The app of debugger.test.ts, which knows its lines by their comments.
*/

import Time from "time";
import Timer from "timer";
import { double } from "lib/double";

const colour: string = "green";

function later(count: number): void {
	const twice = double(count); // first
	trace(`${colour} ${twice.value}\n`); // second
	trace(`${Time.ticks - began}\n`);
}

const began = Time.ticks;
trace("started\n");
Timer.set(() => later(21), 300);
