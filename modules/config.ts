/*
	What the application asks for, checked once and frozen. An option that is unknown, of the wrong type or out of range is refused by name;
	none switches verification off. Used by client.ts and connection.ts.
*/

import { TLSError } from "./errors";
import { ProtocolVersion, CipherSuite, SignatureScheme } from "./wire/numbers";
import { PathSearch } from "./x509/path";
import type { CertificatePolicy } from "./x509/path";
import { credentialOfFunction, credentialOfKey } from "./crypto/credential";
import type { Credential } from "./crypto/credential";
import { groupsFor, lacks } from "./crypto/preference";
import { findSuite, findSuiteByName, Signer } from "./crypto/suites";
import type { KeyKind } from "./crypto/signature";
import { Certificate } from "./x509/certificate";
import { askedName, isAddress } from "./x509/names";
import type { ExternalKey } from "./handshake/psk";
import { importSession, sessionBinding } from "./handshake/resume";
import type { Session } from "./handshake/resume";
import { fragmentCode, limitsThatFit } from "./limits";
import type { RecordLimits } from "./limits";
import { readPEM } from "./x509/pem";
import { clockPolicy } from "./x509/time";
import type { ClockOption } from "./x509/time";
import { RootStore, trustCertificates } from "./x509/trust";
import type { CertificateInput } from "./x509/trust";
import { ChipFeature, chipFeatures } from "tls/hardware/chip";
import { HashAlgorithm } from "tls/hardware/hash";
import { legacy, problem } from "tls/legacy/legacy";

/** The `secure` dictionary of TLSClient. Names that the SDK's TLS has keep their meaning. */
export interface Options {
	/** The server's name or address: what its certificate must say. Default: the host of the connection. */
	serverName?: string;
	/** Application protocols in order of preference (ALPN, RFC 7301). */
	applicationLayerProtocolNegotiation?: string | readonly string[];
	/** Lowest and highest version: 0x0303 is TLS 1.2, 0x0304 TLS 1.3. Default: both. */
	minVersion?: number;
	maxVersion?: number;
	/**
	 * Cipher suites in order of preference, by their registered names. Default: those of AES-GCM and ChaCha20-Poly1305. AES-CCM comes only by this
	 * option: TLS_AES_128_CCM_SHA256, TLS_AES_128_CCM_8_SHA256 (whose tag has 8 octets, so that one forgery in 2^64 gets through) and
	 * TLS 1.2's TLS_ECDHE_ECDSA_WITH_AES_128_CCM and ..._CCM_8. Old suites can be named where "config.tls" switches them on (legacy/legacy.ts).
	 */
	cipherSuites?: readonly string[];
	/** Trusted certificates, DER or PEM: authorities, or the server's own certificate. */
	certificate?: CertificateInput | readonly CertificateInput[];
	/** The client's own certificates, DER or PEM, its own first, then those that lead to an authority; with them `clientKey` or `sign`. */
	clientCertificates?: CertificateInput | readonly CertificateInput[];
	/** The private key of the first, DER or PEM: PKCS #8, or the key itself. */
	clientKey?: CertificateInput;
	/** Signs in place of `clientKey`: the digest by the SignatureScheme's hash; ECDSA's signature in DER. May not call back into the connection. */
	sign?: (scheme: number, digest: Uint8Array) => ArrayBuffer | Uint8Array;
	/**
	 * True: the server may ask for the client's certificate at any time after the handshake, too (TLS 1.3), and gets it, or an empty list where there
	 * is none. It keeps the transcript's hash for as long as the connection lasts. Default: such a request is refused.
	 */
	postHandshakeAuth?: boolean;
	/**
	 * A session to go on with, as `onSession` gave it. One that is of no use for this server or too old is passed over. One of TLS 1.3 is for one
	 * connection, since whoever sees it twice can tell that it is the same client (RFC 8446 appendix C.4): its bytes are wiped. Forget copies, too.
	 */
	session?: ArrayBuffer | Uint8Array;
	/**
	 * Goes out with the first flight of TLS 1.3 where `session` allows that much, before the server is known to be there (RFC 8446 section 8, appendix
	 * E.5): whoever listens can send it to the server again, so only requests that may be replayed, such as a GET without effects. Where
	 * `onHandshake` says that `earlyData` is false, the server has not taken it, and the application has to send it.
	 */
	earlyData?: ArrayBuffer | Uint8Array;
	/**
	 * Gets a session for a later connection to the same server; keep it like a password. With TLS 1.3 it is called after the handshake, whenever
	 * the server sends a ticket, often twice.
	 */
	onSession?: (session: ArrayBuffer) => void;
	/**
	 * A key that only this client and the server know, in place of certificates (RFC 8446 section 4.2.11; TLS 1.3 only). Where it is the only
	 * trust that is given, a server that does not take it is refused.
	 */
	psk?: PreSharedKeyOption;
	/** A store of trusted roots. */
	roots?: RootStore;
	/** SHA-256 of the SubjectPublicKeyInfo of the server's or an authority's key; one of them must be in the chain. */
	pins?: readonly Uint8Array[];
	/** True: the pins stand in for a root store. */
	pinsInsteadOfRoots?: boolean;
	/**
	 * A stapled certificate status (OCSP) is asked for and checked; a certificate that promises one (RFC 7633) must come with it. "require": every
	 * certificate must. Default "ask".
	 */
	staple?: "ask" | "require";
	/**
	 * Decompresses zlib's format; with it the server is told that it may compress its certificates (RFC 8879, TLS 1.3 only). Has to fill all of `to`
	 * with all of `from[start..end)` and return true, or false where that can't be. hardware/inflate has one.
	 */
	inflate?: (from: Uint8Array, start: number, end: number, to: Uint8Array) => boolean;
	/** How time is told; see x509/time.ts. */
	clock?: ClockOption;
	/** Longest handshake message that is taken, in octets; a certificate chain must fit. Default 32768. */
	maxMessage?: number;
	/**
	 * Most text that the server may put in a record, in octets with one for the type, 64 to 16385 (RFC 8449): what a record needs in
	 * memory. Not every server keeps to it, and a record for which there is no room ends the connection with "out_of_memory". Default: where neither
	 * this nor `tls_max_fragment_length` is given, what memory allows when the connection is made, and that goes for both (limits.ts). It can't know
	 * what the application needs later: for several connections at once, say how large their records may be.
	 */
	recordSizeLimit?: number;
	/**
	 * Most text in a record both ways, 512, 1024, 2048 or 4096 octets (RFC 6066 section 4): more servers know it than recordSizeLimit, and both
	 * may be asked for. A session goes on with the length that it was made with, and no other.
	 */
	tls_max_fragment_length?: number;
	/** Most text in a record that is sent, in octets, 512 to 16384. Default 4096. */
	maxSendFragment?: number;
	/**
	 * Records that are sent are filled up to a multiple of this, 2 to 1024 octets, as far as the longest record allows: who listens sees less of
	 * what is said (RFC 8446 section 5.4). TLS 1.3 only: what TLS 1.2 sends stays as long as it is. Default: not filled up.
	 */
	recordPadding?: number;
	/** Milliseconds of any clock, for `HandshakeInfo.timing`. Default `Date.now`, which jumps when the clock is set. */
	now?: () => number;
}

