/*
	Runs an app that build.ts has built.
*/

import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";

import type { App } from "./build.js";
import { fileProblem, Problem, shown, temporaryFolder } from "./files.js";

export interface RunOptions {
	/** Collects garbage at every allocation, so that peaks are what is really in use. */
	readonly live?: boolean;
	/**
	 * Preloaded modules do not copy their literals and closures, as they do on a device: for counting what that costs.
	 */
	readonly keepsLiterals?: boolean;
	/** "unset", ISO 8601, or seconds since 1970; the host's clock without it. */
	readonly clock?: string;
	/** Ends the run after so many seconds. */
	readonly timeout?: number;
	/** Ends the run after so many units of XS's own metering. */
	readonly meterLimit?: number;
	/** Writes what the heap holds, at each mark and at the peak before it, to this file. */
	readonly census?: string;
	/** Writes what happened on each connection to this file (trace/events.ts). */
	readonly trace?: string;
	/** Where a debugger listens that speaks xsbug's protocol: HOST:PORT. */
	readonly debug?: string;
	/** Bytes that TCP buffers each way; by default 5,744 as in the SDK's targets other than the first ESP32. */
	readonly tcpBuffer?: number;
	/** What the chip does in hardware: bits of ChipFeature in hardware/chip.ts. */
	readonly chip?: number;
	/**
	 * The folder for what the app keeps: preferences and files. One of the run's own without it, which is gone at the
	 * end.
	 */
	readonly files?: string;
	/** Added to the environment. */
	readonly env?: Readonly<Record<string, string>>;
	/** A program to run the simulator under, with its arguments: ["valgrind", "-q"]. */
	readonly under?: readonly string[];
	/** Gets each line of standard output as it comes. */
	readonly onLine?: (line: string) => void;
	/** Gets standard error as it comes. */
	readonly onError?: (text: string) => void;
	/** Ends the run when it fires. */
	readonly signal?: AbortSignal;
}

/** A pool of memory. */
export interface Pool {
	readonly current: number;
	readonly peak: number;
	readonly limit: number;
}

/** What an interval of the run used, from the mark before to this one: peaks; all else is counted from the start. */
export interface Mark {
	readonly name: string;
	readonly meter: number;
	readonly chunks: number;
	readonly chunksPeak: number;
	readonly slots: number;
	readonly slotsPeak: number;
	readonly slotSize: number;
	readonly stackPeak: number;
	readonly collections: number;
	readonly native: number;
	readonly nativePeak: number;
	/** Chunks, slots and native memory together. */
	readonly bytesPeak: number;
	/** Chunks and slots alone. */
	readonly heapPeak: number;
	readonly slotAllocations: number;
	readonly chunkAllocations: number;
	readonly nativeAllocations: number;
	readonly sent: number;
	readonly received: number;
	/** Round trips: times that an answer came. */
	readonly turns: number;
	/** Calls and bytes of each accelerator. */
	readonly accelerators: Readonly<Record<string, readonly [number, number]>>;
}

/** What the simulator writes at the end of a run, however it ends. */
export interface Report {
	readonly exitCode: number;
	readonly reason: string;
	readonly live: boolean;
	readonly memory: {
		readonly chunks: Pool;
		readonly slots: Pool & { readonly size: number };
		readonly stack: Pool;
		readonly collections: number;
		readonly keys: number;
		readonly native: { readonly current: number; readonly peak: number; readonly allocations: number };
		readonly allocations: { readonly slots: number; readonly chunks: number };
	};
	/** All of flash once the SDK's linker has linked it, the built-ins included. */
	readonly flash: {
		readonly bytecode: number;
		/** 16 bytes each on a device; names are among them. */
		readonly slots: number;
		readonly chunks: number;
		/** Names of properties and modules. */
		readonly keys: number;
	};
	/**
	 * What each module takes of flash once the SDK's linker has linked it; slots and chunks only where it is preloaded.
	 */
	readonly modules: readonly {
		readonly name: string;
		readonly bytecode: number;
		readonly slots: number;
		readonly chunks: number;
		/** Bytes of property names that no module before it has. */
		readonly names: number;
		/** Bytes of entries in the linker's tables of scripts and natives. */
		readonly tables: number;
	}[];
	readonly marks: readonly Mark[];
	readonly meter: number;
	readonly accelerators: readonly {
		readonly name: string;
		readonly calls: number;
		readonly bytes: number;
		readonly failed: number;
	}[];
}

