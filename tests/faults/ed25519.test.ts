/*
	Ed25519 (modules/optional/ed25519) with a server that does it wrong: its proof (RFC 8446 section 4.4.3, RFC 8422
	section 5.4), and its key (RFC 8410).
*/

import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { projectRoot } from "../../host-sim/build/files.js";
import {
	makeCertificate,
	makeIdentity,
	makeKey,
	pem,
	type Certificate,
	type ServerIdentity,
} from "../../host-sim/servers/certificates.js";
import { bitString, integer, nothing, octetString, oid, sequence } from "../../host-sim/servers/der.js";
import { vector } from "../../host-sim/trace/keys13.js";
import { lacks, variants } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";
import { rightExtensions, Session12, type Outcome12, type Script12 } from "../peers/server12.js";
import { Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { message } from "../peers/wire13.js";
import { runPairs, type ClientOptions, type Pair } from "./connect.js";

const ED25519 = 0x0807;
const versions = [
	["1.2", 0x303],
	["1.3", 0x304],
] as const;

let identity: ServerIdentity;
before(() => {
	identity = makeIdentity(["localhost"], "ed25519");
});

/** What the server does wrong, in either version. */
interface Change {
	readonly chain?: readonly Uint8Array[];
	readonly key?: Certificate;
	readonly scheme?: number;
	/** Makes another signature of the right one. */
	readonly signature?: (right: Buffer) => Uint8Array;
}

/** ServerKeyExchange and CertificateVerify end in the scheme, a length and the signature of 64 bytes. */
function withSignature(name: string, bytes: Buffer, change: (right: Buffer) => Uint8Array): Uint8Array {
	const type = name === "ServerKeyExchange" ? 12 : name === "CertificateVerify" ? 15 : 0;
	return type ? message(type, bytes.subarray(4, -66), vector(2, change(bytes.subarray(-64)))) : bytes;
}

async function run(
	number: number,
	{ chain, key, scheme, signature }: Change,
	given: Partial<ClientOptions> = {},
): Promise<Pair<Outcome12 | Outcome13>> {
	const { leaf, intermediate, root } = identity;
	const common = {
		chain: chain ?? [leaf.der, intermediate.der],
		key: (key ?? leaf).key.privateKey,
		scheme: scheme ?? ED25519,
		edit: (name: string, bytes: Buffer) => (signature ? withSignature(name, bytes, signature) : bytes),
	};
	const options = { ca: root.pem, optional: ["ed25519"], secure: { minVersion: number, maxVersion: number }, ...given };
	const [pair] = await runPairs<Outcome12 | Outcome13>(1, options, socket =>
		number === 0x304
			? new Session13(socket, common as Script13).run()
			: new Session12(socket, {
					...common,
					suite: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
					extensions: Buffer.concat([...rightExtensions]),
				} as Script12).run(),
	);
	return pair!;
}

function expectRefused(
	{ client, server }: Pair<Outcome12 | Outcome13>,
	code: string,
	alert: number,
	says?: RegExp,
): void {
	assert.equal(client.code, code, client.message);
	if (says) assert.match(client.message, says);
	assert.equal(server.alert, alert);
	assert.equal(client.negotiated, undefined);
	assert.equal(client.length, 0);
}

const flip = (at: number) => (right: Buffer) => {
	const wrong = Buffer.from(right);
	wrong[at]! ^= 1;
	return wrong;
};

for (const [name, number] of versions) {
	describe(`TLS ${name}: a server's proof by Ed25519`, { skip: lacks("dpkg-source", "dpkg-dev") }, () => {
		for (const variant of variants)
			test(`a right one is taken (${variant})`, async () => {
				const { client } = await run(number, {}, { variant });
				assert.equal(client.code, "closed", client.message);
				assert.equal(client.negotiated?.signature, ED25519);
			});
		const wrong: readonly (readonly [string, (right: Buffer) => Uint8Array])[] = [
			["R is another", flip(0)],
			["S is another", flip(32)],
			["S is above the group's order", flip(63)],
			["63 bytes", right => right.subarray(0, 63)],
			["65 bytes", right => Buffer.concat([right, Buffer.alloc(1)])],
			["no byte", () => Buffer.alloc(0)],
			["zeros", () => Buffer.alloc(64)],
			["over something else", () => sign(null, Buffer.from("something else"), identity.leaf.key.privateKey)],
		];
		for (const [what, signature] of wrong)
			test(`a wrong one is refused: ${what}`, async () =>
				expectRefused(await run(number, { signature }), "bad_signature", 51));
		test("another key's is refused", async () => {
			const key = makeCertificate({ subject: "other", key: makeKey("ed25519") });
			expectRefused(await run(number, { key }), "bad_signature", 51);
		});
		test("another scheme does not go with the key", async () => {
			const says = /was not offered for its kind of key/;
			for (const scheme of [0x0403, 0x0804])
				expectRefused(await run(number, { scheme }), "illegal_parameter", 47, says);
		});
		test("the scheme does not go with another key", async () => {
			const leaf = makeCertificate({
				subject: "localhost",
				key: makeKey("p256"),
				issuer: identity.intermediate,
				names: ["localhost"],
			});
			const change = { key: leaf, chain: [leaf.der, identity.intermediate.der] };
			expectRefused(await run(number, change), "illegal_parameter", 47, /was not offered for its kind of key/);
		});
		test("a build without it has not offered it", async () => {
			const root = makeIdentity(["localhost"]);
			const leaf = makeCertificate({
				subject: "localhost",
				key: makeKey("ed25519"),
				issuer: root.intermediate,
				names: ["localhost"],
			});
			const change = { key: leaf, chain: [leaf.der, root.intermediate.der] };
			const pair = await run(number, change, { optional: [], ca: root.root.pem });
			expectRefused(pair, "unsupported_certificate", 43, /Ed25519, which optional\/ed25519\/manifest\.json adds/);
		});
	});
}

describe("malformed keys of Ed25519", { skip: lacks("dpkg-source", "dpkg-dev") }, () => {
	/** The server's certificate with another SubjectPublicKeyInfo. */
	function leafWith(info: Uint8Array): Certificate {
		const right = identity.leaf.key.publicKey.export({ type: "spki", format: "der" });
		return makeCertificate({
			subject: "localhost",
			key: identity.leaf.key,
			issuer: identity.intermediate,
			names: ["localhost"],
			changeBody: body => {
				const content = body.subarray(body[1]! < 0x80 ? 2 : 2 + (body[1]! & 0x7f));
				const at = content.indexOf(right);
				return sequence(content.subarray(0, at), info, content.subarray(at + right.length));
			},
		});
	}
	for (const length of [0, 31, 33, 64])
		test(`${length} bytes`, async () => {
			const leaf = leafWith(sequence(sequence(oid("1.3.101.112")), bitString(Buffer.alloc(length, 7))));
			const pair = await run(0x304, { chain: [leaf.der, identity.intermediate.der] });
			expectRefused(pair, "bad_certificate", 42, new RegExp(`has an Ed25519 key of ${length} bytes, expected 32`));
		});
	test("with parameters", async () => {
		const key = identity.leaf.key.publicKey.export({ type: "spki", format: "der" }).subarray(-32);
		const leaf = leafWith(sequence(sequence(oid("1.3.101.112"), nothing()), bitString(key)));
		const pair = await run(0x304, { chain: [leaf.der, identity.intermediate.der] });
		expectRefused(pair, "unsupported_certificate", 43, /Ed25519 with parameters/);
	});
});

describe("a client's malformed keys of Ed25519", { skip: lacks("dpkg-source", "dpkg-dev") }, () => {
	const folder = mkdtempSync(join(tmpdir(), "xs-tls-ed25519-"));
	after(() => rmSync(folder, { recursive: true, force: true }));
	const certificate = makeCertificate({ subject: "device", key: makeKey("ed25519") });
	const der = (key: string): Buffer => Buffer.from(key.replace(/-----.*?-----/g, ""), "base64");
	/** PKCS #8 (RFC 8410 section 7) whose seed is `length` bytes long. */
	const ofLength = (length: number): Buffer => {
		const seed = Buffer.concat([der(certificate.keyPem).subarray(-32), Buffer.of(1)]).subarray(0, length);
		return sequence(integer(0), sequence(oid("1.3.101.112")), octetString(octetString(seed)));
	};
	const keyPem = (key: Buffer): string => pem("PRIVATE KEY", key);
	const another = makeCertificate({ subject: "another", key: makeKey("ed25519") });
	writeFileSync(
		join(folder, "keys.json"),
		JSON.stringify({
			certificate: certificate.pem,
			key: certificate.keyPem,
			wrong: [
				{ name: "another certificate's key", key: another.keyPem, says: "is another key than that of" },
				{ name: "a key of 31 bytes", key: keyPem(ofLength(31)), says: "not a private key for the first of" },
				{ name: "a key of 33 bytes", key: keyPem(ofLength(33)), says: "not a private key for the first of" },
			],
		}),
	);
	runSuite(join(projectRoot, "tests", "faults", "ed25519", "keys.ts"), "faults/ed25519", {
		extra: {
			data: { "*": join(folder, "keys") },
			include: ["../modules/optional/ed25519/manifest.json"],
		},
	});
});

test("Ed25519 beside X25519MLKEM768", { skip: lacks("dpkg-source", "dpkg-dev") }, async () => {
	const both = { optional: ["ed25519", "hybrid"] };
	const { client } = await run(0x304, {}, both);
	assert.equal(client.code, "closed", client.message);
	assert.equal(client.negotiated?.signature, ED25519);
	expectRefused(await run(0x304, { signature: flip(5) }, both), "bad_signature", 51);
});
