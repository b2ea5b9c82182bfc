/*
	The messages that prove identities: Certificate, CertificateRequest and CertificateVerify of TLS 1.3 (RFC 8446
	section 4.3.2, 4.4.2, 4.4.3). TLS 1.2's are in tls12/certificate.ts. What the certificates say is x509's to judge.
*/

import { TLSError } from "../errors";
import { AllowedIn, ExtensionBit, expectAnswer, expectExtension, expectRequest } from "../wire/extensions";
import { expectBuffer, expectRoom, Need, Purpose } from "../wire/memory";
import { ExtensionType, HandshakeType, SignatureScheme } from "../wire/numbers";
import { copyRange, empty } from "../wire/reader";
import type { Reader } from "../wire/reader";
import type { Writer } from "../wire/writer";
import type { ByteRange } from "../x509/ocsp";
import { copy } from "tls/hardware/copy";
import { ed25519 } from "tls/optional/ed25519/ed25519";

// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const CERTIFICATE_REQUEST = "CertificateRequest";

/** Where the certificates of a Certificate message lie in it. */
export interface CertificateList {
	/** Start and end of each, the leaf's first. */
	readonly ranges: number[];
	/** Start and end of the leaf's OCSP response, if one is stapled. */
	staple: ByteRange | undefined;
}

/** Returns a copy of the leaf, which outlives the message. */
export function copyLeaf(bytes: Uint8Array, { ranges }: CertificateList): ArrayBuffer {
	const start = ranges[0]!,
		end = ranges[1]!;
	expectBuffer(end - start, Purpose.handshake);
	return copyRange(bytes, start, end).buffer;
}

/** One step of a search for a path, or of the check of a status, with room for it. Returns false if it was the last. */
export function stepSearch(search: { step(): boolean }): boolean {
	expectRoom(Need.searchBytes, Need.searchSlots, Purpose.handshake);
	return search.step();
}

/** CertificateStatus (RFC 6066 section 8); returns where the OCSP response lies. */
export function readStatus(r: Reader): ByteRange {
	if (r.u8() !== 1) throw new TLSError("bad_staple", "the stapled certificate status is not OCSP");
	const start = r.skipVector(3, 1, 0xffffff);
	return { start, end: r.at };
}

function readEntryExtensions(r: Reader, asked: number, list: CertificateList): void {
	let seen = 0;
	const block = r.enter(2, 0, 0xffff);
	while (r.left) {
		const type = r.u16();
		seen = expectAnswer(type, seen, asked, AllowedIn.certificate13);
		const extension = r.enter(2, 0, 0xffff);
		// only status_request gets here: RFC 8446 section 4.4.2.1
		const status = readStatus(r);
		if (list.ranges.length === 2) list.staple = status;
		r.leave(extension);
	}
	r.leave(block);
}

/** Reads a server's Certificate; `maximum` is the most certificates that are looked at. */
export function readCertificate13(r: Reader, asked: number, maximum: number): CertificateList {
	expectRoom(Need.listBytes, Need.listSlots, Purpose.handshake);
	const ranges: number[] = [];
	const list: CertificateList = { ranges, staple: undefined };
	const context = r.enter(1, 0, 255);
	if (r.left) throw new TLSError("illegal_parameter", "server sent a Certificate with a context, expected none");
	r.leave(context);
	const entries = r.enter(3, 0, 0xffffff);
	while (r.left) {
		if (ranges.length === 2 * maximum)
			throw new TLSError("too_much_work", `the server sent more than ${maximum} certificates`);
		const start = r.skipVector(3, 1, 0xffffff);
		ranges.push(start, r.at);
		readEntryExtensions(r, asked, list);
	}
	r.leave(entries);
	r.finish();
	if (!ranges.length) throw new TLSError("decode_error", "the server sent no certificate");
	return list;
}

/**
 * Most schemes, names of CAs, and filters of a list that are looked at: the rest has no say, and must not take long.
 */
const MAX_SCHEMES = 64;
const MAX_NAMES = 64;
const MAX_FILTERS = 8;

/** A request that asks for nothing yet. */
export function makeRequest(context: Uint8Array): CertificateRequest {
	return { context, schemes: noSchemes, namesStart: 0, namesEnd: 0 };
}

