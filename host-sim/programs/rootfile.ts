/*
	The bytes of a root store (modules/x509/store.ts has the format), made of certificates and signed with its maker's
	key.
*/

import {
	createHash,
	createPrivateKey,
	createPublicKey,
	sign,
	type AsymmetricKeyDetails,
	type KeyObject,
	type X509Certificate,
} from "node:crypto";

import { Store, writeStore, type StoredRoot } from "../../modules/x509/store.js";
import { Problem } from "../build/files.js";
import { elements, inside } from "./elements.js";
import { distrustedFrom, isPublicRoot } from "./lifecycle.js";
import { nameDigest } from "./names.js";
import { readText } from "./rootlists.js";

/** The identifiers of the extensions that say what a root may do, in hexadecimal. */
const extensionNames: Readonly<Record<string, string>> = {
	"551d13": "basicConstraints",
	"551d0f": "keyUsage",
	"551d25": "extKeyUsage",
	"551d1e": "nameConstraints",
};

const serverPurposes = ["2b06010505070301", "551d2500"];

/** The parts of a certificate that a store is made of. */
interface Parts {
	readonly isOld: boolean;
	readonly issuer: Buffer;
	readonly subject: Buffer;
	readonly key: Buffer;
	/** Values of the extensions in `extensionNames`. */
	readonly extensions: Readonly<Record<string, Buffer>>;
}

function readParts(der: Buffer): Parts {
	const [certificate] = elements(der, 0, der.length);
	const body = inside(der, inside(der, certificate!)[0]!);
	// version 1, which is not said, and version 2 have no extensions
	const isOld = body[0]!.tag !== 0xa0 || der[inside(der, body[0]!)[0]!.start] !== 2;
	if (body[0]!.tag !== 0xa0) body.unshift(body[0]!);
	const extensions: Record<string, Buffer> = {};
	const block = body.find(({ tag }) => tag === 0xa3);
	for (const extension of block ? inside(der, inside(der, block)[0]!) : []) {
		const parts = inside(der, extension);
		const name = extensionNames[der.toString("hex", parts[0]!.start, parts[0]!.end)];
		const value = parts.at(-1)!;
		if (name) extensions[name] = der.subarray(value.start, value.end);
	}
	return {
		isOld,
		issuer: der.subarray(body[3]!.at, body[3]!.end),
		subject: der.subarray(body[5]!.at, body[5]!.end),
		key: der.subarray(body[6]!.at, body[6]!.end),
		extensions,
	};
}

/** Says why the client does not support a key; "" if it does. */
export function keyFault({ publicKey }: X509Certificate): string {
	const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
	if (type === "rsa" || type === "rsa-pss") {
		const size = details?.modulusLength ?? 0;
		if (size < 2048 || size > 4096 || size % 8) return `has an RSA key of ${size} bits`;
		return type === "rsa" ? "" : pssFault(details!);
	}
	if (type === "ec" && ["prime256v1", "secp384r1", "secp521r1"].includes(details?.namedCurve ?? "")) return "";
	return `has an unsupported key (${[type, details?.namedCurve].filter(Boolean).join(" ")})`;
}

const digestLengths: Readonly<Record<string, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/**
 * Says why the parameters of a key for RSASSA-PSS alone are unsupported; "" if they are not. They have one hash for
 * all, and a salt of at most its length.
 */
function pssFault({ hashAlgorithm, mgf1HashAlgorithm, saltLength = 0 }: AsymmetricKeyDetails): string {
	if (hashAlgorithm === undefined) return "";
	const isSupported = mgf1HashAlgorithm === hashAlgorithm && saltLength <= (digestLengths[hashAlgorithm] ?? -1);
	return isSupported
		? ""
		: `has a key for RSASSA-PSS with ${hashAlgorithm}, ${mgf1HashAlgorithm} and a salt of ${saltLength} bytes`;
}

/** Returns the name of a certificate's subject or issuer for people. */
export function titleOf(subject: string): string {
	const lines = subject.split("\n");
	const name = lines.find(line => line.startsWith("CN="));
	const unit = lines.findLast(line => line.startsWith("OU="));
	// "CN=GlobalSign" alone tells nothing
	const best = name?.includes(" ") ? name : (unit ?? name ?? lines.at(-1)!);
	return best.replace(/^\w+=/, "");
}

const curveNames: Readonly<Record<string, string>> = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" };

