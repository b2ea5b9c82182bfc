/*
	What is handed out of memory that is almost full (modules/wire/memory.ts), in an arena as a device has it: at each
	place where it ends.
*/

import { equal, note, ok, test } from "test/harness";
import type { TLSError } from "tls/errors";
import { canMakeBuffer, roomForBuffer } from "tls/wire/memory";
import { Writer } from "tls/wire/writer";

/** Steps after the first refusal: within the reserve. */
const REFUSED = 40;

test("with less and less room, a buffer has 64 bytes at least, or there is none, and both questions get one answer", () => {
	const room = roomForBuffer(0x7fffff);
	let read = 0,
		refused = 0,
		fewest = 1000;
	for (let length = room - 2000; refused < REFUSED; length += 4) {
		const held = new Uint8Array(length);
		const fits = roomForBuffer(1000);
		ok(fits === 0 || fits >= 64, `${fits} bytes beside ${length}`);
		equal(fits > 0, canMakeBuffer(64), `64 bytes beside ${length}`);
		if (fits) {
			ok(canMakeBuffer(fits), `${fits} bytes beside ${length}`);
			read++;
			if (fits < fewest) fewest = fits;
		} else refused++;
		equal(held[length - 1], 0);
	}
	ok(read > 100, `${read}`);
	note(`${read} reads of ${fewest} bytes at least, ${refused} refused`);
});

interface Kept {
	readonly bytes: Uint8Array;
	readonly next: Kept | undefined;
}

test("a writer asks for memory from 513 bytes on: shorter ones have been asked for", () => {
	let kept: Kept | undefined,
		code = "";
	while (canMakeBuffer(2600)) kept = { bytes: new Uint8Array(2000), next: kept };
	while (canMakeBuffer(513)) kept = { bytes: new Uint8Array(100), next: kept };
	try {
		new Writer(513);
	} catch (error) {
		({ code } = error as TLSError);
	}
	const { length } = new Writer(512).bytes;
	kept = undefined;
	equal([code, length], ["out_of_memory", 512]);
});
