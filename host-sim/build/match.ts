/*
	From a manifest's rules to files, as mcconfig does (the Moddable SDK's documentation, tools/manifest.md, "Match"). A
	source without an extension stands for every file of that name, `*` for the rest of a name, "~" for what to leave
	out. What stands after the star means nothing: `*.der` is every file of the folder. A file is taken once, under the
	first target that matches it; a module that two files claim belongs to the first.
*/

import { readdirSync, statSync } from "node:fs";
import { dirname, extname, join } from "node:path";

import { Problem, shown } from "./files.js";
import type { Manifest, Rule, Source } from "./manifest.js";

export interface ModuleFile {
	/** As imported: "tls/wire/reader", "embedded:io/socket/tcp". */
	readonly name: string;
	readonly source: string;
}

export interface ResourceFile {
	readonly name: string;
	readonly source: string;
}

/** All files of an app, by kind. */
export interface AppFiles {
	readonly typescript: ModuleFile[];
	readonly declarations: ModuleFile[];
	/** Files that declare modules by name (typings.ts). */
	readonly ambient: string[];
	/** .js, .mjs and .json */
	readonly scripts: ModuleFile[];
	readonly natives: string[];
	/** Folders of the .h files that were listed. */
	readonly headerFolders: string[];
	readonly headers: string[];
	readonly resources: ResourceFile[];
	/** Modules to be preloaded, by name. */
	readonly preload: string[];
	readonly warnings: string[];
}

/** A file that matched: what the star stood for, or its name. */
interface Match {
	readonly path: string;
	readonly base: string;
	readonly extension: string;
	/** To be appended to a target that ends with a star. */
	readonly rest: string;
}

/** Name and extension; ".d.ts" counts as one. */
function split(file: string): { base: string; extension: string } {
	const extension = file.endsWith(".d.ts") ? ".d.ts" : extname(file);
	return { base: file.slice(0, file.length - extension.length), extension };
}

/** The files that a source stands for, in the order of their names. */
function expand(source: string): Match[] {
	const folder = dirname(source);
	const pattern = source.slice(folder.length + 1);
	const star = pattern.lastIndexOf("*");
	const result: Match[] = [];
	for (const file of readdirSync(folder).sort()) {
		if (file.startsWith(".")) continue;
		const { base, extension } = split(file);
		let rest: string;
		if (star >= 0) {
			if (!base.startsWith(pattern.slice(0, star))) continue;
			rest = base.slice(star);
		} else if (base === pattern || file === pattern) rest = file === pattern ? split(pattern).base : pattern;
		else continue;
		const path = join(folder, file);
		if (statSync(path).isFile()) result.push({ path, base, extension, rest });
	}
	return result;
}

const unsupportedSources: Record<string, string> = {
	".cc": "C++",
	".cpp": "C++",
	".m": "Objective-C",
	".java": "Java",
	".pio": "PIO assembly",
};

/** Resources that the SDK converts to its own formats. */
const convertedResources = new Set([".act", ".fnt", ".png", ".gif", ".jpeg", ".jpg", ".wav", ".ttf", ".otf"]);

class Matcher {
	readonly files: AppFiles = {
		typescript: [],
		declarations: [],
		ambient: [],
		scripts: [],
		natives: [],
		headerFolders: [],
		headers: [],
		resources: [],
		preload: [],
		warnings: [],
	};
	readonly #taken = new Set<string>();
	readonly #data = new Set<string>();
	/** Files that "~" leaves out, and the names that they would have. */
	readonly #leftOut = new Set<string>();
	readonly #missing = new Set<string>();

	/** Runs through the rules of one key; `add` takes each file once. */
	process(
		rules: readonly Rule[],
		key: string,
		taken: Set<string>,
		add: (name: string, match: Match, source: Source) => void,
	): void {
		for (const source of rules.find(rule => rule.target === "~")?.sources ?? []) {
			for (const match of expand(source.path)) {
				taken.add(match.path);
				this.#leftOut.add(match.path);
			}
		}
		for (const rule of rules) {
			if (rule.target === "~") continue;
			for (const source of rule.sources) this.#source(rule.target, source, key, taken, add);
		}
	}

