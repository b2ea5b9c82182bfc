/*
	What the accelerators of each chip cost, and what software costs on it: the table that model.ts prices runs with.
	Times are of ESP-IDF 6.0, or estimates; each has its source. A figure measured on a chip replaces an estimate here,
	and nowhere else.
*/

/** Microseconds of a call, and for each byte. */
export interface Cost {
	readonly call: number;
	readonly byte: number;
	/** Where it comes from: a key of `sources`. */
	readonly source: keyof typeof sources;
}

export interface Chip {
	readonly name: string;
	readonly mhz: number;
	/** Bits of ChipFeature in hardware/chip.ts, with hardware/esp32/sdkconfig.defaults. */
	readonly features: number;
	/** By the accelerators' names in psa_count.h. */
	readonly costs: Readonly<Record<string, Cost>>;
}

export const sources = {
	targets: "vendor's limit for its own tests: ESP-IDF 6.0, components/idf_test and test_apps, performance targets",
	measured: "third party's measurement: pull requests 19026 and 19027 of espressif/esp-idf",
	counted: "estimate: instructions of the software on rv32, times 1.4 clocks",
	scaled: "estimate: from the same operation at another size, or on another chip with the same unit",
	guessed: "estimate: the work of a driver's call: locks, DMA, import of a key",
} as const;

/**
 * Clocks of an instruction, between the 1.2 and 1.6 that measurements of P-256 on the C3 imply: code runs from flash
 * through a cache. The same for the Xtensa cores, whose instruction count is taken to be the same.
 */
export const CLOCKS = 1.4;

/**
 * Instructions of a unit of XS's metering, in script and its engine, with garbage collection in 22 KB of heap. `npm run
 * firmware` took 6.07 million for 67,812 units on rv32, from hello to finished.
 */
export const INSTRUCTIONS_OF_UNIT = 89;

const enum Feature {
	p256 = 1,
	sha512 = 4,
	gcm = 8,
	software = 16 | 32,
}

/** Million instructions of public-key operations in software, counted on rv32. */
const publicKey: Readonly<Record<string, number>> = {
	"P-256 public key": 21.9,
	"ECDH P-256": 21.9,
	"ECDSA P-256 sign": 24,
	"ECDSA P-256 verify": 28.9,
	"P-384 public key": 46.4,
	"ECDH P-384": 46.4,
	"ECDSA P-384 sign": 51,
	"ECDSA P-384 verify": 103,
	"X25519 public key": 17.9,
	X25519: 17.9,
	"RSA 2048 verify": 2.8,
	"RSA 3072 verify": 6.1,
	"RSA 4096 verify": 10.9,
	"ML-KEM-768 key pair": 1.4,
	"ML-KEM-768 decapsulation": 1.5,
	"RSA 2048 encrypt": 5.3,
	"RSA 3072 encrypt": 12,
	"RSA 4096 encrypt": 19.8,
};

/** Instructions of a byte in software, counted on rv32; SHA-512's from SHA-256's. */
const instructionsPerByte = { chacha: 104, ghash: 74, sha512: 175 };

/** What is alike on every chip: public keys in software, ChaCha20, keys and random bytes. */
function software(mhz: number): Record<string, Cost> {
	const costs: Record<string, Cost> = {};
	for (const [name, millions] of Object.entries(publicKey))
		costs[name] = { call: (millions * 1e6 * CLOCKS) / mhz, byte: 0, source: "counted" };
	for (const group of ["P-256", "P-384", "X25519"])
		costs[`${group} key pair`] = { call: 50, byte: 0.1, source: "guessed" };
	costs["ChaCha20-Poly1305"] = { call: 30, byte: (instructionsPerByte.chacha * CLOCKS) / mhz, source: "counted" };
	costs["key import"] = { call: 10, byte: 0.01, source: "guessed" };
	costs["random"] = { call: 10, byte: 0.5, source: "guessed" };
	return costs;
}

/**
 * The hash accelerator at `speed` MB/s; SHA-384 and SHA-512 in software where it has none. HMAC hashes two blocks more
 * each way.
 */
function hashes(mhz: number, speed: number, hasSHA512: boolean): Record<string, Cost> {
	const costs: Record<string, Cost> = {};
	const add = (names: readonly string[], block: number, cost: Cost): void => {
		for (const name of names) {
			costs[name] = cost;
			costs[`HMAC-${name}`] = { call: 4 * (cost.call + block * cost.byte), byte: cost.byte, source: cost.source };
		}
	};
	add(["SHA-1", "SHA-256"], 64, { call: 12, byte: 1 / speed, source: "targets" });
	add(
		["SHA-384", "SHA-512"],
		128,
		hasSHA512
			? { call: 12, byte: 1 / speed, source: "scaled" }
			: { call: 5, byte: (instructionsPerByte.sha512 * CLOCKS) / mhz, source: "counted" },
	);
	return costs;
}

