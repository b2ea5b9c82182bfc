/*
	Options for trust anchors and the clock, inside XS (options.ts). The clock is set in one run, and was
	never set in the other.
*/

import { join } from "node:path";

import { projectRoot } from "../../host-sim/build/files.js";
import { variants } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";
import { makeWorld } from "./node/chain.js";

const { root, upper, lower, leaf } = makeWorld();
const config = { root: root.pem, chain: leaf.pem + lower.pem + upper.pem };

for (const variant of variants) {
	for (const [clock, now] of [
		["unset", "0"],
		[String(Date.parse("2020-01-01T00:00:00Z") / 1000), "0"],
		[undefined, String(Math.floor(Date.now() / 1000))],
	] as const) {
		runSuite(join(projectRoot, "tests", "certificates", "options.ts"), "certificates", {
			variant,
			title: `certificates/options.ts, clock ${clock ?? "right"}`,
			...(clock === undefined ? {} : { clock }),
			config: { ...config, now },
		});
	}
}
