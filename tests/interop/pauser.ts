/*
	Stands between a client and a server and holds back what the server sends: after each of the given numbers of bytes
	it waits.
*/

import type { Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { RunningServer } from "./servers.js";
import { startBridge } from "./splitter.js";

async function hold(from: Socket, to: Socket, pauses: readonly number[], wait: number): Promise<void> {
	const left = [...pauses];
	let sent = 0;
	for await (const chunk of from as AsyncIterable<Buffer>) {
		let at = 0;
		while (left.length && left[0]! <= sent + chunk.length - at) {
			const count = left.shift()! - sent;
			to.write(chunk.subarray(at, at + count));
			at += count;
			sent += count;
			await setTimeout(wait);
		}
		to.write(chunk.subarray(at));
		sent += chunk.length - at;
	}
	to.end();
}

/** Listens for clients of the server at `port`. It waits `wait` milliseconds each time. */
export function startPauser(port: number, pauses: readonly number[], wait: number): Promise<RunningServer> {
	return startBridge(port, (client, server) => {
		client.pipe(server);
		return hold(server, client, pauses, wait);
	});
}
