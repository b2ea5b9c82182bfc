/*
	X25519MLKEM768 with OpenSSL 3.5 (host-sim/servers/openssl35.ts).
*/

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { Problem } from "../../host-sim/build/files.js";
import { findOpenSSL35 } from "../../host-sim/servers/openssl35.js";
import { runClient, type ClientOptions } from "../faults/connect.js";
import { variants } from "../drivers/machine.js";
import { identityOf, withServer } from "./requests.js";
import { startProgram, type TalkingServer } from "./servers.js";
import { startSplitter } from "./splitter.js";

const HYBRID = 0x11ec,
	X25519 = 0x1d,
	P256 = 0x17;

async function find(): Promise<{ program: string; lacking: string | false }> {
	try {
		return { program: await findOpenSSL35(), lacking: false };
	} catch (error) {
		if (!(error instanceof Problem)) throw error;
		return { program: "", lacking: error.message };
	}
}

const { program, lacking } = await find();

function start(...values: string[]): Promise<TalkingServer> {
	return startProgram(program, identityOf("p256"), (port, folder) => [
		"s_server",
		"-accept",
		String(port),
		"-cert",
		join(folder, "chain.pem"),
		"-cert_chain",
		join(folder, "chain.pem"),
		"-key",
		join(folder, "key.pem"),
		"-www",
		"-quiet",
		...values,
	]);
}

/** The groups that so many connections negotiate, each with the session of the one before. */
async function groups(port: number, runs: number, options: Partial<ClientOptions> = {}): Promise<string[]> {
	const { root } = identityOf("p256");
	const results = await runClient(port, runs, { ca: root.pem, optional: ["hybrid"], session: "", ...options });
	return results.map(({ code, message, text, negotiated }) => {
		assert.equal(code, "closed", message);
		assert.match(text, /HTTP\/1/);
		return `${negotiated?.group}${negotiated?.resumed ? " resumed" : ""}`;
	});
}

describe("X25519MLKEM768 with OpenSSL 3.5", { skip: lacking }, () => {
	for (const variant of variants) {
		test(`its own choice, and resumed (${variant})`, () =>
			withServer(start("-tls1_3"), async ({ port }) => {
				assert.deepEqual(await groups(port, 2, { variant }), [`${HYBRID}`, `${HYBRID} resumed`]);
			}));
	}
	test("a server without the group takes the X25519 key of the same hello", () =>
		withServer(start("-tls1_3", "-groups", "X25519:P-256"), async ({ port }) => {
			assert.deepEqual(await groups(port, 1), [`${X25519}`]);
		}));
	test("a server of P-256 asks for another hello", () =>
		withServer(start("-tls1_3", "-groups", "P-256"), async ({ port }) => {
			assert.deepEqual(await groups(port, 2), [`${P256}`, `${P256} resumed`]);
		}));
	test("TLS 1.2", () =>
		withServer(start("-tls1_2"), async ({ port }) => {
			assert.equal((await groups(port, 1)).length, 1);
		}));
	test("one byte of the server in each segment", () =>
		withServer(start("-tls1_3"), async ({ port }) => {
			const splitter = await startSplitter(port);
			try {
				assert.deepEqual(await groups(splitter.port, 1), [`${HYBRID}`]);
			} finally {
				await splitter.stop();
			}
		}));
});
