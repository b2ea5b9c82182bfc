/*
	Words for algorithms of certificates that are not supported, for errors only: names of those that are met, dotted
	numbers of the rest.
*/

import { ChipFeature, chipFeatures } from "tls/hardware/chip";
import { ed25519 } from "tls/optional/ed25519/ed25519";
import type { Certificate } from "./certificate";
import { DER, Part, Tag } from "../wire/der";

/** Identifiers longer than this many bytes are shown without a name. */
const MAX_SHOWN = 16;

/** Bytes of the salt of RSASSA-PSS, unless its parameters say otherwise. */
const DEFAULT_SALT = 20;

/** "1.2.840.113549.1.1.5" of an OBJECT IDENTIFIER's content. */
function dotted(bytes: Uint8Array, start: number, end: number): string {
	if (end - start > MAX_SHOWN) return "an identifier of many parts";
	let text = "";
	let value = 0;
	for (let i = start; i < end; i++) {
		value = value * 128 + (bytes[i]! & 0x7f);
		if (bytes[i]! >= 0x80) continue;
		if (text) text += `.${value}`;
		else text = value < 80 ? `${Math.floor(value / 40)}.${value % 40}` : `2.${value - 80}`;
		value = 0;
	}
	return text;
}

function nameOf(text: string): string {
	switch (text) {
		case "1.2.840.113549.1.1.1":
			return "RSA";
		case "1.2.840.113549.1.1.2":
			return "MD2 with RSA";
		case "1.2.840.113549.1.1.4":
			return "MD5 with RSA";
		case "1.2.840.113549.1.1.5":
			return "SHA-1 with RSA";
		case "1.2.840.113549.1.1.10":
			return "RSASSA-PSS";
		case "1.2.840.113549.1.1.14":
			return "SHA-224 with RSA";
		case "1.2.840.10045.4.1":
			return "ECDSA with SHA-1";
		case "1.2.840.10045.4.3.1":
			return "ECDSA with SHA-224";
		case "1.2.840.10040.4.1":
			return "DSA";
		case "1.2.840.10040.4.3":
			return "DSA with SHA-1";
		case "2.16.840.1.101.3.4.3.2":
			return "DSA with SHA-256";
		case "1.3.101.110":
			return "X25519";
		case "1.3.101.112":
			return ed25519 ? "Ed25519 with parameters" : "Ed25519, which optional/ed25519/manifest.json adds to a build";
		case "1.3.101.113":
			return "Ed448";
		case "1.3.132.0.10":
			return "the curve secp256k1";
		case "1.3.132.0.33":
			return "the curve P-224";
		case "1.3.132.0.35":
			return "the curve P-521";
		case "1.2.840.10045.3.1.1":
			return "the curve P-192";
		default:
			return text.startsWith("1.3.36.3.3.2.8.1.1.") ? "a brainpool curve" : `algorithm ${text}`;
	}
}

/** What the AlgorithmIdentifier at which `der` stands names; of a key on a curve, the curve. */
function algorithmAt(der: DER): string {
	der.take(Tag.sequence, Part.algorithm);
	der.enter();
	der.take(Tag.objectIdentifier, Part.algorithm);
	const text = dotted(der.bytes, der.start, der.end);
	if (text !== "1.2.840.10045.2.1") return nameOf(text);
	if (!der.nextIs(Tag.objectIdentifier)) return "a curve without a name";
	der.takeAny();
	return nameOf(dotted(der.bytes, der.start, der.end));
}

/** What the SubjectPublicKeyInfo at which `der` stands names: "RSASSA-PSS", "the curve P-224". */
export function keyAlgorithm(der: DER): string {
	der.take(Tag.sequence, Part.publicKey);
	der.enter();
	return algorithmAt(der);
}

/** "has an unsupported key (Ed25519)": of a certificate whose `keyKind` is 0. */
export function unsupportedKey({ bytes, spkiStart, spkiEnd, keyBits }: Certificate): string {
	if (keyBits) return `has an unsupported key (RSA of ${keyBits} bits): supported are 2048 to 4096 bits, in steps of 8`;
	const algorithm = keyAlgorithm(new DER(bytes, spkiStart, spkiEnd, "a key"));
	const name =
		algorithm === "RSASSA-PSS"
			? "RSASSA-PSS with parameters other than SHA-256, SHA-384 or SHA-512 for all"
			: algorithm;
	return `has an unsupported key (${name}): supported are RSA, P-256, P-384${chipFeatures() & ChipFeature.p521 ? " and P-521" : "; P-521 is not in this build"}`;
}

/** "is signed with ...": of a certificate or status whose signature's AlgorithmIdentifier is at `at`. */
export function unsupportedSignature(bytes: Uint8Array, at: number, limit: number): string {
	const der = new DER(bytes, at, limit, "a signature");
	const algorithm = algorithmAt(der);
	if (algorithm !== "RSASSA-PSS") return `is signed with an unsupported algorithm (${algorithm})`;
	const salt = saltLength(der);
	return `is signed with unsupported parameters of RSASSA-PSS (a salt of ${salt} bytes): supported are SHA-256, SHA-384 or SHA-512 for all, and a salt as long as the hash`;
}

/** Reads the salt's length of RSASSA-PSS-params (RFC 4055 section 3.1), which are known to be well-formed. */
function saltLength(der: DER): number {
	if (!der.nextIs(Tag.sequence)) return DEFAULT_SALT;
	der.takeAny();
	der.enter();
	while (der.hasMore) {
		der.takeAny();
		if (der.tag !== (Tag.explicit | 2)) continue;
		der.enter();
		return der.takeSmallInteger(Part.saltLength);
	}
	return DEFAULT_SALT;
}
