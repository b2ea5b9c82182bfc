/*
	X25519MLKEM768 with OpenSSL 3.5 (host-sim/servers/openssl35.ts) and Go (go.ts). No BoringSSL of Debian knows the
	group: 13 has CECPQ2, 14 an early Kyber.
*/

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { buildApp } from "../../host-sim/build/build.js";
import { Problem, projectRoot } from "../../host-sim/build/files.js";
import { runApp } from "../../host-sim/build/run.js";
import { findOpenSSL35 } from "../../host-sim/servers/openssl35.js";
import { runClient, type ClientOptions } from "../faults/connect.js";
import { variants } from "../drivers/machine.js";
import { findGoServer } from "./go.js";
import { identityOf, withServer } from "./requests.js";
import { startProgram, type RunningServer, type TalkingServer } from "./servers.js";
import { startCutter, startSplitter } from "./splitter.js";

const HYBRID = 0x11ec,
	X25519 = 0x1d,
	P256 = 0x17;

/** What the client offers to get the hybrid group only where a server asks for it. */
const X25519_FIRST = ["x25519", "secp256r1", "X25519MLKEM768"];

/** A whole hello of the client, with both shares, has so many bytes at most, record header included. */
const MAX_HELLO_BYTES = 1600;

/** Native memory, in which ML-KEM works, is not in it. */
const DEMO_CREATION = {
	static: 24576,
	stack: 400,
	chunk: { initial: 512, incremental: 256 },
	heap: { initial: 128, incremental: 16 },
};

interface Server {
	readonly program: string;
	readonly lacking: string | false;
}

async function find(finder: () => Promise<string>): Promise<Server> {
	try {
		return { program: await finder(), lacking: false };
	} catch (error) {
		if (!(error instanceof Problem)) throw error;
		return { program: "", lacking: error.message };
	}
}

const openSSL = await find(findOpenSSL35);
const go = await find(findGoServer);

