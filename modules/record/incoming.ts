/*
	What comes from the peer: each record from the wire, unprotected in place (hardware/aead.ts) and checked against what its version allows
	(RFC 8446 section 5.1, 5.2; RFC 5246 section 6.2).
*/

import { TLSError } from "../errors";
import { ContentType, ProtocolVersion } from "../wire/numbers";
import { Deframer, RecordHeader } from "./deframer";
import type { RecordCipher } from "tls/hardware/aead";
import { equal } from "tls/hardware/compare";

/**
 * Largest record that may arrive: unprotected, and with TLS 1.3's protection (RFC 8446 section 5.1, 5.2). With TLS 1.2's a longer one than the
 * text and what the cipher adds could only hold too much (RFC 5246 section 6.2.3).
 */
const enum RecordLimit {
	plain = 0x4000,
	/** TLSInnerPlaintext, its type and padding included (RFC 8446 section 5.4). */
	inner13 = 0x4000 + 1,
	protected13 = 0x4000 + 256,
}

/** Bytes of padding that are compared at once. */
const ZEROS = 256;
const zeros = new Uint8Array(ZEROS);

export class Incoming extends Deframer {
	/** The text of the record in the buffer: `at..end` is what is still to be used. */
	at = 0;
	end = 0;
	/** What the server picked; 0 until then. */
	version: ProtocolVersion | 0 = 0;
	private cipher: RecordCipher | undefined = undefined;
	/** Bytes of text in a protected record, in TLS 1.3 with one for the type, if that was asked of the peer and it has agreed; else 0. */
	recordSizeLimit = 0;

	/** True if what arrives is protected. */
	get isProtected(): boolean {
		return this.cipher !== undefined;
	}

	get is12(): boolean {
		return this.version === ProtocolVersion.tls12;
	}

	/** The record that has arrived whole: unprotects it, sets `at` and `end` to its text, and returns its content type. */
	openRecord(): number {
		const buffer = this.buffer,
			whole = this.have;
		const type = buffer[0]!;
		this.at = RecordHeader.length;
		this.end = whole;
		// an unprotected alert is understood in a record of any version: a server that gives up may not know the version any more
		if (
			this.version === ProtocolVersion.tls12 &&
			buffer[2] !== (ProtocolVersion.tls12 & 0xff) &&
			(type !== ContentType.alert || this.cipher)
		)
			throw new TLSError(
				"unsupported_version",
				"a record says that it is of another version than the one that was picked",
			);
		const cipher = this.cipher;
		if (!cipher || type === ContentType.change_cipher_spec) return type;
		// with a cipher the version is known, and TLS 1.3 hides the type
		const hidesType = this.version !== ProtocolVersion.tls12;
		if (hidesType && type !== ContentType.application_data)
			throw new TLSError(
				"unexpected_message",
				`a record of type ${type} comes in the clear where all must be encrypted`,
			);
		let end = cipher.open(buffer, 0, whole);
		if (end < 0) throw new TLSError("bad_record_mac", "a record was changed on its way, or is not the server's");
		if (!hidesType) {
			const at = (this.at = RecordHeader.length + cipher.explicit);
			this.end = end;
			if (end - at > RecordLimit.plain) throw new TLSError("record_too_long", "a record holds more than 16384 bytes");
			return type;
		}
		if (end - RecordHeader.length > RecordLimit.inner13)
			throw new TLSError(
				"record_too_long",
				`server sent a record of ${end - RecordHeader.length} bytes with its type and padding, at most ${RecordLimit.inner13} are allowed`,
			);
		// without padding the type is the last byte
		let inner = buffer[--end]!;
		if (inner === 0 || end < RecordHeader.length) {
			end = this.typeAt(end + 1);
			inner = buffer[end]!;
		}
		this.end = end;
		return inner;
	}

	/** Where TLS 1.3's content type stands: behind the text, with zeros up to `end` (RFC 8446 section 5.4). Long padding is compared in C. */
	private typeAt(end: number): number {
		const buffer = this.buffer;
		let at = end - 1;
		while (at - ZEROS >= RecordHeader.length && buffer[at] === 0 && equal(buffer, at - ZEROS + 1, zeros, 0, ZEROS))
			at -= ZEROS;
		while (at >= RecordHeader.length && buffer[at] === 0) at--;
		if (at < RecordHeader.length) throw new TLSError("unexpected_message", "a record holds nothing but padding");
		return at;
	}

	/** From the next record on, what arrives is protected. */
	protectWith(cipher: RecordCipher): void {
		this.cipher?.close();
		this.cipher = cipher;
	}

	/** Wipes the record and the key. */
	override close(): void {
		super.close();
		this.at = this.end = 0;
		this.cipher?.close();
		this.cipher = undefined;
	}

	/** With a limit that the peer has agreed to, a protected record is not much longer than that. */
	protected override get longest(): number {
		const cipher = this.cipher,
			agreed = this.recordSizeLimit;
		if (!cipher) return RecordLimit.plain;
		if (!agreed && !this.is12) return RecordLimit.protected13;
		return (agreed || RecordLimit.plain) + cipher.receivedOverhead;
	}
}
