/*
	Early data of TLS 1.3 with OpenSSL and GnuTLS.
*/

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pem } from "../../host-sim/servers/certificates.js";
import { context, integer, octetString, sequence } from "../../host-sim/servers/der.js";
import { lacks } from "../drivers/machine.js";
import { runClient, type ClientOptions, type ClientResult } from "../faults/connect.js";
import { identityOf } from "./requests.js";
import { startGnuTLS, startTalkingOpenSSL, type TalkingServer } from "./servers.js";

const identity = identityOf("p256");

function connect(server: TalkingServer, runs: number, more: Partial<ClientOptions> = {}): Promise<ClientResult[]> {
	return runClient(server.port, runs, {
		ca: identity.root.pem,
		session: "",
		early: 200,
		secure: { minVersion: 0x304 },
		...more,
	});
}

/** Answers one request of a client by hand. */
async function answer(server: TalkingServer, request: RegExp): Promise<void> {
	await server.hear(request);
	server.tell("HTTP/1.1 200 OK\n\nhello\n");
	// a command counts only where it comes by itself
	await new Promise(resolve => setTimeout(resolve, 500));
	server.tell("q\n");
}

describe("early data: OpenSSL", { skip: lacks("openssl", "openssl") }, () => {
	for (const variant of ["native", "m32"]) {
		test(`taken (${variant})`, async () => {
			const folder = mkdtempSync(join(tmpdir(), "xs-tls-early-"));
			const [ours, theirs] = [join(folder, "ours"), join(folder, "theirs")];
			const server = await startTalkingOpenSSL(
				identity,
				"-tls1_3",
				"-early_data",
				"-max_early_data",
				"200",
				"-keylogfile",
				theirs,
			);
			try {
				const connecting = connect(server, 2, { variant, env: { SSLKEYLOGFILE: ours } });
				await answer(server, /GET \//);
				await answer(server, /Early data received:[^]*End of early data/);
				const results = await connecting;
				assert.deepEqual(
					results.map(({ negotiated }) => negotiated?.earlyData),
					[false, true],
				);
				for (const { text } of results) assert.match(text, /hello/);
				const [mine, its] = [ours, theirs].map(file =>
					readFileSync(file, "utf8")
						.split("\n")
						.filter(line => /^CLIENT_EARLY_TRAFFIC_SECRET/.test(line)),
				);
				assert.equal(mine!.length, 1);
				assert.deepEqual(mine, its);
			} finally {
				await server.stop();
				rmSync(folder, { recursive: true });
			}
		});
	}
	test("a session that is offered a second time: refused, and sent again", async () => {
		const server = await startTalkingOpenSSL(identity, "-tls1_3", "-early_data", "-max_early_data", "200");
		try {
			const first = connect(server, 1);
			await answer(server, /GET \//);
			const { session } = (await first)[0]!;
			const second = connect(server, 1, { session: session! });
			await answer(server, /Early data received:[^]*End of early data/);
			assert.equal((await second)[0]!.negotiated?.earlyData, true);
			const third = connect(server, 1, { session: session! });
			await answer(server, /(GET \/[^]*){3}/);
			const [result] = await third;
			assert.equal(result!.negotiated?.earlyData, false);
			assert.match(result!.text, /hello/);
		} finally {
			await server.stop();
		}
	});
	test("refused by a HelloRetryRequest, and sent again", async () => {
		const server = await startTalkingOpenSSL(
			identity,
			"-tls1_3",
			"-early_data",
			"-max_early_data",
			"200",
			"-groups",
			"P-256",
		);
		try {
			const connecting = connect(server, 2);
			await answer(server, /GET \//);
			await answer(server, /GET \/[^]*GET \//);
			const results = await connecting;
			assert.deepEqual(
				results.map(({ negotiated }) => negotiated?.earlyData),
				[false, false],
			);
			for (const { text } of results) assert.match(text, /hello/);
		} finally {
			await server.stop();
		}
	});
});

/** A key as OpenSSL takes it with all that goes with early data: its own form of a session. */
function pskSession(key: string, maxEarlyData: number): string {
	const numbered = (number: number, value: number): Buffer => context(number, true, integer(value));
	return pem(
		"SSL SESSION PARAMETERS",
		sequence(
			integer(1),
			integer(Buffer.of(3, 4)),
			octetString(Buffer.of(0x13, 0x01)),
			octetString(Buffer.alloc(0)),
			octetString(Buffer.from(key, "hex")),
			numbered(1, Math.floor(Date.now() / 1000)),
			numbered(2, 7200),
			numbered(15, maxEarlyData),
		),
	);
}

describe("early data with an external key: OpenSSL", { skip: lacks("openssl", "openssl") }, () => {
	const key = "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef";
	let folder: string;
	before(() => {
		folder = mkdtempSync(join(tmpdir(), "xs-tls-early-key-"));
		writeFileSync(join(folder, "key"), pskSession(key, 200));
	});
	after(() => rmSync(folder, { recursive: true }));

	async function run(variant: string, psk: ClientOptions["psk"], heard: RegExp): Promise<ClientResult> {
		const server = await startTalkingOpenSSL(
			identity,
			"-tls1_3",
			"-psk_session",
			join(folder, "key"),
			"-psk_identity",
			"device17",
			"-early_data",
			"-max_early_data",
			"200",
		);
		try {
			const connecting = runClient(server.port, 1, { ca: "", psk: psk!, early: 200, variant });
			await answer(server, heard);
			return (await connecting)[0]!;
		} finally {
			await server.stop();
		}
	}

	for (const variant of ["native", "m32"]) {
		test(`taken (${variant})`, async () => {
			const { negotiated, text, message } = await run(
				variant,
				{ identity: "device17", key, maxEarlyData: 200 },
				/Early data received:[^]*End of early data/,
			);
			assert.equal(negotiated?.earlyData, true, message);
			assert.equal(negotiated.signature, 0);
			assert.match(text, /hello/);
		});
	}
	test("not sent where the key is not said to allow it", async () => {
		const { negotiated, text } = await run("native", { identity: "device17", key }, /No early data received[^]*GET \//);
		assert.equal(negotiated?.earlyData, false);
		assert.match(text, /hello/);
	});
});

// GnuTLS has no early data with external keys
describe("early data: GnuTLS", { skip: lacks("gnutls-serv", "gnutls-bin") }, () => {
	test("taken", async () => {
		const server = await startGnuTLS(identity, "NORMAL:-VERS-ALL:+VERS-TLS1.3", "--earlydata", "--maxearlydata", "200");
		try {
			const connecting = connect(server, 2);
			// it does not answer what came early
			await server.hear(/This is a resumed session[^]*Version: TLS1\.3/);
			await new Promise(resolve => setTimeout(resolve, 1000));
			await server.stop();
			const results = await connecting;
			assert.deepEqual(
				results.map(({ negotiated }) => negotiated?.earlyData),
				[false, true],
				results[1]?.message,
			);
		} finally {
			await server.stop();
		}
	});
});
