/*
	Makes dist/: the client as one compressed module, "tls", and the names that apps import as modules of one line each.
	So an app takes dist/manifest.json in place of modules/manifest.json and changes nothing else. Bindings to C stay
	modules of their own.
*/

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";

import { build, type Plugin } from "esbuild";

import { prepareApp } from "../../build/build.js";
import { buildFolder, locked, Problem, projectRoot } from "../../build/files.js";
import { compileTypeScript } from "../../build/typescript.js";
import { compress, withErrorNumbers } from "./compress.js";

export interface DistOptions {
	/** Parts that are left out: folders of modules/optional/without. */
	readonly without?: readonly string[];
	/** Numbers in place of the texts of errors. */
	readonly errorNumbers?: boolean;
}

/** What apps import: the modules at the top of modules/ and the reader of PEM. */
const isPublic = (name: string): boolean =>
	name === "tls/x509/pem" ||
	(/^tls\/[a-z]+$/.test(name) && !["tls/config", "tls/configure", "tls/options", "tls/optionreader"].includes(name));

/** Files by the names of their modules. */
async function scriptsOf(without: readonly string[]): Promise<Map<string, string>> {
	const extra = {
		...(without.length ? { include: without.map(part => `../../modules/optional/without/${part}/manifest.json`) } : {}),
		typescript: { tsconfig: { compilerOptions: { declaration: true } } },
	};
	const { manifest, files, label } = prepareApp(join(projectRoot, "tests", "bench"), { extra });
	const emitted = await compileTypeScript(manifest, files, `dist-${label}`);
	return new Map(emitted.map(({ name, script }) => [name, script]));
}

/** Finds the client's modules by name; all that is not the client's stays an import. */
function resolver(scripts: ReadonlyMap<string, string>, entry: string): Plugin {
	const named = (name: string): { path: string; namespace?: string; external?: boolean } =>
		name.startsWith("tls/") && !name.startsWith("tls/hardware/") && scripts.has(name)
			? { path: name, namespace: "tls" }
			: { path: name, external: true };
	return {
		name: "modules by name",
		setup({ onResolve, onLoad }) {
			onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
				if (kind === "entry-point") return { path, namespace: "entry" };
				const name = path.startsWith(".") ? posix.join(posix.dirname(importer), path).replace(/\.js$/, "") : path;
				return named(name);
			});
			onLoad({ filter: /.*/, namespace: "tls" }, ({ path }) => ({
				contents: readFileSync(scripts.get(path)!, "utf8"),
			}));
			onLoad({ filter: /.*/, namespace: "entry" }, () => ({ contents: entry }));
		},
	};
}

/** All of the client as one module, as esbuild puts it together. */
async function bundle(scripts: ReadonlyMap<string, string>, entry: string): Promise<string> {
	const { outputFiles, metafile } = await build({
		entryPoints: ["entry"],
		bundle: true,
		write: false,
		metafile: true,
		format: "esm",
		target: "es2022",
		charset: "utf8",
		legalComments: "none",
		logLevel: "silent",
		treeShaking: true,
		plugins: [resolver(scripts, entry)],
	});
	if (Object.keys(metafile.inputs).length < 2) throw new Problem("the client's modules were not found");
	return outputFiles[0]!.text;
}

/** The values that a module exports, from its compiled text. */
async function exportsOf(script: string): Promise<string[]> {
	const { metafile } = await build({
		entryPoints: [script],
		bundle: false,
		write: false,
		metafile: true,
		format: "esm",
		logLevel: "silent",
	});
	return Object.values(metafile.outputs)[0]!.exports;
}

function manifestOf(names: readonly string[], hardware: string): object {
	const own = ["tls", ...names];
	return {
		include: hardware,
		modules: Object.fromEntries(own.map(name => [name, `./${name}`])),
		preload: own,
	};
}

/** The name of a module's default export in the one module. */
function defaultName(name: string): string {
	return `default_${name.replace(/\W/g, "_")}`;
}

/**
 * Source of a module that passes on what another exports. `from` has its default under the name given, or as "default".
 */
