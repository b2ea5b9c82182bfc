/*
	Runs the client of tests/faults against a server, and decodes what was said.
*/

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

import { makeIdentity } from "../../host-sim/servers/certificates.js";
import { connectionsOf, readKeyLog, readTrace, type TraceEvent } from "../../host-sim/trace/events.js";
import { listMessages } from "../../host-sim/trace/messages.js";
import { runClient, type ClientOptions } from "../faults/connect.js";
import type { RunningServer } from "./servers.js";

export const identity = makeIdentity(["localhost"]);
export const folder = mkdtempSync(join(tmpdir(), "xs-tls-trace-"));
after(() => rmSync(folder, { recursive: true, force: true }));

export const body = Buffer.from("a body that nobody sees on the wire");

export interface Traced {
	readonly events: TraceEvent[];
	readonly keyLog: string;
	/** The names of the messages of each connection, in order; brackets say what protects them. */
	readonly lists: string[][];
	readonly texts: string[];
}

let count = 0;

/** The names in a list's lines, with the sender in front; lines of keys by their title. */
function namesIn(lines: readonly string[]): string[] {
	return lines
		.slice(1)
		.filter(line => !line.startsWith("       ") || line.includes("◀──"))
		.map(line => {
			const found = /^ {2}(client ──▶| +◀── server) +(\S+(?: \S+)*?\S?)(?: {2,}.*| TLS.*)?$/.exec(
				line.replace(/^( {2}.{19}.{24}).*$/, "$1"),
			);
			return found ? `${found[1]!.includes("client") ? "C" : "S"} ${found[2]!.trim()}` : line.trim();
		});
}

/** Runs the client against a server, and decodes what was said. */
export async function traced(server: RunningServer, runs: number, options: Partial<ClientOptions>): Promise<Traced> {
	const trace = join(folder, `${++count}.jsonl`),
		keys = join(folder, `${count}.keys`);
	try {
		await runClient(server.port, runs, {
			trace,
			env: { SSLKEYLOGFILE: keys },
			...options,
			ca: options.ca ?? identity.root.pem,
		});
	} finally {
		await server.stop();
	}
	const events = readTrace(trace),
		keyLog = existsSync(keys) ? readFileSync(keys, "utf8") : "",
		secrets = readKeyLog(keyLog);
	const texts = connectionsOf(events).map(connection => listMessages(connection, secrets, false).join("\n"));
	return { events, keyLog, texts, lists: texts.map(text => namesIn(text.split("\n"))) };
}
