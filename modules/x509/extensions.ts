/*
	The extensions of a certificate (RFC 5280 section 4.2) into the Certificate's fields. Each may come once; a critical one that is not known
	here is refused, and so is a known one of the wrong form.
*/

import type { FailureCode } from "../errors";
import type { DER } from "./der";
import { Tag, sameOctets } from "./der";
import { OID, extensionOID, readOID } from "./oids";

/** What the extensions say of a certificate (certificate.ts has the words for each). */
export interface ExtensionFields {
	isAuthority: boolean;
	pathLength: number;
	keyUsage: number;
	isForServers: boolean;
	isForOCSP: boolean;
	namesStart: number;
	namesEnd: number;
	constraintsStart: number;
	constraintsEnd: number;
	mustStaple: boolean;
	/** Throws a TLSError that names the certificate. */
	fail(what: string, code?: FailureCode): never;
}

/** Most extensions that a certificate may have: each that is not known is compared with all before it. */
const MAX_EXTENSIONS = 40;

/** Reads Extensions, to which `der` has come. */
export function readExtensions(der: DER, certificate: ExtensionFields): void {
	der.take(Tag.sequence, "extensions");
	const outer = der.enter();
	const bytes = der.bytes, first = der.at, last = der.limit;
	let at = first;
	let count = 0;
	let seen = 0;
	if (at === last) der.fail("has an empty list of extensions");
	while (at < last) {
		if (++count > MAX_EXTENSIONS) der.fail(`has more than ${MAX_EXTENSIONS} extensions`);
		// it and its value are mostly short, and need no element taken
		let end = at + 2 + bytes[at + 1]!;
		if (bytes[at] === Tag.sequence && bytes[at + 1]! < 0x80 && end <= last) der.at = at + 2;
		else {
			der.take(Tag.sequence, "extension");
			der.at = der.start;
			end = der.end;
		}
		der.limit = end;
		const oid = takeIdentifier(der);
		const bit = oid === OID.unknown ? 0 : 1 << oid;
		if (bit ? seen & bit : isRepeated(bytes, first, at, der.start, der.end)) der.fail("has an extension twice");
		seen |= bit;
		let isCritical = false;
		if (der.at < end && bytes[der.at] === Tag.boolean) {
			isCritical = der.boolean();
			if (!isCritical) der.fail("is not DER: an extension says that it is not critical");
		}
		// into the value, which ends where the extension does
		const start = der.at + 2, length = end - start;
		if (bytes[start - 2] === Tag.octetString && bytes[start - 1] === length && length < 0x80) der.at = start;
		else enterValue(der);
		readExtension(der, oid, isCritical, certificate);
		if (der.at !== end) der.fail("has an extension with octets behind its end");
		at = end;
		der.limit = last;
	}
	der.leave(outer);
}

/** Into a value of any length. */
function enterValue(der: DER): void {
	der.take(Tag.octetString, "extension's value");
	if (der.at !== der.limit) der.fail("has more in it than belongs there");
	der.at = der.start;
}

/** Takes an extension's identifier. Where it is unknown, its octets are `start..end`. */
function takeIdentifier(der: DER): OID {
	const bytes = der.bytes, at = der.at;
	// mostly 2.5.29.x: that needs no element taken
	if (at + 5 <= der.limit && bytes[at] === Tag.objectIdentifier && bytes[at + 1] === 3 && bytes[at + 2] === 0x55 && bytes[at + 3] === 0x1d) {
		const oid = extensionOID(bytes[at + 4]!);
		if (oid !== OID.unknown) {
			der.at = at + 5;
			return oid;
		}
	}
	der.take(Tag.objectIdentifier, "extension");
	return readOID(bytes, der.start, der.end);
}

