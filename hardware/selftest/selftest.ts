/*
	Asks every operation of this chip for a known answer, and measures its speed. Records have the sizes at which
	drivers take another way: DMA (128 bytes), interrupts (2,000), more than one DMA descriptor (4,080). They start at
	every address modulo 4.
*/

import Time from "time";
import { type AEAD, RecordVersion } from "tls/hardware/aead";
import type { KeyShare } from "tls/hardware/agree";
import { hash, Hash, hashLength, HashAlgorithm } from "tls/hardware/hash";
import { random } from "tls/hardware/random";
import { Secret } from "tls/hardware/secret";
import { signDigest } from "tls/hardware/sign";
import { SignatureForm, verifyMessage } from "tls/hardware/signature";
import type { Answers } from "./answers";
import { laterAEAD } from "./cipher";
import { fixedKeyShare } from "./keyshare";

const sizes: readonly number[] = Object.freeze([1, 100, 129, 2001, 4080, 4097, 16384]);
const HEADER = 5;
const SEQUENCE = 5;

/** Verifies a signature over all of `data`. */
function verifyWhole(
	scheme: number,
	algorithm: HashAlgorithm,
	key: Uint8Array,
	data: Uint8Array,
	signature: Uint8Array,
): boolean {
	return verifyMessage(scheme, algorithm, key, 0, key.length, data, 0, data.length, signature, 0, signature.length);
}

/** More records than one key protects here. */
const RECORDS = 0xffffffff;
const BULK = 16384;

