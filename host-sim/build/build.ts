/*
	Builds an app for the simulator: manifest, TypeScript, bytecode, natives, program. What is there and up to date is
	used again, so that another `config` costs one small module.
*/

import { basename, dirname, join, resolve } from "node:path";

import { type BytecodeKind, compileModules, type CompiledModule } from "./bytecode.js";
import { digest, fileName, locked, Problem, projectRoot, shown, writeChanged } from "./files.js";
import { appText, configModule, creationWarnings, definesHeader, nativesTable } from "./generate.js";
import { findManifest, readManifest, type Dictionary, type Manifest } from "./manifest.js";
import { matchFiles, type AppFiles } from "./match.js";
import { compileUnits, linkProgram } from "./objects.js";
import { sourceFolders } from "./packages.js";
import { buildCompiler, buildRuntime, type Runtime } from "./runtime.js";
import { findToolchain, type Toolchain } from "./toolchain.js";
import { compileTypeScript } from "./typescript.js";
import { declareSDK } from "./typings.js";

export interface BuildOptions {
	/** "native" (the default) or "m32". */
	readonly variant?: string;
	/** Members of "mc/config", as key=value on the command line gives them. */
	readonly config?: Readonly<Record<string, string>>;
	/** More of a manifest, merged last; its paths are relative to the app's folder. */
	readonly extra?: Dictionary;
	/** Without the places in the source that errors name, as mcconfig builds without -d. */
	readonly isRelease?: boolean;
	/** With absolute paths in those places, from which a debugger opens the files. */
	readonly isDebugged?: boolean;
}

/** An app that can be run (run.ts). */
export interface App {
	readonly name: string;
	readonly variant: string;
	/** The simulator with the app's natives. */
	readonly program: string;
	/** What that runs under, with arguments: nothing, or an emulator. */
	readonly runner: readonly string[];
	/** What it is to run. */
	readonly file: string;
	/** What has no effect here, one sentence each. */
	readonly warnings: readonly string[];
	/** The files that it was built from: manifests, modules, C, resources. */
	readonly inputs: readonly string[];
}

const ownFolder = join(projectRoot, "host-sim");

/** What an app is built for: its manifest is merged with the app's, and the natives of its own modules come with it. */
export interface Platform {
	readonly manifest: string;
	readonly folders: readonly string[];
}

const desktop: Platform = { manifest: join(ownFolder, "manifest.json"), folders: [join(ownFolder, "modules")] };

