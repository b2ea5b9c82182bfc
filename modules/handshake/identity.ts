/*
	The client's side of authentication: its certificates and keys, which of them answers a CertificateRequest, and the
	messages that prove them (RFC 8446 section 4.4, 4.6.2, RFC 5246 section 7.4.6, 7.4.8). A build without it has
	without/identity in the place of this.
*/

import type { Config } from "../config";
import { refuse, TLSError } from "../errors";
import { bindTo, copyBytes, copyList, copyOptions, isString, listOf, viewBytes } from "../optionreader";
import type { OptionTypes } from "../optionreader";
import type { ClientIdentityOption, Options } from "../options";
import { Step } from "../wire/numbers";
import { Writer } from "../wire/writer";
import { SignatureScheme } from "../wire/numbers";
import {
	credentialOfFunction,
	KeyCredential,
	MAX_SIGNATURE_LENGTH,
	pickScheme12,
	pickScheme13,
	schemeHash,
} from "../crypto/credential";
import type { Credential } from "../crypto/credential";
import { readPrivateKey } from "../crypto/privatekey";
import { KeyKind } from "../crypto/signature";
import type { PublicKey } from "../crypto/signature";
import type { Suite } from "../crypto/suite";
import { enterToKey, takePublicKey } from "../x509/algorithms";
import { keyAlgorithm } from "../x509/unsupported";
import { DER, Part, Tag } from "../wire/der";
import { readPEM, readPEMKey } from "../x509/pem";
import type { CertificateInput } from "../x509/trust";
import { rawKeys } from "tls/optional/rawkeys/rawkeys";
import { equal } from "tls/hardware/compare";
import { hash, hashLength } from "tls/hardware/hash";
import type { Secret } from "tls/hardware/secret";
import { clientContent13, readCertificateRequest13, writeCertificate13, writeCertificateVerify } from "./certificate";
import type { CertificateRequest } from "./certificate";
import type { Flow, Link } from "./link";
import { wipeSecrets } from "./secrets";
import { writeFinished } from "./tls13/schedule";
import type { Transcript } from "./transcript";

// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const CLIENT_KEY = "clientKey";
const CLIENT_CERTIFICATES = "clientCertificates";
const FIRST = "the first";
const SIGN = "sign";
const CLIENT_IDENTITIES = "clientIdentities";
const NESTED = "nested" as const;

/** CertificateRequests after the handshake that are answered: each may cost a signature. */
const MAX_REQUESTS = 8;

/** Records of an answer after the handshake, which go out in one turn: a server may want them as short as 64 bytes. */
const MAX_ANSWER_RECORDS = 48;

/**
 * Identities, and certificates of each whose issuers are compared with the names of a request: that must not take long.
 */
const MAX_IDENTITIES = 4;
const MAX_ISSUERS = 2;

/** Names of a request that are compared with them. */
const MAX_COMPARED = 48;

/** A buffer that holds text begins with "-----". */
function refusePEM(name: string, bytes: Uint8Array): void {
	if (bytes.length > 5 && bytes[0] === 0x2d && bytes[4] === 0x2d)
		refuse(`"${name}" has a buffer with PEM text, expected DER: give PEM as a string`);
}

/** Reads the private key of the option `clientKey`; copies of it are wiped. */
function readKey(input: CertificateInput, publicKey: PublicKey): Secret {
	if (isString(input)) return readPEMKey(input, (bytes, start, end) => readPrivateKey(bytes, start, end, publicKey));
	const bytes = viewBytes(CLIENT_KEY, input);
	refusePEM(CLIENT_KEY, bytes);
	return readPrivateKey(bytes, 0, bytes.length, publicKey);
}

