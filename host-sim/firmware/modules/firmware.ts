/// <reference path="../../modules/native.d.ts" />
/*
	"firmware": what an app may ask of the firmware that it runs in. There is no such module on a device. In C:
	board/figures.c.
*/

/** Ends an interval of the run: the figures tell what each took, under its name. Counts for nothing itself. */
export function mark(this: void, name: string): void {
	return native("fwMark").call(this, name);
}
/** Instructions that script and C have taken so far: waiting and the serial line are left out. */
export function instructions(this: void): number {
	return native("fwInstructions").call(this);
}
