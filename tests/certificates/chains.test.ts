/*
	Chains of certificates made on the spot, verified inside XS (chains.ts): right ones, and one for each fault. Each is
	accepted, or refused with its code and its words. The cases are in cases.ts and faults.ts.
*/

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

import { projectRoot } from "../../host-sim/build/files.js";
import { variants } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";
import { mutatedChains } from "./node/chain.js";
import { authorityCases } from "./node/authorities.js";
import { acceptedCases } from "./node/accepted.js";
import { defaultCases } from "./node/defaults.js";
import { kindCases } from "./node/kinds.js";
import { boundCases } from "./node/bounds.js";
import { endCases } from "./node/ends.js";
import { generationY } from "./node/generationy.js";
import { issuerFaults, leafFaults } from "./node/faults.js";
import { encodingFaults, forgeries, signatureFaults, timeFaults } from "./node/forgeries.js";
import { keyFaults, oddities } from "./node/oddities.js";
import { p521Cases } from "./node/p521.js";
import { pssCases } from "./node/pss.js";
import { policyCases } from "./node/policies.js";
import { pinCases } from "./node/pins.js";
import { lenientCases } from "./node/lenient.js";
import { mutatedStaple, stapleCases } from "./node/staples.js";
import { stringCases } from "./node/strings.js";

const folder = mkdtempSync(join(tmpdir(), "xs-tls-chains-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const cases = [
	...acceptedCases(),
	...forgeries(),
	...signatureFaults(),
	...timeFaults(),
	...encodingFaults(),
	...leafFaults(),
	...issuerFaults(),
	...keyFaults(),
	...oddities(),
	...pinCases(),
	...boundCases(),
	...stapleCases(),
	...stringCases(),
	...lenientCases(),
	...defaultCases(),
	...kindCases(),
	...policyCases(),
	...endCases(),
	...generationY(),
	...authorityCases(),
	...p521Cases(),
	...pssCases(),
];
writeFileSync(join(folder, "cases.json"), JSON.stringify({ cases, mutated: [...mutatedChains(), mutatedStaple()] }));

for (const variant of variants) {
	runSuite(join(projectRoot, "tests", "certificates", "chains.ts"), "certificates", {
		variant,
		extra: { data: { cases: join(folder, "cases") } },
	});
}