/** An extension between `first` and `at` has this identifier, which has no bit. The list is valid that far, and its lengths are short of 16 MB. */
function isRepeated(bytes: Uint8Array, first: number, at: number, oidStart: number, oidEnd: number): boolean {
	const size = oidEnd - oidStart;
	for (let i = first; i < at; ) {
		let length = bytes[i + 1]!;
		let content = i + 2;
		if (length >= 0x80) {
			const octets = length & 0x7f;
			length = 0;
			for (let k = 0; k < octets; k++) length = length << 8 | bytes[content++]!;
		}
		if (bytes[content + 1] === size && bytes[content + 1 + size] === bytes[oidEnd - 1]
			&& sameOctets(bytes, content + 2, content + 2 + size, bytes, oidStart, oidEnd)) return true;
		i = content + length;
	}
	return false;
}

/** The value of one extension, at which `der` stands. */
function readExtension(der: DER, oid: OID, isCritical: boolean, certificate: ExtensionFields): void {
	switch (oid) {
		case OID.basicConstraints: readBasicConstraints(der, certificate); break;
		case OID.keyUsage:
			certificate.keyUsage = der.namedBits();
			if (!certificate.keyUsage) der.fail("has a key usage that allows nothing");
			break;
		case OID.extKeyUsage: readExtKeyUsage(der, certificate); break;
		case OID.subjectAltName:
			der.take(Tag.sequence, "list of names");
			if (der.start === der.end) der.fail("has an empty list of names");
			certificate.namesStart = der.start;
			certificate.namesEnd = der.end;
			break;
		case OID.nameConstraints:
			der.take(Tag.sequence, "list of constraints");
			if (der.start === der.end) der.fail("has empty name constraints");
			certificate.constraintsStart = der.start;
			certificate.constraintsEnd = der.end;
			break;
		case OID.tlsFeature: readTLSFeature(der, certificate); break;
		case OID.subjectKeyIdentifier:
		case OID.authorityKeyIdentifier:
		case OID.authorityInfoAccess:
			// hints for finding certificates, which RFC 5280 sections 4.2.1.1, 4.2.1.2 and 4.2.2.1 want not critical
			if (isCritical) der.fail("has a key identifier or authority access that is critical");
			der.at = der.limit;
			break;
		case OID.certificatePolicies:
			// no policy is asked for (RFC 5280 section 6.1.1 c): any will do
			der.at = der.limit;
			break;
		default:
			if (isCritical) certificate.fail("has a critical extension that is not known here", "unsupported_certificate");
			der.at = der.limit;
	}
}

function readBasicConstraints(der: DER, certificate: ExtensionFields): void {
	der.take(Tag.sequence, "basic constraints");
	const outer = der.enter();
	if (der.sees(Tag.boolean)) {
		certificate.isAuthority = der.boolean();
		if (!certificate.isAuthority) der.fail("is not DER: basic constraints spell out a default");
	}
	if (der.sees(Tag.integer)) {
		const pathLength = der.smallInteger("path length");
		// RFC 5280 section 4.2.1.9: it has no meaning where the certificate is no authority's
		if (certificate.isAuthority) certificate.pathLength = pathLength;
	}
	der.leave(outer);
}

function readExtKeyUsage(der: DER, certificate: ExtensionFields): void {
	der.take(Tag.sequence, "list of purposes");
	const outer = der.enter();
	certificate.isForServers = false;
	if (!der.more) der.fail("has an empty list of purposes");
	while (der.more) {
		der.take(Tag.objectIdentifier, "purpose");
		const oid = readOID(der.bytes, der.start, der.end);
		if (oid === OID.serverAuth || oid === OID.anyExtendedKeyUsage) certificate.isForServers = true;
		if (oid === OID.ocspSigning) certificate.isForOCSP = true;
	}
	der.leave(outer);
}

/** RFC 7633 section 4: the TLS extensions that the server has to answer; 5 is status_request. */
function readTLSFeature(der: DER, certificate: ExtensionFields): void {
	der.take(Tag.sequence, "list of TLS features");
	const outer = der.enter();
	while (der.more) {
		der.integer();
		if (der.end - der.start === 1 && der.bytes[der.start] === 5) certificate.mustStaple = true;
	}
	der.leave(outer);
}
