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
import { withHybrid } from "./handshake/keyshare";
import { wipeSecrets } from "./handshake/secrets";
import { readExternalKey, resumption } from "./handshake/resumption/resumption";
import { fragmentCode, limitsThatFit, messageThatFits } from "./connection/limits";
import type { RecordLimits } from "./connection/limits";
import type { Config } from "./config";
import { refuse, TLSError } from "./errors";
import { copyBytes, copyList, copyOptions, describeType, listOf, viewBytes } from "./optionreader";
import { numberOption, typeName } from "./options";
import type { Options } from "./options";
import { requiresStatus } from "./x509/ocsp";
import { CLOCK_TOLERANCE, clockPolicy, clockTime, type ClockPolicy } from "./x509/time";
import { RootStore, trustCertificates } from "./x509/trust";
import type { CertificateInput } from "./x509/trust";
import { ChipFeature, chipFeatures } from "tls/hardware/chip";
import { legacy, problem } from "tls/optional/legacy/legacy";

const suites13: readonly number[] = Object.freeze([
	CipherSuite.TLS_AES_128_GCM_SHA256,
	CipherSuite.TLS_AES_256_GCM_SHA384,
	CipherSuite.TLS_CHACHA20_POLY1305_SHA256,
]);

/** Old suites are offered behind the others, if at all. */
const suites12: readonly number[] = legacy ? Object.freeze([...offered12, ...legacy.suites]) : offered12;

const suitesOfBoth: readonly number[] = Object.freeze([...suites13, ...suites12]);

const signatureSchemes: readonly number[] = Object.freeze([
	SignatureScheme.ecdsa_secp256r1_sha256,
	SignatureScheme.ecdsa_secp384r1_sha384,
	SignatureScheme.rsa_pss_rsae_sha256,
	SignatureScheme.rsa_pss_rsae_sha384,
	SignatureScheme.rsa_pss_rsae_sha512,
	SignatureScheme.rsa_pkcs1_sha256,
	SignatureScheme.rsa_pkcs1_sha384,
	SignatureScheme.rsa_pkcs1_sha512,
]);

/** P-521 comes last: it is slow, and few servers have nothing else. */
const schemesWithP521: readonly number[] = Object.freeze([...signatureSchemes, SignatureScheme.ecdsa_secp521r1_sha512]);

/** Seconds that a session is used after the last full handshake: by default and at most, seven days and a year. */
const SESSION_LIFETIME = 604800;
const MAX_SESSION_LIFETIME = 31536000;

/** While it is filled in. */
type Making<T> = { -readonly [K in keyof T]: T[K] };

/** What each option must be; with one that is for tcp.ts. */
const types: Readonly<Record<keyof Options | "onHandshake" | "verify", string>> = Object.freeze({
	onHandshake: "a function",
	serverName: "a string",
	applicationLayerProtocolNegotiation: "a string or an array",
	minVersion: "a number",
	maxVersion: "a number",
	protocolVersion: "a number",
	cipherSuites: "an array",
	requireExtendedMasterSecret: "a boolean",
	certificate: "a string, a buffer, an array, or an object that is a Resource",
	clientCertificates: "a string, a buffer, an array, or an object that is a Resource",
	clientKey: "a string, a buffer, or an object that is a Resource",
	sign: "a function",
	postHandshakeAuth: "a boolean",
	session: "a buffer",
	sessionLifetime: "a number",
	onSession: "a function",
	sessions: "an object",
	psk: "an object",
	earlyData: "a buffer",
	roots: "an object",
	pins: "an array",
	pinsInsteadOfRoots: "a boolean",
	clock: "a string or a function",
	clockTolerance: "a number",
	staple: "a string",
	inflate: "a function",
	maxMessage: "a number",
	recordSizeLimit: "a number",
	tls_max_fragment_length: "a number",
	maxSendFragment: "a number",
	recordPadding: "a number",
	timeout: "a number",
	idleTimeout: "a number",
	now: "a function",
	verify: "anything",
});

