/*
	The simulator's own C: the engine, the runtime around it (xs/), the accelerator model (chip/), and the bytecode
	compiler. The engine's configuration is here.
*/

import { existsSync } from "node:fs";
import { basename, join } from "node:path";

import { compileCrypto, cryptoFlags } from "./crypto.js";
import { engineFolder, type EngineSource } from "./engine.js";
import { locked, projectRoot } from "./files.js";
import { compileUnits, linkProgram, sources, type Unit } from "./objects.js";
import { findToolchain, type Toolchain } from "./toolchain.js";

/** The engine and the runtime around it, compiled. */
export interface Runtime {
	readonly objects: string[];
	/** For an app's natives. */
	readonly nativeFlags: string[];
	readonly libraries: string[];
}

export const runtimeFolder = join(projectRoot, "host-sim", "xs");
const chipFolder = join(projectRoot, "host-sim", "chip");

/** How the language is cut, for the parser and for the engine. 16-bit IDs, as on the ESP32. */
const language = [
	"-DmxParse=1",
	"-DmxSloppy=1",
	"-DmxNoConsole=1",
	"-DmxRegExpUnicodePropertyEscapes=1",
	"-DmxStringNormalize=1",
];

/**
 * Under the sanitizers each chunk is a block of C's heap, so that what writes beyond one is seen. The engine itself is
 * left alone: it reads strings eight bytes at a time, beyond their end.
 */
const sanitized = ["-DSIM_SANITIZED=1", "-DmxNoChunks=1"];

/** Natives don't have the index of an argument checked, as in a release for a device. */
const unchecked = ["-UmxBoundsCheck", "-DmxBoundsCheck=0"];

/** The engine, as the app's machine has it. Without bounds checks a JavaScript stack overflow would be a SIGSEGV. */
const machine = [
	"-DINCLUDE_XSPLATFORM",
	'-DXSPLATFORM="platform.h"',
	"-DmxRun=1",
	"-DmxInstrument=1",
	"-DmxBoundsCheck=1",
	"-DmxLockdown=1",
	"-DmxMinusZero=1",
];

/** Keeps line numbers for errors, and counts steps: what a release for a device has not. */
const observed = ["-DmxDebug=1", "-DmxMetering=1"];

/** Files of xs/ that include one of the engine's, in place of which they are compiled. */
export const engineParts = ["heap.c", "functions.c", "lines.c"];

/**
 * The engine's C files but those: xsMemory.c is part of heap.c, xsFunction.c of functions.c, xsRun.c of lines.c. In the
 * SDK's, xsum.c is part of xsMath.c, and xsffi.c is for code that is loaded at run time.
 */
export function engineSources(engine: string): string[] {
	return sources(join(engine, "sources"), new Set(["xsMemory.c", "xsFunction.c", "xsRun.c", "xsum.c", "xsffi.c"]));
}

const parserFiles = [
	"BigInt",
	"Code",
	"Common",
	"Lexical",
	"Scope",
	"Script",
	"SourceMap",
	"Syntaxical",
	"Tree",
	"dtoa",
	"re",
];

const cFlags = ["-std=gnu11", "-fno-common", "-g", "-O2"];

/** For parts of the engine that hardly run here: compiled in a third of the time. */
const quickFlags = ["-std=gnu11", "-fno-common", "-Og"];

/** For the rest of the engine. Nobody debugs it here, and writing what a debugger needs takes a quarter of the time. */
const fastFlags = ["-std=gnu11", "-fno-common", "-O2"];

/** Files of the engine that a handshake or a collection spends its time in; also those of `engineParts`. */
const busyFiles = new Set(
	["API", "Array", "DataView", "Generator", "Object", "Property", "String", "Symbol", "Type"].map(
		name => `xs${name}.c`,
	),
);
export const warnings = [
	"-Wall",
	"-Wextra",
	"-Werror=implicit-function-declaration",
	"-Werror=incompatible-pointer-types",
];

export function engineFolders(engine: string): string[] {
	return ["includes", "platforms", "sources"].map(name => join(engine, name));
}

/**
 * The program that compiles modules to bytecode. The same on every variant with one engine, so it is built for the
 * host.
 */
