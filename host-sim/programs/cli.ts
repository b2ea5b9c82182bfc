/*
	npm run sim -- APP [options] [key=value ...]: builds an app's manifest.json and runs it.
*/

import { writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";

import { buildApp } from "../build/build.js";
import { chipNamed } from "../chip/model.js";
import { Problem } from "../build/files.js";
import type { RunOptions } from "../build/run.js";
import { runTraced, type Wanted } from "../trace/run.js";

const usage = `npm run sim -- APP [OPTION ...] [KEY=VALUE ...]

Builds the app whose manifest.json is in the folder APP, as mcconfig would, and runs it in the simulator. KEY=VALUE sets members
of "mc/config".

  --m32                 build with 32-bit pointers: memory figures are then those of the device
  --variant NAME        native or m32; with -asan behind it under the sanitizers, with -bare without meter and line numbers, with -device as on a device
  --build-only          build, say where the program is, don't run
  --chip NAME           be that chip for what the app offers: esp32, esp32s2, esp32s3, esp32c3, esp32c6 or esp32h2
  --tcp-buffer BYTES    what TCP buffers each way; 5,744 unless given, 8,192 with --chip esp32, as in the SDK's targets
  --live                collect garbage at every allocation: peaks are then what is really in use
  --clock TIME          start the script's clock there: ISO 8601, or seconds since 1970; "unset" for a clock never set
  --report FILE         write memory, metering and accelerator figures as JSON when the run ends
  --census FILE         write what the heap holds as JSON, wherever the app calls mark() and at the peaks between; see README.md
  --messages            list each connection's handshake message by message, and the keys that were derived
  --pcap FILE           write what was sent and received, with the secrets, for Wireshark
  --picture FILE        write a page of HTML that shows the run: messages, memory, accelerators
  --timeout SECONDS     end the run then
  --meter-limit N       end the run after N units of XS's metering
  --under COMMAND       run the simulator under another program: --under "valgrind -q"
  --quiet               say nothing about keys of the manifest that have no effect
  --help                this text

Exit codes: 0 the app ended, or 0 to 9 as it chose; 2 wrong arguments; 10 uncaught exception; 11 unhandled rejection; 20 chunks full;
21 slots full; 22 JavaScript stack full; 23 C stack full; 24 out of keys; 25 metering limit; 26 timeout; 27 write to flash.
Build problems give 1.
`;

interface Arguments {
	app?: string;
	variant: string;
	buildOnly: boolean;
	quiet: boolean;
	report?: string;
	readonly config: Record<string, string>;
	readonly wanted: Wanted;
	run: { -readonly [K in keyof RunOptions]: RunOptions[K] };
}

function positive(option: string, text: string): number {
	const value = Number(text);
	if (!(value > 0)) throw new Problem(`${option} takes a number above 0, not "${text}"`, 2);
	return value;
}

function wholeNumber(option: string, text: string): number {
	if (!/^[1-9]\d{0,8}$/.test(text)) throw new Problem(`${option} takes a whole number of bytes, not "${text}"`, 2);
	return Number(text);
}

/** lwIP's buffers on the first ESP32, as the SDK builds it; an option \`--tcp-buffer\` wins. */
const ESP32_TCP_BYTES = 8192;

function setChip(run: Arguments["run"], name: string): void {
	run.chip = chipNamed(name).features;
	if (name === "esp32") run.tcpBuffer ??= ESP32_TCP_BYTES;
}

/** What is usable as a clock: "unset", seconds, or a date. */
export function checkClock(text: string): string {
	if (text === "unset" || /^\d+(\.\d+)?$/.test(text) || !Number.isNaN(Date.parse(text))) return text;
	throw new Problem(
		`--clock takes "unset", a date such as 2026-01-31T12:00:00Z, or seconds since 1970, not "${text}"`,
		2,
	);
}

function readArguments(values: readonly string[], folder: string): Arguments {
	const result: Arguments = { variant: "native", buildOnly: false, quiet: false, config: {}, wanted: {}, run: {} };
	for (let i = 0; i < values.length; i++) {
		const option = values[i]!;
		const next = (): string => {
			const value = values[++i];
			if (value === undefined) throw new Problem(`${option} needs a value`, 2);
			return value;
		};
		const equals = option.indexOf("=");
		switch (option) {
			case "--m32":
				result.variant = "m32";
				break;
			case "--variant":
				result.variant = next();
				break;
			case "--build-only":
				result.buildOnly = true;
				break;
			case "--quiet":
				result.quiet = true;
				break;
			case "--chip":
				setChip(result.run, next());
				break;
			case "--tcp-buffer":
				result.run.tcpBuffer = wholeNumber(option, next());
				break;
			case "--live":
				result.run.live = true;
				break;
			case "--clock":
				result.run.clock = checkClock(next());
				break;
			case "--report":
				result.report = resolve(folder, next());
				break;
			case "--census":
				result.run.census = resolve(folder, next());
				break;
			case "--messages":
				result.wanted.messages = true;
				break;
			case "--picture":
				result.wanted.picture = resolve(folder, next());
				break;
			case "--pcap":
				result.wanted.pcap = resolve(folder, next());
				break;
			case "--timeout":
				result.run.timeout = positive(option, next());
				break;
			case "--meter-limit":
				result.run.meterLimit = positive(option, next());
				break;
			case "--under":
				result.run.under = next().split(/\s+/).filter(Boolean);
				break;
			default:
				if (option.startsWith("-")) throw new Problem(`there is no option ${option}; --help lists them`, 2);
				if (equals > 0) result.config[option.slice(0, equals)] = option.slice(equals + 1);
				else if (result.app === undefined) result.app = resolve(folder, option);
				else throw new Problem(`"${option}": one app at a time; a member of config is written key=value`, 2);
		}
	}
	if (result.app === undefined)
		throw new Problem("which app? Name the folder of its manifest.json; --help says more", 2);
	return result;
}

async function buildAndRun(values: Arguments): Promise<number> {
	const app = await buildApp(values.app!, { variant: values.variant, config: values.config });
	if (!values.quiet) for (const warning of app.warnings) process.stderr.write(`warning: ${warning}\n`);
	if (values.buildOnly) {
		process.stdout.write(`${app.program}\n${app.file}\n`);
		return 0;
	}
	const { code, report } = await runTraced(
		app,
		{
			...values.run,
			onLine: line => process.stdout.write(`${line}\n`),
			onError: text => process.stderr.write(text),
		},
		values.wanted,
		{ title: basename(values.app!) },
	);
	if (values.report) writeFileSync(values.report, `${JSON.stringify(report ?? null, null, "\t")}\n`);
	return code;
}

/** Runs `body`; a Problem becomes its message and exit code. */
export async function guarded(body: () => Promise<number>): Promise<number> {
	try {
		return await body();
	} catch (error) {
		if (!(error instanceof Problem)) throw error;
		process.stderr.write(`${error.message}\n`);
		return error.exitCode;
	}
}

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return guarded(async () => {
		if (values.includes("--help") || values.includes("-h")) {
			process.stdout.write(usage);
			return 0;
		}
		// npm runs scripts in the project's folder; paths are meant from where it was called
		const folder =
			process.env["npm_lifecycle_event"] === "sim" ? (process.env["INIT_CWD"] ?? process.cwd()) : process.cwd();
		return buildAndRun(readArguments(values, folder));
	});
}
