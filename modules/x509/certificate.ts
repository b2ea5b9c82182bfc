/*
	A certificate (RFC 5280 section 4) as offsets into the message that holds it: nothing is copied. One object serves
	one certificate after another. What is not DER, or breaks a rule that needs no other certificate, is refused here;
	path.ts judges the rest.
*/

import { TLSError } from "../errors";
import type { FailureCode } from "../errors";
import { readPublicKey, readSignatureAlgorithm } from "./algorithms";
import type { KeyFields } from "./algorithms";
import { copy } from "tls/hardware/copy";
import { Purpose } from "tls/hardware/extensions";
import { commonNameOffset, isSubject } from "tls/hardware/names";
import { readExtensions } from "./extensions";
import type { ExtensionFields } from "./extensions";
import { Work } from "./work";
import { DER, Part, Tag } from "../wire/der";
import { empty } from "../wire/reader";

/** keyUsage (RFC 5280 section 4.2.1.3): bits of its bytes. */
export const enum KeyUsage {
	digitalSignature = 0x80,
	keyEncipherment = 0x20,
	keyCertSign = 0x04,
}

/** No pathLenConstraint. */
export const NO_PATH_LENGTH = -1;

/** Most characters of a name that errors show. */
const MAX_SHOWN = 64;

export class Certificate implements KeyFields, ExtensionFields {
	/** What reads it. Its `subject` is what errors call the certificate: a number or words. */
	readonly der = new DER(empty, 0, 0, 0);
	bytes: Uint8Array = empty;
	/** The signed part. */
	tbsStart = 0;
	tbsEnd = 0;
	/** How it is signed: padding << 8 | hash, or 0 if that is unsupported. */
	signedWith = 0;
	signatureStart = 0;
	signatureEnd = 0;
	/** Names, header and all. */
	issuerStart = 0;
	issuerEnd = 0;
	subjectStart = 0;
	subjectEnd = 0;
	/** Seconds since 1970. */
	notBefore = 0;
	notAfter = 0;
	/** SubjectPublicKeyInfo, header and all, and the key in it. */
	spkiStart = 0;
	spkiEnd = 0;
	/** KeyKind, or 0 for an unsupported key. */
	keyKind = 0;
	keyStart = 0;
	keyEnd = 0;
	keyBits = 0;
	/** Extensions. */
	isCA = false;
	pathLength = NO_PATH_LENGTH;
	/** All bits if the extension is absent. */
	keyUsage = -1;
	/** extKeyUsage: bits of Purpose. Without it a certificate may be for servers, but not for OCSP's signing. */
	purposes: number = Purpose.server;
	/** GeneralNames of subjectAltName; empty if absent. */
	namesStart = 0;
	namesEnd = 0;
	/** PolicyFields. */
	policies = 0;
	/** XS: absent fields, also those below. True for version 1 or 2, which can't say what a certificate is for. */
	declare isOld: boolean | undefined;
	/** NameConstraints. */
	declare constraintsStart: number | undefined;
	declare constraintsEnd: number | undefined;
	declare mappings: number | undefined;
	declare requireExplicit: number | undefined;
	declare inhibitMapping: number | undefined;
	declare inhibitAny: number | undefined;
	/** True if it must come with a stapled OCSP response (RFC 7633). */
	declare mustStaple: boolean | undefined;

	/** Reads the certificate `bytes[start..end)`, which errors call `position`. */
	read(bytes: Uint8Array, start: number, end: number, position: number | string): this {
		this.bytes = bytes;
		const der = this.der.open(bytes, start, end, position);
		der.take(Tag.sequence, Part.certificate);
		if (der.hasMore) der.fail("has bytes after its end");
		der.enter();
		this.tbsStart = der.at;
		der.take(Tag.sequence, Part.tbsCertificate);
		this.tbsEnd = der.at;
		const outer = der.enter();
		const algorithmStart = this.readHead(der);
		this.readBody(der);
		der.leave(outer);
		this.readSignature(der, algorithmStart);
		return this;
	}

	/** Reads version, serial number and the signature's algorithm. Returns where the last one starts. */
	private readHead(der: DER): number {
		const bytes = der.bytes,
			first = der.at;
		// [0] EXPLICIT INTEGER: version 3 is 2
		if (
			bytes[first] !== Tag.explicit ||
			bytes[first + 1] !== 3 ||
			bytes[first + 2] !== Tag.integer ||
			bytes[first + 3] !== 1 ||
			bytes[first + 4] !== 2 ||
			first + 5 > der.limit
		)
			this.readVersion(der);
		else {
			der.at = first + 5;
			if (this.isOld) this.isOld = false;
		}
		// of any sign and length (RFC 5280 section 4.1.2.2): it is only compared
		der.takeInteger();
		const at = der.at;
		this.signedWith = readSignatureAlgorithm(der);
		return at;
	}

	/** Reads any version but 3. Versions 1 and 2 have no extensions. */
	private readVersion(der: DER): void {
		this.isOld = true;
		if (!der.nextIs(Tag.explicit)) return;
		der.takeAny();
		const outer = der.enter();
		// version 1 is the default, which may be spelled out
		if (der.takeSmallInteger(Part.version) > 1) der.fail("is not of version 3");
		der.leave(outer);
	}

