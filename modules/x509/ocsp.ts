/*
	A stapled certificate status: an OCSP response (RFC 6960 section 4.2) that the server sends with its certificate
	(RFC 6066 section 8, RFC 8446 section 4.4.2.1). It is signed by the certificate's issuer, or by a responder that the
	issuer has certified for this. It is checked when the path holds, so that the issuer's key is known. In TLS 1.3 it
	comes with the certificate, in TLS 1.2 as a message of its own. It says nothing, and nobody is revoked, before its
	signature is found right. A build without it has without/ocsp in its place.
*/

import { refuse, TLSError } from "../errors";
import { verifySignature } from "../crypto/signature";
import type { PublicKey } from "../crypto/signature";
import { copyRange } from "../wire/reader";
import { copy } from "tls/hardware/copy";
import { hash, HashAlgorithm, hashLength } from "tls/hardware/hash";
import { Purpose } from "tls/hardware/extensions";
import { isSubject, sameName } from "tls/hardware/names";
import { hashOf, publicKeyOf } from "./algorithms";
import { Certificate, KeyUsage } from "./certificate";
import { DER, Part, Tag, sameBytes } from "../wire/der";
import { OCSPResponse, refuseStaple, RESPONDER_NAME, skipExtensions, STAPLED_STATUS } from "./ocspresponse";
import { dateText } from "./time";
import { unsupportedKey, unsupportedSignature } from "./unsupported";

/** CertificateStatusType of what is asked for (RFC 6066 section 8); 0 in a build that asks for none. */
export const statusType: number = 1;

/** True if the option `staple` says that every certificate must come with its status. */
export function requiresStatus(staple: unknown): boolean {
	if (staple !== undefined && staple !== "ask" && staple !== "require") refuse('"staple" is "ask" or "require"');
	return staple === "require";
}

/** A range of a handshake message. */
export interface ByteRange {
	readonly start: number;
	readonly end: number;
}

/**
 * The certificate whose status is in question, with bytes of its own: in TLS 1.2 the message that it came in is gone by
 * then.
 */
export interface StatusSubject {
	/** The issuer's Name in DER, then the serial number. */
	readonly bytes: Uint8Array;
	readonly nameEnd: number;
	readonly issuer: PublicKey;
	/** Name and number for errors. */
	readonly title: string;
}

/** `leaf`, which `issuer`'s key has signed. */
export function statusSubject(leaf: Certificate, issuer: PublicKey): StatusSubject {
	const bytes = leaf.bytes;
	const issuerStart = leaf.issuerStart;
	const issuerEnd = leaf.issuerEnd;
	const title = leaf.title;
	// the serial number follows the version
	const der = new DER(bytes, leaf.tbsStart, leaf.tbsEnd, 0);
	der.takeAny();
	der.enter();
	der.takeAny();
	der.takeInteger();
	const nameEnd = issuerEnd - issuerStart;
	const own = new Uint8Array(nameEnd + der.end - der.start);
	copy(bytes, issuerStart, issuerEnd, own, 0);
	copy(bytes, der.start, der.end, own, nameEnd);
	const kind = issuer.kind;
	const start = issuer.start;
	const end = issuer.end;
	const bits = issuer.bits;
	const key =
		issuer.bytes === bytes ? { kind, bytes: copyRange(bytes, start, end), start: 0, end: end - start, bits } : issuer;
	return { bytes: own, nameEnd, issuer: key, title };
}

const enum Seconds {
	/** How far a device's clock may be behind the responder's. */
	skew = 300,
	/** How long a status holds that does not say it. */
	day = 86400,
}

/** Bounds of a response: a server staples the status of one certificate. */
const enum Most {
	/** Statuses in all, and in one step; extensions that take as long as one. */
	statuses = 1024,
	atOnce = 8,
	extensions = 4,
	/** Certificates of responders. */
	certificates = 16,
}

const enum Status {
	good = Tag.context,
	revoked = Tag.explicit | 1,
}

/** 1.3.14.3.2.26: SHA-1, which here only tells certificates apart */
const SHA1 = Uint8Array.of(0x2b, 0x0e, 0x03, 0x02, 0x1a);

/**
 * Verifies one response. Call `step` until it returns false; each call checks one signature. Throws "bad_staple" or
 * "certificate_revoked".
 */
export class StapledStatus {
	readonly #response: OCSPResponse;
	readonly #now: number;
	/** By how much the clock may be late, in seconds. */
	readonly #tolerance: number;
	readonly #subject: StatusSubject;
	/** Statuses read, and certificates of responders. */
	#count = 0;
	#isFound = false;
	/** What is left of a step, in statuses. */
	#left = 0;
	/** When the certificate was revoked, if it was; in seconds since 1970. */
	#revoked: number | undefined;
	/** The responder's key, when it is known. */
	#responder: PublicKey | undefined;
	/** The earliest end of what it says about the certificate, in seconds since 1970. */
	validUntil = Infinity;

