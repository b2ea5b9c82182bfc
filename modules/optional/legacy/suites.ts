/*
	The suites of old servers (RFC 5246 appendix A.5, RFC 5288, 5289, 7905, 8422). Each is a number in a table, and an
	object only while a connection has it.
*/

import { OldExchange, Signer } from "../../wire/numbers";
import type { Suite } from "../../crypto/suite";
import { AEADAlgorithm } from "tls/hardware/aead";
import { HashAlgorithm, hashLength } from "tls/hardware/hash";

const enum Exchange {
	ecdhe_ecdsa,
	ecdhe_rsa,
	dhe_rsa,
	rsa,
}

/** From `cbc` on, block ciphers. */
const enum Cipher {
	aes_128_gcm_sha256,
	aes_256_gcm_sha384,
	chacha20_poly1305_sha256,
	cbc,
	aes_128_cbc_sha256 = cbc,
	aes_256_cbc_sha256,
	aes_256_cbc_sha384,
	aes_128_cbc_sha,
	aes_256_cbc_sha,
}

const exchangeNames: readonly string[] = Object.freeze(["ECDHE_ECDSA", "ECDHE_RSA", "DHE_RSA", "RSA"]);
const cipherNames: readonly string[] = Object.freeze([
	"AES_128_GCM_SHA256",
	"AES_256_GCM_SHA384",
	"CHACHA20_POLY1305_SHA256",
	"AES_128_CBC_SHA256",
	"AES_256_CBC_SHA256",
	"AES_256_CBC_SHA384",
	"AES_128_CBC_SHA",
	"AES_256_CBC_SHA",
]);

/** A suite's number with its two parts, in 16, 4 and 4 bits; in order of preference. */
const table: readonly number[] = Object.freeze([
	(0x009e << 8) | (Exchange.dhe_rsa << 4) | Cipher.aes_128_gcm_sha256,
	(0x009f << 8) | (Exchange.dhe_rsa << 4) | Cipher.aes_256_gcm_sha384,
	(0xccaa << 8) | (Exchange.dhe_rsa << 4) | Cipher.chacha20_poly1305_sha256,
	(0xc023 << 8) | (Exchange.ecdhe_ecdsa << 4) | Cipher.aes_128_cbc_sha256,
	(0xc027 << 8) | (Exchange.ecdhe_rsa << 4) | Cipher.aes_128_cbc_sha256,
	(0xc024 << 8) | (Exchange.ecdhe_ecdsa << 4) | Cipher.aes_256_cbc_sha384,
	(0xc028 << 8) | (Exchange.ecdhe_rsa << 4) | Cipher.aes_256_cbc_sha384,
	(0xc009 << 8) | (Exchange.ecdhe_ecdsa << 4) | Cipher.aes_128_cbc_sha,
	(0xc013 << 8) | (Exchange.ecdhe_rsa << 4) | Cipher.aes_128_cbc_sha,
	(0xc00a << 8) | (Exchange.ecdhe_ecdsa << 4) | Cipher.aes_256_cbc_sha,
	(0xc014 << 8) | (Exchange.ecdhe_rsa << 4) | Cipher.aes_256_cbc_sha,
	(0x0067 << 8) | (Exchange.dhe_rsa << 4) | Cipher.aes_128_cbc_sha256,
	(0x006b << 8) | (Exchange.dhe_rsa << 4) | Cipher.aes_256_cbc_sha256,
	(0x0033 << 8) | (Exchange.dhe_rsa << 4) | Cipher.aes_128_cbc_sha,
	(0x0039 << 8) | (Exchange.dhe_rsa << 4) | Cipher.aes_256_cbc_sha,
	(0x009c << 8) | (Exchange.rsa << 4) | Cipher.aes_128_gcm_sha256,
	(0x009d << 8) | (Exchange.rsa << 4) | Cipher.aes_256_gcm_sha384,
	(0x003c << 8) | (Exchange.rsa << 4) | Cipher.aes_128_cbc_sha256,
	(0x003d << 8) | (Exchange.rsa << 4) | Cipher.aes_256_cbc_sha256,
	(0x002f << 8) | (Exchange.rsa << 4) | Cipher.aes_128_cbc_sha,
	(0x0035 << 8) | (Exchange.rsa << 4) | Cipher.aes_256_cbc_sha,
]);

function exchangeOf(entry: number): Exchange {
	return (entry >> 4) & 0xf;
}

function cipherOf(entry: number): Cipher {
	return entry & 0xf;
}

/** Returns the numbers of the suites that need no more than what `words` switch on. */
export function suitesWith(words: readonly string[]): number[] {
	const cbc = words.includes("cbc"),
		rsa = words.includes("rsa"),
		dhe = words.includes("dhe");
	const isOn = (entry: number): boolean => {
		const exchange = exchangeOf(entry);
		return (
			(cbc || cipherOf(entry) < Cipher.cbc) &&
			(rsa || exchange !== Exchange.rsa) &&
			(dhe || exchange !== Exchange.dhe_rsa)
		);
	};
	return table.filter(isOn).map(entry => entry >> 8);
}

function macOf(cipher: Cipher): HashAlgorithm {
	switch (cipher) {
		case Cipher.aes_128_cbc_sha256:
		case Cipher.aes_256_cbc_sha256:
			return HashAlgorithm.sha256;
		case Cipher.aes_256_cbc_sha384:
			return HashAlgorithm.sha384;
		default:
			return HashAlgorithm.sha1;
	}
}

function isAES128(cipher: Cipher): boolean {
	return (
		cipher === Cipher.aes_128_gcm_sha256 || cipher === Cipher.aes_128_cbc_sha256 || cipher === Cipher.aes_128_cbc_sha
	);
}

/** The suite with that number, which is in the table. */
export function makeSuite(id: number): Suite {
	const entry = table.find(one => one >> 8 === id)!;
	const exchange = exchangeOf(entry);
	const cipher = cipherOf(entry);
	const isSHA384 = cipher === Cipher.aes_256_gcm_sha384 || cipher === Cipher.aes_256_cbc_sha384;
	const hash = isSHA384 ? HashAlgorithm.sha384 : HashAlgorithm.sha256;
	const common = {
		id,
		name: `TLS_${exchangeNames[exchange]}_WITH_${cipherNames[cipher]}`,
		signer: exchange === Exchange.ecdhe_ecdsa ? Signer.ecdsa : Signer.rsa,
		exchange: exchange === Exchange.rsa ? OldExchange.rsa : exchange === Exchange.dhe_rsa ? OldExchange.dhe : undefined,
		keyLength: isAES128(cipher) ? 16 : 32,
		hash,
		hashLength: hashLength(hash),
	};
	if (cipher >= Cipher.cbc) return { ...common, aead: AEADAlgorithm.none, mac: macOf(cipher), recordLimit: 0xffffffff };
	const isChaCha = cipher === Cipher.chacha20_poly1305_sha256;
	return {
		...common,
		aead: isChaCha ? AEADAlgorithm.chacha20_poly1305 : AEADAlgorithm.gcm,
		recordLimit: isChaCha ? 0xffffffff : 0x1000000,
	};
}
