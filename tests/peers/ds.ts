/*
	An RSA key as Espressif's tools encrypt it for the digital-signature peripheral. It is what is done once, where
	devices are made. Sources: the Technical Reference Manual's chapter of that name, and ESP-IDF's esp_ds_data_t.
*/

import { createCipheriv, createHash, createHmac, randomBytes, type KeyObject } from "node:crypto";

import { rsaNumbersOf } from "./keynumbers.js";

/**
 * Bits of the longest key that the chip takes; all numbers are as long. It is 3072 on C3, C6 and H2, 4096 on S2 and S3.
 */
export const BITS_MAX = 3072;

function littleEndian(value: bigint, bytes: number): Buffer {
	return Buffer.from(value.toString(16).padStart(2 * bytes, "0"), "hex").reverse();
}

/** The inverse of an odd number modulo 2 to the power of 32, by Newton's iteration. */
function inverse32(value: bigint): bigint {
	let result = 1n;
	for (let bits = 1; bits < 32; bits *= 2) result = (result * (2n - value * result)) & 0xffffffffn;
	return result;
}

function numberOf(bytes: Buffer): bigint {
	return BigInt(`0x${bytes.toString("hex")}`);
}

export interface Changes {
	/** Bits of the longest key of the chip that it is made for. */
	readonly bitsMax?: number;
	readonly iv?: Buffer;
	/** Changes what is encrypted, after its digest was taken. */
	readonly edit?: (plain: Buffer) => Buffer;
	/** Changes the numbers before. */
	readonly editNumbers?: (numbers: Buffer) => Buffer;
}

/** The parameters of a private key, for chips that hold `hmacKey` in eFuse. */
export function encryptParameters(privateKey: KeyObject, hmacKey: Uint8Array, changes: Changes = {}): Buffer {
	const { bitsMax = BITS_MAX, iv = randomBytes(16), edit = plain => plain, editNumbers = bytes => bytes } = changes;
	const own = rsaNumbersOf(privateKey);
	const [modulus, exponent] = [numberOf(own.modulus), numberOf(own.exponent)];
	const bits = privateKey.asymmetricKeyDetails!.modulusLength!;
	const bytes = bitsMax / 8;
	const words = Buffer.alloc(8);
	words.writeUInt32LE(Number(-inverse32(modulus & 0xffffffffn) & 0xffffffffn), 0);
	words.writeUInt32LE(bits / 32 - 1, 4);
	const numbers = editNumbers(
		Buffer.concat([exponent, modulus, (1n << BigInt(2 * bits)) % modulus].map(number => littleEndian(number, bytes))),
	);
	const digest = createHash("sha256").update(numbers).update(words).update(iv).digest();
	const plain = edit(Buffer.concat([numbers, digest, words, Buffer.alloc(8, 8)]));
	const cipher = createCipheriv(
		"aes-256-cbc",
		createHmac("sha256", hmacKey).update(Buffer.alloc(32, 0xff)).digest(),
		iv,
	).setAutoPadding(false);
	return Buffer.concat([words.subarray(4), iv, cipher.update(plain), cipher.final()]);
}
