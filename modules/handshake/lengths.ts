/*
	How long each handshake message can be, known from its type alone (RFC 8446 section 4, RFC 5246 section 7.4): a longer one is refused when its header
	is there, before memory is taken for it.
*/

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

/** Most bytes that the body of a message of `type` can have. */
export function longestBody(type: number): number {
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
