/*
	Stands between a client and a server. It hands on what both send one byte at a time, each in a TCP segment of its
	own. Or it cuts what the client sends first.
*/

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setImmediate, setTimeout } from "node:timers/promises";
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

/** Hands on the first `length` bytes in a segment of their own, then what follows as it comes. */
async function cut(from: Socket, to: Socket, length: number): Promise<void> {
	let left = length;
	for await (const chunk of from as AsyncIterable<Buffer>) {
		const first = Math.min(left, chunk.length);
		left -= first;
		if (first > 0) to.write(chunk.subarray(0, first));
		// the server reads them before the rest is there
		if (first > 0 && first < chunk.length) await setTimeout(2);
		if (first < chunk.length) to.write(chunk.subarray(first));
	}
	to.end();
}

/** Hands on what a client and a server send each other, for connection number `index`. */
type Bridge = (client: Socket, server: Socket, index: number) => Promise<unknown>;

/** Listens for clients of the server at `port`. */
export async function startBridge(port: number, bridge: Bridge): Promise<RunningServer> {
	const sockets: Socket[] = [];
	let index = 0;
	const server = createServer({ noDelay: true }, socket => {
		const peer = connect(port, "127.0.0.1");
		sockets.push(socket, peer);
		for (const side of [socket, peer]) side.on("error", () => side.destroy());
		bridge(socket, peer, index++).catch(() => socket.destroy());
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

/** Listens for clients of the server at `port`; each byte of both sides has a segment of its own. */
export function startSplitter(port: number): Promise<RunningServer> {
	return startBridge(port, (client, server) => Promise.all([split(client, server), split(server, client)]));
}

/**
 * Listens for clients of the server at `port`; of connection number i (from 0), the first i + 1 bytes of the client
 * come first.
 */
export function startCutter(port: number): Promise<RunningServer> {
	return startBridge(port, (client, server, index) => {
		server.pipe(client);
		return cut(client, server, index + 1);
	});
}
