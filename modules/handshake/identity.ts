/*
	The client's side of authentication: its certificates and key as the options give them (config.ts), Certificate and CertificateVerify in TLS 1.3
	(RFC 8446 section 4.4, tls13/flow.ts) and, where the application offers it, after the handshake (section 4.6.2, post.ts), and in TLS 1.2 (tls12/flow.ts). A
	build without it has without/identity in the place of this.
*/

import { refuse, TLSError } from "../errors";
import { copyBytes, listOf, viewBytes } from "../optionreader";
import type { Options } from "../options";
import { Writer } from "../wire/writer";
import { credentialOfFunction, KeyCredential, pickScheme12, pickScheme13, schemeHash } from "../crypto/credential";
import type { Credential } from "../crypto/credential";
import { readPrivateKey } from "../crypto/privatekey";
import type { PublicKey } from "../crypto/signature";
import type { Suite } from "../crypto/suite";
import { takePublicKey } from "../x509/algorithms";
import { DER, Part, Tag } from "../wire/der";
import { readPEM, readPEMKey } from "../x509/pem";
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

/** Bytes of the longest signature: RSA with 4096 bits. */
const MAX_SIGNATURE_LENGTH = 512;

/** A buffer that holds text begins with "-----". */
function refusePEM(name: string, bytes: Uint8Array): void {
	if (bytes.length > 5 && bytes[0] === 0x2d && bytes[4] === 0x2d)
		refuse(`"${name}" has a buffer with PEM text, expected DER: give PEM as a string`);
}

/** Reads the private key of the option `clientKey`; copies of it are wiped. */
function readKey(input: CertificateInput, publicKey: PublicKey): Secret {
	if (typeof input === "string")
		return readPEMKey(input, (bytes, start, end) => readPrivateKey(bytes, start, end, publicKey));
	const bytes = viewBytes("clientKey", input);
	refusePEM("clientKey", bytes);
	return readPrivateKey(bytes, 0, bytes.length, publicKey);
}

/** The chain of the option `clientCertificates`: copies, but for what lies in flash. */
function readChain(input: NonNullable<Options["clientCertificates"]>): Uint8Array[] {
	const chain: Uint8Array[] = [];
	const list = listOf("clientCertificates", input);
	for (let i = 0; i < list.length; i++) {
		const item = list[i];
		if (typeof item === "string") chain.push(...readPEM(item, "CERTIFICATE"));
		else {
			const der = copyBytes("clientCertificates", item);
			refusePEM("clientCertificates", der);
			chain.push(der);
		}
	}
	return chain;
}

/**
 * The public key of our own certificate. The rest of it is for the server to judge (RFC 8446 section 4.4.2.4): version, serial number and extensions
 * are not looked at.
 */
function readOwnKey(bytes: Uint8Array): PublicKey {
	const der = new DER(bytes, 0, bytes.length, "the first");
	der.take(Tag.sequence, Part.certificate);
	if (der.hasMore) der.fail("has bytes behind its end");
	der.enter();
	der.take(Tag.sequence, Part.tbsCertificate);
	der.enter();
	if (der.nextIs(Tag.explicit)) der.takeAny();
	// serial number, signature, issuer, validity, subject
	for (let i = 0; i < 5; i++) der.takeAny();
	const key = takePublicKey(der);
	if (!key.kind) der.fail("has a key that is not supported");
	return key;
}

/** What the application's function returns, checked: what is no signature never goes on the wire. */
function checkedSignature(signature: unknown): Uint8Array {
	const bytes = viewBytes("sign", signature);
	if (!bytes.length || bytes.length > MAX_SIGNATURE_LENGTH)
		refuse(`"sign" must return 1 to ${MAX_SIGNATURE_LENGTH} bytes, not ${bytes.length}`);
	return bytes;
}

/** Reads the client's identity, where the options give one. Throws "configuration". */
export function readCredential({ clientCertificates, clientKey, sign }: Options): Credential | undefined {
	if (clientCertificates === undefined) {
		if (clientKey !== undefined || sign) refuse('"clientCertificates" is missing: a key alone says nothing');
		return undefined;
	}
	if ((clientKey !== undefined) === (sign !== undefined))
		refuse('"clientCertificates" needs either "clientKey" or "sign"');
	let chain: Uint8Array[];
	let key: PublicKey;
	try {
		chain = readChain(clientCertificates);
		key = readOwnKey(chain[0]!);
	} catch (error) {
		if (!(error instanceof TLSError) || error.code === "out_of_memory") throw error;
		refuse(error.message.startsWith('"') ? error.message : `"clientCertificates": ${error.message}`);
	}
	if (clientKey !== undefined) return new KeyCredential(chain, key.kind, readKey(clientKey, key));
	return credentialOfFunction(chain, key.kind, (scheme, digest) => checkedSignature(sign!(scheme, digest)));
}

/**
 * What a CertificateRequest with `context` has asked for: our certificates and a signature by one of `schemes`, or an empty list where none
 * fits. All that `w` holds follows on the transcript.
 */
export function writeIdentity(
	w: Writer,
	context: Uint8Array,
	credential: Credential | undefined,
	schemes: readonly number[],
	transcript: Transcript,
): void {
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
		if (++this.requests > MAX_REQUESTS)
			throw new TLSError("too_much_work", `the server asked for a certificate more than ${MAX_REQUESTS} times`);
		const { context, schemes } = readCertificateRequest13(link.reader, true);
		const w = new Writer(link.messageEnd - link.messageStart + 64);
		w.copy(link.message, link.messageStart, link.messageEnd);
		const start = w.length;
		writeIdentity(w, context, this.credential, schemes, this.transcript);
		writeFinished(w, this.suite, secret, this.transcript);
		link.send(w.bytes, start, w.length);
	}

	close(): void {
		this.credential?.close();
		this.transcript.close();
	}
}

/** What answers requests after the handshake, whose end the transcript has reached; that is closed. */
export function makeIdentifier(
	suite: Suite,
	credential: Credential | undefined,
	transcript: Transcript,
): Identifier | undefined {
	return new Identifier(suite, credential?.handOver(), transcript.handOver());
}
