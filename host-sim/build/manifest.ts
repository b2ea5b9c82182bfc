/*
	Reads an app's manifest.json and all that it includes, and merges them as mcconfig does (the Moddable SDK's
	documentation, tools/manifest.md). Included manifests come first, depth first, and a platform's part after the
	common part. Objects are merged, lists appended. What the simulator cannot do is named: as a warning where the app
	runs the same without it, else as an error.
*/

import { existsSync, lstatSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

import { Problem, shown } from "./files.js";
import { readJSON } from "./json.js";
import { isInSDK, isNowhere, providedFor, refuseNowhere, sdkVariables } from "./provided.js";

/** What manifests call the simulator in `platforms`. */
export const platformName = "xs-tls-sim";

export type Dictionary = Record<string, unknown>;

/** A file or pattern of `modules`, `data` or `resources`, its folder made absolute. */
export interface Source {
	readonly path: string;
	readonly manifest: string;
}

/** One target of `modules`, `data` or `resources` and where it comes from, in the order of the manifests. */
export interface Rule {
	readonly target: string;
	readonly sources: Source[];
}

/** All manifests of an app as one. */
export interface Manifest {
	readonly folder: string;
	/** Variables from `build`. */
	readonly variables: Dictionary;
	readonly config: Dictionary;
	readonly creation: Dictionary;
	readonly defines: Dictionary;
	readonly modules: Rule[];
	readonly data: Rule[];
	readonly resources: Rule[];
	readonly preload: string[];
	readonly typescript: { compiler: string; tsconfig: Dictionary & { compilerOptions: Dictionary } };
	/** Sentences about what has no effect here. */
	readonly warnings: string[];
	/** The manifest files that were read. */
	readonly files: string[];
}

/** Keys whose absence changes nothing that a script can see, and why. */
const withoutEffect: Record<string, string> = {
	strip: "the simulator keeps all of the language",
	bundle: "it belongs to mcbundle",
	run: "it belongs to mcrun",
	dependency: "IDF components exist on the ESP32 only",
	components: "IDF components exist on the ESP32 only",
	zephyrConfig: "it belongs to Zephyr",
	zephyrShields: "it belongs to Zephyr",
	zephyrOverlay: "it belongs to Zephyr",
};

/** Keys that an app needs to work as meant. */
const unsupported: Record<string, string> = {
	ble: "Bluetooth is not simulated",
	commonjs: "CommonJS modules are not supported",
	ffi: "foreign functions are not supported; list the C file under modules",
	recipes: "make recipes are not supported",
};

const known = new Set([
	"build",
	"include",
	"creation",
	"defines",
	"config",
	"modules",
	"preload",
	"resources",
	"data",
	"platforms",
	"typescript",
	"error",
	"warning",
]);

interface Parsed {
	readonly path: string;
	readonly folder: string;
	readonly content: Dictionary;
	/** The part of `platforms` that is for the simulator. */
	readonly platform: Dictionary | undefined;
}

export function isDictionary(value: unknown): value is Dictionary {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member of a manifest that is an object, where it is there. */
function expectDictionary(value: unknown, key: string, path: string): Dictionary | undefined {
	if (value === undefined || isDictionary(value)) return value;
	throw new Problem(`${shown(path)}: "${key}" must be an object`);
}

/**
 * The part for the simulator: under its own name, or else "...", with which the SDK's manifests mean to refuse what
 * they don't know.
 */
function matchPlatform(platforms: unknown, path: string): Dictionary | undefined {
	const all = expectDictionary(platforms, "platforms", path);
	const own = all?.[platformName] ?? (isInSDK(path) ? undefined : all?.["..."]);
	return isDictionary(own) ? own : undefined;
}

const adviceOnSDK =
	'. The simulator needs no SDK: move such includes under "platforms": { "esp32": { "include": [...] } }, as xs-tls/manifest.json does';

class Reader {
	readonly variables: Dictionary = {};
	readonly parsed: Parsed[] = [];
	readonly #seen = new Set<string>();

	/** Puts variables and the environment in the place of $(NAME). */
	resolve(text: string, manifest: string): string {
		return text.replace(/\$\(([^)]+)\)/g, (_, name: string) => {
			const value = this.variables[name] ?? process.env[name];
			if (value === undefined)
				throw new Problem(
					`${shown(manifest)}: $(${name}) is neither a build variable nor in the environment${name === "MODDABLE" ? adviceOnSDK : ""}`,
				);
			return String(value);
		});
	}

	/** The variables of a `build` object. */
	#build(properties: unknown, path: string): void {
		if (properties === undefined) return;
		if (!isDictionary(properties)) throw new Problem(`${shown(path)}: "build" must be an object`);
		for (const [key, value] of Object.entries(properties)) {
			if (key === "LIBRARIES" || key === "C_FLAGS") {
				const before = this.variables[key];
				this.variables[key] = before === undefined ? value : `${String(before)} ${String(value)}`;
				continue;
			}
			const name = key.endsWith(" ?=") ? key.slice(0, -3) : key;
			const fromShell = name === key ? undefined : process.env[name];
			this.variables[name] =
				fromShell ?? (typeof value === "string" ? this.#path(this.resolve(value, path), path) : value);
		}
	}

	/** A value that starts with ./ is relative to its manifest. */
	#path(value: string, manifest: string): string {
		return value.startsWith("./") ? join(dirname(manifest), value) : value;
	}

	read(path: string, content?: Dictionary): void {
		if (this.#seen.has(path)) return;
		this.#seen.add(path);
		const manifest = content ?? parse(path);
		this.#build(manifest["build"], path);
		const platform = matchPlatform(manifest["platforms"], path);
		if (platform) this.#build(platform["build"], path);
		const includes = [manifest["include"] ?? [], platform?.["include"] ?? []].flat();
		for (const include of includes) this.#include(include, path);
		this.parsed.push({ path, folder: dirname(path), content: manifest, platform });
	}

	#include(include: unknown, from: string): void {
		if (isDictionary(include)) {
			if ("git" in include)
				throw new Problem(
					`${shown(from)}: "include" of a git repository (${String(include["git"])}) is not supported; clone it and include its manifest by path`,
				);
			throw new Problem(`${shown(from)}: "include" has an object without "git"`);
		}
		if (typeof include !== "string") throw new Problem(`${shown(from)}: "include" must name manifests`);
		const path = resolve(dirname(from), this.resolve(include, from));
		const inPlace = providedFor(path);
		if (inPlace) {
			for (const one of inPlace) this.read(one);
			return;
		}
		if (isNowhere(path)) refuseNowhere(path, from);
		if (!existsSync(path)) throw new Problem(`${shown(from)}: included manifest not found: ${include}`);
		this.read(path);
	}
}

