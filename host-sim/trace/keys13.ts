/*
	TLS 1.3's key schedule and record protection over node:crypto (RFC 8446 section 5.2, 7.1), written apart from the
	client's own so that the two check each other. For server13.ts.
*/

import { createCipheriv, createDecipheriv, createHash, createHmac } from "node:crypto";

export interface SuiteInfo {
	readonly id: number;
	readonly hash: "sha256" | "sha384";
	readonly cipher: "aes-128-gcm" | "aes-256-gcm" | "chacha20-poly1305" | "aes-128-ccm";
	readonly keyLength: number;
	/** Bytes of the tag; 16 by default. */
	readonly tag?: number;
}

export const suiteInfo: Record<string, SuiteInfo> = {
	TLS_AES_128_GCM_SHA256: { id: 0x1301, hash: "sha256", cipher: "aes-128-gcm", keyLength: 16 },
	TLS_AES_256_GCM_SHA384: { id: 0x1302, hash: "sha384", cipher: "aes-256-gcm", keyLength: 32 },
	TLS_CHACHA20_POLY1305_SHA256: { id: 0x1303, hash: "sha256", cipher: "chacha20-poly1305", keyLength: 32 },
	TLS_AES_128_CCM_SHA256: { id: 0x1304, hash: "sha256", cipher: "aes-128-ccm", keyLength: 16 },
	TLS_AES_128_CCM_8_SHA256: { id: 0x1305, hash: "sha256", cipher: "aes-128-ccm", keyLength: 16, tag: 8 },
};

export function u16(value: number): Buffer {
	return Buffer.of(value >> 8, value & 0xff);
}

/** `data` after its length in `width` bytes. */
export function vector(width: 1 | 2 | 3, ...data: Uint8Array[]): Buffer {
	const body = Buffer.concat(data);
	const length = Buffer.alloc(width);
	length.writeUIntBE(body.length, 0, width);
	return Buffer.concat([length, body]);
}

export function hmac(hash: string, key: Uint8Array, data: Uint8Array): Buffer {
	return createHmac(hash, key).update(data).digest();
}

export function digest(hash: string, ...data: Uint8Array[]): Buffer {
	const running = createHash(hash);
	for (const part of data) running.update(part);
	return running.digest();
}

export function expandLabel(
	hash: string,
	secret: Uint8Array,
	label: string,
	context: Uint8Array,
	length: number,
): Buffer {
	const info = Buffer.concat([u16(length), vector(1, Buffer.from(`tls13 ${label}`)), vector(1, context)]);
	let block: Buffer = Buffer.alloc(0);
	let out: Buffer = Buffer.alloc(0);
	for (let counter = 1; out.length < length; counter++) {
		block = hmac(hash, secret, Buffer.concat([block, info, Buffer.of(counter)]));
		out = Buffer.concat([out, block]);
	}
	return out.subarray(0, length);
}

/** One direction's record protection. */
export class RecordKey {
	readonly #suite: SuiteInfo;
	/** The traffic secret, of the generation that is in use. */
	secret: Buffer;
	#key!: Buffer;
	#iv!: Buffer;
	#sequence = 0n;

	constructor(suite: SuiteInfo, secret: Buffer) {
		this.#suite = suite;
		this.secret = secret;
		this.#derive();
	}

	/** The next generation, for KeyUpdate. */
	update(): void {
		this.secret = expandLabel(this.#suite.hash, this.secret, "traffic upd", Buffer.alloc(0), this.secret.length);
		this.#derive();
	}

	/** A record with `content` of inner type `type`, and `padding` zeros. */
	seal(type: number, content: Uint8Array, padding = 0): Buffer {
		const inner = Buffer.concat([content, Buffer.of(type), Buffer.alloc(padding)]);
		const { tag: authTagLength = 16 } = this.#suite;
		const header = Buffer.concat([Buffer.of(23, 3, 3), u16(inner.length + authTagLength)]);
		const cipher = createCipheriv(this.#suite.cipher as "chacha20-poly1305", this.#key, this.#nonce(), {
			authTagLength,
		});
		cipher.setAAD(header, { plaintextLength: inner.length });
		return Buffer.concat([header, cipher.update(inner), cipher.final(), cipher.getAuthTag()]);
	}

	/** The content of a record, its inner type last; throws on a wrong tag. */
	open(record: Buffer): { type: number; content: Buffer } {
		const { tag: authTagLength = 16 } = this.#suite;
		const decipher = createDecipheriv(this.#suite.cipher as "chacha20-poly1305", this.#key, this.#nonce(), {
			authTagLength,
		});
		decipher.setAAD(record.subarray(0, 5), { plaintextLength: record.length - 5 - authTagLength });
		decipher.setAuthTag(record.subarray(-authTagLength));
		let inner;
		try {
			inner = Buffer.concat([decipher.update(record.subarray(5, -authTagLength)), decipher.final()]);
		} catch (error) {
			this.#sequence--; // it was under another key
			throw error;
		}
		let end = inner.length - 1;
		while (inner[end] === 0) end--;
		return { type: inner[end]!, content: inner.subarray(0, end) };
	}

	get key(): Buffer {
		return this.#key;
	}

	#derive(): void {
		const { hash, keyLength } = this.#suite;
		this.#key = expandLabel(hash, this.secret, "key", Buffer.alloc(0), keyLength);
		this.#iv = expandLabel(hash, this.secret, "iv", Buffer.alloc(0), 12);
		this.#sequence = 0n;
	}

	#nonce(): Buffer {
		const nonce = Buffer.from(this.#iv);
		nonce.writeBigUInt64BE(nonce.readBigUInt64BE(4) ^ this.#sequence++, 4);
		return nonce;
	}
}

/** The ladder of section 7.1. */
export class Schedule {
	readonly #hash: string;
	#secret: Buffer;

	constructor(suite: SuiteInfo, psk?: Uint8Array) {
		this.#hash = suite.hash;
		const zeros = Buffer.alloc(digest(suite.hash).length);
		this.#secret = hmac(suite.hash, zeros, psk ?? zeros);
	}

	climb(input: Uint8Array | undefined): void {
		const salt = this.derive("derived", digest(this.#hash));
		this.#secret = hmac(this.#hash, salt, input ?? Buffer.alloc(salt.length));
	}

	/** The rung that is reached: the early, handshake or master secret. */
	get secret(): Buffer {
		return this.#secret;
	}

	derive(label: string, transcript: Uint8Array): Buffer {
		return expandLabel(this.#hash, this.#secret, label, transcript, this.#secret.length);
	}
}
