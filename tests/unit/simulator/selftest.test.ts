/*
	The chip's self-test (hardware/selftest): right here, and it finds what is wrong.
*/

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { buildApp } from "../../../host-sim/build/build.js";
import { runApp } from "../../../host-sim/build/run.js";
import { variants } from "../../drivers/machine.js";

const app = "tests/unit/simulator/apps/selftest";

async function lines(config: Record<string, string>, variant = "native"): Promise<string[]> {
	const { code, stdout, stderr } = await runApp(await buildApp(app, { config, variant }), { timeout: 120 });
	assert.equal(code, 0, stderr);
	return stdout;
}

describe("the self-test", () => {
	for (const variant of variants) {
		test(`as an app on its own: all answers are right, and each has its speed, ${variant}`, async () => {
			const { code, stdout, stderr } = await runApp(await buildApp("hardware/selftest", { variant }), { timeout: 120 });
			assert.equal(code, 0, stderr);
			assert.equal(stdout.at(-1), "all known answers are right");
			const operations = stdout.slice(1, -1);
			assert.equal(operations.length, 22);
			for (const line of operations) assert.match(line, /^\S.{23} right {2}\d+\.\d\d (MB\/s|ms)$/);
		});
	}

	for (const [name, faulty] of [
		["SHA-384", "SHA-384"],
		["AES-GCM", "AES-128-GCM"],
		["ChaCha20-Poly1305", "ChaCha20-Poly1305"],
		["X25519", "X25519 agreement"],
		["ECDH P-256", "P-256 agreement"],
		["RSA 4096 verify", "RSA-4096 PKCS #1 verify"],
		["ECDSA P-256 sign", "ECDSA P-256 sign"],
		["random", "random"],
		["HMAC-SHA-256", "HMAC-SHA-256"],
	] as const) {
		test(`tells that ${name} fails`, async () => {
			const out = await lines({ action: "fail", accelerator: name });
			const failed = out.filter(line => line.includes("FAILED"));
			assert.match(
				failed[0]!,
				new RegExp(`^${faulty.replace("#", "\\#")} +FAILED: .*the accelerator failed \\(PSA status -147\\)$`),
			);
			assert.equal(failed.length, 1);
			assert.equal(out.at(-1), "wrong: 1");
		});
	}

	test("finds every answer that is not the one it knows", async () => {
		const out = await lines({ change: "true" });
		const results = out.filter(line => / wrong: \d+$/.test(line));
		assert.ok(results.length > 30, String(results.length));
		for (const line of results) assert.doesNotMatch(line, / wrong: 0$/);
	});
});
