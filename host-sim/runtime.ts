/*
	The simulator's own C: the engine, the runtime around it, and the bytecode compiler, as host-sim/xs/sources.json lists them.
*/

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { locked, projectRoot } from "./files.js";
import { fetchEngine } from "./engine.js";
import { compileUnits, linkProgram } from "./objects.js";
import { findToolchain, type Toolchain } from "./toolchain.js";

export interface Runtime {
	readonly objects: string[];
	/** For an app's natives. */
	readonly nativeFlags: string[];
	readonly libraries: string[];
}
