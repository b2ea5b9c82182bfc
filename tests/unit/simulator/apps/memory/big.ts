/*
	A module with data that takes some 10 KB of heap where it is not preloaded.
*/

const entries = Array.from({ length: 40 }, (_, i) => ({ name: `entry ${i}`.padEnd(100, "."), number: i }));

export const table = Object.freeze(entries, true);
