/*
	room/room.ts in an arena of 96 KB, in each build.
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

for (const variant of variants)
	runSuite(join(projectRoot, "tests", "memory", "room", "room.ts"), "memory/room", { variant, extra: { creation } });
