/*
	What a handshake asks of the connection that it runs in. handshake/ knows this interface and nothing of records or
	sockets; driver.ts implements it.
*/

import type { RecordCipher } from "tls/hardware/aead";
import type { Config } from "../config";
import type { Timing } from "./timing";
import type { AlertDescription, ProtocolVersion } from "../wire/numbers";
import type { Reader } from "../wire/reader";
import type { AuthenticatedPeer } from "./authenticated";
import type { Exporter } from "./exporter";
import type { HandshakeInfo } from "./info";
import type { Transcript } from "./transcript";

export type { HandshakeInfo };

/**
 * Yields the set of messages it accepts next (Accept), or Step.pause. Returns the flow that goes on in its place, if
 * one does.
 */
export type Flow = Generator<number, Flow | void, void>;

/** What goes on after the handshake. */
export interface PostHandshake {
	/** Throws unless a message of `type` may come after the handshake. */
	expectType(type: number): void;
	/** Handles the handshake message that the link holds. Returns the flow that answers it, if that takes long. */
	receive(link: Link): Flow | undefined;
	/** True if the peer waits for a new key before the next application data. */
	readonly owesUpdate: boolean;
	/** Replaces the key of the sending direction, telling the peer. */
	updateKey(link: Link): void;
	/** Has the peer replace its key with the next `updateKey`, which comes soon. Throws in TLS 1.2. */
	requestUpdate(): void;
	/** What keying material is exported from; only if the option `exporter` asks for it. */
	readonly exporter?: Exporter | undefined;
	/** Wipes its secrets. */
	close(): void;
}

export interface Link {
	readonly config: Config;
	/** The times of the handshake's phases, if anybody asked for them. */
	readonly timing: Timing | undefined;
	/** The message that arrived: its type, all its bytes, and a reader at its body. */
	readonly messageType: number;
	readonly message: Uint8Array;
	readonly messageStart: number;
	readonly messageEnd: number;
	readonly reader: Reader;
	/** Adds the message to the transcript. */
	addTo(transcript: Transcript): void;
	/** A ticket that comes next and finds no room is only added to the transcript: the link then holds no message. */
	passTo(transcript: Transcript): void;
	/** Has `secrets` wiped when the handshake is over, however it ends. They replace what was held before. */
	wipeAtEnd(secrets: { close(): void }): void;
	/** Most bytes that a record to the peer carries. */
	readonly maxFragment: number;
	/** Sends handshake messages `bytes[start..end)`, split into records as needed. */
	send(bytes: Uint8Array, start: number, end: number): void;
	/** Sends application data before the connection is open: early data. */
	sendData(bytes: Uint8Array): void;
	/** The server picked this version: its rules for records and alerts hold from now on. */
	useVersion(version: ProtocolVersion): void;
	/** The server has asked for a certificate of TLS 1.2, and an empty list went out; for the words of its alert. */
	owesCertificate: boolean | undefined;
	/** Sends a warning. */
	warn(description: AlertDescription): void;
	/**
	 * The peer takes at most `send` bytes of plaintext in a record. It keeps to `receive` in what it sends under
	 * protection, in TLS 1.3 with one for the type (RFC 8449, RFC 6066 section 4).
	 */
	limitRecords(send: number, receive: number): void;
	/**
	 * An alert that ends the handshake goes after change_cipher_spec from now on, as all of the second flight does
	 * (RFC 8446 appendix D.4).
	 */
	oweChangeCipherSpec(): void;
	/**
	 * Sends change_cipher_spec (RFC 5246 section 7.1), with TLS 1.3 a dummy for middleboxes (RFC 8446 appendix D.4). At
	 * most once.
	 */
	sendChangeCipherSpec(): void;
	/**
	 * From the next record on, what arrives is protected with this key, which it takes over. Throws if a message
	 * straddles the change.
	 */
	readWith(cipher: RecordCipher): void;
	/** From the next record on, what is sent is protected with this key, which it takes over. */
	writeWith(cipher: RecordCipher): void;
	/** From the next record on, what is sent is not protected. */
	writePlain(): void;
	/** Has the application told of a session that a later connection can go on with. */
	keepSession(bytes: ArrayBuffer): void;
	/**
	 * Opens the connection for application data. Nothing else does, and it takes the proof that the peer was
	 * authenticated. Takes over `post`; adds the peer and the times to `info`.
	 */
	open(peer: AuthenticatedPeer, info: HandshakeInfo, post: PostHandshake): void;
}
