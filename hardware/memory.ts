/// <reference path="./native.d.ts" />
/*
	How much memory XS has left (psa/heap.c). XS ends the app if a chunk or slot can't be had, and script can't catch
	that. wire/memory.ts is the one place that asks.
*/

/**
 * Bytes of the largest buffer that can still be made, as far as `wanted`. Collects garbage if there seem to be fewer.
 * Others may take them before the caller does: a guide, and no promise.
 */
export function largestBuffer(this: void, wanted: number): number {
	return native("xs_largest_buffer").call(this, wanted);
}

/** True if chunks of `bytes` in all and `slots` slots can still be made. Collects garbage if there seem to be fewer. */
export function hasRoom(this: void, bytes: number, slots: number): boolean {
	return native("xs_has_room").call(this, bytes, slots);
}
