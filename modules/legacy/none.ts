/*
	"tls/legacy/legacy": what a build without old suites has in the place of legacy.ts, which documents these. The app's manifest decides, by
	including this folder's manifest.json or not.
*/

import config from "mc/config";
import type { Suite } from "../crypto/suites";
import type { KeyExchange } from "../handshake/ecdhe";
import type { RecordCipher } from "tls/hardware/aead";
import type { Secret } from "tls/hardware/secret";
import type { VerifiedPeer } from "../x509/path";

const none: readonly number[] = Object.freeze([]);

export const oldSuites: readonly number[] = none;
export const oldGroups: readonly number[] = none;
export const asksEncryptThenMac = false;
export const requiresExtendedMasterSecret = true;

/** Words of "config.tls" that this build knows; they are the demo's. */
const known: readonly string[] = Object.freeze(["", "1.2", "1.3"]);

export function wordsProblem(): string | undefined {
	for (const word of String(config.tls ?? "").split(" "))
		if (!known.includes(word)) return `"config.tls": "${word}" is for old servers and needs modules/legacy/manifest.json in the manifest's "include"`;
	return undefined;
}

export function findOldSuite(_id: number): Suite | undefined {
	return undefined;
}

export function findOldSuiteByName(_name: string): Suite | undefined {
	return undefined;
}

export function oldKeyExchange(_suite: Suite, _peer: VerifiedPeer): KeyExchange | undefined {
	return undefined;
}

export function blockCipher(_suite: Suite, _block: Secret, _side: 0 | 1, _encryptThenMac: boolean): RecordCipher | undefined {
	return undefined;
}
