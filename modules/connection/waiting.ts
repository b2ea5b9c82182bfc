/*
	What a handshake waits for, in words: for the error of one that takes too long.
*/

import { Accept, Step } from "../wire/numbers";

/** Words for a set of messages (Accept); 0 if none is waited for. */
export function waitingWords(accepts: number): string {
	if (accepts & Accept.server_hello) return "the server's ServerHello";
	if (accepts & Accept.encrypted_extensions) return "the server's EncryptedExtensions";
	if (accepts & (Accept.certificate | Accept.compressed_certificate)) return "the server's Certificate";
	if (accepts & Accept.certificate_verify) return "the server's CertificateVerify";
	if (accepts & Accept.server_key_exchange) return "the server's ServerKeyExchange";
	if (accepts & Accept.server_hello_done) return "the server's ServerHelloDone";
	if (accepts & Accept.new_session_ticket) return "the server's NewSessionTicket";
	if (accepts & Step.change_cipher_spec) return "the server's ChangeCipherSpec";
	if (accepts & Accept.finished) return "the server's Finished";
	return "its own computations";
}
