/*
	Answers of the server that TLS 1.3 has in EncryptedExtensions and TLS 1.2 in the ServerHello. Used by flow13.ts and hello12.ts.
*/

import { TLSError } from "../errors";
import type { Reader } from "../wire/reader";

/** The one protocol picked (RFC 7301 section 3.1). */
export function readProtocol(r: Reader, offered: readonly string[]): string {
	const list = r.enter(2, 2, 0xffff);
	const name = r.enter(1, 1, 255);
	let protocol = "";
	while (r.left) protocol += String.fromCharCode(r.u8());
	r.leave(name);
	r.leave(list);
	if (!offered.includes(protocol)) throw new TLSError("illegal_parameter", `the server picked the protocol "${protocol}", which was not offered`);
	return protocol;
}

/** RFC 8449 section 4: 64 octets at least; more than the version allows (`maximum`) means no limit. */
export function readRecordLimit(r: Reader, maximum: number): number {
	const limit = r.u16();
	if (limit < 64) throw new TLSError("illegal_parameter", `the server takes only ${limit} bytes in a record, fewer than the 64 that it must`);
	return Math.min(limit, maximum);
}
