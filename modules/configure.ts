/*
	Checks what the application asks for, once, and freezes it. An option that is unknown, of the wrong type or out of
	range is refused by name; none switches verification off.
*/

import { ProtocolLength, ProtocolVersion } from "./wire/numbers";
import type { CertificatePolicy } from "./x509/policy";
import { findSuite } from "./crypto/suites";
import { askedName, isAddress } from "./x509/names";
import { expectExporter } from "./handshake/exporter";
import { lowestVersion } from "./handshake/tls12/hello";
import { identityList, readCredential, readIdentity } from "./handshake/identity";
import { schemesToOffer, setGroups, suitesToOffer } from "./handshake/preferences";
import { wipeSecrets } from "./handshake/secrets";
import { readExternalKey, resumption } from "./handshake/resumption/resumption";
import { fragmentCode, limitsFor, messageFor, roomNow } from "./connection/limits";
import type { RecordLimits } from "./connection/limits";
import { useStore } from "./connection/store";
import { readTrust } from "./connection/trust";
import type { Config } from "./config";
import type { Credential } from "./crypto/credential";
import { refuse } from "./errors";
import { BUFFER, bindTo, copyBytes, copyList, copyOptions, describeType, isString, viewBytes } from "./optionreader";
import { numberOption, optionTypes, typeName, VERSION } from "./options";
import type { Options } from "./options";
import { requiresStatus } from "./x509/ocsp";
import { CLOCK_TOLERANCE, clockPolicy, readClock } from "./x509/time";
import { DIGEST } from "./x509/trust";
import { problem } from "tls/optional/legacy/legacy";
import { rawKeys } from "tls/optional/rawkeys/rawkeys";

// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const SECURE = "secure" as const;
const NUL = "\0";
const LOWEST_VERSION = "minVersion" as const;
const HIGHEST_VERSION = "maxVersion" as const;
const PROTOCOL_VERSION = "protocolVersion" as const;
const RECORD_SIZE_LIMIT = "recordSizeLimit" as const;
const PROTOCOLS = "applicationLayerProtocolNegotiation" as const;
const PINS = "pins" as const;
const SESSION_LIFETIME_OPTION = "sessionLifetime" as const;
const SESSION = "session" as const;
const SERVER_NAME = "serverName" as const;
const CERTIFICATE_NAME = "certificateName" as const;
const LONGEST_MESSAGE = "maxMessage" as const;
const SEND_FRAGMENT = "maxSendFragment" as const;

/** Seconds that a session is used after the last full handshake: by default and at most, seven days and a year. */
const SESSION_LIFETIME = 604800;
const MAX_SESSION_LIFETIME = 31536000;

/** The options, with what only a client has. */
type ClientOptions = Options & Pick<Config, "onHandshake">;

/** While it is filled in. */
type Making<T> = { -readonly [K in keyof T]: T[K] };

/** Options that are functions which compute something. */
const functions: readonly (keyof Options)[] = Object.freeze(["clock", "inflate", "now", "sign"] as const);

/** As `readOptions`. Binds the functions to the client: without that, `this` would be an object of the engine. */
export function readOptionsOf<T extends Options>(client: unknown, given: T): T {
	const options = readOptions(given);
	const fields = options as Record<string, unknown>;
	for (let i = 0; i < functions.length; i++) {
		const name = functions[i]!,
			option = fields[name];
		if (typeof option === "function") fields[name] = bindTo(client, name, option as () => unknown);
	}
	return options;
}

/**
 * Returns a copy of the options, each read once, known and of its type; `certificate` is in `roots` by then. Throws
 * TLSError "configuration".
 */
function readOptions<T extends Options>(given: T): T {
	const options = copyOptions<T & { verify?: unknown }>(SECURE, given, optionTypes, SECURE);
	if (options.verify !== undefined)
		refuse('"verify": checking can\'t be switched off; give a pin, or the server\'s own certificate as "certificate"');
	readTrust(options);
	const { protocolVersion: version } = options;
	if (version === undefined) return options;
	if (options.minVersion !== undefined || options.maxVersion !== undefined)
		refuse('"protocolVersion" is "minVersion" and "maxVersion" in one: give it alone');
	options.minVersion = options.maxVersion = versionOption(PROTOCOL_VERSION, version, 0);
	return options;
}

