/*
	What the client takes of flash in a release, by module, counted as the SDK's linker makes it (xs/linked.c). It
	counts bytecode, slots, chunks, names and tables, and natives as a 32-bit compiler makes them with -Os. Modules are
	preloaded here in the order of their imports, so that each is charged with its own only. Names that the SDK's
	modules have, too, are theirs.
*/

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";

import { buildApp, definesFolder } from "../../build/build.js";
import { Problem, projectRoot } from "../../build/files.js";
import { findManifest, readManifest, type Dictionary, type Manifest } from "../../build/manifest.js";
import { matchFiles } from "../../build/match.js";
import { compileUnits } from "../../build/objects.js";
import { must } from "../../build/process.js";
import { runApp } from "../../build/run.js";
import { buildRuntime } from "../../build/runtime.js";
import { findToolchain } from "../../build/toolchain.js";
import { memoryVariant } from "./measure.js";
import { makeBench, type DistOptions } from "../release/dist.js";

const benchFolder = join(projectRoot, "tests", "bench");

export interface FlashModule {
	readonly name: string;
	readonly bytecode: number;
	readonly slots: number;
	readonly chunks: number;
	/** Bytes of property names that neither the engine nor a module before it has. */
	readonly names: number;
	/** Bytes of entries in tables of scripts and natives. */
	readonly tables: number;
	readonly natives: number;
}

/** The columns of the table. */
export const flashKeys = ["bytecode", "slots", "chunks", "names", "tables", "natives"] as const;

/** The file of a module of the client's. */
function sourceOf(name: string): string | undefined {
	const rest = name.slice("tls/".length);
	const path = rest.startsWith("hardware/")
		? join(projectRoot, `${rest}.ts`)
		: join(projectRoot, "modules", `${rest}.ts`);
	return name.startsWith("tls/") && existsSync(path) ? path : undefined;
}

