/*
	Real servers as peers: openssl s_server, gnutls-serv, and Node's own. Each answers one HTTP request per connection,
	on loopback.
*/

import { spawnSync } from "node:child_process";
import { createServer as createTLSServer, type TlsOptions } from "node:tls";
import { join } from "node:path";
import type { ServerIdentity } from "../../host-sim/servers/certificates.js";
import { startProgram, type RunningServer, type TalkingServer } from "../../host-sim/servers/servers.js";

export {
	startOpenSSL,
	startProgram,
	startTalkingOpenSSL,
	type RunningServer,
	type TalkingServer,
} from "../../host-sim/servers/servers.js";

/** True where a program can be run. */
export function hasProgram(name: string, ...values: string[]): boolean {
	return spawnSync(name, values, { stdio: "ignore" }).error === undefined;
}

export function startGnuTLS(identity: ServerIdentity, priority: string, ...more: string[]): Promise<TalkingServer> {
	return startProgram("gnutls-serv", identity, (port, folder) => [
		"--http",
		"--port",
		String(port),
		"--x509certfile",
		join(folder, "chain.pem"),
		"--x509keyfile",
		join(folder, "key.pem"),
		"--priority",
		priority,
		...(more.includes("--require-client-cert") ? [] : ["--disable-client-cert"]),
		...more,
	]);
}

/** Node's server; `body` is what it answers. */
export function startNode(identity: ServerIdentity, body: Buffer, options: TlsOptions = {}): Promise<RunningServer> {
	const server = createTLSServer({ cert: identity.chain, key: identity.leaf.keyPem, ...options }, socket => {
		socket.on("error", () => {});
		socket.once("data", () => {
			socket.end(
				Buffer.concat([
					Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`),
					body,
				]),
			);
		});
	});
	server.on("tlsClientError", () => {});
	return new Promise(resolve => {
		server.listen(0, "127.0.0.1", () =>
			resolve({
				port: (server.address() as { port: number }).port,
				stop: () => new Promise(done => server.close(() => done())),
			}),
		);
	});
}