	private readBody(der: DER): void {
		this.issuerStart = der.at;
		der.take(Tag.sequence, Part.issuer);
		if (der.start === der.end) der.fail("names no issuer");
		this.issuerEnd = der.at;
		der.take(Tag.sequence, Part.validity);
		this.readValidity(der);
		this.subjectStart = der.at;
		der.take(Tag.sequence, Part.subject);
		this.subjectEnd = der.at;
		this.spkiStart = der.at;
		readPublicKey(der, this);
		this.spkiEnd = der.at;
		this.clearExtensions();
		// issuerUniqueID and subjectUniqueID: RFC 5280 section 4.1.2.8 says not to use them
		let hasExtensions = der.nextIs(Tag.explicit | 3);
		if (!hasExtensions) {
			if (der.nextIs(Tag.context | 1)) der.takeAny();
			if (der.nextIs(Tag.context | 2)) der.takeAny();
			hasExtensions = der.nextIs(Tag.explicit | 3);
		}
		if (hasExtensions) {
			if (this.isOld) der.fail("has extensions, but is not of version 3");
			der.takeAny();
			const outer = der.enter();
			readExtensions(der, this);
			der.leave(outer);
		}
	}

	private readValidity(der: DER): void {
		const outer = der.enter();
		this.notBefore = der.takeTime();
		this.notAfter = der.takeTime();
		der.leave(outer);
	}

	/** Drops the extensions of the certificate before. */
	private clearExtensions(): void {
		this.isCA = false;
		if (this.mustStaple) this.mustStaple = undefined;
		this.policies = 0;
		if (this.constraintsEnd) this.constraintsStart = this.constraintsEnd = undefined;
		if (this.mappings) this.mappings = undefined;
		if (this.requireExplicit !== undefined) this.requireExplicit = undefined;
		if (this.inhibitMapping !== undefined) this.inhibitMapping = undefined;
		if (this.inhibitAny !== undefined) this.inhibitAny = undefined;
		this.pathLength = NO_PATH_LENGTH;
		this.namesStart = this.namesEnd = 0;
		this.purposes = Purpose.server;
		this.keyUsage = -1;
	}

	private readSignature(der: DER, algorithmStart: number): void {
		// the one inside ends where the issuer starts
		if (!der.skipIfEqual(der.bytes, algorithmStart, this.issuerStart - algorithmStart)) {
			der.take(Tag.sequence, Part.signatureAlgorithm);
			der.fail("names one signature algorithm outside and another inside");
		}
		der.takeBitString();
		this.signatureStart = der.start;
		this.signatureEnd = der.end;
		der.expectEnd();
	}

	/** Number and name for errors: `certificate 1 (CN=Example Sub CA)`. */
	get title(): string {
		const name = commonName(this.bytes, this.subjectStart, this.subjectEnd);
		const position = this.der.subject;
		const title = typeof position === "number" ? `certificate ${position}` : position;
		return name === "" ? title : `${title} (CN=${name})`;
	}

	/** Throws for a certificate of version 1 or 2. */
	checkVersion(): void {
		if (this.isOld) this.fail("is of version 1 or 2, which can't say what it is for");
	}

	/** Throws "bad_certificate" or another code, about this certificate. */
	fail(words: string, code: FailureCode = "bad_certificate"): never {
		throw new TLSError(code, `${this.title} ${words}`);
	}
}

/** The server's certificates. One at a time is read, and the work is counted. */
export class CertificateList {
	readonly message: Uint8Array;
	/** Start and end of each, the leaf's first. */
	readonly ranges: readonly number[];
	/** Work done, in steps of XS's meter. */
	spent = 0;
	private certificate: Certificate | undefined;
	/** The one that is read; -1 if none is. */
	private index = -1;

	constructor(message: Uint8Array, ranges: readonly number[]) {
		this.message = message;
		this.ranges = ranges;
	}

	get count(): number {
		return this.ranges.length / 2;
	}

	/** True if `read(index)` costs nothing. */
	hasRead(index: number): boolean {
		return this.index === index;
	}

	/** Returns certificate `index`, until the next call. */
	read(index: number): Certificate {
		const certificate = (this.certificate ??= new Certificate());
		if (this.index !== index) {
			this.index = -1;
			this.spent += Work.certificate;
			certificate.read(this.message, this.ranges[2 * index]!, this.ranges[2 * index + 1]!, index);
			this.index = index;
		}
		return certificate;
	}

	/**
	 * Drops the certificate, which takes memory while signatures are checked. Returns its DER reader, for other bytes.
	 */
	release(): DER {
		const { der } = (this.certificate ??= new Certificate());
		this.certificate = undefined;
		this.index = -1;
		return der;
	}

	/** True if the subject of certificate `index`, which need not be well-formed, is the Name `message[start..end)`. */
	hasSubject(index: number, start: number, end: number): boolean {
		const message = this.message,
			result = isSubject(message, this.ranges[2 * index]!, this.ranges[2 * index + 1]!, message, start, end),
			isSame = result < 0;
		// two bytes take C about as long as a step of XS
		this.spent += (isSame ? ~result : result) >> 1;
		return isSame;
	}
}

/** Returns bytes as text; what is not printable ASCII becomes a dot. */
function printable(bytes: Uint8Array, start: number, end: number): string {
	const length = end - start;
	const text = new Uint8Array(length);
	copy(bytes, start, end, text, 0);
	for (let i = 0; i < length; i++) {
		const c = text[i]!;
		if (c < 0x20 || c > 0x7e) text[i] = 0x2e;
	}
	return String.fromArrayBuffer(text.buffer);
}

// XS: a literal outside of functions, which a device does not copy at each use
const A_NAME = "a name";

/** Returns the last commonName of a Name; "" if there is none. For people only. */
export function commonName(bytes: Uint8Array, start: number, end: number): string {
	const at = commonNameOffset(bytes, start, end);
	if (!at) return "";
	const der = new DER(bytes, at, end, A_NAME);
	der.takeAny();
	return printable(bytes, der.start, Math.min(der.end, der.start + MAX_SHOWN));
}

/** Returns a name for people. */
export function nameText(bytes: Uint8Array, start: number, end: number): string {
	const name = commonName(bytes, start, end);
	return name === "" ? "someone without a common name" : `CN=${name}`;
}
