/// <reference path="./native.d.ts" />
/*
	Tells a debug build from a release (psa/debug.c).
*/

/** True in a debug build; undefined in a release. */
export function isDebugBuild(this: void): boolean | undefined {
	return native("xs_is_debug_build").call(this);
}