/** The JSON of a manifest file. */
function parse(path: string): Dictionary {
	const value = readJSON(path);
	if (!isDictionary(value)) throw new Problem(`${shown(path)}: a manifest is a JSON object`);
	return value;
}

/** Later values win, objects are merged member by member. */
export function mergeInto(target: Dictionary, source: unknown): void {
	if (!isDictionary(source)) return;
	for (const [name, value] of Object.entries(source)) {
		const before = target[name];
		if (isDictionary(before) && isDictionary(value)) mergeInto(before, value);
		else target[name] = isDictionary(value) || Array.isArray(value) ? structuredClone(value) : value;
	}
}

class Merger {
	readonly #reader: Reader;
	readonly errors: string[] = [];
	readonly result: Manifest;

	constructor(reader: Reader, folder: string) {
		this.#reader = reader;
		this.result = {
			folder,
			variables: reader.variables,
			config: {},
			creation: {},
			defines: {},
			modules: [],
			data: [],
			resources: [],
			preload: [],
			typescript: { compiler: "tsc", tsconfig: { compilerOptions: {} } },
			warnings: [],
			files: reader.parsed.map(one => one.path),
		};
	}

	/** One manifest, or its part for the platform. */
	merge(part: Dictionary, path: string): void {
		this.#checkKeys(part, path);
		const { result } = this;
		for (const key of ["config", "creation", "defines"] as const)
			mergeInto(result[key], expectDictionary(part[key], key, path));
		for (const key of ["modules", "data", "resources"] as const) this.#rules(result[key], part[key], key, path);
		result.preload.push(...this.#strings(part["preload"], "preload", path));
		this.errors.push(...this.#strings(part["error"], "error", path).map(text => `${shown(path)}: ${text}`));
		result.warnings.push(...this.#strings(part["warning"], "warning", path).map(text => `${shown(path)}: ${text}`));
		if (part["typescript"] !== undefined) this.#typescript(part["typescript"], path);
	}

	#checkKeys(part: Dictionary, path: string): void {
		for (const key of Object.keys(part)) {
			if (known.has(key)) continue;
			const reason = unsupported[key];
			if (reason) this.errors.push(`${shown(path)}: "${key}": ${reason}`);
			else
				this.result.warnings.push(
					`${shown(path)}: "${key}" has no effect: ${withoutEffect[key] ?? "no such key is known"}`,
				);
		}
	}

	#strings(value: unknown, key: string, path: string): string[] {
		if (value === undefined) return [];
		const list = [value].flat();
		if (!list.every(item => typeof item === "string"))
			throw new Problem(`${shown(path)}: "${key}" must be a string or a list of strings`);
		return list as string[];
	}

	#rules(rules: Rule[], value: unknown, key: string, path: string): void {
		if (value === undefined) return;
		if (!isDictionary(value)) throw new Problem(`${shown(path)}: "${key}" must be an object`);
		for (const [target, sources] of Object.entries(value)) {
			let rule = rules.find(one => one.target === target);
			if (!rule) rules.push((rule = { target, sources: [] }));
			for (const source of [sources].flat()) {
				const one = this.#source(source, `"${key}": "${target}"`, path, target === "~");
				if (one) rule.sources.push(one);
			}
		}
	}

