/*
	Runs an app and shows what it said on the network: --messages, --pcap, --picture of `npm start` and `npm run sim`.
*/

import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { App } from "../build/build.js";
import { Problem } from "../build/files.js";
import { runApp, type RunOptions, type RunResult } from "../build/run.js";
import { connectionsOf, readKeyLog, readTrace, type TraceEvent } from "./events.js";
import { listMessages } from "./messages.js";
import { capture } from "./pcapng.js";

/** What to show of a run. */
export interface Wanted {
	/** Prints the messages of each connection. */
	messages?: boolean;
	/** A file for the capture. */
	pcap?: string;
}

/** True where there is something to show. */
export function wantsTrace({ messages, pcap }: Wanted): boolean {
	return messages === true || pcap !== undefined;
}

function write(file: string, content: string | Buffer): void {
	try {
		writeFileSync(file, content);
	}
	catch (error) {
		throw new Problem(`${file} can't be written: ${(error as Error).message}`);
	}
}

function show(wanted: Wanted, events: readonly TraceEvent[], keyLog: string, begin: number): void {
	if (wanted.pcap !== undefined) write(wanted.pcap, capture(events, keyLog, begin));
	if (!wanted.messages) return;
	const secrets = readKeyLog(keyLog), showsSecrets = Boolean(process.env["SSLKEYLOGFILE"]);
	for (const connection of connectionsOf(events)) process.stdout.write(`\n${listMessages(connection, secrets, showsSecrets).join("\n")}\n`);
}

/** As runApp, and then shows what is wanted. The key log goes to a folder of its own, and to SSLKEYLOGFILE where that is set. */
export async function runTraced(app: App, options: RunOptions, wanted: Wanted): Promise<RunResult> {
	if (!wantsTrace(wanted)) return runApp(app, options);
	const folder = mkdtempSync(join(tmpdir(), "xs-tls-trace-"));
	const trace = join(folder, "trace.jsonl"), keys = join(folder, "keys.txt"), begin = Date.now() / 1000;
	try {
		const result = await runApp(app, { ...options, trace, env: { ...options.env, SSLKEYLOGFILE: keys } });
		const keyLog = existsSync(keys) ? readFileSync(keys, "utf8") : "", users = process.env["SSLKEYLOGFILE"];
		if (users) appendFileSync(users, keyLog);
		show(wanted, existsSync(trace) ? readTrace(trace) : [], keyLog, begin);
		return result;
	}
	finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
