/*
	TLS 1.2's PRF and record protection over node:crypto (RFC 5246 section 5, 6.2.3; RFC 5288; RFC 6655; RFC 7366; RFC
	7905), written apart from the client's own so that the two check each other. For server12.ts.
*/

import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { hmac, u16, type SuiteInfo } from "./keys13.js";

export interface SuiteInfo12 extends Omit<SuiteInfo, "cipher"> {
	/** node:crypto's name */
	readonly cipher: string;
	/** Bytes of the nonce that each record carries. */
	readonly explicit: number;
	/** A block cipher's MAC, as node:crypto names the hash. */
	readonly mac?: string;
	/** Another key exchange than ECDHE. */
	readonly exchange?: "RSA" | "DHE";
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

const ciphers: Record<string, Omit<SuiteInfo12, "id">> = {
	AES_128_GCM_SHA256: gcm128,
	AES_256_GCM_SHA384: gcm256,
	CHACHA20_POLY1305_SHA256: chacha,
	AES_128_CBC_SHA: { hash: "sha256", cipher: "aes-128-cbc", keyLength: 16, explicit: 16, mac: "sha1" },
	AES_256_CBC_SHA: { hash: "sha256", cipher: "aes-256-cbc", keyLength: 32, explicit: 16, mac: "sha1" },
	AES_128_CBC_SHA256: { hash: "sha256", cipher: "aes-128-cbc", keyLength: 16, explicit: 16, mac: "sha256" },
	AES_256_CBC_SHA256: { hash: "sha256", cipher: "aes-256-cbc", keyLength: 32, explicit: 16, mac: "sha256" },
	AES_256_CBC_SHA384: { hash: "sha384", cipher: "aes-256-cbc", keyLength: 32, explicit: 16, mac: "sha384" },
};

const oldNumbers: Record<string, Record<string, number>> = {
	ECDHE_ECDSA: {
		AES_128_CBC_SHA: 0xc009,
		AES_256_CBC_SHA: 0xc00a,
		AES_128_CBC_SHA256: 0xc023,
		AES_256_CBC_SHA384: 0xc024,
	},
	ECDHE_RSA: {
		AES_128_CBC_SHA: 0xc013,
		AES_256_CBC_SHA: 0xc014,
		AES_128_CBC_SHA256: 0xc027,
		AES_256_CBC_SHA384: 0xc028,
	},
	DHE_RSA: {
		AES_128_GCM_SHA256: 0x9e,
		AES_256_GCM_SHA384: 0x9f,
		CHACHA20_POLY1305_SHA256: 0xccaa,
		AES_128_CBC_SHA: 0x33,
		AES_256_CBC_SHA: 0x39,
		AES_128_CBC_SHA256: 0x67,
		AES_256_CBC_SHA256: 0x6b,
	},
	RSA: {
		AES_128_GCM_SHA256: 0x9c,
		AES_256_GCM_SHA384: 0x9d,
		AES_128_CBC_SHA: 0x2f,
		AES_256_CBC_SHA: 0x35,
		AES_128_CBC_SHA256: 0x3c,
		AES_256_CBC_SHA256: 0x3d,
	},
};

function oldExchange(name: string): Pick<SuiteInfo12, "exchange"> {
	return name === "RSA" ? { exchange: "RSA" } : name === "DHE_RSA" ? { exchange: "DHE" } : {};
}

/** The suites that a client has only by "config.xs_tls". */
export const oldSuites12: Record<string, SuiteInfo12> = Object.fromEntries(
	Object.entries(oldNumbers).flatMap(([exchange, numbers]) =>
		Object.entries(numbers).map(([cipher, id]) => [
			`TLS_${exchange}_WITH_${cipher}`,
			{ id, ...ciphers[cipher]!, ...oldExchange(exchange) },
		]),
	),
);

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
export interface RecordKey {
	seal(type: number, content: Uint8Array): Buffer;
	/** The content of a record; throws where it is not the peer's. */
	open(record: Buffer): { type: number; content: Buffer };
}

/** By an AEAD. */
export class RecordKey12 implements RecordKey {
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
		const cipher = createCipheriv(this.#suite.cipher as "chacha20-poly1305", this.#key, this.#nonce(number), {
			authTagLength,
		});
		cipher.setAAD(Buffer.concat([number, Buffer.of(type, 3, 3), u16(content.length)]), {
			plaintextLength: content.length,
		});
		const text = Buffer.concat([cipher.update(content), cipher.final()]);
		return Buffer.concat([
			Buffer.of(type, 3, 3),
			u16(explicit.length + text.length + authTagLength),
			explicit,
			text,
			cipher.getAuthTag(),
		]);
	}

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

	/**
	 * RFC 5288 section 3: salt and what the record carries. RFC 7905 section 2: the IV with the sequence number in it.
	 */
	#nonce(number: Buffer): Buffer {
		if (this.#suite.explicit) return Buffer.concat([this.#iv, number]);
		const nonce = Buffer.from(this.#iv);
		nonce.writeBigUInt64BE(nonce.readBigUInt64BE(4) ^ number.readBigUInt64BE(0), 4);
		return nonce;
	}
}

