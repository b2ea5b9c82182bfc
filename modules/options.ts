/*
	What the application can ask for, the `secure` dictionary of TLSClient, and the reading of one value of it.
	configure.ts checks them. Parts that can be left out check their own.
*/

import { refuse } from "./errors";
import type { CertificateInput, RootStore } from "./x509/trust";
import type { ClockOption } from "./x509/time";

/** The `secure` dictionary of TLSClient. Names that the SDK's TLS has keep their meaning. */
export interface Options {
	/**
	 * The server's name or address: what SNI asks for, and what its certificate must say. Default: the host of the
	 * connection.
	 */
	serverName?: string;
	/** Name or address that the server's certificate must say in place of `serverName`, which is then for SNI alone. */
	certificateName?: string;
	/**
	 * False: no name goes out in the ClientHello (SNI, RFC 6066 section 3), which whoever listens can read. The
	 * certificate is checked all the same.
	 */
	sendServerName?: boolean;
	/** The SDK's name for one version of TLS alone: 0x0303 or 0x0304. In place of `minVersion` and `maxVersion`. */
	protocolVersion?: number;
	/** Application protocols in order of preference (ALPN, RFC 7301). */
	applicationLayerProtocolNegotiation?: string | readonly string[];
	/** Lowest and highest version: 0x0303 is TLS 1.2, 0x0304 TLS 1.3. Default: both. */
	minVersion?: number;
	maxVersion?: number;
	/**
	 * Cipher suites in order of preference, by their registered names. Default: those of AES-GCM and ChaCha20-Poly1305.
	 * AES-CCM comes only by this option: TLS_AES_128_CCM_SHA256, TLS_AES_128_CCM_8_SHA256, and TLS 1.2's
	 * TLS_ECDHE_ECDSA_WITH_AES_128_CCM and ..._CCM_8. CCM_8's tag has 8 bytes: one forgery in 2^64 gets through. Old
	 * suites can be named if "config.xs_tls" switches them on (legacy/legacy.ts).
	 */
	cipherSuites?: readonly string[];
	/**
	 * Groups of the key exchange in order of preference, by their registered names or numbers (RFC 8446 section 4.2.7):
	 * the first one's key is made for the ClientHello. In TLS 1.2 an ECDSA certificate of the server's must be on one
	 * of these curves, too (RFC 8422 section 5.1.1). Default: all of this build, the fastest first.
	 */
	groups?: readonly (string | number)[];
	/**
	 * Signature schemes that the server may prove itself with, in order of preference, by their registered names or
	 * numbers (RFC 8446 section 4.2.3). The signatures in certificates are not limited by it. Default: all of this
	 * build.
	 */
	signatureAlgorithms?: readonly (string | number)[];
	/**
	 * True: a server of TLS 1.2 without the extended master secret (RFC 7627) is refused. Default: it is accepted for
	 * full handshakes, and no session is kept. `HandshakeInfo.extendedMasterSecret` says which.
	 */
	requireExtendedMasterSecret?: boolean;
	/** Trusted certificates, DER or PEM: CAs, or the server's own certificate. */
	certificate?: CertificateInput | readonly CertificateInput[];
	/**
	 * The client's own certificates, DER or PEM, its own first, then those that lead to a CA; with them `clientKey` or
	 * `sign`.
	 */
	clientCertificates?: CertificateInput | readonly CertificateInput[];
	/** The private key of the first, DER or PEM: PKCS #8, or the key itself. */
	clientKey?: CertificateInput;
	/**
	 * Signs in place of `clientKey`: the digest by the SignatureScheme's hash; ECDSA's signature in DER. May close the
	 * connection.
	 */
	sign?: (scheme: number, digest: Uint8Array) => ArrayBuffer | Uint8Array;
	/**
	 * Up to four identities in place of the one that the three options above give. A server's request is answered with
	 * the first that has a fitting key and leads to a CA that it names. If none does, with the first that has a fitting
	 * key.
	 */
	clientIdentities?: readonly ClientIdentityOption[];
	/**
	 * True: the server may ask for the client's certificate after the handshake, too (TLS 1.3). It gets it, or an empty
	 * list if there is none. It keeps the transcript's hash for as long as the connection lasts. Default: such a
	 * request is refused.
	 */
	postHandshakeAuth?: boolean;
	/**
	 * A session to resume, as `onSession` gave it. One that is damaged, too old, or for another server or another trust
	 * is passed over, and a full handshake follows. It ends with the first of these to end: its certificates, the
	 * trusted root, a required staple, `sessionLifetime`, the server's word for its ticket. `clock` tells the time.
	 * One of TLS 1.3 is for one connection: who sees it twice can tell that it is the same client (RFC 8446 appendix
	 * C.4). So its bytes are wiped when the ClientHello offers it. Until then no other connection takes them; if it is
	 * not offered, one can. One of TLS 1.2 may be used again and is left as it is. Delete your own copies as well.
	 */
	session?: ArrayBuffer | Uint8Array;
	/**
	 * Seconds that a session is used after the last full handshake, 1 to 31536000. Tickets of resumed connections do
	 * not start it anew. Default 604800: seven days.
	 */
	sessionLifetime?: number;
	/**
	 * Goes out with the first flight of TLS 1.3, before the server is known to be there, if `session` or else `psk`
	 * allows that much (RFC 8446 section 8, appendix E.5). Whoever listens can send it to the server again: give only
	 * requests that may be replayed, such as a GET without effects. Where `onHandshake` says that `earlyData` is false,
	 * the server has not taken it, and the application has to send it.
	 */
	earlyData?: ArrayBuffer | Uint8Array;
	/**
	 * Gets a session for a later connection to the same server; keep it like a password. With TLS 1.3 it is called
	 * after the handshake, whenever the server sends a ticket, often twice. Without a clock that is set it is not
	 * called: nobody could tell how old the session is.
	 */
	onSession?: (session: ArrayBuffer) => void;
	/**
	 * Keeps sessions, and gives them to later connections: a SessionStore (tls/sessions). In place of `session` and
	 * `onSession`.
	 */
	sessions?: SessionKeeper;
	/**
	 * True: the connection keeps the secret for `exportKeyingMaterial` and `channelBinding`. In TLS 1.2 there is one
	 * only with the extended master secret (RFC 7627). Default: none is kept, and both throw.
	 */
	exporter?: boolean;
	/**
	 * True: `HandshakeInfo.certificate` is a copy of the server's own certificate, which takes about a kilobyte while
	 * the handshake lasts.
	 */
	peerCertificate?: boolean;
	/**
	 * A key that only this client and the server know, in place of certificates (RFC 8446 section 4.2.11; TLS 1.3
	 * only). Where it is the only trust that is given, a server that does not take it is refused.
	 */
	psk?: PreSharedKeyOption;
	/** A store of trusted roots. */
	roots?: RootStore;
	/** SHA-256 of the SubjectPublicKeyInfo of the server's or a CA's key; one of them must be in the chain. */
	pins?: readonly Uint8Array[];
	/**
	 * True: the pins stand in for a root store. Of a CA whose key is pinned, only the key and the name count. Nobody
	 * whose key is known has signed its certificate's dates, path length and name constraints. What is below it is
	 * checked in full, and of a server whose own key is pinned, the name and the dates.
	 */
	pinsInsteadOfRoots?: boolean;
	/**
	 * True: the server may send its public key alone, in place of certificates, and gets ours if it prefers that (RFC
	 * 7250). A key without a certificate counts only if it is one of `pins`: it has no name and no dates. Needs
	 * modules/optional/rawkeys in the build. Default: certificates only.
	 */
	rawPublicKeys?: boolean;
	/**
	 * A stapled certificate status (OCSP) is asked for and checked; a certificate that promises one (RFC 7633) must
	 * come with it. "require": every certificate must. Of one that is trusted or pinned itself, the issuer must be
	 * trusted or pinned, too: nobody else can prove a status. Default "ask".
	 */
	staple?: "ask" | "require";
	/**
	 * Decompresses zlib's format. With it the client lets the server compress its certificates (RFC 8879, TLS 1.3
	 * only). Has to fill all of `to` with all of `from[start..end)` and return true, or false if that can't be.
	 * hardware/inflate has one.
	 */
	inflate?: (from: Uint8Array, start: number, end: number, to: Uint8Array) => boolean;
	/** Where the time comes from; see x509/time.ts. */
	clock?: ClockOption;
	/**
	 * Seconds by which the clock may be late, 0 to 86400: certificates and stapled statuses are valid that much
	 * earlier, but no longer. Default 300.
	 */
	clockTolerance?: number;
	/**
	 * Longest handshake message that is taken, in bytes, 1024 to 16777215; a certificate chain must fit. One for which
	 * there is no room ends the connection with "out_of_memory". Default: what memory allows when the connection is
	 * made, 4096 to 32768.
	 */
	maxMessage?: number;
	/**
	 * Most plaintext that the server may put in a record, in bytes with one for the type, 64 to 16385 (RFC 8449). A
	 * record needs that much memory. Not every server keeps to it, and a record for which there is no room ends the
	 * connection with "out_of_memory". Default: if neither this nor `tls_max_fragment_length` is given, what memory
	 * allows when the connection is made, and that goes for both (limits.ts). It can't know what the application needs
	 * later: for several connections at once, say how large their records may be.
	 */
	recordSizeLimit?: number;
	/**
	 * Most plaintext in a record both ways, 512, 1024, 2048 or 4096 bytes (RFC 6066 section 4): more servers know it
	 * than recordSizeLimit, and both may be asked for. A session goes on with the length that it was made with, and no
	 * other.
	 */
	tls_max_fragment_length?: number;
	/** Most plaintext in a record that is sent, in bytes, 512 to 16384. Default 4096. */
	maxSendFragment?: number;
	/**
	 * Records that are sent are filled up to a multiple of this, 2 to 1024 bytes, as far as the longest record allows.
	 * Who listens sees less of what is said (RFC 8446 section 5.4). TLS 1.3 only: what TLS 1.2 sends stays as long as
	 * it is. Default: not filled up.
	 */
	recordPadding?: number;
	/**
	 * Milliseconds from the constructor to the open connection, TCP's connect included; then the connection ends with
	 * the error "timeout". 0 for no end. Default 30,000.
	 */
	timeout?: number;
	/**
	 * Milliseconds in which no byte comes or goes, after which an open connection ends with the error "timeout", up to
	 * 100 ms late. Default 0: none.
	 */
	idleTimeout?: number;
	/**
	 * Milliseconds, up to 60,000, for which `close()` waits for the server's close_notify before it closes TCP; what
	 * comes meanwhile is dropped. A TCP that closes with unread data may take back what was sent last. Default 0:
	 * `close()` closes at once.
	 */
	closeTimeout?: number;
	/** Milliseconds of any clock, for `HandshakeInfo.timing`. Default `Date.now`, which jumps when the clock is set. */
	now?: () => number;
}