/** `value`, or `preset` where it is not given. Refuses what is neither TLS 1.2 nor TLS 1.3. */
function versionOption(
	name: "minVersion" | "maxVersion" | "protocolVersion",
	value: number | undefined,
	preset: number,
): number {
	if (value === undefined) return preset;
	if (value !== ProtocolVersion.tls12 && value !== ProtocolVersion.tls13)
		refuse(`"${name}" must be ${VERSION}, not ${value >= 0 && value <= 0xffff ? `0x${value.toString(16)}` : value}`);
	return value;
}

/** What is asked for by the application; undefined if it leaves that to memory. */
function givenLimits({ recordSizeLimit, tls_max_fragment_length: fragment }: Options): RecordLimits | undefined {
	if (recordSizeLimit === undefined && fragment === undefined) return undefined;
	return {
		recordSizeLimit: numberOption(RECORD_SIZE_LIMIT, recordSizeLimit, 64, ProtocolLength.innerPlaintext, 0),
		maxFragmentCode: fragment === undefined ? 0 : fragmentCode(fragment),
	};
}

/** Most bytes of all protocols, each with one for its length (RFC 7301 section 3.1). */
const MAX_PROTOCOLS_LENGTH = 0xfffd;

const noProtocols: readonly string[] = Object.freeze([]);

/** Application protocols: 1 to 255 characters each, in ASCII, as the registered ones are. */
function protocolList(value: string | readonly string[] | undefined): readonly string[] {
	if (value === undefined) return noProtocols;
	const list = isString(value) ? [value] : (copyList(PROTOCOLS, value, 0) as string[]);
	let total = 0;
	for (let i = 0; i < list.length; i++) {
		const protocol = list[i];
		if (!isString(protocol) || !isASCII(protocol) || protocol.length < 1 || protocol.length > 255)
			refuse('"applicationLayerProtocolNegotiation": a protocol must be a name of 1 to 255 characters in ASCII');
		total += 1 + protocol.length;
	}
	if (total > MAX_PROTOCOLS_LENGTH)
		refuse(`"applicationLayerProtocolNegotiation" must have no more than ${MAX_PROTOCOLS_LENGTH} bytes, not ${total}`);
	return Object.freeze(list);
}

/** True if each character is one byte on the wire. */
function isASCII(text: string): boolean {
	return ArrayBuffer.fromString(text).byteLength === text.length && !text.includes(NUL);
}

function copyPins(pins: readonly Uint8Array[]): readonly Uint8Array[] {
	const list = copyList(PINS, pins) as Uint8Array[];
	for (let i = 0; i < list.length; i++) {
		if (typeName(list[i]) !== BUFFER)
			refuse(`"pins": each must be the 32 bytes of a SHA-256, not ${describeType(list[i])}`);
		const pin = (list[i] = copyBytes(PINS, list[i]));
		if (pin.length !== DIGEST) refuse(`"pins": each must be the 32 bytes of a SHA-256, not ${pin.length} bytes`);
	}
	return list;
}

/** Seconds: one day, so that no clock that is plainly wrong counts as right. */
const MAX_CLOCK_TOLERANCE = 86400;