/**
 * By a block cipher and a MAC (RFC 5246 section 6.2.3.2), which is over what is encrypted where `encryptThenMac` (RFC
 * 7366).
 */
export class BlockKey12 implements RecordKey {
	readonly #cipher: string;
	readonly #mac: string;
	readonly #macKey: Buffer;
	readonly #key: Buffer;
	/** A test may turn it over. */
	encryptThenMac: boolean;
	#sequence = 0n;

	constructor({ cipher, mac }: SuiteInfo12, macKey: Buffer, key: Buffer, encryptThenMac: boolean) {
		this.#cipher = cipher;
		this.#mac = mac!;
		this.#macKey = macKey;
		this.#key = key;
		this.encryptThenMac = encryptThenMac;
	}

	seal(type: number, content: Uint8Array): Buffer {
		return this.sealChanged(type, content);
	}

	/**
	 * A record with more padding, with another inside (text, MAC where it is inside, padding), or with another MAC
	 * behind.
	 */
	sealChanged(
		type: number,
		content: Uint8Array,
		{ blocks = 0, inside = (bytes: Buffer) => bytes, mac = (bytes: Buffer) => bytes } = {},
	): Buffer {
		const number = this.#number();
		const iv = randomBytes(16);
		const text = this.encryptThenMac
			? Buffer.from(content)
			: Buffer.concat([content, this.#sign(number, type, content)]);
		const last = 15 - (text.length % 16) + 16 * blocks;
		const cipher = createCipheriv(this.#cipher, this.#key, iv).setAutoPadding(false);
		const body = Buffer.concat([
			iv,
			cipher.update(inside(Buffer.concat([text, Buffer.alloc(last + 1, last)]))),
			cipher.final(),
		]);
		const whole = this.encryptThenMac ? Buffer.concat([body, mac(this.#sign(number, type, body))]) : body;
		return Buffer.concat([Buffer.of(type, 3, 3), u16(whole.length), whole]);
	}

	open(record: Buffer): { type: number; content: Buffer } {
		const number = this.#number();
		const type = record[0]!;
		const macLength = createHmac(this.#mac, "").digest().length;
		const body = this.encryptThenMac ? record.subarray(5, -macLength) : record.subarray(5);
		if (this.encryptThenMac && !this.#sign(number, type, body).equals(record.subarray(-macLength)))
			throw new Error("a record's MAC is wrong");
		const decipher = createDecipheriv(this.#cipher, this.#key, body.subarray(0, 16)).setAutoPadding(false);
		const inside = Buffer.concat([decipher.update(body.subarray(16)), decipher.final()]);
		const last = inside[inside.length - 1]!;
		if (!inside.subarray(-last - 1).every(byte => byte === last)) throw new Error("a record's padding is wrong");
		const text = inside.subarray(0, -last - 1);
		if (this.encryptThenMac) return { type, content: text };
		const content = text.subarray(0, -macLength);
		if (!this.#sign(number, type, content).equals(text.subarray(-macLength)))
			throw new Error("a record's MAC is wrong");
		return { type, content };
	}

	#sign(number: Buffer, type: number, content: Uint8Array): Buffer {
		return createHmac(this.#mac, this.#macKey)
			.update(Buffer.concat([number, Buffer.of(type, 3, 3), u16(content.length), content]))
			.digest();
	}

	#number(): Buffer {
		const number = Buffer.alloc(8);
		number.writeBigUInt64BE(this.#sequence++);
		return number;
	}
}
