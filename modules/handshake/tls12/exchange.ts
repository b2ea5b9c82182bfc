/*
	How client and server of TLS 1.2 come to a secret (RFC 5246 section 7.4.3, 7.4.7), and what a build for old servers
	adds. Types alone. ecdhe.ts has the exchange that every server should have, optional/legacy the others.
*/

import type { Writer } from "../../wire/writer";
import type { RecordCipher } from "tls/hardware/aead";
import type { Secret } from "tls/hardware/secret";
import type { Suite } from "../../crypto/suite";
import type { VerifiedPeer } from "../../x509/policy";
import type { Link } from "../link";

/** One for each handshake (RFC 5246 section 7.4.3, 7.4.7). */
export interface KeyExchange {
	/**
	 * True if the server sends a ServerKeyExchange and signs it. If not, only its Finished proves that it has its key.
	 */
	readonly isSigned: boolean;
	/** NamedGroup, once the parameters are read; 0 if there is none. */
	readonly group: number;
	/** Reads a ServerKeyExchange up to its signature. */
	readParameters(link: Link): void;
	/**
	 * Takes one expensive step towards the secret, while the link holds the ServerKeyExchange. Returns false if it was
	 * the last.
	 */
	step(link: Link): boolean;
	/** Writes the body of the ClientKeyExchange. */
	write(w: Writer): void;
	/** Hands over the premaster secret. Call it after `write`. */
	takeSecret(): Secret;
	/** Wipes its secrets. */
	close(): void;
}

/** How a suite protects records: what the server has picked. */
export interface Protection {
	readonly suite: Suite;
	/** The MAC is over the ciphertext (RFC 7366). Only suites with a block cipher have one. */
	readonly encryptThenMac: boolean;
}

/** Interface of the optional legacy module. "config.xs_tls" in the app's manifest selects its active parts. */
export interface Legacy {
	/** Suites and groups that are offered after the others, best first; the groups for TLS 1.2 only. */
	readonly suites: readonly number[];
	readonly groups: readonly number[];
	/** True if encrypt_then_mac (RFC 7366) is offered. */
	readonly asksEncryptThenMac: boolean;
	/** Return an active suite by its number or name. */
	findSuite(id: number): Suite | undefined;
	findSuiteByName(name: string): Suite | undefined;
	/** Makes the key exchange of a suite without ECDHE, with a verified server. */
	keyExchange(suite: Suite, peer: VerifiedPeer): KeyExchange;
	/**
	 * Makes one direction's cipher of a suite with a block cipher. The key block has both MAC keys, then both keys (RFC
	 * 5246 section 6.3). `side` is 0 for what the client writes, 1 for the server.
	 */
	blockCipher(protection: Protection, block: Secret, side: 0 | 1): RecordCipher;
}