	#source(
		target: string,
		source: Source,
		key: string,
		taken: Set<string>,
		add: (name: string, match: Match, source: Source) => void,
	): void {
		const star = target.lastIndexOf("*");
		if (star >= 0 && star < target.length - 1 && key !== "modules") {
			throw new Problem(
				`${shown(source.manifest)}: "${key}": "${target}": conversion to ${target.slice(star + 2)} is not supported`,
			);
		}
		if (source.path.endsWith("/")) {
			this.files.headerFolders.push(source.path);
			return;
		}
		const matches = expand(source.path);
		if (matches.length === 0)
			this.files.warnings.push(`${shown(source.manifest)}: "${key}": nothing matches ${shown(source.path)}`);
		for (const match of matches) {
			const name = star >= 0 ? target.slice(0, star) + match.rest : target;
			if (this.#leftOut.has(match.path)) this.#missing.add(name);
			if (taken.has(match.path)) continue;
			taken.add(match.path);
			add(name, match, source);
		}
	}

	/** A file of `data`: taken as it is. */
	data(name: string, match: Match): void {
		this.#data.add(match.path);
		this.#resource({ name: name + match.extension, source: match.path });
	}

	resource(name: string, match: Match, source: Source): void {
		if (this.#data.has(match.path)) return;
		if (convertedResources.has(match.extension))
			throw new Problem(
				`${shown(source.manifest)}: "resources": ${shown(match.path)}: ${match.extension} is not converted here; list it under "data"`,
			);
		if ([".c", ".h", ".js", ".json"].includes(match.extension)) return;
		this.#resource({ name: name + match.extension, source: match.path });
	}

	#resource(file: ResourceFile): void {
		const before = this.files.resources.find(one => one.name === file.name);
		if (before)
			this.files.warnings.push(`resource ${file.name}: ${shown(before.source)} is taken, ${shown(file.source)} is not`);
		else this.files.resources.push(file);
	}

	module(name: string, match: Match, source: Source): void {
		const { files } = this;
		if (this.#data.has(match.path)) return;
		const language = unsupportedSources[match.extension];
		if (language)
			throw new Problem(`${shown(source.manifest)}: "modules": ${shown(match.path)}: ${language} is not supported`);
		switch (match.extension) {
			case ".ts":
				this.#module(files.typescript, name, match.path);
				break;
			case ".d.ts":
				files.declarations.push({ name, source: match.path });
				break;
			case ".js":
			case ".mjs":
				this.#module(files.scripts, name, match.path);
				break;
			case ".json":
				if (!match.base.startsWith("manifest")) this.#module(files.scripts, name, match.path);
				break;
			case ".c":
				files.natives.push(match.path);
				break;
			case ".h":
				files.headers.push(match.path);
				break;
			default:
				break; // other files lie there for other purposes; mcconfig passes them over, too
		}
	}

	#module(list: ModuleFile[], name: string, source: string): void {
		const before = [...this.files.typescript, ...this.files.scripts].find(one => one.name === name);
		if (before) this.files.warnings.push(`module ${name}: ${shown(before.source)} is taken, ${shown(source)} is not`);
		else list.push({ name, source });
	}

	/** mcconfig applies patterns to JavaScript modules only: a TypeScript module is preloaded where it is named. */
	preload(patterns: readonly string[]): void {
		const { typescript, scripts, preload, warnings } = this.files;
		for (const pattern of patterns) {
			const star = pattern.lastIndexOf("*");
			const prefix = star >= 0 ? pattern.slice(0, star) : pattern;
			const fits = (one: ModuleFile): boolean => (star >= 0 ? one.name.startsWith(prefix) : one.name === pattern);
			const found = (star >= 0 ? scripts : [...scripts, ...typescript]).filter(fits).map(one => one.name);
			if (star >= 0 && typescript.some(fits))
				warnings.push(
					`preload "${pattern}": mcconfig applies patterns to .js files only; name the TypeScript modules one by one`,
				);
			else if (found.length === 0 && !this.#missing.has(pattern))
				warnings.push(`preload "${pattern}": there is no such module`);
			preload.push(...found.filter(name => !preload.includes(name)));
		}
	}

	run(manifest: Manifest): AppFiles {
		this.process(manifest.data, "data", new Set(), (name, match) => this.data(name, match));
		this.process(manifest.modules, "modules", this.#taken, (name, match, source) => this.module(name, match, source));
		this.process(manifest.resources, "resources", new Set(), (name, match, source) =>
			this.resource(name, match, source),
		);
		this.files.headerFolders.push(...new Set(this.files.headers.map(path => dirname(path))));
		this.preload(manifest.preload);
		return this.files;
	}
}

/** The files of an app; `written` are modules that the builder writes itself. */
export function matchFiles(manifest: Manifest, written: readonly ModuleFile[] = []): AppFiles {
	const matcher = new Matcher();
	matcher.files.scripts.push(...written);
	return matcher.run(manifest);
}
