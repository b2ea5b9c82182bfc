/*
	Prints the figures of a run as one table, each beside its target, and the change against an earlier run.
*/

import type { Figures } from "./measure.js";
import type { FlashModule } from "./flash.js";
import { flashBytes, flashKeys, flashSum } from "./flash.js";
import { figureNames, flashTargets, handshakes, systemTargets, transfers, type Goals } from "./plan.js";

/** Figures of a whole run: by kind and row. --json prints it. */
export interface Results {
	readonly handshakes: Readonly<Record<string, Figures>>;
	readonly transfers: Readonly<Record<string, Figures>>;
	readonly system: Figures;
	readonly flash: readonly FlashModule[];
	/** Builds that leave parts out; runs of earlier versions have none. */
	readonly lean?: readonly FlashModule[];
	/** What npm run release makes. */
	readonly dist?: readonly FlashModule[];
}

/** Thousands apart. */
function grouped(value: number): string {
	const [whole, fraction] = (Number.isInteger(value) ? String(value) : value.toFixed(3)).split(".") as [
		string,
		string?,
	];
	return whole.replace(/\B(?=(\d{3})+$)/g, " ") + (fraction ? `.${fraction}` : "");
}

function change(value: number, before: number | string | undefined): string {
	if (typeof before !== "number" || before === value) return "";
	if (before === 0) return ` (was 0)`;
	const percent = (value / before - 1) * 100;
	return Math.abs(percent) < 0.05 ? "" : ` (${percent > 0 ? "+" : ""}${percent.toFixed(1)} %)`;
}

function cell(
	value: number | string | undefined,
	target: readonly [number, number] | undefined,
	before: number | string | undefined,
): string {
	if (typeof value !== "number") return value === undefined ? "" : "-";
	const text = grouped(value) + change(value, before);
	if (target === undefined) return text;
	const [reach, better] = target;
	return `${text} ${value > reach ? ">" : "<="} ${grouped(reach)}, ${value > better ? ">" : "<="} ${grouped(better)}`;
}

function pad(rows: readonly (readonly string[])[]): string[] {
	const widths = rows[0]!.map((_, i) => Math.max(...rows.map(row => row[i]!.length)));
	return rows.map(row =>
		row
			.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)))
			.join("  ")
			.trimEnd(),
	);
}

interface Column {
	readonly name: string;
	readonly figures: Figures;
	readonly targets: Goals;
	readonly before: Figures | undefined;
}

/** The sums that have goals. */
function flashFigures({ flash: modules, lean = [], dist = [] }: Results): Figures {
	const all = flashSum("", modules);
	const smallest = lean.at(-1);
	const [distAll, distLean, distNumbers] = dist;
	return {
		code: flashBytes(all) - all.names,
		names: all.names,
		...(smallest ? { lean: flashBytes(smallest) } : {}),
		...(distAll ? { distCode: flashBytes(distAll) - distAll.names, distNames: distAll.names } : {}),
		...(distLean ? { distLean: flashBytes(distLean) } : {}),
		...(distNumbers ? { distNumbers: flashBytes(distNumbers) } : {}),
	};
}

function section(title: string, columns: readonly Column[]): string[] {
	const shown = Object.keys(figureNames).filter(
		name => name !== "missing" && columns.some(column => name in column.figures),
	);
	const rows = [[title, ...columns.map(column => column.name)]];
	for (const name of shown) {
		rows.push([
			figureNames[name]!,
			...columns.map(({ figures, targets, before }) => cell(figures[name], targets[name], before?.[name])),
		]);
	}
	const words = columns.flatMap(({ name, figures }) =>
		Object.entries(figures)
			.filter(([, value]) => typeof value === "string")
			.map(([figure, value]) => `  ${name}: ${figureNames[figure] ?? figure}: ${value}`),
	);
	return [...pad(rows), ...words, ""];
}

function flashSection(
	{ flash: modules, lean = [], dist = [] }: Results,
	before: readonly FlashModule[] | undefined,
	linked: ReadonlyMap<string, number> | undefined,
): string[] {
	const rows = [["flash, bytes", ...flashKeys, "all", ...(linked ? ["the SDK links, without tables and C"] : [])]];
	const more = (size: number | undefined): string[] => (linked ? [size === undefined ? "" : grouped(size)] : []);
	const cells = (row: FlashModule): string[] => [row.name, ...flashKeys.map(key => grouped(row[key]))];
	for (const module of modules) {
		const old = before?.find(other => other.name === module.name);
		const size = cell(flashBytes(module), undefined, old && flashBytes(old));
		rows.push([...cells(module), size, ...more(linked?.get(module.name))]);
	}
	const all = flashSum("all of the client", modules);
	const old = before && flashBytes(flashSum("", before));
	const sum = linked && [...linked.values()].reduce((a, b) => a + b, 0);
	rows.push([...cells(all), cell(flashBytes(all), undefined, old), ...more(sum)]);
	for (const row of [...lean, ...dist]) {
		const size = flashBytes(row);
		rows.push([...cells(row), `${grouped(size)}, saves ${grouped(flashBytes(all) - size)}`, ...more(undefined)]);
	}
	return [...pad(rows), ""];
}

/** Every figure that is above its goal: the first of the two, or the second. */
function missed(columns: readonly Column[], which: 0 | 1): string[] {
	return columns.flatMap(({ name, figures, targets }) =>
		Object.entries(targets).flatMap(([figure, goals]) => {
			const value = figures[figure];
			if (typeof value !== "number" || value <= goals[which]) return [];
			return [`  ${name}: ${figureNames[figure]!.trim()}: ${grouped(value)}, should be ${grouped(goals[which])}`];
		}),
	);
}

/** The table as text. `linked`: bytes of each module as the SDK's linker makes it, without natives. */
export function table(results: Results, before?: Results, linked?: ReadonlyMap<string, number>): string {
	const first: Column[] = handshakes.map(({ name, targets }) => ({
		name,
		targets,
		figures: results.handshakes[name] ?? {},
		before: before?.handshakes[name],
	}));
	const second: Column[] = transfers.map(({ name, targets }) => ({
		name,
		targets,
		figures: results.transfers[name] ?? {},
		before: before?.transfers[name],
	}));
	const third: Column[] = [{ name: "system", targets: systemTargets, figures: results.system, before: before?.system }];
	const isLong = handshakes.map(({ certificates }) => certificates !== undefined);
	const fourth: Column[] = [
		{
			name: "bytes",
			targets: flashTargets,
			figures: flashFigures(results),
			before: before && flashFigures(before),
		},
	];
	const columns = [...first, ...second, ...third, ...fourth];
	const [misses, betters] = [missed(columns, 0), missed(columns, 1)];
	return [
		...section(
			"handshakes (32-bit build, Mbed TLS 3.6 as on a device)",
			first.filter((_, i) => !isLong[i]),
		),
		...section(
			"longer chains",
			first.filter((_, i) => isLong[i]),
		),
		...section("transfers (1 KB read buffer)", second),
		...section("system", third),
		...flashSection(results, before?.flash, linked),
		...section("flash in sum", fourth),
		'after a value: what to reach, and what would be better still; ">" misses it, "<=" keeps it',
		misses.length ? "not reached:" : "all is reached",
		...misses,
		betters.length ? "would be better still:" : "nothing is left that would be better still",
		...betters,
		"",
	].join("\n");
}
