/*
	The extensions of a certificate (RFC 5280 section 4.2) into the Certificate's fields. Each may come once; a critical
	one that is not known here is refused, and so is a known one of the wrong form.
*/

import type { FailureCode } from "../errors";
import { equal } from "tls/hardware/compare";
import { checkExtensions, ExtensionList, nextExtension, readPurposes } from "tls/hardware/extensions";
import type { DER } from "../wire/der";
import { Part, Tag } from "../wire/der";

/** What the extensions of a certificate say of policies. */
export interface PolicyFields {
	/** The offset of CertificatePolicies; 0 if absent. */
	policies: number;
	/** The offset of PolicyMappings. XS: absent fields, also those below. */
	mappings?: number | undefined;
	/** SkipCerts of policyConstraints and inhibitAnyPolicy. */
	requireExplicit?: number | undefined;
	inhibitMapping?: number | undefined;
	inhibitAny?: number | undefined;
}

/** What the extensions say of a certificate (certificate.ts has the words for each). */
export interface ExtensionFields extends PolicyFields {
	isCA: boolean;
	pathLength: number;
	keyUsage: number;
	purposes: number;
	namesStart: number;
	namesEnd: number;
	constraintsStart?: number | undefined;
	constraintsEnd?: number | undefined;
	mustStaple?: boolean | undefined;
	/** Throws a TLSError that names the certificate. */
	fail(what: string, code?: FailureCode): never;
}

/** Known extensions: the last number of 2.5.29.x; with PKIX added, that of 1.3.6.1.5.5.7.1.x. */
const enum ExtensionID {
	unknown = 0,
	subjectKeyIdentifier = 14,
	keyUsage = 15,
	subjectAltName = 17,
	basicConstraints = 19,
	nameConstraints = 30,
	certificatePolicies = 32,
	policyMappings = 33,
	authorityKeyIdentifier = 35,
	policyConstraints = 36,
	extKeyUsage = 37,
	inhibitAnyPolicy = 54,
	PKIX = 0x100,
	authorityInfoAccess = 0x101,
	tlsFeature = 0x118,
}

/** 1.3.6.1.5.5.7.1 */
const pkixExtension = Uint8Array.of(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01);

/** Most extensions that a certificate may have, and most TLS features that it may list. */
const MAX_EXTENSIONS = 40;
const MAX_FEATURES = 8;

/** Reads Extensions, to which `der` has come. Those that are neither known nor critical are passed over in C. */
export function readExtensions(der: DER, certificate: ExtensionFields): void {
	der.take(Tag.sequence, Part.extensions);
	const outer = der.enter();
	const bytes = der.bytes,
		last = der.limit;
	let at = der.at;
	if (at === last) der.fail("has an empty list of extensions");
	checkList(der);
	while ((at = nextExtension(bytes, at, last)) < last) {
		der.at = at;
		der.limit = last;
		at = readNext(der, certificate);
	}
	der.at = der.limit = last;
	der.leave(outer);
}

/** Reads the extension at which `der` is. Returns where it ends. Most are short, and need no element taken. */
function readNext(der: DER, certificate: ExtensionFields): number {
	const bytes = der.bytes,
		first = der.at;
	let end = first + 2 + bytes[first + 1]!;
	if (bytes[first + 1]! < 0x80) der.at = first + 2;
	else {
		der.take(Tag.sequence, Part.extension);
		der.at = der.start;
		end = der.end;
	}
	der.limit = end;
	const id = takeIdentifier(der);
	// a default that is spelled out is not DER, but is in use, and means the same
	const isCritical = der.at < end && bytes[der.at] === Tag.boolean && der.takeBoolean();
	// into the value, which ends where the extension does
	const start = der.at + 2,
		length = end - start;
	if (bytes[start - 2] === Tag.octetString && bytes[start - 1] === length && length < 0x80) der.at = start;
	else enterValue(der);
	if (isCritical) checkCritical(der, id, certificate);
	readExtension(der, id, certificate);
	if (der.at !== end) der.fail("has an extension with bytes after its end");
	return end;
}

/** Checks the list in which `der` is. */
function checkList(der: DER): void {
	switch (checkExtensions(der.bytes, der.at, der.limit, MAX_EXTENSIONS)) {
		case ExtensionList.good:
			return;
		case ExtensionList.tooMany:
			return der.fail(`has more than ${MAX_EXTENSIONS} extensions`);
		case ExtensionList.hasTwins:
			return der.fail("has an extension twice");
		case ExtensionList.policiesMalformed:
			return der.fail("has malformed policies or policy mappings");
		case ExtensionList.mapsAny:
			return der.fail("maps any policy, which RFC 5280 forbids");
		default:
			der.fail("is not DER: its list of extensions is malformed");
	}
}

/** Into a value of any length. */
function enterValue(der: DER): void {
	der.take(Tag.octetString, Part.extensionValue);
	if (der.at !== der.limit) der.fail("has unexpected bytes at the end of a field");
	der.at = der.start;
}

/** Takes an extension's identifier. One that is not known here need not be in ExtensionID. */
function takeIdentifier(der: DER): ExtensionID {
	const bytes = der.bytes,
		at = der.at;
	// mostly 2.5.29.x: that needs no element taken
	if (
		at + 5 <= der.limit &&
		bytes[at] === Tag.objectIdentifier &&
		bytes[at + 1] === 3 &&
		bytes[at + 2] === 0x55 &&
		bytes[at + 3] === 0x1d
	) {
		der.at = at + 5;
		return bytes[at + 4]!;
	}
	der.take(Tag.objectIdentifier, Part.extension);
	const start = der.start,
		last = der.end - 1;
	return last - start === pkixExtension.length && equal(bytes, start, pkixExtension, 0, pkixExtension.length)
		? ExtensionID.PKIX + bytes[last]!
		: ExtensionID.unknown;
}

