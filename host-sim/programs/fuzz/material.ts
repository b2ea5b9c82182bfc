/*
	Certificates for the fuzzer, the same in every run. Their keys are in tests/fuzz/corpus/keys.json, and their dates
	are far apart. All signatures are RSA's with PKCS #1, which has no number of chance in it.
*/

import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";

import {
	makeCertificate,
	type Certificate,
	type CertificateRequest,
	type KeyPair,
	type KeyType,
} from "../../servers/certificates.js";
import { bitString, context, element, integer, nothing, octetString, oid, sequence } from "../../servers/der.js";
import { projectRoot } from "../../build/files.js";

export const corpusFolder = join(projectRoot, "tests", "fuzz", "corpus");

/** The clock of all runs, within the certificates' and the status's dates. */
export const CLOCK = "2026-11-28T12:00:00Z";

const notBefore = new Date("2020-01-01T00:00:00Z");
const notAfter = new Date("2049-12-31T00:00:00Z");

type Keys = Record<"root" | "intermediate" | "rsa" | "ec" | "client", string>;

function readKeys(): Keys {
	return JSON.parse(readFileSync(join(corpusFolder, "keys.json"), "utf8")) as Keys;
}

function keyPair(type: KeyType, pkcs8: string): KeyPair {
	const privateKey = createPrivateKey({ key: Buffer.from(pkcs8, "base64"), format: "der", type: "pkcs8" });
	return { type, privateKey, publicKey: createPublicKey(privateKey) };
}

function issue(serial: number, request: Omit<CertificateRequest, "serial" | "notBefore" | "notAfter">): Certificate {
	return makeCertificate({ ...request, serial: Buffer.of(serial), notBefore, notAfter });
}

/** GeneralizedTime. */
function time(text: string): Buffer {
	return element(0x18, Buffer.from(text, "latin1"));
}

/** A good OCSP response for `serial` (RFC 6960 section 4.2.1), signed by the issuer. */
function status(issuer: Certificate, serial: number): Buffer {
	const spki = issuer.key.publicKey.export({ type: "spki", format: "der" });
	// RSAPublicKey starts after the algorithm and the BIT STRING's head
	const keyBits = spki.subarray(spki.indexOf(Buffer.of(0x05, 0x00, 0x03, 0x82)) + 7);
	const digest = (content: Uint8Array): Buffer => octetString(createHash("sha1").update(content).digest());
	const id = sequence(
		sequence(oid("1.3.14.3.2.26"), nothing()),
		digest(issuer.subject),
		digest(keyBits),
		integer(serial),
	);
	const single = sequence(id, element(0x80), time("20261127000000Z"), context(0, true, time("20491231000000Z")));
	const data = sequence(context(1, true, issuer.subject), time("20261127000000Z"), sequence(single));
	const signature = sign("sha256", data, issuer.key.privateKey);
	const basic = sequence(data, sequence(oid("1.2.840.113549.1.1.11"), nothing()), bitString(signature));
	return sequence(
		element(0x0a, Buffer.of(0)),
		context(0, true, sequence(oid("1.3.6.1.5.5.7.48.1.1"), octetString(basic))),
	);
}

/** What tests/fuzz/main.ts is given, as JSON with bytes in hexadecimal. */
export function makeMaterial(): string {
	const keys = readKeys();
	const names = ["fuzz.example", "*.wild.example", "192.0.2.1"];
	const root = issue(1, { subject: "fuzz root", key: keyPair("rsa2048", keys.root), isAuthority: true });
	const intermediate = issue(2, {
		subject: "fuzz intermediate",
		key: keyPair("rsa2048", keys.intermediate),
		issuer: root,
		isAuthority: true,
		pathLength: 0,
		permitted: ["example", "192.0.2.0/24"],
		excluded: ["no.example"],
	});
	const rsa = issue(3, { subject: "fuzz.example", key: keyPair("rsa2048", keys.rsa), issuer: intermediate, names });
	const ec = issue(4, { subject: "fuzz.example", key: keyPair("p256", keys.ec), issuer: intermediate, names });
	const client = issue(5, {
		subject: "fuzz client",
		key: keyPair("p256", keys.client),
		issuer: intermediate,
		extendedKeyUsage: ["clientAuth"],
	});
	const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
	const fromBase64 = (text: string): string => Buffer.from(text, "base64").toString("hex");
	return JSON.stringify({
		root: hex(root.der),
		intermediate: hex(intermediate.der),
		rsa: hex(rsa.der),
		ec: hex(ec.der),
		client: hex(client.der),
		rsaKey: fromBase64(keys.rsa),
		ecKey: fromBase64(keys.ec),
		clientKey: fromBase64(keys.client),
		stapleRSA: hex(status(intermediate, 3)),
		stapleEC: hex(status(intermediate, 4)),
		bomb: hex(deflateSync(Buffer.alloc(1 << 20))).slice(0, 4096),
	});
}
