/// <reference path="./native.d.ts" />
/*
	What the chip at hand does, known when its C is compiled (psa/chip.c, esp32/capabilities.h). crypto/preference.ts
	goes by it for the order of what is offered.
*/

/** Bits of `chipFeatures`; the numbers are kChip... in psa/chip.h. */
export const enum ChipFeature {
	/** A unit for arithmetic on P-256: ten times as fast as software. */
	p256 = 1,
	/** The same on P-384. */
	p384 = 2,
	/** SHA-384 and SHA-512 by the hash accelerator. */
	sha512 = 4,
	/** All of AES-GCM by the AES accelerator, with GHASH. */
	gcm = 8,
	/** ChaCha20-Poly1305 is in this build; in software on every chip. */
	chacha20_poly1305 = 16,
	/** A client's own RSA keys above 3072 bits are in this build. Verifying needs no accelerator. */
	rsa4096 = 32,
	/** Signatures on P-521 are in this build; in software on every chip. */
	p521 = 64,
}

/** The bits of ChipFeature that hold here. */
export function chipFeatures(this: void): number {
	return native("xs_chip_features").call(this);
}