/** Returns a copy of the options, each read once, known and of its type. Throws TLSError "configuration". */
export function readOptions<T extends Options>(given: T): T {
	const options = copyOptions<T & { verify?: unknown }>("secure", given, types, "secure");
	if (options.verify !== undefined)
		refuse('"verify": checking can\'t be switched off; give a pin, or the server\'s own certificate as "certificate"');
	const { protocolVersion: version } = options;
	if (version === undefined) return options;
	if (options.minVersion !== undefined || options.maxVersion !== undefined)
		refuse('"protocolVersion" is "minVersion" and "maxVersion" in one: give it alone');
	options.minVersion = options.maxVersion = numberOption(
		"protocolVersion",
		version,
		ProtocolVersion.tls12,
		ProtocolVersion.tls13,
		0,
	);
	return options;
}

/** What is asked for by the application; undefined where it leaves that to memory. */
function givenLimits({ recordSizeLimit, tls_max_fragment_length: fragment }: Options): RecordLimits | undefined {
	if (recordSizeLimit === undefined && fragment === undefined) return undefined;
	return {
		recordSizeLimit: numberOption("recordSizeLimit", recordSizeLimit, 64, 16385, 0),
		maxFragmentCode: fragment === undefined ? 0 : fragmentCode(fragment),
	};
}

/** Most bytes of all protocols, each with one for its length (RFC 7301 section 3.1). */
const MAX_PROTOCOLS_LENGTH = 0xfffd;

const noProtocols: readonly string[] = Object.freeze([]);

/** Application protocols: 1 to 255 characters each, in ASCII, as the registered ones are. */
function protocolList(value: string | readonly string[] | undefined): readonly string[] {
	if (value === undefined) return noProtocols;
	const list =
		typeof value === "string" ? [value] : (copyList("applicationLayerProtocolNegotiation", value, 0) as string[]);
	let total = 0;
	for (let i = 0; i < list.length; i++) {
		const protocol = list[i];
		if (typeof protocol !== "string" || !isASCII(protocol) || protocol.length < 1 || protocol.length > 255)
			refuse('"applicationLayerProtocolNegotiation": a protocol must be a name of 1 to 255 characters in ASCII');
		total += 1 + protocol.length;
	}
	if (total > MAX_PROTOCOLS_LENGTH)
		refuse(`"applicationLayerProtocolNegotiation" must have no more than ${MAX_PROTOCOLS_LENGTH} bytes, not ${total}`);
	return Object.freeze(list);
}

/** True where each character is one byte on the wire. */
function isASCII(text: string): boolean {
	return ArrayBuffer.fromString(text).byteLength === text.length && !text.includes("\0");
}

/** The suites that the application names, as far as they go with the versions. */
function namedSuites(names: readonly unknown[], min: number, max: number): readonly number[] {
	const ids: number[] = [];
	let versions = 0;
	for (let i = 0; i < names.length; i++) {
		const name = names[i];
		if (typeof name !== "string") refuse(`"cipherSuites" must have names of cipher suites, not ${describeType(name)}`);
		const suite = findSuiteByName(name) ?? legacy?.findSuiteByName(name);
		if (!suite) refuse(`"cipherSuites": "${name.slice(0, 64)}" is none that this client knows`);
		const version = suite.signer === Signer.any ? ProtocolVersion.tls13 : ProtocolVersion.tls12;
		if (lacks(chipFeatures(), suite.id))
			refuse(`"cipherSuites": ${name} is not in this build: CONFIG_MBEDTLS_CHACHAPOLY_C is off`);
		if (ids.includes(suite.id)) refuse(`"cipherSuites" has ${name} twice`);
		if (version < min || version > max) continue;
		versions |= 1 << (version & 7);
		ids.push(suite.id);
	}
	for (let version = min; version <= max; version++) {
		if (!(versions & (1 << (version & 7))))
			refuse(
				`"cipherSuites" has none for TLS 1.${(version & 0xff) - 1}: name one, or leave the version out with "minVersion" or "maxVersion"`,
			);
	}
	return ids;
}

