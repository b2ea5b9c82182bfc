/*
	RSA verification by hardware/psa/rsa.c against PSA Crypto (main.ts). There are a million inputs for the public
	operation, and signatures by keys of many sizes whose encoding is wrong in one place. The same under the sanitizers,
	with fewer inputs.
*/

import { constants, createHash, createPrivateKey, generateKeyPairSync, privateEncrypt, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";
import { element, integer, sequence } from "../../../host-sim/servers/der.js";
import { variants } from "../../drivers/machine.js";
import { runSuite } from "../../drivers/suite.js";
import { rsaNumbersOf } from "../../peers/keynumbers.js";

type Hash = "sha256" | "sha384" | "sha512";
type Outcome = "right" | "wrong" | "no key" | "unsupported";

/** HashAlgorithm, and DigestInfo in front of the digest (RFC 8017 section 9.2). */
const hashes: Record<Hash, { number: number; info: string }> = {
	sha256: { number: 4, info: "3031300d060960864801650304020105000420" },
	sha384: { number: 5, info: "3041300d060960864801650304020205000430" },
	sha512: { number: 6, info: "3051300d060960864801650304020305000440" },
};

interface Key {
	readonly bits: number;
	readonly exponent: number;
	readonly modulus: Buffer;
	/** The public key, as RSAPublicKey. */
	readonly der: Buffer;
	/** The encoded message to the power of the private exponent. */
	sign(encoded: Buffer): Buffer;
}

function makeKey(bits: number, exponent: number): Key {
	const { privateKey } = generateKeyPairSync("rsa", { modulusLength: bits, publicExponent: exponent });
	const { modulus } = rsaNumbersOf(privateKey);
	const key = createPrivateKey(privateKey.export({ format: "pem", type: "pkcs8" }));
	return {
		bits,
		exponent,
		modulus,
		der: publicKey(modulus, exponent),
		sign: encoded => privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded),
	};
}

function number(value: number): Buffer {
	const hex = value.toString(16);
	return Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex");
}

function publicKey(modulus: Buffer, exponent: number): Buffer {
	return sequence(integer(modulus), integer(number(exponent)));
}

function digestOf(hash: Hash, ...parts: Buffer[]): Buffer {
	return createHash(hash).update(Buffer.concat(parts)).digest();
}

function pkcs1(length: number, info: Buffer, digest: Buffer): Buffer {
	const padding = Buffer.alloc(length - 3 - info.length - digest.length, 0xff);
	return Buffer.concat([Buffer.of(0, 1), padding, Buffer.of(0), info, digest]);
}

function pss(length: number, hash: Hash, digest: Buffer, salt: Buffer, first = 1): Buffer {
	const h = digestOf(hash, Buffer.alloc(8), digest, salt);
	const zeros = Buffer.alloc(length - 2 - h.length - salt.length);
	const db = Buffer.concat([zeros, Buffer.of(first), salt]);
	for (let at = 0, counter = 0; at < db.length; at += h.length, counter++) {
		const mask = digestOf(hash, h, Buffer.of(0, 0, 0, counter));
		for (let i = 0; i < mask.length && at + i < db.length; i++) db[at + i]! ^= mask[i]!;
	}
	db[0]! &= 0x7f;
	return Buffer.concat([db, h, Buffer.of(0xbc)]);
}

/** A copy with one bit changed. */
function flipped(bytes: Buffer, at: number, bit = 1): Buffer {
	const copy = Buffer.from(bytes);
	copy[at]! ^= bit;
	return copy;
}

const samples: object[] = [];

/** By key, hash and padding: adds samples to the list. */
class Samples {
	readonly digest: Buffer;
	constructor(
		readonly key: Key,
		readonly hash: Hash,
		readonly padding: "pkcs1" | "pss",
	) {
		this.digest = digestOf(hash, randomBytes(20));
	}
	add(what: string, signature: Buffer, outcome: Outcome, more: { der?: Buffer; psa?: Outcome } = {}): void {
		const { der = this.key.der, psa } = more;
		samples.push({
			name: `${this.padding}, ${this.hash}, ${this.key.bits} bits, exponent ${this.key.exponent}: ${what}`,
			padding: this.padding === "pkcs1" ? 1 : 2,
			hash: hashes[this.hash].number,
			digest: this.digest.toString("hex"),
			key: der.toString("hex"),
			signature: signature.toString("hex"),
			outcome,
			...(psa ? { psa } : {}),
		});
	}
	/** Signs what is not below the modulus as zeros. */
	encoded(what: string, encoded: Buffer, outcome: Outcome): void {
		if (encoded.compare(this.key.modulus) < 0) this.add(what, this.key.sign(encoded), outcome);
	}
}