const noSchemes: readonly number[] = Object.freeze([]);

/** True for a scheme that a client certificate's key could sign with (crypto/credential.ts). */
function isUsable(scheme: number): boolean {
	switch (scheme) {
		case SignatureScheme.ecdsa_secp256r1_sha256:
		case SignatureScheme.ecdsa_secp384r1_sha384:
		case SignatureScheme.rsa_pss_rsae_sha256:
		case SignatureScheme.rsa_pss_rsae_sha384:
		case SignatureScheme.rsa_pss_rsae_sha512:
		case SignatureScheme.rsa_pkcs1_sha256:
		case SignatureScheme.rsa_pkcs1_sha384:
		case SignatureScheme.rsa_pkcs1_sha512:
		case SignatureScheme.ecdsa_secp521r1_sha512:
			return true;
		case SignatureScheme.ed25519:
			return ed25519 !== undefined;
		default:
			return false;
	}
}

/** True for a scheme of ECDSA, whose second byte is SignatureAlgorithm's in TLS 1.2 (RFC 8446 section 4.2.3). */
export function isECDSA(scheme: number): boolean {
	return (scheme & 0xff) === 3 && scheme < 0x0700;
}

/** What a CertificateRequest asks for. */
export interface CertificateRequest {
	/** Comes back in the answer (RFC 8446 section 4.3.2). */
	context: Uint8Array;
	/** Signature schemes that one of our keys could use. */
	schemes: readonly number[];
	/**
	 * Where the names of CAs lie in the message, each with two bytes for its length; an empty range if there are none.
	 */
	namesStart: number;
	namesEnd: number;
}

/**
 * Reads a list of DistinguishedNames of at least `min` bytes (RFC 8446 section 4.2.4, RFC 5246 section 7.4.4). The form
 * of the first MAX_NAMES is checked.
 */
export function readNames(r: Reader, min: number, to: CertificateRequest): void {
	let at = (to.namesStart = r.skipVector(2, min, 0xffff));
	const bytes = r.bytes,
		end = (to.namesEnd = r.at);
	for (let i = 0; i < MAX_NAMES && at < end; i++) {
		const next = at + 2 + ((bytes[at]! << 8) | bytes[at + 1]!);
		if (next > end || next === at + 2)
			throw new TLSError("decode_error", "server sent a list of CAs with a name that is empty or cut");
		at = next;
	}
}

/** OIDFilters (RFC 8446 section 4.2.5). The form of the first MAX_FILTERS is checked. */
function readFilters(r: Reader): void {
	const filters = r.enter(2, 0, 0xffff);
	for (let i = 0; i < MAX_FILTERS && r.left; i++) {
		r.skipVector(1, 1, 255); // the OID
		r.skipVector(2, 0, 0xffff); // its values
	}
	r.at = r.end;
	r.leave(filters);
}

/**
 * The data of an extension in a CertificateRequest that has no say in the answer, but a form. What is not known is
 * passed over.
 */
function checkForm(r: Reader, type: number, to: CertificateRequest): void {
	switch (type) {
		case ExtensionType.certificate_authorities:
			readNames(r, 3, to);
			break;
		case ExtensionType.oid_filters:
			readFilters(r);
			break;
		case ExtensionType.signature_algorithms_cert: {
			const start = r.skipVector(2, 2, 0xfffe);
			if ((r.at - start) & 1)
				throw new TLSError("decode_error", "server sent a list of signature algorithms with an odd number of bytes");
			break;
		}
		case ExtensionType.status_request:
			break; // empty (section 4.4.2.1)
		case ExtensionType.compress_certificate: {
			// RFC 8879 section 3
			const start = r.skipVector(1, 2, 254);
			if ((r.at - start) & 1)
				throw new TLSError("decode_error", "server sent a list of compression algorithms with an odd number of bytes");
			break;
		}
		default:
			r.at = r.end;
	}
}

/**
 * The schemes in a list of signature algorithms that can be used, each once: what is kept does not grow with the list.
 */