export interface RunResult {
	/** The simulator's exit code; 128 where a signal ended it. */
	readonly code: number;
	/** Lines of standard output. */
	readonly stdout: string[];
	readonly stderr: string;
	/** Undefined where the simulator could not write one. */
	readonly report: Report | undefined;
}

/** Cuts a stream into lines. */
class Lines {
	readonly #decoder = new StringDecoder("utf8");
	readonly #take: (line: string) => void;
	#rest = "";

	constructor(take: (line: string) => void) {
		this.#take = take;
	}

	push(data: Buffer): void {
		const lines = (this.#rest + this.#decoder.write(data)).split("\n");
		this.#rest = lines.pop()!;
		for (const line of lines) this.#take(line);
	}

	end(): void {
		if (this.#rest !== "") this.#take(this.#rest);
	}
}

/** The simulator's own options. */
function simulatorOptions(options: RunOptions): string[] {
	const { live, keepsLiterals, clock, timeout, meterLimit, census, trace, debug, tcpBuffer, chip } = options;
	return [
		...(live ? ["--live"] : []),
		...(keepsLiterals ? ["--keep-literals"] : []),
		...(clock === undefined ? [] : ["--clock", clock]),
		...(timeout === undefined ? [] : ["--timeout", String(timeout)]),
		...(census === undefined ? [] : ["--census", census]),
		...(trace === undefined ? [] : ["--trace", trace]),
		...(debug === undefined ? [] : ["--debug", debug]),
		...(tcpBuffer === undefined ? [] : ["--tcp-buffer", String(tcpBuffer)]),
		...(chip === undefined ? [] : ["--chip", String(chip)]),
		...(meterLimit === undefined ? [] : ["--meter-limit", String(meterLimit)]),
	];
}

/** The report; undefined where the simulator could not write all of it. */
function readReport(file: string): Report | undefined {
	try {
		return JSON.parse(readFileSync(file, "utf8")) as Report;
	} catch {
		return undefined;
	}
}

/** Runs an app to its end. */
export async function runApp(app: App, options: RunOptions = {}): Promise<RunResult> {
	const folder = temporaryFolder("xs-tls-run");
	const reportFile = join(folder, "report.json");
	const [program, ...values] = [
		...(options.under ?? app.runner),
		app.program,
		app.file,
		...simulatorOptions(options),
		"--files",
		options.files ?? folder,
		"--report",
		reportFile,
	];
	const stdout: string[] = [];
	const lines = new Lines(line => {
		stdout.push(line);
		options.onLine?.(line);
	});
	let stderr = "";
	try {
		const code = await new Promise<number>((resolve, reject) => {
			const child = spawn(program!, values, {
				stdio: ["ignore", "pipe", "pipe"],
				env: { ...process.env, ...options.env },
			});
			options.signal?.addEventListener("abort", () => child.kill());
			child.stdout.on("data", (data: Buffer) => lines.push(data));
			child.stderr.setEncoding("utf8").on("data", (text: string) => {
				stderr += text;
				options.onError?.(text);
			});
			child.on("error", error => reject(new Problem(`${shown(program!)} can't be run: ${fileProblem(error)}`)));
			child.on("close", (status, signal) => {
				if (signal) {
					const words = `sim: ended by ${signal}\n`;
					stderr += words;
					options.onError?.(words);
				}
				resolve(status ?? 128);
			});
		});
		lines.end();
		const report = readReport(reportFile);
		return { code, stdout, stderr, report };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
