/*
	What a build with raw public keys adds (RFC 7250): the server, the client or both send a SubjectPublicKeyInfo in
	place of certificates. Types alone; the module is modules/optional/rawkeys.
*/

import type { Config } from "../config";
import type { Reader } from "../wire/reader";
import type { Writer } from "../wire/writer";
import type { CertificatePolicy, VerifiedPeer } from "../x509/policy";
import type { Hello } from "./offer";

/** A search that is stepped through, for certificates (x509/path.ts) or a key alone. */
export interface PeerSearch {
	/** One step; false if it was the last. */
	step(): boolean;
	/** Whom it has found. */
	readonly peer?: VerifiedPeer | undefined;
}

/** The module, if a build has it. */
export interface RawKeys {
	/** Writes the extensions that offer raw keys, and certificates after them (RFC 7250 section 3, 4.1). */
	write(w: Writer, hello: Hello, config: Config): void;
	/** Reads the server's choice of one: true for a raw key. */
	readType(r: Reader): boolean;
	/** Verifies the server's key, the SubjectPublicKeyInfo in `message[start..end)`, against the pins. */
	search(message: Uint8Array, start: number, end: number, policy: CertificatePolicy): PeerSearch;
	/** Returns the SubjectPublicKeyInfo of our own certificate. */
	ownKey(certificate: Uint8Array): Uint8Array;
}
