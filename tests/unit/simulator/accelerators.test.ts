/*
	The accelerator model: what is counted under which name, and faults on demand. The app is apps/accelerators.
*/

import assert from "node:assert/strict";
import { test } from "node:test";

import { buildApp } from "../../../host-sim/build/build.js";
import { runApp } from "../../../host-sim/build/run.js";
import { variants } from "../../drivers/machine.js";

for (const variant of variants) {
	test(`accelerators are counted and fail on demand, ${variant}`, async () => {
		const app = await buildApp("tests/unit/simulator/apps/accelerators", { variant });
		const { code, stdout, stderr, report } = await runApp(app, { timeout: 60 });
		assert.equal(code, 0, stderr);
		const { ends, counted, faults, refused, failed } = JSON.parse(stdout[0]!);
		assert.deepEqual(ends, [105, 105]);
		const figures = Object.fromEntries(counted.map(({ name, calls, bytes }: any) => [name, [calls, bytes]]));
		assert.deepEqual(figures, {
			"SHA-256": [3, 1024],
			"SHA-384": [1, 100],
			"P-256 key pair": [1, 0],
			"P-256 public key": [1, 0],
			"ECDH P-256": [1, 32],
			"X25519 key pair": [1, 0],
			"X25519 public key": [1, 0],
			X25519: [1, 32],
			random: [1, 500],
			"key import": [4, 96],
			"AES-GCM": [2, 200],
			"ChaCha20-Poly1305": [2, 200],
		});
		for (const [name, results] of Object.entries(faults as Record<string, string[]>)) {
			assert.deepEqual([results[0], results[2]], ["", ""], name);
			assert.match(results[1]!, /accelerator failed \(PSA status -147\)/, name);
		}
		assert.deepEqual(failed.map(([name]: [string]) => name).sort(), Object.keys(faults).sort());
		assert.deepEqual(refused, ["RangeError", "RangeError"]);
		assert.deepEqual(report?.accelerators.find(one => one.name === "SHA-384")?.bytes, 100 + 3 * 100 + 4 * 100);
	});
}
