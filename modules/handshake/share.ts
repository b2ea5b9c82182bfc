/*
	The client's key pair for one group (RFC 8446 section 4.2.8). Types alone: keyshare.ts makes pairs of curves,
	optional/hybrid those of the hybrid group.
*/

import type { KeyShare } from "tls/hardware/agree";
import type { Secret } from "tls/hardware/secret";

/** One group's key pair: what KeyShare is for curves. */
export interface Share {
	/** Bytes of the public key. */
	readonly publicLength: number;
	publicKey(out: Uint8Array, offset: number): void;
	/**
	 * Sets `shared` to the value agreed with `peer[start..end)`; false if those bytes are not a valid key of the group.
	 */
	agree(peer: Uint8Array, start: number, end: number, shared: Secret): boolean;
	/** Wipes the private key. */
	close(): void;
}

/**
 * A pair of a hybrid group. The public key ends with that of `classic`, an X25519 key that may be offered alone, too.
 */
export interface HybridShare extends Share {
	readonly classic: KeyShare;
}

/** What optional/hybrid adds: X25519MLKEM768. */
export interface Hybrid {
	makeShare(): HybridShare;
}
