/*
	What the application asks for, checked once and frozen. An option that is unknown, of the wrong type or out of range is refused by name;
	none switches verification off. 
*/

import { CipherSuite, ProtocolVersion, SignatureScheme, Signer } from "./wire/numbers";
import type { CertificatePolicy } from "./x509/path";
import { groupsFor, lacks } from "./crypto/preference";
import { findSuite, findSuiteByName } from "./crypto/suites";
import { offered12 } from "./crypto/suites12";
import { askedName, isAddress } from "./x509/names";
import { lowestVersion } from "./handshake/tls12/hello";
import { readCredential } from "./handshake/identity";
import { readExternalKey, resumption } from "./handshake/resumption/resumption";
import { fragmentCode, limitsThatFit, messageThatFits } from "./connection/limits";
import type { RecordLimits } from "./connection/limits";
import type { Config } from "./config";
import { bytesOf, numberOption, refuse, typeName } from "./options";
import type { Options } from "./options";
import { requiresStatus } from "./x509/ocsp";
import { clockPolicy } from "./x509/time";
import { RootStore, trustCertificates } from "./x509/trust";
import type { CertificateInput } from "./x509/trust";
import { ChipFeature, chipFeatures } from "tls/hardware/chip";
import { legacy, problem } from "tls/optional/legacy/legacy";

const suites13: readonly number[] = Object.freeze([
	CipherSuite.TLS_AES_128_GCM_SHA256, CipherSuite.TLS_AES_256_GCM_SHA384, CipherSuite.TLS_CHACHA20_POLY1305_SHA256,
]);

/** Old suites are offered behind the others, if at all. */
const suites12: readonly number[] = legacy ? Object.freeze([...offered12, ...legacy.suites]) : offered12;

const suitesOfBoth: readonly number[] = Object.freeze([...suites13, ...suites12]);

const signatureSchemes: readonly number[] = Object.freeze([
	SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.ecdsa_secp384r1_sha384,
	SignatureScheme.rsa_pss_rsae_sha256, SignatureScheme.rsa_pss_rsae_sha384, SignatureScheme.rsa_pss_rsae_sha512,
	SignatureScheme.rsa_pkcs1_sha256, SignatureScheme.rsa_pkcs1_sha384, SignatureScheme.rsa_pkcs1_sha512,
]);

/** Seconds that a session is used after the last full handshake: by default and at most, seven days and a year. */
const SESSION_LIFETIME = 604800;
const MAX_SESSION_LIFETIME = 31536000;

/** While it is filled in. */
type Making<T> = { -readonly [K in keyof T]: T[K] };

/** With one that is for tcp.ts. */
const types: Readonly<Record<keyof Options | "onHandshake", string>> = Object.freeze({
	onHandshake: "function",
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
	sessionLifetime: "number",
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
	timeout: "number",
	idleTimeout: "number",
	now: "function",
});

