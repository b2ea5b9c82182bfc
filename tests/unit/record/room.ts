/*
	modules/wire/memory.ts: the largest buffer that leaves room for an error, in an arena that can be full.
*/

import { equal, ok, test } from "test/harness";
import { canMakeBuffer, roomForBuffer } from "tls/wire/memory";

test("the largest buffer can be made, and none that is much larger", () => {
	const room = roomForBuffer(0x7fffff);
	ok(room > 1000 && room < 0x7fffff, `${room} bytes`);
	ok(canMakeBuffer(room), `${room} bytes`);
	ok(!canMakeBuffer(room + 4096), `${room} bytes and 4096`);
	equal(roomForBuffer(1000), 1000);
});
