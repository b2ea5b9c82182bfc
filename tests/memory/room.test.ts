/*
	room/ in an arena of 96 KB, in each build.
*/

import { join } from "node:path";

import { projectRoot } from "../../host-sim/build/files.js";
import { variants } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";

const creation = {
	static: 98304,
	chunk: { initial: 4096, incremental: 1024 },
	heap: { initial: 1024, incremental: 64 },
	stack: 512,
	keys: { available: 64, name: 53, symbol: 37 },
};

const folder = join(projectRoot, "tests", "memory", "room");

/** All that stands in the folder is compiled with each of its files. */
const extra = {
	creation,
	include: ["../modules/https/manifest.json"],
	modules: { "test/unit/https/peer": "./unit/https/peer" },
};

for (const variant of variants)
	for (const name of ["room.ts", "https.ts"]) runSuite(join(folder, name), "memory/room", { variant, extra });
