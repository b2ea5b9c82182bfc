/*
	What path.ts is asked, and what it answers.
*/

import type { PublicKey } from "../crypto/signature";
import type { ClockPolicy } from "./time";
import type { RootStore } from "./trust";

/** How much work a server's certificates may make. */
export const enum Limit {
	/** Certificates that it sends. */
	certificates = 40,
	/** Signatures that are checked in search of a path. */
	signatures = 16,
}

/** What it costs, in steps of XS's meter, as measured for the worst that a peer can send (tests/certificates/work.ts). */
export const enum Work {
	/** Steps after which the event loop gets its turn. */
	turn = 10000,
	/** Steps of a whole search, after which it is given up. */
	most = 3300000,
	/** A certificate that is read. */
	certificate = 5000,
	/** An error that says why a certificate is refused. */
	refusal = 4000,
	/** A certificate whose subject is not the name that is looked for. */
	candidate = 120,
	/** The look for a root. */
	root = 700,
	/** A piece of names that C compares with name constraints, which takes no longer than this many steps of script. */
	names = 30000,
	/** The policies of a certificate. */
	policies = 10000,
	/** A signature. */
	signature = 30000,
}

/** Where nothing is asked for, there is no field. */
export interface CertificatePolicy {
	/** The server's DNS name or address. */
	readonly name: string;
	/** Undefined only with `pinsInsteadOfRoots`. */
	readonly roots?: RootStore | undefined;
	/** SHA-256 of SubjectPublicKeyInfo; one must be in the path. */
	readonly pins?: readonly Uint8Array[] | undefined;
	readonly pinsInsteadOfRoots?: boolean;
	readonly clock: ClockPolicy;
	/** Every certificate must come with a stapled status, not only those that promise one (RFC 7633). */
	readonly requiresStatus?: boolean;
}

/** A server whose certificate leads to a trusted key. */
export interface VerifiedPeer {
	/** Its key, with bytes of its own. */
	readonly key: PublicKey;
	/** The certificate's keyUsage, as bits of KeyUsage; all of them where it has none. The handshake checks what it needs. */
	readonly keyUsage: number;
	/** Whom the certificate names, for people. */
	readonly subject: string;
	/** Certificates of the path, without the trusted key. */
	readonly pathLength: number;
	/** A stapled status must come. */
	readonly needsStatus: boolean;
	/** When it was verified, in seconds since 1970. */
	readonly verifiedAt: number;
	/**
	 * Until when that holds, in seconds since 1970: the earliest end of the path's certificates, the trusted root, and a stapled status that must come.
	 */
	validUntil: number;
}
