/*
	The client proves who it is, to OpenSSL, GnuTLS and Node, in both versions. It does so with each kind of key, with
	nothing, and with what the server does not take (RFC 8446 section 4.4.2, RFC 5246 section 7.4.4 to 7.4.8).
*/

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type TLSSocket } from "node:tls";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
	makeCertificate,
	makeIdentity,
	makeKey,
	type KeyType,
	type ServerIdentity,
} from "../../host-sim/servers/certificates.js";
import { lacks } from "../drivers/machine.js";
import { runClient, type ClientResult } from "../faults/connect.js";
import { withServer } from "./requests.js";
import { startGnuTLS, startOpenSSL, startTalkingOpenSSL, type RunningServer } from "./servers.js";

const versions = [
	["1.2", 0x303],
	["1.3", 0x304],
] as const;
const keyTypes: KeyType[] = ["p256", "p384", "rsa2048"];

let folder: string;
let caFile: string;
let identity: ServerIdentity;
const devices = new Map<KeyType, object>();

before(() => {
	identity = makeIdentity(["localhost"]);
	folder = mkdtempSync(join(tmpdir(), "xs-tls-ca-"));
	caFile = join(folder, "root.pem");
	writeFileSync(caFile, identity.root.pem);
	for (const type of keyTypes) {
		const { pem, keyPem } = makeCertificate({
			subject: "device",
			key: makeKey(type),
			issuer: identity.intermediate,
			extendedKeyUsage: ["clientAuth"],
		});
		devices.set(type, { clientCertificates: pem + identity.intermediate.pem, clientKey: keyPem });
	}
});
after(() => rmSync(folder, { recursive: true, force: true }));

async function request(port: number, version: number, secure: object = {}, variant = "native"): Promise<ClientResult> {
	const [result] = await runClient(port, 1, {
		ca: identity.root.pem,
		variant,
		secure: { minVersion: version, maxVersion: version, ...secure },
	});
	return result!;
}

async function expectAnswer(port: number, version: number, secure: object, variant?: string): Promise<void> {
	const result = await request(port, version, secure, variant);
	assert.ok(result.code === "closed" || result.code === "truncated", `${result.code}: ${result.message}`);
	assert.match(result.text, /^HTTP\/1\.[01] 200/);
}

/** What every server that demands a certificate has to see. */
function cases(start: (version: string) => Promise<RunningServer>, refusal: RegExp): void {
	for (const [name, version] of versions) {
		test(`TLS ${name}`, t =>
			withServer(start(name), async server => {
				for (const type of keyTypes)
					await t.test(`a key of ${type}`, () => expectAnswer(server.port, version, devices.get(type)!));
				await t.test("no certificate: the refusal is reported in words", async () => {
					const result = await request(server.port, version);
					assert.equal(result.code, "peer_alert", result.message);
					assert.match(result.message, refusal);
				});
			}));
	}
}

/** OpenSSL that demands a certificate of our CA ("-Verify"), or asks for one ("-verify"). */
function startAsking(version: string, asks: "-Verify" | "-verify", ...more: string[]): Promise<RunningServer> {
	const only = version === "1.2" ? "-tls1_2" : "-tls1_3";
	return startOpenSSL(identity, only, asks, "3", "-CAfile", caFile, ...more);
}

