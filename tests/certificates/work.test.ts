/*
	How much work certificates can make: chains and stapled statuses made to take long, stepped through inside XS
	(work.ts) with the simulator's meter.
*/

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

import { projectRoot } from "../../host-sim/build/files.js";
import { variants } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";
import { workCases } from "./node/work.js";
import { statusWork } from "./node/status-work.js";

const folder = mkdtempSync(join(tmpdir(), "xs-tls-work-"));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "cases.json"), JSON.stringify([...workCases(), ...statusWork()]));

for (const variant of variants) {
	runSuite(join(projectRoot, "tests", "certificates", "work.ts"), "certificates", {
		variant,
		extra: { data: { cases: join(folder, "cases") } },
	});
}
