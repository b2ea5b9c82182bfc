/*
	The tests that run inside XS, in the simulator: in the native build and in the 32-bit one. XS_TLS_FOLDER in the
	environment, such as unit/x509, picks one folder.
*/

import { variants } from "./machine.js";
import { runFolder, unitFolders } from "./suite.js";

const only = process.env["XS_TLS_FOLDER"];

for (const folder of only ? [only] : [...unitFolders(), "flows"]) runFolder(folder, variants);
