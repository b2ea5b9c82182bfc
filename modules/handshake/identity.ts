/*
	The client's side of authentication in TLS 1.3 (RFC 8446 section 4.4): Certificate, CertificateVerify and Finished, in the handshake
	(flow13.ts) and, where the application offers it, after the handshake (section 4.6.2, post.ts).
*/

import { TLSError } from "../errors";
import { HandshakeType } from "../wire/numbers";
import { Writer } from "../wire/writer";
import { pickScheme13, schemeHash } from "../crypto/credential";
import type { Credential } from "../crypto/credential";
import type { Suite } from "../crypto/suites";
import { hash, hashLength } from "tls/hardware/hash";
import type { Secret } from "tls/hardware/secret";
import { readCertificateRequest13, signedContent13, writeCertificate13, writeCertificateVerify } from "./certificate";
import type { Link } from "./link";
import { verifyData } from "./schedule13";
import type { Transcript } from "./transcript";

/** CertificateRequests after the handshake that are answered: each may cost a signature. */
const MAX_REQUESTS = 8;

/**
 * What a CertificateRequest with `context` has asked for: our certificates and a signature by one of `schemes`, or an empty list where none
 * fits. All that `w` holds follows on the transcript.
 */
export function writeIdentity(w: Writer, context: Uint8Array, credential: Credential | undefined, schemes: readonly number[],
	transcript: Transcript): void {
	const scheme = credential ? pickScheme13(credential, schemes) : 0;
	writeCertificate13(w, context, scheme ? credential!.chain : []);
	if (!scheme) return;
	const content = signedContent13(transcript.digestWith(w.bytes, 0, w.length), true);
	const algorithm = schemeHash(scheme);
	const digest = new Uint8Array(hashLength(algorithm));
	hash(algorithm, content, 0, content.length, digest, 0);
	writeCertificateVerify(w, scheme, credential!.sign(scheme, digest));
}

/** Finished, by the sender's traffic secret (section 4.4.4). All that `w` holds follows on the transcript. */
export function writeFinished(w: Writer, suite: Suite, secret: Secret, transcript: Transcript): void {
	const data = verifyData(suite, secret, transcript.digestWith(w.bytes, 0, w.length));
	w.u8(HandshakeType.finished);
	w.u24(data.length);
	w.copy(data, 0, data.length);
}

/** Answers CertificateRequests after the handshake; there only where the application offers that. */
export class Identifier {
	private readonly suite: Suite;
	private readonly credential: Credential | undefined;
	/** Ends with the client's Finished of the handshake, and stays there (section 4.4.1). */
	private readonly transcript: Transcript;
	private requests = 0;

	/** Takes over the transcript. */
	constructor(suite: Suite, credential: Credential | undefined, transcript: Transcript) {
		this.suite = suite;
		this.credential = credential;
		this.transcript = transcript;
	}

	/** Answers the CertificateRequest that the link holds; `secret` is the client's traffic secret. */
	answer(link: Link, secret: Secret): void {
		if (++this.requests > MAX_REQUESTS) throw new TLSError("too_much_work", `the server asked for a certificate more than ${MAX_REQUESTS} times`);
		const { context, schemes } = readCertificateRequest13(link.reader, true);
		const w = new Writer(link.messageEnd - link.messageStart + 64);
		w.copy(link.message, link.messageStart, link.messageEnd);
		const start = w.length;
		writeIdentity(w, context, this.credential, schemes, this.transcript);
		writeFinished(w, this.suite, secret, this.transcript);
		link.send(w.bytes, start, w.length);
	}

	close(): void {
		this.transcript.close();
	}
}
