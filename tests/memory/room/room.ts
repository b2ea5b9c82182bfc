/*
	What is handed out of memory that is almost full (modules/wire/memory.ts), in an arena as a device has it: at each place where it ends.
*/

import { equal, note, ok, test } from "test/harness";
import { canMakeBuffer, roomForBuffer, roomToRead } from "tls/wire/memory";

/** Steps behind the first refusal: within the reserve. */
const REFUSED = 40;

test("with less and less room, what is received is read in parts of 64 bytes at least, or refused: never in none", () => {
	const room = roomForBuffer(0x7fffff);
	let read = 0,
		refused = 0,
		fewest = 1000;
	for (let length = room - 2000; refused < REFUSED; length += 4) {
		const held = new Uint8Array(length);
		try {
			const fits = roomToRead(1000);
			ok(fits >= 64, `${fits} bytes beside ${length}`);
			ok(canMakeBuffer(fits), `${fits} bytes beside ${length}`);
			read++;
			if (fits < fewest) fewest = fits;
		} catch (error) {
			equal((error as { code?: string }).code, "out_of_memory");
			refused++;
		}
		equal(held[length - 1], 0);
	}
	ok(read > 100, `${read}`);
	note(`${read} reads of ${fewest} bytes at least, ${refused} refused`);
});
