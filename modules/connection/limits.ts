/*
	How much plaintext the server may put in a record: what the application asks for or, if it does not say, what memory
	allows (RFC 8449 section 4, RFC 6066 section 4).
*/

import { refuse } from "../errors";
import { roomForBuffer } from "../wire/memory";
import { ProtocolLength, ProtocolVersion } from "../wire/numbers";

/** What a ClientHello asks for. */
export interface RecordLimits {
	/** record_size_limit, 0 if it is left out: bytes of plaintext, in TLS 1.3 with one for the type. */
	readonly recordSizeLimit: number;
	/** RFC 6066's number for max_fragment_length, 1 to 4 for 512 to 4096; 0 if it is left out. */
	readonly maxFragmentCode: number;
}

const enum Size {
	/** Header, type and tag around a record's plaintext. */
	overhead = ProtocolLength.recordHeader + 1 + 16,
	/**
	 * What a connection needs beside a record, and its handshake before it: measured in the 32-bit build, see
	 * tests/memory/limited.test.ts.
	 */
	beside = 8192,
	/** Least that is asked for, however little memory there is. */
	least = 512,
	/** The largest of RFC 6066. */
	fragment = 4096,
}

/** Longest handshake message that is taken if nothing is asked for, in bytes. */
export const enum MessageLength {
	usual = 32768,
	/** However little memory there is. */
	least = 4096,
}

/** RFC 6066's number for a length; throws TLSError "configuration" for lengths that have none. */
export function fragmentCode(length: number): number {
	const code = [512, 1024, 2048, 4096].indexOf(length) + 1;
	if (!code) refuse(`"tls_max_fragment_length" must be 512, 1024, 2048 or 4096, not ${length}`);
	return code;
}

/** The highest of RFC 6066's numbers for no more than `plaintext` bytes, which are at least 512. */
function codeThatFits(plaintext: number): number {
	let code = 1;
	for (let length = Size.least * 2; length <= Size.fragment && length <= plaintext; length *= 2) code++;
	return code;
}

/**
 * The limits for `room` bytes of memory. A record is there twice while the application reads it: as it came, and as
 * `read` hands it over. Where the longest fits, record_size_limit says just that, which leaves the server free to name
 * a limit of its own (RFC 8449 section 4). Else max_fragment_length goes with it, for servers that know only that.
 */
export function limitsFor(room: number, maxVersion: ProtocolVersion): RecordLimits {
	const fits = Math.floor((room - Size.beside) / 2) - Size.overhead;
	const plaintext = fits < Size.least ? Size.least : fits < ProtocolLength.plaintext ? fits : ProtocolLength.plaintext;
	const type = maxVersion === ProtocolVersion.tls12 ? 0 : 1;
	return {
		recordSizeLimit: plaintext + type,
		maxFragmentCode: plaintext < ProtocolLength.plaintext ? codeThatFits(plaintext) : 0,
	};
}

/** Longest handshake message for `room` bytes of memory: it lies there beside what the handshake itself needs. */
export function messageFor(room: number): number {
	const fits = room - Size.beside;
	return fits < MessageLength.least ? MessageLength.least : fits < MessageLength.usual ? fits : MessageLength.usual;
}

/** Returns the bytes that are free now, as far as they matter here. May collect garbage. */
export function roomNow(): number {
	return roomForBuffer(2 * (ProtocolLength.plaintext + Size.overhead) + Size.beside);
}
