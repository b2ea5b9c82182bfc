/*
	How client and server of TLS 1.2 come to a secret (RFC 5246 section 7.4.3, 7.4.7), and what a build for old servers adds. Types alone:
	ecdhe.ts is the exchange that every server should have, the others are in optional/legacy.
*/

import type { Writer } from "../../wire/writer";
import type { RecordCipher } from "tls/hardware/aead";
import type { Secret } from "tls/hardware/secret";
import type { Suite } from "../../crypto/suite";
import type { VerifiedPeer } from "../../x509/policy";
import type { Link } from "../link";

/** One for each handshake (RFC 5246 section 7.4.3, 7.4.7). */
export interface KeyExchange {
	/** The server sends a ServerKeyExchange, and signs it. Where it does not, only its Finished proves that it has its key. */
	readonly isSigned: boolean;
	/** NamedGroup, once the parameters are read; 0 where there is none. */
	readonly group: number;
	/** Reads the parameters in front of the signature in a ServerKeyExchange, at which the link's reader stands. */
	readParameters(link: Link): void;
	/** One step towards the secret that costs time, while the link holds the ServerKeyExchange; false where it was the last. */
	step(link: Link): boolean;
	/** Writes the body of the ClientKeyExchange. */
	write(w: Writer): void;
	/** Hands over the premaster secret, after `write`. */
	takeSecret(): Secret;
	/** Wipes its secrets. */
	close(): void;
}

/** What a build for old servers adds (legacy/legacy.ts), of which "config.xs_tls" in the app's manifest switches on what it names. */
export interface Legacy {
	/** Suites and groups that are offered behind the others, best first; the groups for TLS 1.2 only. */
	readonly suites: readonly number[];
	readonly groups: readonly number[];
	/** encrypt_then_mac (RFC 7366) is offered. */
	readonly asksEncryptThenMac: boolean;
	/** A suite among those that are switched on, by number or name. */
	findSuite(id: number): Suite | undefined;
	findSuiteByName(name: string): Suite | undefined;
	/** The exchange of a suite that has another than ECDHE, with a server that has been verified. */
	keyExchange(suite: Suite, peer: VerifiedPeer): KeyExchange;
	/**
	 * The cipher of one direction of a suite with a block cipher, from the key block (RFC 5246 section 6.3): both MAC keys, both keys. `side` is 0
	 * for what the client writes, 1 for the server.
	 */
	blockCipher(suite: Suite, block: Secret, side: 0 | 1, encryptThenMac: boolean): RecordCipher;
}
