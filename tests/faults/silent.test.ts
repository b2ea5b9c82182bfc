/*
	Without `onError` a debug build says in its trace why a connection failed, and nothing where the server ended it in
	good order.
*/

import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { test } from "node:test";
import { buildApp } from "../../host-sim/build/build.js";
import { runApp } from "../../host-sim/build/run.js";
import { makeIdentity } from "../../host-sim/servers/certificates.js";
import { Session13 } from "../peers/server13.js";

const identity = makeIdentity(["localhost"]);

async function traceOf(serve: (socket: Socket) => void): Promise<readonly string[]> {
	const server = createServer({ allowHalfOpen: true }, socket => {
		socket.on("error", () => {});
		serve(socket);
	});
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	try {
		const { port } = server.address() as AddressInfo;
		const app = await buildApp("tests/faults/silent", { config: { port: String(port), ca: identity.root.pem } });
		const { code, stdout, stderr } = await runApp(app, { timeout: 30 });
		assert.equal(code, 0, stderr);
		return stdout;
	} finally {
		server.close();
	}
}

test("a connection that fails is traced", async () => {
	const lines = await traceOf(socket => void socket.end(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")));
	assert.deepEqual(lines, ['TLS: the server does not speak TLS on this port (there is no "onError")']);
});

test("one that the server ends in good order is not", async () => {
	const { leaf, intermediate } = identity;
	const lines = await traceOf(socket => {
		void new Session13(socket, {
			chain: [leaf.der, intermediate.der],
			key: leaf.key.privateKey,
			async talk(session) {
				session.send(21, Buffer.of(1, 0));
			},
		})
			.run()
			.catch(() => socket.destroy());
	});
	assert.deepEqual(lines, []);
});