/** What a module needs when it runs. */
function importsOf(name: string): string[] {
	const source = sourceOf(name);
	if (!source) return [];
	const found = readFileSync(source, "utf8").matchAll(
		/^(?:import|export)\s+(?!type\b)(?:[^;"]*?\sfrom\s+)?"([^"]+)"/gm,
	);
	return [...found].map(([, path]) => (path!.startsWith(".") ? posix.join(posix.dirname(name), path!) : path!));
}

/** A module of the client's; "tls" is all of it in one (release/dist.ts). */
function isOurs(name: string): boolean {
	return name === "tls" || name.startsWith("tls/");
}

/** The order in which modules are charged: each after what it imports. */
export function inOrder(names: readonly string[]): string[] {
	const all = new Set(names);
	const result = new Set<string>();
	const seen = new Set<string>();
	const visit = (name: string): void => {
		if (!all.has(name) || seen.has(name)) return;
		seen.add(name);
		for (const other of importsOf(name)) visit(other);
		result.add(name);
	};
	for (const name of names.filter(name => !isOurs(name) && name !== "main")) visit(name);
	for (const name of names.filter(isOurs)) visit(name);
	return [...result, "main"];
}

/** Sizes of code and constants, in the order of the sources. */
async function nativeSizes(sources: readonly string[], manifest: Manifest): Promise<number[]> {
	const toolchain = await findToolchain(memoryVariant);
	const { nativeFlags } = await buildRuntime(toolchain);
	const headers = `-I${definesFolder(toolchain, manifest)}`;
	const flags = [...nativeFlags, headers, "-UmxDebug", "-Os", "-g0", "-fno-pie", "-fno-asynchronous-unwind-tables"];
	const objects = await compileUnits(
		toolchain,
		"natives for their size",
		sources.map(source => ({ source, flags })),
	);
	const { stdout } = await must("size", objects, "size");
	return stdout
		.trim()
		.split("\n")
		.slice(1)
		.map(line => {
			const [text, data] = line.trim().split(/\s+/) as [string, string];
			return Number(text) + Number(data);
		});
}

async function nativeModules(extra: Dictionary): Promise<FlashModule[]> {
	const manifest = readManifest(findManifest(benchFolder), [], extra);
	const { natives } = matchFiles(manifest);
	const sources = natives.filter(source => source.startsWith(join(projectRoot, "hardware"))).sort();
	const sizes = await nativeSizes(sources, manifest);
	return sources.map((source, i) => ({
		name: relative(projectRoot, source),
		bytecode: 0,
		slots: 0,
		chunks: 0,
		names: 0,
		tables: 0,
		natives: sizes[i]!,
	}));
}

/**
 * Each module of the client, and each file of its natives, in a build without the parts named: folders of
 * modules/optional/without.
 */
export function flash(without: readonly string[] = []): Promise<FlashModule[]> {
	const extra = without.length
		? { include: without.map(part => `../../modules/optional/without/${part}/manifest.json`) }
		: {};
	return flashOf(benchFolder, extra);
}

async function flashOf(folder: string, extra: Dictionary): Promise<FlashModule[]> {
	const app = await buildApp(folder, { variant: memoryVariant, isRelease: true, config: { part: "nothing" }, extra });
	const lines = readFileSync(app.file, "utf8").split("\n");
	const modules = new Map(lines.filter(line => line.startsWith("module\t")).map(line => [line.split("\t")[1]!, line]));
	const rest = lines.filter(line => !line.startsWith("module\t"));
	const file = join(dirname(app.file), "flash.txt");
	writeFileSync(file, [...inOrder([...modules.keys()]).map(name => modules.get(name)!), ...rest].join("\n"));
	const { report, stderr } = await runApp({ ...app, file }, { timeout: 20 });
	if (!report) throw new Problem(`flash can't be measured: ${stderr}`);
	const scripts = report.modules.filter(module => isOurs(module.name)).map(module => ({ ...module, natives: 0 }));
	return [...scripts, ...(await nativeModules(extra))];
}

const withoutFolder = join(projectRoot, "modules", "optional", "without");

function withoutParts(): string[] {
	return readdirSync(withoutFolder)
		.filter(name => existsSync(join(withoutFolder, name, "manifest.json")))
		.sort();
}

/**
 * The client in builds that leave parts out (modules/optional/without): each part alone, then all of them; bytes of all
 * modules together.
 */
export async function leanFlash(): Promise<FlashModule[]> {
	const parts = withoutParts();
	const builds: [string, string[]][] = parts.map(part => [`without ${part}`, [part]]);
	builds.push(["TLS 1.3 alone, without any of them", parts]);
	const rows: FlashModule[] = [];
	for (const [name, without] of builds) {
		const modules = await flash(without);
		rows.push(flashSum(name, modules));
	}
	return rows;
}

/**
 * The client as `npm run release` makes it: all of it, the smallest build, and that with numbers in place of the texts
 * of errors.
 */
export async function distFlash(): Promise<FlashModule[]> {
	const without = withoutParts();
	const builds: [string, string, DistOptions][] = [
		["dist, all of it", "all", {}],
		["dist, TLS 1.3 alone, without any of them", "smallest", { without }],
		["  with numbers for the texts of errors", "numbers", { without, errorNumbers: true }],
	];
	const rows: FlashModule[] = [];
	for (const [name, folder, options] of builds)
		rows.push(flashSum(name, await flashOf(await makeBench(folder, options), {})));
	return rows;
}

/** The sum of some modules, as a row of its own. */
export function flashSum(name: string, modules: readonly FlashModule[]): FlashModule {
	const sums = flashKeys.map(key => [key, modules.reduce((all, module) => all + module[key], 0)]);
	return { name, ...(Object.fromEntries(sums) as Record<(typeof flashKeys)[number], number>) };
}

/** Bytes of a module on the device: 16 for a slot. */
export function flashBytes({ bytecode, slots, chunks, names, tables, natives }: FlashModule): number {
	return bytecode + 16 * slots + chunks + names + tables + natives;
}
