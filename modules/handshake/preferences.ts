/*
	What the client offers in order of preference: cipher suites, groups, signature schemes. By default what this build
	does best; else what the options name. A name that is unknown, given twice or not in this build is refused.
*/

import { refuse } from "../errors";
import { groupsFor, isUnsupportedHere } from "../crypto/preference";
import { findSuiteByName } from "../crypto/suites";
import { offered12 } from "../crypto/suites12";
import { copyList, describeType } from "../optionreader";
import { withHybrid } from "./keyshare";
import { groupName, schemeName } from "../wire/names";
import { CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme, Signer } from "../wire/numbers";
import { ChipFeature, chipFeatures } from "tls/hardware/chip";
import { ed25519 } from "tls/optional/ed25519/ed25519";
import { legacy } from "tls/optional/legacy/legacy";

const suites13: readonly number[] = Object.freeze([
	CipherSuite.TLS_AES_128_GCM_SHA256,
	CipherSuite.TLS_AES_256_GCM_SHA384,
	CipherSuite.TLS_CHACHA20_POLY1305_SHA256,
]);

/** Old suites are offered after the others, if at all. */
const suites12: readonly number[] = legacy ? Object.freeze([...offered12, ...legacy.suites]) : offered12;

const suitesOfBoth: readonly number[] = Object.freeze([...suites13, ...suites12]);

const usualSchemes: readonly number[] = Object.freeze([
	SignatureScheme.ecdsa_secp256r1_sha256,
	SignatureScheme.ecdsa_secp384r1_sha384,
	SignatureScheme.rsa_pss_rsae_sha256,
	SignatureScheme.rsa_pss_rsae_sha384,
	SignatureScheme.rsa_pss_rsae_sha512,
	SignatureScheme.rsa_pkcs1_sha256,
	SignatureScheme.rsa_pkcs1_sha384,
	SignatureScheme.rsa_pkcs1_sha512,
	// for keys of RSASSA-PSS alone, which no public CA certifies
	SignatureScheme.rsa_pss_pss_sha256,
	SignatureScheme.rsa_pss_pss_sha384,
	SignatureScheme.rsa_pss_pss_sha512,
]);

/** Few servers have Ed25519, and some of those another key, too, which is verified faster. */
const signatureSchemes: readonly number[] = ed25519
	? Object.freeze([...usualSchemes, SignatureScheme.ed25519])
	: usualSchemes;

/** P-521 comes last: it is slow, and few servers have nothing else. */
const schemesWithP521: readonly number[] = Object.freeze([...signatureSchemes, SignatureScheme.ecdsa_secp521r1_sha512]);

/** The suites that the application names, as far as they go with the versions. */
function namedSuites(names: readonly unknown[], min: number, max: number): readonly number[] {
	const ids: number[] = [];
	let versions = 0;
	for (let i = 0; i < names.length; i++) {
		const name = names[i];
		if (typeof name !== "string") refuse(`"cipherSuites" must have names of cipher suites, not ${describeType(name)}`);
		const suite = findSuiteByName(name) ?? legacy?.findSuiteByName(name);
		if (!suite) refuse(`"cipherSuites": "${name.slice(0, 64)}" is not a suite that this client knows`);
		const version = suite.signer === Signer.any ? ProtocolVersion.tls13 : ProtocolVersion.tls12;
		if (isUnsupportedHere(chipFeatures(), suite.id))
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

/** Returns the suites to offer for the versions from `min` to `max`. */
export function suitesToOffer(names: readonly string[] | undefined, min: number, max: number): readonly number[] {
	if (min > max) refuse(`"minVersion" is above "maxVersion"`);
	if (names) return namedSuites(copyList("cipherSuites", names), min, max);
	const all = max === ProtocolVersion.tls12 ? suites12 : min === ProtocolVersion.tls13 ? suites13 : suitesOfBoth;
	return chipFeatures() & ChipFeature.chacha20_poly1305
		? all
		: all.filter(id => !isUnsupportedHere(chipFeatures(), id));
}

/** Returns the numbers of a list of registered names and numbers, each in `known`. `nameOf` gives a number's name. */
function namedNumbers(
	option: "groups" | "signatureAlgorithms",
	list: readonly (string | number)[],
	known: readonly number[],
	nameOf: (number: number) => string,
): readonly number[] {
	const items = copyList(option, list);
	const numbers: number[] = [];
	for (let i = 0; i < items.length; i++) {
		const item = items[i];
		if (typeof item !== "string" && typeof item !== "number")
			refuse(`"${option}" must have registered names or numbers, not ${describeType(item)}`);
		const number = known.find(number => number === item || nameOf(number) === item);
		if (number === undefined) {
			const shown = typeof item === "string" ? `"${item.slice(0, 64)}"` : nameOf(item);
			refuse(`"${option}": ${shown} is not in this build, which has ${known.map(nameOf).join(", ")}`);
		}
		if (numbers.includes(number)) refuse(`"${option}" has ${nameOf(number)} twice`);
		numbers.push(number);
	}
	return Object.freeze(numbers);
}

/**
 * Groups for a key share, in order of preference, and those of finite fields, which only old servers of TLS 1.2 get.
 */
interface OfferedGroups {
	groups: readonly number[];
	oldGroups?: readonly number[];
}

/** RFC 7919: numbers from 0x0100 on are of finite fields. */
function isFiniteField(group: number): boolean {
	return group >> 8 === 1;
}

/** Sets the groups to offer; `min` and `max` are the versions. */
export function setGroups(
	to: OfferedGroups,
	names: readonly (string | number)[] | undefined,
	min: number,
	max: number,
): void {
	const groups = withHybrid(groupsFor(chipFeatures()), max);
	const oldGroups = min === ProtocolVersion.tls12 ? legacy?.groups : undefined;
	if (!names) {
		to.groups = groups;
		if (oldGroups) to.oldGroups = oldGroups;
		return;
	}
	const named = namedNumbers("groups", names, oldGroups ? [...groups, ...oldGroups] : groups, groupName);
	const curves = Object.freeze(named.filter(group => !isFiniteField(group)));
	if (min === ProtocolVersion.tls12 && curves.every(group => group === NamedGroup.x25519mlkem768) && curves.length)
		refuse('"groups" has none for TLS 1.2: name another one, or leave TLS 1.2 out with "minVersion"');
	if (!curves.length) refuse(`"groups" needs one of ${groups.map(groupName).join(", ")}`);
	to.groups = curves;
	if (oldGroups) to.oldGroups = Object.freeze(named.filter(isFiniteField));
}

/** True for a scheme that TLS 1.3 has in certificates only (RFC 8446 section 4.2.3). */
function isForCertificates(scheme: number): boolean {
	return (scheme & 0xff) === 1 && scheme < 0x0700;
}

/** Returns the signature schemes to offer. */
export function schemesToOffer(names: readonly (string | number)[] | undefined, max: number): readonly number[] {
	const known = chipFeatures() & ChipFeature.p521 ? schemesWithP521 : signatureSchemes;
	if (!names) return known;
	const schemes = namedNumbers("signatureAlgorithms", names, known, schemeName);
	if (max === ProtocolVersion.tls13 && schemes.every(isForCertificates))
		refuse(
			'"signatureAlgorithms" has none for TLS 1.3: name one of ECDSA or RSA-PSS, or leave TLS 1.3 out with "maxVersion"',
		);
	return schemes;
}
