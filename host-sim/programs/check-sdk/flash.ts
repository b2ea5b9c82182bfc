/*
	The flash table of `npm run bench` beside what the SDK's linker makes. Modules of the client are compiled by xsc and
	linked by xsl with one module more each time, in the order of the table. What a link has more than the one before is
	that module's.
*/

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";

import { type Prepared, prepareApp } from "../../build/build.js";
import { buildFolder, projectRoot, Problem } from "../../build/files.js";
import { readJSON } from "../../build/json.js";
import { compileTypeScript } from "../../build/typescript.js";
import { flash, inOrder } from "../bench/flash.js";
import { readLinked } from "./linked.js";

export interface FlashLine {
	readonly name: string;
	/** Bytes: code, slots, texts, names. */
	readonly sdk: number;
	readonly simulator: number;
}

/** Bytes of a name beside its text: a slot, and an entry in the table of names. */
const KEY_BYTES = 20;
const SLOT_BYTES = 16;

/** As the SDK's tools have it on a device; a link's own numbers do not depend on it. */
const creation = "32768,1024,2048,64,384,256,64,53,11,32768,1993,32768,main,0";

interface Script {
	readonly name: string;
	/** Its file below the folder of bytecode. */
	readonly path: string;
}

class SDKLinker {
	readonly #bin: string;
	readonly #folder: string;
	readonly #preload: ReadonlySet<string>;

	constructor(bin: string, folder: string, preload: readonly string[]) {
		this.#bin = bin;
		this.#folder = folder;
		this.#preload = new Set(preload);
		rmSync(folder, { recursive: true, force: true });
		for (const name of ["source", "bytecode", "linked"]) mkdirSync(join(folder, name), { recursive: true });
	}

	compile(name: string, text: string): Script {
		const path = name.replaceAll(":", "_");
		const source = join(this.#folder, "source", `${path}.js`);
		const folder = dirname(join(this.#folder, "bytecode", path));
		for (const one of [dirname(source), folder]) mkdirSync(one, { recursive: true });
		writeFileSync(source, text.replace(/^\/\/# sourceMappingURL.*$/gm, ""));
		this.#run("xsc", ["-c", "-e", "-o", folder, "-r", path.slice(path.lastIndexOf("/") + 1), source]);
		return { name, path };
	}

	/** Bytes of all that is linked from these. */
	link(scripts: readonly Script[]): number {
		const bytecode = join(this.#folder, "bytecode");
		const output = join(this.#folder, "linked");
		const preloads = scripts.filter(({ name }) => this.#preload.has(name)).flatMap(({ path }) => ["-p", `${path}.xsb`]);
		const files = scripts.map(({ path }) => join(bytecode, `${path}.xsb`));
		this.#run("xsl", ["-b", bytecode, "-o", output, "-c", creation, ...preloads, "-s", "*", "-u", "/", ...files]);
		const linked = readLinked(readFileSync(join(output, "mc.xs.c"), "utf8"));
		const slots = linked.slots - linked.named;
		return linked.bytecode + SLOT_BYTES * slots + linked.chunks + KEY_BYTES * linked.named + linked.nameTexts;
	}

	#run(tool: string, values: readonly string[]): void {
		try {
			execFileSync(join(this.#bin, tool), values, { stdio: ["ignore", "ignore", "pipe"] });
		} catch (error) {
			throw new Problem(`${tool} ${values.at(-1)} failed:\n${String((error as { stderr?: unknown }).stderr)}`);
		}
	}
}

/** Scripts of the app that the table is measured with, by name; its main module is empty. */
async function scriptTexts({ manifest, files, label }: Prepared): Promise<Map<string, string>> {
	const emitted = await compileTypeScript(manifest, files, label);
	const texts = new Map(emitted.map(({ name, script }) => [name, readFileSync(script, "utf8")]));
	for (const { name, source } of files.scripts) {
		const isData = extname(source) === ".json";
		texts.set(name, isData ? `export default ${JSON.stringify(readJSON(source))};\n` : readFileSync(source, "utf8"));
	}
	texts.set("main", "export default 1;\n");
	return texts;
}

/** Each line of the flash table that is no C file. `bin` has xsc and xsl. */
export async function compareFlash(bin: string): Promise<FlashLine[]> {
	const own = new Map((await flash()).map(module => [module.name, module]));
	const prepared = prepareApp(join(projectRoot, "tests", "bench"), { config: { part: "nothing" } });
	const texts = await scriptTexts(prepared);
	const linker = new SDKLinker(bin, join(buildFolder, "check-sdk", "flash"), prepared.files.preload);
	const names = inOrder([...texts.keys()]);
	const scripts = names.map(name => linker.compile(name, texts.get(name)!));
	const lines: FlashLine[] = [];
	const linked = scripts.filter(({ name }) => !own.has(name));
	let before = linker.link(linked);
	for (const script of scripts) {
		const module = own.get(script.name);
		if (!module) continue;
		linked.push(script);
		const now = linker.link(linked);
		const { bytecode, slots, chunks, names: texts } = module;
		lines.push({ name: script.name, sdk: now - before, simulator: bytecode + SLOT_BYTES * slots + chunks + texts });
		before = now;
	}
	return lines;
}
