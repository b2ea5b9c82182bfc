/*
	npm run sim -- APP [options] [key=value ...]: builds an app's manifest.json and runs it.
*/

import { writeFileSync } from "node:fs";
import { basename } from "node:path";

import { type App, buildApp } from "../build/build.js";
import { cryptoName } from "../build/crypto.js";
import type { EngineSource } from "../build/engine.js";
import { fileProblem, Problem } from "../build/files.js";
import type { RunOptions } from "../build/run.js";
import { findToolchain } from "../build/toolchain.js";
import { chipNames } from "../chip/costs.js";
import { chipNamed } from "../chip/model.js";
import { runTraced, type Wanted } from "../trace/run.js";
import {
	folderPath,
	type Options,
	outputPath,
	readAddress,
	readCount,
	readOptions,
	readSeconds,
	userPath,
} from "./arguments.js";
import { Failure } from "./failure.js";
import { runCommand } from "./guarded.js";
import { printReport } from "./tables.js";
import { watchAndRun } from "./watch.js";

const usage = `npm run sim -- APP [OPTION ...] [KEY=VALUE ...]

Builds the app whose manifest.json is in the folder APP, as mcconfig would, and runs it in the simulator. KEY=VALUE sets members
of "mc/config".

  --m32                 build with 32-bit pointers: memory figures are then those of the device
  --variant NAME        native or m32; with -asan after it under the sanitizers, with -bare without meter and line numbers, with -device as on a device
  --engine sdk          embed the engine of the Moddable SDK that MODDABLE names, in place of XS 13
  --build-only          build, say where the program is, don't run
  --chip NAME           be that chip for what the app offers: ${chipNames}
  --tcp-buffer BYTES    what TCP buffers each way; 5,744 unless given, 8,192 with --chip esp32, as in the SDK's targets
  --files FOLDER        keep the app's preferences and files there, for the next run; else they are gone at the end
  --live                collect garbage at every allocation: peaks are then what is really in use
  --clock TIME          start the script's clock there: ISO 8601, or seconds since 1970; "unset" for a clock never set
  --report FILE         write memory, metering and accelerator figures as JSON when the run ends
  --census FILE         write what the heap holds as JSON, wherever the app calls mark() and at the peaks between; see README.md
  --messages            list each connection's handshake message by message, and the keys that were derived
  --pcap FILE           write what was sent and received, with the secrets, for Wireshark
  --picture FILE        write a page of HTML that shows the run: messages, memory, accelerators
  --memory              print peaks of memory against the limits of "creation", and what each accelerator was asked
  --watch               when a file changes, build and run again; Ctrl-C ends
  --debug HOST:PORT     be debugged by xsbug, which listens there (localhost:5002): breakpoints, steps, instruments
  --timeout SECONDS     end the run then
  --meter-limit N       end the run after N units of XS's metering
  --under COMMAND       run the simulator under another program: --under "valgrind -q"
  --verbose             show all of a stack, with the frames of the library
  --quiet               say nothing about keys of the manifest that have no effect
  --help                this text

Exit codes: 0 the app ended, or 0 to 9 as it chose; 2 wrong arguments; 10 uncaught exception; 11 unhandled rejection; 20 chunks full;
21 slots full; 22 JavaScript stack full; 23 C stack full; 24 out of keys; 25 metering limit; 26 timeout; 27 write to flash;
30 the debugger ended it.
Build problems give 1.
`;

interface Arguments {
	app?: string;
	variant: string;
	engine: EngineSource;
	buildOnly: boolean;
	quiet: boolean;
	verbose: boolean;
	memory: boolean;
	watch: boolean;
	report?: string;
	readonly config: Record<string, string>;
	readonly wanted: Wanted;
	run: { -readonly [K in keyof RunOptions]: RunOptions[K] };
}

/** lwIP's buffers on the first ESP32, as the SDK builds it; an option `--tcp-buffer` wins. */
const ESP32_TCP_BYTES = 8192;

function setChip(run: Arguments["run"], name: string): void {
	run.chip = chipNamed(name).features;
	if (name === "esp32") run.tcpBuffer ??= ESP32_TCP_BYTES;
}

function readEngine(name: string): EngineSource {
	if (name === "npm" || name === "sdk") return name;
	throw new Problem(
		`--engine takes "npm", XS 13, or "sdk", the engine of the SDK that MODDABLE names, not "${name}"`,
		2,
	);
}

/** What is usable as a clock: "unset", seconds, or a date. */
function checkClock(text: string): string {
	if (text === "unset" || /^\d{1,12}(\.\d+)?$/.test(text)) return text;
	if (/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?)?$/.test(text) && !Number.isNaN(Date.parse(text)))
		return text;
	throw new Problem(
		`--clock takes "unset", a date such as 2026-01-31T12:00:00Z, or seconds since 1970, not "${text}"`,
		2,
	);
}

