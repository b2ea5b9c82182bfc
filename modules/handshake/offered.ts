/*
	What the ClientHello offered, in words, for errors that a server or a peer's choice causes.
*/

import type { Config } from "../config";
import { TLSError } from "../errors";
import { findSuite } from "../crypto/suites";
import { canList } from "../wire/memory";
import { groupName, hexadecimal, schemeName, versionName } from "../wire/names";
import { ProtocolVersion, Signer } from "../wire/numbers";
import { legacy } from "tls/optional/legacy/legacy";

/** In the place of a list: a server may cause an error when memory is full. */
const NO_ROOM = "more than memory has room to list";

function suiteName(id: number): string {
	return (findSuite(id) ?? legacy?.findSuite(id))?.name ?? hexadecimal(id);
}

/** "TLS 1.2 and TLS 1.3", or the one version offered. */
export function offeredVersions({ minVersion, maxVersion }: Config): string {
	const lowest = versionName(minVersion);
	return minVersion === maxVersion ? lowest : `${lowest} and ${versionName(maxVersion)}`;
}

/** The suites offered for one version. */
export function offeredSuites({ suites }: Config, version: ProtocolVersion): string {
	const isTLS13 = version === ProtocolVersion.tls13;
	if (!canList(suites.length)) return NO_ROOM;
	return suites
		.filter(id => (findSuite(id)?.signer === Signer.any) === isTLS13)
		.map(suiteName)
		.join(", ");
}

/** The groups offered. */
export function offeredGroups({ groups, oldGroups }: Config): string {
	if (!canList(groups.length + (oldGroups?.length ?? 0))) return NO_ROOM;
	return (oldGroups ? [...groups, ...oldGroups] : groups).map(groupName).join(", ");
}

/** The signature schemes offered. */
function offeredSchemes({ signatureSchemes }: Config): string {
	if (!canList(signatureSchemes.length)) return NO_ROOM;
	return signatureSchemes.map(schemeName).join(", ");
}

/** Throws "illegal_parameter" for a scheme of the server's signature that was not offered. */
export function expectOffered(scheme: number, config: Config): void {
	if (!config.signatureSchemes.includes(scheme))
		throw new TLSError(
			"illegal_parameter",
			`the server signed with scheme ${schemeName(scheme)}, which was not offered: offered ${offeredSchemes(config)}`,
		);
}

/** All of it: for a server that finds nothing in common. */
export function offeredWords(config: Config): string {
	if (!canList(config.suites.length + config.groups.length + config.signatureSchemes.length)) return NO_ROOM;
	return `${offeredVersions(config)}; ${config.suites.map(suiteName).join(", ")}; groups ${offeredGroups(config)}; signatures ${offeredSchemes(config)}`;
}
