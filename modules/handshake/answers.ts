/*
	Answers of the server that both versions have, TLS 1.3 in EncryptedExtensions and TLS 1.2 in the ServerHello. Here
	too: the refusal of versions that were not offered, also in builds without TLS 1.2.
*/

import { TLSError } from "../errors";
import type { Config } from "../config";
import { ExtensionBit } from "../wire/extensions";
import { expectRoom, Purpose } from "../wire/memory";
import { versionName } from "../wire/names";
import { ProtocolLength, ProtocolVersion } from "../wire/numbers";
import type { Reader } from "../wire/reader";
import { equal } from "tls/hardware/compare";

/**
 * "DOWNGRD": how a server that knows a later version ends its random when it is made to speak less (RFC 8446 section
 * 4.1.3).
 */
const downgrade = Uint8Array.of(0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44);

// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const NOTHING = "";

/** Most bytes of what the peer wrote that an error shows: nobody has asked for memory for more. */
const MAX_QUOTED = 32;

/** Slots that a name picked by the server takes, with what makes it. */
const QUOTED_SLOTS = 16;

/** What the peer wrote, in quotes, or its start; what is not printable ASCII as \x and two digits. */
function quoted(bytes: Uint8Array, start: number, end: number): string {
	let text = '"';
	for (let at = start; at < end; at++) {
		if (at - start === MAX_QUOTED) return `${text}..."`;
		const c = bytes[at]!;
		text +=
			c >= 0x20 && c < 0x7f && c !== 0x22 && c !== 0x5c
				? String.fromCharCode(c)
				: `\\x${c.toString(16).padStart(2, "0")}`;
	}
	return `${text}"`;
}

/** The one protocol picked (RFC 7301 section 3.1). */
export function readProtocol(r: Reader, offered: readonly string[]): string {
	const list = r.enter(2, 2, 0xffff);
	const start = r.skipVector(1, 1, 255),
		end = r.at;
	r.leave(list);
	// a text of so many characters, the one before, and the error's words
	expectRoom(4 * (end - start), QUOTED_SLOTS, Purpose.handshake);
	let protocol = NOTHING;
	for (let at = start; at < end; at++) protocol += String.fromCharCode(r.bytes[at]!);
	if (!offered.includes(protocol))
		throw new TLSError(
			"illegal_parameter",
			`server picked the protocol ${quoted(r.bytes, start, end)}, which was not offered`,
		);
	return protocol;
}

/** RFC 8449 section 4: 64 bytes at least; more than the version allows (`maximum`) means no limit. */
export function readRecordLimit(r: Reader, maximum: number): number {
	const limit = r.u16();
	if (limit < 64)
		throw new TLSError("illegal_parameter", `server sent a record_size_limit of ${limit} bytes, expected 64 at least`);
	return Math.min(limit, maximum);
}

/** RFC 6066 section 4: the length that was asked for, and no other. Returns it. */
export function readFragmentLength(r: Reader, config: Config): number {
	if (r.u8() !== config.maxFragmentCode)
		throw new TLSError(
			"illegal_parameter",
			"the server answers with another maximum fragment length than was asked for",
		);
	return 256 << config.maxFragmentCode;
}

/** RFC 8449 section 5: a server answers one of the two, not both. */
export function refuseBothLimits(seen: number): void {
	if (seen & ExtensionBit.max_fragment_length && seen & ExtensionBit.record_size_limit)
		throw new TLSError("illegal_parameter", "the server answers both max_fragment_length and record_size_limit");
}

/**
 * Refuses a ServerHello of a version that was not offered; with the sentinel in the server's random somebody made it
 * pick that. Its last byte is 1 for TLS 1.2 and 0 for less. So a client that offers TLS 1.2 at most may get a 1.
 * Returns where the random is.
 */
export function checkVersion12(r: Reader, { minVersion, maxVersion }: Config): number {
	const version = r.u16();
	const randomAt = r.skip(ProtocolLength.random);
	const at = r.at - 8;
	const isForced =
		equal(r.bytes, at, downgrade, 0, downgrade.length) &&
		(r.bytes[at + 7] === 0 || (r.bytes[at + 7] === 1 && maxVersion > ProtocolVersion.tls12));
	if (isForced)
		throw new TLSError(
			"downgrade",
			"somebody between here and the server forces an older version of TLS than both speak",
		);
	if (version !== ProtocolVersion.tls12 || minVersion > version)
		throw new TLSError(
			"unsupported_version",
			`the server speaks only ${versionName(version)}; this client needs ${versionName(minVersion)}${version === ProtocolVersion.tls12 ? ', by "minVersion"' : ""}`,
		);
	return randomAt;
}
