/*
	The question for path.ts and its answer: types, and limits of the server's certificates.
*/

import type { PublicKey } from "../crypto/signature";
import type { ClockPolicy } from "./time";
import type { RootStore } from "./rootstore";

/** How much work a server's certificates may make. */
export const enum Limit {
	/** Certificates that it sends. */
	certificates = 40,
	/** Signatures that are checked in search of a path. */
	signatures = 16,
}

/** XS: absent fields. */
export interface CertificatePolicy {
	/** The server's DNS name or address. */
	readonly name: string;
	/** Undefined only with `pinsInsteadOfRoots`. */
	readonly roots?: RootStore | undefined;
	/** SHA-256 of SubjectPublicKeyInfo; one must be in the path. */
	readonly pins?: readonly Uint8Array[] | undefined;
	readonly pinsInsteadOfRoots?: boolean;
	readonly clock: ClockPolicy;
	/** Seconds by which the clock may be late: certificates are valid that much earlier. Default 0. */
	readonly clockTolerance?: number;
	/** Every certificate must come with a stapled status, not only those that promise one (RFC 7633). */
	readonly requiresStatus?: boolean;
}

/** A server whose certificate leads to a trusted key. */
export interface VerifiedPeer {
	/** Its key, with bytes of its own. Dropped when it has proved that the key is its own. */
	key: PublicKey | undefined;
	/**
	 * The certificate's keyUsage, as bits of KeyUsage; all of them if it has none. The handshake checks what it needs.
	 */
	readonly keyUsage: number;
	/** Whom the certificate names, for people. */
	readonly subject: string;
	/** A stapled status must come. */
	readonly needsStatus: boolean;
	/** When it was verified, in seconds since 1970. */
	readonly verifiedAt: number;
	/**
	 * Until when that holds, in seconds since 1970: the earliest end of the path's certificates, the trusted root, and
	 * a stapled status that must come.
	 */
	validUntil: number;
}