/** Every option is known and of its type. */
function checkTypes(options: object): void {
	const names = Object.keys(options);
	for (let i = 0; i < names.length; i++) {
		const name = names[i]!;
		if (name === "verify") refuse('"verify": checking can\'t be switched off; give a pin, or the server\'s own certificate as "certificate"');
		const type = types[name as keyof Options];
		if (type === undefined) refuse(`"${name}" is no option of this client`);
		const value = options[name as keyof object] as unknown;
		if (value !== undefined && !type.includes(typeName(value)) && !(name === "certificate" && typeof value === "object"))
			refuse(`"${name}" must be a ${type}, not a ${typeName(value)}`);
	}
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
	for (let i = 0; i < list.length; i++) {
		const protocol = list[i];
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

function checkPins(pins: readonly Uint8Array[]): void {
	for (const pin of pins) if (!(pin instanceof Uint8Array) || pin.length !== 32) refuse('"pins": each is the 32 bytes of a SHA-256');
}

function certificatePolicy(name: string, options: Options): CertificatePolicy {
	const { roots, certificate, pins, pinsInsteadOfRoots = false } = options;
	if (roots !== undefined && !(roots instanceof RootStore)) refuse('"roots" must be a RootStore (tls/x509/trust)');
	if (roots && certificate !== undefined) refuse('"roots" and "certificate": give one of them');
	const list = certificate === undefined ? undefined : Array.isArray(certificate) ? certificate : [certificate as CertificateInput];
	const store = list ? trustCertificates(list) : roots;
	if (pinsInsteadOfRoots && (store || !pins?.length)) refuse('"pinsInsteadOfRoots" needs "pins", and neither "roots" nor "certificate"');
	if (!store && !pinsInsteadOfRoots && !options.psk) refuse('whom to trust is not said: give "roots", "certificate", "psk" or "pins" with "pinsInsteadOfRoots"');
	if (pins) checkPins(pins);
	const policy: Making<CertificatePolicy> = { name, clock: clockPolicy(options.clock) };
	if (store) policy.roots = store;
	if (pins) policy.pins = pins;
	if (pinsInsteadOfRoots) policy.pinsInsteadOfRoots = true;
	if (requiresStatus(options)) policy.requiresStatus = true;
	return Object.freeze(policy);
}

/** Longest time of a timer, in milliseconds. */
const MAX_TIMER_MS = 0x7fffffff;

function addRare(config: Making<Config>, { earlyData, postHandshakeAuth, inflate, recordPadding, timeout, idleTimeout }: Options): void {
	if (earlyData) config.earlyData = bytesOf(earlyData);
	if (postHandshakeAuth) config.postHandshakeAuth = true;
	if (inflate) config.inflate = inflate;
	if (recordPadding !== undefined) config.recordPadding = numberOption("recordPadding", recordPadding, 2, 1024, 0);
	if (timeout !== undefined) config.timeout = numberOption("timeout", timeout, 0, MAX_TIMER_MS, 0);
	if (idleTimeout !== undefined) config.idleTimeout = numberOption("idleTimeout", idleTimeout, 0, MAX_TIMER_MS, 0);
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
	const psk = readExternalKey(options);
	const isKeyOnly = !certificates.roots && !certificates.pinsInsteadOfRoots;
	const lowest = isKeyOnly ? ProtocolVersion.tls13 : lowestVersion(options);
	if (isKeyOnly && certificates.pins) refuse('"pins" are for certificates: give "roots" or "certificate", or leave them out beside "psk"');
	if (isKeyOnly && options.minVersion === ProtocolVersion.tls12) refuse('"psk" alone needs TLS 1.3: for TLS 1.2 say which certificates to trust');
	const minVersion = numberOption("minVersion", options.minVersion, ProtocolVersion.tls12, ProtocolVersion.tls13, lowest);
	const maxVersion = numberOption("maxVersion", options.maxVersion, ProtocolVersion.tls12, ProtocolVersion.tls13, ProtocolVersion.tls13);
	if (psk && maxVersion === ProtocolVersion.tls12) refuse('"psk" is for TLS 1.3, which "maxVersion" leaves out');
	const { session, onSession } = options;
	const identity = readCredential(options);
	const protocols = protocolList(options.applicationLayerProtocolNegotiation);
	const all = suitesOf(options.cipherSuites, minVersion, maxVersion);
	const suites = isKeyOnly ? all.filter(id => findSuite(id)?.hash === psk!.hash) : all;
	if (!suites.length) refuse('"cipherSuites" has none with the hash of "psk"');
	if (psk?.maxEarlyData && !suites.includes(psk.suite)) refuse('"psk": its "cipherSuite" is not offered');
	if (psk?.protocol && !protocols.includes(psk.protocol)) refuse('"psk": its "protocol" is not offered: name it in "applicationLayerProtocolNegotiation"');
	const binding = session || onSession
		? resumption!.sessionBinding(certificates, identity?.chain[0], psk) : undefined;
	const given = givenLimits(options);
	const lifetime = numberOption("sessionLifetime", options.sessionLifetime, 1, MAX_SESSION_LIFETIME, SESSION_LIFETIME);
	const terms = { suites, protocols, maxFragmentCode: given?.maxFragmentCode, clock: certificates.clock, lifetime };
	const usable = session && resumption!.usableSession(bytesOf(session), binding!, terms);
	const limits = given ?? limitsThatFit(maxVersion);
	const config: Making<Config> = {
		sni: isAddress(name) ? undefined : name,
		protocols,
		minVersion, maxVersion,
		suites, groups: groupsFor(chipFeatures()), signatureSchemes,
		certificates,
		maxMessage: options.maxMessage === undefined ? messageThatFits() : numberOption("maxMessage", options.maxMessage, 1024, 0xffffff, 0),
		recordSizeLimit: limits.recordSizeLimit,
		maxFragmentCode: usable ? usable.maxFragmentCode : limits.maxFragmentCode,
		maxSendFragment: numberOption("maxSendFragment", options.maxSendFragment, 512, 16384, 4096),
		now: options.now ?? Date.now,
	};
	if (usable) config.session = usable;
	if (onSession) {
		config.onSession = onSession;
		config.sessionBinding = binding;
	}
	if (psk) config.psk = psk;
	if (identity) config.credential = identity;
	addRare(config, options);
	return Object.freeze(config);
}
