/*
	Faults of the accelerators in the paths of a connection: handshakes of both versions, and bulk transfer. Whatever
	fails, in whatever way, ends in one TLSError that says what was attempted. Nothing is handed out that was not
	authenticated, and native memory is given back.
*/

import assert from "node:assert/strict";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";

import { buildApp } from "../../../host-sim/build/build.js";
import { makeIdentity } from "../../../host-sim/servers/certificates.js";
import { runApp, type RunOptions } from "../../../host-sim/build/run.js";

const app = "tests/unit/simulator/apps/faulty";
const size = 100_000;
const body = Buffer.alloc(size, "0123456789");
const { root, intermediate, leaf } = makeIdentity(["localhost"]);

type Fault = [action: string, name: string, nth: number, delay?: number];
interface Ending {
	fault: Fault;
	opened: boolean;
	received: number;
	sum: number;
	code: string;
	message: string;
	left: number;
}

let server: Server;

/** What is read of the server's answer, over all of it. */
function checksum(bytes: Buffer): number {
	return bytes.reduce((sum, byte) => (sum + byte) % 65521, 0);
}

async function connect(
	faults: readonly Fault[],
	secure: object,
	options: RunOptions = {},
): Promise<{ endings: Ending[]; calls: Record<string, number> }> {
	const { port } = server.address() as AddressInfo;
	const built = await buildApp(app, {
		config: { port: String(port), ca: root.pem, secure: JSON.stringify(secure), faults: JSON.stringify(faults) },
	});
	const { code, stdout, stderr, report } = await runApp(built, { timeout: 120, ...options });
	assert.equal(code, 0, stderr);
	return {
		endings: stdout.map(line => JSON.parse(line) as Ending),
		calls: Object.fromEntries(report!.accelerators.map(one => [one.name, one.calls])),
	};
}

const versions = {
	"TLS 1.3": { minVersion: 0x304, cipherSuites: ["TLS_AES_128_GCM_SHA256"] },
	"TLS 1.3, SHA-384": { minVersion: 0x304, cipherSuites: ["TLS_AES_256_GCM_SHA384"] },
	"TLS 1.3, ChaCha20": { minVersion: 0x304, cipherSuites: ["TLS_CHACHA20_POLY1305_SHA256"] },
	"TLS 1.3, CCM": { minVersion: 0x304, cipherSuites: ["TLS_AES_128_CCM_SHA256"] },
	"TLS 1.2": { maxVersion: 0x303, cipherSuites: ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"] },
};

/** How the message ends. */
const words: Readonly<Record<string, string>> = {
	fail: ": the accelerator failed (PSA status -147)",
	busy: ": the driver failed (PSA status -132)",
	memory: ": not enough native memory or no free key slot (PSA status -141)",
};

/** No call of such a name: it changes nothing. */
const nothing: Fault = ["fail", "nothing", 1];

describe("faults of the accelerators", () => {
	before(async () => {
		// a record of 8 KB and the rest, so that there is bulk
		// Node offers no CCM by itself
		const suites = Object.values(versions)
			.filter(one => "minVersion" in one)
			.flatMap(one => one.cipherSuites);
		const options = { key: leaf.keyPem, cert: leaf.pem + intermediate.pem, ciphers: [...suites, "HIGH"].join(":") };
		server = createServer(options, (_, response) => {
			response.sendDate = false; // all answers are the same, also when a second ends in between
			response.end(body);
		});
		await new Promise<void>(resolve => {
			server.listen(0, "127.0.0.1", resolve);
		});
	});
	after(() => {
		server.close();
		server.closeAllConnections();
	});

	for (const [version, secure] of Object.entries(versions)) {
		test(`${version}: each accelerator, at its first and its last call, in each way`, async () => {
			const clean = await connect([nothing], secure);
			const [{ code, received, left }] = clean.endings as [Ending];
			assert.deepEqual([code, received > size, left], ["closed", true, 0]);
			const faults: Fault[] = [];
			for (const [name, calls] of Object.entries(clean.calls)) {
				if (name === "nothing") continue;
				for (const action of ["fail", "busy", "memory"])
					for (const nth of new Set([1, calls])) faults.push([action, name, nth]);
			}
			assert.ok(faults.length > 30, String(faults.length));
			const { endings } = await connect(faults, secure);
			assert.equal(endings.length, faults.length);
			for (const { fault, opened, received: before, code: end, message, left: kept } of endings) {
				const told = JSON.stringify(fault);
				// the last call may be that for our own close_notify: all has come by then
				if (end === "closed") assert.ok(before > size && fault[2] > 1, told);
				else {
					assert.equal(end, fault[0] === "memory" ? "out_of_memory" : "crypto", `${told}: ${message}`);
					assert.ok(message.endsWith(words[fault[0]]!), `${told}: ${message}`);
				}
				if (!opened) assert.equal(before, 0, told);
				assert.equal(kept, 0, told);
			}
			assert.ok(endings.filter(({ code: end, opened }) => end !== "closed" && !opened).length > 20);
		});
	}

	test("bulk: what was handed out before the fault is right, and nothing of the record that failed", async () => {
		const faults = [8, 10, 12].map(nth => ["fail", "AES-GCM", nth] as Fault);
		const { endings } = await connect([nothing, ...faults], versions["TLS 1.3"]);
		const [clean, ...failed] = endings as [Ending, ...Ending[]];
		const head = clean.received - size;
		assert.ok(failed.some(({ received }) => received > head));
		for (const { opened, received, sum, code, left } of failed) {
			assert.deepEqual([code, opened, left], ["crypto", true, 0]);
			assert.ok(received < clean.received);
			if (received < head) continue;
			// the head of the answer, then the body's bytes in order
			const whole = (clean.sum - checksum(body) + 65521) % 65521;
			assert.equal(sum, (whole + checksum(body.subarray(0, received - head))) % 65521);
		}
	});

	test("late: nothing is lost", async () => {
		const late: Fault[] = [
			["late", "ECDSA P-256 verify", 1, 300],
			["late", "AES-GCM", 9, 300],
			["late", "X25519", 1, 300],
		];
		const { endings } = await connect([nothing, ...late], versions["TLS 1.3"]);
		for (const { code, received, left } of endings) {
			assert.deepEqual([code, received, left], ["closed", endings[0]!.received, 0]);
		}
	});
});