/** The suites of the versions asked for. */
function suitesOf(names: readonly string[] | undefined, min: number, max: number): readonly number[] {
	if (min > max) refuse(`"minVersion" is above "maxVersion"`);
	if (names) return namedSuites(copyList("cipherSuites", names), min, max);
	const all = max === ProtocolVersion.tls12 ? suites12 : min === ProtocolVersion.tls13 ? suites13 : suitesOfBoth;
	return chipFeatures() & ChipFeature.chacha20_poly1305 ? all : all.filter(id => !lacks(chipFeatures(), id));
}

function copyPins(pins: readonly Uint8Array[]): readonly Uint8Array[] {
	const list = copyList("pins", pins) as Uint8Array[];
	for (let i = 0; i < list.length; i++) {
		if (typeName(list[i]) !== "buffer")
			refuse(`"pins": each must be the 32 bytes of a SHA-256, not ${describeType(list[i])}`);
		const pin = (list[i] = copyBytes("pins", list[i]));
		if (pin.length !== 32) refuse(`"pins": each must be the 32 bytes of a SHA-256, not ${pin.length} bytes`);
	}
	return list;
}

/** The store of the option `certificate`. */
function trustedStore(certificate: NonNullable<Options["certificate"]>): RootStore {
	const list = listOf("certificate", certificate);
	for (let i = 0; i < list.length; i++) if (typeof list[i] !== "string") list[i] = viewBytes("certificate", list[i]);
	try {
		return trustCertificates(list as CertificateInput[]);
	} catch (error) {
		if (!(error instanceof TLSError) || error.code === "out_of_memory") throw error;
		refuse(`"certificate": ${error.message}`);
	}
}

/** Seconds: one day, so that no clock that is plainly wrong counts as right. */
const MAX_CLOCK_TOLERANCE = 86400;

function certificatePolicy(name: string, options: Options): CertificatePolicy {
	const { roots, certificate, pinsInsteadOfRoots = false } = options;
	const pins = options.pins && copyPins(options.pins);
	if (roots !== undefined && !RootStore.isStore(roots)) refuse('"roots" must be a RootStore (tls/trust)');
	if (roots && certificate !== undefined) refuse('"roots" and "certificate": give one of them');
	const store = certificate === undefined ? roots : trustedStore(certificate);
	if (pinsInsteadOfRoots && (store || !pins))
		refuse('"pinsInsteadOfRoots" needs "pins", and neither "roots" nor "certificate"');
	if (!store && !pinsInsteadOfRoots && !options.psk)
		refuse('no trust anchor: give "roots", "certificate", "psk", or "pins" with "pinsInsteadOfRoots"');
	const policy: Making<CertificatePolicy> = { name, clock: clockPolicy(options.clock) };
	if (store) policy.roots = store;
	if (pins) policy.pins = pins;
	if (pinsInsteadOfRoots) policy.pinsInsteadOfRoots = true;
	policy.clockTolerance = numberOption(
		"clockTolerance",
		options.clockTolerance,
		0,
		MAX_CLOCK_TOLERANCE,
		CLOCK_TOLERANCE,
	);
	if (requiresStatus(options.staple)) policy.requiresStatus = true;
	return Object.freeze(policy);
}

/** Longest time of a timer, in milliseconds. */
const MAX_TIMER_MS = 0x7fffffff;

