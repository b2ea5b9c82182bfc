/*
	The flash table of `npm run bench` beside what the SDK's linker makes. Modules of the client are compiled by xsc and
	linked by xsl with one module more each time, in the order of the table. What a link has more than the one before is
	that module's. Links take minutes in sum. What each gave is kept in build/: a run that was stopped goes on, and one
	after a small change is short.
*/

import { execFileSync } from "node:child_process";
import { createHash, type Hash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";

import { type Prepared, prepareApp } from "../../build/build.js";
import { buildFolder, projectRoot, Problem } from "../../build/files.js";
import { readJSON } from "../../build/json.js";
import { compileTypeScript } from "../../build/typescript.js";
import { flash, inOrder } from "../bench/flash.js";
import { type Linked, readLinked } from "./linked.js";

export interface FlashLine {
	readonly name: string;
	/** Bytes: code, slots, texts, names. */
	readonly sdk: number;
	readonly simulator: number;
}

/** Bytes of a name beside its text: a slot, and an entry in the table of names. */
const KEY_BYTES = 20;
const SLOT_BYTES = 16;

/** What xsid makes of the names that C files use. */
const DEVICE_NAMES = "device.c.xsi";

/** As the SDK's tools have it on a device; a link's own numbers do not depend on it. */
const creation = "32768,1024,2048,64,384,256,64,53,11,32768,1993,32768,main,0";

/** Names that the SDK's C files for a device use, as the simulator has them (host-sim/xs/builtin_natives.c). */
function deviceNames(): string {
	const text = readFileSync(join(projectRoot, "host-sim", "xs", "builtin_natives.c"), "utf8");
	const names = /simDeviceNames\[\] = \{([^}]*)\}/.exec(text)?.[1];
	if (!names) throw new Problem("host-sim/xs/builtin_natives.c has no simDeviceNames");
	return [...names.matchAll(/"(\w+)"/g)].map(([, name]) => `xsID_${name}`).join(" ");
}

interface Script {
	readonly name: string;
	/** Its file below the folder of bytecode. */
	readonly path: string;
}

/** What links gave before, by what was linked. */
class Kept {
	readonly #file: string;
	readonly #links: Record<string, Linked>;

	constructor(file: string) {
		this.#file = file;
		this.#links = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, Linked>) : {};
	}

	get(key: string): Linked | undefined {
		return this.#links[key];
	}

	set(key: string, linked: Linked): void {
		this.#links[key] = linked;
		// a run that is stopped here leaves the file as it was
		writeFileSync(`${this.#file}.new`, JSON.stringify(this.#links));
		renameSync(`${this.#file}.new`, this.#file);
	}
}

/** Bytes of flash. */
function bytesOf({ slots, named, bytecode, chunks, nameTexts, paths }: Linked): number {
	return bytecode + SLOT_BYTES * (slots - named) + chunks + KEY_BYTES * named + nameTexts + paths;
}

class SDKLinker {
	readonly #bin: string;
	readonly #folder: string;
	readonly #preload: ReadonlySet<string>;
	readonly #kept: Kept;
	/** Of the tools and of what this file makes of their output. */
	readonly #tools: Hash;

	constructor(bin: string, folder: string, preload: readonly string[]) {
		this.#bin = bin;
		this.#folder = folder;
		this.#preload = new Set(preload);
		this.#kept = new Kept(`${folder}.json`);
		this.#tools = createHash("sha256").update(creation);
		for (const tool of ["xsc", "xsl"]) this.#tools.update(readFileSync(join(bin, tool)));
		this.#tools.update(readFileSync(join(projectRoot, "host-sim", "programs", "check-sdk", "linked.ts")));
		rmSync(folder, { recursive: true, force: true });
		for (const name of ["source", "bytecode", "linked"]) mkdirSync(join(folder, name), { recursive: true });
		const names = join(folder, "source", "device.c");
		writeFileSync(names, deviceNames());
		this.#run("xsid", ["-o", join(folder, "bytecode"), names]);
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
		const key = this.#keyOf(scripts);
		let linked = this.#kept.get(key);
		if (!linked) {
			process.stderr.write(`linking ${scripts.length} modules\n`);
			linked = this.#link(scripts);
			this.#kept.set(key, linked);
		}
		return bytesOf(linked);
	}

	#keyOf(scripts: readonly Script[]): string {
		const hash = this.#tools.copy().update(readFileSync(join(this.#folder, "bytecode", DEVICE_NAMES)));
		for (const { name, path } of scripts) {
			const code = readFileSync(join(this.#folder, "bytecode", `${path}.xsb`));
			hash.update(`\n${path} ${this.#preload.has(name)} ${code.length}\n`).update(code);
		}
		return hash.digest("hex");
	}

	#link(scripts: readonly Script[]): Linked {
		const bytecode = join(this.#folder, "bytecode");
		const output = join(this.#folder, "linked");
		const preloads = scripts.filter(({ name }) => this.#preload.has(name)).flatMap(({ path }) => ["-p", `${path}.xsb`]);
		const files = [...scripts.map(({ path }) => `${path}.xsb`), DEVICE_NAMES].map(path => join(bytecode, path));
		this.#run("xsl", ["-b", bytecode, "-o", output, "-c", creation, ...preloads, "-s", "*", "-u", "/", ...files]);
		return readLinked(readFileSync(join(output, "mc.xs.c"), "utf8"));
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

/** What the last run has found, for `npm run bench -- --compare`. */
export const flashFile = join(buildFolder, "check-sdk-flash.json");

/**
 * Each line of the flash table but for C files, as soon as it is known; `flashFile` gets them, too. `bin` has xsc and
 * xsl.
 */
export async function* compareFlash(bin: string): AsyncGenerator<FlashLine> {
	const own = new Map((await flash()).map(module => [module.name, module]));
	const prepared = prepareApp(join(projectRoot, "tests", "bench"), { config: { part: "nothing" } });
	const texts = await scriptTexts(prepared);
	const linker = new SDKLinker(bin, join(buildFolder, "check-sdk", "flash"), prepared.files.preload);
	const names = inOrder([...texts.keys()]);
	const scripts = names.map(name => linker.compile(name, texts.get(name)!));
	const linked = scripts.filter(({ name }) => !own.has(name));
	const lines: FlashLine[] = [];
	let before = linker.link(linked);
	for (const script of scripts) {
		const module = own.get(script.name);
		if (!module) continue;
		linked.push(script);
		const now = linker.link(linked);
		const { bytecode, slots, chunks, names: texts } = module;
		const simulator = bytecode + SLOT_BYTES * slots + chunks + texts;
		const line = { name: script.name, sdk: now - before, simulator };
		lines.push(line);
		writeFileSync(flashFile, `${JSON.stringify(lines)}\n`);
		yield line;
		before = now;
	}
}
