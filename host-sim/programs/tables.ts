/*
	The tables behind a run: memory against the limits in force, accelerators, and what a chip would take.
*/

import type { Mark, Report } from "../build/run.js";
import { heading } from "../build/terminal.js";
import type { Chip } from "../chip/costs.js";
import { phasesOf } from "../chip/phases.js";

function row(name: string, ...cells: (string | number)[]): string {
	return `  ${name.padEnd(22)}${cells.map(cell => (typeof cell === "number" ? cell.toLocaleString("en-US") : cell).padStart(12)).join("")}`;
}

/** Prints what a run used. `library` is what did its cryptography. */
export function printReport({ memory, meter, accelerators }: Report, variant: string, library: string): void {
	const { chunks, slots, stack, native, collections } = memory;
	const is32 = variant.startsWith("m32");
	const lines = [
		"",
		heading(`memory (${is32 ? "32-bit, as on the device" : "64-bit: slots are twice the device's"}; ${library})`),
		row("", "peak", "limit"),
		row("chunks, bytes", chunks.peak, chunks.limit),
		row(`slots of ${slots.size} bytes`, slots.peak, slots.limit),
		row("stack, slots", stack.peak, stack.limit),
		row("native, bytes", native.peak, ""),
		row("collections", collections, ""),
		row("XS metering", meter, ""),
		...(is32 ? [] : ["  for the device's figures: --m32, which says what it needs"]),
		"",
		heading("accelerators"),
		row("", "calls", "bytes"),
	];
	for (const { name, calls, bytes } of accelerators) lines.push(row(name, calls, bytes));
	process.stdout.write(`${lines.join("\n")}\n`);
}

/** Prints what a chip would take: each phase, what most of it goes to, and the share of script. */
export function printPrediction(chip: Chip, marks: readonly Mark[]): void {
	const lines = [
		"",
		heading(`predicted for the ${chip.name} at ${chip.mhz} MHz, in ms, without waiting for the network`),
		row("", "script", "C crypto", "together", "most of it"),
	];
	let script = 0;
	let crypto = 0;
	for (const [name, time] of phasesOf(chip, marks)) {
		script += time.script;
		crypto += time.crypto;
		const most = time.parts.filter(([, ms]) => ms >= 0.1 * (time.script + time.crypto) && ms >= 1).slice(0, 3);
		lines.push(
			`${row(name, time.script.toFixed(1), time.crypto.toFixed(1), (time.script + time.crypto).toFixed(1))}  ${most.map(([part, ms]) => `${part} ${ms.toFixed(0)}`).join(", ")}`,
		);
		for (const part of time.unknown) lines.push(`  ${part}: no cost is known`);
	}
	lines.push(
		row("in all", script.toFixed(1), crypto.toFixed(1), (script + crypto).toFixed(1)),
		"",
		`  script is ${((100 * script) / (script + crypto)).toFixed(0)} % of it. Most figures are estimates: host-sim/chip/costs.ts names the source of each.`,
	);
	process.stdout.write(`${lines.join("\n")}\n`);
}
