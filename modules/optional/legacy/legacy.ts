/*
	"tls/optional/legacy/legacy" in a build for old servers of TLS 1.2: what config.xs_tls in the app's manifest
	switches on, { "legacy": ["cbc"] }:

	    cbc   AES in CBC mode with HMAC, and encrypt_then_mac (RFC 7366) if the server knows it
	    rsa   RSA key transport (RFC 5246 section 7.4.7.1): whoever gets the server's key later can read all that was said
	    dhe   Diffie-Hellman in the groups of RFC 7919

	Without words this build does no more than one without this folder's manifest.json, which has none.ts in the place
	of this. What is on is offered after everything else.
*/

import type { Suite } from "../../crypto/suite";
import type { KeyExchange, Legacy, Protection } from "../../handshake/tls12/exchange";
import { NamedGroup, OldExchange } from "../../wire/numbers";
import type { VerifiedPeer } from "../../x509/policy";
import type { RecordCipher } from "tls/hardware/aead";
import { hashLength } from "tls/hardware/hash";
import { CBC, MACOrder } from "tls/hardware/legacy/cbc";
import type { Secret } from "tls/hardware/secret";
import { DHE } from "./dhe";
import { RSA } from "./rsa";
import { makeSuite, suitesWith } from "./suites";
import { legacyWords, misplacedWords } from "./words";

const known: readonly string[] = ["1.2", "1.3", "cbc", "rsa", "dhe"];
const words = legacyWords();
const unknown = words.find(word => !known.includes(word));
const suites: readonly number[] = suitesWith(words);

function findSuite(id: number): Suite | undefined {
	return suites.includes(id) ? makeSuite(id) : undefined;
}

function findSuiteByName(name: string): Suite | undefined {
	for (const id of suites) {
		const suite = makeSuite(id);
		if (suite.name === name) return suite;
	}
	return undefined;
}

function keyExchange(suite: Suite, peer: VerifiedPeer): KeyExchange {
	return suite.exchange === OldExchange.rsa ? new RSA(peer) : new DHE();
}

function blockCipher({ suite, encryptThenMac }: Protection, block: Secret, side: 0 | 1): RecordCipher {
	const mac = suite.mac!;
	const macLength = hashLength(mac);
	const keyStart = 2 * macLength + side * suite.keyLength;
	return new CBC(
		mac,
		encryptThenMac ? MACOrder.encryptThenMac : MACOrder.macThenEncrypt,
		block,
		keyStart,
		keyStart + suite.keyLength,
		side * macLength,
		suite.recordLimit,
	);
}

export const legacy: Legacy | undefined = Object.freeze(
	{
		suites,
		groups: words.includes("dhe") ? [NamedGroup.ffdhe2048, NamedGroup.ffdhe3072, NamedGroup.ffdhe4096] : [],
		asksEncryptThenMac: words.includes("cbc"),
		findSuite,
		findSuiteByName,
		keyExchange,
		blockCipher,
	},
	true,
);

/** What is wrong with the words, or undefined. */
export const problem: string | undefined =
	unknown === undefined
		? misplacedWords()
		: unknown === "ems-optional"
			? '"config.xs_tls": remove "ems-optional": servers without the extended master secret are accepted by default'
			: `"config.xs_tls": "${unknown}" is not one of ${known.join(", ")}`;
