/*
	TLS 1.3 against real servers: OpenSSL, GnuTLS and Node, over suites, groups and kinds of certificate.
*/

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { KeyType } from "../../host-sim/certificates.js";
import { runClient } from "../faults/connect.js";
import { identityOf, missing, request, withServer } from "./requests.js";
import { startGnuTLS, startNode, startOpenSSL, type RunningServer } from "./servers.js";

const suites = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
const groups = [["X25519", 0x1d], ["P-256", 0x17], ["P-384", 0x18]] as const;
const keyTypes: [KeyType, number][] = [["p256", 0x0403], ["p384", 0x0503], ["rsa2048", 0x0804], ["rsa3072", 0x0804], ["rsa4096", 0x0804]];

describe("TLS 1.3 with OpenSSL", { skip: missing("openssl", "apt-get install openssl") }, () => {
	for (const suite of suites) {
		test(suite, () => withServer(startOpenSSL(identityOf("p256"), "-tls1_3", "-ciphersuites", suite), async server => {
			assert.equal((await request(server, identityOf("p256"))).negotiated?.suite, suite);
		}));
	}
	for (const [name, number] of groups) {
		test(`group ${name}${number === 0x1d ? "" : ", by a HelloRetryRequest"}`, () =>
			withServer(startOpenSSL(identityOf("p256"), "-tls1_3", "-groups", name), async server => {
				assert.equal((await request(server, identityOf("p256"))).negotiated?.group, number);
			}));
	}
	for (const [type, scheme] of keyTypes) {
		test(`certificates with ${type}`, () => withServer(startOpenSSL(identityOf(type), "-tls1_3"), async server => {
			assert.equal((await request(server, identityOf(type))).negotiated?.signature, scheme);
		}));
	}
	test("padded records", () => withServer(startOpenSSL(identityOf("p256"), "-tls1_3"), async server => {
		await request(server, identityOf("p256"), { secure: { recordPadding: 512 } });
	}));
	test("client certificate asked for, none given", () => withServer(startOpenSSL(identityOf("p256"), "-tls1_3", "-verify", "1"), async server => {
		await request(server, identityOf("p256"));
	}));
	test("client certificate demanded: the refusal is told in words", () =>
		withServer(startOpenSSL(identityOf("p256"), "-tls1_3", "-Verify", "1"), async server => {
			const [result] = await runClient(server.port, 1, { ca: identityOf("p256").root.pem });
			assert.equal(result?.code, "peer_alert");
			assert.match(result.message, /wants a certificate/);
		}));
	test("a server of TLS 1.2 only", () => withServer(startOpenSSL(identityOf("p256"), "-tls1_2"), async server => {
		const [result] = await runClient(server.port, 1, { ca: identityOf("p256").root.pem, secure: { minVersion: 0x0304 } });
		assert.equal(result?.code, "peer_alert");
		assert.match(result.message, /does not speak our version of TLS/);
	}));
});

describe("TLS 1.3 with GnuTLS", { skip: missing("gnutls-serv", "apt-get install gnutls-bin") }, () => {
	const ciphers = [["AES-128-GCM", suites[0]], ["AES-256-GCM", suites[1]], ["CHACHA20-POLY1305", suites[2]]] as const;
	for (const [cipher, suite] of ciphers) {
		test(cipher, () => withServer(startGnuTLS(identityOf("p256"), `NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+${cipher}`), async server => {
			assert.equal((await request(server, identityOf("p256"))).negotiated?.suite, suite);
		}));
	}
	test("padded records, within the record size limit", () => withServer(startGnuTLS(identityOf("p256"), "NORMAL:-VERS-ALL:+VERS-TLS1.3", "--recordsize", "512"), async server => {
		await request(server, identityOf("p256"), { secure: { recordPadding: 1024, recordSizeLimit: 1024 } });
	}));
	for (const [name, number] of [["X25519", 0x1d], ["SECP256R1", 0x17], ["SECP384R1", 0x18]] as const) {
		test(`group ${name}`, () => withServer(startGnuTLS(identityOf("rsa2048"), `NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-${name}`), async server => {
			assert.equal((await request(server, identityOf("rsa2048"))).negotiated?.group, number);
		}));
	}
});

describe("TLS 1.3 with Node", () => {
	const body = Buffer.alloc(200000, "0123456789abcdef");
	let server: RunningServer;

	before(async () => {
		server = await startNode(identityOf("p256"), body, { ALPNProtocols: ["http/1.1"] });
	});
	after(() => server.stop());

	for (const variant of ["native", "m32"]) {
		test(`200,000 bytes, whole records read (${variant})`, async () => {
			const result = await request(server, identityOf("p256"), { variant });
			assert.equal(result.code, "closed", result.message);
			assert.ok(result.length > body.length);
		});
	}
	test("200,000 bytes, 100 at a time", async () => {
		const result = await request(server, identityOf("p256"), { chunk: 100 });
		assert.equal(result.code, "closed", result.message);
		assert.ok(result.length > body.length);
	});
	test("ALPN", async () => {
		const result = await request(server, identityOf("p256"), { secure: { applicationLayerProtocolNegotiation: ["h3", "http/1.1"] } });
		assert.equal(result.negotiated?.protocol, "http/1.1");
	});
	test("ALPN without a protocol in common", async () => {
		const [result] = await runClient(server.port, 1, { ca: identityOf("p256").root.pem, secure: { applicationLayerProtocolNegotiation: "h3" } });
		assert.equal(result?.code, "peer_alert");
		assert.match(result.message, /application protocol/);
	});
	test("a hundred connections in one run", async () => {
		const results = await runClient(server.port, 100, { ca: identityOf("p256").root.pem });
		assert.equal(results.length, 100);
		for (const { code, message, length } of results) {
			assert.equal(code, "closed", message);
			assert.ok(length > body.length);
		}
	});
	test("the root is not trusted", async () => {
		const [result] = await runClient(server.port, 1, { ca: identityOf("p384").root.pem });
		assert.equal(result?.code, "untrusted");
	});
	test("another name", async () => {
		const [result] = await runClient(server.port, 1, { ca: identityOf("p256").root.pem, host: "other.example" });
		assert.equal(result?.code, "wrong_name");
	});
	test("no server at all", async () => {
		const [result] = await runClient(1, 1, { ca: identityOf("p256").root.pem });
		assert.equal(result?.code, "transport");
		assert.match(result.message, /no connection/);
	});
});
