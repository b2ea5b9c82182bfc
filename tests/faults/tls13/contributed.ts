/*
	The fault that CONTRIBUTING.md adds as an example, read from there: what it tells people to write works.
*/

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { projectRoot } from "../../../host-sim/build/files.js";
import { type Fault, changing, withBody } from "../script13.js";

/** Reads the indented code under "Add a fault of the server". */
export function contributedFault(): Fault {
	const guide = readFileSync(join(projectRoot, "CONTRIBUTING.md"), "utf8");
	const code = /^## Add a fault of the server\n[^]*?\n((?:\t\t.*\n)+)/m.exec(guide);
	if (!code) throw new Error("CONTRIBUTING.md has no code that adds a fault");
	const list: unknown = new Script(`[${code[1]}]`).runInNewContext({ changing, withBody, Buffer });
	const [fault] = list as Fault[];
	return fault!;
}
