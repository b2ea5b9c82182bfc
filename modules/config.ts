/*
	The configuration of a connection: its options, checked and frozen by configure.ts. Types alone.
*/

import type { Credential } from "./crypto/credential";
import type { ExternalKey, Session } from "./handshake/resumption/keys";
import type { HandshakeInfo } from "./handshake/info";
import type { Options } from "./options";
import type { CertificatePolicy } from "./x509/policy";

/**
 * The options, checked. What most applications do not ask for is a field only where it is asked for: each takes 16
 * bytes during a handshake.
 */
export interface Config {
	/** Name for the SNI extension; undefined for an address (RFC 6066 section 3). */
	readonly sni: string | undefined;
	readonly protocols: readonly string[];
	readonly minVersion: number;
	readonly maxVersion: number;
	readonly suites: readonly number[];
	/** Groups in order of preference; a key share is sent for the first. */
	readonly groups: readonly number[];
	/** Groups of finite fields, for old servers of TLS 1.2; not there in other builds. */
	readonly oldGroups?: readonly number[];
	readonly signatureSchemes: readonly number[];
	readonly certificates: CertificatePolicy;
	/** The client's own identity, if it has one. */
	readonly credential?: Credential;
	/** More of them, tried after the first. */
	readonly otherCredentials?: readonly Credential[];
	readonly postHandshakeAuth?: boolean;
	/** TLS 1.2: RFC 7627 section 5.3. */
	readonly requireExtendedMasterSecret?: boolean;
	readonly rawPublicKeys?: boolean;
	readonly exporter?: boolean;
	readonly peerCertificate?: boolean;
	readonly session?: Session;
	readonly psk?: ExternalKey;
	readonly earlyData?: Uint8Array;
	readonly onSession?: (session: ArrayBuffer) => void;
	/** A TLSClient's. */
	readonly onHandshake?: (info: HandshakeInfo) => void;
	/** Which server and which trust a session belongs to, if sessions are handed out. */
	readonly sessionBinding?: Uint8Array | undefined;
	readonly inflate?: Options["inflate"];
	readonly maxMessage: number;
	/** 0 if none is asked for. */
	readonly recordSizeLimit: number;
	/** RFC 6066's number for tls_max_fragment_length; 0 if none is asked for. */
	readonly maxFragmentCode: number;
	readonly maxSendFragment: number;
	/** Not there if records are not filled up. */
	readonly recordPadding?: number;
	/** Milliseconds; not there if the application does not say. */
	readonly timeout?: number;
	readonly idleTimeout?: number;
	readonly closeTimeout?: number;
	/** Milliseconds for timing; absent if nobody asked for the times. */
	readonly now?: () => number;
}
