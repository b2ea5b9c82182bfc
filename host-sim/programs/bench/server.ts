/*
	The server of the measurements: Node's own TLS (OpenSSL) on loopback, in this process. A connection's first line
	says what it does. "R n" has n bytes sent; "S n" takes n bytes (the line counted) and answers with one. Anything
	else is an HTTP request. "GET /n" is answered with n bytes.
*/

import { createServer as createPlainServer, type Socket } from "node:net";
import { createServer, type TLSSocket, type TlsOptions } from "node:tls";

import type { ServerIdentity } from "../../servers/certificates.js";

export interface BenchServer {
	readonly port: number;
	stop(): Promise<void>;
}

export interface ServerOptions extends TlsOptions {
	/** Most text in a record. */
	readonly fragment?: number;
	/** Length of an HTTP answer's body. */
	readonly body?: number;
	/** TCP alone. */
	readonly isPlain?: boolean;
}

function answerHTTP(socket: Socket, length: number): void {
	socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${"x".repeat(length)}`);
}

function takeAll(socket: Socket, total: number, had: number): void {
	let left = total - had;
	socket.on("data", (data: Buffer) => {
		left -= data.length;
		if (left === 0) socket.write(".");
	});
}

function serve(socket: Socket, { fragment, body = 1024 }: ServerOptions): void {
	socket.setNoDelay(true);
	socket.on("error", () => socket.destroy());
	if (fragment && "setMaxSendFragment" in socket) (socket as TLSSocket).setMaxSendFragment(fragment);
	socket.once("data", (data: Buffer) => {
		const [what, count] = data.toString("latin1").split(/\s+/) as [string, string];
		switch (what) {
			case "R":
				socket.write(Buffer.alloc(Number(count), "r"));
				break;
			case "S":
				takeAll(socket, Number(count), data.length);
				break;
			default:
				answerHTTP(socket, Number(/^\/(\d+)$/.exec(count)?.[1] ?? body));
		}
	});
}

/** Starts it on a free port. */
export function startServer(identity: ServerIdentity, options: ServerOptions = {}): Promise<BenchServer> {
	const { fragment, body, isPlain, ...tls } = options;
	const sockets = new Set<Socket>();
	const accept = (socket: Socket): void => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket));
		serve(socket, options);
	};
	const server = isPlain
		? createPlainServer(accept)
		: createServer({ cert: identity.chain, key: identity.leaf.keyPem, ...tls }, accept);
	server.on("tlsClientError", () => {});
	const stop = (): Promise<void> =>
		new Promise(done => {
			for (const socket of sockets) socket.destroy();
			server.close(() => done());
		});
	return new Promise((resolve, reject) => {
		server.on("error", reject);
		server.listen(0, "127.0.0.1", () => resolve({ port: (server.address() as { port: number }).port, stop }));
	});
}
