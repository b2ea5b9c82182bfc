/*
	Builds an app as firmware for rv32imc: the program (ELF) and, beside it, the preloaded heap. That same program makes
	the heap in QEMU; it then lies in ROM after it (board/rom.h tells more).
*/

import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";

import {
	compileNatives,
	compileScripts,
	explainLinker,
	prepareApp,
	writeAppText,
	type BuildOptions,
	type Platform,
} from "../build/build.js";
import type { CompiledModule } from "../build/bytecode.js";
import { cryptoFlags, cryptoUnits } from "../build/crypto.js";
import { fetchEngine } from "../build/engine.js";
import { digest, fileDigest, locked, Problem, projectRoot, writeChanged, writeWhole } from "../build/files.js";
import { countedNativesTable } from "../build/generate.js";
import { compileUnits, linkProgram, sources, type Unit } from "../build/objects.js";
import { run } from "../build/process.js";
import { say } from "../build/progress.js";
import { buildCompiler, engineFolders, engineParts, engineSources, runtimeFolder, warnings } from "../build/runtime.js";
import type { Toolchain } from "../build/toolchain.js";
import { linkerScript, type Group } from "./layout.js";
import { emulator, findCrossCompiler } from "./tools.js";

/** Firmware that can be run (run.ts). */
export interface Image {
	/** The program. */
	readonly elf: string;
	/** The preloaded heap, and where it lies. */
	readonly heap: string;
	readonly heapAddress: number;
	/** What has no effect here, one sentence each. */
	readonly warnings: readonly string[];
}

const ownFolder = join(projectRoot, "host-sim", "firmware");
const boardFolder = join(ownFolder, "board");
const platform: Platform = {
	manifest: join(ownFolder, "manifest.json"),
	folders: [join(ownFolder, "modules"), join(projectRoot, "host-sim", "modules")],
};

/** As a release for the device has it: no debugger, no parser, no tables of Unicode. */
const engineFlags = [
	"-DINCLUDE_XSPLATFORM",
	'-DXSPLATFORM="platform.h"',
	"-DmxRun=1",
	"-DmxMetering=1",
	"-DmxInstrument=1",
	"-DmxBoundsCheck=1",
	"-DmxNoConsole=1",
	"-DmxSloppy=1",
	"-DmxMinusZero=1",
	"-D_POSIX_TIMERS=1",
	"-D_POSIX_MONOTONIC_CLOCK=200112L",
];

const optimization = ["-std=gnu11", "-fno-common", "-Os", "-g", "-ffunction-sections", "-fdata-sections"];

/** The files of xs/ that the firmware has in common with the desktop; the first list only while ROM is made. */
const runtimeBuild = ["app", "script", "flash", "builtin_natives"];
const runtimeFiles = [
	"abort",
	"arguments",
	"clock",
	"console",
	"jobs",
	"loop",
	"machine",
	"memory",
	"meter",
	"modules",
	"resource",
	"tcp",
	"tcp_open",
	"timer",
	"turns",
];

interface Objects {
	readonly groups: Group[];
	readonly build: string[];
	readonly nativeFlags: string[];
}

const withEngine = [
	...optimization,
	...engineFlags,
	"-DSIM_FIRMWARE=1",
	`-I${join(boardFolder, "include")}`,
	`-I${boardFolder}`,
	`-I${join(runtimeFolder, "include")}`,
	`-I${runtimeFolder}`,
];

/** The engine's own function for the stack's end knows those of operating systems only: board/main.c has another. */
function engineUnit(source: string, flags: readonly string[]): Unit {
	const renamed = source.endsWith("/xsCommon.c") ? ["-DfxCStackLimit=engineCStackLimit"] : [];
	return { source, flags: [...flags, "-DSIM_ENGINE=1", "-w", ...renamed] };
}

/** All that does not change with the app. */
async function compileBase(toolchain: Toolchain): Promise<Objects> {
	const engine = await fetchEngine();
	const crypto = await cryptoFlags(toolchain);
	const common = [...withEngine, ...engineFolders(engine).flatMap(folder => ["-isystem", folder])];
	const own = (source: string): Unit => ({ source, flags: [...common, ...crypto, ...warnings] });
	const named = (names: readonly string[]): string[] => names.map(name => join(runtimeFolder, `${name}.c`));
	const compile = (title: string, units: readonly Unit[]): Promise<string[]> => compileUnits(toolchain, title, units);
	const inEngine = [...engineSources(engine), ...engineParts.map(name => join(runtimeFolder, name))];
	const library = await cryptoUnits([...optimization, ...crypto]);
	return {
		groups: [
			{
				name: "engine",
				objects: await compile(
					"the engine",
					inEngine.map(source => engineUnit(source, common)),
				),
			},
			{ name: "crypto", objects: await compile("Mbed TLS", library) },
			{
				name: "runtime",
				objects: await compile(
					"the runtime",
					[...named(runtimeFiles), ...sources(boardFolder, new Set(["build.c"]))].map(own),
				),
			},
		],
		build: await compile("what makes ROM", [...named(runtimeBuild), join(boardFolder, "build.c")].map(own)),
		nativeFlags: [...common, ...crypto, ...warnings, "-DSIM_NATIVE=1"],
	};
}

