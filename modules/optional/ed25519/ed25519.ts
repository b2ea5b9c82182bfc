/*
	"tls/optional/ed25519/ed25519" in a build with Ed25519 (RFC 8032), by libsodium. A private key is kept as its seed
	and its public key. The public key is derived from the seed here, never taken from a file: a wrong one would give
	the seed away.
*/

import type { Ed25519 } from "../../crypto/ed25519";
import { type DER, Part, Tag } from "../../wire/der";
import { equal } from "tls/hardware/compare";
import { Ed25519Length, expandEd25519, signEd25519, verifyEd25519 } from "tls/hardware/ed25519/ed25519";
import { Secret } from "tls/hardware/secret";

/** The AlgorithmIdentifier id-Ed25519, which has no parameters (RFC 8410 section 3). */
const algorithm = Uint8Array.of(0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70);

function readKey(der: DER, publicKey: Uint8Array, start: number, end: number): Secret | undefined {
	der.take(Tag.sequence, Part.privateKey);
	der.enter();
	der.take(Tag.integer, Part.integer);
	if (!der.skipIfEqual(algorithm, 0, algorithm.length)) return undefined;
	der.take(Tag.octetString, Part.privateKey);
	der.enter();
	// an octetString in this one has the seed; attributes and the public key may stand after
	der.takeOnly(Tag.octetString, Part.privateKey);
	if (der.end - der.start !== Ed25519Length.seed) der.fail("has an Ed25519 key that does not have 32 bytes");
	const pair = new Uint8Array(Ed25519Length.keyPair);
	const key = new Secret(Ed25519Length.keyPair);
	try {
		expandEd25519(der.bytes, der.start, pair);
		key.import(pair, 0);
		const isRight = equal(pair, Ed25519Length.seed, publicKey, start, end - start);
		if (isRight) return key;
	} catch (error) {
		key.close();
		throw error;
	} finally {
		pair.fill(0);
	}
	key.close();
	return undefined;
}

/** The key is in a buffer for the one call that signs. Nothing is allocated there, so no copy is left behind. */
function sign(key: Secret, message: Uint8Array): Uint8Array {
	const out = new Uint8Array(Ed25519Length.signature);
	const pair = new Uint8Array(Ed25519Length.keyPair);
	key.export(pair, 0);
	try {
		signEd25519(pair, message, out);
	} finally {
		pair.fill(0);
	}
	return out;
}

export const ed25519: Ed25519 | undefined = Object.freeze({ verify: verifyEd25519, sign, readKey });