/** An external pre-shared key, and the name by which the server finds it. */
export interface PreSharedKeyOption {
	/** A text in ASCII, or octets. */
	identity: string | ArrayBuffer | Uint8Array;
	/** At random, 16 to 64 octets: a password is no key (RFC 9257 section 6). */
	key: ArrayBuffer | Uint8Array;
	/** The hash that the server knows the key for. Default "sha256". */
	hash?: "sha256" | "sha384";
}

/** The options, checked. */
export interface Config {
	/** Name for the SNI extension; undefined for an address (RFC 6066 section 3). */
	readonly sni: string | undefined;
	readonly protocols: readonly string[];
	readonly minVersion: number;
	readonly maxVersion: number;
	readonly suites: readonly number[];
	/** Groups in order of preference; a key share is sent for the first. */
	readonly groups: readonly number[];
	readonly signatureSchemes: readonly number[];
	readonly certificates: CertificatePolicy;
	/** The client's own identity, if it has one. */
	readonly credential: Credential | undefined;
	readonly postHandshakeAuth: boolean;
	readonly session: Session | undefined;
	readonly psk: ExternalKey | undefined;
	readonly earlyData: Uint8Array | undefined;
	readonly onSession: ((session: ArrayBuffer) => void) | undefined;
	/** Which server and which trust a session belongs to; where sessions are used at all. */
	readonly sessionBinding: Uint8Array | undefined;
	/** What verifies the server's certificates; tests replay recordings with another. */
	readonly PathSearch: typeof PathSearch;
	readonly inflate: Options["inflate"];
	readonly maxMessage: number;
	/** 0 where none is asked for. */
	readonly recordSizeLimit: number;
	/** RFC 6066's number for tls_max_fragment_length; 0 where none is asked for. */
	readonly maxFragmentCode: number;
	readonly maxSendFragment: number;
	/** 0 where records are not filled up. */
	readonly recordPadding: number;
	/** Milliseconds for timing. */
	readonly now: () => number;
}

