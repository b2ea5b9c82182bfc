/*
	TLS 1.2 against real servers, beside what is in the table (table.ts): the 32-bit build, both versions offered, more
	data, ALPN.
*/

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startNode, startOpenSSL } from "./servers.js";
import { identityOf, missing, request, withServer } from "./requests.js";

const keyTypes = ["p256", "p384", "rsa2048", "rsa3072", "rsa4096"] as const;
const only12 = { secure: { maxVersion: 0x0303 } };

describe("TLS 1.2 with OpenSSL", { skip: missing("openssl", "apt-get install openssl") }, () => {
	for (const type of keyTypes) {
		for (const variant of ["native", "m32"]) {
			test(`certificates with ${type} (${variant})`, () =>
				withServer(startOpenSSL(identityOf(type), "-tls1_2"), async server => {
					await request(server, identityOf(type), { variant });
				}));
		}
	}
	test("a server of both versions, asked for TLS 1.2 alone", () =>
		withServer(startOpenSSL(identityOf("p256")), async server => {
			assert.equal((await request(server, identityOf("p256"), only12)).negotiated?.version, 0x0303);
		}));
	test("client certificate asked for, none given", () =>
		withServer(startOpenSSL(identityOf("p256"), "-tls1_2", "-verify", "1"), async server => {
			await request(server, identityOf("p256"));
		}));
});

describe("TLS 1.2 with Node", () => {
	const body = Buffer.alloc(200000, "0123456789abcdef");
	for (const variant of ["native", "m32"]) {
		test(`200,000 bytes, 1,000 at a time (${variant})`, () =>
			withServer(startNode(identityOf("p256"), body, { maxVersion: "TLSv1.2" }), async server => {
				const { length } = await request(server, identityOf("p256"), { variant, chunk: 1000 });
				assert.ok(length > body.length);
			}));
	}
	test("ALPN", () =>
		withServer(
			startNode(identityOf("rsa2048"), body, { maxVersion: "TLSv1.2", ALPNProtocols: ["http/1.1"] }),
			async server => {
				const { negotiated } = await request(server, identityOf("rsa2048"), {
					secure: { applicationLayerProtocolNegotiation: ["h3", "http/1.1"] },
				});
				assert.equal(negotiated?.protocol, "http/1.1");
			},
		));
});