function addPKCS1(list: Samples): void {
	const { key, hash, digest } = list;
	const info = Buffer.from(hashes[hash].info, "hex");
	const length = key.modulus.length;
	const right = pkcs1(length, info, digest);
	list.encoded("right", right, "right");
	for (const at of [0, 1, 2, 3, 10, 100, length - digest.length - info.length - 1, length - 1])
		for (const bit of [1, 0x80]) list.encoded(`byte ${at} changed`, flipped(right, at, bit), "wrong");
	for (let at = 0; at < info.length; at++)
		list.encoded(`DigestInfo's byte ${at} changed`, pkcs1(length, flipped(info, at), digest), "wrong");
	for (let at = 0; at < digest.length; at += 7)
		list.encoded(`the digest's byte ${at} changed`, pkcs1(length, info, flipped(digest, at)), "wrong");
	// 8 bytes of padding, and the rest after the digest: what a lenient reader takes (RFC 8017 section 9.2)
	const short = Buffer.concat([pkcs1(11 + info.length + digest.length, info, digest), randomBytes(length)]);
	list.encoded("bytes after the digest", short.subarray(0, length), "wrong");
	const noNull = Buffer.from(info.toString("hex").replace(/0500(04..)$/, "$1"), "hex");
	noNull[1]! -= 2;
	noNull[3]! -= 2;
	list.encoded("DigestInfo without NULL", pkcs1(length, noNull, digest), "wrong");
	list.encoded("no DigestInfo", pkcs1(length, Buffer.alloc(0), digest), "wrong");
	list.encoded("another digest", pkcs1(length, info, randomBytes(digest.length)), "wrong");
}

function addPSS(list: Samples): void {
	const { key, hash, digest } = list;
	const length = key.modulus.length;
	const salt = randomBytes(digest.length);
	const right = pss(length, hash, digest, salt);
	list.encoded("right", right, "right");
	list.encoded("a salt of zeros", pss(length, hash, digest, Buffer.alloc(digest.length)), "right");
	for (const at of [0, 1, 50, length - 2 * digest.length - 2, length - digest.length - 1, length - 2, length - 1])
		for (const bit of [1, 0x40]) list.encoded(`byte ${at} changed`, flipped(right, at, bit), "wrong");
	list.encoded("the first bit set", flipped(right, 0, 0x80), "wrong");
	for (const size of [0, 1, digest.length - 1, digest.length + 1, length - digest.length - 2])
		list.encoded(`a salt of ${size} bytes`, pss(length, hash, digest, randomBytes(size)), "wrong");
	for (const first of [0, 2, 0x81])
		list.encoded(`${first} before the salt`, pss(length, hash, digest, salt, first), "wrong");
	list.encoded("another digest", pss(length, hash, randomBytes(digest.length), salt), "wrong");
	const other = hash === "sha256" ? "sha512" : "sha256";
	list.encoded("another hash", pss(length, other, digestOf(other, digest), randomBytes(64)), "wrong");
}

/** Numbers that are not a signature, and lengths that are not the modulus's. */
function addNumbers(list: Samples, right: Buffer): void {
	const { modulus } = list.key;
	const length = modulus.length;
	const less = Buffer.from(modulus);
	less[length - 1]! -= 1;
	list.add("0", Buffer.alloc(length), "wrong");
	list.add("1", Buffer.concat([Buffer.alloc(length - 1), Buffer.of(1)]), "wrong");
	list.add("n - 1", less, "wrong");
	list.add("n", modulus, "wrong");
	list.add("all ones", Buffer.alloc(length, 0xff), "wrong");
	list.add("a byte too short", right.subarray(1), "wrong");
	list.add("a zero in front", Buffer.concat([Buffer.of(0), right]), "wrong");
	list.add("a byte after", Buffer.concat([right, Buffer.of(0)]), "wrong");
	list.add("empty", Buffer.alloc(0), "wrong");
	for (let at = 0; at < length; at += 37) list.add(`byte ${at} changed`, flipped(right, at), "wrong");
	// s + n: the same power, if it fits
	const sum = (BigInt(`0x${right.toString("hex")}`) + BigInt(`0x${modulus.toString("hex")}`)).toString(16);
	if (sum.length <= 2 * length) list.add("s + n", Buffer.from(sum.padStart(2 * length, "0"), "hex"), "wrong");
}

