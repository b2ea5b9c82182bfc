/*
	npm run check-sdk: for people who have the Moddable SDK. Builds the demo and the examples with the SDK's own
	mcconfig for Linux, and runs them without a window against local servers (host-sim/sdk/loader.c). Prints the figures
	beside the simulator's for the same apps, with both engines.
*/

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";

import { buildApp } from "../build/build.js";
import { buildFolder, Problem, projectRoot } from "../build/files.js";
import { runApp } from "../build/run.js";
import { readOptions } from "./arguments.js";
import { type CheckedApp, checkedApps, type Running, start } from "./check-sdk/apps.js";
import { compareFlash, type FlashLine } from "./check-sdk/flash.js";
import { type Linked, readLinked } from "./check-sdk/linked.js";
import { runCommand } from "./guarded.js";

/** What stands for the flash table among the names of apps. */
const FLASH = "flash";

const names = [...checkedApps.map(app => app.name), FLASH];

const usage = `npm run check-sdk [-- NAME ...]

Builds apps with the Moddable SDK's own mcconfig for Linux, runs them against local servers, and prints their figures beside the
simulator's, with the engine of its own and with the SDK's (--engine sdk). What is in flash is counted beyond an app that does nothing, as
the SDK's modules for Linux are others than the simulator's. "flash" is the flash table of \`npm run bench\`, each line of it
beside what the SDK's linker makes. Without names all of these:

  ${names.join(", ")}

The environment must have MODDABLE, and the SDK's tools must be built. Needs gcc, pkg-config and libglib2.0-dev. Exits with 1 where a
figure is more than 3 % off, collections by more than one, or a line of the flash table more than 2 % and a word.
`;

/** How long an app runs in the loader at most, and after its last connection has ended. */
const RUN_SECONDS = 20;
const REST_MS = 600;

/**
 * The SDK's TCP for Linux has so many bytes each way (its modules/io/socket/lin/tcp.c). So must the simulator's here,
 * for the same pieces to arrive.
 */
const TCP_BUFFER = 1536;

/** How far off a figure may be, as a share. */
const TOLERANCE = 0.03;

export interface Tools {
	readonly sdk: string;
	readonly bin: string;
	readonly env: NodeJS.ProcessEnv;
}

export function findTools(): Tools {
	const sdk = process.env["MODDABLE"];
	if (!sdk) throw new Problem("MODDABLE is not set: it must name the folder of the Moddable SDK", 2);
	const bin = ["release", "debug"]
		.map(kind => join(sdk, "build", "bin", "lin", kind))
		.find(folder => existsSync(join(folder, "mcconfig")));
	if (!bin)
		throw new Problem(`${sdk} has no mcconfig for Linux: build the SDK's tools first (its build/makefiles/lin)`, 2);
	const path = [bin, join(projectRoot, "node_modules", ".bin"), process.env["PATH"]].join(delimiter);
	return { sdk, bin, env: { ...process.env, PATH: path } };
}

