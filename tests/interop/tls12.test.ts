/*
	TLS 1.2 against real servers: OpenSSL, GnuTLS and Node, over suites, groups and kinds of certificate.
*/

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startGnuTLS, startNode, startOpenSSL } from "./servers.js";
import { identityOf, missing, request, withServer } from "./requests.js";

/** Names of suites: the RFC's, OpenSSL's, and GnuTLS's cipher. */
const suites = [
	["AES_128_GCM_SHA256", "AES128-GCM-SHA256", "AES-128-GCM"],
	["AES_256_GCM_SHA384", "AES256-GCM-SHA384", "AES-256-GCM"],
	["CHACHA20_POLY1305_SHA256", "CHACHA20-POLY1305", "CHACHA20-POLY1305"],
] as const;
const groups = [["X25519", 0x1d], ["P-256", 0x17], ["P-384", 0x18]] as const;
const keyTypes = ["p256", "p384", "rsa2048", "rsa3072", "rsa4096"] as const;
const only12 = { secure: { maxVersion: 0x0303 } };

describe("TLS 1.2 with OpenSSL", { skip: missing("openssl", "apt-get install openssl") }, () => {
	for (const [key, type] of [["ECDSA", "p256"], ["RSA", "rsa2048"]] as const) {
		for (const [suite, name] of suites) {
			test(`ECDHE_${key} with ${suite}`, () => withServer(startOpenSSL(identityOf(type), "-tls1_2", "-cipher", `ECDHE-${key}-${name}`), async server => {
				const { negotiated } = await request(server, identityOf(type));
				assert.equal(negotiated?.suite, `TLS_ECDHE_${key}_WITH_${suite}`);
			}));
		}
	}
	for (const [name, number] of groups) {
		test(`group ${name}`, () => withServer(startOpenSSL(identityOf("p256"), "-tls1_2", "-groups", name), async server => {
			assert.equal((await request(server, identityOf("p256"))).negotiated?.group, number);
		}));
	}
	for (const type of keyTypes) {
		for (const variant of ["native", "m32"]) {
			test(`certificates with ${type} (${variant})`, () => withServer(startOpenSSL(identityOf(type), "-tls1_2"), async server => {
				await request(server, identityOf(type), { variant });
			}));
		}
	}
	test("a server of both versions, asked for TLS 1.2 alone", () => withServer(startOpenSSL(identityOf("p256")), async server => {
		assert.equal((await request(server, identityOf("p256"), only12)).negotiated?.version, 0x0303);
	}));
	test("client certificate asked for, none given", () => withServer(startOpenSSL(identityOf("p256"), "-tls1_2", "-verify", "1"), async server => {
		await request(server, identityOf("p256"));
	}));
});

describe("TLS 1.2 with GnuTLS", { skip: missing("gnutls-serv", "apt-get install gnutls-bin") }, () => {
	for (const [key, type] of [["ECDSA", "p256"], ["RSA", "rsa2048"]] as const) {
		for (const [suite, , cipher] of suites) {
			const priority = `NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+${cipher}:-KX-ALL:+ECDHE-${key}`;
			test(`ECDHE_${key} with ${suite}`, () => withServer(startGnuTLS(identityOf(type), priority), async server => {
				assert.equal((await request(server, identityOf(type))).negotiated?.suite, `TLS_ECDHE_${key}_WITH_${suite}`);
			}));
		}
	}
});

describe("TLS 1.2 with Node", () => {
	const body = Buffer.alloc(200000, "0123456789abcdef");
	for (const variant of ["native", "m32"]) {
		test(`200,000 bytes, 1,000 at a time (${variant})`, () => withServer(startNode(identityOf("p256"), body, { maxVersion: "TLSv1.2" }), async server => {
			const { length } = await request(server, identityOf("p256"), { variant, chunk: 1000 });
			assert.ok(length > body.length);
		}));
	}
	test("ALPN", () => withServer(startNode(identityOf("rsa2048"), body, { maxVersion: "TLSv1.2", ALPNProtocols: ["http/1.1"] }), async server => {
		const { negotiated } = await request(server, identityOf("rsa2048"), { secure: { applicationLayerProtocolNegotiation: ["h3", "http/1.1"] } });
		assert.equal(negotiated?.protocol, "http/1.1");
	}));
});