/** Returns a key for people: "RSA 4096", "P-384". */
export function keyTitle({ publicKey: { asymmetricKeyType, asymmetricKeyDetails: details } }: X509Certificate): string {
	if (asymmetricKeyType === "rsa") return `RSA ${details?.modulusLength}`;
	if (asymmetricKeyType === "rsa-pss") return `RSA-PSS ${details?.modulusLength}`;
	if (asymmetricKeyType !== "ec") return asymmetricKeyType ?? "unknown";
	return curveNames[details?.namedCurve ?? ""] ?? details?.namedCurve ?? "a curve without a name";
}

/** keyCertSign is the sixth bit. Without the extension, all is allowed. */
function maySign(usage: Buffer | undefined): boolean {
	return usage === undefined || (usage[3]! & 4) !== 0;
}

function isForServers(purposes: Buffer | undefined): boolean {
	if (!purposes) return true;
	return inside(purposes, elements(purposes, 0, purposes.length)[0]!).some(({ start, end }) =>
		serverPurposes.includes(purposes.toString("hex", start, end)),
	);
}

/** Returns the limit in basicConstraints, if there is one. */
function pathLength(constraints: Buffer | undefined): number {
	const limit =
		constraints &&
		inside(constraints, elements(constraints, 0, constraints.length)[0]!).find(({ tag }) => tag === 0x02);
	// no path is longer than what a byte holds
	return limit && limit.end - limit.start === 1 ? constraints[limit.start]! : Store.noPathLength;
}

/** Returns what a store keeps of a certificate. Throws a Problem that says why it can't be trusted. */
export function storedRoot(certificate: X509Certificate): StoredRoot {
	const fault = keyFault(certificate);
	if (fault) throw new Problem(fault);
	const {
		isOld,
		issuer,
		subject,
		key,
		extensions: { basicConstraints, keyUsage, extKeyUsage, nameConstraints },
	} = readParts(certificate.raw);
	const isCA = isOld ? nameDigest(issuer).equals(nameDigest(subject)) : certificate.ca;
	const issues = isCA && maySign(keyUsage) && isForServers(extKeyUsage);
	const notBefore = Date.parse(certificate.validFrom) / 1000;
	return {
		name: nameDigest(subject),
		issues,
		pathLength: pathLength(basicConstraints),
		notBefore,
		notAfter: Date.parse(certificate.validTo) / 1000,
		...(issues && isPublicRoot(certificate) ? { distrusted: distrustedFrom(notBefore) } : {}),
		key: issues ? key : createHash("sha256").update(certificate.raw).digest(),
		constraints: nameConstraints ? contentOf(nameConstraints) : Buffer.alloc(0),
	};
}

function contentOf(der: Buffer): Buffer {
	const [element] = elements(der, 0, der.length);
	return der.subarray(element!.start, element!.end);
}

/** Returns the bytes of a store. `made` is in seconds since 1970. */
export function makeStore(roots: readonly StoredRoot[], made: number): Uint8Array {
	const bytes = writeStore(roots, made, (from, start, end, to, at) => to.set(from.subarray(start, end), at));
	const end = bytes.length - Store.checkSize;
	createHash("sha256").update(bytes.subarray(0, end)).digest().copy(bytes, end, 0, Store.checkSize);
	return bytes;
}

/** Reads the maker's private key. Throws a Problem that says what is wrong with the file. */
export function readSigningKey(file: string): KeyObject {
	const text = readText(file);
	let key: KeyObject;
	try {
		key = createPrivateKey(text);
	} catch {
		const isEncrypted = text.includes("ENCRYPTED");
		throw new Problem(
			isEncrypted
				? `${file}: the key is encrypted: decrypt it first (openssl pkey -in KEY)`
				: `${file} has no private key in PEM: make one with openssl ecparam -name prime256v1 -genkey -noout`,
		);
	}
	const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
	if (type !== "ec" || details?.namedCurve !== "prime256v1")
		throw new Problem(`${file}: a key of ${details?.namedCurve ?? type}, expected P-256 (prime256v1)`);
	return key;
}

/** Returns the store followed by its maker's signature over magic, version and the store's digest. */
export function signStore(store: Uint8Array, key: KeyObject, version: number): Buffer {
	const head = Buffer.alloc(Store.signatureLength);
	head.writeUInt32BE(Store.signedMagic, 0);
	head.writeUInt32BE(version, Store.signedVersion);
	const digest = createHash("sha256")
		.update(store.subarray(0, store.length - Store.checkSize))
		.digest();
	const signature = sign("sha256", Buffer.concat([head, digest]), key);
	const length = Buffer.alloc(2);
	length.writeUInt16BE(signature.length, 0);
	return Buffer.concat([store, head, length, signature]);
}

/** Returns the public key for RootStore.open, in PEM. */
export function publicKeyOf(key: KeyObject): string {
	return createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
}