const suites13: readonly number[] = Object.freeze([
	CipherSuite.TLS_AES_128_GCM_SHA256, CipherSuite.TLS_AES_256_GCM_SHA384, CipherSuite.TLS_CHACHA20_POLY1305_SHA256,
]);

/** Old suites are offered behind the others, if at all. */
const suites12: readonly number[] = Object.freeze([
	CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	...legacy?.suites ?? [],
]);

const suitesOfBoth: readonly number[] = Object.freeze([...suites13, ...suites12]);

/** Most octets of a pre-shared key's name. */
const MAX_IDENTITY = 1024;

const signatureSchemes: readonly number[] = Object.freeze([
	SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.ecdsa_secp384r1_sha384,
	SignatureScheme.rsa_pss_rsae_sha256, SignatureScheme.rsa_pss_rsae_sha384, SignatureScheme.rsa_pss_rsae_sha512,
	SignatureScheme.rsa_pkcs1_sha256, SignatureScheme.rsa_pkcs1_sha384, SignatureScheme.rsa_pkcs1_sha512,
]);

const types: Readonly<Record<keyof Options, string>> = Object.freeze({
	serverName: "string",
	applicationLayerProtocolNegotiation: "string or array",
	minVersion: "number",
	maxVersion: "number",
	cipherSuites: "array",
	certificate: "string, buffer or array",
	clientCertificates: "string, buffer or array",
	clientKey: "string or buffer",
	sign: "function",
	postHandshakeAuth: "boolean",
	session: "buffer",
	onSession: "function",
	psk: "object",
	earlyData: "buffer",
	roots: "object",
	pins: "array",
	pinsInsteadOfRoots: "boolean",
	clock: "string or function",
	staple: "string",
	inflate: "function",
	maxMessage: "number",
	recordSizeLimit: "number",
	tls_max_fragment_length: "number",
	maxSendFragment: "number",
	recordPadding: "number",
	now: "function",
});

function refuse(message: string): never {
	throw new TLSError("configuration", message);
}

function typeName(value: unknown): string {
	if (Array.isArray(value)) return "array";
	if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return "buffer";
	return typeof value;
}

/** Every option is known and of its type. */
function checkTypes(options: object): void {
	for (const name of Object.keys(options)) {
		if (name === "verify") refuse('"verify": checking can\'t be switched off; give a pin, or the server\'s own certificate as "certificate"');
		const type = types[name as keyof Options];
		if (type === undefined) refuse(`"${name}" is no option of this client`);
		const value = options[name as keyof object] as unknown;
		if (value !== undefined && !type.includes(typeName(value)) && !(name === "certificate" && typeof value === "object"))
			refuse(`"${name}" must be a ${type}, not a ${typeName(value)}`);
	}
}

function numberOption(name: string, value: number | undefined, min: number, max: number, preset: number): number {
	if (value === undefined) return preset;
	if (!(value >= min && value <= max && Math.floor(value) === value)) refuse(`"${name}" must be a whole number from ${min} to ${max}, not ${value}`);
	return value;
}

/** What is asked for by the application; undefined where it leaves that to memory. */
function givenLimits({ recordSizeLimit, tls_max_fragment_length: fragment }: Options): RecordLimits | undefined {
	if (recordSizeLimit === undefined && fragment === undefined) return undefined;
	return {
		recordSizeLimit: numberOption("recordSizeLimit", recordSizeLimit, 64, 16385, 0),
		maxFragmentCode: fragment === undefined ? 0 : fragmentCode(fragment),
	};
}

function protocolList(value: string | readonly string[] | undefined): readonly string[] {
	const list = value === undefined ? [] : typeof value === "string" ? [value] : value;
	for (const protocol of list) {
		if (typeof protocol !== "string" || protocol.length < 1 || protocol.length > 255)
			refuse('"applicationLayerProtocolNegotiation": a protocol is a name of 1 to 255 characters');
	}
	return list;
}