/** What `sessions` must be. A key stands for a port and for all that a session is bound to: 16 characters. */
export interface SessionKeeper {
	/**
	 * Returns the session for a connection, or undefined. The connection wipes it once it is used: give a copy of what
	 * you keep.
	 */
	take(key: string): ArrayBuffer | undefined;
	/** Keeps a session. One of TLS 1.3 that was taken and not offered comes back. */
	keep(key: string, session: ArrayBuffer): void;
	/** The server has resumed the session that was taken last. What comes to `keep` later is newer. */
	resumed?(key: string): void;
}

/** One of several identities; its members are as the options of these names. */
export type ClientIdentityOption = Pick<Options, "clientCertificates" | "clientKey" | "sign">;

/** An external pre-shared key, and the name by which the server finds it. */
export interface PreSharedKeyOption {
	/** A text in ASCII, or bytes. */
	identity: string | ArrayBuffer | Uint8Array;
	/** At random, 16 to 64 bytes: a password is not a key (RFC 9257 section 6). */
	key: ArrayBuffer | Uint8Array;
	/** The hash that the server knows the key for. Default "sha256". */
	hash?: "sha256" | "sha384";
	/**
	 * Bytes of `earlyData` that the server takes with this key, as both sides have settled beforehand. Whoever learns
	 * the key, even years later, can read what went out early. Default 0: none.
	 */
	maxEarlyData?: number;
	/**
	 * With `maxEarlyData`, the suite and the application protocol that go with it. Default: the suite of AES-GCM with
	 * the hash, and no protocol.
	 */
	cipherSuite?: string;
	protocol?: string;
}

// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
export const VERSION = "a number, 0x303 (TLS 1.2) or 0x304 (TLS 1.3)";

/**
 * The type of each option, in words; `onHandshake` is the client's own, and `verify` is refused with a text of its own.
 */
export const optionTypes: Readonly<Record<keyof Options | "onHandshake" | "verify", string>> = Object.freeze({
	onHandshake: "a function",
	serverName: "a string",
	certificateName: "a string",
	sendServerName: "a boolean",
	applicationLayerProtocolNegotiation: "a string or an array",
	minVersion: VERSION,
	maxVersion: VERSION,
	protocolVersion: VERSION,
	cipherSuites: "an array",
	groups: "an array",
	signatureAlgorithms: "an array",
	requireExtendedMasterSecret: "a boolean",
	certificate: "a string, a buffer, an array, or an object that is a Resource",
	clientCertificates: "a string, a buffer, an array, or an object that is a Resource",
	clientIdentities: "an array",
	clientKey: "a string, a buffer, or an object that is a Resource",
	sign: "a function",
	postHandshakeAuth: "a boolean",
	session: "a buffer",
	sessionLifetime: "a number",
	onSession: "a function",
	sessions: "an object",
	exporter: "a boolean",
	peerCertificate: "a boolean",
	psk: "an object",
	earlyData: "a buffer",
	roots: "an object",
	pins: "an array",
	pinsInsteadOfRoots: "a boolean",
	rawPublicKeys: "a boolean",
	clock: "a string or a function",
	clockTolerance: "a number",
	staple: "a string",
	inflate: "a function",
	maxMessage: "a number",
	recordSizeLimit: "a number",
	tls_max_fragment_length: "a number",
	maxSendFragment: "a number",
	recordPadding: "a number",
	timeout: "a number",
	idleTimeout: "a number",
	closeTimeout: "a number",
	now: "a function",
	verify: "anything",
});

const OBJECT = "object";
const NULL = "null";
const ARRAY = "array";
const BUFFER = "buffer";
const NUMBER = "number";

/** The type of a value as messages name it: "null", "array" and "buffer" beside JavaScript's own. */
export function typeName(value: unknown): string {
	const type = typeof value;
	if (type !== OBJECT) return type;
	if (value === null) return NULL;
	try {
		if (Array.isArray(value)) return ARRAY;
		if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return BUFFER;
	} catch {
		// a proxy whose traps throw
	}
	return type;
}

/**
 * `value`, or `preset` if it is not given. Refuses, by the option's name, anything but a whole number from `min` to
 * `max`.
 */
export function numberOption(
	name: string,
	value: number | undefined,
	min: number,
	max: number,
	preset: number,
): number {
	if (value === undefined) return preset;
	if (!(typeof value === NUMBER && value >= min && value <= max && Math.floor(value) === value))
		refuse(
			`"${name}" must be a whole number from ${min} to ${max}, not ${typeof value === "number" ? value : `a ${typeName(value)}`}`,
		);
	return value;
}