/** A build variable with compiler options, as a list. `folders` are variables that no manifest sets. */
function options(manifest: Manifest, name: string, folders: Readonly<Record<string, string>> = {}): string[] {
	const value = manifest.variables[name];
	if (value === undefined) return [];
	const text = String(value).replace(/\$\(([^)]+)\)/g, (_, variable: string) =>
		String(manifest.variables[variable] ?? folders[variable] ?? process.env[variable] ?? ""),
	);
	return (text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []).map(word => word.replace(/["']/g, ""));
}

/** The C functions that the app's modules name, those of the platform's own modules left out. True for a destructor. */
function collectNatives(modules: readonly CompiledModule[], own: ReadonlySet<string>): Map<string, boolean> {
	const natives = new Map<string, boolean>();
	for (const module of modules) {
		if (own.has(module.name)) continue;
		for (const { name, isDestructor, place } of module.natives) {
			if (natives.has(name) && natives.get(name) !== isDestructor)
				throw new Problem(`${place}: ${name} is a destructor and a function at once`);
			natives.set(name, isDestructor);
		}
	}
	return natives;
}

/** Says which module names a C function that the linker did not find. */
export function explainLinker(words: string, modules: readonly CompiledModule[]): string {
	const missing = new Set(
		[...words.matchAll(/undefined (?:reference to|symbol:?) [`'"]?_?(\w+)|^\s*"_(\w+)", referenced from/gm)].map(
			match => match[1] ?? match[2],
		),
	);
	const uses = modules.flatMap(module => module.natives.filter(use => missing.has(use.name)));
	if (uses.length === 0) return `linking failed:\n${words}`;
	return uses
		.map(
			({ name, place }) => `${place}: there is no C function ${name}; list the C file that defines it under "modules"`,
		)
		.join("\n");
}

/** Everything about an app that its variant does not change. */
export interface Prepared {
	readonly manifest: Manifest;
	readonly files: AppFiles;
	readonly label: string;
	readonly own: ReadonlySet<string>;
}

/** Reads an app's manifest. `folder` has its manifest.json, or is the manifest itself. */
export function prepareApp(
	folder: string,
	{ config = {}, extra = {} }: BuildOptions,
	platform: Platform = desktop,
): Prepared {
	const path = findManifest(resolve(folder));
	const manifest = readManifest(path, [platform.manifest], extra);
	const files = matchFiles(manifest, [configModule(manifest, config)]);
	if (!files.declarations.some(file => file.name === "mc/config")) {
		files.declarations.push({ name: "mc/config", source: join(ownFolder, "typings", "config.d.ts") });
	}
	// as mcconfig does
	if (!files.preload.includes("mc/config")) files.preload.push("mc/config");
	declareSDK(files);
	addCreation(manifest);
	const label = String(manifest.variables["NAME"] ?? basename(dirname(path)));
	const isOwn = ({ source }: { source: string }): boolean => platform.folders.some(own => source.startsWith(`${own}/`));
	return {
		manifest,
		files,
		label,
		own: new Set([...files.typescript, ...files.scripts].filter(isOwn).map(file => file.name)),
	};
}

/** The SDK's for the ESP32-C3: of its target, and of manifest_base.json (8.2.3). */
export const sdkCreation: Dictionary = {
	static: 94208,
	chunk: { initial: 1536, incremental: 512 },
	heap: { initial: 512, incremental: 64 },
	stack: 384,
	keys: { initial: 32, incremental: 32, name: 53, symbol: 3 },
	parser: { buffer: 1024, table: 17 },
};

/** On a device the SDK's own manifests bring what an app's has not. What hardware/manifest.json asks for stays. */
function addCreation(manifest: Manifest): void {
	if (Object.keys(manifest.creation).some(key => key !== "stack")) return;
	Object.assign(manifest.creation, { ...sdkCreation, ...manifest.creation });
	manifest.warnings.push(
		`${shown(manifest.folder)}: no manifest has "creation": the SDK's for the ESP32-C3 is taken, with "static": 94208`,
	);
}

/** The app's scripts as bytecode. */
export async function compileScripts(
	{ manifest, files, label }: Prepared,
	compiler: string,
	kind: BytecodeKind,
): Promise<CompiledModule[]> {
	return compileModules(compiler, await compileTypeScript(manifest, files, label), files.scripts, kind);
}

/** Where an app's text goes; what is in it names the file, so that it never changes. */
export function writeAppText(
	{ manifest, files, label }: Prepared,
	modules: readonly CompiledModule[],
	toolchain: Toolchain,
	isRelease: boolean,
): string {
	const text = appText(manifest, modules, files.preload, files.resources, isRelease);
	const file = join(toolchain.folder, "apps", `${fileName(label)}-${digest(text)}`, "app.txt");
	writeChanged(file, text);
	return file;
}

/** The folder with mc.defines.h, the manifest's "defines" for C. */
export function definesFolder(toolchain: Toolchain, { defines }: Manifest): string {
	const header = definesHeader(defines);
	const folder = join(toolchain.folder, "generated", `defines-${digest(header)}`);
	writeChanged(join(folder, "mc.defines.h"), header);
	return folder;
}

/** Objects of the app's C files and of the table that names their functions. */
export async function compileNatives(
	toolchain: Toolchain,
	{ manifest, files, label, own }: Prepared,
	modules: readonly CompiledModule[],
	nativeFlags: readonly string[],
	makeTable: (natives: ReadonlyMap<string, boolean>) => string = nativesTable,
): Promise<string[]> {
	const generated = join(toolchain.folder, "generated");
	const headerFolder = definesFolder(toolchain, manifest);
	const table = makeTable(collectNatives(modules, own));
	const tableFile = join(generated, `natives-${digest(table)}.c`);
	writeChanged(tableFile, table);
	const flags = [
		...nativeFlags,
		...[headerFolder, ...files.headerFolders].map(folder => `-I${folder}`),
		...options(manifest, "C_FLAGS", await sourceFolders(String(manifest.variables["C_FLAGS"] ?? ""))),
	];
	return compileUnits(toolchain, label, [
		...files.natives.map(source => ({ source, flags })),
		{ source: tableFile, flags: nativeFlags },
	]);
}

async function buildProgram(
	toolchain: Toolchain,
	runtime: Runtime,
	prepared: Prepared,
	modules: readonly CompiledModule[],
): Promise<string> {
	const natives = await compileNatives(toolchain, prepared, modules, runtime.nativeFlags);
	const libraries = [...options(prepared.manifest, "LIBRARIES"), ...runtime.libraries];
	return linkProgram(toolchain, "sim", [...runtime.objects, ...natives], libraries, words =>
		explainLinker(words, modules),
	);
}

/** Builds an app; `folder` has its manifest.json, or is the manifest itself. */
export async function buildApp(folder: string, given: BuildOptions = {}): Promise<App> {
	const { variant = "native", isRelease = false } = given;
	const kind = isRelease ? "release" : given.isDebugged ? "debugger" : "usual";
	const prepared = prepareApp(folder, given);
	const { manifest, files, label } = prepared;
	const toolchain = await findToolchain(variant);
	const compiler = await buildCompiler(toolchain.engine);
	const runtime = await buildRuntime(toolchain);
	return locked("build", async () => {
		const modules = await compileScripts(prepared, compiler, kind);
		const program = await buildProgram(toolchain, runtime, prepared, modules);
		const file = writeAppText(prepared, modules, toolchain, isRelease);
		const warnings = [...manifest.warnings, ...files.warnings, ...creationWarnings(manifest.creation)];
		const { typescript, declarations, scripts, natives, resources } = files;
		const sources = [...typescript, ...declarations, ...scripts, ...resources].map(one => one.source);
		const inputs = [...manifest.files, ...sources, ...natives];
		return { name: label, variant, program, runner: toolchain.runner, file, warnings, inputs };
	});
}
