/*
	What comes from the peer: each record from the wire, unprotected in place (hardware/aead.ts) and checked against
	what its version allows (RFC 8446 section 5.1, 5.2; RFC 5246 section 6.2).
*/

import { TLSError } from "../errors";
import { ContentType, ProtocolLength, ProtocolVersion } from "../wire/numbers";
import { Deframer } from "./deframer";
import type { RecordCipher } from "tls/hardware/aead";
import { equal } from "tls/hardware/compare";

/** Bytes of padding that are compared at once, at first; then a quarter, and so on. */
const ZEROS = 256;
const zeros = new Uint8Array(ZEROS);

export class Incoming extends Deframer {
	/** The plaintext of the record in the buffer: `at..end` is what is still to be used. */
	at = 0;
	end = 0;
	/** What the server picked; 0 until then. */
	version: ProtocolVersion | 0 = 0;
	private cipher: RecordCipher | undefined = undefined;
	protected override longest: number = ProtocolLength.plaintext;
	/**
	 * Most bytes of plaintext in a protected record, in TLS 1.3 with one for the type, if the peer has agreed. XS:
	 * absent field.
	 */
	declare private recordSizeLimit: number | undefined;

	/** True if what arrives is protected. */
	get isProtected(): boolean {
		return this.cipher !== undefined;
	}

	get is12(): boolean {
		return this.version === ProtocolVersion.tls12;
	}

	/**
	 * The record that has arrived whole: unprotects it, sets `at` and `end` to its plaintext, and returns its type.
	 */
	openRecord(): number {
		const buffer = this.buffer,
			whole = this.have;
		const type = buffer[0]!;
		this.at = ProtocolLength.recordHeader;
		this.end = whole;
		// an unprotected alert is understood in a record of any version: a server that gives up may not know the
		// version any more
		if (
			this.version === ProtocolVersion.tls12 &&
			buffer[2] !== (ProtocolVersion.tls12 & 0xff) &&
			(type !== ContentType.alert || this.cipher)
		)
			throw new TLSError("unsupported_version", "server sent a record of another version than it picked");
		const cipher = this.cipher;
		if (!cipher || type === ContentType.change_cipher_spec) return type;
		// with a cipher the version is known, and TLS 1.3 hides the type
		const hidesType = this.version !== ProtocolVersion.tls12;
		if (hidesType && type !== ContentType.application_data)
			throw new TLSError(
				"unexpected_message",
				`server sent an unencrypted record of type ${type}, expected an encrypted one`,
			);
		let end = cipher.open(buffer, 0, whole);
		if (end < 0) throw new TLSError("bad_record_mac", "a record was changed on its way, or the server did not send it");
		if (!hidesType) {
			const at = (this.at = ProtocolLength.recordHeader + cipher.explicit);
			this.end = end;
			if (end - at > ProtocolLength.plaintext)
				throw new TLSError("record_too_long", "server sent a record with more than 16384 bytes of plaintext");
			return type;
		}
		if (end - ProtocolLength.recordHeader > ProtocolLength.innerPlaintext)
			throw new TLSError(
				"record_too_long",
				`server sent a record of ${end - ProtocolLength.recordHeader} bytes with its type and padding, at most ${ProtocolLength.innerPlaintext} are allowed`,
			);
		// without padding the type is the last byte
		let inner = buffer[--end]!;
		if (inner === 0 || end < ProtocolLength.recordHeader) {
			end = this.typeAt(end + 1);
			inner = buffer[end]!;
		}
		this.end = end;
		return inner;
	}

	/**
	 * Where TLS 1.3's content type stands: after the plaintext, with zeros up to `end` (RFC 8446 section 5.4). Long
	 * padding is compared in C.
	 */
	private typeAt(end: number): number {
		const buffer = this.buffer;
		let at = end - 1;
		for (let count = ZEROS; count > 1; count >>= 2)
			while (
				at - count >= ProtocolLength.recordHeader &&
				buffer[at] === 0 &&
				equal(buffer, at - count + 1, zeros, 0, count)
			)
				at -= count;
		while (at >= ProtocolLength.recordHeader && buffer[at] === 0) at--;
		if (at < ProtocolLength.recordHeader)
			throw new TLSError("unexpected_message", "server sent a record with nothing but padding");
		return at;
	}

	/** From the next record on, what arrives is protected. */
	protectWith(cipher: RecordCipher): void {
		this.cipher?.close();
		this.cipher = cipher;
		this.longest = this.longestUnder(cipher);
	}

	/** The peer keeps to so many bytes of plaintext in a protected record, in TLS 1.3 with one for the type. */
	limitRecords(limit: number): void {
		this.recordSizeLimit = limit;
		if (this.cipher) this.longest = this.longestUnder(this.cipher);
	}

	/** Wipes the record and the key. */
	override close(): void {
		super.close();
		this.at = this.end = 0;
		this.cipher?.close();
		this.cipher = undefined;
	}

	protected override get hasAnswered(): boolean {
		return this.version !== 0;
	}

	/**
	 * Longest body of a protected record. In TLS 1.2, or under a limit that the peer has agreed to: plaintext and what
	 * the cipher adds (RFC 5246 section 6.2.3).
	 */
	private longestUnder(cipher: RecordCipher): number {
		const agreed = this.recordSizeLimit;
		if (!agreed && !this.is12) return ProtocolLength.ciphertext;
		return (agreed ?? ProtocolLength.plaintext) + cipher.receivedOverhead;
	}
}
