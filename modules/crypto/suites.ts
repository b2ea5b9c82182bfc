/*
	What each cipher suite stands for (RFC 8446 appendix B.4); TLS 1.2's are in suites12.ts. Data only.
*/

import { AEADAlgorithm } from "tls/hardware/aead";
import { HashAlgorithm } from "tls/hardware/hash";
import { CipherSuite, Signer } from "../wire/numbers";
import type { Suite } from "./suite";
import { suites12 } from "./suites12";

/** TLS 1.3's stand here. */
const suites: readonly Suite[] = Object.freeze(
	[
		{
			id: CipherSuite.TLS_AES_128_GCM_SHA256,
			name: "TLS_AES_128_GCM_SHA256",
			signer: Signer.any,
			aead: AEADAlgorithm.gcm,
			keyLength: 16,
			hash: HashAlgorithm.sha256,
			hashLength: 32,
			recordLimit: 0x1000000,
		},
		{
			id: CipherSuite.TLS_AES_256_GCM_SHA384,
			name: "TLS_AES_256_GCM_SHA384",
			signer: Signer.any,
			aead: AEADAlgorithm.gcm,
			keyLength: 32,
			hash: HashAlgorithm.sha384,
			hashLength: 48,
			recordLimit: 0x1000000,
		},
		{
			id: CipherSuite.TLS_CHACHA20_POLY1305_SHA256,
			name: "TLS_CHACHA20_POLY1305_SHA256",
			signer: Signer.any,
			aead: AEADAlgorithm.chacha20_poly1305,
			keyLength: 32,
			hash: HashAlgorithm.sha256,
			hashLength: 32,
			recordLimit: 0xffffffff,
		},
		{
			id: CipherSuite.TLS_AES_128_CCM_SHA256,
			name: "TLS_AES_128_CCM_SHA256",
			signer: Signer.any,
			aead: AEADAlgorithm.ccm,
			keyLength: 16,
			hash: HashAlgorithm.sha256,
			hashLength: 32,
			recordLimit: 0x800000,
		},
		{
			id: CipherSuite.TLS_AES_128_CCM_8_SHA256,
			name: "TLS_AES_128_CCM_8_SHA256",
			signer: Signer.any,
			aead: AEADAlgorithm.ccm_8,
			keyLength: 16,
			hash: HashAlgorithm.sha256,
			hashLength: 32,
			recordLimit: 0x800000,
		},
		...suites12,
	],
	true,
);

/** The suite with that number, or undefined. */
export function findSuite(id: number): Suite | undefined {
	for (let i = 0; i < suites.length; i++) if (suites[i]!.id === id) return suites[i];
	return undefined;
}

/** The suite with that name, or undefined. */
export function findSuiteByName(name: string): Suite | undefined {
	for (const suite of suites) if (suite.name === name) return suite;
	return undefined;
}
