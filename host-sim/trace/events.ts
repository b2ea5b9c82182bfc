/*
	What the simulator writes with --trace (xs/trace.c): the events of each TCP connection, with meter and memory at
	that moment.
*/

import { readFileSync } from "node:fs";

export type EventName = "open" | "connected" | "sent" | "received" | "ended" | "closed" | "failed" | "mark" | "memory";

/**
 * "ended": the peer closed it; "closed": the app did; "failed": it never connected. "mark" and "memory" are of no
 * connection.
 */
export interface TraceEvent {
	/** Seconds since the run began. */
	readonly time: number;
	readonly meter: number;
	readonly connection: number;
	/** Bytes in use, of slots too. */
	readonly chunks: number;
	readonly slots: number;
	readonly native: number;
	readonly event: EventName;
	/** With "open". */
	readonly address?: string;
	readonly port?: string;
	/** With "mark". */
	readonly name?: string;
	/** With "sent" and "received". */
	readonly bytes?: Buffer;
}

export interface TracedConnection {
	readonly number: number;
	readonly address: string;
	readonly port: number;
	readonly events: readonly TraceEvent[];
}

/** Reads a trace. A last line that is cut off, as by a run that was ended, is left out. */
export function readTrace(file: string): TraceEvent[] {
	const events: TraceEvent[] = [];
	for (const line of readFileSync(file, "utf8").split("\n")) {
		if (!line.endsWith("}")) continue;
		const event = JSON.parse(line) as Omit<TraceEvent, "bytes"> & { bytes?: string };
		events.push({
			...event,
			...(event.bytes === undefined ? {} : { bytes: Buffer.from(event.bytes, "hex") }),
		} as TraceEvent);
	}
	return events;
}

/** The connections of a trace, in the order in which they began. One whose name had no address has the address "". */
export function connectionsOf(events: readonly TraceEvent[]): TracedConnection[] {
	const numbers = [...new Set(events.map(event => event.connection))]
		.filter(number => number > 0)
		.sort((a, b) => a - b);
	return numbers.map(number => {
		const own = events.filter(event => event.connection === number);
		const { address = "", port = "0" } = own.find(event => event.event === "open") ?? {};
		return { number, address, port: Number(port), events: own };
	});
}

/** The secrets of a key log (SSLKEYLOGFILE): by client random in hexadecimal, then by label. */
export type Secrets = ReadonlyMap<string, ReadonlyMap<string, Buffer>>;

/** Reads a key log's text; lines of another form are passed over. */
export function readKeyLog(text: string): Secrets {
	const secrets = new Map<string, Map<string, Buffer>>();
	for (const line of text.split("\n")) {
		const [label, random, secret] = line.trim().split(" ");
		if (!secret || !/^[0-9a-f]+$/.test(random!)) continue;
		const labels = secrets.get(random!) ?? new Map<string, Buffer>();
		labels.set(label!, Buffer.from(secret, "hex"));
		secrets.set(random!, labels);
	}
	return secrets;
}
