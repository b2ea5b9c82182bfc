/*
	The client's keys for key agreement (RFC 8446 section 4.2.8), and what a build with a hybrid group adds
	(optional/hybrid).
*/

import { TLSError } from "../errors";
import { groupName } from "../wire/names";
import { NamedGroup, ProtocolLength, ProtocolVersion } from "../wire/numbers";
import { KeyShare } from "tls/hardware/agree";
import { hybrid } from "tls/optional/hybrid/hybrid";
import type { Hello } from "./offer";
import type { ServerHello } from "./serverhello";
import type { Share } from "./share";

/** `groups` with the hybrid group in front, if this build has it and TLS 1.3 is offered. */
export function withHybrid(groups: readonly number[], maxVersion: number): readonly number[] {
	if (!hybrid || maxVersion !== ProtocolVersion.tls13) return groups;
	return Object.freeze([NamedGroup.x25519mlkem768, ...groups]);
}

/** A new pair of the group. */
export function makeShare(group: number): Share {
	return hybrid && group === NamedGroup.x25519mlkem768 ? hybrid.makeShare() : new KeyShare(group);
}

/**
 * Makes the key pairs of a first hello, of the preferred group. If that is the hybrid one and X25519 is offered, too,
 * it gets a share. The two share one X25519 key, so the second costs 36 bytes and no time.
 */
export function makeShares(hello: Hello, groups: readonly number[]): void {
	if (!hybrid || hello.group !== NamedGroup.x25519mlkem768) {
		hello.share = new KeyShare(hello.group);
		return;
	}
	const share = hybrid.makeShare();
	hello.share = share;
	if (groups.includes(NamedGroup.x25519)) hello.classic = share.classic;
}

/** Bytes of the value that a group's key agreement gives, for a public key of that many bytes. */
export function sharedLength(publicLength: number): number {
	switch (publicLength) {
		case ProtocolLength.x25519:
		case ProtocolLength.p256Point:
			return 32;
		case ProtocolLength.p384Point:
			return 48;
		default:
			return 64;
	}
}

/** The pair whose group the server's share is of. */
export function pickShare(hello: Hello, { group }: ServerHello): Share {
	if (group === hello.group) return hello.share!;
	if (group === NamedGroup.x25519 && hello.classic) return hello.classic;
	throw new TLSError(
		"illegal_parameter",
		`server sent a key share of group ${groupName(group)}, which the hello has none of`,
	);
}
