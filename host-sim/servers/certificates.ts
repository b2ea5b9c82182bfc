/*
	Makes certificates (RFC 5280) over node:crypto, right ones and faulty ones: for the demo's server and for the tests.
*/

import { createHash, generateKeyPairSync, randomBytes, sign, X509Certificate, type KeyObject } from "node:crypto";
import { isIP } from "node:net";

import {
	bits,
	bitString,
	boolean,
	context,
	element,
	integer,
	nothing,
	octetString,
	oid,
	sequence,
	set,
	time,
	utf8String,
} from "./der.js";

export type KeyType = "p256" | "p384" | "p521" | "ed25519" | "rsa1024" | "rsa2048" | "rsa3072" | "rsa4096";

export interface KeyPair {
	readonly type: KeyType;
	readonly publicKey: KeyObject;
	readonly privateKey: KeyObject;
}

export type SignatureName =
	| "ecdsa-sha1"
	| "ecdsa-sha256"
	| "ecdsa-sha384"
	| "ecdsa-sha512"
	| "rsa-md5"
	| "rsa-sha1"
	| "rsa-sha256"
	| "rsa-sha384"
	| "rsa-sha512"
	| "pss-sha256"
	| "pss-sha384"
	| "ed25519";

const purposes: Record<string, string> = {
	serverAuth: "1.3.6.1.5.5.7.3.1",
	clientAuth: "1.3.6.1.5.5.7.3.2",
	codeSigning: "1.3.6.1.5.5.7.3.3",
	emailProtection: "1.3.6.1.5.5.7.3.4",
	OCSPSigning: "1.3.6.1.5.5.7.3.9",
	any: "2.5.29.37.0",
};

const usages = [
	"digitalSignature",
	"nonRepudiation",
	"keyEncipherment",
	"dataEncipherment",
	"keyAgreement",
	"keyCertSign",
	"cRLSign",
	"encipherOnly",
	"decipherOnly",
] as const;
export type KeyUsage = (typeof usages)[number];

export interface Extension {
	readonly id: string;
	readonly isCritical: boolean;
	/** The DER inside the OCTET STRING. */
	readonly value: Uint8Array;
}

export interface CertificateRequest {
	/** The subject's common name; or the DER of a whole Name. */
	readonly subject: string | Uint8Array;
	readonly key: KeyPair;
	/** Who signs; itself if nobody. */
	readonly issuer?: Certificate;
	readonly notBefore?: Date;
	readonly notAfter?: Date;
	/** A CA: basicConstraints CA, keyUsage keyCertSign and cRLSign. */
	readonly isAuthority?: boolean;
	readonly pathLength?: number;
	/** false leaves the extension out. */
	readonly keyUsage?: readonly KeyUsage[] | false;
	/** Names of `purposes`, or dotted identifiers; false leaves the extension out. */
	readonly extendedKeyUsage?: readonly string[] | false;
	/** subjectAltName: DNS names and IP addresses. */
	readonly names?: readonly string[];
	/** nameConstraints: DNS names, or "192.0.2.0/24" and "2001:db8::/32". */
	readonly permitted?: readonly string[];
	readonly excluded?: readonly string[];
	readonly signature?: SignatureName;
	readonly serial?: Uint8Array;
	/** Added to the extensions. */
	readonly extensions?: readonly Extension[];
	/** Last word over the list of extensions; an empty list leaves all of them out. */
	readonly changeExtensions?: (list: Extension[]) => Extension[];
	/** Last word over the part to be signed. */
	readonly changeBody?: (body: Buffer) => Uint8Array;
	/** Last word over the signature. */
	readonly changeSignature?: (signature: Buffer) => Uint8Array;
}

/** A certificate with the private key that belongs to it. */
export interface Certificate {
	readonly der: Buffer;
	readonly pem: string;
	readonly key: KeyPair;
	/** The private key for Node's TLS server. */
	readonly keyPem: string;
	/** DER of the subject's Name. */
	readonly subject: Buffer;
}

export function makeKey(type: KeyType): KeyPair {
	switch (type) {
		case "p256":
			return { type, ...generateKeyPairSync("ec", { namedCurve: "P-256" }) };
		case "p384":
			return { type, ...generateKeyPairSync("ec", { namedCurve: "P-384" }) };
		case "p521":
			return { type, ...generateKeyPairSync("ec", { namedCurve: "P-521" }) };
		case "ed25519":
			return { type, ...generateKeyPairSync("ed25519") };
		default:
			return { type, ...generateKeyPairSync("rsa", { modulusLength: Number(type.slice(3)) }) };
	}
}

