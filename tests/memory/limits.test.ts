/*
	What must fit, what must not grow, and what must go on beside a handshake. The app is tests/bench.
*/

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { inUse, memoryVariant, work, type Chain } from "../../host-sim/programs/bench/measure.js";
import { startServer } from "../../host-sim/programs/bench/server.js";
import { buildApp } from "../../host-sim/build/build.js";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { runApp, type Mark } from "../../host-sim/build/run.js";
import { lacks32 } from "../drivers/machine.js";
import { missing } from "../interop/requests.js";
import { startGnuTLS } from "../interop/servers.js";

/** Calls of one mark that a device without an accelerator spends long in: key agreement, its key pair, signatures. */
function publicKeyCalls({ accelerators }: Mark): number {
	return Object.entries(accelerators)
		.filter(([name]) => /verify|sign|key pair|^X25519$|^P-\d+$|ECDH/.test(name))
		.reduce((sum, [, [calls]]) => sum + calls, 0);
}

interface Ending {
	readonly code: string;
	readonly received: number;
}

function endings(stdout: readonly string[]): Ending[] {
	return stdout.filter(line => line.startsWith("{")).map(line => JSON.parse(line) as Ending);
}

describe("limits", { skip: lacks32 }, () => {
	test("a hundred requests leave memory where it was", async () => {
		const { marks, stdout } = await work({ part: "get", times: 100 });
		assert.equal(endings(stdout).filter(end => end.code === "closed" && end.received > 1024).length, 100);
		const used = marks.filter(mark => mark.name === "request").map(inUse);
		assert.equal(used.length, 100);
		assert.equal(used[99], used[1], `${used[1]} bytes are in use after two requests, ${used[99]} after a hundred`);
		assert.ok(
			Math.max(...used.slice(1)) - Math.min(...used.slice(1)) <= 64,
			"memory goes up and down between requests",
		);
	});

	for (const chain of ["rsa", "ecdsa"] as Chain[]) {
		test(`a timer goes on beside a handshake, ${chain}`, async () => {
			const { marks } = await work({ part: "ticks", chain });
			const done = marks.findIndex(mark => mark.name === "handshake");
			assert.ok(done > 0, "the handshake was not done");
			const calls = marks.slice(0, done + 1).map(publicKeyCalls);
			assert.ok(
				calls.at(-1)! >= 5,
				`${calls.at(-1)} public-key operations: a key pair, an agreement and three signatures were expected`,
			);
			const most = Math.max(...calls.slice(1).map((count, i) => count - calls[i]!));
			assert.equal(most, 1, `${most} public-key operations between two ticks of a timer`);
		});
	}

	/** Runs tests/memory/pair as its manifest has it, with its 32 KB. */
	async function pair(identity: ServerIdentity, port: number): Promise<Ending[]> {
		const app = await buildApp(join(projectRoot, "tests", "memory", "pair"), {
			variant: memoryVariant,
			config: { port: String(port), ca: identity.root.pem },
		});
		const { code, stdout, stderr } = await runApp(app, { timeout: 60 });
		assert.equal(code, 0, stderr);
		return endings(stdout);
	}

	for (const chain of ["rsa2048", "p256"] as const) {
		test(`two connections at once in 32 KB, records of 4 KB, ${chain}`, async () => {
			const identity = makeIdentity(["localhost"], chain);
			const server = await startServer(identity, { fragment: 4095, body: 8192 });
			try {
				const ended = await pair(identity, server.port);
				assert.deepEqual(
					ended.map(({ code, received }) => [code, received > 8192]),
					[
						["closed", true],
						["closed", true],
					],
				);
			} finally {
				await server.stop();
			}
		});
		test(`two connections at once in 32 KB, to a server that agrees to the limit, ${chain}`, {
			skip: missing("gnutls-serv", "apt-get install gnutls-bin"),
		}, async () => {
			const identity = makeIdentity(["localhost"], chain);
			const server = await startGnuTLS(identity, "NORMAL");
			try {
				const ended = await pair(identity, server.port);
				assert.deepEqual(
					ended.map(({ code, received }) => [code, received > 200]),
					[
						["closed", true],
						["closed", true],
					],
				);
			} finally {
				await server.stop();
			}
		});
	}
});