function start(...values: string[]): Promise<TalkingServer> {
	return startProgram(openSSL.program, identityOf("p256"), (port, folder) => [
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

/** The groups that so many connections negotiate; the second of two has the session of the first. */
async function groups(port: number, runs: number, options: Partial<ClientOptions> = {}): Promise<string[]> {
	const { root } = identityOf("p256");
	const results = await runClient(port, runs, {
		ca: root.pem,
		optional: ["hybrid"],
		...(runs === 2 ? { session: "" } : {}),
		...options,
	});
	return results.map(({ code, message, text, negotiated }) => {
		assert.equal(code, "closed", message);
		assert.match(text, /HTTP\/1/);
		return `${negotiated?.group}${negotiated?.resumed ? " resumed" : ""}`;
	});
}

describe("X25519MLKEM768 with OpenSSL 3.5", { skip: openSSL.lacking }, () => {
	for (const variant of variants) {
		test(`its own choice, and resumed (${variant})`, () =>
			withServer(start("-tls1_3"), async ({ port }) => {
				assert.deepEqual(await groups(port, 2, { variant }), [`${HYBRID}`, `${HYBRID} resumed`]);
			}));
	}
	test("the demo, in 24 KB", { skip: variants.includes("m32") ? false : "left out: it needs the 32-bit build" }, () =>
		withServer(start("-tls1_3"), async ({ port }) => {
			const app = await buildApp(projectRoot, {
				variant: "m32",
				config: { url: `https://localhost:${port}/`, ca: identityOf("p256").root.pem },
				extra: { include: ["./modules/optional/hybrid/manifest.json"], creation: DEMO_CREATION },
			});
			const { code, stdout, stderr } = await runApp(app, { timeout: 60 });
			assert.equal(code, 0, `${stderr}\n${stdout.join("\n")}`);
			assert.ok(stdout.some(line => line.includes("X25519MLKEM768")) && stdout.some(line => line === "status 200 ok"));
		}),
	);
	test("its first choice is not offered: no retry", () =>
		withServer(start("-tls1_3", "-groups", "X25519MLKEM768:X25519:P-256"), async ({ port }) => {
			const [result] = await runClient(port, 1, { ca: identityOf("p256").root.pem });
			assert.match(result!.text, /HTTP\/1/, result!.message);
			assert.equal(result!.negotiated!.group, X25519);
			assert.equal(result!.negotiated!.retried, false);
		}));
	test("its first choice is offered without a share: it asks for that", () =>
		withServer(start("-tls1_3", "-groups", "*X25519MLKEM768/*X25519:P-256"), async ({ port }) => {
			const [result] = await runClient(port, 1, {
				ca: identityOf("p256").root.pem,
				optional: ["hybrid"],
				secure: { groups: ["x25519", "secp256r1", "X25519MLKEM768"] },
			});
			assert.match(result!.text, /HTTP\/1/, result!.message);
			assert.equal(result!.negotiated!.group, HYBRID);
			assert.equal(result!.negotiated!.retried, true);
		}));
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
	test("a server of the group alone, which was not sent a share of it, asks for another hello", () =>
		withServer(start("-tls1_3", "-groups", "X25519MLKEM768"), async ({ port }) => {
			const secure = { groups: X25519_FIRST };
			assert.deepEqual(await groups(port, 2, { secure }), [`${HYBRID}`, `${HYBRID} resumed`]);
		}));
	test("one byte in each segment, both ways", () =>
		withServer(start("-tls1_3"), ({ port }) =>
			withServer(startSplitter(port), async splitter => {
				assert.deepEqual(await groups(splitter.port, 1), [`${HYBRID}`]);
			}),
		));
	test("TCP takes few bytes of the hello at a time", () =>
		withServer(start("-tls1_3"), async ({ port }) => {
			for (const tcpBuffer of [150, 211, 397, 517, 801, 1216, 1448])
				assert.deepEqual(await groups(port, 1, { tcpBuffer }), [`${HYBRID}`], `${tcpBuffer} bytes`);
		}));
	test("the hello is cut at every byte", () =>
		withServer(start("-tls1_3"), ({ port }) =>
			withServer(startCutter(port), async cutter => {
				const found = await groups(cutter.port, MAX_HELLO_BYTES, { timeout: 240 });
				assert.deepEqual(new Set(found), new Set([`${HYBRID}`]));
			}),
		));
});

describe("X25519MLKEM768 with Go", { skip: go.lacking }, () => {
	const startGo = (...values: string[]): Promise<RunningServer> =>
		startProgram(go.program, identityOf("p256"), port => [String(port), ...values]);

	for (const variant of variants) {
		test(`its own choice, and resumed (${variant})`, () =>
			withServer(startGo(), async ({ port }) => {
				assert.deepEqual(await groups(port, 2, { variant }), [`${HYBRID}`, `${HYBRID} resumed`]);
			}));
	}
	test("a server without the group takes the X25519 key of the same hello", () =>
		withServer(startGo("X25519,P-256"), async ({ port }) => {
			assert.deepEqual(await groups(port, 1), [`${X25519}`]);
		}));
	test("a server of P-256 asks for another hello", () =>
		withServer(startGo("P-256"), async ({ port }) => {
			assert.deepEqual(await groups(port, 2), [`${P256}`, `${P256} resumed`]);
		}));
	test("a server of the group alone, which was not sent a share of it, asks for another hello", () =>
		withServer(startGo("X25519MLKEM768"), async ({ port }) => {
			assert.deepEqual(await groups(port, 2, { secure: { groups: X25519_FIRST } }), [`${HYBRID}`, `${HYBRID} resumed`]);
		}));
	test("one byte in each segment, both ways", () =>
		withServer(startGo(), ({ port }) =>
			withServer(startSplitter(port), async splitter => {
				assert.deepEqual(await groups(splitter.port, 1), [`${HYBRID}`]);
			}),
		));
});