/** A Name with a common name only. */
export function commonName(text: string): Buffer {
	return sequence(set(sequence(oid("2.5.4.3"), utf8String(text))));
}

function pssParameters(hash: string, length: number): Buffer {
	const algorithm = sequence(oid(hash));
	const mask = sequence(oid("1.2.840.113549.1.1.8"), algorithm);
	return sequence(context(0, true, algorithm), context(1, true, mask), context(2, true, integer(length)));
}

/** AlgorithmIdentifiers, RFC 3279, 4055, 5758, 8410. */
const algorithms: Record<SignatureName, () => Buffer> = {
	"ecdsa-sha1": () => sequence(oid("1.2.840.10045.4.1")),
	"ecdsa-sha256": () => sequence(oid("1.2.840.10045.4.3.2")),
	"ecdsa-sha384": () => sequence(oid("1.2.840.10045.4.3.3")),
	"ecdsa-sha512": () => sequence(oid("1.2.840.10045.4.3.4")),
	"rsa-md5": () => sequence(oid("1.2.840.113549.1.1.4"), nothing()),
	"rsa-sha1": () => sequence(oid("1.2.840.113549.1.1.5"), nothing()),
	"rsa-sha256": () => sequence(oid("1.2.840.113549.1.1.11"), nothing()),
	"rsa-sha384": () => sequence(oid("1.2.840.113549.1.1.12"), nothing()),
	"rsa-sha512": () => sequence(oid("1.2.840.113549.1.1.13"), nothing()),
	"pss-sha256": () => sequence(oid("1.2.840.113549.1.1.10"), pssParameters("2.16.840.1.101.3.4.2.1", 32)),
	"pss-sha384": () => sequence(oid("1.2.840.113549.1.1.10"), pssParameters("2.16.840.1.101.3.4.2.2", 48)),
	ed25519: () => sequence(oid("1.3.101.112")),
};

function usualSignature(type: KeyType): SignatureName {
	switch (type) {
		case "p256":
			return "ecdsa-sha256";
		case "p384":
			return "ecdsa-sha384";
		case "p521":
			return "ecdsa-sha512";
		case "ed25519":
			return "ed25519";
		default:
			return "rsa-sha256";
	}
}

function makeSignature(name: SignatureName, key: KeyObject, data: Uint8Array): Buffer {
	if (name === "ed25519") return sign(null, data, key);
	const [scheme, hash] = name.split("-") as [string, string];
	if (scheme !== "pss") return sign(hash, data, key);
	const saltLength = hash === "sha256" ? 32 : 48;
	return sign(hash, data, { key, padding: 6 /* RSA_PKCS1_PSS_PADDING */, saltLength });
}

/** The bytes of an IP address. */
export function addressBytes(text: string): Buffer {
	if (isIP(text) === 4) return Buffer.from(text.split(".").map(Number));
	const [head = "", tail] = text.split("::") as [string, string?];
	const groups = (part: string): number[] => (part === "" ? [] : part.split(":").map(group => parseInt(group, 16)));
	const first = groups(head);
	const last = tail === undefined ? [] : groups(tail);
	const all = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
	return Buffer.from(all.flatMap(group => [group >> 8, group & 0xff]));
}

/** GeneralName: dNSName or iPAddress, in a constraint with its mask. */
function generalName(text: string): Buffer {
	const [address = "", length] = text.split("/") as [string, string?];
	if (isIP(address) === 0) return context(2, false, Buffer.from(text, "latin1"));
	const bytes = addressBytes(address);
	if (length === undefined) return context(7, false, bytes);
	const mask = bytes.map((_, i) => (0xff << Math.max(0, Math.min(8, 8 * (i + 1) - Number(length)))) & 0xff);
	return context(7, false, bytes, mask);
}

function constraints(permitted: readonly string[] = [], excluded: readonly string[] = []): Buffer {
	const subtrees = (number: number, names: readonly string[]): Buffer[] =>
		names.length > 0 ? [context(number, true, ...names.map(name => sequence(generalName(name))))] : [];
	return sequence(...subtrees(0, permitted), ...subtrees(1, excluded));
}

function keyIdentifier(key: KeyPair): Buffer {
	return createHash("sha1")
		.update(key.publicKey.export({ type: "spki", format: "der" }))
		.digest();
}