function run(command: string, values: readonly string[], { env }: Tools, folder: string): string {
	try {
		return execFileSync(command, values, { cwd: folder, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
	} catch (error) {
		const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
		throw new Problem(`${command} ${values.join(" ")} failed:\n${stdout}${stderr}`);
	}
}

function words(text: string): string[] {
	return text.trim().split(/\s+/).filter(Boolean);
}

/** The loader, compiled against the SDK's headers, and linked with an app. */
export function buildLoader(tools: Tools, folder: string, library: string): string {
	const loader = join(folder, "loader");
	const glib = words(run("pkg-config", ["--cflags", "--libs", "gio-2.0"], tools, folder));
	const xs = ["includes", "platforms", "sources"].map(name => `-I${join(tools.sdk, "xs", name)}`);
	const defines = ["-DINCLUDE_XSPLATFORM=1", '-DXSPLATFORM="lin_xs.h"', "-DmxInstrument=1", "-D_RELEASE=1"];
	const screen = `-I${join(tools.sdk, "build", "simulators", "modules")}`;
	const sources = ["loader.c", "nvs.c"].map(name => join(projectRoot, "host-sim", "sdk", name));
	run(
		"gcc",
		[
			"-O1",
			"-o",
			loader,
			...sources,
			library,
			`-Wl,-rpath,${dirname(library)}`,
			...defines,
			...xs,
			screen,
			...glib,
			"-lm",
		],
		tools,
		folder,
	);
	return loader;
}

/** A file of this name below a folder. */
export function findBelow(folder: string, name: string): string {
	const found = readdirSync(folder, { recursive: true })
		.map(String)
		.find(path => path.endsWith(`/${name}`));
	if (!found) throw new Problem(`mcconfig has made no ${name} in ${folder}`);
	return join(folder, found);
}

/** Folders of this name below a folder. */
function foldersBelow(folder: string, name: string): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter(entry => entry.isDirectory() && entry.name === name)
		.map(entry => join(entry.parentPath, entry.name));
}

/** What an app's machine has used. */
interface Used {
	readonly status: number;
	readonly slotsPeak: number;
	readonly chunksPeak: number;
	readonly collections: number;
}

/** Resolves when the app has had its connections and the last one has ended. */
function served({ server }: Running, connections: number): Promise<void> {
	let open = 0,
		seen = 0;
	return new Promise(resolve => {
		server.on("connection", socket => {
			open++;
			seen++;
			socket.on("close", () => {
				if (--open === 0 && seen >= connections) setTimeout(resolve, REST_MS);
			});
		});
	});
}

/** Runs the library in a process of its own, while the server here answers. */
async function load(loader: string, done: Promise<void>): Promise<Used> {
	let text = "";
	const code = await new Promise<number | null>((resolve, reject) => {
		const child = spawn(loader, [String(RUN_SECONDS)], { stdio: ["ignore", "pipe", "inherit"] });
		child.stdout.setEncoding("utf8").on("data", (part: string) => {
			text += part;
		});
		child.on("error", reject).on("close", resolve);
		void done.then(() => child.kill());
	});
	const line = text.split("\n").find(one => one.startsWith('{"status"'));
	if (code !== 0 || !line) throw new Problem(`the app did not run in the loader (exit ${code}):\n${text}`);
	return JSON.parse(line) as Used;
}

type Figures = Omit<Linked, "named" | "nameTexts" | "paths"> & Omit<Used, "status">;

const lines: readonly (readonly [string, keyof Figures])[] = [
	["slots preloaded", "slots"],
	["bytecode, bytes", "bytecode"],
	["texts and buffers, bytes", "chunks"],
	["keys", "keys"],
	["slots, peak", "slotsPeak"],
	["chunks, peak bytes", "chunksPeak"],
	["collections", "collections"],
];

function share(sdk: number, simulator: number): number {
	return sdk ? simulator / sdk - 1 : simulator ? 1 : 0;
}

/** True where a figure is near enough. One collection depends on the length of a signature. */
function isNear(key: keyof Figures, sdk: Figures, own: Figures): boolean {
	return (
		Math.abs(share(sdk[key], own[key])) <= TOLERANCE || (key === "collections" && Math.abs(sdk[key] - own[key]) <= 1)
	);
}

function percent(value: number, isGood: boolean): string {
	return `${(value * 100).toFixed(1)} %${isGood ? "  " : " !"}`;
}

function printTable(name: string, sdk: Figures, columns: readonly Figures[]): boolean {
	const rows = lines.map(([title, key]) => [
		title,
		String(sdk[key]),
		...columns.flatMap(own => [String(own[key]), percent(share(sdk[key], own[key]), isNear(key, sdk, own))]),
	]);
	const all = [[name, "SDK", "simulator", "", "--engine sdk", ""], ...rows];
	const widths = [26, 10, 12, 11, 14, 11];
	const text = all.map(cells =>
		cells.map((cell, i) => (i ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join(""),
	);
	process.stdout.write(`${text.join("\n").replace(/ +$/gm, "")}\n\n`);
	return lines.every(([, key]) => columns.every(own => isNear(key, sdk, own)));
}

/** Figures of what is in flash: those that are counted beyond an empty app. */
const inFlash = ["slots", "bytecode", "chunks", "keys"] as const;

/** Builds an app with the SDK. Returns what was linked, and the library. */
function buildSDK(name: string, manifest: object, folder: string, tools: Tools): { linked: Linked; library: string } {
	// the engine's objects in it serve all apps
	const output = join(dirname(folder), "out");
	mkdirSync(output, { recursive: true });
	for (const one of foldersBelow(output, name)) rmSync(one, { recursive: true, force: true });
	writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest, null, "\t"));
	run("mcconfig", ["-i", "-m", "-p", "lin", "-o", output], tools, folder);
	const linked = readLinked(readFileSync(findBelow(output, `${name}/mc.xs.c`), "utf8"));
	return { linked, library: findBelow(output, `${name}/mc.so`) };
}

/** The app as the SDK builds and runs it. */
async function ofSDK(app: CheckedApp, folder: string, tools: Tools): Promise<Figures> {
	const running = await start(app);
	try {
		const manifest = { include: [app.manifest], config: app.config(running), ...app.device };
		const { linked, library } = buildSDK(app.name, manifest, folder, tools);
		const loader = buildLoader(tools, folder, library);
		const { status, ...used } = await load(loader, served(running, app.connections));
		if (status) throw new Problem(`${app.name}: the SDK's engine stopped with status ${status}`);
		return { ...linked, ...used };
	} finally {
		running.server.close();
	}
}

/** Runs an app in the simulator: a release, with heaps that grow as the SDK's do on Linux. */
async function simulate(folder: string, variant: string, config: Record<string, string>): Promise<Figures> {
	const built = await buildApp(folder, { variant, isRelease: true, config, extra: { creation: { static: 0 } } });
	const { report, code, stdout, stderr } = await runApp(built, { timeout: 30, tcpBuffer: TCP_BUFFER });
	if (code !== 0 || !report)
		throw new Problem(`${built.name} failed in the simulator, ${variant}:\n${stdout.join("\n")}\n${stderr}`);
	const { memory, flash } = report;
	return {
		...flash,
		slotsPeak: memory.slots.peak,
		chunksPeak: memory.chunks.peak,
		collections: memory.collections,
	};
}

async function ofSimulator(app: CheckedApp, folder: string, variant: string): Promise<Figures> {
	const running = await start(app);
	try {
		return await simulate(folder, variant, app.config(running));
	} finally {
		running.server.close();
	}
}

/** What an app beyond `empty` has in flash. */
function beyond(app: Figures, empty: Figures): Figures {
	return { ...app, ...Object.fromEntries(inFlash.map(key => [key, app[key] - empty[key]])) };
}

const variants = ["native", "native-sdk"] as const;

/** The SDK's figures, then the simulator's with each engine. */
type Row = readonly [Figures, ...Figures[]];

/** An app that does nothing, with parts of the SDK for which the simulator has modules of its own. */
async function emptyApp(platform: readonly string[], folder: string, tools: Tools): Promise<Row> {
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "main.js"), "trace();\n");
	const name = basename(folder);
	const creation = {
		static: 32768,
		chunk: { initial: 6144, incremental: 512 },
		heap: { initial: 704, incremental: 64 },
	};
	const include = platform.map(path => `$(MODDABLE)/${path}`);
	const { linked } = buildSDK(name, { include, modules: { "*": "./main" }, creation }, folder, tools);
	const own: Figures[] = [];
	for (const variant of variants) own.push(await simulate(folder, variant, {}));
	return [{ ...linked, slotsPeak: 0, chunksPeak: 0, collections: 0 }, ...own];
}

