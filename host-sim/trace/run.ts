/*
	Runs an app and shows what it said on the network: --messages, --pcap and --picture of `npm start` and `npm run
	sim`.
*/

import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { App } from "../build/build.js";
import { fileProblem, Problem, temporaryFolder } from "../build/files.js";
import type { Chip } from "../chip/costs.js";
import { runApp, type RunOptions, type RunResult } from "../build/run.js";
import { connectionsOf, readKeyLog, readTrace, type TraceEvent } from "./events.js";
import { listMessages } from "./messages.js";
import { capture } from "./pcapng.js";
import { picture } from "./picture.js";

/** What to show of a run. */
export interface Wanted {
	/** Prints the messages of each connection. */
	messages?: boolean;
	/** A file for the capture. */
	pcap?: string;
	/** A file for the page. */
	picture?: string;
}

/** What the page says beside what was traced. */
export interface About {
	readonly title: string;
	readonly chip?: Chip;
}

/** True where there is something to show. */
export function wantsTrace({ messages, pcap, picture }: Wanted): boolean {
	return messages === true || pcap !== undefined || picture !== undefined;
}

function write(file: string, content: string | Buffer): void {
	try {
		writeFileSync(file, content);
	} catch (error) {
		throw new Problem(`${file} can't be written: ${fileProblem(error)}`);
	}
}

/** Adds to the user's own key log. With nothing to add it shows, before the run, that it can be written. */
function append(file: string, keyLog: string): void {
	try {
		appendFileSync(file, keyLog);
	} catch (error) {
		throw new Problem(`SSLKEYLOGFILE: ${file} can't be written: ${fileProblem(error)}`);
	}
}

/** Why a run failed, in a sentence: what was thrown, else the simulator's word. */
function failureOf({ code, stdout, stderr, report }: RunResult): string | undefined {
	const sentence = stdout.find(line => line.startsWith("failed: "));
	if (sentence) return sentence.slice("failed: ".length);
	if (code === 0) return undefined;
	const thrown = /^(?:sim: )?(?:uncaught exception: )?((?:TLS|Type|Range|Reference|Syntax)?Error: .*)$/m.exec(stderr);
	return thrown?.[1] ?? report?.reason ?? `the simulator ended with code ${code}`;
}

function show(wanted: Wanted, about: About, result: RunResult, { events, keyLog, begin }: Traced): void {
	const secrets = readKeyLog(keyLog);
	if (wanted.pcap !== undefined) write(wanted.pcap, capture(events, keyLog, begin));
	if (wanted.picture !== undefined)
		write(
			wanted.picture,
			picture({
				title: about.title,
				chip: about.chip,
				events,
				secrets,
				report: result.report,
				failure: failureOf(result),
			}),
		);
	if (!wanted.messages) return;
	const showsSecrets = Boolean(process.env["SSLKEYLOGFILE"]);
	for (const connection of connectionsOf(events))
		process.stdout.write(`\n${listMessages(connection, secrets, showsSecrets).join("\n")}\n`);
}

/** What a run left behind. */
interface Traced {
	readonly events: readonly TraceEvent[];
	readonly keyLog: string;
	/** When it began, in seconds since 1970. */
	readonly begin: number;
}

/**
 * As runApp, and then shows what is wanted. The key log goes to a folder of its own, and to SSLKEYLOGFILE where that is
 * set.
 */
export async function runTraced(app: App, options: RunOptions, wanted: Wanted, about: About): Promise<RunResult> {
	const users = process.env["SSLKEYLOGFILE"];
	if (users) append(users, "");
	if (!wantsTrace(wanted)) return runApp(app, options);
	const folder = temporaryFolder("xs-tls-trace");
	const trace = join(folder, "trace.jsonl"),
		keys = join(folder, "keys.txt"),
		begin = Date.now() / 1000;
	try {
		const result = await runApp(app, { ...options, trace, env: { ...options.env, SSLKEYLOGFILE: keys } });
		const keyLog = existsSync(keys) ? readFileSync(keys, "utf8") : "";
		if (users) append(users, keyLog);
		show(wanted, about, result, { events: existsSync(trace) ? readTrace(trace) : [], keyLog, begin });
		return result;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
