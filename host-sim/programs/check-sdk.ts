/*
	npm run check-sdk: for people who have the Moddable SDK. Builds apps of ours with the SDK's own mcconfig for Linux, runs them without a window against a local
	server (host-sim/sdk/loader.c), and prints the figures beside the simulator's for the same app.
*/

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { delimiter, join } from "node:path";

import { buildApp } from "../build/build.js";
import { buildFolder, Problem, projectRoot } from "../build/files.js";
import { runApp, type Report } from "../build/run.js";
import { makeIdentity } from "../servers/certificates.js";
import { readOptions, refuseOther } from "./arguments.js";
import { runCommand } from "./guarded.js";

const usage = `npm run check-sdk

Builds the demo with the Moddable SDK's own mcconfig for Linux, runs it against a local server, and prints its figures beside the
simulator's. The environment must have MODDABLE, and the SDK's tools must be built. Needs gcc, pkg-config and libglib2.0-dev.
`;

/** How long an app runs in the loader, in seconds. */
const RUN_SECONDS = 4;

interface Tools {
	readonly sdk: string;
	readonly bin: string;
	readonly env: NodeJS.ProcessEnv;
}

function findTools(): Tools {
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

/** The loader, compiled against the SDK's headers. */
function buildLoader(tools: Tools, folder: string): string {
	const loader = join(folder, "loader");
	const glib = words(run("pkg-config", ["--cflags", "--libs", "gio-2.0"], tools, folder));
	const xs = ["includes", "platforms", "sources"].map(name => `-I${join(tools.sdk, "xs", name)}`);
	const defines = ["-DINCLUDE_XSPLATFORM=1", '-DXSPLATFORM="lin_xs.h"', "-DmxInstrument=1", "-D_RELEASE=1"];
	const screen = `-I${join(tools.sdk, "build", "simulators", "modules")}`;
	const source = join(projectRoot, "host-sim", "sdk", "loader.c");
	run(
		"gcc",
		["-O1", "-o", loader, source, ...defines, ...xs, screen, ...glib, "-ldl", "-lpthread", "-lm"],
		tools,
		folder,
	);
	return loader;
}

/** A file of this name below a folder. */
function findBelow(folder: string, name: string): string {
	const found = readdirSync(folder, { recursive: true })
		.map(String)
		.find(path => path.endsWith(`/${name}`));
	if (!found) throw new Problem(`mcconfig has made no ${name} in ${folder}`);
	return join(folder, found);
}

/** What the SDK's linker has written: slots of the preloaded heap, keys. Bytecode is not counted yet: the linker writes it function by function. */
interface Linked {
	readonly slots: number;
	readonly keys: number;
}

function readLinked(text: string): Linked {
	const numberOf = (name: string): number => Number(new RegExp(`#define ${name} (\\d+)`).exec(text)?.[1] ?? Number.NaN);
	return { slots: numberOf("mxHeapCount"), keys: numberOf("mxKeysCount") };
}

/** What an app's machine has used. */
interface Used {
	readonly status: number;
	readonly slotsPeak: number;
	readonly chunksPeak: number;
	readonly collections: number;
}

interface Served {
	readonly server: Server;
	readonly port: number;
	readonly ca: string;
	requests: number;
}

async function serve(): Promise<Served> {
	const { root, intermediate, leaf } = makeIdentity(["127.0.0.1"]);
	const served = { port: 0, ca: root.pem, requests: 0 } as Served & { server: Server; port: number };
	served.server = createServer({ cert: leaf.pem + intermediate.pem, key: leaf.keyPem }, (_, response) => {
		served.requests++;
		response.end("hello from the server\n");
	});
	await new Promise<void>(resolve => {
		served.server.listen(0, "127.0.0.1", resolve);
	});
	served.port = (served.server.address() as { port: number }).port;
	return served;
}

/** Runs the library in a process of its own, while the server here answers. */
async function load(loader: string, library: string): Promise<Used> {
	const { spawn } = await import("node:child_process");
	let text = "";
	const code = await new Promise<number | null>((resolve, reject) => {
		const child = spawn(loader, [library, String(RUN_SECONDS)], { stdio: ["ignore", "pipe", "inherit"] });
		child.stdout.setEncoding("utf8").on("data", (part: string) => {
			text += part;
		});
		child.on("error", reject).on("close", resolve);
	});
	const line = text.split("\n").find(one => one.startsWith('{"status"'));
	if (code !== 0 || !line) throw new Problem(`the app did not run in the loader (exit ${code}):\n${text}`);
	return JSON.parse(line) as Used;
}

function row(name: string, sdk: number, simulator: number): string {
	const change = sdk ? `${((simulator / sdk - 1) * 100).toFixed(1)} %` : "";
	return `${name.padEnd(28)}${String(sdk).padStart(10)}${String(simulator).padStart(12)}${change.padStart(10)}`;
}

function table(linked: Linked, used: Used, report: Report): string {
	return [
		`${"".padEnd(28)}${"SDK".padStart(10)}${"simulator".padStart(12)}`,
		row("slots preloaded", linked.slots, report.flash.slots),
		row("keys", linked.keys, report.flash.keys),
		row("slots, peak", used.slotsPeak, report.memory.slots.peak),
		row("chunks, peak bytes", used.chunksPeak, report.memory.chunks.peak),
		row("collections", used.collections, report.memory.collections),
	].join("\n");
}

async function check(): Promise<number> {
	const tools = findTools();
	const folder = join(buildFolder, "check-sdk");
	const output = join(folder, "out"),
		app = join(folder, "demo");
	for (const one of [output, app]) mkdirSync(one, { recursive: true });
	const served = await serve();
	try {
		const config = { url: `https://127.0.0.1:${served.port}/`, ca: served.ca };
		writeFileSync(
			join(app, "manifest.json"),
			JSON.stringify({ include: [join(projectRoot, "manifest.json")], config }, null, "\t"),
		);
		run("mcconfig", ["-i", "-m", "-p", "lin", "-o", output], tools, app);
		const loader = buildLoader(tools, folder);
		const linked = readLinked(readFileSync(findBelow(output, "mc.xs.c"), "utf8"));
		const used = await load(loader, findBelow(output, "mc.so"));
		if (served.requests !== 1)
			throw new Problem(
				`the SDK's build of the demo made ${served.requests} requests, expected 1 (status ${used.status})`,
			);
		const { report, code, stderr } = await runApp(await buildApp(app), { timeout: 30 });
		if (code !== 0 || !report) throw new Problem(`the demo failed in the simulator:\n${stderr}`);
		process.stdout.write(`demo, one HTTPS request, 64-bit\n${table(linked, used, report)}\n`);
		return 0;
	} finally {
		served.server.close();
	}
}

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return runCommand(values, usage, async () => {
		readOptions(values, {}, undefined, refuseOther);
		return check();
	});
}
