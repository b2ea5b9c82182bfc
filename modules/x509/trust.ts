/*
	A root store of certificates that the application gives. A trust anchor is a name and a key (RFC 5280 section 6.1.1
	d): how a certificate is signed itself, its version and its serial number do not matter.
*/

import { refuse, TLSError } from "../errors";
import { copy, isBuffer } from "tls/hardware/copy";
import { Purpose } from "tls/hardware/extensions";
import { nameDigest } from "tls/hardware/names";
import { Certificate, KeyUsage, NO_PATH_LENGTH } from "./certificate";
import { isSelfIssued } from "./checks";
import { readPEM } from "./pem";
import { DIGEST, RootStore, sha256, TRUSTED_BYTES } from "./rootstore";
import { Store, writeStore } from "./store";
import type { StoredRoot } from "./store";
import { unsupportedKey } from "./unsupported";

export { DIGEST, RootStore, sha256 } from "./rootstore";

/** A buffer that holds text of PEM begins with "-----". */
const DASH = 0x2d;

/** DER, which may be a Resource, or PEM with any number of certificates. */
export type CertificateInput = string | ArrayBuffer | Uint8Array | HostBuffer;

function derOf(input: CertificateInput): Uint8Array[] {
	if (typeof input === "string") return readPEM(input, "CERTIFICATE");
	if (!(input instanceof Uint8Array) && !isBuffer(input)) refuse("a trusted certificate must be a string or a buffer");
	const bytes = input instanceof Uint8Array ? input : new Uint8Array(input as ArrayBuffer);
	if (bytes.length > 5 && bytes[0] === DASH && bytes[4] === DASH)
		refuse("a trusted certificate is a buffer with PEM text, expected DER: give PEM as a string");
	return [bytes];
}

/** Returns what the store keeps of a certificate, which is all of its `bytes`. */
function storedRoot(certificate: Certificate): StoredRoot {
	const bytes = certificate.bytes;
	// of version 1 or 2: a CA if it has issued itself, as old roots do
	const isCA = certificate.isOld ? isSelfIssued(certificate) : certificate.isCA;
	const issues =
		isCA && (certificate.keyUsage & KeyUsage.keyCertSign) !== 0 && (certificate.purposes & Purpose.server) !== 0;
	const name = new Uint8Array(DIGEST);
	nameDigest(bytes, certificate.subjectStart, certificate.subjectEnd, name);
	return {
		name,
		issues,
		notBefore: certificate.notBefore,
		notAfter: certificate.notAfter,
		pathLength: certificate.pathLength === NO_PATH_LENGTH ? Store.noPathLength : certificate.pathLength,
		key: issues ? bytes.subarray(certificate.spkiStart, certificate.spkiEnd) : fingerprint(bytes),
		constraints: bytes.subarray(certificate.constraintsStart ?? 0, certificate.constraintsEnd ?? 0),
	};
}

function fingerprint(bytes: Uint8Array): Uint8Array {
	const digest = new Uint8Array(DIGEST);
	sha256(bytes, 0, bytes.length, digest);
	return digest;
}

/** Reads a certificate that is to be trusted, number `index`. Returns why it can't be used; "" if it can. */
function readTrusted(certificate: Certificate, der: Uint8Array, index: number): string {
	try {
		certificate.read(der, 0, der.length, index);
	} catch (error) {
		if (!(error instanceof TLSError)) throw error;
		return error.message;
	}
	return certificate.keyKind ? "" : `${certificate.title} ${unsupportedKey(certificate)}`;
}

/**
 * Makes a store of the certificates that the application trusts: CAs, or a server's own certificate. One that can't be
 * used, such as one of a bundle with a new kind of key, is left out; a debug build traces it. Throws "configuration",
 * with the first one's reason, if none is left.
 */
export function trustCertificates(inputs: readonly CertificateInput[]): RootStore {
	const roots: StoredRoot[] = [];
	const certificate = new Certificate();
	let fault = "";
	let count = 0;
	for (let i = 0; i < inputs.length; i++) {
		const list = derOf(inputs[i]!);
		for (let k = 0; k < list.length; k++) {
			const reason = readTrusted(certificate, list[k]!, count++);
			if (reason === "") roots.push(storedRoot(certificate));
			else {
				fault ||= reason;
				// to the debugger's console, which a release does not have
				trace(`TLS: trusted ${reason}: left out\n`);
			}
		}
	}
	if (count && !roots.length) refuse(`none of the trusted certificates can be used: ${fault}`);
	return new RootStore(writeStore(roots, 0, copy), TRUSTED_BYTES);
}