/** Malformed keys, and keys that rsa.c does not take; Mbed TLS reads some that are not DER. */
function addKeys(list: Samples, right: Buffer): void {
	const { modulus, exponent, der } = list.key;
	const e = integer(number(exponent));
	const n = integer(modulus);
	const refuse = (what: string, key: Buffer, outcome: Outcome = "no key", psa: Outcome = outcome): void =>
		list.add(what, right, outcome, { der: key, psa });
	refuse("even n", publicKey(flipped(modulus, modulus.length - 1), exponent));
	for (const [value, psa] of [
		[0, "no key"],
		[1, "no key"],
		[2, "no key"],
		[4, "no key"],
		[65536, "no key"],
		[0x1_0000_0001, "wrong"],
		[0xff_ffff_ffff, "wrong"],
	] as const)
		refuse(`exponent ${value}`, publicKey(modulus, value), value > 65536 ? "unsupported" : "no key", psa);
	refuse("exponent as long as n", sequence(n, n), "unsupported", "no key");
	refuse("negative n", sequence(element(2, modulus), e), "no key", "no key");
	refuse("zeros before n", sequence(element(2, Buffer.of(0, 0), modulus), e), "no key", "right");
	refuse("bytes after the key", Buffer.concat([der, Buffer.of(0)]));
	refuse("a third number", sequence(n, e, e));
	refuse("no exponent", sequence(n));
	refuse("empty", Buffer.alloc(0));
	refuse("cut short", der.subarray(0, -1));
	refuse("no sequence", n);
}

for (const [bits, exponent] of [
	[2048, 65537],
	[2048, 3],
	[2056, 17],
	[2072, 65537],
	[2240, 65537],
	[3072, 65537],
	[4088, 0xffffffff],
	[4096, 65537],
] as const) {
	const key = makeKey(bits, exponent);
	for (const hash of ["sha256", "sha384", "sha512"] as const) {
		if (bits > 3000 && hash === "sha384") continue;
		const [first, second] = [new Samples(key, hash, "pkcs1"), new Samples(key, hash, "pss")];
		addPKCS1(first);
		addPSS(second);
		if (hash !== "sha256") continue;
		const right = key.sign(pss(key.modulus.length, hash, second.digest, randomBytes(32)));
		addNumbers(second, right);
		addKeys(second, right);
	}
}

/** Shorter keys than are taken; PSA takes them. */
for (const bits of [1024, 2040]) {
	const list = new Samples(makeKey(bits, 65537), "sha256", "pkcs1");
	const signature = list.key.sign(pkcs1(list.key.modulus.length, Buffer.from(hashes.sha256.info, "hex"), list.digest));
	list.add("right", signature, "unsupported", { psa: "right" });
}

/** Sizes that are not multiples of 8 bits, and longer ones: moduli without factors, as nothing is computed. */
for (const bits of [2041, 2047, 2049, 2050, 2055, 3071, 4095, 4097, 4104]) {
	const modulus = randomBytes(Math.ceil(bits / 8));
	modulus[0] = (modulus[0]! | 0x80) >> (modulus.length * 8 - bits);
	modulus[modulus.length - 1]! |= 1;
	const key = { bits, exponent: 65537, modulus, der: publicKey(modulus, 65537), sign: (encoded: Buffer) => encoded };
	new Samples(key, "sha256", "pss").add("any", Buffer.alloc(modulus.length, 1), "unsupported");
}

const folder = mkdtempSync(join(tmpdir(), "xs-tls-rsa-"));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "rsa.json"), JSON.stringify(samples));

const sanitizers = {
	ASAN_OPTIONS: "detect_leaks=0:detect_stack_use_after_return=0:allocator_may_return_null=1",
	UBSAN_OPTIONS: "halt_on_error=1:print_stacktrace=1",
};

for (const variant of [...variants, "native-asan"]) {
	runSuite(join(projectRoot, "tests/vectors/rsa/main.ts"), "vectors/rsa", {
		title: "RSA",
		variant,
		config: { inputs: variant === "native" ? "1000000" : "50000" },
		env: variant === "native-asan" ? sanitizers : {},
		extra: { data: { "*": join(folder, "rsa") } },
	});
}
