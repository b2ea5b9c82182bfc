/*
	Asks how large a buffer can be, with garbage and what is in use around it, and makes one of config.more bytes more.
	Then it asks how many slots there are beside a buffer of 1,000 bytes, and takes config.moreSlots more than that.
	Says in a line of JSON what came of it.
*/

import config from "mc/config";
import { memory, resetPeaks } from "simulator";
import { hasRoom, largestBuffer } from "tls/hardware/memory";

interface Link {
	next: Link | undefined;
}

const BESIDE = 1000;
/** What the views of a buffer and the loop itself take. */
const MARGIN = 24;

const kept: ArrayBuffer[] = [];
for (let i = 0; i < 20; i++) {
	kept.push(new ArrayBuffer(100));
	new ArrayBuffer(200);
}

function errorOf(action: () => void): string {
	try {
		action();
	} catch (error) {
		return (error as Error).name;
	}
	return "";
}

/** The most slots that are said to be there. */
function mostSlots(): number {
	let low = 0;
	let high = 100000;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (hasRoom(BESIDE, middle)) low = middle;
		else high = middle - 1;
	}
	return low;
}

/** Takes slots, two for each link; nothing else is allocated meanwhile. */
function takeSlots(count: number): Link | undefined {
	let list: Link | undefined;
	for (let i = 0; i < count; i += 2) list = { next: list };
	return list;
}

const refused = errorOf(() => largestBuffer(-1)) + errorOf(() => hasRoom(1, -1));
resetPeaks();
const before = largestBuffer(Number(config.wanted));
/** Bytes that C's heap was asked for. */
const probed = memory().nativePeak - memory().nativeBytes;
// asked again, it says the same
const room = largestBuffer(Number(config.wanted));
trace(`${JSON.stringify({ before, room, refused, probed })}\n`);
let large: Uint8Array | undefined = new Uint8Array(room + Number(config.more));
large[large.length - 1] = 7;
const last = large[large.length - 1];
large = undefined;
trace(`${JSON.stringify({ last, kept: kept.every(buffer => buffer.byteLength === 100) })}\n`);
const slots = mostSlots();
trace(`${JSON.stringify({ slots })}\n`);
const beside = new ArrayBuffer(BESIDE - 16);
let list = takeSlots(slots - MARGIN + Number(config.moreSlots));
const taken = list !== undefined;
list = undefined;
trace(`${JSON.stringify({ taken, beside: beside.byteLength })}\n`);
