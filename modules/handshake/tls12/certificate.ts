/*
	Certificate and CertificateRequest of TLS 1.2 (RFC 5246 section 7.4.2, 7.4.4, 7.4.6).
*/

import { TLSError } from "../../errors";
import { expectRoom, Need, Purpose } from "../../wire/memory";
import { HandshakeType } from "../../wire/numbers";
import { empty } from "../../wire/reader";
import type { Reader } from "../../wire/reader";
import type { ByteRange } from "../../x509/ocsp";
import type { Writer } from "../../wire/writer";
import { isECDSA, makeRequest, readNames, readSchemes, writeBytes24 } from "../certificate";
import type { CertificateList, CertificateRequest } from "../certificate";

/** Reads a server's Certificate of TLS 1.2. */
export function readCertificate12(r: Reader, maximum: number): CertificateList {
	expectRoom(Need.listBytes, Need.listSlots, Purpose.handshake);
	const list: CertificateList = { ranges: [], staple: undefined };
	const entries = r.enter(3, 0, 0xffffff);
	while (r.left) {
		if (list.ranges.length === 2 * maximum)
			throw new TLSError("too_much_work", `the server sent more than ${maximum} certificates`);
		const start = r.skipVector(3, 1, 0xffffff);
		list.ranges.push(start, r.at);
	}
	r.leave(entries);
	r.finish();
	if (!list.ranges.length) throw new TLSError("decode_error", "the server sent no certificate");
	return list;
}

/**
 * ClientCertificateType (RFC 5246 section 7.4.4, RFC 8422 section 5.5): which keys may be in the client's certificate.
 */
const enum ClientCertificateType {
	rsa_sign = 1,
	ecdsa_sign = 64,
}

/**
 * Reads a CertificateRequest of TLS 1.2: types of certificate, signatures, and names of CAs, each well formed. Returns
 * it with the signatures that go with a type that is asked for: a key of another kind is answered with an empty list
 * (section 7.4.6).
 */
export function readCertificateRequest12(r: Reader): CertificateRequest {
	let takesRSA = false,
		takesECDSA = false;
	const types = r.enter(1, 1, 255);
	const bytes = r.bytes,
		end = r.end;
	for (let at = r.at; at < end; at++) {
		const type = bytes[at]!;
		if (type === ClientCertificateType.rsa_sign) takesRSA = true;
		else if (type === ClientCertificateType.ecdsa_sign) takesECDSA = true;
	}
	r.at = end;
	r.leave(types);
	const schemes = readSchemes(r);
	const request = makeRequest(empty);
	request.schemes = schemes.filter(scheme => (isECDSA(scheme) ? takesECDSA : takesRSA));
	readNames(r, 0, request);
	r.finish();
	return request;
}

/** Where the one raw public key of a server's Certificate lies (RFC 7250 section 3). */
export function readRawKey12(r: Reader): ByteRange {
	const start = r.skipVector(3, 1, 0xffffff),
		end = r.at;
	r.finish();
	return { start, end };
}

/** Writes the client's Certificate with a raw public key (RFC 7250 section 3). */
export function writeRawKey12(w: Writer, key: Uint8Array): void {
	w.u8(HandshakeType.certificate);
	const message = w.open(3);
	writeBytes24(w, key);
	w.close(3, message);
}

/** Writes the client's Certificate of TLS 1.2; the chain may be empty (RFC 5246 section 7.4.6). */
export function writeCertificate12(w: Writer, chain: readonly Uint8Array[]): void {
	w.u8(HandshakeType.certificate);
	const message = w.open(3);
	const list = w.open(3);
	for (const certificate of chain) writeBytes24(w, certificate);
	w.close(3, list);
	w.close(3, message);
}
