/*
	Answers of the server that TLS 1.3 has in EncryptedExtensions and TLS 1.2 in the ServerHello. Used by flow13.ts and hello12.ts.
*/

import { TLSError } from "../errors";
import type { Config } from "../config";
import { ExtensionBit } from "../wire/extensions";
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

/** RFC 6066 section 4: the length that was asked for, and no other. Returns it. */
export function readFragmentLength(r: Reader, config: Config): number {
	if (r.u8() !== config.maxFragmentCode)
		throw new TLSError("illegal_parameter", "the server answers with another maximum fragment length than was asked for");
	return 256 << config.maxFragmentCode;
}

/** RFC 8449 section 5: a server answers one of the two, not both. */
export function refuseBothLimits(seen: number): void {
	if (seen & ExtensionBit.max_fragment_length && seen & ExtensionBit.record_size_limit)
		throw new TLSError("illegal_parameter", "the server answers both max_fragment_length and record_size_limit");
}
