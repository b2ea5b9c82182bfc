/*
	TLS 1.3 against real servers, beside what is in the table (table.ts): padding, certificates that are not given, more
	data, ALPN. Also what ends in words.
*/

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { runClient } from "../faults/connect.js";
import { identityOf, missing, request, withServer } from "./requests.js";
import { startGnuTLS, startNode, startOpenSSL, type RunningServer } from "./servers.js";

describe("TLS 1.3 with OpenSSL", { skip: missing("openssl", "apt-get install openssl") }, () => {
	test("padded records", () =>
		withServer(startOpenSSL(identityOf("p256"), "-tls1_3"), async server => {
			await request(server, identityOf("p256"), { secure: { recordPadding: 512 } });
		}));
	test("client certificate asked for, none given", () =>
		withServer(startOpenSSL(identityOf("p256"), "-tls1_3", "-verify", "1"), async server => {
			await request(server, identityOf("p256"));
		}));
	test("client certificate demanded: the refusal is reported in words", () =>
		withServer(startOpenSSL(identityOf("p256"), "-tls1_3", "-Verify", "1"), async server => {
			const [result] = await runClient(server.port, 1, { ca: identityOf("p256").root.pem });
			assert.equal(result?.code, "peer_alert");
			assert.match(result.message, /wants a certificate/);
		}));
	test("the option groups: the server's only one by a retry, and none in common", () =>
		// in TLS 1.2 the list is also for the curves of certificates
		withServer(startOpenSSL(identityOf("rsa2048"), "-groups", "P-384"), async server => {
			const { pem } = identityOf("rsa2048").root;
			for (const maxVersion of [0x303, 0x304]) {
				const secure = { groups: ["x25519", "secp384r1"], maxVersion };
				const [taken] = await runClient(server.port, 1, { ca: pem, secure });
				assert.equal(taken?.negotiated?.group, 0x18, taken?.message);
				assert.equal(taken?.negotiated?.retried, maxVersion === 0x304);
				const [refused] = await runClient(server.port, 1, { ca: pem, secure: { groups: ["x25519"], maxVersion } });
				assert.equal(refused?.code, "peer_alert");
				assert.match(refused?.message ?? "", /handshake_failure\); offered were .*; groups x25519; signatures /);
			}
		}));
	test("the option signatureAlgorithms: the server's RSA key signs as it is asked to", () =>
		withServer(startOpenSSL(identityOf("rsa2048")), async server => {
			const { pem } = identityOf("rsa2048").root;
			for (const maxVersion of [0x303, 0x304])
				for (const [name, number] of [
					["rsa_pss_rsae_sha512", 0x806],
					["rsa_pss_rsae_sha384", 0x805],
				] as const) {
					const secure = { signatureAlgorithms: [name, "rsa_pss_rsae_sha256"], maxVersion };
					const [taken] = await runClient(server.port, 1, { ca: pem, secure });
					assert.equal(taken?.negotiated?.signature, number, taken?.message);
				}
		}));
	test("a server of TLS 1.2 only", () =>
		withServer(startOpenSSL(identityOf("p256"), "-tls1_2"), async server => {
			const [result] = await runClient(server.port, 1, {
				ca: identityOf("p256").root.pem,
				secure: { minVersion: 0x0304 },
			});
			assert.equal(result?.code, "peer_alert");
			assert.match(result.message, /does not speak TLS 1\.3, the only version offered/);
		}));
});

describe("TLS 1.3 with GnuTLS", { skip: missing("gnutls-serv", "apt-get install gnutls-bin") }, () => {
	test("padded records, within the record size limit", () =>
		withServer(
			startGnuTLS(identityOf("p256"), "NORMAL:-VERS-ALL:+VERS-TLS1.3", "--recordsize", "512"),
			async server => {
				await request(server, identityOf("p256"), { secure: { recordPadding: 1024, recordSizeLimit: 1024 } });
			},
		));
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
		const result = await request(server, identityOf("p256"), {
			secure: { applicationLayerProtocolNegotiation: ["h3", "http/1.1"] },
		});
		assert.equal(result.negotiated?.protocol, "http/1.1");
	});
	for (const into of ["ArrayBuffer", "Uint8Array", "Uint16Array", "DataView"] as const) {
		test(`200,000 bytes, read into a ${into}`, async () => {
			const [result] = await runClient(server.port, 1, { ca: identityOf("p256").root.pem, chunk: 1000, into });
			assert.equal(result?.code, "closed", result?.message);
			assert.ok(result.length > body.length);
			assert.match(result.text, /^HTTP\/1\.[01] 200[\s\S]*\r\n\r\n0123456789abcdef/);
		});
	}
	test("ALPN without a protocol in common", async () => {
		const [result] = await runClient(server.port, 1, {
			ca: identityOf("p256").root.pem,
			secure: { applicationLayerProtocolNegotiation: "h3" },
		});
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
