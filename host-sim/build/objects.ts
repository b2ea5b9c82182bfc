/*
	Compiles and links C, only what has changed. An object is made anew when its source, a header that it includes, its
	flags or the compiler differ.
*/

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { digest, fileDigest, Problem, shown, Stamp } from "./files.js";
import { inParallel, run } from "./process.js";
import { Progress } from "./progress.js";
import type { Toolchain } from "./toolchain.js";

export interface Unit {
	readonly source: string;
	readonly flags: readonly string[];
}

/** Also those that a header of the engine includes: the engine sees platform.h. */
const allHeaders = "-MD";

/** The files that a make rule, as the compiler writes it, depends on; those of the system change with the compiler. */
function dependencies(rule: string): string[] {
	const text = rule.replace(/\\\n/g, " ");
	const names = text.slice(text.indexOf(":") + 1).match(/(?:\\.|[^\s\\])+/g) ?? [];
	return names.map(name => name.replace(/\\(.)/g, "$1")).filter(name => !name.startsWith("/usr/"));
}

/** What an object is made with, beside its sources. */
function recipe(toolchain: Toolchain, unit: Unit): string {
	return digest(toolchain.version, allHeaders, ...unit.flags);
}

async function compile(toolchain: Toolchain, unit: Unit, object: string): Promise<void> {
	const draft = `${object}.${process.pid}`;
	const rule = `${draft}.d`;
	const values = [...toolchain.flags, ...unit.flags, allHeaders, "-MF", rule, "-c", unit.source, "-o", draft];
	const outcome = await run(toolchain.compiler, values);
	if (outcome.code !== 0) throw new Problem(`${shown(unit.source)} does not compile:\n${outcome.stderr.trim()}`);
	if (outcome.stderr) process.stderr.write(outcome.stderr);
	const inputs = dependencies(readFileSync(rule, "utf8"));
	renameSync(draft, object);
	renameSync(rule, `${object}.d`);
	new Stamp(object).write(recipe(toolchain, unit), inputs);
}

/** The objects of these sources, in their order. */
export async function compileUnits(toolchain: Toolchain, title: string, units: readonly Unit[]): Promise<string[]> {
	const folder = join(toolchain.folder, "objects");
	mkdirSync(folder, { recursive: true });
	const jobs = units.map(unit => ({
		unit,
		object: join(folder, `${basename(unit.source, ".c")}-${digest(unit.source, ...unit.flags)}.o`),
	}));
	const stale = jobs.filter(
		({ unit, object }) => !existsSync(object) || !new Stamp(object).isFresh(recipe(toolchain, unit)),
	);
	const progress = new Progress(`compiling ${title}, ${toolchain.variant}`, stale.length);
	await inParallel(stale, async ({ unit, object }) => {
		await compile(toolchain, unit, object);
		progress.step(basename(unit.source));
	});
	progress.end();
	return jobs.map(job => job.object);
}

/**
 * A program from objects and libraries, under a name that changes with its content. Throws what `explain` makes of the
 * linker's words.
 */
export async function linkProgram(
	toolchain: Toolchain,
	name: string,
	objects: readonly string[],
	libraries: readonly string[],
	explain: (words: string) => string = words => words,
): Promise<string> {
	const flags = [...toolchain.linkFlags, ...libraries];
	const program = join(
		toolchain.folder,
		"programs",
		digest(toolchain.version, ...objects.map(fileDigest), ...flags),
		name,
	);
	if (existsSync(program)) return program;
	mkdirSync(dirname(program), { recursive: true });
	const draft = `${program}.${process.pid}`;
	const outcome = await run(toolchain.compiler, [...toolchain.flags, ...objects, "-o", draft, ...flags]);
	if (outcome.code !== 0) throw new Problem(explain(outcome.stderr.trim()));
	renameSync(draft, program);
	return program;
}

/** The C files of a folder but those `without`. */
export function sources(folder: string, without: ReadonlySet<string>): string[] {
	return readdirSync(folder)
		.filter(name => name.endsWith(".c") && !without.has(name))
		.sort()
		.map(name => join(folder, name));
}