	/** The response is `bytes[start..end)`; `now` is in seconds since 1970, and may be late by `tolerance` seconds. */
	constructor(bytes: Uint8Array, { start, end }: ByteRange, subject: StatusSubject, now: number, tolerance = 0) {
		this.#now = now;
		this.#tolerance = Math.max(Seconds.skew, tolerance);
		this.#subject = subject;
		try {
			this.#response = new OCSPResponse(bytes, start, end);
		} catch (error) {
			throw asStaple(error);
		}
	}

	/** True while something is left to check: a signature, or more of a long response. */
	step(): boolean {
		try {
			const response = this.#response;
			if (response.listAt) return this.#readStatuses(response);
			if (!this.#responder) {
				this.#responder = this.#certified(response);
				return true;
			}
			checkSigned(this.#responder, response);
		} catch (error) {
			throw asStaple(error);
		}
		const revoked = this.#revoked;
		if (revoked !== undefined)
			throw new TLSError("certificate_revoked", `${this.#subject.title} was revoked on ${dateText(revoked)}`);
		return false;
	}

	/** Reads some of the statuses. True, as the signature is left to check. */
	#readStatuses(response: OCSPResponse): true {
		const der = new DER(response.bytes, response.listAt, response.listEnd, STAPLED_STATUS);
		this.#left = Most.atOnce;
		while (this.#left > 0 && der.hasMore) {
			if (++this.#count > Most.statuses)
				throw new TLSError("too_much_work", `${STAPLED_STATUS} has more than ${Most.statuses} statuses`);
			this.#left--;
			if (this.#readSingle(der)) this.#isFound = true;
		}
		response.listAt = der.hasMore ? der.at : 0;
		if (der.hasMore) return true;
		if (!this.#isFound) refuseStaple("is not about the server's certificate");
		this.#count = 0;
		const { bytes, nameEnd, issuer } = this.#subject;
		if (
			isResponder(response, issuer) &&
			(response.responderTag !== RESPONDER_NAME ||
				sameName(response.bytes, response.responderStart, response.responderEnd, bytes, 0, nameEnd))
		)
			this.#responder = issuer;
		return true;
	}

	/**
	 * Reads a SingleResponse. True if it is about the certificate. What it says holds once the signature is found
	 * right.
	 */
	#readSingle(der: DER): boolean {
		der.take(Tag.sequence, Part.status);
		const outer = der.enter();
		const isOurs = this.#readID(der);
		der.takeAny();
		const tag = der.tag;
		const start = der.start;
		const end = der.end;
		const thisUpdate = der.takeTime();
		let nextUpdate = thisUpdate + Seconds.day;
		if (der.nextIs(Tag.explicit)) {
			der.takeAny();
			const inner = der.enter();
			nextUpdate = der.takeTime();
			der.leave(inner);
		}
		if (der.nextIs(Tag.explicit | 1)) this.#left -= skipExtensions(der) / Most.extensions;
		der.leave(outer);
		if (!isOurs) return false;
		if (thisUpdate > this.#now + this.#tolerance)
			refuseStaple(`is not valid before ${dateText(thisUpdate)}; here it is ${dateText(this.#now)}`);
		if (nextUpdate < this.#now) refuseStaple(`expired on ${dateText(nextUpdate)}`);
		if (tag === Status.revoked) this.#revoked = new DER(der.bytes, start, end, STAPLED_STATUS).takeTime();
		else if (tag !== Status.good) refuseStaple("says that the certificate is not known to the responder");
		if (nextUpdate < this.validUntil) this.validUntil = nextUpdate;
		return true;
	}

	/** Reads a CertID. True for the certificate's. */
	#readID(der: DER): boolean {
		const bytes = der.bytes;
		const { bytes: own, nameEnd, issuer } = this.#subject;
		der.take(Tag.sequence, Part.certificateID);
		const outer = der.enter();
		der.take(Tag.sequence, Part.hash);
		const inner = der.enter();
		der.take(Tag.objectIdentifier, Part.hash);
		const isSHA1 = sameBytes(bytes, der.start, der.end, SHA1, 0, SHA1.length);
		const algorithm = isSHA1 ? HashAlgorithm.sha1 : hashOf(bytes, der.start, der.end);
		der.at = der.limit;
		der.leave(inner);
		der.take(Tag.octetString, Part.issuerName);
		const nameStart = der.start,
			hashEnd = der.end;
		der.take(Tag.octetString, Part.issuerKey);
		const keyStart = der.start,
			keyEnd = der.end;
		der.takeInteger();
		// the serial number first: it costs no hash
		const isOurs =
			sameBytes(bytes, der.start, der.end, own, nameEnd, own.length) &&
			algorithm !== 0 &&
			sameDigest(digestOf(algorithm, own, 0, nameEnd), bytes, nameStart, hashEnd) &&
			sameDigest(digestOf(algorithm, issuer.bytes, issuer.start, issuer.end), bytes, keyStart, keyEnd);
		der.leave(outer);
		return isOurs;
	}

	/**
	 * Returns the key of the next responder that the issuer has certified (RFC 6960 section 4.2.2.2), when its
	 * certificate's signature is checked. Undefined if that certificate is another's.
	 */
	#certified(response: OCSPResponse): PublicKey | undefined {
		const { bytes, responderStart, responderEnd } = response;
		const list = new DER(bytes, response.certificatesStart, response.certificatesEnd, STAPLED_STATUS);
		if (!list.hasMore)
			refuseStaple("is signed neither by the certificate's issuer, nor by a responder whose certificate comes with it");
		if (++this.#count > Most.certificates)
			throw new TLSError("too_much_work", `${STAPLED_STATUS} comes with more than ${Most.certificates} certificates`);
		const start = list.at;
		list.takeAny();
		response.certificatesStart = list.at;
		const isNamed = response.responderTag === RESPONDER_NAME;
		if (isNamed && isSubject(bytes, start, list.end, bytes, responderStart, responderEnd) >= 0) return;
		const certificate = new Certificate().read(bytes, start, list.end, "the responder's certificate");
		const key = publicKeyOf(certificate);
		if (!isResponder(response, key)) return;
		this.#checkResponder(certificate);
		checkSigned(this.#subject.issuer, certificate);
		return key;
	}

	/** Checks what a responder's certificate must say. */
	#checkResponder(certificate: Certificate): void {
		const { bytes, issuerStart, issuerEnd, notBefore, notAfter } = certificate;
		certificate.checkVersion();
		if (!certificate.keyKind) certificate.fail(unsupportedKey(certificate));
		if (!(certificate.keyUsage & KeyUsage.digitalSignature)) certificate.fail("may not sign (its key usage)");
		if (!(certificate.purposes & Purpose.ocsp))
			certificate.fail("may not sign certificate statuses (its extended key usage)");
		if (!sameName(bytes, issuerStart, issuerEnd, this.#subject.bytes, 0, this.#subject.nameEnd))
			certificate.fail("was issued by another CA than the server's certificate");
		if (this.#now > notAfter || this.#now + this.#tolerance < notBefore)
			certificate.fail(`is valid from ${dateText(notBefore)} to ${dateText(notAfter)} only`);
	}
}

/** A fault of a certificate or of DER in a response is one of the staple. */
function asStaple(error: unknown): unknown {
	if (!(error instanceof TLSError) || (error.code !== "bad_certificate" && error.code !== "unsupported_certificate"))
		return error;
	return new TLSError("bad_staple", error.message);
}

function digestOf(algorithm: HashAlgorithm, bytes: Uint8Array, start: number, end: number): Uint8Array {
	const digest = new Uint8Array(hashLength(algorithm));
	hash(algorithm, bytes, start, end, digest, 0);
	return digest;
}

function sameDigest(digest: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
	return sameBytes(bytes, start, end, digest, 0, digest.length);
}

/** True if ResponderID has this key's hash, or a name, which the caller compares. */
function isResponder(response: OCSPResponse, key: PublicKey): boolean {
	return (
		response.responderTag === RESPONDER_NAME ||
		sameDigest(
			digestOf(HashAlgorithm.sha1, key.bytes, key.start, key.end),
			response.bytes,
			response.responderStart,
			response.responderEnd,
		)
	);
}

/** Throws unless `key` has signed it: a response, or a responder's certificate. */
function checkSigned(key: PublicKey, signed: OCSPResponse | Certificate): void {
	const { bytes, signedWith, tbsStart, tbsEnd, signatureStart, signatureEnd } = signed;
	if (!signedWith) refuseStaple(unsupportedSignature(bytes, tbsEnd, signatureStart));
	const padding = signedWith >> 8;
	const algorithm = signedWith & 0xff;
	if (!verifySignature(key, padding, algorithm, bytes, tbsStart, tbsEnd, bytes, signatureStart, signatureEnd))
		refuseStaple("is forged or damaged: a signature is wrong");
}
