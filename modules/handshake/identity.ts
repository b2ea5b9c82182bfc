/*
	The client's side of authentication: its certificates and key as the options give them (config.ts), Certificate and CertificateVerify in TLS 1.3
	(RFC 8446 section 4.4, tls13/flow.ts) and, where the application offers it, after the handshake (section 4.6.2, post.ts), and in TLS 1.2 (tls12/flow.ts). A
	build without it has without/identity in the place of this.
*/

import { TLSError } from "../errors";
import { bytesOf, refuse } from "../options";
import type { Options } from "../options";
import { Writer } from "../wire/writer";
import { credentialOfFunction, credentialOfKey, pickScheme12, pickScheme13, schemeHash } from "../crypto/credential";
import type { Credential } from "../crypto/credential";
import type { KeyKind } from "../crypto/signature";
import type { Suite } from "../crypto/suite";
import { Certificate } from "../x509/certificate";
import { readPEM } from "../x509/pem";
import type { CertificateInput } from "../x509/trust";
import { hash, hashLength } from "tls/hardware/hash";
import type { Secret } from "tls/hardware/secret";
import { readCertificateRequest13, signedContent13, writeCertificate13, writeCertificateVerify } from "./certificate";
import type { Link } from "./link";
import { writeFinished } from "./tls13/schedule";
import type { Transcript } from "./transcript";

export { pickScheme12 };

/** CertificateRequests after the handshake that are answered: each may cost a signature. */
const MAX_REQUESTS = 8;

/** The one private key in DER or PEM. */
function privateKey(input: CertificateInput): Uint8Array {
	if (typeof input !== "string") return bytesOf(input);
	for (const label of ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"]) {
		if (input.includes(`-----BEGIN ${label}-----`)) return readPEM(input, label)[0]!;
	}
	refuse('"clientKey" has no private key in it (an encrypted one can\'t be used)');
}

/** The client's identity, where the options give one. */
export function readCredential({ clientCertificates, clientKey, sign }: Options): Credential | undefined {
	if (clientCertificates === undefined) {
		if (clientKey !== undefined || sign) refuse('"clientCertificates" is missing: a key alone says nothing');
		return undefined;
	}
	if ((clientKey !== undefined) === (sign !== undefined)) refuse('"clientCertificates" needs either "clientKey" or "sign"');
	const list = Array.isArray(clientCertificates) ? clientCertificates as readonly CertificateInput[] : [clientCertificates as CertificateInput];
	const chain = list.flatMap(input => typeof input === "string" ? readPEM(input, "CERTIFICATE") : [bytesOf(input)]);
	if (!chain.length) refuse('"clientCertificates" is empty');
	const { keyKind } = new Certificate().read(chain[0]!, 0, chain[0]!.length, 0);
	if (!keyKind) refuse('"clientCertificates": the first has a key that is not supported');
	return clientKey !== undefined ? credentialOfKey(chain, keyKind as KeyKind, privateKey(clientKey)) : credentialOfFunction(chain, keyKind as KeyKind, sign!);
}

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

/** The CertificateVerify of TLS 1.2, over all that is on the transcript (RFC 5246 section 7.4.8). */
export function writeProof12(w: Writer, credential: Credential, scheme: number, transcript: Transcript): void {
	writeCertificateVerify(w, scheme, credential.sign(scheme, transcript.digestBy(schemeHash(scheme))));
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

/** What answers requests after the handshake, whose end the transcript has reached; that is closed. */
export function makeIdentifier(suite: Suite, credential: Credential | undefined, transcript: Transcript): Identifier | undefined {
	return new Identifier(suite, credential, transcript.handOver());
}
