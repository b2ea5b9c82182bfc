/*
	The tests that run inside XS, in the simulator: in the native build and in the 32-bit one.
*/

import { variants } from "./machine.js";
import { runFolder, unitFolders } from "./suite.js";

for (const folder of [...unitFolders(), "flows"]) runFolder(folder, variants);
