/*
	The signatures of a path that is good in everything else, one a step, from the trusted key downwards (RFC 5280
	section 6.1.3 a).
*/

import { verifySignature } from "../crypto/signature";
import type { PublicKey } from "../crypto/signature";
import { Part, Tag } from "../wire/der";
import type { DER } from "../wire/der";
import { takePublicKey } from "./algorithms";
import type { Certificate, CertificateList } from "./certificate";
import { Entry } from "./entry";
import type { RootStore } from "./rootstore";
import { unsupportedSignature } from "./unsupported";

// XS: a literal outside of functions, which a device does not copy at each use
const TRUSTED_KEY = "a trusted key";

/** Returns the key of number `root` of a store, read by `der`. */
export function rootKey(roots: RootStore, root: number, der: DER): PublicKey {
	const place = roots.placeOf(root);
	return takePublicKey(der.open(roots.bytes, roots.keyStart(place), roots.keyEnd(place), TRUSTED_KEY));
}

/** Checks the signatures of a path. */
export class SignatureCheck {
	/** Position in the path of the certificate that is checked next; below 0 if all signatures hold. */
	level: number;
	/** The key that must have signed it. When all hold, the key of the leaf's issuer. */
	issuer: PublicKey;
	/** The earliest end of the certificates above the leaf, in seconds since 1970. */
	notAfter = Infinity;
	private readonly der: DER;

	/** `der` is a reader that nobody else uses. */
	constructor(level: number, issuer: PublicKey, der: DER) {
		this.level = level;
		this.issuer = issuer;
		this.der = der;
	}

	/**
	 * Checks one signature. Throws if it is wrong, or unsupported. All certificates of the path were read before, and
	 * found well-formed.
	 */
	step(list: CertificateList, path: readonly number[]): void {
		const entry = path[this.level]!;
		const index = entry & Entry.index;
		const signedWith = entry >> Entry.signature;
		const { message, ranges } = list;
		const der = this.der.open(message, ranges[2 * index]!, ranges[2 * index + 1]!, index);
		der.take(Tag.sequence, Part.certificate);
		der.enter();
		const tbsStart = der.at;
		der.take(Tag.sequence, Part.tbsCertificate);
		const tbsEnd = der.at;
		der.take(Tag.sequence, Part.signatureAlgorithm);
		der.takeBitString();
		const { start, end } = der;
		if (!signedWith) list.read(index).fail(unsupportedSignature(message, tbsEnd, start), "unsupported_certificate");
		if (
			!verifySignature(this.issuer, signedWith >> 8, signedWith & 0xff, message, tbsStart, tbsEnd, message, start, end)
		)
			this.refuse(list.read(index), path.length - 1);
		if (--this.level >= 0) this.takeIssuer(der.open(message, tbsStart, tbsEnd, index));
	}

	/** Takes from a TBSCertificate, whose signature holds, what counts for the certificate below. */
	private takeIssuer(der: DER): void {
		der.take(Tag.sequence, Part.tbsCertificate);
		der.enter();
		if (der.nextIs(Tag.explicit)) der.takeAny(); // version
		der.takeInteger(); // serial number
		der.take(Tag.sequence, Part.signatureAlgorithm);
		der.take(Tag.sequence, Part.issuer);
		der.take(Tag.sequence, Part.validity);
		const outer = der.enter();
		der.takeAny(); // notBefore
		const notAfter = der.takeTime();
		der.leave(outer);
		if (notAfter < this.notAfter) this.notAfter = notAfter;
		der.take(Tag.sequence, Part.subject);
		this.issuer = takePublicKey(der);
	}

	/** Under the trusted key, at level `top`, the issuer may just be another of the same name. */
	private refuse(certificate: Certificate, top: number): never {
		if (this.level === top)
			certificate.fail(
				"is not signed with the trusted key of its issuer's name: it is forged, or its issuer is another one",
				"untrusted",
			);
		certificate.fail("is forged or damaged: its signature is not its issuer's");
	}
}