function bytesOf(hex: string): Uint8Array {
	const result = new Uint8Array(hex.length / 2);
	for (let i = 0; i < result.length; i++) result[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
	return result;
}

function isHex(bytes: Uint8Array, hex: string): boolean {
	const expected = bytesOf(hex);
	if (expected.length !== bytes.length) return false;
	for (let i = 0; i < bytes.length; i++) if (bytes[i] !== expected[i]) return false;
	return true;
}

function ascii(text: string): Uint8Array {
	return new Uint8Array(ArrayBuffer.fromString(text));
}

/** Bytes that repeat only after 64 KB. */
function writeText(to: Uint8Array, at: number, length: number): void {
	for (let i = 0; i < length; i++) to[at + i] = i * 7 + (i >> 8);
}

function isText(bytes: Uint8Array, at: number, length: number): boolean {
	for (let i = 0; i < length; i++) if (bytes[at + i] !== ((i * 7 + (i >> 8)) & 0xff)) return false;
	return true;
}

function secretOf(bytes: Uint8Array): Secret {
	const secret = new Secret(bytes.length);
	secret.import(bytes, 0);
	return secret;
}

function digestOf(algorithm: HashAlgorithm, bytes: Uint8Array, start: number, end: number): Uint8Array {
	const out = new Uint8Array(hashLength(algorithm));
	hash(algorithm, bytes, start, end, out, 0);
	return out;
}

class SelfTest {
	/** How many operations are wrong or failed. */
	wrong = 0;
	readonly #time: number;
	readonly #buffer = new Uint8Array(HEADER + BULK + 16 + 4);

	constructor(time: number) {
		this.#time = time;
	}

	/**
	 * Prints whether `body` found the right answer, or how it failed. Then prints the speed of `repeat`, which works on
	 * `length` bytes.
	 */
	#report(name: string, body: () => boolean, repeat?: () => void, length = 0): void {
		let text = "right";
		try {
			if (!body()) text = "WRONG";
			else if (repeat && this.#time) text += this.#speed(repeat, length);
		} catch (error) {
			text = `FAILED: ${(error as Error).message}`;
		}
		if (!text.startsWith("right")) this.wrong++;
		trace(`${name.padEnd(24)} ${text}\n`);
	}

	#speed(repeat: () => void, length: number): string {
		const start = Time.ticks;
		let count = 0;
		let taken = 0;
		do {
			repeat();
			count++;
			taken = Time.ticks - start;
		} while (taken < this.#time);
		return length ? `  ${((count * length) / taken / 1000).toFixed(2)} MB/s` : `  ${(taken / count).toFixed(2)} ms`;
	}

	hashes({ hashes, hmacs, derived }: Answers): void {
		const buffer = this.#buffer;
		for (const { name, number, short, long } of hashes) {
			this.#report(
				name,
				() => {
					writeText(buffer, 1, 5000);
					const parts = new Hash(number);
					for (let at = 1; at < 5001; at += 625) parts.update(buffer, at, at + 625);
					const out = new Uint8Array(hashLength(number));
					parts.peek(out, 0);
					parts.close();
					return (
						isHex(digestOf(number, ascii("abc"), 0, 3), short) &&
						isHex(digestOf(number, buffer, 1, 5001), long) &&
						isHex(out, long)
					);
				},
				() => digestOf(number, buffer, 0, BULK),
				BULK,
			);
		}
		for (const { name, number, digest } of hmacs) {
			const key = secretOf(ascii("Jefe"));
			const data = ascii("what do ya want for nothing?");
			const out = new Uint8Array(hashLength(number));
			const hmac = (): void => key.hmac(number, data, 0, data.length, out, 0);
			this.#report(
				name,
				() => {
					hmac();
					return isHex(out, digest);
				},
				hmac,
			);
			key.close();
		}
		const early = secretOf(bytesOf("33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a"));
		const made = new Secret(32);
		const context = digestOf(HashAlgorithm.sha256, this.#buffer, 0, 0);
		const expand = (): void => made.expandLabel(HashAlgorithm.sha256, early, "derived", context, 0, 32, 0, 32);
		this.#report(
			"HKDF-Expand-Label",
			() => {
				expand();
				const out = new Uint8Array(32);
				made.export(out, 0);
				return isHex(out, derived);
			},
			expand,
		);
		early.close();
		made.close();
	}

	/** Lays a record of `size` bytes of plaintext at `at`; returns its end without the tag. */
	#layRecord(at: number, size: number, tag: number): number {
		const buffer = this.#buffer;
		buffer[at] = 23;
		buffer[at + 1] = buffer[at + 2] = 3;
		buffer[at + 3] = (size + tag) >> 8;
		buffer[at + 4] = size + tag;
		writeText(buffer, at + HEADER, size);
		return at + HEADER + size;
	}

	/** A record of `size` bytes is sealed, opens again, and does not when it was changed; its bytes go into `all`. */
	#isProtected(make: () => AEAD, at: number, size: number, tag: number, all: Hash): boolean {
		const buffer = this.#buffer;
		const sealing = make();
		const opening = make();
		const refusing = make();
		const start = at + HEADER;
		const end = sealing.seal(buffer, at, this.#layRecord(at, size, tag));
		all.update(buffer, at, end);
		const changed = buffer.slice(at, end);
		changed[HEADER + (size >> 1)]! ^= 1;
		const isRefused = refusing.open(changed, 0, changed.length) < 0;
		const isOpened = opening.open(buffer, at, end) === end - tag && isText(buffer, start, size);
		for (const cipher of [sealing, opening, refusing]) cipher.close();
		return isRefused && isOpened;
	}

	aeads({ aeads }: Answers): void {
		const buffer = this.#buffer;
		for (const { name, number, keyLength, tag, digest } of aeads) {
			const bytes = new Uint8Array(keyLength + 12);
			writeText(bytes, 0, bytes.length);
			const material = secretOf(bytes);
			const parts = { algorithm: number, version: RecordVersion.tls13, material, keyLength, recordLimit: RECORDS };
			const make = (): AEAD => laterAEAD(parts, SEQUENCE);
			let timed: AEAD | undefined;
			this.#report(
				name,
				() => {
					const all = new Hash(HashAlgorithm.sha256);
					for (let i = 0; i < sizes.length; i++) if (!this.#isProtected(make, i & 3, sizes[i]!, tag, all)) return false;
					const out = new Uint8Array(32);
					all.peek(out, 0);
					all.close();
					timed = make();
					return isHex(out, digest);
				},
				() => timed!.seal(buffer, 0, HEADER + BULK),
				BULK,
			);
			timed?.close();
			material.close();
		}
	}

	groups({ groups }: Answers): void {
		for (const { name, number, secret, publicKey, peer, shared } of groups) {
			const other = bytesOf(peer);
			const agreed = new Secret(shared.length / 2);
			let share: KeyShare | undefined;
			this.#report(
				`${name} agreement`,
				() => {
					share = fixedKeyShare(number, bytesOf(secret));
					const own = new Uint8Array(share.publicLength);
					share.publicKey(own, 0);
					const out = new Uint8Array(agreed.length);
					if (!share.agree(other, 0, other.length, agreed)) return false;
					agreed.export(out, 0);
					return isHex(own, publicKey) && isHex(out, shared);
				},
				() => share!.agree(other, 0, other.length, agreed),
			);
			share?.close();
			agreed.close();
		}
	}

	signatures({ signatures, signing }: Answers): void {
		const sample = ascii("sample");
		for (const { name, scheme, hash: algorithm, key, signature } of signatures) {
			const bytes = bytesOf(key);
			const signed = bytesOf(signature);
			const verify = (): boolean => verifyWhole(scheme, algorithm, bytes, sample, signed);
			this.#report(
				`${name} verify`,
				() => {
					if (!verify()) return false;
					sample[5]! ^= 1;
					const other = verify();
					sample[5]! ^= 1;
					return !other;
				},
				verify,
			);
		}
		const { scheme, hash: algorithm, key } = signatures[0]!;
		const secret = bytesOf(signing.secret);
		const bytes = bytesOf(key);
		const digest = digestOf(algorithm, sample, 0, sample.length);
		const out = new Uint8Array(64);
		const sign = (): number => signDigest(SignatureForm.p256, algorithm, secret, 0, secret.length, digest, out);
		this.#report(
			`${signing.name} sign`,
			() => {
				return verifyWhole(scheme, algorithm, bytes, sample, out.subarray(0, sign()));
			},
			sign,
		);
	}

	/** Does not prove randomness: finds a generator that repeats itself, stands still, or fills only a part. */
	random(): void {
		const buffer = this.#buffer;
		this.#report(
			"random",
			() => {
				random(buffer, 0, 1024);
				let ones = 0;
				let equal = 0;
				for (let i = 0; i < 1024; i++) {
					for (let bits = buffer[i]!; bits; bits &= bits - 1) ones++;
					if (i >= 512 && buffer[i] === buffer[i - 512]) equal++;
				}
				// 4,096 ones of 8,192 and 2 equal pairs of 512 are to be expected; these are more than seven deviations
				// away
				return ones > 3770 && ones < 4422 && equal < 16;
			},
			() => random(buffer, 0, BULK),
			BULK,
		);
	}
}

/**
 * Prints a line for each operation, with its speed measured for `time` milliseconds; 0 measures nothing. Returns how
 * many are wrong or fail.
 */
export function selftest(answers: Answers, time: number): number {
	const test = new SelfTest(time);
	test.hashes(answers);
	test.aeads(answers);
	test.groups(answers);
	test.signatures(answers);
	test.random();
	return test.wrong;
}