function passOn(from: string, values: readonly string[], defaultAs: [string, string]): string {
	const names = values.map(value => (value === "default" ? `${defaultAs[0]} as ${defaultAs[1]}` : value));
	return names.length ? `export { ${names.join(", ")} } from "${from}";\n` : "export {};\n";
}

/** The types of all modules, in a folder that keeps their places, and a line for each module that apps import. */
function writeTypes(
	folder: string,
	scripts: ReadonlyMap<string, string>,
	exported: ReadonlyMap<string, string[]>,
): void {
	for (const [name, script] of scripts) {
		if (!name.startsWith("tls/")) continue;
		const file = join(folder, "types", `${name.slice("tls/".length)}.d.ts`);
		const types = readFileSync(`${script.slice(0, -".js".length)}.d.ts`, "utf8");
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, types.replace(/^\/\/# sourceMappingURL.*\n?/m, ""));
	}
	copyFileSync(join(projectRoot, "hardware", "native.d.ts"), join(folder, "types", "hardware", "native.d.ts"));
	const all: string[] = [];
	for (const [name, values] of exported) {
		const file = join(folder, `${name}.d.ts`);
		const target = join(folder, "types", name.slice("tls/".length));
		const path = relative(dirname(file), target);
		writeFileSync(
			file,
			`export * from "${path}";\n${values.includes("default") ? `export { default } from "${path}";\n` : ""}`,
		);
		all.push(`export * from "./types/${name.slice("tls/".length)}";\n`);
		if (values.includes("default"))
			all.push(`export { default as ${defaultName(name)} } from "./types/${name.slice("tls/".length)}";\n`);
	}
	writeFileSync(join(folder, "tls.d.ts"), all.join(""));
}

/** Writes the folder anew. Returns the bytes of the one module. */
export async function makeDist(
	folder: string,
	{ without = [], errorNumbers = false }: DistOptions = {},
): Promise<number> {
	const known = readdirSync(join(projectRoot, "modules", "optional", "without"));
	for (const part of without)
		if (!known.includes(part)) throw new Problem(`--without ${part}: there is no modules/optional/without/${part}`, 2);
	const scripts = await scriptsOf(without);
	const exported = new Map<string, string[]>();
	for (const name of [...scripts.keys()].filter(isPublic).sort())
		exported.set(name, await exportsOf(scripts.get(name)!));
	const names = [...exported.keys()];
	const entry = [...exported].map(([name, values]) => passOn(name, values, ["default", defaultName(name)]));
	let text = await bundle(scripts, entry.join(""));
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	if (errorNumbers) {
		const numbered = withErrorNumbers(text);
		text = numbered.text;
		writeFileSync(join(folder, "errors.txt"), numbered.errors.map((error, i) => `E${i}\t${error}\n`).join(""));
	}
	const module = await compress(text);
	writeFileSync(join(folder, "tls.js"), module);
	for (const [name, values] of exported) {
		const file = join(folder, `${name}.js`);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, passOn("tls", values, [defaultName(name), "default"]));
	}
	const hardware = relative(folder, join(projectRoot, "hardware", "manifest.json"));
	writeFileSync(join(folder, "manifest.json"), `${JSON.stringify(manifestOf(names, hardware), null, "\t")}\n`);
	// what stands in for a part has the part's types
	writeTypes(folder, without.length ? await scriptsOf([]) : scripts, exported);
	return Buffer.byteLength(module);
}

/**
 * Makes dist/ for tests and figures, and beside it a manifest of tests/bench that takes it. Returns the folder of that
 * app.
 */
export async function makeBench(name: string, options: DistOptions = {}): Promise<string> {
	const folder = join(buildFolder, "dist", name);
	await locked(`dist-${name}`, () => makeDist(folder, options));
	const bench = join(projectRoot, "tests", "bench");
	const manifest = JSON.parse(readFileSync(join(bench, "manifest.json"), "utf8")) as Record<string, unknown>;
	const app = join(folder, "bench");
	mkdirSync(app, { recursive: true });
	const text = { ...manifest, include: ["../manifest.json"], modules: { "*": relative(app, join(bench, "main")) } };
	writeFileSync(join(app, "manifest.json"), `${JSON.stringify(text, null, "\t")}\n`);
	return app;
}
