/*
	An app built so that the simulator sees where each phase of a handshake ends. It has the stack's own tls/timing,
	with a mark of the simulator's beside each of its own.
*/

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { buildFolder, Problem, projectRoot, writeChanged } from "../build/files.js";
import type { Dictionary } from "../build/manifest.js";
import type { Mark } from "../build/run.js";
import { between, predict, type Prediction } from "./model.js";
import type { Chip } from "./costs.js";

const source = join(projectRoot, "modules", "handshake", "timing");
const ending = "\tmark(phase: Phase): void {\n";
const start = "\tconstructor(now: () => number) {\n";

/** More of a manifest for buildApp: marks named after the phases, and "begin" before the first. */
export function withPhases(): Dictionary {
	const text = readFileSync(`${source}.ts`, "utf8");
	if (!text.includes(ending) || !text.includes(start))
		throw new Problem("modules/handshake/timing.ts: the places where phases begin and end are not found");
	const folder = join(buildFolder, "phases");
	mkdirSync(folder, { recursive: true });
	writeChanged(
		join(folder, "timing.ts"),
		`import { mark as simulatorMark } from "simulator";\n${text
			.replace('"../errors"', '"tls/errors"')
			.replace(start, `${start}\t\tsimulatorMark("begin");\n`)
			.replace(ending, `${ending}\t\tsimulatorMark(phaseNames[phase]!);\n`)}`,
	);
	return { modules: { "~": source, "tls/handshake/timing": join(folder, "timing") }, preload: "simulator" };
}

/** Each phase that a run marked, in its order, with the time that it would take. */
export function phasesOf(chip: Chip, marks: readonly Mark[]): (readonly [name: string, prediction: Prediction])[] {
	const phases: (readonly [string, Prediction])[] = [];
	let before: Mark | undefined;
	for (const mark of marks) {
		if (mark.name !== "begin" && before) phases.push([mark.name, predict(chip, between(before, mark))]);
		before = mark;
	}
	return phases;
}
