/*
	TLS 1.2's PRF and record protection over node:crypto (RFC 5246 section 5, 6.2.3.3; RFC 5288; RFC 6655; RFC 7905), written apart from the client's
	own so that the two check each other. For server12.ts.
*/

import { createCipheriv, createDecipheriv } from "node:crypto";
import { hmac, u16, type SuiteInfo } from "./keys13.js";

export interface SuiteInfo12 extends SuiteInfo {
	/** Octets of the nonce that each record carries. */
	readonly explicit: number;
}

const gcm128 = { hash: "sha256", cipher: "aes-128-gcm", keyLength: 16, explicit: 8 } as const;
const gcm256 = { hash: "sha384", cipher: "aes-256-gcm", keyLength: 32, explicit: 8 } as const;
const chacha = { hash: "sha256", cipher: "chacha20-poly1305", keyLength: 32, explicit: 0 } as const;
const ccm = { hash: "sha256", cipher: "aes-128-ccm", keyLength: 16, explicit: 8 } as const;

export const suiteInfo12: Record<string, SuiteInfo12> = {
	TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: { id: 0xc02b, ...gcm128 },
	TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: { id: 0xc02f, ...gcm128 },
	TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: { id: 0xc02c, ...gcm256 },
	TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: { id: 0xc030, ...gcm256 },
	TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: { id: 0xcca9, ...chacha },
	TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: { id: 0xcca8, ...chacha },
	TLS_ECDHE_ECDSA_WITH_AES_128_CCM: { id: 0xc0ac, ...ccm },
	TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8: { id: 0xc0ae, ...ccm, tag: 8 },
};

/** PRF of section 5. */
export function prf(hash: string, secret: Uint8Array, label: string, seed: Uint8Array, length: number): Buffer {
	const all = Buffer.concat([Buffer.from(label), seed]);
	let chain: Buffer = all;
	let out: Buffer = Buffer.alloc(0);
	while (out.length < length) {
		chain = hmac(hash, secret, chain);
		out = Buffer.concat([out, hmac(hash, secret, Buffer.concat([chain, all]))]);
	}
	return out.subarray(0, length);
}

/** One direction's record protection. */
export class RecordKey12 {
	readonly #suite: SuiteInfo12;
	readonly #key: Buffer;
	readonly #iv: Buffer;
	#sequence = 0n;

	constructor(suite: SuiteInfo12, key: Buffer, iv: Buffer) {
		this.#suite = suite;
		this.#key = key;
		this.#iv = iv;
	}

	seal(type: number, content: Uint8Array): Buffer {
		const number = this.#number();
		const explicit = this.#suite.explicit ? number : Buffer.alloc(0);
		const { tag: authTagLength = 16 } = this.#suite;
		const cipher = createCipheriv(this.#suite.cipher as "chacha20-poly1305", this.#key, this.#nonce(number), { authTagLength });
		cipher.setAAD(Buffer.concat([number, Buffer.of(type, 3, 3), u16(content.length)]), { plaintextLength: content.length });
		const text = Buffer.concat([cipher.update(content), cipher.final()]);
		return Buffer.concat([Buffer.of(type, 3, 3), u16(explicit.length + text.length + authTagLength), explicit, text, cipher.getAuthTag()]);
	}

	/** The content of a record; throws on a wrong tag. */
	open(record: Buffer): { type: number; content: Buffer } {
		const number = this.#number();
		const { explicit, tag: authTagLength = 16 } = this.#suite;
		const text = record.subarray(5 + explicit, -authTagLength);
		const nonce = this.#nonce(explicit ? record.subarray(5, 13) : number);
		const decipher = createDecipheriv(this.#suite.cipher as "chacha20-poly1305", this.#key, nonce, { authTagLength });
		decipher.setAAD(Buffer.concat([number, record.subarray(0, 3), u16(text.length)]), { plaintextLength: text.length });
		decipher.setAuthTag(record.subarray(-authTagLength));
		return { type: record[0]!, content: Buffer.concat([decipher.update(text), decipher.final()]) };
	}

	#number(): Buffer {
		const number = Buffer.alloc(8);
		number.writeBigUInt64BE(this.#sequence++);
		return number;
	}

	/** RFC 5288 section 3: salt and what the record carries. RFC 7905 section 2: the IV with the sequence number in it. */
	#nonce(number: Buffer): Buffer {
		if (this.#suite.explicit) return Buffer.concat([this.#iv, number]);
		const nonce = Buffer.from(this.#iv);
		nonce.writeBigUInt64BE(nonce.readBigUInt64BE(4) ^ number.readBigUInt64BE(0), 4);
		return nonce;
	}
}
