/*
	How long a handshake message may be, by the memory that there is: 8 KB stay for the rest.
*/

import { equal, test } from "test/harness";
import { messageFor } from "tls/connection/limits";

test("messages: what fits, 4,096 bytes at least, 32,768 at most", () => {
	for (const [room, length] of [
		[0, 4096],
		[8192, 4096],
		[8192 + 4095, 4096],
		[8192 + 4096, 4096],
		[8192 + 4097, 4097],
		[8192 + 32767, 32767],
		[8192 + 32768, 32768],
		[8192 + 32769, 32768],
		[1 << 24, 32768],
	] as const)
		equal(messageFor(room), length, `${room}`);
});
