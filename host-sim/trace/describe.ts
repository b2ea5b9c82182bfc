/*
	What a handshake message carries, in a few words. A message that can't be read says so: this is for looking at
	servers that go wrong.
*/

import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";

import { groupName, messageName, schemeName, versionName } from "./names.js";
import { extensionsOf, serverChoice, suiteName, type Direction, type Item } from "./records.js";

/** Numbers of two bytes each. */
function numbers(bytes: Buffer): number[] {
	return Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readUInt16BE(2 * i));
}

/** Some of a list, and how many more. */
function some(list: readonly string[], most: number): string {
	return list.length <= most ? list.join(", ") : `${list.slice(0, most).join(", ")} and ${list.length - most} more`;
}

function plural(count: number, what: string): string {
	return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** Text of the peer's: what is not printable ASCII becomes a dot. */
function printable(bytes: Uint8Array): string {
	return Buffer.from(bytes)
		.toString("latin1")
		.replace(/[^ -~]/g, ".");
}

/** The protocols of an ALPN extension. */
function protocols(bytes: Buffer): string[] {
	const names: string[] = [];
	for (let at = 2; at < bytes.length; at += 1 + bytes[at]!)
		names.push(printable(bytes.subarray(at + 1, at + 1 + bytes[at]!)));
	return names;
}

/** The groups of the key shares in a ClientHello. */
function shareGroups(bytes: Buffer): number[] {
	const found: number[] = [];
	for (let at = 2; at + 4 <= bytes.length; at += 4 + bytes.readUInt16BE(at + 2)) found.push(bytes.readUInt16BE(at));
	return found;
}

/**
 * True if the first key of a pre_shared_key extension is an external one: it has no age, a ticket's is hidden (RFC 8446
 * section 4.2.11).
 */
function isExternalKey(bytes: Buffer): boolean {
	return bytes.readUInt32BE(4 + bytes.readUInt16BE(2)) === 0;
}

/** True if a ClientHello offers an external pre-shared key. */
export function offersExternalKey(body: Buffer): boolean {
	try {
		const psk = extensionsOf(body, true).get(41);
		return psk !== undefined && isExternalKey(psk);
	} catch {
		return false;
	}
}

/** Numbers of certificate types (RFC 7250). */
const certificateTypes: Readonly<Record<number, string>> = { 0: "X.509", 2: "raw public key" };

/** What a hello says of the kinds of certificates, where it does. */
function typeWords(extensions: ReadonlyMap<number, Buffer>): string[] {
	return (
		[
			[20, "server"],
			[19, "client"],
		] as const
	).flatMap(([type, side]) => {
		const data = extensions.get(type);
		if (!data) return [];
		// a list from the client, one number from the server
		const list = [...(data.length > 1 ? data.subarray(1) : data)];
		return `${side} by ${list.map(one => certificateTypes[one] ?? `type ${one}`).join(" or ")}`;
	});
}

function clientHello(body: Buffer): string {
	const extensions = extensionsOf(body, true),
		suitesAt = 35 + body[34]!;
	const versions = extensions.get(43),
		names = extensions.get(0),
		shares = extensions.get(51),
		groups = extensions.get(10),
		ticket = extensions.get(35),
		alpn = extensions.get(16);
	const words = [
		versions ? numbers(versions.subarray(1)).map(versionName).join(" or ") : versionName(body.readUInt16BE(0)),
		plural(body.readUInt16BE(suitesAt) / 2, "suite"),
	];
	if (groups) words.push(`groups ${numbers(groups.subarray(2)).map(groupName).join(", ")}`);
	if (shares && shares.length > 4) {
		const groupsOfShares = shareGroups(shares);
		words.push(`key share${groupsOfShares.length === 1 ? "" : "s"} ${groupsOfShares.map(groupName).join(", ")}`);
	}
	if (names) words.push(`server name ${printable(names.subarray(5))}`);
	if (alpn) words.push(`ALPN ${protocols(alpn).join(", ")}`);
	if (extensions.has(44)) words.push("the server's cookie");
	const psk = extensions.get(41);
	if (psk) words.push(isExternalKey(psk) ? "external pre-shared key" : "pre-shared key of a session");
	words.push(...typeWords(extensions));
	if (ticket?.length) words.push(`session ticket of ${ticket.length} bytes`);
	if (extensions.has(42)) words.push("early data follows");
	return words.join("; ");
}

function serverHello(body: Buffer): string {
	const { version, suite, isRetry } = serverChoice(body),
		extensions = extensionsOf(body, false),
		share = extensions.get(51),
		alpn = extensions.get(16);
	const words = isRetry ? ["asks for another ClientHello"] : [versionName(version)];
	words.push(suiteName(suite));
	if (share)
		words.push(
			isRetry
				? `with a key share of ${groupName(share.readUInt16BE(0))}`
				: `key share ${groupName(share.readUInt16BE(0))}`,
		);
	if (extensions.has(44)) words.push("and its cookie");
	if (extensions.has(41)) words.push("takes the pre-shared key");
	if (alpn) words.push(`ALPN ${protocols(alpn).join(", ")}`);
	words.push(...typeWords(extensions));
	if (version === 0x0303 && !extensions.has(23)) words.push("no extended master secret");
	return words.join("; ");
}

/** Each certificate in a list with lengths of three bytes; in TLS 1.3 extensions follow each. */
function certificatesOf(body: Buffer, is13: boolean): Buffer[] {
	const found: Buffer[] = [];
	let at = is13 ? 1 + body[0]! + 3 : 3;
	while (at + 3 < body.length) {
		const length = body.readUIntBE(at, 3);
		found.push(body.subarray(at + 3, at + 3 + length));
		at += 3 + length;
		if (is13) at += 2 + body.readUInt16BE(at);
	}
	return found;
}

/** A certificate's name, key and end. */
export function certificateWords(der: Buffer): string {
	let certificate;
	try {
		certificate = new X509Certificate(der);
	} catch {
		const key = rawKey(der);
		return key ? `raw public key (${keyWords(key)})` : `a certificate of ${der.length} bytes that can't be read`;
	}
	const name = /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? certificate.subjectAltName ?? "no name";
	return `${printable(Buffer.from(name))} (${keyWords(certificate.publicKey)}, to ${new Date(certificate.validTo).toISOString().slice(0, 10)})`;
}

/** OpenSSL's names of curves, as everybody else calls them. */
const curveNames: Readonly<Record<string, string>> = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" };

/** A key that comes without a certificate (RFC 7250); undefined where it can't be read. */
function rawKey(der: Buffer): KeyObject | undefined {
	try {
		return createPublicKey({ key: der, format: "der", type: "spki" });
	} catch {
		return undefined;
	}
}

function keyWords(publicKey: KeyObject): string {
	const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
	if (type === "rsa") return `RSA ${details?.modulusLength}`;
	const curve = String(details?.namedCurve);
	return type === "ec" ? (curveNames[curve] ?? curve) : String(type);
}

function certificate(body: Buffer, is13: boolean): string {
	// in TLS 1.2 a raw key stands in place of the list: it begins as DER does, a list with a length below 65,536
	const list = !is13 && body[3] === 0x30 ? [body.subarray(3)] : certificatesOf(body, is13);
	return list.length ? list.map(certificateWords).join(" < ") : "none";
}

function certificateRequest(body: Buffer, is13: boolean): string {
	if (is13) {
		let at = 1 + body[0]! + 2;
		while (at + 4 <= body.length && body.readUInt16BE(at) !== 13) at += 4 + body.readUInt16BE(at + 2);
		return at + 6 <= body.length
			? `takes ${some(numbers(body.subarray(at + 6, at + 4 + body.readUInt16BE(at + 2))).map(schemeName), 3)}`
			: "names no signatures";
	}
	const at = 1 + body[0]!;
	return `takes ${some(numbers(body.subarray(at + 2, at + 2 + body.readUInt16BE(at))).map(schemeName), 3)}`;
}

function encryptedExtensions(body: Buffer): string {
	const words: string[] = [];
	for (let at = 2; at + 4 <= body.length; at += 4 + body.readUInt16BE(at + 2)) {
		const type = body.readUInt16BE(at),
			data = body.subarray(at + 4, at + 4 + body.readUInt16BE(at + 2));
		if (type === 16) words.push(`ALPN ${protocols(data).join(", ")}`);
		else if (type === 42) words.push("takes the early data");
		else if (type === 28) words.push(`records of at most ${data.readUInt16BE(0)} bytes`);
		else if (type === 1) words.push(`records of at most ${256 << data[0]!} bytes`);
		else if (type === 0) words.push("the server name was used");
		else if (type === 19 || type === 20) words.push(...typeWords(new Map([[type, data]])));
		else if (type !== 10) words.push(`extension ${type}`);
	}
	return words.join("; ");
}

function serverKeyExchange(body: Buffer): string {
	if (body[0] !== 3) {
		let at = 0;
		for (let i = 0; i < 3; i++) at += 2 + body.readUInt16BE(at);
		return `Diffie-Hellman, ${8 * body.readUInt16BE(0)} bits, signed with ${schemeName(body.readUInt16BE(at))}`;
	}
	const at = 4 + body[3]!;
	return `key share ${groupName(body.readUInt16BE(1))}, signed with ${schemeName(body.readUInt16BE(at))}`;
}

/**
 * A point of ECDHE has one byte of length; all else two. Without a ServerKeyExchange the secret is encrypted by the
 * certificate's key.
 */
function clientKeyExchange(body: Buffer, hasServerKey: boolean): string {
	if (body[0] === body.length - 1) return `key share of ${body.length - 1} bytes`;
	return `${hasServerKey ? "public key (DHE)" : "encrypted premaster secret (RSA)"}, ${body.readUInt16BE(0)} bytes`;
}

/** What a message is part of. */
export interface Handshake {
	readonly is13: boolean;
	/** TLS 1.2: there is a ServerKeyExchange. */
	readonly hasServerKey: boolean;
}

/** What a connection's messages are part of. */
export function handshakeOf(items: readonly Item[], is13: boolean): Handshake {
	return { is13, hasServerKey: items.some(item => item.kind === "message" && item.type === 12) };
}

/** Bytes that are not a whole record. */
export function restWords(bytes: Buffer): { name: string; words: string } {
	if (bytes[0]! < 20 || bytes[0]! > 24) return { name: "no TLS", words: `"${printable(bytes.subarray(0, 40))}"` };
	const length = bytes.length < 5 ? undefined : bytes.readUInt16BE(3);
	return {
		name: "part of a record",
		words: length === undefined ? `${bytes.length} bytes` : `${bytes.length - 5} of ${length} bytes`,
	};
}

function describeBody(type: number, body: Buffer, { is13, hasServerKey }: Handshake, direction: Direction): string {
	switch (type) {
		case 1:
			return clientHello(body);
		case 2:
			return serverHello(body);
		case 4:
			return `lifetime ${body.readUInt32BE(0)} s, ${body.length} bytes`;
		case 8:
			return encryptedExtensions(body);
		case 11:
			return certificate(body, is13);
		case 12:
			return serverKeyExchange(body);
		case 13:
			return certificateRequest(body, is13);
		case 15:
			return `signed with ${schemeName(body.readUInt16BE(0))}`;
		case 16:
			return clientKeyExchange(body, hasServerKey);
		case 20:
			return `verify_data of ${body.length} bytes`;
		case 22:
			return `OCSP, ${body.length - 4} bytes`;
		case 24:
			return body[0] === 1
				? `new keys for what the ${direction === "sent" ? "client" : "server"} sends, and asks for the same`
				: `new keys for what the ${direction === "sent" ? "client" : "server"} sends`;
		case 25:
			return `${body.readUIntBE(2, 3)} bytes, compressed to ${body.length - 8}`;
		default:
			return "";
	}
}

/** The message's name, and what it carries. */
export function describe(
	type: number,
	body: Buffer,
	handshake: Handshake,
	direction: Direction,
): { name: string; words: string } {
	let words,
		isRetry = false;
	try {
		isRetry = type === 2 && serverChoice(body).isRetry;
		words = describeBody(type, body, handshake, direction);
	} catch {
		words = `${body.length} bytes that can't be read`;
	}
	return { name: isRetry ? "HelloRetryRequest" : messageName(type), words };
}
