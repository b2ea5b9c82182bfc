/*
	TLS 1.3 sessions that go on in a later connection, in one run of the simulator and after a restart (RFC 8446 section
	2.2). With OpenSSL, GnuTLS and Node.
*/

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { lacks } from "../drivers/machine.js";
import { runClient, type ClientOptions, type ClientResult } from "../faults/connect.js";
import { withServer } from "./requests.js";
import { startGnuTLS, startNode, startOpenSSL, type RunningServer } from "./servers.js";

const both = { minVersion: 0x303, maxVersion: 0x304 };
const only13 = { minVersion: 0x304, maxVersion: 0x304 };

let identity: ServerIdentity;
before(() => {
	identity = makeIdentity(["localhost"]);
});

function connect(server: RunningServer, runs: number, more: Partial<ClientOptions> = {}): Promise<ClientResult[]> {
	return runClient(server.port, runs, { ca: identity.root.pem, session: "", secure: only13, ...more });
}

/** Every connection got its answer; which of them went on with a session. */
function expectAnswers(results: ClientResult[], resumed: boolean[]): void {
	for (const { code, message, text } of results) {
		assert.ok(code === "closed" || code === "truncated", `${code}: ${message}`);
		assert.match(text, /^HTTP\/1\.[01] 200/);
	}
	assert.deepEqual(
		results.map(({ negotiated }) => negotiated?.resumed),
		resumed,
	);
	assert.deepEqual(
		results.map(({ negotiated }) => negotiated?.version),
		results.map(() => 0x304),
	);
}

/** In one run, and with the session brought into another one. */
function cases(start: (...more: string[]) => Promise<RunningServer>): void {
	for (const [title, secure] of [
		["TLS 1.3 offered", only13],
		["both versions offered", both],
	] as const) {
		test(`three connections, ${title}`, () =>
			withServer(start(), async server => {
				expectAnswers(await connect(server, 3, { secure }), [false, true, true]);
			}));
	}
	for (const variant of ["native", "m32"]) {
		test(`after a restart (${variant})`, () =>
			withServer(start(), async server => {
				const [first] = await connect(server, 1, { variant });
				assert.ok(first?.session);
				const [second] = await connect(server, 1, { variant, session: first.session });
				expectAnswers([first, second!], [false, true]);
				assert.equal(second?.negotiated?.subject, first.negotiated?.subject);
				assert.equal(second?.negotiated?.signature, first.negotiated?.signature);
			}));
	}
	test("a server that does not know the ticket goes on in full", async () => {
		let session = "";
		await withServer(start(), async server => {
			session = (await connect(server, 1))[0]!.session!;
			assert.ok(session);
		});
		await withServer(start(), async server => {
			expectAnswers(await connect(server, 2, { session }), [false, true]);
		});
	});
}

const openssl = { skip: lacks("openssl", "openssl") };
describe("TLS 1.3 sessions: OpenSSL", openssl, () => {
	cases(() => startOpenSSL(identity, "-tls1_3"));
	test("several tickets", () =>
		withServer(startOpenSSL(identity, "-tls1_3", "-num_tickets", "5"), async server => {
			const results = await connect(server, 2);
			expectAnswers(results, [false, true]);
			assert.deepEqual(
				results.map(({ sessions }) => sessions),
				[5, 1],
			);
		}));
	test("no tickets", () =>
		withServer(startOpenSSL(identity, "-tls1_3", "-num_tickets", "0"), async server => {
			const results = await connect(server, 2);
			expectAnswers(results, [false, false]);
			assert.equal(results[0]!.session, undefined);
		}));
	test("an application that wants no sessions gets none", () =>
		withServer(startOpenSSL(identity, "-tls1_3"), async server => {
			const [result] = await runClient(server.port, 1, { ca: identity.root.pem, secure: only13 });
			assert.equal(result!.session, undefined);
			expectAnswers([result!], [false]);
		}));
	for (const suite of ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]) {
		test(`${suite}, by a HelloRetryRequest`, () =>
			withServer(startOpenSSL(identity, "-tls1_3", "-groups", "P-384", "-ciphersuites", suite), async server => {
				expectAnswers(await connect(server, 2), [false, true]);
			}));
	}
});
describe("TLS 1.3 sessions: OpenSSL, which keeps them", openssl, () =>
	cases(() => startOpenSSL(identity, "-tls1_3", "-no_ticket")),
);
describe("TLS 1.3 sessions: GnuTLS", { skip: lacks("gnutls-serv", "gnutls-bin") }, () => {
	const priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
	cases(() => startGnuTLS(identity, priority));
	test("by a HelloRetryRequest", () =>
		withServer(startGnuTLS(identity, `${priority}:-GROUP-ALL:+GROUP-SECP384R1`), async server => {
			expectAnswers(await connect(server, 2), [false, true]);
		}));
});
describe("TLS 1.3 sessions: Node", () =>
	cases(() => startNode(identity, Buffer.from("hello"), { minVersion: "TLSv1.3" })));

describe("TLS 1.3 sessions: what they are not good for", () => {
	let server: RunningServer;
	let session: string;

	before(async () => {
		server = await startNode(identity, Buffer.from("hello"), {
			minVersion: "TLSv1.3",
			ALPNProtocols: ["http/1.1", "h2"],
		});
		session = (await connect(server, 1))[0]!.session!;
	});
	after(() => server.stop());

	/** The session is passed over, and a full handshake goes on. */
	async function expectFull(offered: string, more: Partial<ClientOptions> = {}): Promise<void> {
		expectAnswers(await connect(server, 1, { session: offered, ...more }), [false]);
	}

	function changed(at: number, value: string): string {
		return session.slice(0, 2 * at) + value + session.slice(2 * at + value.length);
	}

	test("the session that was made is right", async () => {
		expectAnswers(await connect(server, 1, { session }), [true]);
	});
	// which one it was, and when, only its own check tells: tests/unit/handshake/session.ts
	test("a format that is not known", () => expectFull(changed(0, "63")));
	test("an earlier format", () => expectFull(changed(0, "04")));
	for (const at of [1, 3, 5, 9, 13, 17, 22, 60, 100, 180])
		test(`damaged at byte ${at}`, () => expectFull(changed(at, "0102030405")));
	for (const cut of [0, 1, 2, 20, 46, 60, 97, 110])
		test(`cut after ${cut} bytes`, () => expectFull(session.slice(0, 2 * cut)));
	test("with a byte too many", () => expectFull(`${session}00`));
	test("for another name", async () => {
		const [result] = await connect(server, 1, { session, host: "other.example" });
		assert.equal(result?.code, "wrong_name", "the certificate is looked at again");
	});
	test("under another authority", async () => {
		const [result] = await connect(server, 1, { session, ca: makeIdentity(["localhost"]).root.pem });
		assert.equal(result?.code, "untrusted", "the certificate is looked at again");
	});
	test("for a client with a certificate", () => {
		const { pem, keyPem } = makeCertificate({
			subject: "device",
			key: makeKey("p256"),
			issuer: identity.intermediate,
			extendedKeyUsage: ["clientAuth"],
		});
		return expectFull(session, { secure: { ...only13, clientCertificates: pem, clientKey: keyPem } });
	});
	test("made with a protocol that is not asked for now", async () => {
		const secure = { ...only13, applicationLayerProtocolNegotiation: "h2" };
		const [first] = await connect(server, 1, { secure });
		expectAnswers(await connect(server, 1, { secure, session: first!.session! }), [true]);
		await expectFull(first!.session!);
		await expectFull(first!.session!, { secure: { ...only13, applicationLayerProtocolNegotiation: "http/1.1" } });
	});
});
