/*
	Stands between a client and a server and hands on what the server sends one byte at a time, each in a TCP segment of its own.
*/

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import type { RunningServer } from "./servers.js";

async function split(from: Socket, to: Socket): Promise<void> {
	for await (const chunk of from as AsyncIterable<Buffer>) {
		for (let i = 0; i < chunk.length && to.writable; i++) {
			to.write(chunk.subarray(i, i + 1));
			await setImmediate();
		}
	}
	to.end();
}

/** Listens for clients of the server at `port`. */
export async function startSplitter(port: number): Promise<RunningServer> {
	const sockets: Socket[] = [];
	const server = createServer({ noDelay: true }, socket => {
		const peer = connect(port, "127.0.0.1");
		sockets.push(socket, peer);
		for (const side of [socket, peer]) side.on("error", () => side.destroy());
		socket.pipe(peer);
		split(peer, socket).catch(() => socket.destroy());
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
