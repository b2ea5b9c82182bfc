/*
	Compiles an app's TypeScript with the options that mcconfig gives tsc. Modules are kept as they are, for ES2025,
	with `paths` for every module of the app. Options of the manifests' `typescript` are added. All files go in one run;
	nothing is emitted when one has an error.
*/

import { existsSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { buildFolder, digest, expectReadable, fileName, Problem, projectRoot, Stamp, writeChanged } from "./files.js";
import type { Dictionary, Manifest } from "./manifest.js";
import type { AppFiles, ModuleFile } from "./match.js";
import { run } from "./process.js";
import { isInSDK } from "./provided.js";
import { say } from "./progress.js";

/** A compiled module: its JavaScript, and the map to its source. */
export interface Emitted extends ModuleFile {
	readonly script: string;
	readonly map: string;
}

/** The `paths` of every module, declarations first. */
function modulePaths(files: AppFiles): Record<string, string[]> {
	const paths: Record<string, string[]> = {};
	for (const { name, source } of files.declarations) paths[name] = [source.slice(0, -".d.ts".length)];
	for (const { name, source } of files.typescript) paths[name] = [source.slice(0, -".ts".length)];
	for (const { name, source } of files.scripts) paths[name] ??= [source.slice(0, source.lastIndexOf("."))];
	return paths;
}

/** The content of the tsconfig.json for an app. */
export function tsconfig(manifest: Manifest, files: AppFiles, outDir: string, sources: readonly string[]): Dictionary {
	const { compilerOptions, ...others } = manifest.typescript.tsconfig;
	return {
		...others,
		compilerOptions: {
			forceConsistentCasingInFileNames: true,
			module: "preserve",
			resolveJsonModule: true,
			paths: modulePaths(files),
			lib: ["es2025"],
			sourceMap: true,
			target: "es2025",
			// the SDK's declarations refer to globals that not every app has
			...(files.declarations.some(file => isInSDK(file.source)) ? { skipLibCheck: true } : {}),
			...compilerOptions,
			// not mcconfig's: it leaves these to the manifest, and takes types from wherever its tsc looks
			noEmitOnError: true,
			types: compilerOptions["types"] ?? [],
			rootDir: "/",
			outDir,
			listFiles: true,
			pretty: false,
		},
		files: [join(projectRoot, "host-sim", "typings", "globals.d.ts"), ...files.ambient, ...sources],
	};
}

/** The compiler: the project's own for "tsc", else the command of the manifest. */
function compiler(manifest: Manifest): [string, string[]] {
	const { compiler: command } = manifest.typescript;
	if (command !== "tsc") return [command, []];
	const require = createRequire(join(projectRoot, "package.json"));
	return [process.execPath, [join(dirname(require.resolve("typescript/package.json")), "bin", "tsc")]];
}

/** What brings modules that many files import, so that one sentence can stand for many of tsc's. */
const providers: readonly [prefix: string, advice: string][] = [
	["tls/hardware/", "include xs-tls/hardware/manifest.json, too: tls/hardware/* is missing"],
	["tls/", "include xs-tls/modules/manifest.json, too: tls/* is missing"],
];

/** The compiler's words for errors; modules that a manifest forgot, or a full disk, in one sentence for all. */
export function explainCompiler(lines: readonly string[]): string[] {
	// tsc says so for each of its files
	if (lines.some(line => /no space left on device/i.test(line))) return [`${buildFolder}: the disk is full`];
	const forgotten = new Set<string>();
	const others = lines.filter(line => {
		const name = /error TS(?:2307|7016): .*module '([^']+)'/.exec(line)?.[1];
		const advice = name === undefined ? undefined : providers.find(([prefix]) => name.startsWith(prefix))?.[1];
		if (advice !== undefined) forgotten.add(advice);
		return advice === undefined;
	});
	return forgotten.size > 0 ? [...forgotten] : others;
}

/** Compiles what has changed. `label` names the app. Throws a Problem with tsc's own words. */
export async function compileTypeScript(manifest: Manifest, files: AppFiles, label: string): Promise<Emitted[]> {
	if (files.typescript.length === 0) return [];
	const sources = files.typescript.map(file => file.source);
	const folder = join(buildFolder, "typescript", `${fileName(label)}-${digest(manifest.folder, ...sources)}`);
	const outDir = join(folder, "out");
	const config = join(folder, "tsconfig.json");
	const content = JSON.stringify(tsconfig(manifest, files, outDir, sources), null, "\t");
	const [program, values] = compiler(manifest);
	const stamp = new Stamp(config);
	const key = digest(content, program, ...values);
	const emitted = files.typescript.map(file => {
		const script = join(outDir, `${file.source.slice(0, -".ts".length)}.js`);
		return { ...file, script, map: `${script}.map` };
	});
	if (stamp.isFresh(key) && emitted.every(file => existsSync(file.script))) return emitted;
	expectReadable(sources);
	stamp.remove();
	rmSync(outDir, { recursive: true, force: true });
	writeChanged(config, content);
	say(`tsc ${label} (${sources.length} modules)`);
	const outcome = await run(program, [...values, "-p", config]);
	const lines = outcome.stdout.split("\n");
	const inputs = lines.filter(line => line.startsWith("/") && existsSync(line));
	const messages = lines.filter(line => line !== "" && !inputs.includes(line));
	if (outcome.code !== 0)
		throw new Problem(
			`${[...explainCompiler(messages), outcome.stderr.trim()].filter(Boolean).join("\n")}\nTypeScript: ${label} does not compile`,
		);
	for (const file of emitted) {
		if (!existsSync(file.script)) throw new Problem(`${file.source}: tsc emitted nothing for it`);
	}
	stamp.write(key, [...inputs, ...sources]);
	return emitted;
}

/** The map of an emitted file, with its source under the name that stacks are to show. */
export function namedMap(file: Emitted, name: string): string {
	const map = JSON.parse(readFileSync(file.map, "utf8")) as Dictionary;
	return JSON.stringify({ ...map, sources: [name], sourceRoot: undefined });
}
