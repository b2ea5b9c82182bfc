/*
	room/ in an arena of 96 KB, in each build.
*/

import { join } from "node:path";

import { projectRoot } from "../../host-sim/build/files.js";
import { variants } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";

const folder = join(projectRoot, "tests", "memory", "room");

for (const variant of variants)
	for (const name of ["room.ts", "https.ts", "words.ts", "json.ts", "bodies.ts"])
		runSuite(join(folder, name), "memory/room", { variant });
