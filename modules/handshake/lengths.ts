/*
	How long each handshake message can be, known from its type alone (RFC 8446 section 4, RFC 5246 section 7.4). A
	longer one is refused when its header is there, before memory is taken for it.
*/

import { TLSError } from "../errors";
import { HandshakeType } from "../wire/numbers";

/** Bytes of a message's body. */
const enum Longest {
	/** verify_data is as long as the hash, at most SHA-384's. */
	finished = 48,
	/** Scheme and length, then the signature of the longest RSA key that anybody uses, of 16,384 bits. */
	proof = 4 + 2048,
	/** Three numbers of a group of 16,384 bits with their lengths, and a proof. */
	parameters = 3 * (2 + 2048) + proof,
	/** What the length field can say. */
	any = 0xffffff,
}

/**
 * Checks the length of a body that a header of `type` announces; `maximum` is what the application allows, in bytes.
 */
export function expectLength(type: number, length: number, maximum: number): void {
	const longest = longestBody(type);
	if (length > longest)
		throw new TLSError(
			"decode_error",
			`server sent a handshake message of type ${type} with ${length} bytes, expected ${longest} at most`,
		);
	if (length > maximum)
		throw new TLSError(
			"message_too_long",
			`server sent a handshake message of ${length} bytes, expected ${maximum} at most: "maxMessage" sets how long one may be`,
		);
}

/** Returns the most bytes that the body of a message of `type` can have. */
function longestBody(type: number): number {
	switch (type) {
		case HandshakeType.hello_request:
		case HandshakeType.server_hello_done:
			return 0;
		case HandshakeType.key_update:
			return 1;
		case HandshakeType.finished:
			return Longest.finished;
		case HandshakeType.certificate_verify:
			return Longest.proof;
		case HandshakeType.server_key_exchange:
			return Longest.parameters;
		default:
			return Longest.any;
	}
}
