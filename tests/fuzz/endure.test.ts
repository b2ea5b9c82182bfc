/*
	Connections that are cut after each byte of either side, and a thousand in a row: what stays behind of them is
	nothing.
*/

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { buildApp } from "../../host-sim/build/build.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { runApp } from "../../host-sim/build/run.js";
import { CLOCK, makeMaterial } from "../../host-sim/programs/fuzz/material.js";
import { variants } from "../drivers/machine.js";

interface Line {
	readonly wrong?: string;
	readonly cuts?: number;
	readonly many?: number;
	readonly version: number;
	readonly resumed: boolean | number;
	readonly codes?: Readonly<Record<string, number>>;
	readonly bytes?: Readonly<Record<string, number>>;
	readonly held?: {
		readonly chunks: number;
		readonly slots: number;
		readonly nativeBytes: number;
		readonly keySlots: number;
	};
}

async function run(variant: string, more: Readonly<Record<string, string>>): Promise<Line[]> {
	const app = await buildApp(join(projectRoot, "tests", "fuzz"), {
		variant,
		config: { material: makeMaterial(), ...more },
		extra: { creation: { main: "test/fuzz/endure" } },
	});
	const { code, stdout, stderr } = await runApp(app, { timeout: 500, clock: CLOCK });
	assert.equal(code, 0, `the simulator ended with ${code}: ${stderr}${stdout.slice(-3).join("\n")}`);
	return stdout.map(line => JSON.parse(line) as Line);
}

for (const variant of variants) {
	// the emulator takes ten times as long
	const isSlow = variant !== "native";
	describe(`connections, ${variant}`, () => {
		test("cut after every byte: one error each, and a good connection after", async t => {
			const lines = await run(variant, { mode: "cuts", stride: isSlow ? "29" : "1" });
			assert.deepEqual(
				lines.flatMap(({ wrong }) => wrong ?? []),
				[],
			);
			const kinds = lines.filter(({ cuts }) => cuts);
			assert.equal(kinds.length, 4);
			for (const { cuts, version, resumed, bytes, codes } of kinds)
				t.diagnostic(
					`TLS 1.${version - 0x301}, ${resumed ? "resumed" : "full"}: ${cuts} cuts of ${JSON.stringify(bytes)} bytes: ${JSON.stringify(codes)}`,
				);
		});
		test("many in a row: memory and keys are the same after a tenth of them and after all", async t => {
			const count = isSlow ? 100 : 1000;
			const lines = await run(variant, { mode: "many", count: String(count) });
			assert.equal(lines.length, 4);
			for (let i = 0; i < lines.length; i += 2) {
				const [early, late] = [lines[i]!, lines[i + 1]!];
				assert.deepEqual([early.many, late.many], [count / 10, count]);
				assert.ok(Number(late.resumed) >= count * 0.89, `${late.resumed} were resumed`);
				t.diagnostic(
					`TLS 1.${late.version - 0x301}: ${count} connections, ${late.resumed} resumed: ${JSON.stringify(late.held)}`,
				);
				assert.deepEqual(late.held, early.held);
			}
		});
	});
}
