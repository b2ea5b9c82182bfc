/*
	creation.static made smaller in steps of 24 bytes, down to where the engine can't start. Each run ends with an exit
	code of the README's table and a sentence. The app is apps/memory, with a stack of 640 slots and with a small one.
*/

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { buildApp } from "../../../host-sim/build/build.js";
import { runApp } from "../../../host-sim/build/run.js";
import { variants } from "../../drivers/machine.js";

const STEP_BYTES = 24;
const ENDS = [0, 20, 21, 22, 23, 24];

/** The variant m32 runs in an emulator, which takes a second each time. */
const coarse = { native: 1, m32: 40 } as Record<string, number>;

for (const variant of variants) {
	for (const [stack, most] of [
		[640, 26000],
		[96, 16000],
	] as const) {
		test(`creation.static from ${most} bytes to none, with a stack of ${stack}, ${variant}`, async t => {
			const folder = mkdtempSync(join(tmpdir(), "xs-tls-shrink-"));
			try {
				const app = await buildApp("tests/unit/simulator/apps/memory", {
					variant,
					config: { part: "use" },
					extra: {
						creation: {
							static: most,
							stack,
							chunk: { initial: 1024, incremental: 256 },
							heap: { initial: 128, incremental: 16 },
						},
					},
				});
				const text = readFileSync(app.file, "utf8");
				const file = join(folder, "app.txt");
				const counts: Record<string, number> = {};
				for (let bytes: number = most; bytes > 0; bytes -= STEP_BYTES * (coarse[variant] ?? 1)) {
					writeFileSync(file, text.replace(/^creation\tstatic\t\d+$/m, `creation\tstatic\t${bytes}`));
					const { code, stderr } = await runApp({ ...app, file }, { timeout: 20 });
					assert.ok(ENDS.includes(code), `${bytes} bytes: ended with ${code}: ${stderr}`);
					if (code !== 0) assert.match(stderr, /^sim: .*(bytes|slots)/m, `${bytes} bytes, ${code}`);
					counts[code] = (counts[code] ?? 0) + 1;
				}
				t.diagnostic(
					Object.entries(counts)
						.map(([code, count]) => `${count} runs ended with ${code}`)
						.join(", "),
				);
				assert.ok(counts[21]! > 0 && (stack < 640 || counts[0]! > 0), JSON.stringify(counts));
			} finally {
				rmSync(folder, { recursive: true });
			}
		});
	}
}