/** The suites that the application names, as far as they go with the versions. */
function namedSuites(names: readonly string[], min: number, max: number): readonly number[] {
	const ids: number[] = [];
	let versions = 0;
	for (const name of names) {
		const suite = findSuiteByName(name) ?? legacy?.findSuiteByName(name);
		if (!suite) refuse(`"cipherSuites": "${name}" is none that this client knows`);
		const version = suite.signer === Signer.any ? ProtocolVersion.tls13 : ProtocolVersion.tls12;
		if (lacks(chipFeatures(), suite.id)) refuse(`"cipherSuites": ${name} is not in this build: CONFIG_MBEDTLS_CHACHAPOLY_C is off`);
		if (ids.includes(suite.id)) refuse(`"cipherSuites" has ${name} twice`);
		if (version < min || version > max) continue;
		versions |= 1 << (version & 7);
		ids.push(suite.id);
	}
	for (let version = min; version <= max; version++) {
		if (!(versions & (1 << (version & 7))))
			refuse(`"cipherSuites" has none for TLS 1.${(version & 0xff) - 1}: name one, or leave the version out with "minVersion" or "maxVersion"`);
	}
	return ids;
}

/** The suites of the versions asked for. */
function suitesOf(names: readonly string[] | undefined, min: number, max: number): readonly number[] {
	if (min > max) refuse(`"minVersion" is above "maxVersion"`);
	if (names) return namedSuites(names, min, max);
	const all = max === ProtocolVersion.tls12 ? suites12 : min === ProtocolVersion.tls13 ? suites13 : suitesOfBoth;
	return chipFeatures() & ChipFeature.chacha20_poly1305 ? all : all.filter(id => !lacks(chipFeatures(), id));
}

function certificatePolicy(name: string, options: Options): CertificatePolicy {
	const { roots, certificate, pins, pinsInsteadOfRoots = false, staple } = options;
	if (roots !== undefined && !(roots instanceof RootStore)) refuse('"roots" must be a RootStore (tls/x509/trust)');
	if (staple !== undefined && staple !== "ask" && staple !== "require") refuse('"staple" is "ask" or "require"');
	if (roots && certificate !== undefined) refuse('"roots" and "certificate": give one of them');
	const list = certificate === undefined ? undefined : Array.isArray(certificate) ? certificate : [certificate as CertificateInput];
	const store = list ? trustCertificates(list) : roots;
	if (pinsInsteadOfRoots && (store || !pins?.length)) refuse('"pinsInsteadOfRoots" needs "pins", and neither "roots" nor "certificate"');
	if (!store && !pinsInsteadOfRoots && !options.psk) refuse('whom to trust is not said: give "roots", "certificate", "psk" or "pins" with "pinsInsteadOfRoots"');
	for (const pin of pins ?? []) if (!(pin instanceof Uint8Array) || pin.length !== 32) refuse('"pins": each is the 32 bytes of a SHA-256');
	return Object.freeze({
		name, roots: store, pins, pinsInsteadOfRoots, clock: clockPolicy(options.clock), maxSignatures: 16, maxCertificates: 40,
		requiresStatus: staple === "require",
	});
}

function bytesOf(input: ArrayBuffer | Uint8Array): Uint8Array {
	return input instanceof Uint8Array ? input : new Uint8Array(input);
}

/** The one private key in DER or PEM. */
function privateKey(input: CertificateInput): Uint8Array {
	if (typeof input !== "string") return bytesOf(input);
	for (const label of ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"]) {
		if (input.includes(`-----BEGIN ${label}-----`)) return readPEM(input, label)[0]!;
	}
	refuse('"clientKey" has no private key in it (an encrypted one can\'t be used)');
}

