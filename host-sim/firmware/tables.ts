/*
	The figures of a run as tables: what lies in ROM and SRAM, how far memory was used, where the instructions went.
	Called by ../firmware.ts.
*/

import { must } from "../build/process.js";
import { heapSize, type Image } from "./image.js";
import { sramSize } from "./layout.js";
import type { Figures } from "./run.js";

/** Bytes in ROM by part, and of what starts in SRAM. */
export interface Sizes {
	readonly parts: readonly { readonly name: string; readonly code: number; readonly constants: number }[];
	/** The preloaded heap. */
	readonly heap: number;
	readonly data: number;
	readonly bss: number;
	/** All of ROM: code, constants, data's first values, the heap. */
	readonly rom: number;
}

const partNames: Readonly<Record<string, string>> = {
	engine: "XS engine",
	crypto: "Mbed TLS",
	natives: "hardware/psa",
	runtime: "runtime, measuring",
	library: "C library",
};

/** Sizes as the linker laid them out (layout.ts). */
export async function readSizes(image: Image): Promise<Sizes> {
	const { stdout } = await must("riscv64-unknown-elf-size", ["-A", image.elf], "size");
	const size = (section: string): number =>
		Number(new RegExp(`^${section.replace(/\./g, "\\.")}\\s+(\\d+)`, "m").exec(stdout)?.[1] ?? 0);
	const parts = Object.entries(partNames).map(([section, name]) => ({
		name,
		code: size(`.text.${section}`),
		constants: size(`.rodata.${section}`),
	}));
	parts.push({ name: "start", code: size(".start") + size(".text.kept"), constants: 0 });
	const heap = heapSize(image);
	const [data, bss] = [size(".data"), size(".bss")];
	return {
		parts,
		heap,
		data,
		bss,
		rom: parts.reduce((sum, { code, constants }) => sum + code + constants, data + heap),
	};
}

function row(name: string, ...cells: (string | number)[]): string {
	return `  ${name.padEnd(26)}${cells.map(cell => (typeof cell === "number" ? cell.toLocaleString("en-US") : cell).padStart(13)).join("")}`;
}

function romTable({ parts, heap, data, rom }: Sizes, figures: Figures): string[] {
	const { bytecode, chunks, slots } = figures.rom;
	const slotBytes = slots * figures.slotSize;
	return [
		"ROM, bytes",
		row("", "code", "constants"),
		...parts.map(({ name, code, constants }) => row(name, code, constants)),
		row("preloaded: bytecode", "", bytecode),
		row(`preloaded: ${slots.toLocaleString("en-US")} slots`, "", slotBytes),
		row("preloaded: chunks", "", chunks),
		row("preloaded: tables, room", "", heap - bytecode - slotBytes - chunks),
		row("data's first values", "", data),
		row("in all", "", rom),
	];
}

function most(figures: Figures, key: "heapPeak" | "chunksPeak" | "slotsPeak" | "stackPeak"): number {
	return Math.max(...figures.marks.map(mark => mark[key]), 0);
}

function ramTable({ data, bss }: Sizes, figures: Figures): string[] {
	const { slotSize, arena, stackLimit, cStack, cStackLimit, cHeap, cHeapLimit, collections } = figures;
	return [
		`SRAM, bytes of ${sramSize.toLocaleString("en-US")}`,
		row("", "at most", "room"),
		row("data and bss", data + bss, ""),
		row("C stack", cStack, cStackLimit),
		row("C heap, JavaScript in it", cHeap, cHeapLimit),
		row("JavaScript: chunks, slots", most(figures, "heapPeak"), arena - stackLimit * slotSize),
		row("  chunks", most(figures, "chunksPeak"), ""),
		row(`  slots of ${slotSize}`, most(figures, "slotsPeak") * slotSize, ""),
		row("JavaScript: stack", most(figures, "stackPeak") * slotSize, stackLimit * slotSize),
		row("collections", collections, ""),
	];
}

function phaseTable(figures: Figures): string[] {
	let [instructions, natives, meter] = [0, 0, 0];
	const lines = figures.marks.map(mark => {
		const [all, inC] = [mark.instructions - instructions, mark.natives - natives];
		const steps = mark.meter - meter;
		({ instructions, natives, meter } = mark);
		return row(mark.name, all, all - inC, inC, steps, mark.heapPeak);
	});
	return [
		"instructions by phase, and the JavaScript heap's peak",
		row("", "all", "script", "C", "XS steps", "heap, bytes"),
		...lines,
		row("in all", instructions, instructions - natives, natives, meter, ""),
	];
}

function functionTable({ functions }: Figures): string[] {
	const sorted = [...functions].sort((a, b) => b.instructions - a.instructions).slice(0, 8);
	return [
		"C functions that took most",
		row("", "calls", "instructions"),
		...sorted.map(({ name, calls, instructions }) => row(name, calls, instructions)),
	];
}

/** All tables, as text. */
export function tables(sizes: Sizes, figures: Figures): string {
	const all = [romTable(sizes, figures), ramTable(sizes, figures), phaseTable(figures), functionTable(figures)];
	return all.map(lines => `${lines.join("\n")}\n`).join("\n");
}
