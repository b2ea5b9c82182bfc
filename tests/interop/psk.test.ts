/*
	External pre-shared keys in TLS 1.3 (RFC 8446 section 4.2.11) with OpenSSL and GnuTLS.
*/

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { lacks } from "../drivers/machine.js";
import { runClient, type ClientOptions, type ClientResult } from "../faults/connect.js";
import { identityOf, withServer } from "./requests.js";
import { startGnuTLS, startOpenSSL, type RunningServer } from "./servers.js";

const psk = { identity: "device17", key: "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef" };

async function connect(
	server: RunningServer,
	runs: number,
	more: Partial<ClientOptions> = {},
): Promise<ClientResult[]> {
	return runClient(server.port, runs, { ca: "", psk, ...more });
}

function expectAnswers(results: ClientResult[]): void {
	for (const { code, message, text, negotiated } of results) {
		assert.ok(code === "closed" || code === "truncated", `${code}: ${message}`);
		assert.match(text, /^HTTP\/1\.[01] 200/);
		assert.equal(negotiated?.signature, 0, "no certificate was looked at");
		assert.equal(negotiated.version, 0x304);
	}
}

function cases(start: (...more: string[]) => Promise<RunningServer>, retry: string[]): void {
	for (const variant of ["native", "m32"]) {
		test(`a key alone (${variant})`, () =>
			withServer(start(), async server => expectAnswers(await connect(server, 2, { variant }))));
	}
	test("by a HelloRetryRequest", () =>
		withServer(start(...retry), async server => expectAnswers(await connect(server, 1))));
	test("sessions of it go on", () =>
		withServer(start(), async server => {
			const results = await connect(server, 2, { session: "" });
			expectAnswers(results);
			assert.deepEqual(
				results.map(({ negotiated }) => negotiated?.resumed),
				[false, true],
			);
		}));
	test("beside certificates", () =>
		withServer(start(), async server => expectAnswers(await connect(server, 1, { ca: identityOf("p256").root.pem }))));
	test("another key is refused", () =>
		withServer(start(), async server => {
			const [result] = await connect(server, 1, { psk: { ...psk, key: "00".repeat(32) } });
			assert.equal(result?.code, "peer_alert", result?.message);
			assert.match(result.message, /^the server refused: its key or hash is not that of "psk" \(alert (47|51)\)$/);
		}));
	test("another name is refused", () =>
		withServer(start(), async server => {
			const [result] = await connect(server, 1, { psk: { ...psk, identity: "device18" } });
			assert.ok(result?.code === "peer_alert" || result?.code === "handshake_failure", result?.message);
		}));
}

describe("TLS 1.3, external keys: OpenSSL", { skip: lacks("openssl", "openssl") }, () => {
	cases(
		(...more) => startOpenSSL(identityOf("p256"), "-tls1_3", "-psk", psk.key, "-psk_identity", psk.identity, ...more),
		["-groups", "P-256"],
	);
});

describe("TLS 1.3, external keys: GnuTLS", { skip: lacks("gnutls-serv", "gnutls-bin") }, () => {
	let folder: string;
	before(() => {
		folder = mkdtempSync(join(tmpdir(), "xs-tls-psk-"));
		writeFileSync(join(folder, "keys"), `${psk.identity}:${psk.key}\n`);
	});
	after(() => rmSync(folder, { recursive: true, force: true }));
	const priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-KX-ALL:+ECDHE-PSK";
	cases(
		(groups = "") => startGnuTLS(identityOf("p256"), priority + groups, "--pskpasswd", join(folder, "keys")),
		[":-GROUP-ALL:+GROUP-SECP256R1"],
	);
});