	/** Undefined for what is to be left out and is not there anyway: a part of the SDK's. */
	#source(source: unknown, where: string, path: string, isLeftOut: boolean): Source | undefined {
		let text = source;
		if (isDictionary(source)) {
			const { source: file, ...rest } = source;
			const [option] = Object.keys(rest);
			if (option) throw new Problem(`${shown(path)}: ${where}: "${option}" is not supported`);
			text = file;
		}
		if (typeof text !== "string")
			throw new Problem(`${shown(path)}: ${where} must be a path, a list of paths, or { "source": path }`);
		const resolved = this.#reader.resolve(text, path);
		if (!resolved.includes("/"))
			throw new Problem(`${shown(path)}: ${where}: "${text}" is not a path; write "./${text}"`);
		const full = resolve(dirname(path), resolved) + (resolved.endsWith("/") ? "/" : "");
		const folder = full.slice(0, full.lastIndexOf("/"));
		if (isLeftOut && isInSDK(full) && !existsSync(folder)) return undefined;
		if (isNowhere(full)) refuseNowhere(full, path);
		if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
			throw new Problem(`${shown(path)}: ${where}: folder not found: ${shown(folder)}`);
		return { path: full, manifest: path };
	}

	#typescript(value: unknown, path: string): void {
		if (!isDictionary(value)) throw new Problem(`${shown(path)}: "typescript" must be an object`);
		for (const key of Object.keys(value)) {
			if (key !== "compiler" && key !== "tsconfig")
				this.result.warnings.push(`${shown(path)}: "typescript.${key}" has no effect: no such key is known`);
		}
		const { typescript } = this.result;
		if (typeof value["compiler"] === "string") typescript.compiler = value["compiler"];
		if (!isDictionary(value["tsconfig"])) return;
		const resolved = JSON.parse(JSON.stringify(value["tsconfig"]), (_, item: unknown) =>
			typeof item === "string" ? this.#reader.resolve(item, path) : item,
		) as Dictionary;
		const { compilerOptions, ...others } = resolved;
		mergeInto(typescript.tsconfig, others);
		for (const [name, option] of Object.entries(isDictionary(compilerOptions) ? compilerOptions : {})) {
			const options = typescript.tsconfig.compilerOptions;
			if (Array.isArray(option)) {
				const list = name === "types" ? option.map(item => resolve(dirname(path), String(item))) : option;
				options[name] = [...list, ...((options[name] as unknown[] | undefined) ?? [])];
			} else if (isDictionary(option)) mergeInto((options[name] ??= {}) as Dictionary, option);
			else options[name] = option;
		}
	}
}

/** Finds the manifest of an app: a folder that has one, or the file itself. */
export function findManifest(app: string): string {
	const path = resolve(app);
	const status = statSync(path, { throwIfNoEntry: false });
	if (!status) throw new Problem(`${app}: no such app folder`, 2);
	if (!status.isDirectory()) return path;
	const manifest = join(path, "manifest.json");
	if (existsSync(manifest)) return manifest;
	if (lstatSync(manifest, { throwIfNoEntry: false })) throw new Problem(`${manifest}: a link that leads to no file`, 2);
	throw new Problem(`${app}: the folder has no manifest.json`, 2);
}

/**
 * The app's manifest and those of `before` (the simulator's own) as one. `extra` is merged last, as if the app's
 * manifest were included by one in its folder.
 */
export function readManifest(path: string, before: readonly string[], extra: Dictionary = {}): Manifest {
	const reader = new Reader();
	const folder = dirname(path);
	Object.assign(reader.variables, sdkVariables(), {
		PLATFORM: platformName,
		FULLPLATFORM: platformName,
		NAME: basename(folder),
	});
	for (const one of before) reader.read(one);
	reader.read(path);
	if (Object.keys(extra).length > 0) reader.read(join(folder, "(given)"), extra);
	const merger = new Merger(reader, folder);
	for (const { content, platform, path: from } of reader.parsed) {
		merger.merge(content, from);
		if (platform) merger.merge(platform, from);
	}
	if (merger.errors.length > 0) throw new Problem(merger.errors.join("\n"));
	return { ...merger.result, files: reader.parsed.map(one => one.path).filter(existsSync) };
}
