/*
	A copy of the project, in build/mutate, in which a mutant lives while its tests run: nothing of the project itself
	is ever changed. The copy has a build folder of its own, which stays from run to run, so that engine and natives
	are compiled once.
*/

import {
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

import { buildFolder, projectRoot } from "../../build/files.js";
import { run } from "../../build/process.js";
import { mutated, type Mutant } from "./sites.js";

/** Folders that hold no sources. */
const left = new Set(["node_modules", "build", ".git"]);

/** Folders of a copy's build in which each state of the sources leaves files. */
const growing = ["node", "bytecode", "config", "native/programs", "native/apps"];

function filesOf(folder: string): string[] {
	const under = (name: string): string[] =>
		readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
			.filter(entry => entry.isFile())
			.map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1));
	return readdirSync(folder, { withFileTypes: true })
		.filter(entry => !left.has(entry.name))
		.flatMap(entry => (entry.isDirectory() ? under(entry.name) : [entry.name]))
		.sort();
}

/** Compiles the tests of a copy; prints the folder of what came out. */
const compile = `const { compilePrograms, root } = await import(process.argv[1]);
const folders = ["host-sim", "tests", "hardware", "modules/x509"].map(folder => root + "/" + folder);
process.stdout.write(compilePrograms(root + "/tests/tsconfig.json", folders));`;

export class Copy {
	readonly folder: string;
	readonly #kept = new Map<string, Set<string>>();
	/** The file that has a change now, as it was. */
	#original = "";

	constructor(number: number) {
		this.folder = join(buildFolder, "mutate", String(number));
	}

	/** Makes it what the project is now. */
	update(): void {
		mkdirSync(this.folder, { recursive: true });
		const files = filesOf(projectRoot);
		const wanted = new Set(files);
		for (const file of filesOf(this.folder)) if (!wanted.has(file)) rmSync(join(this.folder, file));
		for (const file of files) {
			const content = readFileSync(join(projectRoot, file));
			const target = join(this.folder, file);
			if (existsSync(target) && readFileSync(target).equals(content)) continue;
			mkdirSync(dirname(target), { recursive: true });
			writeFileSync(target, content, { mode: statSync(join(projectRoot, file)).mode });
		}
		const modules = join(this.folder, "node_modules");
		if (!lstatSync(modules, { throwIfNoEntry: false })) symlinkSync(join(projectRoot, "node_modules"), modules);
	}

	/** The compiler's words where the tests don't compile. */
	words = "";

	/** Compiles the tests. Returns the folder of the scripts, or undefined where they don't compile. */
	async compileTests(): Promise<string | undefined> {
		const programs = join(this.folder, "host-sim", "build", "programs.mjs");
		const outcome = await run(process.execPath, ["--input-type=module", "-e", compile, programs]);
		this.words = outcome.stderr;
		return outcome.code === 0 ? join(outcome.stdout, "tests") : undefined;
	}

	/** What is built now stays; what mutants add to it goes. */
	keepBuilt(): void {
		for (const name of growing) this.#kept.set(name, new Set(this.#built(name)));
	}

	#built(name: string): string[] {
		const folder = join(this.folder, "build", name);
		return existsSync(folder) ? readdirSync(folder) : [];
	}

	#sweep(): void {
		for (const [name, kept] of this.#kept) {
			for (const entry of this.#built(name).filter(one => !kept.has(one)))
				rmSync(join(this.folder, "build", name, entry), { recursive: true, force: true });
		}
	}

	/** Runs `body` while the copy has the change, and takes it back, whatever happens. */
	async with<T>(mutant: Mutant, body: () => Promise<T>): Promise<T> {
		const file = join(this.folder, mutant.path);
		const text = readFileSync(file, "utf8");
		// a condition that is always true, say, is a type error at its next line: what counts is what runs
		const header = mutant.path.endsWith(".ts") && !mutant.isTyped ? "// @ts-nocheck\n" : "";
		this.#original = text;
		try {
			writeFileSync(file, header + mutated(text, mutant));
			return await body();
		} finally {
			writeFileSync(file, text);
			this.#sweep();
		}
	}

	/** Inside of `with`: runs `body` while the change is taken back. */
	async without<T>({ path }: Mutant, body: () => Promise<T>): Promise<T> {
		const file = join(this.folder, path);
		const changed = readFileSync(file, "utf8");
		try {
			writeFileSync(file, this.#original);
			return await body();
		} finally {
			writeFileSync(file, changed);
		}
	}
}