/** The chain of the option `clientCertificates`: copies, but for what lies in flash. */
function readChain(input: NonNullable<Options["clientCertificates"]>): Uint8Array[] {
	const chain: Uint8Array[] = [];
	const list = listOf(CLIENT_CERTIFICATES, input);
	for (let i = 0; i < list.length; i++) {
		const item = list[i];
		if (isString(item)) chain.push(...readPEM(item, "CERTIFICATE"));
		else {
			const der = copyBytes(CLIENT_CERTIFICATES, item);
			refusePEM(CLIENT_CERTIFICATES, der);
			chain.push(der);
		}
	}
	return chain;
}

/**
 * The public key of our own certificate. The rest of it is for the server to judge (RFC 8446 section 4.4.2.4): version,
 * serial number and extensions are not looked at.
 */
function readOwnKey(bytes: Uint8Array): PublicKey {
	const der = new DER(bytes, 0, bytes.length, FIRST);
	der.take(Tag.sequence, Part.certificate);
	if (der.hasMore) der.fail("has bytes after its end");
	enterToKey(der);
	const start = der.at;
	const key = takePublicKey(der);
	// no scheme for those of RSASSA-PSS is known to crypto/credential.ts
	if (!key.kind || key.kind >= KeyKind.pss) {
		der.at = start;
		der.fail(`has an unsupported key (${keyAlgorithm(der)})`);
	}
	return key;
}

/** Checks what the application's function returned, so that only a signature goes on the wire. */
function checkedSignature(signature: unknown): Uint8Array {
	const bytes = viewBytes(SIGN, signature);
	if (!bytes.length || bytes.length > MAX_SIGNATURE_LENGTH)
		refuse(`"sign" must return 1 to ${MAX_SIGNATURE_LENGTH} bytes, not ${bytes.length}`);
	return bytes;
}

