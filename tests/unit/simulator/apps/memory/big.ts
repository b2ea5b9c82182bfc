/*
	A module with data that takes some 10 KB of heap where it is not preloaded.
*/

export const table = Object.freeze(Array.from({ length: 40 }, (_, i) => Object.freeze({ name: `entry ${i}`.padEnd(100, "."), number: i })));
