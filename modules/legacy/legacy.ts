/*
	"tls/legacy/legacy" in a build for old servers of TLS 1.2: what "config.tls" in the app's manifest switches on, as words:

	    cbc            AES in CBC mode with HMAC, and encrypt_then_mac (RFC 7366) where the server knows it
	    rsa            RSA key transport (RFC 5246 section 7.4.7.1): whoever gets the server's key later can read all that was said
	    dhe            Diffie-Hellman in the groups of RFC 7919
	    ems-optional   servers without the extended master secret (RFC 7627)

	Without words this build does no more than one without this folder's manifest.json, which has none.ts in the place of this. What is on is
	offered behind everything else. Used by config.ts and handshake/.
*/

import config from "mc/config";
import type { Suite } from "../crypto/suites";
import { OldExchange } from "../crypto/suites";
import type { KeyExchange } from "../handshake/ecdhe";
import { NamedGroup } from "../wire/numbers";
import type { VerifiedPeer } from "../x509/path";
import type { RecordCipher } from "tls/hardware/aead";
import { hashLength } from "tls/hardware/hash";
import { CBC } from "tls/hardware/legacy/cbc";
import type { Secret } from "tls/hardware/secret";
import { DHE } from "./dhe";
import { RSA } from "./rsa";
import { makeSuite, suitesWith } from "./suites";

const words: readonly string[] = Object.freeze(String(config.tls ?? "").split(" "));
const known: readonly string[] = Object.freeze(["", "1.2", "1.3", "cbc", "rsa", "dhe", "ems-optional"]);
const none: readonly number[] = Object.freeze([]);

/** Suites that are offered behind the others, best first. */
export const oldSuites: readonly number[] = Object.freeze(suitesWith(words.includes("cbc"), words.includes("rsa"), words.includes("dhe")));

/** Groups that are offered behind the others, for TLS 1.2 only. */
export const oldGroups: readonly number[] = words.includes("dhe") ? Object.freeze([NamedGroup.ffdhe2048, NamedGroup.ffdhe3072, NamedGroup.ffdhe4096]) : none;

export const asksEncryptThenMac: boolean = words.includes("cbc");

export const requiresExtendedMasterSecret: boolean = !words.includes("ems-optional");

/** What is wrong with the words, or undefined. */
export function wordsProblem(): string | undefined {
	for (const word of words)
		if (!known.includes(word)) return `"config.tls": "${word}" is none of ${known.slice(1).join(", ")}`;
	return undefined;
}

/** The suite with that number, among those that are switched on, or undefined. */
export function findOldSuite(id: number): Suite | undefined {
	return oldSuites.includes(id) ? makeSuite(id) : undefined;
}

export function findOldSuiteByName(name: string): Suite | undefined {
	for (const id of oldSuites) {
		const suite = makeSuite(id);
		if (suite.name === name) return suite;
	}
	return undefined;
}

/** The key exchange of an old suite with a server that has been verified; undefined where the suite has ECDHE. */
export function oldKeyExchange(suite: Suite, peer: VerifiedPeer): KeyExchange | undefined {
	switch (suite.exchange) {
		case OldExchange.rsa: return new RSA(peer);
		case OldExchange.dhe: return new DHE();
		default: return undefined;
	}
}

/**
 * The cipher of one direction of a suite with a block cipher, from the key block (RFC 5246 section 6.3): both MAC keys, both keys. `side` is 0 for
 * what the client writes, 1 for the server.
 */
export function blockCipher(suite: Suite, block: Secret, side: 0 | 1, encryptThenMac: boolean): RecordCipher | undefined {
	const mac = suite.mac!;
	const macLength = hashLength(mac);
	return new CBC(mac, encryptThenMac, block, side * macLength, 2 * macLength + side * suite.keyLength, suite.keyLength);
}