function addOptional(
	config: Making<Config>,
	{ earlyData, postHandshakeAuth, requireExtendedMasterSecret, inflate, recordPadding, timeout, idleTimeout }: Options,
): void {
	if (earlyData) config.earlyData = copyBytes("earlyData", earlyData);
	if (postHandshakeAuth) config.postHandshakeAuth = true;
	if (requireExtendedMasterSecret) config.requireExtendedMasterSecret = true;
	if (inflate) config.inflate = inflate;
	if (recordPadding !== undefined) config.recordPadding = numberOption("recordPadding", recordPadding, 2, 1024, 0);
	if (timeout !== undefined) config.timeout = numberOption("timeout", timeout, 0, MAX_TIMER_MS, 0);
	if (idleTimeout !== undefined) config.idleTimeout = numberOption("idleTimeout", idleTimeout, 0, MAX_TIMER_MS, 0);
}

/** The name or address that the server's certificate must have. */
function serverNameOf(server: string | undefined): string {
	if (!server) refuse('"serverName" is missing: it says whose certificate to expect');
	const name = askedName(server);
	if (name === undefined)
		refuse(
			`"serverName" or the host, "${server.slice(0, 64)}", is neither an address nor a name in ASCII; names of other letters start with "xn--"`,
		);
	return name;
}

/** Sets the lowest and the highest version. */
function setVersions(config: Making<Config>, options: Options, isKeyOnly: boolean): void {
	const lowest = isKeyOnly ? ProtocolVersion.tls13 : lowestVersion(options);
	if (isKeyOnly && options.minVersion === ProtocolVersion.tls12)
		refuse('"psk" alone needs TLS 1.3: for TLS 1.2 say which certificates to trust');
	config.minVersion = numberOption(
		"minVersion",
		options.minVersion,
		ProtocolVersion.tls12,
		ProtocolVersion.tls13,
		lowest,
	);
	config.maxVersion = numberOption(
		"maxVersion",
		options.maxVersion,
		ProtocolVersion.tls12,
		ProtocolVersion.tls13,
		ProtocolVersion.tls13,
	);
	if (options.psk && config.maxVersion === ProtocolVersion.tls12)
		refuse('"psk" is for TLS 1.3, which "maxVersion" leaves out');
}

/** The suites to offer, and what an external key says of them. */
function suitesFor(options: Options, config: Making<Config>, isKeyOnly: boolean): readonly number[] {
	const psk = config.psk;
	const all = suitesOf(options.cipherSuites, config.minVersion, config.maxVersion);
	const suites = isKeyOnly ? all.filter(id => findSuite(id)?.hash === psk!.hash) : all;
	if (!suites.length) refuse('"cipherSuites" has none with the hash of "psk"');
	if (psk?.maxEarlyData && !suites.includes(psk.suite)) refuse('"psk": its "cipherSuite" is not offered');
	return suites;
}

/** Milliseconds since 1970 by the app's clock; undefined where it knows no time. */
function readClock(clock: ClockPolicy): number | undefined {
	try {
		return clockTime(clock);
	} catch (error) {
		if (error instanceof TLSError) throw error;
		refuse(CLOCK_THROWS);
	}
}

const CLOCK_THROWS = '"clock" throws: it must return seconds since 1970, or undefined';

const digits = "0123456789abcdef";

/** The name of a connection's sessions in a store: its port, and the first 6 bytes of what they are bound to. The session itself is bound to all of it. */
function sessionKey(binding: Uint8Array, port: number): string {
	let key = "";
	for (let i = 0; i < 8; i++) {
		const byte = i < 2 ? (port >> (8 - 8 * i)) & 0xff : binding[i - 2]!;
		key += digits.charAt(byte >> 4) + digits.charAt(byte & 15);
	}
	return key;
}

/** Sets a store as the source of the session and the place for later ones. */
function useStore(options: Options, binding: Uint8Array, port: number): void {
	const sessions = options.sessions!;
	if (options.session || options.onSession) refuse('"sessions" keeps them: leave out "session" and "onSession"');
	if (typeof sessions.take !== "function" || typeof sessions.keep !== "function")
		refuse('"sessions" must be a SessionStore (tls/sessions), or have its methods "take" and "keep"');
	const key = sessionKey(binding, port);
	options.onSession = session => sessions.keep(key, session);
	try {
		// without the time no session is of use, and one that is taken is gone
		if (clockTime(clockPolicy(options.clock)) === undefined) return;
	} catch {
		refuse(CLOCK_THROWS);
	}
	const session = sessions.take(key);
	if (session) options.session = session;
}