function credential({ clientCertificates, clientKey, sign }: Options): Credential | undefined {
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

function externalKey(psk: PreSharedKeyOption | undefined): ExternalKey | undefined {
	if (!psk) return undefined;
	const { identity, key, hash = "sha256" } = psk;
	if (typeof identity !== "string" && typeName(identity) !== "buffer") refuse('"psk": "identity" must be a string or a buffer');
	if (typeName(key) !== "buffer") refuse('"psk": "key" must be a buffer');
	if (hash !== "sha256" && hash !== "sha384") refuse('"psk": "hash" is "sha256" or "sha384"');
	const name = bytesOf(typeof identity === "string" ? ArrayBuffer.fromString(identity) : identity);
	const secret = bytesOf(key);
	if (!name.length || name.length > MAX_IDENTITY) refuse(`"psk": "identity" must have 1 to ${MAX_IDENTITY} bytes, not ${name.length}`);
	if (secret.length < 16 || secret.length > 64) refuse(`"psk": "key" must have 16 to 64 bytes, not ${secret.length}`);
	return { identity: name, secret, hash: hash === "sha256" ? HashAlgorithm.sha256 : HashAlgorithm.sha384 };
}

function wipe(bytes: Uint8Array): void {
	try {
		bytes.fill(0);
	}
	catch {
		refuse('"session" must be in a buffer that can be written: one of TLS 1.3 is used once, and wiped');
	}
}

/** The session where it goes with what is offered now, else undefined. */
function usableSession(bytes: Uint8Array, binding: Uint8Array, suites: readonly number[], protocols: readonly string[],
	limits: RecordLimits | undefined): Session | undefined {
	const session = importSession(bytes, binding, Date.now());
	if (session?.version === ProtocolVersion.tls13) wipe(bytes);
	if (!session || !suites.includes(session.suite)) return undefined;
	// RFC 6066 section 4: it holds for as long as the session does
	if (limits && limits.maxFragmentCode !== session.maxFragmentCode) return undefined;
	// RFC 7627 section 5.3
	if (session.version === ProtocolVersion.tls12) return session.isExtended || legacy?.sparesExtendedMasterSecret ? session : undefined;
	const isRight = session.secret.length === findSuite(session.suite)!.hashLength && (!session.protocol || protocols.includes(session.protocol));
	return isRight ? session : undefined;
}

/** Checks `options` for a connection to `host`. Throws TLSError "configuration" that names what is wrong. */
export function configure(options: Options, host: string | undefined): Config {
	checkTypes(options);
	if (problem) refuse(problem);
	const server = options.serverName ?? host;
	if (!server) refuse('"serverName" is missing: it says whose certificate to expect');
	const name = askedName(server);
	if (name === undefined) refuse(`"serverName" or the host, "${server}", is neither an address nor a name in ASCII; names of other letters start with "xn--"`);
	const certificates = certificatePolicy(name, options);
	const psk = externalKey(options.psk);
	const isKeyOnly = !certificates.roots && !certificates.pinsInsteadOfRoots;
	const lowest = isKeyOnly ? ProtocolVersion.tls13 : ProtocolVersion.tls12;
	if (isKeyOnly && certificates.pins) refuse('"pins" are for certificates: give "roots" or "certificate", or leave them out beside "psk"');
	if (isKeyOnly && options.minVersion === ProtocolVersion.tls12) refuse('"psk" alone needs TLS 1.3: for TLS 1.2 say which certificates to trust');
	const minVersion = numberOption("minVersion", options.minVersion, ProtocolVersion.tls12, ProtocolVersion.tls13, lowest);
	const maxVersion = numberOption("maxVersion", options.maxVersion, ProtocolVersion.tls12, ProtocolVersion.tls13, ProtocolVersion.tls13);
	if (psk && maxVersion === ProtocolVersion.tls12) refuse('"psk" is for TLS 1.3, which "maxVersion" leaves out');
	const { session, onSession } = options;
	const identity = credential(options);
	const protocols = protocolList(options.applicationLayerProtocolNegotiation);
	const all = suitesOf(options.cipherSuites, minVersion, maxVersion);
	const suites = isKeyOnly ? all.filter(id => findSuite(id)?.hash === psk!.hash) : all;
	if (!suites.length) refuse('"cipherSuites" has none with the hash of "psk"');
	const binding = session || onSession
		? sessionBinding(name, certificates.roots?.bytes, certificates.pins, identity?.chain[0], psk?.secret) : undefined;
	const given = givenLimits(options);
	const usable = session && usableSession(bytesOf(session), binding!, suites, protocols, given);
	const limits = given ?? limitsThatFit(maxVersion);
	return Object.freeze({
		sni: isAddress(name) ? undefined : name,
		protocols,
		minVersion, maxVersion,
		suites, groups: groupsFor(chipFeatures()), signatureSchemes,
		certificates,
		session: usable,
		onSession,
		sessionBinding: binding,
		psk,
		earlyData: options.earlyData && bytesOf(options.earlyData),
		credential: identity,
		postHandshakeAuth: options.postHandshakeAuth ?? false,
		PathSearch,
		inflate: options.inflate,
		maxMessage: numberOption("maxMessage", options.maxMessage, 1024, 0xffffff, 32768),
		recordSizeLimit: limits.recordSizeLimit,
		maxFragmentCode: usable ? usable.maxFragmentCode : limits.maxFragmentCode,
		maxSendFragment: numberOption("maxSendFragment", options.maxSendFragment, 512, 16384, 4096),
		recordPadding: numberOption("recordPadding", options.recordPadding, 2, 1024, 0),
		now: options.now ?? Date.now,
	});
}