export function readSchemes(r: Reader): number[] {
	const schemes: number[] = [];
	const start = r.skipVector(2, 2, 0xfffe);
	if ((r.at - start) & 1)
		throw new TLSError("decode_error", "server sent a list of signature algorithms with an odd number of bytes");
	const bytes = r.bytes,
		end = Math.min(r.at, start + 2 * MAX_SCHEMES);
	for (let at = start; at < end; at += 2) {
		const scheme = (bytes[at]! << 8) | bytes[at + 1]!;
		if (isUsable(scheme) && !schemes.includes(scheme)) schemes.push(scheme);
	}
	return schemes;
}

/** Reads a CertificateRequest of the handshake: its context must be empty (section 4.3.2). */
export function readHandshakeRequest13(r: Reader): CertificateRequest {
	const request = readCertificateRequest13(r);
	if (request.context.length)
		throw new TLSError("illegal_parameter", "server sent a CertificateRequest with a context during the handshake");
	return request;
}

/**
 * Reads a CertificateRequest, which must say which signatures it takes (section 4.3.2). Its context comes back in the
 * answer.
 */
export function readCertificateRequest13(r: Reader): CertificateRequest {
	let seen = 0;
	const start = r.skipVector(1, 0, 255);
	const request = makeRequest(r.at > start ? r.bytes.slice(start, r.at) : empty);
	const block = r.enter(2, 2, 0xffff);
	for (let i = 0; r.left; i++) {
		expectExtension(i, CERTIFICATE_REQUEST);
		const type = r.u16();
		seen = expectRequest(type, seen, AllowedIn.certificate_request);
		const extension = r.enter(2, 0, 0xffff);
		if (type === ExtensionType.signature_algorithms) request.schemes = readSchemes(r);
		else checkForm(r, type, request);
		r.leave(extension);
	}
	r.leave(block);
	r.finish();
	if (!(seen & ExtensionBit.signature_algorithms))
		throw new TLSError("missing_extension", "server sent a CertificateRequest without signature_algorithms");
	return request;
}

/** Writes the client's Certificate, with the context of the request; the chain may be empty (section 4.4.2). */
export function writeCertificate13(w: Writer, context: Uint8Array, chain: readonly Uint8Array[]): void {
	w.u8(HandshakeType.certificate);
	const message = w.open(3);
	w.u8(context.length);
	w.copy(context, 0, context.length);
	const list = w.open(3);
	for (const certificate of chain) {
		writeBytes24(w, certificate);
		w.u16(0); // no extensions
	}
	w.close(3, list);
	w.close(3, message);
}

export function writeBytes24(w: Writer, bytes: Uint8Array): void {
	w.u24(bytes.length);
	w.copy(bytes, 0, bytes.length);
}

/**
 * Writes the client's CertificateVerify, whose form is the same in both versions (RFC 8446 section 4.4.3, RFC 5246
 * section 7.4.8).
 */
export function writeCertificateVerify(w: Writer, scheme: number, signature: Uint8Array): void {
	w.u8(HandshakeType.certificate_verify);
	w.u24(4 + signature.length);
	w.u16(scheme);
	w.u16(signature.length);
	w.copy(signature, 0, signature.length);
}

/** Spaces before the context of a signature. */
const SPACES = 64;

/** The spaces and the context of the server's signature, and the context of the client's, which is as long. */
const beforeServer = new Uint8Array(ArrayBuffer.fromString(" ".repeat(SPACES) + "TLS 1.3, server CertificateVerify"));
const clientContext = new Uint8Array(ArrayBuffer.fromString("TLS 1.3, client CertificateVerify"));

/**
 * Returns what the server signs in CertificateVerify: 64 spaces, the context, a zero, and the transcript's hash
 * (section 4.4.3).
 */
export function serverContent13(digest: Uint8Array): Uint8Array {
	const before = beforeServer.length,
		length = digest.length;
	const content = new Uint8Array(before + 1 + length);
	copy(beforeServer, 0, before, content, 0);
	copy(digest, 0, length, content, before + 1);
	return content;
}

/** Returns what the client signs: the same with its own context. */
export function clientContent13(digest: Uint8Array): Uint8Array {
	const content = serverContent13(digest);
	copy(clientContext, 0, clientContext.length, content, SPACES);
	return content;
}
