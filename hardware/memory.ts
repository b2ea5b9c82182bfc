/// <reference path="./native.d.ts" />
/*
	How much memory XS has left, for what is as large as a record (psa/memory.c): script can't catch it where there is too little.
*/

/**
 * Octets of the largest buffer that can still be made, as far as `wanted`. Garbage is collected where there seem to be fewer. Others may take them
 * before the caller does: a guide, and no promise.
 */
export function largestBuffer(this: void, wanted: number): number { return native("xs_largest_buffer").call(this, wanted); }
