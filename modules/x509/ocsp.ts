/*
	A stapled certificate status: an OCSP response (RFC 6960 section 4.2) that the server sends with its certificate (RFC 6066 section 8,
	RFC 8446 section 4.4.2.1). It is signed by the certificate's issuer, or by a responder that the issuer has certified for this.
	It is checked when the path holds, so that the issuer's key is known: in TLS 1.3 it comes with the certificate, in TLS 1.2 as a message of its
	own. It says nothing, and nobody is revoked, before its signature is found right. A build without it has without/ocsp in the place of this.
*/

import { refuse as refuseOption, TLSError } from "../errors";
import { verifySignature } from "../crypto/signature";
import type { KeyKind, PublicKey } from "../crypto/signature";
import { hash, HashAlgorithm, hashLength } from "tls/hardware/hash";
import { isSubject, sameName } from "tls/hardware/names";
import { readSignatureAlgorithm } from "./algorithms";
import { Certificate, KeyUsage } from "./certificate";
import { DER, Tag, sameOctets } from "./der";
import { OID, readOID } from "./oids";
import { dateText, readTime } from "./time";
import { unsupportedKey, unsupportedSignature } from "./unsupported";

/** CertificateStatusType of what is asked for (RFC 6066 section 8); 0 in a build that asks for none. */
export const statusType: number = 1;

/** True if the option `staple` says that every certificate must come with its status. */
export function requiresStatus(staple: unknown): boolean {
	if (staple !== undefined && staple !== "ask" && staple !== "require") refuseOption('"staple" is "ask" or "require"');
	return staple === "require";
}

/** Where bytes lie in the message. */
export interface Span {
	readonly start: number;
	readonly end: number;
}

/** The certificate whose status is in question, with bytes of its own: in TLS 1.2 the message that it came in is gone by then. */
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
	der.integer();
	const nameEnd = issuerEnd - issuerStart;
	const own = new Uint8Array(nameEnd + der.end - der.start);
	own.set(bytes.subarray(issuerStart, issuerEnd), 0);
	own.set(bytes.subarray(der.start, der.end), nameEnd);
	const kind = issuer.kind;
	const start = issuer.start;
	const end = issuer.end;
	const bits = issuer.bits;
	const key =
		issuer.bytes === bytes ? { kind, bytes: bytes.slice(start, end), start: 0, end: end - start, bits } : issuer;
	return { bytes: own, nameEnd, issuer: key, title };
}

const enum Seconds {
	/** How far a device's clock may be behind the responder's. */
	skew = 300,
	/** How long a status holds that does not say it. */
	day = 86400,
}

/** How much of a response is looked at: a server staples the status of one certificate. */
const enum Most {
	/** Statuses in all, and in one step. */
	statuses = 1024,
	atOnce = 8,
	/** Certificates of responders. */
	certificates = 16,
	/** Extensions in one list. */
	extensions = 16,
}

const enum Status {
	good = Tag.context,
	revoked = Tag.explicit | 1,
}

/** 1.3.6.1.5.5.7.48.1.1, id-pkix-ocsp-basic */
const BASIC = Uint8Array.of(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01);
/** 1.3.14.3.2.26: SHA-1, which here only tells certificates apart */
const SHA1 = Uint8Array.of(0x2b, 0x0e, 0x03, 0x02, 0x1a);

/** ResponderID: a Name, or the SHA-1 of a key. */
const RESPONDER_NAME = Tag.explicit | 1;
const RESPONDER_KEY = Tag.explicit | 2;

const WHAT = "the stapled certificate status";

function refuse(words: string): never {
	throw new TLSError("bad_staple", `${WHAT} ${words}`);
}

/**
 * Verifies one response. Call `step` until it returns false; each call checks one signature. Throws "bad_staple" or
 * "certificate_revoked".
 */
export class StapledStatus {
	readonly #bytes: Uint8Array;
	readonly #now: number;
	readonly #subject: StatusSubject;
	/** The list of statuses, as far as it has not been read; 0 when it has. */
	#listAt = 0;
	#listEnd = 0;
	/** Statuses read, and certificates of responders. */
	#count = 0;
	#isFound = false;
	/** When the certificate was revoked, if it was; in seconds since 1970. */
	#revoked: number | undefined;
	/** ResponseData and its signature. */
	#tbsStart = 0;
	#tbsEnd = 0;
	#signedWith = 0;
	#signatureStart = 0;
	#signatureEnd = 0;
	/** ResponderID: its tag, and the name's DER or the hash of the key. */
	#responderTag = 0;
	#responderStart = 0;
	#responderEnd = 0;
	/** The responder's key; until it is known, its certificate is looked for between these. */
	#responder: PublicKey | undefined;
	#certificatesStart = 0;
	#certificatesEnd = 0;
	/** The earliest end of what it says about the certificate, in seconds since 1970. */
	validUntil = Infinity;

