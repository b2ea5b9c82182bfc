/*
	"tls/optional/rawkeys/rawkeys" in a build with raw public keys (RFC 7250): about 100 bytes in place of a chain, for
	devices that pin anyway. A key has no name, no dates and no issuer, so a server's key counts only if it is pinned
	itself.
*/

import { TLSError } from "../../errors";
import type { Config } from "../../config";
import type { PeerSearch, RawKeys } from "../../handshake/rawkeys";
import type { Hello } from "../../handshake/offer";
import { ExtensionBit } from "../../wire/extensions";
import { DER, Part, Tag } from "../../wire/der";
import { expectBuffer, Purpose } from "../../wire/memory";
import { ExtensionType } from "../../wire/numbers";
import { copyRange, type Reader } from "../../wire/reader";
import type { Writer } from "../../wire/writer";
import { enterToKey, takePublicKey } from "../../x509/algorithms";
import { isPin } from "../../x509/pins";
import type { CertificatePolicy, VerifiedPeer } from "../../x509/policy";
import { DIGEST } from "../../x509/rootstore";
import { clockTime } from "../../x509/time";

/** CertificateType (RFC 7250 section 3, RFC 8446 section 4.4.2) */
const enum CertificateType {
	x509 = 0,
	rawPublicKey = 2,
}

/** A key may be used for all that keyUsage names: nobody says otherwise. */
const ALL_USAGES = 0xff;

// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const WHAT = "the server's raw public key";
const SUBJECT = "a raw public key";
const CERTIFICATE = "Certificate";

function writeTypes(w: Writer, hello: Hello, type: ExtensionType, bit: ExtensionBit): void {
	const extension = hello.openExtension(w, type, bit);
	w.u8(2);
	w.u8(CertificateType.rawPublicKey);
	w.u8(CertificateType.x509);
	w.close(2, extension);
}

function write(w: Writer, hello: Hello, { credential }: Config): void {
	writeTypes(w, hello, ExtensionType.server_certificate_type, ExtensionBit.server_certificate_type);
	if (credential) writeTypes(w, hello, ExtensionType.client_certificate_type, ExtensionBit.client_certificate_type);
}

function readType(r: Reader): boolean {
	const type = r.u8();
	if (type !== CertificateType.rawPublicKey && type !== CertificateType.x509)
		throw new TLSError("illegal_parameter", `server picked certificate type ${type}, expected 0 or 2`);
	return type === CertificateType.rawPublicKey;
}

/** One step is enough: a hash and a comparison. */
class RawKeySearch implements PeerSearch {
	peer: VerifiedPeer | undefined = undefined;
	private readonly message: Uint8Array;
	private readonly start: number;
	private readonly end: number;
	private readonly policy: CertificatePolicy;

	constructor(message: Uint8Array, start: number, end: number, policy: CertificatePolicy) {
		this.message = message;
		this.start = start;
		this.end = end;
		this.policy = policy;
	}

	step(): boolean {
		const { pins, clock } = this.policy;
		const { message, start, end } = this;
		// what is not pinned is not even read
		if (!pins || !isPin(pins, message, start, end, new Uint8Array(DIGEST)))
			throw new TLSError("pin_mismatch", `server's raw public key is not one of the ${pins?.length ?? 0} pinned keys`);
		// the message is gone when the key is used
		expectBuffer(end - start, Purpose.handshake);
		const bytes = copyRange(message, start, end);
		const der = new DER(bytes, 0, bytes.length, WHAT);
		const key = takePublicKey(der);
		if (der.hasMore) der.fail("has bytes after its end");
		if (!key.kind)
			throw new TLSError(
				"unsupported_certificate",
				"the server's raw public key is unsupported: it must be RSA of 2048 to 4096 bits, P-256 or P-384",
			);
		const now = clockTime(clock);
		this.peer = {
			key,
			keyUsage: ALL_USAGES,
			subject: SUBJECT,
			needsStatus: false,
			verifiedAt: now === undefined ? 0 : Math.floor(now / 1000),
			validUntil: Infinity,
		};
		return false;
	}
}

function search(message: Uint8Array, start: number, end: number, policy: CertificatePolicy): PeerSearch {
	return new RawKeySearch(message, start, end, policy);
}

/** The certificate was read before (identity.ts): it is in order as far as its key. */
function ownKey(certificate: Uint8Array): Uint8Array {
	const der = new DER(certificate, 0, certificate.length, CERTIFICATE);
	der.take(Tag.sequence, Part.certificate);
	enterToKey(der);
	const start = der.at;
	der.takeAny();
	return certificate.slice(start, der.at);
}

export const rawKeys: RawKeys | undefined = Object.freeze({ write, readType, search, ownKey });
