/*
	TLS 1.3's key schedule (RFC 8446 section 7.1 to 7.3, 4.4.4). The names are the RFC's; secrets are native handles, closed as soon as
	the next one is derived from them. Used by flow13.ts and post.ts.
*/

import type { Suite } from "../crypto/suites";
import { AEAD } from "tls/hardware/aead";
import { hash } from "tls/hardware/hash";
import { Secret } from "tls/hardware/secret";

const IV_LENGTH = 12;
const empty = new Uint8Array(0);

/** Derive-Secret with a digest that is already there; also HKDF-Expand-Label to the length of the hash. */
export function deriveSecret(suite: Suite, from: Secret, label: string, digest: Uint8Array): Secret {
	const secret = new Secret(suite.hashLength);
	secret.expandLabel(suite.hash, from, label, digest, 0, digest.length, 0, suite.hashLength);
	return secret;
}

/** The record key and IV of a traffic secret, as a cipher (section 7.3). */
export function trafficCipher(suite: Suite, traffic: Secret): AEAD {
	const material = new Secret(suite.keyLength + IV_LENGTH);
	try {
		material.expandLabel(suite.hash, traffic, "key", empty, 0, 0, 0, suite.keyLength);
		material.expandLabel(suite.hash, traffic, "iv", empty, 0, 0, suite.keyLength, IV_LENGTH);
		return new AEAD(suite.aead, material, false, 0, suite.keyLength, suite.keyLength, suite.recordLimit);
	}
	finally {
		material.close();
	}
}

/** verify_data of a Finished (section 4.4.4). */
export function verifyData(suite: Suite, traffic: Secret, digest: Uint8Array): Uint8Array {
	const key = deriveSecret(suite, traffic, "finished", empty);
	const data = new Uint8Array(suite.hashLength);
	key.hmac(suite.hash, digest, 0, digest.length, data, 0);
	key.close();
	return data;
}

/** The ladder of section 7.1, one rung at a time: early, handshake, master. */
export class Schedule13 {
	readonly suite: Suite;
	#secret: Secret;

	/** Starts at the Early Secret; without a pre-shared key that is made of zeros. */
	constructor(suite: Suite, psk: Secret | undefined) {
		this.suite = suite;
		this.#secret = new Secret(suite.hashLength);
		const input = psk ?? new Secret(suite.hashLength);
		this.#secret.extract(suite.hash, undefined, input);
		if (!psk) input.close();
	}

	/** On to the Handshake Secret; closes `shared`, the (EC)DHE value. */
	toHandshake(shared: Secret): void {
		this.#climb(shared);
	}

	/** On to the Master Secret. */
	toMaster(): void {
		this.#climb(new Secret(this.suite.hashLength));
	}

	/** Derive-Secret from the rung reached; `digest` is the transcript's hash. */
	derive(label: string, digest: Uint8Array): Secret {
		return deriveSecret(this.suite, this.#secret, label, digest);
	}

	close(): void {
		this.#secret.close();
	}

	#climb(input: Secret): void {
		const algorithm = this.suite.hash, hashLength = this.suite.hashLength;
		const digest = new Uint8Array(hashLength);
		hash(algorithm, empty, 0, 0, digest, 0);
		const salt = this.derive("derived", digest);
		this.#secret.extract(algorithm, salt, input);
		salt.close();
		input.close();
	}
}