describe("client certificates: OpenSSL", { skip: lacks("openssl", "openssl") }, () => {
	cases(version => startAsking(version, "-Verify", "-verify_return_error"), /wants a certificate from us/);
	const picky: (readonly [title: string, key: KeyType, options: string[]])[] = [
		[
			"P-256 with SHA-384, beside a PRF with SHA-256",
			"p256",
			["ECDSA+SHA384", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"],
		],
	];
	for (const scheme of [
		"RSA+SHA256",
		"RSA+SHA384",
		"RSA+SHA512",
		"rsa_pss_rsae_sha256",
		"rsa_pss_rsae_sha384",
		"rsa_pss_rsae_sha512",
	])
		picky.push([`the server takes ${scheme} only`, "rsa2048", [scheme]]);
	for (const type of ["p256", "p384"] as const)
		picky.push([`${type} with SHA-512, the one thing that the server takes`, type, ["ECDSA+SHA512"]]);
	for (const [title, type, options] of picky)
		test(`TLS 1.2, ${title}`, () =>
			withServer(startAsking("1.2", "-Verify", "-client_sigalgs", ...options), server =>
				expectAnswer(server.port, 0x303, devices.get(type)!),
			));
	for (const [name, version] of versions)
		test(`TLS ${name}, no signature in common: an empty list goes out`, () =>
			withServer(startAsking(name, "-verify", "-client_sigalgs", "ECDSA+SHA512"), server =>
				expectAnswer(server.port, version, devices.get("rsa2048")!),
			));
	for (const type of keyTypes) {
		test(`TLS 1.3, asked after the handshake, a key of ${type}`, async () => {
			const server = await startTalkingOpenSSL(identity, "-tls1_3", "-CAfile", caFile, "-verify_return_error");
			try {
				const asking = request(server.port, 0x304, { postHandshakeAuth: true, ...devices.get(type) });
				await server.hear(/GET \//);
				server.tell("c\n");
				await server.hear(/depth=0 CN ?= ?device\s+verify return:1/);
				server.tell("HTTP/1.1 200 OK\n\nhello\n");
				// a command counts only where it comes by itself
				await new Promise(resolve => setTimeout(resolve, 1000));
				server.tell("q\n");
				const result = await asking;
				assert.equal(result.code, "truncated", result.message);
				assert.match(result.text, /hello/);
			} finally {
				await server.stop();
			}
		});
	}
});

describe("client certificates: GnuTLS", { skip: lacks("gnutls-serv", "gnutls-bin") }, () => {
	cases(
		version =>
			startGnuTLS(
				identity,
				`NORMAL:-VERS-ALL:+VERS-TLS${version}`,
				"--x509cafile",
				caFile,
				"--require-client-cert",
				"--verify-client-cert",
			),
		/wants a certificate from us/,
	);
});

describe("client certificates: Node", () => {
	let server: ReturnType<typeof createServer>;
	let seen: string | undefined;

	before(async () => {
		server = createServer(
			{
				cert: identity.chain,
				key: identity.leaf.keyPem,
				ca: identity.root.pem,
				requestCert: true,
				rejectUnauthorized: true,
			},
			(socket: TLSSocket) => {
				seen = socket.getPeerCertificate().subject.CN as string | undefined;
				socket.on("error", () => {});
				socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
			},
		);
		server.on("tlsClientError", () => {});
		await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	});
	after(() => server.close());

	for (const [name, version] of versions) {
		for (const variant of ["native", "m32"]) {
			test(`TLS ${name}, the server knows its client (${variant})`, async () => {
				seen = undefined;
				await expectAnswer((server.address() as { port: number }).port, version, devices.get("p256")!, variant);
				assert.equal(seen, "device");
			});
		}
		test(`TLS ${name}, a certificate of a CA that the server does not know`, async () => {
			const stranger = makeIdentity(["localhost"]);
			const { pem, keyPem } = makeCertificate({
				subject: "device",
				key: makeKey("p256"),
				issuer: stranger.intermediate,
				extendedKeyUsage: ["clientAuth"],
			});
			const result = await request((server.address() as { port: number }).port, version, {
				clientCertificates: pem + stranger.intermediate.pem,
				clientKey: keyPem,
			});
			assert.notEqual(result.text.slice(0, 4), "HTTP");
			assert.ok(
				["peer_alert", "truncated", "closed", "transport"].includes(result.code),
				`${result.code}: ${result.message}`,
			);
		});
	}
	test("what does not go together is refused by name", async () => {
		const { port } = server.address() as { port: number };
		const p256 = devices.get("p256") as { clientCertificates: string; clientKey: string };
		const rsa = devices.get("rsa2048") as { clientCertificates: string; clientKey: string };
		for (const [secure, words] of [
			[{ clientCertificates: p256.clientCertificates }, /clientKey/],
			[{ clientKey: p256.clientKey }, /clientCertificates/],
			[{ clientCertificates: p256.clientCertificates, clientKey: rsa.clientKey }, /not a private key for the first/],
			[{ clientCertificates: rsa.clientCertificates, clientKey: p256.clientKey }, /not a private key for the first/],
			[{ clientCertificates: p256.clientCertificates, clientKey: "nothing" }, /no private key in it/],
			[{ clientCertificates: "", clientKey: p256.clientKey }, /BEGIN CERTIFICATE/],
		] as const) {
			const result = await request(port, 0x304, secure);
			assert.equal(result.code, "configuration", result.message);
			assert.match(result.message, words);
		}
	});
});
