/*
	What a run had to do, for picture.ts: each handshake's phases, and the accelerators' share; on a chosen chip in
	predicted milliseconds.
*/

import type { Mark, Report } from "../build/run.js";
import type { Chip } from "../chip/costs.js";
import { between, predict, type Prediction } from "../chip/model.js";

export function escapeHTML(text: string): string {
	return text.replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`);
}

export function count(value: number): string {
	return Math.round(value).toLocaleString("en-US");
}

/** What a row is called, the length of its bar, and what it says. */
type Row = readonly [name: string, value: number, words: string];

function barTable(heads: readonly string[], rows: readonly Row[]): string {
	const most = Math.max(1e-9, ...rows.map(([, value]) => value));
	return `<table><thead><tr>${heads.map(head => `<th>${escapeHTML(head)}</th>`).join("")}</tr></thead><tbody>${rows
		.map(
			([name, value, words]) =>
				`<tr><th>${escapeHTML(name)}</th><td>${escapeHTML(words)}</td><td class="bar"><i style="width:${((100 * value) / most).toFixed(1)}%"></i></td></tr>`,
		)
		.join("")}</tbody></table>`;
}

/** A phase of a handshake, between two marks. */
interface Phase {
	readonly name: string;
	readonly steps: number;
	readonly bytes: number;
	readonly calls: readonly (readonly [name: string, calls: number])[];
	readonly predicted: Prediction | undefined;
}

function phase(first: Mark, last: Mark, chip: Chip | undefined): Phase {
	const used = between(first, last);
	return {
		name: last.name,
		steps: used.meter,
		bytes: last.sent + last.received - first.sent - first.received,
		calls: Object.entries(used.accelerators).map(([name, [calls]]) => [name, calls] as const),
		predicted: chip && predict(chip, used),
	};
}

/** The phases of each handshake: every one begins with a mark "begin" (chip/phases.ts). */
function handshakes(marks: readonly Mark[], chip: Chip | undefined): Phase[][] {
	const all: Phase[][] = [];
	marks.forEach((mark, i) => {
		if (mark.name === "begin") all.push([]);
		else all.at(-1)?.push(phase(marks[i - 1]!, mark, chip));
	});
	return all.filter(phases => phases.length > 0);
}

function stepsRow({ name, steps, bytes, calls }: Phase): Row {
	const words = [`${count(steps)} steps${bytes ? `, ${count(bytes)} bytes on the wire` : ""}`];
	if (calls.length) words.push(calls.map(([what, times]) => `${times} × ${what}`).join(", "));
	return [name, steps, words.join("; ")];
}

function time({ script, crypto }: Prediction): number {
	return script + crypto;
}

function predictionTable(phases: readonly Phase[], chip: Chip): string {
	const total = phases.reduce((sum, { predicted }) => sum + time(predicted!), 0);
	const rows = phases.map(
		({ name, predicted }): Row => [
			name,
			time(predicted!),
			`${predicted!.script.toFixed(1)} + ${predicted!.crypto.toFixed(1)} ms`,
		],
	);
	const title = `On the ${chip.name} at ${chip.mhz} MHz, predicted: ${total.toFixed(0)} ms without the network`;
	return `<h3>${escapeHTML(title)}</h3>${barTable(["phase", "script and crypto", ""], rows)}`;
}

/** Steps and calls of crypto in each phase of each handshake. */
export function phaseSection(marks: readonly Mark[], chip: Chip | undefined): string {
	const all = handshakes(marks, chip);
	return all
		.map((phases, i) => {
			const title = all.length > 1 ? `Phases of handshake ${i + 1}` : "Phases of the handshake";
			const table = barTable(["phase", "what it took", ""], phases.map(stepsRow));
			return `<section class="phases"><h2>${title}</h2>${table}${chip ? predictionTable(phases, chip) : ""}</section>`;
		})
		.join("");
}

/** The accelerators; bars are predicted time where a chip is chosen, else calls. */
export function acceleratorSection({ accelerators }: Report, chip: Chip | undefined): string {
	if (!accelerators.length) return "";
	const times = new Map(
		chip &&
			predict(chip, {
				meter: 0,
				accelerators: Object.fromEntries(accelerators.map(({ name, calls, bytes }) => [name, [calls, bytes] as const])),
			}).parts,
	);
	const rows = accelerators.map(({ name, calls, bytes, failed }): Row => {
		const milliseconds = times.get(name);
		const words = [`${count(calls)} ${calls === 1 ? "call" : "calls"}`];
		if (bytes) words.push(`${count(bytes)} bytes`);
		if (failed) words.push(`${failed} failed`);
		if (milliseconds !== undefined) words.push(`${milliseconds.toFixed(1)} ms`);
		return [name, chip ? (milliseconds ?? 0) : calls, words.join(", ")];
	});
	const title = chip ? `Accelerators, predicted for the ${chip.name}` : "Accelerators, by calls";
	return `<section><h2>${escapeHTML(title)}</h2>${barTable(["accelerator", "calls and bytes", ""], rows)}</section>`;
}
