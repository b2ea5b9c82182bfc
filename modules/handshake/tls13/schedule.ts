/*
	TLS 1.3's key schedule (RFC 8446 section 7.1 to 7.3, 4.4.4). The names are the RFC's; secrets are native handles,
	closed as soon as the next one is derived from them.
*/

import type { Suite } from "../../crypto/suite";
import { HandshakeType } from "../../wire/numbers";
import { empty } from "../../wire/reader";
import type { Writer } from "../../wire/writer";
import { AEAD, RecordVersion } from "tls/hardware/aead";
import { Secret } from "tls/hardware/secret";
import type { Transcript } from "../transcript";

const IV_LENGTH = 12;

// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const KEY = "key";
const IV = "iv";
const FINISHED = "finished";
const DERIVED = "derived";

/**
 * Derive-Secret with the digest of the messages, or without any if that is undefined; also HKDF-Expand-Label to the
 * length of the hash.
 */
export function deriveSecret(suite: Suite, from: Secret, label: string, digest: Uint8Array | undefined): Secret {
	const hashLength = suite.hashLength;
	const secret = new Secret(hashLength);
	try {
		secret.expandLabel(suite.hash, from, label, digest, 0, digest ? digest.length : 0, 0, hashLength);
	} catch (e) {
		secret.close();
		throw e;
	}
	return secret;
}

/** The record key and IV of a traffic secret, as a cipher (section 7.3). */
export function trafficCipher(suite: Suite, traffic: Secret): AEAD {
	const hash = suite.hash,
		keyLength = suite.keyLength;
	const material = new Secret(keyLength + IV_LENGTH);
	let cipher: AEAD;
	try {
		material.expandLabel(hash, traffic, KEY, empty, 0, 0, 0, keyLength);
		material.expandLabel(hash, traffic, IV, empty, 0, 0, keyLength, keyLength + IV_LENGTH);
		cipher = new AEAD(suite.aead, RecordVersion.tls13, material, 0, keyLength, keyLength, suite.recordLimit);
	} finally {
		material.close();
	}
	return cipher;
}

/** verify_data of a Finished (section 4.4.4), which takes the place of the transcript's `digest`. */
export function verifyData(suite: Suite, traffic: Secret, digest: Uint8Array): Uint8Array {
	const key = deriveSecret(suite, traffic, FINISHED, empty);
	try {
		key.hmac(suite.hash, digest, 0, digest.length, digest, 0);
	} finally {
		key.close();
	}
	return digest;
}

/** Finished, by the sender's traffic secret (section 4.4.4). All that `w` holds follows on the transcript. */
export function writeFinished(w: Writer, suite: Suite, secret: Secret, transcript: Transcript): void {
	const data = verifyData(suite, secret, transcript.digestWith(w.bytes, 0, w.length));
	w.u8(HandshakeType.finished);
	w.u24(data.length);
	w.copy(data, 0, data.length);
}

/** The ladder of section 7.1, one rung at a time: early, handshake, master. */
export class Schedule13 {
	readonly suite: Suite;
	/** XS: no private names, which take more slots. */
	private readonly secret: Secret;

	/** Starts at the Early Secret; without a pre-shared key that is made of zeros. */
	constructor(suite: Suite, psk: Secret | undefined) {
		this.suite = suite;
		const secret = (this.secret = new Secret(suite.hashLength));
		let zeros: Secret | undefined;
		try {
			secret.extract(suite.hash, undefined, psk ?? (zeros = new Secret(suite.hashLength)));
		} catch (e) {
			secret.close();
			throw e;
		} finally {
			zeros?.close();
		}
	}

	/** On to the Handshake Secret; closes `shared`, the (EC)DHE value. */
	toHandshake(shared: Secret): void {
		this.climb(shared);
	}

	/** On to the Master Secret. */
	toMaster(): void {
		this.climb(new Secret(this.suite.hashLength));
	}

	/** Derive-Secret from the rung reached; `digest` is the transcript's, undefined if it has no messages yet. */
	derive(label: string, digest: Uint8Array | undefined): Secret {
		return deriveSecret(this.suite, this.secret, label, digest);
	}

	close(): void {
		this.secret.close();
	}

	private climb(input: Secret): void {
		let salt: Secret | undefined;
		try {
			salt = this.derive(DERIVED, undefined);
			this.secret.extract(this.suite.hash, salt, input);
		} finally {
			salt?.close();
			input.close();
		}
	}
}