/**
 * The AES accelerator at `speed` MB/s in CBC; GCM's hash in software but where the accelerator has it. CCM is calls of
 * CTR and of CBC.
 */
function ciphers(mhz: number, speed: number, hasGCM: boolean): Record<string, Cost> {
	const ghash = (instructionsPerByte.ghash * CLOCKS) / mhz;
	return {
		"AES-CBC": { call: 20, byte: 1 / speed, source: "targets" },
		"AES-CTR": { call: 20, byte: 1 / speed, source: "scaled" },
		"AES-GCM": hasGCM
			? { call: 60, byte: 1 / speed, source: "scaled" }
			: { call: 60, byte: 1 / speed + ghash, source: "counted" },
	};
}

/**
 * The modular exponentiation unit, from RSA-2048's public operation in milliseconds; above `limit` bits software.
 * Verifying is software (hardware/psa/rsa.c).
 */
function rsa(milliseconds: number, limit: number, source: Cost["source"]): Record<string, Cost> {
	const costs: Record<string, Cost> = {};
	for (const bits of [2048, 3072, 4096]) {
		if (bits > limit) continue;
		const cost: Cost = {
			call: milliseconds * 1000 * (bits / 2048) ** 2,
			byte: 0,
			source: bits === 2048 ? source : "scaled",
		};
		costs[`RSA ${bits} encrypt`] = cost;
		// two exponents of half the bits, each multiplication a quarter of the work, against the 17 of 65537
		costs[`RSA ${bits} sign`] = { call: (cost.call * bits * 0.3) / 17, byte: 0, source: "scaled" };
		// the digital-signature peripheral has the whole exponent, not the factors
		costs[`DS RSA ${bits} sign`] = { call: (cost.call * bits * 1.2) / 17, byte: 0, source: "scaled" };
	}
	return costs;
}

/**
 * P-256 in milliseconds: a multiplication, and verifying where a unit does it (else hardware/psa/p256.c, in software).
 */
function p256(multiplication: number, verify: number | undefined, source: Cost["source"]): Record<string, Cost> {
	const one: Cost = { call: multiplication * 1000, byte: 0, source };
	return {
		"P-256 public key": one,
		"ECDH P-256": one,
		"ECDSA P-256 sign": one,
		...(verify === undefined ? {} : { "ECDSA P-256 verify": { call: verify * 1000, byte: 0, source } }),
	};
}

export const chips: readonly Chip[] = [
	{
		name: "esp32",
		mhz: 240,
		features: Feature.software | Feature.sha512,
		costs: {
			...software(240),
			...hashes(240, 8, true),
			...ciphers(240, 8.2, false),
			...rsa(21.5, 4096, "targets"),
			...p256(174, undefined, "measured"),
		},
	},
	{
		name: "esp32s2",
		mhz: 240,
		features: Feature.software | Feature.sha512 | Feature.gcm,
		costs: { ...software(240), ...hashes(240, 90, true), ...ciphers(240, 43, true), ...rsa(17, 4096, "targets") },
	},
	{
		name: "esp32s3",
		mhz: 240,
		features: Feature.software | Feature.sha512,
		costs: {
			...software(240),
			...hashes(240, 90, true),
			...ciphers(240, 43, false),
			...rsa(23, 4096, "targets"),
			...p256(130, undefined, "measured"),
		},
	},
	{
		name: "esp32c3",
		mhz: 160,
		features: Feature.software,
		costs: { ...software(160), ...hashes(160, 90, false), ...ciphers(160, 43, false), ...rsa(19, 3072, "targets") },
	},
	{
		name: "esp32c6",
		mhz: 160,
		features: Feature.software | Feature.p256,
		costs: {
			...software(160),
			...hashes(160, 90, false),
			...ciphers(160, 43, false),
			...rsa(19, 3072, "scaled"),
			...p256(8.4, 27, "measured"),
		},
	},
	{
		name: "esp32h2",
		mhz: 96,
		features: Feature.software | Feature.p256,
		costs: {
			...software(96),
			...hashes(96, 90, false),
			...ciphers(96, 43, false),
			...rsa(19, 3072, "targets"),
			...p256(19, 67, "measured"),
		},
	},
];

/** The chips' names, as the programs' help lists them. */
export const chipNames = chips.map(({ name }) => name).join(", ");