/** How far off a line of the flash table may be: a share, or a word. The linker rounds code to words. */
const FLASH_TOLERANCE = 0.02;
const FLASH_WORD = 8;

function isFlashNear({ sdk, simulator }: FlashLine): boolean {
	return Math.abs(share(sdk, simulator)) <= FLASH_TOLERANCE || Math.abs(sdk - simulator) <= FLASH_WORD;
}

function printFlashLine(one: FlashLine): void {
	const { name, sdk, simulator } = one;
	const cell = percent(share(sdk, simulator), isFlashNear(one)).trimEnd();
	const line = `${name.padEnd(44)}${String(sdk).padStart(8)}${String(simulator).padStart(12)}${cell.padStart(9)}`;
	process.stdout.write(`${line}\n`);
}

async function checkFlash({ bin }: Tools): Promise<boolean> {
	process.stdout.write(`${"flash, bytes without natives".padEnd(44)}${"xsl".padStart(8)}${"simulator".padStart(12)}\n`);
	const all = { name: "all of the client", sdk: 0, simulator: 0 };
	let allHold = true;
	for await (const line of compareFlash(bin)) {
		printFlashLine(line);
		all.sdk += line.sdk;
		all.simulator += line.simulator;
		allHold &&= isFlashNear(line);
	}
	printFlashLine(all);
	process.stdout.write("\n");
	return allHold && isFlashNear(all);
}

async function check(chosen: readonly string[]): Promise<number> {
	const tools = findTools();
	const folder = join(buildFolder, "check-sdk");
	mkdirSync(folder, { recursive: true });
	let allHold = true;
	const empties = new Map<readonly string[], Row>();
	for (const app of checkedApps.filter(one => chosen.length === 0 || chosen.includes(one.name))) {
		const own = join(folder, app.name);
		mkdirSync(own, { recursive: true });
		let empty = empties.get(app.platform);
		if (!empty) {
			empty = await emptyApp(app.platform, join(folder, `empty${empties.size}`), tools);
			empties.set(app.platform, empty);
		}
		const sdk = beyond(await ofSDK(app, own, tools), empty[0]);
		const columns: Figures[] = [];
		for (const [i, variant] of variants.entries())
			columns.push(beyond(await ofSimulator(app, own, variant), empty[i + 1]!));
		if (!printTable(app.name, sdk, columns)) allHold = false;
	}
	if ((chosen.length === 0 || chosen.includes(FLASH)) && !(await checkFlash(tools))) allHold = false;
	return allHold ? 0 : 1;
}

function takeName(chosen: string[], name: string): void {
	if (!names.includes(name)) throw new Problem(`"${name}" is not one of these: ${names.join(", ")}`, 2);
	chosen.push(name);
}

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return runCommand(values, usage, () => check(readOptions<string[]>(values, {}, [], takeName)));
}