/** Sessions: the one to resume, and what later ones are bound to. */
function addSessions(
	config: Making<Config>,
	options: Options,
	maxFragmentCode: number | undefined,
	port: number,
): void {
	const lifetime = numberOption("sessionLifetime", options.sessionLifetime, 1, MAX_SESSION_LIFETIME, SESSION_LIFETIME);
	if (!options.session && !options.onSession && !options.sessions) return;
	const { certificates, suites, protocols, psk, credential } = config;
	const binding = resumption!.sessionBinding(certificates, credential?.chain[0], psk);
	if (options.sessions) useStore(options, binding, port);
	const { session, onSession } = options;
	if (onSession) {
		config.onSession = onSession;
		config.sessionBinding = binding;
	}
	if (!session) return;
	const terms = { suites, protocols, maxFragmentCode, now: readClock(certificates.clock), lifetime };
	const usable = resumption!.usableSession(viewBytes("session", session), binding, terms);
	if (!usable) return;
	config.session = usable;
	config.maxFragmentCode = usable.maxFragmentCode;
}

/** Fills in the configuration. What has secrets is in it as soon as it is made, so that it can be wiped where the rest fails. */
function fill(config: Making<Config>, options: Options, name: string, port: number): void {
	const certificates = (config.certificates = certificatePolicy(name, options));
	const psk = readExternalKey(options);
	if (psk) config.psk = psk;
	const isKeyOnly = !certificates.roots && !certificates.pinsInsteadOfRoots;
	if (isKeyOnly && certificates.pins)
		refuse('"pins" are for certificates: give "roots" or "certificate", or leave them out beside "psk"');
	setVersions(config, options, isKeyOnly);
	config.protocols = protocolList(options.applicationLayerProtocolNegotiation);
	config.suites = suitesFor(options, config, isKeyOnly);
	if (psk?.protocol && !config.protocols.includes(psk.protocol))
		refuse('"psk": its "protocol" is not offered: name it in "applicationLayerProtocolNegotiation"');
	const given = givenLimits(options);
	const limits = given ?? limitsThatFit(config.maxVersion);
	config.sni = isAddress(name) ? undefined : name;
	config.groups = withHybrid(groupsFor(chipFeatures()), config.maxVersion);
	config.signatureSchemes = chipFeatures() & ChipFeature.p521 ? schemesWithP521 : signatureSchemes;
	config.maxMessage =
		options.maxMessage === undefined
			? messageThatFits()
			: numberOption("maxMessage", options.maxMessage, 1024, 0xffffff, 0);
	config.recordSizeLimit = limits.recordSizeLimit;
	config.maxFragmentCode = limits.maxFragmentCode;
	config.maxSendFragment = numberOption("maxSendFragment", options.maxSendFragment, 512, 16384, 4096);
	config.now = options.now ?? Date.now;
	const credential = readCredential(options);
	if (credential) config.credential = credential;
	addSessions(config, options, given?.maxFragmentCode, port);
	addOptional(config, options);
}

/** Makes a connection's configuration of options that `readOptions` has read. Throws TLSError "configuration" that names what is wrong. */
export function configureCopy(options: Options, host: string | undefined, port = 0): Config {
	if (problem) refuse(problem);
	const config = {} as Making<Config>;
	try {
		fill(config, options, serverNameOf(options.serverName ?? host), port);
	} catch (error) {
		wipeSecrets(config);
		throw error;
	}
	return Object.freeze(config);
}

/** Checks `given` for a connection to `host`. Throws TLSError "configuration" that names what is wrong. */
export function configure(given: Options, host: string | undefined): Config {
	return configureCopy(readOptions(given), host);
}
