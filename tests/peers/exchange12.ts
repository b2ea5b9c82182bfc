/*
	The server's part of TLS 1.2's key exchanges, over node:crypto: ECDHE (RFC 8422), finite-field Diffie-Hellman (RFC
	5246 section 7.4.3, RFC 7919) and RSA key transport (RFC 5246 section 7.4.7.1). For server12.ts.
*/

import {
	constants,
	createDiffieHellman,
	createECDH,
	createPublicKey,
	diffieHellman,
	generateKeyPairSync,
	privateDecrypt,
	type KeyObject,
} from "node:crypto";
import { u16, vector } from "../../host-sim/trace/keys13.js";

/** One handshake's exchange. */
export interface Exchange12 {
	/** What ServerKeyExchange holds in front of the signature; empty where there is no such message. */
	readonly parameters: Buffer;
	/** The premaster secret, from the body of ClientKeyExchange. */
	premaster(body: Buffer): Buffer;
}

class ECDHE implements Exchange12 {
	readonly parameters: Buffer;
	readonly premaster: (body: Buffer) => Buffer;

	/** `point` goes out in the place of the server's own. */
	constructor(group: number, point?: Buffer) {
		let own: Buffer;
		if (group === 0x1d) {
			const pair = generateKeyPairSync("x25519");
			own = pair.publicKey.export({ format: "der", type: "spki" }).subarray(-32);
			const prefix = Buffer.from("302a300506032b656e032100", "hex");
			this.premaster = body =>
				diffieHellman({
					privateKey: pair.privateKey,
					publicKey: createPublicKey({ key: Buffer.concat([prefix, body.subarray(1)]), format: "der", type: "spki" }),
				});
		} else {
			const curve = createECDH(group === 0x18 ? "secp384r1" : "prime256v1");
			own = curve.generateKeys();
			this.premaster = body => curve.computeSecret(body.subarray(1));
		}
		this.parameters = Buffer.concat([Buffer.of(3), u16(group), vector(1, point ?? own)]);
	}
}

/** What a server of DHE may say of its group and key; each has a right default. */
export interface DHEParameters {
	/** ffdhe2048 to ffdhe4096 */
	readonly bits?: 2048 | 3072 | 4096;
	readonly prime?: Buffer;
	readonly generator?: Buffer;
	/** The server's public key, changed. */
	editKey?(key: Buffer, prime: Buffer): Buffer;
}

/** RFC 7919 appendix A: 2^b - 2^(b - 64) + (floor(2^(b - 130) e) + X) 2^64 - 1 */
export function ffdhePrime(bits: 2048 | 3072 | 4096): Buffer {
	const x = { 2048: 560316n, 3072: 2625351n, 4096: 5736041n }[bits];
	const spare = 64n;
	let term = 1n << (BigInt(bits - 130) + spare);
	let e = 0n;
	for (let n = 1n; term > 0n; n++) {
		e += term;
		term /= n;
	}
	const b = BigInt(bits);
	return Buffer.from(((1n << b) - (1n << (b - 64n)) + (((e >> spare) + x) << 64n) - 1n).toString(16), "hex");
}

class DHE implements Exchange12 {
	readonly parameters: Buffer;
	readonly #keys;

	constructor({
		bits = 2048,
		prime = ffdhePrime(bits),
		generator = Buffer.of(2),
		editKey = key => key,
	}: DHEParameters) {
		this.#keys = createDiffieHellman(prime, generator);
		const key = editKey(this.#keys.generateKeys(), prime);
		this.parameters = Buffer.concat([vector(2, prime), vector(2, generator), vector(2, key)]);
	}

	/** Zeros in front are cut off (RFC 5246 section 8.1.2). */
	premaster(body: Buffer): Buffer {
		const shared = this.#keys.computeSecret(body.subarray(2));
		return shared.subarray(shared.findIndex(byte => byte !== 0));
	}
}

class RSA implements Exchange12 {
	readonly parameters = Buffer.alloc(0);
	readonly #key: KeyObject;

	constructor(key: KeyObject) {
		this.#key = key;
	}

	/** Throws where the client did not say TLS 1.2 in it. */
	premaster(body: Buffer): Buffer {
		if (body.readUInt16BE(0) !== body.length - 2)
			throw new Error("EncryptedPreMasterSecret is not all of ClientKeyExchange");
		// Node has RSAES-PKCS1-v1_5 switched off: 0, 2, eight bytes or more of chance, 0 (RFC 8017 section 7.2.1)
		const padded = privateDecrypt({ key: this.#key, padding: constants.RSA_NO_PADDING }, body.subarray(2));
		const zero = padded.indexOf(0, 2);
		if (padded.readUInt16BE(0) !== 2 || zero < 10)
			throw new Error("EncryptedPreMasterSecret is not padded as PKCS #1 says");
		const premaster = padded.subarray(zero + 1);
		if (premaster.length !== 48 || premaster.readUInt16BE(0) !== 0x0303)
			throw new Error(`a premaster secret begins with ${premaster.subarray(0, 2).toString("hex")}`);
		return premaster;
	}
}

export interface ExchangeChoice {
	readonly exchange?: "RSA" | "DHE" | undefined;
	readonly key: KeyObject;
	readonly group: number;
	readonly point?: Buffer | undefined;
	readonly dhe?: DHEParameters | undefined;
}

export function makeExchange({ exchange, key, group, point, dhe }: ExchangeChoice): Exchange12 {
	switch (exchange) {
		case "RSA":
			return new RSA(key);
		case "DHE":
			return new DHE(dhe ?? {});
		default:
			return new ECDHE(group, point);
	}
}