	/** The response is `bytes[start..end)`; `now` is in seconds since 1970. */
	constructor(bytes: Uint8Array, { start, end }: Span, subject: StatusSubject, now: number) {
		this.#bytes = bytes;
		this.#now = now;
		this.#subject = subject;
		try {
			this.#read(new DER(bytes, start, end, WHAT));
		} catch (error) {
			throw asStaple(error);
		}
	}

	/** True while something is left to check: a signature, or more of a long response. */
	step(): boolean {
		try {
			if (this.#listAt) return this.#readStatuses();
			if (!this.#responder) {
				this.#responder = this.#certified();
				return true;
			}
			this.#check(
				this.#responder,
				this.#signedWith,
				this.#tbsStart,
				this.#tbsEnd,
				this.#signatureStart,
				this.#signatureEnd,
			);
		} catch (error) {
			throw asStaple(error);
		}
		const revoked = this.#revoked;
		if (revoked !== undefined)
			throw new TLSError("certificate_revoked", `${this.#subject.title} was revoked on ${dateText(revoked)}`);
		return false;
	}

	/** Reads some of the statuses; true, as the signature is left to check. */
	#readStatuses(): true {
		const der = new DER(this.#bytes, this.#listAt, this.#listEnd, WHAT);
		for (let i = 0; i < Most.atOnce && der.more; i++) {
			if (++this.#count > Most.statuses)
				throw new TLSError("too_much_work", `${WHAT} has more than ${Most.statuses} statuses`);
			if (this.#readSingle(der)) this.#isFound = true;
		}
		this.#listAt = der.more ? der.at : 0;
		if (der.more) return true;
		if (!this.#isFound) refuse("is not about the server's certificate");
		this.#count = 0;
		const { bytes, nameEnd, issuer } = this.#subject;
		if (
			this.#isResponder(issuer) &&
			(this.#responderTag !== RESPONDER_NAME ||
				sameName(this.#bytes, this.#responderStart, this.#responderEnd, bytes, 0, nameEnd))
		)
			this.#responder = issuer;
		return true;
	}

	/** OCSPResponse, down to BasicOCSPResponse. */
	#read(der: DER): void {
		der.take(Tag.sequence, "response");
		if (der.more) der.fail("has bytes behind its end");
		der.enter();
		der.take(Tag.enumerated, "response status");
		if (der.end - der.start !== 1 || this.#bytes[der.start]) refuse("only says that the responder could not answer");
		der.take(Tag.explicit, "response");
		if (der.more) der.fail("has more in it than belongs there");
		der.enter();
		der.take(Tag.sequence, "response");
		if (der.more) der.fail("has more in it than belongs there");
		der.enter();
		der.take(Tag.objectIdentifier, "kind of response");
		if (!sameOctets(this.#bytes, der.start, der.end, BASIC, 0, BASIC.length)) refuse("is of an unknown kind");
		der.take(Tag.octetString, "response");
		if (der.more) der.fail("has more in it than belongs there");
		der.enter();
		der.take(Tag.sequence, "response");
		if (der.more) der.fail("has more in it than belongs there");
		der.enter();
		this.#readBasic(der);
	}

	#readBasic(der: DER): void {
		this.#tbsStart = der.at;
		der.take(Tag.sequence, "response data");
		this.#tbsEnd = der.at;
		const data = der.enter();
		this.#readData(der);
		der.leave(data);
		this.#signedWith = readSignatureAlgorithm(der);
		der.octetBits();
		this.#signatureStart = der.start;
		this.#signatureEnd = der.end;
		if (!der.more) return;
		der.take(Tag.explicit, "list of certificates");
		if (der.more) der.fail("has more in it than belongs there");
		der.enter();
		der.take(Tag.sequence, "list of certificates");
		if (der.more) der.fail("has more in it than belongs there");
		this.#certificatesStart = der.start;
		this.#certificatesEnd = der.end;
	}

	/** ResponseData. */
	#readData(der: DER): void {
		if (der.sees(Tag.explicit)) refuse("is of an unknown version");
		der.takeAny();
		this.#responderTag = der.tag;
		if (der.tag === RESPONDER_KEY) {
			const outer = der.enter();
			der.take(Tag.octetString, "responder's key");
			der.leave(outer);
		} else if (der.tag !== RESPONDER_NAME) refuse("does not say who gives it");
		this.#responderStart = der.start;
		this.#responderEnd = der.end;
		readTime(der); // producedAt: thisUpdate counts
		der.take(Tag.sequence, "list of statuses");
		if (der.start === der.end) refuse("is not about the server's certificate");
		this.#listAt = der.start;
		this.#listEnd = der.end;
		if (der.sees(Tag.explicit | 1)) skipExtensions(der);
	}

	/** SingleResponse; true if it is about the certificate. What it says holds once the signature is found right. */
	#readSingle(der: DER): boolean {
		der.take(Tag.sequence, "status");
		const outer = der.enter();
		const isOurs = this.#readID(der);
		der.takeAny();
		const tag = der.tag;
		const start = der.start;
		const end = der.end;
		const thisUpdate = readTime(der);
		let nextUpdate = thisUpdate + Seconds.day;
		if (der.sees(Tag.explicit)) {
			der.takeAny();
			const inner = der.enter();
			nextUpdate = readTime(der);
			der.leave(inner);
		}
		if (der.sees(Tag.explicit | 1)) skipExtensions(der);
		der.leave(outer);
		if (!isOurs) return false;
		if (thisUpdate > this.#now + Seconds.skew) refuse(`is of ${dateText(thisUpdate)}, which is yet to come`);
		if (nextUpdate < this.#now) refuse(`was good until ${dateText(nextUpdate)} only`);
		if (tag === Status.revoked) this.#revoked = readTime(new DER(this.#bytes, start, end, WHAT));
		else if (tag !== Status.good) refuse("says that the certificate is not known to the responder");
		if (nextUpdate < this.validUntil) this.validUntil = nextUpdate;
		return true;
	}

	/** CertID; true for the certificate's. */
	#readID(der: DER): boolean {
		const { bytes, nameEnd, issuer } = this.#subject;
		der.take(Tag.sequence, "certificate's identity");
		const outer = der.enter();
		der.take(Tag.sequence, "hash");
		const inner = der.enter();
		der.take(Tag.objectIdentifier, "hash");
		const algorithm = hashOf(this.#bytes, der.start, der.end);
		der.at = der.limit;
		der.leave(inner);
		der.take(Tag.octetString, "issuer's name");
		const nameStart = der.start,
			hashEnd = der.end;
		der.take(Tag.octetString, "issuer's key");
		const keyStart = der.start,
			keyEnd = der.end;
		der.integer();
		// the serial number first: it costs no hash
		const isOurs =
			sameOctets(this.#bytes, der.start, der.end, bytes, nameEnd, bytes.length) &&
			algorithm !== 0 &&
			isHash(this.#bytes, nameStart, hashEnd, algorithm, bytes, 0, nameEnd) &&
			isHash(this.#bytes, keyStart, keyEnd, algorithm, issuer.bytes, issuer.start, issuer.end);
		der.leave(outer);
		return isOurs;
	}

	/** True if ResponderID has this key's hash, or a name, which the caller compares. */
	#isResponder(key: PublicKey): boolean {
		return (
			this.#responderTag === RESPONDER_NAME ||
			isHash(this.#bytes, this.#responderStart, this.#responderEnd, HashAlgorithm.sha1, key.bytes, key.start, key.end)
		);
	}

	/**
	 * The key of a responder that the issuer has certified (RFC 6960 section 4.2.2.2), whose certificate's signature is checked; undefined if the next
	 * certificate is another's.
	 */
	#certified(): PublicKey | undefined {
		const list = new DER(this.#bytes, this.#certificatesStart, this.#certificatesEnd, WHAT);
		if (!list.more) refuse("is neither of the certificate's issuer, nor of anybody whose certificate comes with it");
		if (++this.#count > Most.certificates)
			throw new TLSError("too_much_work", `${WHAT} comes with more than ${Most.certificates} certificates`);
		const start = list.at;
		list.takeAny();
		this.#certificatesStart = list.at;
		const isNamed = this.#responderTag === RESPONDER_NAME;
		if (isNamed && !isSubject(this.#bytes, start, list.end, this.#bytes, this.#responderStart, this.#responderEnd))
			return;
		const certificate = new Certificate().read(this.#bytes, start, list.end, "the responder's certificate");
		const { keyKind, keyStart, keyEnd, keyBits } = certificate;
		const key: PublicKey = {
			kind: keyKind as KeyKind,
			bytes: this.#bytes,
			start: keyStart,
			end: keyEnd,
			bits: keyBits,
		};
		if (!this.#isResponder(key)) return;
		this.#checkResponder(certificate);
		const { signedWith, tbsStart, tbsEnd, signatureStart, signatureEnd } = certificate;
		this.#check(this.#subject.issuer, signedWith, tbsStart, tbsEnd, signatureStart, signatureEnd);
		return key;
	}

	/** What a responder's certificate must say. */
	#checkResponder(certificate: Certificate): void {
		const { bytes, issuerStart, issuerEnd, notBefore, notAfter } = certificate;
		certificate.checkVersion();
		if (!certificate.keyKind) certificate.fail(unsupportedKey(certificate));
		if (!(certificate.keyUsage & KeyUsage.digitalSignature)) certificate.fail("is not allowed to sign (its key usage)");
		if (!certificate.isForOCSP) certificate.fail("is not meant for that (its extended key usage)");
		if (!sameName(bytes, issuerStart, issuerEnd, this.#subject.bytes, 0, this.#subject.nameEnd))
			certificate.fail("is of another issuer");
		if (this.#now > notAfter || this.#now < notBefore)
			certificate.fail(`is valid from ${dateText(notBefore)} to ${dateText(notAfter)} only`);
	}

	#check(
		key: PublicKey,
		signedWith: number,
		start: number,
		end: number,
		signatureStart: number,
		signatureEnd: number,
	): void {
		if (!signedWith) refuse(unsupportedSignature(this.#bytes, end, signatureStart));
		const bytes = this.#bytes;
		if (
			!verifySignature(key, signedWith >> 8, signedWith & 0xff, bytes, start, end, bytes, signatureStart, signatureEnd)
		)
			refuse("is forged or damaged: a signature is wrong");
	}
}

/** What is wrong with a certificate or with DER in here is wrong with the staple. */
function asStaple(error: unknown): unknown {
	if (!(error instanceof TLSError) || (error.code !== "bad_certificate" && error.code !== "unsupported_certificate"))
		return error;
	return new TLSError("bad_staple", error.message);
}

/** HashAlgorithm, or 0. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
	if (sameOctets(bytes, start, end, SHA1, 0, SHA1.length)) return HashAlgorithm.sha1;
	switch (readOID(bytes, start, end)) {
		case OID.sha256:
			return HashAlgorithm.sha256;
		case OID.sha384:
			return HashAlgorithm.sha384;
		case OID.sha512:
			return HashAlgorithm.sha512;
		default:
			return 0;
	}
}

/** True where `digest[digestStart..digestEnd)` is the hash of `bytes[start..end)`. */
function isHash(
	digest: Uint8Array,
	digestStart: number,
	digestEnd: number,
	algorithm: HashAlgorithm,
	bytes: Uint8Array,
	start: number,
	end: number,
): boolean {
	const expected = new Uint8Array(hashLength(algorithm));
	hash(algorithm, bytes, start, end, expected, 0);
	return sameOctets(digest, digestStart, digestEnd, expected, 0, expected.length);
}

/** Takes Extensions in their tag; none that is critical is known. */
function skipExtensions(der: DER): void {
	der.takeAny();
	const outer = der.enter();
	der.take(Tag.sequence, "list of extensions");
	const list = der.enter();
	for (let count = 0; der.more; count++) {
		if (count === Most.extensions) der.fail(`has more than ${Most.extensions} extensions in one list`);
		der.take(Tag.sequence, "extension");
		const inner = der.enter();
		der.take(Tag.objectIdentifier, "extension");
		if (der.sees(Tag.boolean) && der.boolean()) refuse("has a critical extension that is not known here");
		der.take(Tag.octetString, "extension's value");
		der.leave(inner);
	}
	der.leave(list);
	der.leave(outer);
}