const options: Options<Arguments> = {
	"--m32": { set: result => (result.variant = "m32") },
	"--variant": { take: (result, name) => (result.variant = name) },
	"--engine": { take: (result, name) => (result.engine = readEngine(name)) },
	"--build-only": { set: result => (result.buildOnly = true) },
	"--quiet": { set: result => (result.quiet = true) },
	"--verbose": { set: result => (result.verbose = true) },
	"--memory": { set: result => (result.memory = true) },
	"--watch": { set: result => (result.watch = true) },
	"--chip": { take: (result, name) => setChip(result.run, name) },
	"--tcp-buffer": { take: (result, text, option) => (result.run.tcpBuffer = readCount(option, text, 1, 999_999_999)) },
	"--files": { take: (result, path, option) => (result.run.files = folderPath(option, path)) },
	"--live": { set: result => (result.run.live = true) },
	"--debug": { take: (result, address, option) => (result.run.debug = readAddress(option, address)) },
	"--clock": { take: (result, text) => (result.run.clock = checkClock(text)) },
	"--report": { take: (result, path, option) => (result.report = outputPath(option, path)) },
	"--census": { take: (result, path, option) => (result.run.census = outputPath(option, path)) },
	"--messages": { set: result => (result.wanted.messages = true) },
	"--picture": { take: (result, path, option) => (result.wanted.picture = outputPath(option, path)) },
	"--pcap": { take: (result, path, option) => (result.wanted.pcap = outputPath(option, path)) },
	"--timeout": { take: (result, text, option) => (result.run.timeout = readSeconds(option, text)) },
	"--meter-limit": { take: (result, text, option) => (result.run.meterLimit = readCount(option, text)) },
	"--under": { take: (result, command) => (result.run.under = command.split(/\s+/).filter(Boolean)) },
};

/** The app's folder, or a member of "mc/config". */
function readOther(result: Arguments, value: string): void {
	const equals = value.indexOf("=");
	if (equals > 0) result.config[value.slice(0, equals)] = value.slice(equals + 1);
	else if (result.app === undefined) result.app = userPath(value);
	else throw new Problem(`"${value}": one app at a time; a member of config is written key=value`, 2);
}

function readArguments(values: readonly string[]): Arguments & { readonly app: string } {
	const result: Arguments = {
		variant: "native",
		engine: "npm",
		buildOnly: false,
		quiet: false,
		verbose: false,
		memory: false,
		watch: false,
		config: {},
		wanted: {},
		run: {},
	};
	readOptions(values, options, result, readOther);
	const { app } = result;
	if (app === undefined) throw new Problem("which app? Name the folder of its manifest.json; --help says more", 2);
	return { ...result, app, variant: result.engine === "sdk" ? `${result.variant}-sdk` : result.variant };
}

function writeReport(file: string, report: unknown): void {
	try {
		writeFileSync(file, `${JSON.stringify(report ?? null, null, "\t")}\n`);
	} catch (error) {
		throw new Problem(`${file} can't be written: ${fileProblem(error)}`);
	}
}

/** Runs an app to its end. Returns the exit code. */
async function runOnce(app: App, values: Arguments & { readonly app: string }, signal?: AbortSignal): Promise<number> {
	const words = (text: string): boolean => process.stderr.write(text);
	const last = new Failure(words);
	const { code, report } = await runTraced(
		app,
		{
			...values.run,
			...(signal ? { signal } : {}),
			onLine: line => process.stdout.write(`${line}\n`),
			onError: text => (values.verbose ? words(text) : last.push(text)),
		},
		values.wanted,
		{ title: basename(values.app) },
	);
	if (signal?.aborted) return code;
	last.end();
	if (values.memory && report)
		printReport(report, values.variant, await cryptoName(await findToolchain(values.variant)));
	if (values.report) writeReport(values.report, report);
	return code;
}

async function buildAndRun(values: Arguments & { readonly app: string }): Promise<number> {
	const build = async (): Promise<App> => {
		const app = await buildApp(values.app, {
			variant: values.variant,
			config: values.config,
			isDebugged: values.run.debug !== undefined,
		});
		if (!values.quiet) for (const warning of app.warnings) process.stderr.write(`warning: ${warning}\n`);
		return app;
	};
	const use = async (app: App, signal?: AbortSignal): Promise<number> => {
		if (!values.buildOnly) return runOnce(app, values, signal);
		process.stdout.write(`${app.program}\n${app.file}\n`);
		return 0;
	};
	return values.watch ? watchAndRun(values.app, build, use) : use(await build());
}

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return runCommand(values, usage, async () => buildAndRun(readArguments(values)));
}
