/*
	The options of the SDK's TLS (its `secure` dictionary), made those of TLSClient: the SDK's names and meanings are
	known here and nowhere else. A name that is not one of the SDK's goes on as it is, and TLSClient refuses what it
	does not know.
*/

import type { SecureOptions } from "tls/client";
import { refuse } from "tls/errors";
import { useCache } from "./cache";
import { defaultTrust } from "./trust";

type Bytes = ArrayBuffer | ArrayBufferView | HostBuffer;

/** The names that the SDK's TLS has and TLSClient has not, or takes otherwise. */
export interface SDKOptions {
	/** Only true: checking can't be switched off. */
	verify?: boolean;
	/** False: the connection neither goes on with an earlier session nor leaves one. */
	cache?: boolean;
	/** Prints what was negotiated, and why the connection ended. */
	trace?: boolean;
	applicationLayerProtocolNegotiation?: string | Bytes | readonly (string | Bytes)[];
	tls_application_layer_protocol_negotiation?: SDKOptions["applicationLayerProtocolNegotiation"];
	tls_server_name?: string;
	/** Numbers of groups, as in RFC 8446 section 4.2.7. */
	tls_elliptic_curves?: readonly number[];
	/** The two bytes of each scheme, as in RFC 5246 section 7.4.1.4.1. */
	tls_signature_algorithms?: readonly { hash: number; sig: number }[];
	/** Always the uncompressed one. */
	tls_ec_point_formats?: readonly number[];
	/** Rounded down to 512, 1024, 2048 or 4096, and up to 512. */
	tls_max_fragment_length?: number;
	certificate?: unknown;
	clientCertificates?: unknown;
	clientKey?: unknown;
}

/** The `secure` dictionary: the SDK's names beside TLSClient's own. */
export type SDKSecureOptions = SDKOptions & Omit<SecureOptions, keyof SDKOptions> & Record<string, unknown>;

/** As it is while it is filled in. */
type Options = Record<string, unknown>;

/** Where the name is another, or the value needs another form. */
const ALPN = "applicationLayerProtocolNegotiation";

/** What is given as null is not given. */
const nullable: readonly string[] = Object.freeze(["certificate", "clientCertificates", "clientKey", "psk", "pins"]);

/** The SDK's names that TLSClient does not have. */
const sdkNames: readonly string[] = Object.freeze([
	"verify",
	"cache",
	"trace",
	"tls_application_layer_protocol_negotiation",
	"tls_server_name",
	"tls_elliptic_curves",
	"tls_signature_algorithms",
	"tls_ec_point_formats",
]);

/** Says whom the connection trusts, each alone. */
const trustNames: readonly string[] = Object.freeze(["certificate", "roots", "pins", "psk"]);

/** Moves an option to another name, unless that is given itself. */
function rename(options: Options, name: string, to: string): void {
	if (options[to] === undefined && options[name] !== undefined) options[to] = options[name];
	delete options[name];
}

/** A protocol's name as text. Bytes may be a buffer, a view of one, or a Resource. */
function protocolName(value: unknown): unknown {
	// a number would be a length, and all else is for TLSClient to refuse
	if (typeof value !== "object") return value;
	try {
		const bytes = ArrayBuffer.isView(value)
			? new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength)
			: new Uint8Array(value as ArrayBuffer);
		return String.fromArrayBuffer(bytes.slice().buffer);
	} catch {
		// TLSClient says what is wrong with it
		return value;
	}
}

/** RFC 6066 section 4 has four lengths. */
function roundedFragmentLength(length: number): number {
	if (length < 1024) return 512;
	return length < 2048 ? 1024 : length < 4096 ? 2048 : 4096;
}

function schemeNumber({ hash, sig }: { hash: number; sig: number }): number {
	return (hash << 8) | sig;
}

/** The lists that TLSClient has in another form. */
function convertLists(options: Options): void {
	rename(options, "tls_application_layer_protocol_negotiation", ALPN);
	rename(options, "tls_elliptic_curves", "groups");
	const protocols = options[ALPN];
	if (protocols !== undefined)
		options[ALPN] = Array.isArray(protocols) ? protocols.map(protocolName) : protocolName(protocols);
	const schemes = options["tls_signature_algorithms"] as SDKOptions["tls_signature_algorithms"];
	delete options["tls_signature_algorithms"];
	if (schemes) options["signatureAlgorithms"] ??= schemes.map(schemeNumber);
	delete options["tls_ec_point_formats"];
	const length = options["tls_max_fragment_length"];
	if (typeof length === "number") options["tls_max_fragment_length"] = roundedFragmentLength(length);
}

/** True if one character more, less or another makes `known` of `name`. */
function isMistyped(name: string, known: string): boolean {
	const shorter = Math.min(name.length, known.length);
	let same = 0,
		end = 0;
	while (same < shorter && name[same]!.toLowerCase() === known[same]) same++;
	while (end < shorter - same && name[name.length - 1 - end]!.toLowerCase() === known[known.length - 1 - end]) end++;
	return same + end >= Math.max(name.length, known.length) - 1;
}

/**
 * Refuses what a copy would lose, such as a pin on a prototype, and names that are nearly the SDK's: TLSClient does not
 * know those.
 */
export function checkGiven(given: object): void {
	const prototype: unknown = Object.getPrototypeOf(given);
	if (prototype !== null && prototype !== Object.prototype)
		refuse('"secure" must be a plain object: options are properties of the object itself');
	for (const name of Object.keys(given)) {
		const known = sdkNames.includes(name) ? undefined : sdkNames.find(one => isMistyped(name, one));
		if (known !== undefined) refuse(`"${name}" is not an option: did you mean "${known}"?`);
	}
}

/**
 * Returns options for TLSClient, or for an engine. `server` names the server for the cache; without it there is none.
 */
export function convertOptions(given: SDKSecureOptions | undefined, server: string | undefined): SecureOptions {
	if (given) checkGiven(given);
	const options: Options = { ...given };
	for (let i = 0; i < nullable.length; i++) if (options[nullable[i]!] === null) delete options[nullable[i]!];
	if (options["verify"] === true) delete options["verify"];
	rename(options, "tls_server_name", "serverName");
	convertLists(options);
	if (trustNames.every(name => options[name] === undefined)) Object.assign(options, defaultTrust());
	const { cache } = options;
	delete options["cache"];
	delete options["trace"];
	if (server !== undefined && (cache === undefined || cache)) useCache(server, options);
	return options;
}
