/*
	The signatures of a path that is good in everything else, one a step, from the trusted key downwards (RFC 5280 section 6.1.3 a).
*/

import { verifySignature } from "../crypto/signature";
import type { PublicKey } from "../crypto/signature";
import { publicKeyOf } from "./algorithms";
import type { Certificate, CertificateList } from "./certificate";
import { Entry } from "./entry";
import { unsupportedSignature } from "./unsupported";

export class SignatureCheck {
	/** Position in the path of the certificate that is checked next; below 0 if all signatures hold. */
	level: number;
	/** The key that must have signed it. When all hold, the key of the leaf's issuer. */
	issuer: PublicKey;
	/** The earliest end of the certificates above the leaf, in seconds since 1970. */
	notAfter = Infinity;

	constructor(level: number, issuer: PublicKey) {
		this.level = level;
		this.issuer = issuer;
	}

	/** Checks one signature. Throws if it is wrong, or unsupported. */
	step(list: CertificateList, path: readonly number[]): void {
		const entry = path[this.level]!;
		const index = entry & Entry.index;
		const signedWith = entry >> Entry.signature;
		const certificate = list.locate(index);
		const { tbsStart, tbsEnd, signatureStart, signatureEnd } = certificate;
		const message = list.message;
		if (!signedWith)
			list.read(index).fail(unsupportedSignature(message, tbsEnd, signatureStart), "unsupported_certificate");
		if (
			!verifySignature(
				this.issuer,
				signedWith >> 8,
				signedWith & 0xff,
				message,
				tbsStart,
				tbsEnd,
				message,
				signatureStart,
				signatureEnd,
			)
		)
			this.refuse(list.read(index), path.length - 1);
		if (--this.level < 0) return;
		const issuer = list.read(index);
		if (issuer.notAfter < this.notAfter) this.notAfter = issuer.notAfter;
		this.issuer = publicKeyOf(issuer);
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
