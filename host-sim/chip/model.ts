/*
	The accelerator model: how long a chip would take for a run's calls of PSA Crypto and its script, by the table
	costs.ts. Waiting for the network, and C beside cryptography, are not in it.
*/

import { Problem } from "../build/files.js";
import type { Mark } from "../build/run.js";
import { chipNames, chips, CLOCKS, INSTRUCTIONS_OF_UNIT, type Chip } from "./costs.js";

/** Milliseconds. */
export interface Prediction {
	readonly script: number;
	readonly crypto: number;
	/** By the accelerators' names, the longest first. */
	readonly parts: readonly (readonly [name: string, milliseconds: number])[];
	/** Accelerators that the table has no cost for. */
	readonly unknown: readonly string[];
}

/** What a run or a part of it used: XS's metering, and calls and bytes by accelerator. */
export interface Used {
	readonly meter: number;
	readonly accelerators: Readonly<Record<string, readonly [calls: number, bytes: number]>>;
}

export function chipNamed(name: string): Chip {
	const chip = chips.find(one => one.name === name);
	if (!chip) throw new Problem(`--chip: there is no "${name}"; known are ${chipNames}`, 2);
	return chip;
}

/** What was used between two marks; without the first, since the start. */
export function between(first: Mark | undefined, last: Mark): Used {
	const accelerators: Record<string, [number, number]> = {};
	for (const [name, [calls, bytes]] of Object.entries(last.accelerators)) {
		const [callsBefore, bytesBefore] = first?.accelerators[name] ?? [0, 0];
		if (calls > callsBefore) accelerators[name] = [calls - callsBefore, bytes - bytesBefore];
	}
	return { meter: last.meter - (first?.meter ?? 0), accelerators };
}

export function predict(chip: Chip, used: Used): Prediction {
	const parts: [string, number][] = [];
	const unknown: string[] = [];
	for (const [name, [calls, bytes]] of Object.entries(used.accelerators)) {
		const cost = chip.costs[name];
		if (cost) parts.push([name, (calls * cost.call + bytes * cost.byte) / 1000]);
		else unknown.push(name);
	}
	parts.sort((a, b) => b[1] - a[1]);
	return {
		script: (used.meter * INSTRUCTIONS_OF_UNIT * CLOCKS) / chip.mhz / 1000,
		crypto: parts.reduce((sum, [, time]) => sum + time, 0),
		parts,
		unknown,
	};
}
