/*
	A certificate (RFC 5280 section 4) as offsets into the message that holds it: nothing is copied. One object is used for one certificate
	after another. What is not DER, or breaks a rule that needs no other certificate, is refused here; path.ts judges the rest.
*/

import { TLSError } from "../errors";
import type { FailureCode } from "../errors";
import { readPublicKey, readSignatureAlgorithm } from "./algorithms";
import type { KeyPlace } from "./algorithms";
import { copy } from "tls/hardware/copy";
import { commonNameOffset } from "tls/hardware/names";
import { DER, Tag } from "./der";
import { readExtensions } from "./extensions";
import type { ExtensionFields } from "./extensions";
import { readTime } from "./time";
import { empty } from "../wire/reader";

/** keyUsage (RFC 5280 section 4.2.1.3), as the bytes stand. */
export const enum KeyUsage {
	digitalSignature = 0x80,
	keyEncipherment = 0x20,
	keyCertSign = 0x04,
}

/** No pathLenConstraint. */
export const NO_PATH_LENGTH = -1;

/** Characters of a name that errors show. */
const MAX_SHOWN = 64;

export class Certificate implements KeyPlace, ExtensionFields {
	/** What reads it; it may be used for something else until the next `read`. */
	readonly der = new DER(empty, 0, 0, 0);
	bytes: Uint8Array = empty;
	/** What errors call it: "certificate 1". */
	position: number | string = 0;
	/** The signed part. */
	tbsStart = 0;
	tbsEnd = 0;
	/** How it is signed: padding << 8 | hash, or 0 where that is not supported. */
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
	/** KeyKind, or 0 where the key is of no use to TLS here. */
	keyKind = 0;
	keyStart = 0;
	keyEnd = 0;
	keyBits = 0;
	/** Extensions. */
	isAuthority = false;
	pathLength = NO_PATH_LENGTH;
	/** All bits where the extension is absent. */
	keyUsage = -1;
	/** False where extKeyUsage is there without serverAuth. */
	isForServers = true;
	/** True where extKeyUsage names OCSP's signing. */
	isForOCSP = false;
	/** GeneralNames of subjectAltName; empty where absent. */
	namesStart = 0;
	namesEnd = 0;
	/** NameConstraints; empty where absent. */
	constraintsStart = 0;
	constraintsEnd = 0;
	/** True for version 1 or 2, which can't say what a certificate is for: good only as a trusted root, or for the client's own. */
	declare isOld: boolean | undefined;
	/** PolicyFields. */
	policies = 0;
	declare mappings: number | undefined;
	declare requireExplicit: number | undefined;
	declare inhibitMapping: number | undefined;
	declare inhibitAny: number | undefined;
	/** Must come with a stapled OCSP response (RFC 7633). */
	mustStaple = false;

	/** Reads the certificate `bytes[start..end)`. */
	read(bytes: Uint8Array, start: number, end: number, position: number | string): this {
		this.bytes = bytes;
		this.position = position;
		const der = this.der.open(bytes, start, end, position);
		der.take(Tag.sequence, "Certificate");
		if (der.more) der.fail("has bytes behind its end");
		der.enter();
		this.tbsStart = der.at;
		der.take(Tag.sequence, "TBSCertificate");
		this.tbsEnd = der.at;
		const outer = der.enter();
		const algorithmStart = this.readHead(der);
		this.readBody(der);
		der.leave(outer);
		this.readSignature(der, algorithmStart);
		return this;
	}

	/** Version, serial number and the signature's algorithm; returns where the last one starts. */
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
		der.integer();
		const at = der.at;
		this.signedWith = readSignatureAlgorithm(der);
		return at;
	}

	/** What is no version 3: 1 and 2 have no extensions. */
	private readVersion(der: DER): void {
		this.isOld = true;
		if (!der.sees(Tag.explicit)) return;
		der.takeAny();
		const outer = der.enter();
		if (der.smallInteger("version") !== 1) der.fail("is not of version 3");
		der.leave(outer);
	}

	private readBody(der: DER): void {
		this.issuerStart = der.at;
		der.take(Tag.sequence, "issuer");
		if (der.start === der.end) der.fail("names no issuer");
		this.issuerEnd = der.at;
		der.take(Tag.sequence, "validity");
		this.readValidity(der);
		this.subjectStart = der.at;
		der.take(Tag.sequence, "subject");
		this.subjectEnd = der.at;
		this.spkiStart = der.at;
		readPublicKey(der, this);
		this.spkiEnd = der.at;
		this.forget();
		// issuerUniqueID and subjectUniqueID: RFC 5280 section 4.1.2.8 says not to use them
		let hasExtensions = der.sees(Tag.explicit | 3);
		if (!hasExtensions) {
			if (der.sees(Tag.context | 1)) der.takeAny();
			if (der.sees(Tag.context | 2)) der.takeAny();
			hasExtensions = der.sees(Tag.explicit | 3);
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
		this.notBefore = readTime(der);
		this.notAfter = readTime(der);
		der.leave(outer);
	}

	/** Forgets the extensions of the one before. */
	private forget(): void {
		this.isAuthority = this.isForOCSP = this.mustStaple = false;
		this.policies = 0;
		if (this.mappings) this.mappings = undefined;
		if (this.requireExplicit !== undefined) this.requireExplicit = undefined;
		if (this.inhibitMapping !== undefined) this.inhibitMapping = undefined;
		if (this.inhibitAny !== undefined) this.inhibitAny = undefined;
		this.pathLength = NO_PATH_LENGTH;
		this.namesStart = this.namesEnd = this.constraintsStart = this.constraintsEnd = 0;
		this.isForServers = true;
		this.keyUsage = -1;
	}

	private readSignature(der: DER, algorithmStart: number): void {
		// the one inside ends where the issuer starts
		if (!der.passes(der.bytes, algorithmStart, this.issuerStart - algorithmStart)) {
			der.take(Tag.sequence, "signature's algorithm");
			der.fail("names one signature algorithm outside and another inside");
		}
		der.octetBits();
		this.signatureStart = der.start;
		this.signatureEnd = der.end;
		if (der.more) der.fail("has more in it than belongs there");
	}

	/** Name and number for errors: `certificate 1 (CN=Example Sub CA)`. */
	get title(): string {
		const name = commonName(this.bytes, this.subjectStart, this.subjectEnd);
		const position = this.position;
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

/** Bytes as text, what is not printable ASCII as a dot. */
function printable(bytes: Uint8Array, start: number, end: number): string {
	const length = end - start;
	const octets = new Uint8Array(length);
	copy(bytes, start, end, octets, 0);
	for (let i = 0; i < length; i++) {
		const octet = octets[i]!;
		if (octet < 0x20 || octet > 0x7e) octets[i] = 0x2e;
	}
	return String.fromArrayBuffer(octets.buffer);
}

/** The last commonName of a Name, what is not printable ASCII as a dot; "" if there is none. For people only. */
export function commonName(bytes: Uint8Array, start: number, end: number): string {
	const at = commonNameOffset(bytes, start, end);
	if (!at) return "";
	const der = new DER(bytes, at, end, "a name");
	der.takeAny();
	return printable(bytes, der.start, Math.min(der.end, der.start + MAX_SHOWN));
}

/** A name for people. */
export function nameText(bytes: Uint8Array, start: number, end: number): string {
	const name = commonName(bytes, start, end);
	return name === "" ? "someone without a common name" : `CN=${name}`;
}