/** Refuses a critical extension that must not be critical, or is unknown. */
function checkCritical(der: DER, id: ExtensionID, certificate: ExtensionFields): void {
	switch (id) {
		case ExtensionID.subjectKeyIdentifier:
		case ExtensionID.authorityKeyIdentifier:
		case ExtensionID.authorityInfoAccess:
			// RFC 5280 sections 4.2.1.1, 4.2.1.2 and 4.2.2.1
			return der.fail("has a key identifier or authority access that is critical");
		case ExtensionID.basicConstraints:
		case ExtensionID.keyUsage:
		case ExtensionID.extKeyUsage:
		case ExtensionID.subjectAltName:
		case ExtensionID.nameConstraints:
		case ExtensionID.tlsFeature:
		case ExtensionID.certificatePolicies:
		case ExtensionID.policyMappings:
		case ExtensionID.policyConstraints:
		case ExtensionID.inhibitAnyPolicy:
			return;
		default:
			certificate.fail("has a critical extension that is unsupported", "unsupported_certificate");
	}
}

/**
 * Reads the value of one extension, at which `der` is. One that is unknown is skipped, as are hints for finding
 * certificates.
 */
function readExtension(der: DER, id: ExtensionID, certificate: ExtensionFields): void {
	switch (id) {
		case ExtensionID.basicConstraints:
			readBasicConstraints(der, certificate);
			break;
		case ExtensionID.keyUsage:
			certificate.keyUsage = der.takeNamedBits();
			if (!certificate.keyUsage) der.fail("has a key usage that allows nothing");
			break;
		case ExtensionID.extKeyUsage:
			readExtKeyUsage(der, certificate);
			break;
		case ExtensionID.subjectAltName:
			der.take(Tag.sequence, Part.names);
			if (der.start === der.end) der.fail("has an empty list of names");
			certificate.namesStart = der.start;
			certificate.namesEnd = der.end;
			break;
		case ExtensionID.nameConstraints:
			der.take(Tag.sequence, Part.constraints);
			if (der.start === der.end) der.fail("has empty name constraints");
			certificate.constraintsStart = der.start;
			certificate.constraintsEnd = der.end;
			break;
		case ExtensionID.tlsFeature:
			readTLSFeature(der, certificate);
			break;
		// policies matter in few paths; policies.ts reads them there
		case ExtensionID.certificatePolicies:
			certificate.policies = der.at;
			der.at = der.limit;
			break;
		case ExtensionID.policyMappings:
			certificate.mappings = der.at;
			der.at = der.limit;
			break;
		case ExtensionID.policyConstraints:
			readPolicyConstraints(der, certificate);
			break;
		case ExtensionID.inhibitAnyPolicy:
			certificate.inhibitAny = der.takeCount(Tag.integer, Part.skipCerts);
			break;
		default:
			der.at = der.limit;
	}
}

function readBasicConstraints(der: DER, certificate: ExtensionFields): void {
	der.take(Tag.sequence, Part.basicConstraints);
	const outer = der.enter();
	if (der.nextIs(Tag.boolean)) certificate.isCA = der.takeBoolean();
	if (der.nextIs(Tag.integer)) {
		const pathLength = der.takeCount(Tag.integer, Part.pathLength);
		// RFC 5280 section 4.2.1.9: it has no meaning in a certificate that is not a CA's. 255 is longer than any path
		if (certificate.isCA && pathLength < 255) certificate.pathLength = pathLength;
	}
	der.leave(outer);
}

function readExtKeyUsage(der: DER, certificate: ExtensionFields): void {
	der.take(Tag.sequence, Part.purposes);
	if (der.start === der.end) der.fail("has an empty list of purposes");
	const purposes = readPurposes(der.bytes, der.start, der.end);
	if (purposes < 0) der.fail("has a malformed list of purposes");
	certificate.purposes = purposes;
}

/** RFC 7633 section 4: the TLS extensions that the server has to answer; 5 is status_request. */
function readTLSFeature(der: DER, certificate: ExtensionFields): void {
	der.take(Tag.sequence, Part.features);
	const outer = der.enter();
	for (let count = 0; der.hasMore; count++) {
		if (count === MAX_FEATURES) der.fail(`has more than ${MAX_FEATURES} TLS features`);
		der.takeInteger();
		if (der.end - der.start === 1 && der.bytes[der.start] === 5) certificate.mustStaple = true;
	}
	der.leave(outer);
}

/** Reads PolicyConstraints (section 4.2.1.11), at which `der` is. */
function readPolicyConstraints(der: DER, fields: PolicyFields): void {
	der.take(Tag.sequence, Part.policyConstraints);
	const outer = der.enter();
	if (!der.hasMore) der.fail("has empty policy constraints");
	if (der.nextIs(Tag.context)) fields.requireExplicit = der.takeCount(Tag.context, Part.skipCerts);
	if (der.nextIs(Tag.context | 1)) fields.inhibitMapping = der.takeCount(Tag.context | 1, Part.skipCerts);
	der.leave(outer);
}
