/*
	Compressed certificates are asked for, and it is noted how many bytes came of one: found by client.ts.
*/

import { inflate } from "tls/inflate";

const shared = globalThis as { more?: object; inflated?: number };
shared.more = {
	inflate(from: Uint8Array, start: number, end: number, to: Uint8Array): boolean {
		shared.inflated = to.length;
		return inflate(from, start, end, to);
	},
};