function certificatePolicy(name: string, options: Options): CertificatePolicy {
	const { roots, pinsInsteadOfRoots = false } = options;
	const pins = options.pins && copyPins(options.pins);
	if (pinsInsteadOfRoots && (roots || !pins))
		refuse('"pinsInsteadOfRoots" needs "pins", and neither "roots" nor "certificate"');
	if (!roots && !pinsInsteadOfRoots && !options.psk)
		refuse('no trust anchor: give "roots", "certificate", "psk", or "pins" with "pinsInsteadOfRoots"');
	const policy: Making<CertificatePolicy> = { name, clock: clockPolicy(options.clock) };
	if (roots) policy.roots = roots;
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

/** Longest wait of `close()`, in milliseconds: until then a closed connection holds its memory. */
const MAX_CLOSE_MS = 60000;

function addOptional(
	config: Making<Config>,
	{
		earlyData,
		postHandshakeAuth,
		exporter,
		peerCertificate,
		requireExtendedMasterSecret,
		inflate,
		recordPadding,
		timeout,
		idleTimeout,
		closeTimeout,
	}: Options,
): void {
	if (earlyData) config.earlyData = copyBytes("earlyData", earlyData);
	if (postHandshakeAuth) config.postHandshakeAuth = true;
	if (exporter) {
		expectExporter();
		config.exporter = true;
	}
	if (peerCertificate) config.peerCertificate = true;
	if (requireExtendedMasterSecret) config.requireExtendedMasterSecret = true;
	if (inflate) config.inflate = inflate;
	if (recordPadding !== undefined) config.recordPadding = numberOption("recordPadding", recordPadding, 2, 1024, 0);
	if (timeout !== undefined) config.timeout = numberOption("timeout", timeout, 0, MAX_TIMER_MS, 0);
	if (idleTimeout !== undefined) config.idleTimeout = numberOption("idleTimeout", idleTimeout, 0, MAX_TIMER_MS, 0);
	if (closeTimeout !== undefined) config.closeTimeout = numberOption("closeTimeout", closeTimeout, 0, MAX_CLOSE_MS, 0);
}

/** The server's name or address as `option` gives it. */
function serverNameOf(option: "serverName" | "certificateName", server: string | undefined): string {
	if (!server) refuse(`"${option}" is missing: it says whose certificate to expect`);
	const name = askedName(server);
	if (name === undefined)
		refuse(
			`"${option}"${option === "serverName" ? " or the host" : ""}, "${server.slice(0, 64)}", is neither an address (IPv6 without brackets) nor a name in ASCII; names of other letters start with "xn--"`,
		);
	return name;
}

/** True if only an external key is trusted, and no certificate. */
function trustsOnlyKey({ certificates: { roots, pinsInsteadOfRoots } }: Config): boolean {
	return !roots && !pinsInsteadOfRoots;
}

/** Sets the lowest and the highest version. */
function setVersions(config: Making<Config>, options: Options): void {
	const isKeyOnly = trustsOnlyKey(config);
	const lowest = isKeyOnly ? ProtocolVersion.tls13 : lowestVersion(options);
	if (isKeyOnly && options.minVersion === ProtocolVersion.tls12)
		refuse('"psk" alone needs TLS 1.3: for TLS 1.2 say which certificates to trust');
	config.minVersion = versionOption(LOWEST_VERSION, options.minVersion, lowest);
	config.maxVersion = versionOption(HIGHEST_VERSION, options.maxVersion, ProtocolVersion.tls13);
	if (options.psk && config.maxVersion === ProtocolVersion.tls12)
		refuse('"psk" is for TLS 1.3, which "maxVersion" leaves out');
}

/** The suites to offer, and what an external key says of them. */
function suitesFor(options: Options, config: Making<Config>): readonly number[] {
	const psk = config.psk;
	const all = suitesToOffer(options.cipherSuites, config.minVersion, config.maxVersion);
	const suites = trustsOnlyKey(config) ? all.filter(id => findSuite(id)?.hash === psk!.hash) : all;
	if (!suites.length) refuse('"cipherSuites" has none with the hash of "psk"');
	if (psk?.maxEarlyData && !suites.includes(psk.suite)) refuse('"psk": its "cipherSuite" is not offered');
	return suites;
}

/** Sessions: the one to resume, and what later ones are bound to. */
function addSessions(
	config: Making<Config>,
	options: Options,
	maxFragmentCode: number | undefined,
	port: number,
): void {
	const lifetime = numberOption(
		SESSION_LIFETIME_OPTION,
		options.sessionLifetime,
		1,
		MAX_SESSION_LIFETIME,
		SESSION_LIFETIME,
	);
	if (!options.session && !options.onSession && !options.sessions) return;
	const { certificates, suites, protocols, psk } = config;
	const binding = resumption!.sessionBinding(certificates, config, psk, config.sni);
	if (options.sessions) useStore(options, binding, port);
	const { session, onSession } = options;
	if (onSession) {
		config.onSession = onSession;
		config.sessionBinding = binding;
	}
	if (!session) return;
	const schemes = config.signatureSchemes;
	const terms = { suites, schemes, protocols, maxFragmentCode, now: readClock(certificates.clock), lifetime };
	const giveBack = options.sessions && onSession;
	const usable = resumption!.usableSession(viewBytes(SESSION, session), binding, terms, giveBack);
	if (!usable) return;
	config.session = usable;
	config.maxFragmentCode = usable.maxFragmentCode;
}

/** Raw public keys: with pins only, and without what needs certificates. */
function addRawKeys(config: Making<Config>, { pins, staple }: Options): void {
	if (!rawKeys) refuse('"rawPublicKeys" needs modules/optional/rawkeys/manifest.json in the manifest\'s "include"');
	if (!pins) refuse('"rawPublicKeys" needs "pins": a key without a certificate has no name to check');
	if (requiresStatus(staple)) refuse('"rawPublicKeys" does not go with "staple": a key has no status');
	config.rawPublicKeys = true;
}

/** Each identity is in the configuration as soon as it is read, so that it can be wiped if the next one is refused. */
function addCredentials(config: Making<Config>, options: Options, self: unknown): void {
	const list = identityList(options);
	const credential = list ? readIdentity(list, 0, self) : readCredential(options);
	if (credential) config.credential = credential;
	if (!list || list.length < 2) return;
	const others: Credential[] = [];
	config.otherCredentials = others;
	for (let i = 1; i < list.length; i++) others.push(readIdentity(list, i, self));
}

/** Fills in the configuration. What has secrets is in it as soon as it is made: it is wiped if the rest fails. */
function fill(
	config: Making<Config>,
	options: ClientOptions,
	host: string | undefined,
	port: number,
	self: unknown,
): void {
	const { certificateName, sendServerName = true } = options;
	const serverName = serverNameOf(SERVER_NAME, options.serverName ?? host);
	const name = certificateName === undefined ? serverName : serverNameOf(CERTIFICATE_NAME, certificateName);
	const certificates = (config.certificates = certificatePolicy(name, options));
	const psk = readExternalKey(options);
	if (psk) config.psk = psk;
	if (trustsOnlyKey(config) && certificates.pins)
		refuse('"pins" are for certificates: give "roots" or "certificate", or leave them out beside "psk"');
	setVersions(config, options);
	config.protocols = protocolList(options.applicationLayerProtocolNegotiation);
	config.suites = suitesFor(options, config);
	if (psk?.protocol && !config.protocols.includes(psk.protocol))
		refuse('"psk": its "protocol" is not offered: name it in "applicationLayerProtocolNegotiation"');
	const given = givenLimits(options);
	const room = given && options.maxMessage !== undefined ? 0 : roomNow();
	const limits = given ?? limitsFor(room, config.maxVersion);
	config.sni = sendServerName && !isAddress(serverName) ? serverName : undefined;
	setGroups(config, options.groups, config.minVersion, config.maxVersion);
	config.signatureSchemes = schemesToOffer(options.signatureAlgorithms, config.maxVersion);
	config.maxMessage =
		options.maxMessage === undefined
			? messageFor(room)
			: numberOption(LONGEST_MESSAGE, options.maxMessage, 1024, 0xffffff, 0);
	config.recordSizeLimit = limits.recordSizeLimit;
	config.maxFragmentCode = limits.maxFragmentCode;
	config.maxSendFragment = numberOption(SEND_FRAGMENT, options.maxSendFragment, 512, ProtocolLength.plaintext, 4096);
	// a client reports the times to `onHandshake` only, an engine to `opened`
	if (options.onHandshake || !self) config.now = options.now ?? Date.now;
	if (options.rawPublicKeys) addRawKeys(config, options);
	addCredentials(config, options, self);
	addSessions(config, options, given?.maxFragmentCode, port);
	// a store of sessions may have put its own before it
	if (options.onHandshake) config.onHandshake = options.onHandshake;
	addOptional(config, options);
}

/** Makes a configuration of options that `readOptionsOf` has read for `self`. Throws TLSError "configuration". */
export function configureCopy(options: ClientOptions, host: string | undefined, port = 0, self?: unknown): Config {
	if (problem) refuse(problem);
	const config = {} as Making<Config>;
	try {
		fill(config, options, host, port, self);
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
