/*
	Stands between a client and a server and holds back what the server sends: behind each of the given numbers of bytes it waits.
*/

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { RunningServer } from "./servers.js";

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
export async function startPauser(port: number, pauses: readonly number[], wait: number): Promise<RunningServer> {
	const sockets: Socket[] = [];
	const server = createServer({ noDelay: true }, socket => {
		const peer = connect(port, "127.0.0.1");
		sockets.push(socket, peer);
		for (const side of [socket, peer]) side.on("error", () => side.destroy());
		socket.pipe(peer);
		hold(peer, socket, pauses, wait).catch(() => socket.destroy());
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		port: (server.address() as { port: number }).port,
		stop: () =>
			new Promise(resolve => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			}),
	};
}
