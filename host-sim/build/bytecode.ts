/*
	From an app's scripts to XS bytecode: bindings to C put into XS 13's syntax, then compiled by xs-compile. A module
	is compiled once for all apps and variants, under a name that changes with its content.
*/

import { existsSync, mkdirSync, readFileSync, renameSync, utimesSync } from "node:fs";
import { extname, join } from "node:path";

import { bindNatives } from "./bindings.js";
import { buildFolder, digest, fileDigest, fileName, Problem, shown, writeWhole } from "./files.js";
import { readJSON } from "./json.js";
import type { ModuleFile } from "./match.js";
import { inParallel, run } from "./process.js";
import { sourceLines } from "./sourcemap.js";
import { namedMap, type Emitted } from "./typescript.js";

/** A release has no places in the source; for a debugger they are absolute. */
export type BytecodeKind = "usual" | "release" | "debugger";

/** A module ready for the simulator. */
export interface CompiledModule {
	readonly name: string;
	readonly bytecode: string;
	readonly natives: { name: string; isDestructor: boolean; place: string }[];
}

interface Script {
	readonly name: string;
	/** The file that a person wrote. */
	readonly source: string;
	readonly text: string;
	readonly map: string | undefined;
}

function readScript(file: ModuleFile): Script {
	const text =
		extname(file.source) === ".json"
			? `export default ${JSON.stringify(readJSON(file.source))};\n`
			: readFileSync(file.source, "utf8");
	return { ...file, text, map: undefined };
}

/** What the engine's place in the source is called: as people read it, or as a debugger finds the file. */
function sourceName(path: string, kind: BytecodeKind): string {
	return kind === "debugger" ? path : shown(path);
}

function readEmitted(file: Emitted, kind: BytecodeKind): Script {
	const text = readFileSync(file.script, "utf8");
	return {
		name: file.name,
		source: file.source,
		text,
		map: existsSync(file.map) ? namedMap(file, sourceName(file.source, kind)) : undefined,
	};
}

/** Sets a file's time to now, which tells what is still in use. Nothing depends on it. */
function noteUse(file: string): void {
	try {
		const now = new Date();
		utimesSync(file, now, now);
	} catch {
		// the file belongs to somebody else
	}
}

async function compile(script: Script, compiler: string, folder: string, kind: BytecodeKind): Promise<CompiledModule> {
	const lines = script.map ? sourceLines(script.map) : undefined;
	const place = (offset: number): string => {
		const line = script.text.slice(0, offset).split("\n").length;
		return `${shown(script.source)}:${lines?.[line - 1] ?? line}`;
	};
	const bound = bindNatives(script.text.replace(/^\/\/# sourceMappingURL=.*$/m, ""), place);
	const natives = bound.natives.map(({ name, isDestructor, at }) => ({ name, isDestructor, place: place(at) }));
	const base = `${fileName(script.name)}${kind === "usual" ? "" : `-${kind}`}-${digest(bound.text, script.map ?? "", script.source, fileDigest(compiler))}`;
	const bytecode = join(folder, `${base}.xsb`);
	if (existsSync(bytecode)) {
		noteUse(bytecode);
		return { name: script.name, bytecode, natives };
	}
	// the compiler joins the names of script, map and source; run in this folder, it keeps the source's own
	const map = script.map ?? lineMap(bound.text, sourceName(script.source, kind));
	writeWhole(join(folder, `${base}.js`), `${bound.text}\n//# sourceMappingURL=${base}.js.map\n`);
	writeWhole(join(folder, `${base}.js.map`), map);
	const draft = `${bytecode}.${process.pid}`;
	const outcome = await run(
		compiler,
		[...(kind === "release" ? ["--release"] : []), script.name, `${base}.js`, draft],
		{
			cwd: folder,
		},
	);
	if (outcome.code !== 0) throw new Problem(outcome.stderr.trim().replaceAll(`${base}.js`, shown(script.source)));
	renameSync(draft, bytecode);
	return { name: script.name, bytecode, natives };
}

/** A map that says nothing but the source's name: each line stands for itself. */
function lineMap(text: string, source: string): string {
	// one line more: the engine looks past the last one
	const mappings = `${text}\n`
		.split("\n")
		.map((_, i) => (i === 0 ? "AAAA" : "AACA"))
		.join(";");
	return JSON.stringify({ version: 3, sources: [source], names: [], mappings });
}

/** Compiles all modules of an app with the program xs-compile. */
export async function compileModules(
	compiler: string,
	emitted: readonly Emitted[],
	scripts: readonly ModuleFile[],
	kind: BytecodeKind,
): Promise<CompiledModule[]> {
	const folder = join(buildFolder, "bytecode");
	mkdirSync(folder, { recursive: true });
	const all = [...emitted.map(file => readEmitted(file, kind)), ...scripts.map(readScript)];
	const result: CompiledModule[] = new Array(all.length);
	await inParallel(
		all.map((script, i) => ({ script, i })),
		async ({ script, i }) => {
			result[i] = await compile(script, compiler, folder, kind);
		},
	);
	return result;
}
