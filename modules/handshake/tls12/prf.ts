/*
	TLS 1.2's key schedule (RFC 5246 section 5, 6.3, 7.4.9, 8.1, with the extended master secret of RFC 7627). Secrets
	are native handles, closed by whoever asked for them.
*/

import { AEAD, AEADAlgorithm, RecordVersion } from "tls/hardware/aead";
import type { RecordCipher } from "tls/hardware/aead";
import { copy } from "tls/hardware/copy";
import { hashLength } from "tls/hardware/hash";
import { Secret } from "tls/hardware/secret";
import { legacy } from "tls/optional/legacy/legacy";
import type { Suite } from "../../crypto/suite";
import type { Protection } from "./exchange";

const MASTER_LENGTH = 48;
/** Bytes of verify_data. */
export const VERIFY_LENGTH = 12;

// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const MASTER_SECRET = "master secret";
const EXTENDED_MASTER_SECRET = "extended master secret";
const KEY_EXPANSION = "key expansion";

/**
 * Bytes of an AEAD's IV in the key block: the part of the nonce that records don't carry (RFC 5288 section 3, RFC 7905
 * section 2).
 */
function ivLength(suite: Suite): number {
	return suite.aead === AEADAlgorithm.chacha20_poly1305 ? 12 : 4;
}

/** The master secret (RFC 5246 section 8.1) from the premaster secret, which it closes, and both randoms. */
export function masterSecret(suite: Suite, premaster: Secret, randoms: Uint8Array): Secret {
	return makeMaster(suite, premaster, MASTER_SECRET, randoms);
}

/**
 * The extended master secret (RFC 7627 section 4); `sessionHash` is over all messages up to ClientKeyExchange. Closes
 * `premaster`.
 */
export function extendedMasterSecret(suite: Suite, premaster: Secret, sessionHash: Uint8Array): Secret {
	return makeMaster(suite, premaster, EXTENDED_MASTER_SECRET, sessionHash);
}

/** A new secret of `length` bytes: the PRF of another one (section 5). */
function expand(length: number, suite: Suite, from: Secret, label: string, seed: Uint8Array): Secret {
	const secret = new Secret(length);
	try {
		secret.prf(suite.hash, from, label, seed, 0, seed.length);
	} catch (e) {
		secret.close();
		throw e;
	}
	return secret;
}

function makeMaster(suite: Suite, premaster: Secret, label: string, seed: Uint8Array): Secret {
	try {
		return expand(MASTER_LENGTH, suite, premaster, label, seed);
	} finally {
		premaster.close();
	}
}

/**
 * The key block (RFC 5246 section 6.3); `randoms` is the client's random, then the server's. An AEAD needs no MAC keys,
 * a block cipher no IVs.
 */
export function keyBlock(suite: Suite, master: Secret, randoms: Uint8Array): Secret {
	const all = randoms.length,
		half = all / 2;
	const seed = new Uint8Array(all);
	copy(randoms, half, all, seed, 0);
	copy(randoms, 0, half, seed, half);
	const length = 2 * (suite.keyLength + (suite.mac ? hashLength(suite.mac) : ivLength(suite)));
	return expand(length, suite, master, KEY_EXPANSION, seed);
}

/** The cipher of one direction: `side` is 0 for what the client writes, 1 for the server. */
export function recordCipher(protection: Protection, block: Secret, side: 0 | 1): RecordCipher {
	const { suite } = protection,
		{ aead, keyLength } = suite;
	if (suite.mac) return legacy!.blockCipher(protection, block, side);
	const keyStart = side * keyLength;
	return new AEAD(
		aead,
		RecordVersion.tls12,
		block,
		keyStart,
		keyStart + keyLength,
		2 * keyLength + side * ivLength(suite),
		suite.recordLimit,
	);
}

/**
 * Computes verify_data of a Finished (section 7.4.9) in place: overwrites the first VERIFY_LENGTH bytes of the
 * transcript's `digest`. The label is "client finished" or "server finished".
 */
export function verifyData12(suite: Suite, master: Secret, label: string, digest: Uint8Array): Uint8Array {
	const made = expand(VERIFY_LENGTH, suite, master, label, digest);
	made.export(digest, 0);
	made.close();
	return digest;
}
