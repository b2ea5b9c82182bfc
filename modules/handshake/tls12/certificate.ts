/*
	Certificate and CertificateRequest of TLS 1.2 (RFC 5246 section 7.4.2, 7.4.4, 7.4.6). Used by tls12/flow.ts.
*/

import { TLSError } from "../../errors";
import { HandshakeType } from "../../wire/numbers";
import type { Reader } from "../../wire/reader";
import type { Writer } from "../../wire/writer";
import { readSchemes, writeBytes24 } from "../certificate";
import type { CertificateList } from "../certificate";

/** Reads a server's Certificate of TLS 1.2. */
export function readCertificate12(r: Reader, maximum: number): CertificateList {
	const list: CertificateList = { spans: [], staple: undefined };
	const entries = r.enter(3, 0, 0xffffff);
	while (r.left) {
		if (list.spans.length === 2 * maximum) throw new TLSError("too_much_work", `the server sent more than ${maximum} certificates`);
		const certificate = r.enter(3, 1, 0xffffff);
		list.spans.push(r.at, r.end);
		r.at = r.end;
		r.leave(certificate);
	}
	r.leave(entries);
	r.finish();
	if (!list.spans.length) throw new TLSError("decode_error", "the server sent no certificate");
	return list;
}

/** Reads a CertificateRequest of TLS 1.2: kinds of certificate, signatures, which are returned, and names of authorities, each well formed. */
export function readCertificateRequest12(r: Reader): number[] {
	const kinds = r.enter(1, 1, 255);
	r.at = r.end;
	r.leave(kinds);
	const schemes = readSchemes(r);
	const names = r.enter(2, 0, 0xffff);
	while (r.left) {
		const name = r.enter(2, 1, 0xffff);
		r.at = r.end;
		r.leave(name);
	}
	r.leave(names);
	r.finish();
	return schemes;
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