export async function buildCompiler(source: EngineSource = "npm"): Promise<string> {
	const engine = await engineFolder(source);
	const toolchain = await findToolchain(source === "sdk" ? "native-sdk" : "native");
	const defines = [
		...language,
		"-DmxCompile=1",
		process.platform === "darwin" ? "-DmxMacOSX=1" : "-DmxLinux=1",
		...engineFolders(engine).flatMap(folder => ["-isystem", folder]),
	];
	return locked("compiler", async () => {
		const objects = await compileUnits(toolchain, "the bytecode compiler", [
			...parserFiles.map(name => ({
				source: join(engine, "sources", `xs${name}.c`),
				flags: [...quickFlags, ...defines, "-w"],
			})),
			{ source: join(runtimeFolder, "compile.c"), flags: [...cFlags, ...defines, ...warnings] },
		]);
		return linkProgram(toolchain, "xs-compile", objects, ["-lm"]);
	});
}

/** True where malloc inside Mbed TLS can be counted: it is linked statically and the linker wraps the function. */
function countsLibraries(toolchain: Toolchain): boolean {
	return process.platform === "linux" && !toolchain.variant.includes("asan");
}

function libraries(toolchain: Toolchain): string[] {
	const isCounted = countsLibraries(toolchain);
	const wraps = isCounted ? ["-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free"] : [];
	if (toolchain.crypto !== "system") return [...wraps, "-lm", "-lpthread"];
	const crypto = isCounted ? ["-Wl,-Bstatic", "-lmbedcrypto", "-Wl,-Bdynamic"] : ["-lmbedcrypto"];
	return [...wraps, ...crypto, "-lm", "-lpthread"];
}

/** The engine and the runtime, compiled for a variant. */
export async function buildRuntime(toolchain: Toolchain): Promise<Runtime> {
	const engine = await engineFolder(toolchain.engine);
	const folders = engineFolders(engine);
	const isSanitized = toolchain.variant.includes("asan");
	const defines = [
		...language,
		...machine,
		...(isSanitized ? sanitized : []),
		...(toolchain.isBare ? [] : observed),
		...(countsLibraries(toolchain) ? ["-DSIM_WRAPS_MALLOC=1"] : []),
		`-I${join(runtimeFolder, "include")}`,
		`-I${runtimeFolder}`,
		...folders.flatMap(folder => ["-isystem", folder]),
	];
	const common = [...cFlags, ...defines];
	const own = [...common, ...warnings];
	const crypto = await cryptoFlags(toolchain);
	const counting = join(chipFolder, "psa_count.h");
	const inEngine = [...defines, "-DSIM_ENGINE=1", "-w", ...(isSanitized ? ["-fno-sanitize=all"] : [])];
	// of a bare build, instructions are counted by file: that takes what a debugger needs
	const busyFlags = toolchain.isBare ? cFlags : fastFlags;
	const restFlags = toolchain.isBare ? cFlags : quickFlags;
	const flagsOf = (source: string): string[] => (busyFiles.has(basename(source)) ? busyFlags : restFlags);
	const units: Unit[] = [
		...engineSources(engine).map(source => ({ source, flags: [...flagsOf(source), ...inEngine] })),
		...sources(runtimeFolder, new Set(["compile.c", ...engineParts])).map(source => ({ source, flags: own })),
		...engineParts.map(name => ({ source: join(runtimeFolder, name), flags: [...busyFlags, ...inEngine] })),
		...sources(chipFolder, new Set()).map(source => ({ source, flags: [...own, ...crypto] })),
	];
	return locked("runtime", async () => ({
		objects: [
			...(await compileUnits(toolchain, "the simulator", units)),
			...(toolchain.crypto === "system" ? [] : await compileCrypto(toolchain, [...cFlags, ...crypto])),
		],
		nativeFlags: [
			...common,
			...crypto,
			...unchecked,
			...warnings,
			"-DSIM_NATIVE=1",
			`-I${join(chipFolder, "idf")}`,
			...(existsSync(counting) ? ["-include", counting] : []),
		],
		libraries: libraries(toolchain),
	}));
}
