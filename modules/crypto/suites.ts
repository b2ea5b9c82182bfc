/*
	What each cipher suite stands for (RFC 8446 appendix B.4). Data only; used by handshake/ and config.ts.
*/

import { AEADAlgorithm } from "tls/hardware/aead";
import { HashAlgorithm } from "tls/hardware/hash";
import { CipherSuite } from "../wire/numbers";

export interface Suite {
	readonly id: CipherSuite;
	/** As IANA registers it. */
	readonly name: string;
	readonly aead: AEADAlgorithm;
	/** Octets of the key. */
	readonly keyLength: number;
	/** Hash of the transcript and of the key schedule. */
	readonly hash: HashAlgorithm;
	/** Octets of its digest. */
	readonly hashLength: number;
	/** Records after which the keys must have been replaced (RFC 8446 section 5.5). */
	readonly recordLimit: number;
}

const suites: readonly Suite[] = Object.freeze([
	{
		id: CipherSuite.TLS_AES_128_GCM_SHA256, name: "TLS_AES_128_GCM_SHA256", aead: AEADAlgorithm.gcm, keyLength: 16,
		hash: HashAlgorithm.sha256, hashLength: 32, recordLimit: 0x1000000,
	},
	{
		id: CipherSuite.TLS_AES_256_GCM_SHA384, name: "TLS_AES_256_GCM_SHA384", aead: AEADAlgorithm.gcm, keyLength: 32,
		hash: HashAlgorithm.sha384, hashLength: 48, recordLimit: 0x1000000,
	},
	{
		id: CipherSuite.TLS_CHACHA20_POLY1305_SHA256, name: "TLS_CHACHA20_POLY1305_SHA256", aead: AEADAlgorithm.chacha20_poly1305,
		keyLength: 32, hash: HashAlgorithm.sha256, hashLength: 32, recordLimit: 0xffffffff,
	},
]);

/** The suite with that number, or undefined. */
export function findSuite(id: number): Suite | undefined {
	for (const suite of suites) if (suite.id === id) return suite;
	return undefined;
}
