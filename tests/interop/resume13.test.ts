/*
	TLS 1.3 sessions that go on in a later connection (RFC 8446 section 2.2). With OpenSSL, GnuTLS and Node.
*/

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { makeCertificate, makeKey } from "../../host-sim/servers/certificates.js";
import { lacks } from "../drivers/machine.js";
import { runClient } from "../faults/connect.js";
import { withServer } from "./requests.js";
import { Resuming } from "./resuming.js";
import { startGnuTLS, startNode, startOpenSSL, type RunningServer } from "./servers.js";

const tls13 = new Resuming(0x304);

function cases(start: () => Promise<RunningServer>): void {
	tls13.testCases(start);
	test("a server that does not know the ticket goes on in full", async () => {
		let session = "";
		await withServer(start(), async server => {
			session = await tls13.sessionOf(server);
		});
		await withServer(start(), async server => {
			tls13.expectAnswers(await tls13.connect(server, 2, { session }), [false, true]);
		});
	});
}

const openssl = { skip: lacks("openssl", "openssl") };
describe("TLS 1.3 sessions: OpenSSL", openssl, () => {
	cases(() => startOpenSSL(tls13.identity, "-tls1_3"));
	test("several tickets", () =>
		withServer(startOpenSSL(tls13.identity, "-tls1_3", "-num_tickets", "5"), async server => {
			const results = await tls13.connect(server, 2);
			tls13.expectAnswers(results, [false, true]);
			assert.deepEqual(
				results.map(({ sessions }) => sessions),
				[5, 1],
			);
		}));
	test("no tickets", () =>
		withServer(startOpenSSL(tls13.identity, "-tls1_3", "-num_tickets", "0"), async server => {
			const results = await tls13.connect(server, 2);
			tls13.expectAnswers(results, [false, false]);
			assert.equal(results[0]!.session, undefined);
		}));
	test("an application that wants no sessions gets none", () =>
		withServer(startOpenSSL(tls13.identity, "-tls1_3"), async server => {
			const [result] = await runClient(server.port, 1, { ca: tls13.identity.root.pem, secure: tls13.alone });
			assert.equal(result!.session, undefined);
			tls13.expectAnswers([result!], [false]);
		}));
	for (const suite of ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]) {
		test(`${suite}, by a HelloRetryRequest`, () =>
			withServer(startOpenSSL(tls13.identity, "-tls1_3", "-groups", "P-384", "-ciphersuites", suite), async server => {
				tls13.expectAnswers(await tls13.connect(server, 2), [false, true]);
			}));
	}
});
describe("TLS 1.3 sessions: OpenSSL, which keeps them", openssl, () =>
	cases(() => startOpenSSL(tls13.identity, "-tls1_3", "-no_ticket")),
);
describe("TLS 1.3 sessions: GnuTLS", { skip: lacks("gnutls-serv", "gnutls-bin") }, () => {
	const priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
	cases(() => startGnuTLS(tls13.identity, priority));
	test("by a HelloRetryRequest", () =>
		withServer(startGnuTLS(tls13.identity, `${priority}:-GROUP-ALL:+GROUP-SECP384R1`), async server => {
			tls13.expectAnswers(await tls13.connect(server, 2), [false, true]);
		}));
});
describe("TLS 1.3 sessions: Node", () =>
	cases(() => startNode(tls13.identity, Buffer.from("hello"), { minVersion: "TLSv1.3" })));

describe("TLS 1.3 sessions: what they are not good for", () => {
	let server: RunningServer;
	let session: string;

	before(async () => {
		server = await startNode(tls13.identity, Buffer.from("hello"), {
			minVersion: "TLSv1.3",
			ALPNProtocols: ["http/1.1", "h2"],
		});
		session = await tls13.sessionOf(server);
	});
	after(() => server.stop());

	tls13.testUseless(() => ({ server, session }));
	test("for a client with a certificate", () => {
		const { pem, keyPem } = makeCertificate({
			subject: "device",
			key: makeKey("p256"),
			issuer: tls13.identity.intermediate,
			extendedKeyUsage: ["clientAuth"],
		});
		return tls13.expectFull(server, session, {
			secure: { ...tls13.alone, clientCertificates: pem, clientKey: keyPem },
		});
	});
	test("made with a protocol that is not asked for now", async () => {
		const secure = { ...tls13.alone, applicationLayerProtocolNegotiation: "h2" };
		const [first] = await tls13.connect(server, 1, { secure });
		tls13.expectAnswers(await tls13.connect(server, 1, { secure, session: first!.session! }), [true]);
		await tls13.expectFull(server, first!.session!);
		await tls13.expectFull(server, first!.session!, {
			secure: { ...tls13.alone, applicationLayerProtocolNegotiation: "http/1.1" },
		});
	});
});
