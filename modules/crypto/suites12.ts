/*
	TLS 1.2's cipher suites (RFC 5289, 7251, 7905): what they stand for, and which are offered if the application names
	none. A build without TLS 1.2 has without/tls12 in the place of this.
*/

import { AEADAlgorithm } from "tls/hardware/aead";
import { HashAlgorithm } from "tls/hardware/hash";
import { CipherSuite, Signer } from "../wire/numbers";
import type { Suite } from "./suite";

export const suites12: readonly Suite[] = Object.freeze(
	[
		{
			id: CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
			name: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
			signer: Signer.ecdsa,
			aead: AEADAlgorithm.gcm,
			keyLength: 16,
			hash: HashAlgorithm.sha256,
			hashLength: 32,
			recordLimit: 0x1000000,
		},
		{
			id: CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			name: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
			signer: Signer.rsa,
			aead: AEADAlgorithm.gcm,
			keyLength: 16,
			hash: HashAlgorithm.sha256,
			hashLength: 32,
			recordLimit: 0x1000000,
		},
		{
			id: CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
			name: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
			signer: Signer.ecdsa,
			aead: AEADAlgorithm.gcm,
			keyLength: 32,
			hash: HashAlgorithm.sha384,
			hashLength: 48,
			recordLimit: 0x1000000,
		},
		{
			id: CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			name: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
			signer: Signer.rsa,
			aead: AEADAlgorithm.gcm,
			keyLength: 32,
			hash: HashAlgorithm.sha384,
			hashLength: 48,
			recordLimit: 0x1000000,
		},
		{
			id: CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
			name: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
			signer: Signer.ecdsa,
			aead: AEADAlgorithm.chacha20_poly1305,
			keyLength: 32,
			hash: HashAlgorithm.sha256,
			hashLength: 32,
			recordLimit: 0xffffffff,
		},
		{
			id: CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
			name: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
			signer: Signer.rsa,
			aead: AEADAlgorithm.chacha20_poly1305,
			keyLength: 32,
			hash: HashAlgorithm.sha256,
			hashLength: 32,
			recordLimit: 0xffffffff,
		},
		{
			id: CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
			name: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM",
			signer: Signer.ecdsa,
			aead: AEADAlgorithm.ccm,
			keyLength: 16,
			hash: HashAlgorithm.sha256,
			hashLength: 32,
			recordLimit: 0x800000,
		},
		{
			id: CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
			name: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
			signer: Signer.ecdsa,
			aead: AEADAlgorithm.ccm_8,
			keyLength: 16,
			hash: HashAlgorithm.sha256,
			hashLength: 32,
			recordLimit: 0x800000,
		},
	],
	true,
);

/** In the order of preference; AES-CCM only by name. */
export const offered12: readonly number[] = Object.freeze([
	CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
]);
