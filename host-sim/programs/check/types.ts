/*
	The types of all that runs in XS, strictly: the stack in each of its builds, examples, apps of tests, and tests
	inside XS. tsc takes most of its time to start, so apps go in one run wherever their modules' names
	allow it. What has not changed is not compiled again.
*/

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

import { prepareApp } from "../../build/build.js";
import { projectRoot } from "../../build/files.js";
import type { Dictionary, Manifest } from "../../build/manifest.js";
import type { AppFiles, ModuleFile } from "../../build/match.js";
import { say } from "../../build/progress.js";
import { providedFor, sdkFolder } from "../../build/provided.js";
import { compileTypeScript } from "../../build/typescript.js";

const strict = { strict: true, noUncheckedIndexedAccess: true, noImplicitOverride: true };

interface Sources {
	readonly manifest: Manifest;
	readonly files: AppFiles;
}

/** An app's modules, with further manifests. */
function prepareStrictly(app: string, manifests: readonly string[], extra: Dictionary = {}): Sources {
	const folder = join(projectRoot, app);
	const include = manifests.map(path => relative(folder, join(projectRoot, path)));
	const { manifest, files } = prepareApp(folder, { extra: { include, ...extra } });
	const { compilerOptions } = manifest.typescript.tsconfig;
	// in one order, by which sets of options are compared
	for (const [name, value] of Object.entries(strict)) {
		delete compilerOptions[name];
		compilerOptions[name] = value;
	}
	return { manifest, files };
}

/** Names of the files below a folder, in order. */
function filesBelow(folder: string): string[] {
	return readdirSync(join(projectRoot, folder), { recursive: true })
		.map(name => `${folder}/${String(name)}`)
		.sort();
}

/** The stack with each part that is off by default or left out. */
async function checkStack(): Promise<void> {
	const manifests = [
		...filesBelow("modules/optional").filter(path => path.endsWith("/manifest.json")),
		"hardware/ds/manifest.json",
		"hardware/inflate/manifest.json",
	];
	for (const [app, list] of [
		[".", []],
		["hardware/selftest", []],
		...manifests.map(path => ["tests/bench", [path]] as const),
	] as const) {
		const { manifest, files } = prepareStrictly(app, list);
		const label = ["check", app, ...list].join("-").replace(/\/manifest\.json$/, "");
		await compileTypeScript(manifest, files, label);
	}
}

/** Says whether an app's manifest includes something that only the SDK has. */
function needsSDK(path: string): boolean {
	const { include = [] } = JSON.parse(readFileSync(join(projectRoot, path), "utf8")) as { include?: string | string[] };
	const prefix = "$(MODDABLE)/";
	return [include]
		.flat()
		.some(name => name.startsWith(prefix) && !providedFor(join(sdkFolder(), name.slice(prefix.length))));
}

/** Manifests of the apps of examples and tests. */
function appManifests(): string[] {
	return ["examples", "tests"]
		.flatMap(filesBelow)
		.filter(path => path.endsWith("/manifest.json"))
		.filter(path => /"\.\/main"/.test(readFileSync(join(projectRoot, path), "utf8")));
}

/** Modules of the SDK that an app has from a test here. */
const standIns: Readonly<Record<string, Dictionary>> = {
	"examples/new-roots": { modules: { flash: "../../tests/examples/flash" } },
};

function prepareApps(): Sources[] {
	const paths = appManifests();
	const hasSDK = process.env["MODDABLE"] !== undefined;
	const skipped = hasSDK ? [] : paths.filter(needsSDK);
	if (skipped.length > 0) say(`types of ${skipped.length} apps were not checked: they need the SDK (MODDABLE)`);
	return paths
		.filter(path => !skipped.includes(path))
		.map(path => prepareStrictly(dirname(path), [], standIns[dirname(path)]));
}

/** The folders with tests that run inside XS: their scripts, and what suite.json says (tests/drivers/suite.ts). */
function prepareSuites(): Sources[] {
	const apps = appManifests().map(path => dirname(path));
	const scripts = filesBelow("tests").filter(path => path.endsWith(".ts") && !path.endsWith(".test.ts"));
	const isSuite = (path: string): boolean =>
		readFileSync(join(projectRoot, path), "utf8").includes('from "test/harness"');
	const folders = new Set(scripts.filter(isSuite).map(path => dirname(path)));
	return [...folders]
		.filter(folder => !apps.includes(folder))
		.map(folder => {
			const file = join(projectRoot, folder, "suite.json");
			const extra = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Dictionary) : {};
			const own = scripts.filter(path => dirname(path) === folder).map(path => path.replace(/\.ts$/, ""));
			const modules = Object.fromEntries(own.map(path => [path.replace(/^tests/, "test"), join(projectRoot, path)]));
			return prepareStrictly("tests", [], { ...extra, modules: { ...(extra["modules"] as object), ...modules } });
		});
}

const ownNames: readonly string[] = ["main", "mc/config"];

/** A script and its declarations are one module. */
function withoutExtension(path: string): string {
	return path.replace(/(\.d)?\.\w+$/, "");
}

/** Says whether the names of two sets of modules agree, but for those that are each app's own and of one type. */
function canJoin(a: Sources, b: Sources): boolean {
	if (JSON.stringify(a.manifest.typescript) !== JSON.stringify(b.manifest.typescript)) return false;
	const all = ({ files }: Sources): ModuleFile[] => [...files.declarations, ...files.typescript, ...files.scripts];
	const known = new Map(all(a).map(({ name, source }) => [name, withoutExtension(source)]));
	return all(b).every(({ name, source }) => {
		const own = withoutExtension(source);
		return ownNames.includes(name) || (known.get(name) ?? own) === own;
	});
}

/** One set of modules of several. */
function joined(a: Sources, b: Sources): Sources {
	const own = new Set(a.files.typescript.map(file => file.source));
	const merge = <T>(one: readonly T[], two: readonly T[]): T[] => [...new Set([...one, ...two])];
	return {
		manifest: a.manifest,
		files: {
			...a.files,
			typescript: [...a.files.typescript, ...b.files.typescript.filter(file => !own.has(file.source))],
			declarations: merge(a.files.declarations, b.files.declarations),
			ambient: merge(a.files.ambient, b.files.ambient),
			scripts: merge(a.files.scripts, b.files.scripts),
		},
	};
}

/** Compiles apps in as few runs as their modules' names allow. */
async function checkApps(): Promise<void> {
	const groups: Sources[] = [];
	for (const app of [...prepareSuites(), ...prepareApps()]) {
		const at = groups.findIndex(group => canJoin(group, app));
		if (at < 0) groups.push(app);
		else groups[at] = joined(groups[at]!, app);
	}
	for (const [i, { manifest, files }] of groups.entries()) await compileTypeScript(manifest, files, `check-apps-${i}`);
}

/** Compiles all that runs in XS. Throws a Problem with tsc's own words. */
export async function checkTypes(): Promise<void> {
	await checkStack();
	await checkApps();
}