/** Reads the client's identity, if the options give one. Throws "configuration". */
export function readCredential({
	clientCertificates,
	clientKey,
	sign,
}: Pick<Options, keyof ClientIdentityOption>): Credential | undefined {
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

const types: OptionTypes = Object.freeze({
	clientCertificates: "a string, a buffer, an array, or an object that is a Resource",
	clientKey: "a string, a buffer, or an object that is a Resource",
	sign: "a function",
});

/**
 * Reads identity number `index` of `list`, whose functions get `self` as their `this`. Throws "configuration" that
 * names it.
 */
export function readIdentity(list: readonly unknown[], index: number, self: unknown): Credential {
	try {
		const options = copyOptions<ClientIdentityOption>(CLIENT_IDENTITIES, list[index], types, NESTED);
		if (options.sign) options.sign = bindTo(self, SIGN, options.sign);
		const credential = readCredential(options);
		if (!credential) refuse('"clientCertificates" is missing');
		return credential;
	} catch (error) {
		if (!(error instanceof TLSError) || error.code !== "configuration") throw error;
		refuse(`"clientIdentities" [${index}]: ${error.message}`);
	}
}

/** The items of `clientIdentities`; none if it is not given. */
export function identityList({
	clientIdentities,
	clientCertificates,
	clientKey,
	sign,
}: Options): readonly unknown[] | undefined {
	if (clientIdentities === undefined) return undefined;
	if (clientCertificates !== undefined || clientKey !== undefined || sign)
		refuse('"clientIdentities" stands in place of "clientCertificates", "clientKey" and "sign": give one or the other');
	const list = copyList(CLIENT_IDENTITIES, clientIdentities, 0);
	if (!list.length || list.length > MAX_IDENTITIES)
		refuse(`"clientIdentities" must have 1 to ${MAX_IDENTITIES} items, not ${list.length}`);
	return list;
}

/** The client's identities; the first one is tried first. */
type Credentials = Pick<Config, "credential" | "otherCredentials">;

/** Which identity answers a request, and the scheme of its signature. */
export interface Identity {
	readonly credential: Credential;
	readonly scheme: number;
	/** The chain that is sent; the key alone, if raw keys were agreed. */
	chain: readonly Uint8Array[];
}

/** The end of the DER element at `at`; NaN or beyond the bytes if there is no whole element. */
function elementEnd(bytes: Uint8Array, at: number): number {
	let length = bytes[at + 1]!,
		start = at + 2;
	if (length < 0x80) return start + length;
	const end = start + (length & 0x7f);
	for (length = 0; start < end; start++) length = 256 * length + bytes[start]!;
	return end + length;
}

/** Where the content of the DER element at `at` begins. */
function contentStart(bytes: Uint8Array, at: number): number {
	const length = bytes[at + 1]!;
	return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
}

/** Where the issuer of a certificate begins, as DER; its length is 0 if that can't be read. */
function issuerOf(certificate: Uint8Array): { start: number; length: number } {
	let start = contentStart(certificate, contentStart(certificate, 0));
	if (certificate[start] === Tag.explicit) start = elementEnd(certificate, start);
	// serial number, signature
	start = elementEnd(certificate, elementEnd(certificate, start));
	const length = elementEnd(certificate, start) - start;
	return { start, length: length > 0 && start + length <= certificate.length ? length : 0 };
}

/**
 * Returns the index of the first of `candidates` that leads to a CA whose name the request has, byte for byte (RFC 8446
 * section 4.2.4), or 0. Each name is looked at once.
 */
function firstNamed(
	candidates: readonly Identity[],
	message: Uint8Array,
	{ namesStart, namesEnd }: CertificateRequest,
): number {
	const certificates: Uint8Array[] = [],
		starts: number[] = [],
		lengths: number[] = [],
		owners: number[] = [];
	for (let i = 0; i < candidates.length; i++) {
		const { chain } = candidates[i]!;
		for (let k = 0; k < chain.length && k < MAX_ISSUERS; k++) {
			const { start, length } = issuerOf(chain[k]!);
			certificates.push(chain[k]!);
			starts.push(start);
			lengths.push(length);
			owners.push(i);
		}
	}
	let found = candidates.length;
	let at = namesStart;
	for (let i = 0; i < MAX_COMPARED && at < namesEnd; i++) {
		const length = (message[at]! << 8) | message[at + 1]!;
		at += 2;
		for (let k = 0; k < lengths.length && owners[k]! < found; k++)
			if (lengths[k] === length && equal(message, at, certificates[k]!, starts[k]!, length)) found = owners[k]!;
		at += length;
	}
	return found < candidates.length ? found : 0;
}

/**
 * Returns the identity that answers `request`, which lies in `message`: the first with a fitting key and a chain to a
 * CA that is named. If there is none, the first with a fitting key, as names can be written in other ways. Undefined if
 * no key fits.
 */
function choose(
	{ credential, otherCredentials }: Credentials,
	message: Uint8Array,
	request: CertificateRequest,
	pick: typeof pickScheme13,
): Identity | undefined {
	const candidates: Identity[] = [];
	let current = credential;
	for (let i = 0; current; i++) {
		const scheme = pick(current, request.schemes);
		if (scheme) candidates.push({ credential: current, scheme, chain: current.chain });
		current = otherCredentials?.[i];
	}
	const isOpen = candidates.length > 1 && request.namesEnd > request.namesStart;
	return candidates[isOpen ? firstNamed(candidates, message, request) : 0];
}

/** Chooses for TLS 1.3's CertificateRequest. */
export function chooseIdentity13(
	credentials: Credentials,
	message: Uint8Array,
	request: CertificateRequest,
): Identity | undefined {
	return choose(credentials, message, request, pickScheme13);
}

/** Chooses for TLS 1.2's. */
export function chooseIdentity12(
	credentials: Credentials,
	message: Uint8Array,
	request: CertificateRequest,
): Identity | undefined {
	return choose(credentials, message, request, pickScheme12);
}

/**
 * Writes what a CertificateRequest with `context` has asked for: our certificates and a signature, or an empty list if
 * no identity fits. All that `w` holds follows on the transcript.
 */
export function writeIdentity(
	w: Writer,
	context: Uint8Array,
	identity: Identity | undefined,
	transcript: Transcript,
): void {
	writeCertificate13(w, context, identity ? identity.chain : []);
	if (!identity) return;
	const { credential, scheme } = identity;
	const content = clientContent13(transcript.digestWith(w.bytes, 0, w.length));
	if (scheme === SignatureScheme.ed25519) {
		writeCertificateVerify(w, scheme, credential.sign(scheme, content));
		return;
	}
	const algorithm = schemeHash(scheme);
	const digest = new Uint8Array(hashLength(algorithm));
	hash(algorithm, content, 0, content.length, digest, 0);
	writeCertificateVerify(w, scheme, credential.sign(scheme, digest));
}

/** The CertificateVerify of TLS 1.2, over all that is on the transcript (RFC 5246 section 7.4.8). */
export function writeProof12(w: Writer, { credential, scheme }: Identity, transcript: Transcript): void {
	writeCertificateVerify(w, scheme, credential.sign(scheme, transcript.digestBy(schemeHash(scheme))));
}

/** What a client shows: certificates, or the first one's key alone. */
type IdentityForm = "certificates" | "key";

/** Answers CertificateRequests after the handshake; there only if the application offers that. */
export class Identifier {
	private readonly suite: Suite;
	private readonly credentials: Credentials;
	/** Ends with the client's Finished of the handshake, and stays there (section 4.4.1). */
	private readonly transcript: Transcript;
	private requests = 0;
	/** XS: absent unless set. Our key alone was agreed on (RFC 7250). */
	declare private readonly sendsKey: true | undefined;

	/** Takes over the transcript. */
	constructor(suite: Suite, credentials: Credentials, transcript: Transcript, sends: IdentityForm) {
		this.suite = suite;
		this.credentials = credentials;
		this.transcript = transcript;
		if (sends === "key") this.sendsKey = true;
	}

	/**
	 * Answers the CertificateRequest that the link holds: it chooses, signs and sends in turns of their own. `owner`
	 * has the client's traffic secret, which a KeyUpdate in between replaces.
	 */
	*answer(link: Link, owner: { readonly client: Secret | undefined }): Flow {
		if (++this.requests > MAX_REQUESTS)
			throw new TLSError("too_much_work", `the server asked for a certificate more than ${MAX_REQUESTS} times`);
		const request = readCertificateRequest13(link.reader);
		const identity = chooseIdentity13(this.credentials, link.message, request);
		if (identity && this.sendsKey) identity.chain = [rawKeys!.ownKey(identity.chain[0]!)];
		yield Step.pause;
		const w = new Writer(link.messageEnd - link.messageStart + 64);
		w.copy(link.message, link.messageStart, link.messageEnd);
		const start = w.length;
		writeIdentity(w, request.context, identity, this.transcript);
		yield Step.pause;
		writeFinished(w, this.suite, owner.client!, this.transcript);
		const records = Math.ceil((w.length - start) / link.maxFragment);
		if (records > MAX_ANSWER_RECORDS)
			throw new TLSError(
				"too_much_work",
				`the server wants our certificates in ${records} records of ${link.maxFragment} bytes, more than ${MAX_ANSWER_RECORDS}: give a shorter chain in "clientCertificates"`,
			);
		link.send(w.bytes, start, w.length);
	}

	close(): void {
		wipeSecrets(this.credentials);
		this.transcript.close();
	}
}

/** What answers requests after the handshake, whose end the transcript has reached; that is closed. */
export function makeIdentifier(
	suite: Suite,
	{ credential, otherCredentials }: Credentials,
	transcript: Transcript,
	sends: IdentityForm,
): Identifier | undefined {
	const credentials: { credential?: Credential; otherCredentials?: readonly Credential[] } = {};
	if (credential) credentials.credential = credential.handOver();
	if (otherCredentials) credentials.otherCredentials = otherCredentials.map(other => other.handOver());
	return new Identifier(suite, credentials, transcript.handOver(), sends);
}