async function link(
	toolchain: Toolchain,
	{ groups, build }: Objects,
	modules: readonly CompiledModule[],
): Promise<string> {
	const script = linkerScript(groups, build);
	const file = join(toolchain.folder, "generated", `layout-${digest(script)}.ld`);
	writeChanged(file, script);
	const objects = [...groups.flatMap(group => group.objects), ...build];
	const libraries = ["-nostartfiles", "--oslib=semihost", `-T${file}`, "-lm"];
	return linkProgram(toolchain, "firmware.elf", objects, libraries, words => explainLinker(words, modules));
}

/** The address of a symbol. */
async function symbol(elf: string, name: string): Promise<number> {
	const { stdout } = await run("riscv64-unknown-elf-nm", [elf]);
	const match = new RegExp(`^([0-9a-f]+) . ${name}$`, "m").exec(stdout);
	if (!match) throw new Problem(`the firmware has no symbol ${name}`);
	return parseInt(match[1]!, 16);
}

/** How QEMU runs the firmware, whatever it does. */
export const machine = [
	"-machine",
	"virt",
	"-m",
	"32M",
	"-bios",
	"none",
	"-display",
	"none",
	"-monitor",
	"none",
	"-icount",
	"shift=0",
];

/** Has the program make its heap once; returns what the machine used of it and what it took. */
async function makeHeap(
	elf: string,
	app: string,
	heap: string,
	chunks: number,
	slots: number,
): Promise<{ chunks: number; slots: number }> {
	const values = ["firmware", app, heap, String(chunks), String(slots)].map(value => `arg=${value}`).join(",");
	const outcome = await run(emulator, [
		...machine,
		"-serial",
		"none",
		"-semihosting-config",
		`enable=on,target=native,${values}`,
		"-kernel",
		elf,
	]);
	const match = /^chunks (\d+) \d+ slots (\d+) \d+$/m.exec(outcome.stdout + outcome.stderr);
	if (outcome.code !== 0 || !match)
		throw new Problem(`the preloaded heap can't be made:\n${(outcome.stdout + outcome.stderr).trim()}`);
	return { chunks: Number(match[1]), slots: Number(match[2]) };
}

/**
 * The heap of an app. It is made twice: the second time it is as large as what is in it, and some slack for what
 * loading needs.
 */
async function preload(toolchain: Toolchain, elf: string, app: string): Promise<string> {
	const heap = join(toolchain.folder, "heaps", digest(fileDigest(elf), fileDigest(app)), "heap.bin");
	if (existsSync(heap)) return heap;
	say("making the preloaded heap in QEMU");
	writeWhole(`${heap}.draft`, "");
	const { chunks, slots } = await makeHeap(elf, app, `${heap}.draft`, 1024 * 1024, 32 * 1024);
	await makeHeap(elf, app, `${heap}.draft`, chunks + 1024, slots + 64);
	renameSync(`${heap}.draft`, heap);
	return heap;
}

/** Builds an app; `folder` has its manifest.json. */
export async function buildImage(folder: string, options: BuildOptions = {}): Promise<Image> {
	const toolchain = await findCrossCompiler();
	const prepared = prepareApp(folder, options, platform);
	const compiler = await buildCompiler();
	const base = await locked("firmware-base", () => compileBase(toolchain));
	return locked("build", async () => {
		const modules = await compileScripts(prepared, compiler, "release");
		const natives = await compileNatives(toolchain, prepared, modules, base.nativeFlags, countedNativesTable);
		const objects = { ...base, groups: [...base.groups, { name: "natives", objects: natives }] };
		const elf = await link(toolchain, objects, modules);
		const heap = await preload(toolchain, elf, writeAppText(prepared, modules, toolchain, true));
		return {
			elf,
			heap,
			heapAddress: await symbol(elf, "__preload_start"),
			warnings: [...prepared.manifest.warnings, ...prepared.files.warnings],
		};
	});
}

/** Bytes of the preloaded heap. */
export function heapSize({ heap }: Image): number {
	return readFileSync(heap).length;
}
