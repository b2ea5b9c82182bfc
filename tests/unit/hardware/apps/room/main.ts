/*
	Asks how large a buffer can be, with garbage and what is in use around it, and makes one of config.more octets more. Says in a line of JSON what
	came of it.
*/

import config from "mc/config";
import { largestBuffer } from "tls/hardware/memory";

const kept: ArrayBuffer[] = [];
for (let i = 0; i < 20; i++) {
	kept.push(new ArrayBuffer(100));
	new ArrayBuffer(200);
}
const before = largestBuffer(Number(config.wanted));
// asked again, it says the same
const room = largestBuffer(Number(config.wanted));
let refused = "";
try {
	largestBuffer(-1);
}
catch (error) {
	refused = (error as Error).name;
}
trace(`${JSON.stringify({ before, room, refused })}\n`);
const large = new Uint8Array(room + Number(config.more));
large[large.length - 1] = 7;
trace(`${JSON.stringify({ last: large[large.length - 1], kept: kept.every(buffer => buffer.byteLength === 100) })}\n`);
