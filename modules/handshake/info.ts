/*
	What `onHandshake` and `events.opened` get. The flow fills it in; the names of its numbers are made only if somebody
	asks for them.
*/

import { groupName, schemeName, versionName } from "../wire/names";
import type { KnownPeer } from "./authenticated";
import type { Timing } from "./timing";

/** What was negotiated, and with whom. */
export class HandshakeInfo {
	// XS: absent fields, until the flow sets them
	/** 0x0303 for TLS 1.2, 0x0304 for TLS 1.3 */
	declare version: number;
	/** Name of the cipher suite, as IANA registers it. */
	declare suite: string;
	/**
	 * NamedGroup of the key exchange; with a resumed session of TLS 1.2 that of its first connection; 0 with RSA key
	 * transport.
	 */
	declare group: number;
	/**
	 * SignatureScheme of the server's proof; 0 if that was an external pre-shared key, and then `peer.subject` is
	 * empty.
	 */
	declare signature: number;
	/** It goes on with the secret of an earlier connection. */
	declare resumed: boolean;
	/**
	 * The server asked for a second ClientHello (HelloRetryRequest), which costs a round trip: another order of
	 * `groups` may save it.
	 */
	declare retried: boolean;
	/**
	 * The keys depend on the whole handshake: always in TLS 1.3, in TLS 1.2 with the extended master secret (RFC 7627).
	 */
	declare extendedMasterSecret: boolean;
	/** The server took the option `earlyData`; if not, the application has to send it. */
	declare earlyData: boolean;
	/** The application protocol (ALPN), if one was agreed. */
	declare protocol: string | undefined;
	/** The server's own certificate, DER, of a full handshake; only with the option `peerCertificate`. */
	declare certificate?: ArrayBuffer;
	/** The server's address, if the TCP class knows it. */
	declare remoteAddress?: string;
	/** Who the certificates say the peer is, and until when they hold. */
	declare peer: KnownPeer;
	declare timing: Timing;

	/** "TLS 1.3" */
	get versionName(): string {
		return versionName(this.version);
	}

	/** "x25519", as IANA registers it; undefined if there was no group. */
	get groupName(): string | undefined {
		return this.group ? groupName(this.group) : undefined;
	}

	/** "ecdsa_secp256r1_sha256", as IANA registers it; undefined if nothing was signed. */
	get signatureName(): string | undefined {
		return this.signature ? schemeName(this.signature) : undefined;
	}
}
