/*
	From an app's scripts to XS bytecode: bindings to C put into XS 13's syntax, then compiled by xs-compile. A module is compiled
	once for all apps and variants, under a name that changes with its content.
*/

import { existsSync, mkdirSync, readFileSync, renameSync, utimesSync } from "node:fs";
import { extname, join } from "node:path";

import { bindNatives } from "./bindings.js";
import { buildFolder, digest, fileDigest, fileName, Problem, shown, writeWhole } from "./files.js";
import type { ModuleFile } from "./match.js";
import { inParallel, run } from "./process.js";
import { sourceLines } from "./sourcemap.js";
import { namedMap, type Emitted } from "./typescript.js";

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
	const text = readFileSync(file.source, "utf8");
	if (extname(file.source) !== ".json") return { ...file, text, map: undefined };
	try {
		return { ...file, text: `export default ${JSON.stringify(JSON.parse(text))};\n`, map: undefined };
	} catch (error) {
		throw new Problem(`${shown(file.source)}: not valid JSON: ${(error as Error).message}`);
	}
}

function readEmitted(file: Emitted): Script {
	const text = readFileSync(file.script, "utf8");
	return {
		name: file.name,
		source: file.source,
		text,
		map: existsSync(file.map) ? namedMap(file, shown(file.source)) : undefined,
	};
}

async function compile(script: Script, compiler: string, folder: string, isRelease: boolean): Promise<CompiledModule> {
	const lines = script.map ? sourceLines(script.map) : undefined;
	const place = (offset: number): string => {
		const line = script.text.slice(0, offset).split("\n").length;
		return `${shown(script.source)}:${lines?.[line - 1] ?? line}`;
	};
	const bound = bindNatives(script.text.replace(/^\/\/# sourceMappingURL=.*$/m, ""), place);
	const natives = bound.natives.map(({ name, isDestructor, at }) => ({ name, isDestructor, place: place(at) }));
	const base = `${fileName(script.name)}${isRelease ? "-release" : ""}-${digest(bound.text, script.map ?? "", script.source, fileDigest(compiler))}`;
	const bytecode = join(folder, `${base}.xsb`);
	if (existsSync(bytecode)) {
		const now = new Date();
		utimesSync(bytecode, now, now);
		return { name: script.name, bytecode, natives };
	}
	// the compiler joins the names of script, map and source; run in this folder, it keeps the source's own
	const map = script.map ?? lineMap(bound.text, shown(script.source));
	writeWhole(join(folder, `${base}.js`), `${bound.text}\n//# sourceMappingURL=${base}.js.map\n`);
	writeWhole(join(folder, `${base}.js.map`), map);
	const draft = `${bytecode}.${process.pid}`;
	const outcome = await run(compiler, [...(isRelease ? ["--release"] : []), script.name, `${base}.js`, draft], {
		cwd: folder,
	});
	if (outcome.code !== 0)
		throw new Problem(`${shown(script.source)}: module ${script.name}:\n${outcome.stderr.trim()}`);
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

/** Compiles all modules of an app with the program xs-compile; for a release, without the places in the source that errors name. */
export async function compileModules(
	compiler: string,
	emitted: readonly Emitted[],
	scripts: readonly ModuleFile[],
	isRelease = false,
): Promise<CompiledModule[]> {
	const folder = join(buildFolder, "bytecode");
	mkdirSync(folder, { recursive: true });
	const all = [...emitted.map(readEmitted), ...scripts.map(readScript)];
	const result: CompiledModule[] = new Array(all.length);
	await inParallel(
		all.map((script, i) => ({ script, i })),
		async ({ script, i }) => {
			result[i] = await compile(script, compiler, folder, isRelease);
		},
	);
	return result;
}
