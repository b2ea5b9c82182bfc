/*
	INTEGERs of DER (X.690 section 8.3): the shortest form alone is taken.
*/

import { equal, test } from "test/harness";
import { TLSError } from "tls/errors";
import { DER } from "tls/wire/der";

/** The INTEGER with these bytes is taken: its content; refused: the error's words. */
function read(content: readonly number[]): string {
	const bytes = Uint8Array.of(2, content.length, ...content);
	const der = new DER(bytes, 0, bytes.length, "the first");
	try {
		der.takeInteger();
	} catch (error) {
		if (!(error instanceof TLSError)) throw error;
		return error.message;
	}
	return bytes.slice(der.start, der.end).join();
}

test("an INTEGER has its shortest form", () => {
	for (const content of [
		[0],
		[1],
		[0x7f],
		[0x80],
		[0xff],
		[0, 0x80],
		[0, 0xff],
		[0xff, 0],
		[0xff, 0x7f],
		[1, 0],
		[0xfe, 0xff],
		[0, 0x80, 0],
	])
		equal(read(content), content.join());
	for (const content of [
		[0, 0],
		[0, 1],
		[0, 0x7f],
		[0xff, 0x80],
		[0xff, 0xff],
		[0, 0x7f, 0xff],
		[0xff, 0x80, 0],
	])
		equal(read(content).endsWith("is not DER: an INTEGER is not in its shortest form"), true, content.join());
	equal(read([]).endsWith("is not DER: an INTEGER is empty"), true);
});
