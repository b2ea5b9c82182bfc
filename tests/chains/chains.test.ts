/*
	Chains that are right must be accepted, and chains that somebody tampered with refused, for the reason that is theirs (chains.ts runs them
	inside XS, peers/chain-cases.ts makes them).
*/

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

import { projectRoot } from "../../host-sim/files.js";
import { variants } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";
import { allCases } from "../peers/chain-cases.js";

const folder = mkdtempSync(join(tmpdir(), "xs-tls-chains-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "chains.json");
writeFileSync(file, JSON.stringify(allCases()));

for (const variant of variants) {
	runSuite(join(projectRoot, "tests", "chains", "chains.ts"), "chains", { variant, extra: { data: { chains: join(folder, "chains") } } });
}
