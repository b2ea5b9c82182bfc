/*
	What a run of the fuzzer consists of: the material that all runs share, and what one run's seed has picked of it.
*/

import type { Numbers } from "test/harness";
import type { Credential } from "tls/crypto/credential";
import type { Options } from "tls/options";
import type { RootStore } from "tls/trust";
import type { Damage } from "./peer";

/** A server's certificates and key. */
export interface Identity {
	/** DER, the server's own first. */
	readonly chain: readonly Uint8Array[];
	readonly credential: Pick<Credential, "sign">;
	/** SignatureScheme of TLS 1.3, and of TLS 1.2. */
	readonly scheme: number;
	readonly scheme12: number;
	readonly isRSA: boolean;
}

/** A session that a right flight made, and the secret that the server keeps for it. */
export interface Resumable {
	readonly session: Uint8Array;
	readonly secret: Uint8Array;
	readonly suite: number;
}

/** All that runs share. Certificates come from host-sim/programs/fuzz/material.ts. */
export interface Material {
	readonly roots: RootStore;
	readonly rsa: Identity;
	readonly ec: Identity;
	/** An OCSP response for both, signed by the intermediate. */
	readonly staples: { readonly rsa: Uint8Array; readonly ec: Uint8Array };
	/** The client's certificate and key. */
	readonly client: { readonly certificate: Uint8Array; readonly key: Uint8Array };
	/** zlib's format: a few bytes that stand for many. */
	readonly bomb: Uint8Array;
	/** Root, intermediate, and the two servers' certificates. */
	readonly certificates: readonly Uint8Array[];
	readonly sessions13: Resumable[];
	readonly sessions12: Resumable[];
}

/** One run's conversation, without the changes that are made to it. */
export interface Flight {
	readonly n: Numbers;
	readonly material: Material;
	readonly damages: readonly Damage[];
	readonly identity: Identity;
	/** The server is not who it says: nothing may be accepted of it. */
	readonly isImpostor: boolean;
	readonly suite: number;
	readonly group: number;
	readonly fragment: number;
	readonly resumes: Resumable | undefined;
	readonly asksCertificate: boolean;
	readonly staples: boolean;
	readonly tickets: number;
	/** Records of application data, and their length. */
	readonly data: number;
	readonly dataLength: number;
	/** Steps after which the application closes; -1: it does not. */
	readonly leavesAt: number;
	/** The server says goodbye. */
	readonly closes: boolean;
	/** More for the client's `secure`. */
	readonly options: Options;
	/** Called with each session that the client is given. */
	onSession?(session: ArrayBuffer): void;
}

export const ALPN = "fuzz/1";