/** The extensions that a request asks for, in the usual order. */
function extensionsOf(request: CertificateRequest): Extension[] {
	const { key, issuer, isAuthority = false, pathLength, names = [], permitted, excluded } = request;
	const list: Extension[] = [];
	const add = (id: string, isCritical: boolean, value: Uint8Array): void => {
		list.push({ id, isCritical, value });
	};
	if (isAuthority)
		add("2.5.29.19", true, sequence(boolean(true), ...(pathLength === undefined ? [] : [integer(pathLength)])));
	const usage =
		request.keyUsage ??
		(isAuthority
			? (["keyCertSign", "cRLSign"] as const)
			: key.type.startsWith("rsa")
				? (["digitalSignature", "keyEncipherment"] as const)
				: (["digitalSignature"] as const));
	if (usage) add("2.5.29.15", true, bits(usage.map(name => usages.indexOf(name))));
	const purpose = request.extendedKeyUsage ?? (isAuthority ? false : ["serverAuth"]);
	if (purpose) add("2.5.29.37", false, sequence(...purpose.map(name => oid(purposes[name] ?? name))));
	if (names.length > 0) add("2.5.29.17", false, sequence(...names.map(generalName)));
	if (permitted || excluded) add("2.5.29.30", true, constraints(permitted, excluded));
	add("2.5.29.14", false, octetString(keyIdentifier(key)));
	if (issuer) add("2.5.29.35", false, sequence(context(0, false, keyIdentifier(issuer.key))));
	list.push(...(request.extensions ?? []));
	return request.changeExtensions ? request.changeExtensions(list) : list;
}

function encodeExtension({ id, isCritical, value }: Extension): Buffer {
	return sequence(oid(id), ...(isCritical ? [boolean(true)] : []), octetString(value));
}

export function pem(label: string, der: Uint8Array): string {
	const lines = Buffer.from(der)
		.toString("base64")
		.replace(/.{1,64}/g, "$&\n");
	return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}

/** Makes a certificate; valid from an hour ago for a year where nothing else is asked for. */
export function makeCertificate(request: CertificateRequest): Certificate {
	const { key, issuer } = request;
	const now = Date.now();
	const subject = typeof request.subject === "string" ? commonName(request.subject) : Buffer.from(request.subject);
	const signer = issuer?.key ?? key;
	const name = request.signature ?? usualSignature(signer.type);
	const serial = request.serial ?? Buffer.concat([Buffer.of(0x40), randomBytes(15)]);
	const extensions = extensionsOf(request);
	const parts = [
		...(extensions.length > 0 ? [context(0, true, integer(2))] : []),
		integer(serial),
		algorithms[name](),
		issuer?.subject ?? subject,
		sequence(
			time(request.notBefore ?? new Date(now - 3600e3)),
			time(request.notAfter ?? new Date(now + 365 * 86400e3)),
		),
		subject,
		key.publicKey.export({ type: "spki", format: "der" }),
		...(extensions.length > 0 ? [context(3, true, sequence(...extensions.map(encodeExtension)))] : []),
	];
	let body: Uint8Array = sequence(...parts);
	if (request.changeBody) body = request.changeBody(Buffer.from(body));
	let signature: Uint8Array = makeSignature(name, signer.privateKey, body);
	if (request.changeSignature) signature = request.changeSignature(Buffer.from(signature));
	const der = element(0x30, body, algorithms[name](), bitString(signature));
	const keyPem = key.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
	return { der, pem: pem("CERTIFICATE", der), key, keyPem, subject };
}

/** What a server needs: its chain, leaf first and without the root, and the root to trust. */
export interface ServerIdentity {
	readonly root: Certificate;
	readonly intermediate: Certificate;
	readonly leaf: Certificate;
	/** PEM of the leaf and of all intermediates above it. */
	readonly chain: string;
}

/** A root, `count` certificates in all below it, and for the lowest of them, the leaf, these names. */
export function makeIdentity(names: readonly string[], type: KeyType = "p256", count = 2): ServerIdentity {
	const root = makeCertificate({ subject: "xs-tls test root", key: makeKey(type), isAuthority: true });
	let intermediate = root;
	let pems = "";
	for (let below = count - 2; below >= 0; below--) {
		const subject = below ? `xs-tls test intermediate ${below}` : "xs-tls test intermediate";
		intermediate = makeCertificate({
			subject,
			key: makeKey(type),
			issuer: intermediate,
			isAuthority: true,
			pathLength: below,
		});
		pems = intermediate.pem + pems;
	}
	const leaf = makeCertificate({ subject: names[0] ?? "nobody", key: makeKey(type), issuer: intermediate, names });
	return { root, intermediate, leaf, chain: leaf.pem + pems };
}

/** One line about a certificate, for messages. */
export function describe(der: Uint8Array): string {
	const { subject, validTo } = new X509Certificate(der);
	return `${subject.replace(/\n/g, ", ")}, valid until ${validTo}`;
}
