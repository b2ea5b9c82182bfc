/*
	npm run pin: what it prints of a server on this computer, and its words for what goes wrong.
*/

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type AddressInfo, type Server } from "node:net";
import { test } from "node:test";
import { createServer as createTLSServer } from "node:tls";

import { makeCertificate, makeKey, type Certificate } from "../../host-sim/servers/certificates.js";
import { main } from "../../host-sim/programs/pin.js";
import { keepWords } from "../drivers/words.js";

/** Runs the program with its words kept. */
function pin(...values: string[]): Promise<{ code: number; words: string }> {
	return keepWords(() => main(values));
}

async function listen(server: Server, address = "127.0.0.1"): Promise<number> {
	await new Promise<void>(resolve => server.listen(0, address, resolve));
	return (server.address() as AddressInfo).port;
}

const pinHex = ({ key }: Certificate): string =>
	createHash("sha256")
		.update(key.publicKey.export({ type: "spki", format: "der" }))
		.digest("hex");

const root = makeCertificate({ subject: "A Root", key: makeKey("p384"), isAuthority: true });
const lower = makeCertificate({ subject: "A Lower CA", key: makeKey("p384"), issuer: root, isAuthority: true });
const leaf = makeCertificate({
	subject: "server",
	key: makeKey("p256"),
	issuer: lower,
	names: ["localhost", "127.0.0.1"],
});

/** Serves these certificates while `body` runs. */
async function serving(chain: readonly Certificate[], body: (port: number) => Promise<void>): Promise<void> {
	const server = createTLSServer({ cert: chain.map(({ pem }) => pem).join(""), key: chain[0]!.keyPem }, socket =>
		socket.on("error", () => {}),
	);
	server.on("tlsClientError", () => {});
	const port = await listen(server);
	try {
		await body(port);
	} finally {
		server.close();
	}
}

test("what each certificate is, and its pin, ready to paste", async () => {
	await serving([leaf, lower, root], async port => {
		for (const [target, more] of [
			[`127.0.0.1:${port}`, []],
			[`localhost:${port}`, []],
			[`127.0.0.1:${port}`, ["--name", "localhost", "--timeout", "5"]],
		] as const) {
			const { code, words } = await pin(target, ...more);
			assert.equal(code, 0, words);
			assert.match(
				words,
				/port \d+ sent 3 certificates \(TLSv1\.3\)\. Node\.js does not trust them: self-signed certificate in/,
			);
			assert.match(
				words,
				/^certificate 0: leaf, server\n {2}issued by {3}A Lower CA\n {2}valid {7}\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d\n {2}key {9}P-256\n {2}names {7}DNS:localhost, IP Address:127\.0\.0\.1\n/m,
			);
			assert.match(words, /^certificate 1: intermediate, A Lower CA$/m);
			assert.match(words, /^certificate 2: root, A Root$/m);
			for (const one of [leaf, lower, root]) assert.ok(words.includes(`  pin         ${pinHex(one)}`));
			// what is to be pasted is JavaScript, and the pins
			const option = /^pins: (\[[^]*\]),$/m.exec(words)![1]!;
			const pins = new Function(`return ${option}`)() as Uint8Array[];
			assert.deepEqual(
				pins.map(bytes => Buffer.from(bytes).toString("hex")),
				[leaf, lower, root].map(pinHex),
			);
		}
	});
});

test("a self-signed certificate, a key that is not supported, a chain that lacks its end", async () => {
	const alone = makeCertificate({ subject: "My Box", key: makeKey("p256"), names: [] });
	await serving([alone], async port => {
		const { words } = await pin(`127.0.0.1:${port}`);
		assert.match(words, /sent 1 certificate \(/);
		assert.match(words, /^certificate 0: leaf, self-signed, My Box$/m);
		assert.match(words, /names {7}none: it is trusted or pinned itself, or refused/);
	});
	await serving([makeCertificate({ subject: "odd", key: makeKey("ed25519"), names: ["localhost"] })], async port => {
		const { words } = await pin(`127.0.0.1:${port}`);
		assert.match(words, /key {9}ed25519: has an unsupported key \(ed25519\), which xs-tls does not support/);
	});
	await serving([leaf, lower], async port => {
		const { words } = await pin(`127.0.0.1:${port}`);
		assert.match(words, /sent 2 certificates/);
		assert.doesNotMatch(words, /certificate 2/);
	});
});

test("what goes wrong, in words", async () => {
	const silent = createServer(socket => socket.on("error", () => {}));
	const plain = createServer(socket => {
		socket.on("error", () => {});
		socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
	});
	const closing = createServer(socket => {
		socket.on("error", () => {});
		socket.once("data", () => socket.resetAndDestroy());
	});
	const [silentPort, plainPort, closingPort] = [await listen(silent), await listen(plain), await listen(closing)];
	const gone = createServer();
	const gonePort = await listen(gone);
	await new Promise(resolve => gone.close(resolve));
	try {
		for (const [values, code, says] of [
			[[], 2, /^HOST:PORT is missing: whose pins\?/],
			[["--some"], 2, /^there is no option --some/],
			[["a:1", "b:2"], 2, /^one server at a time: b:2/],
			[["https://server.example/"], 2, /^"https:\/\/server\.example\/" is not HOST:PORT/],
			[["[::1"], 2, /is not HOST:PORT/],
			[["[server]:443"], 2, /is not HOST:PORT/],
			[["a:b"], 2, /is not HOST:PORT/],
			[["localhost:0"], 2, /a port is a number from 1 to 65535/],
			[["localhost:65536"], 2, /a port is a number from 1 to 65535/],
			[["localhost:1", "--timeout", "x"], 2, /^--timeout takes a number of seconds above 0/],
			[["localhost:1", "--name"], 2, /^--name needs a value/],
			[[`127.0.0.1:${gonePort}`], 1, /^127\.0\.0\.1 port \d+ refuses connections: nothing listens there/],
			[["host.invalid:443"], 1, /^the name host\.invalid has no address/],
			[[`127.0.0.1:${plainPort}`], 1, /^127\.0\.0\.1 port \d+ does not speak TLS/],
			[[`127.0.0.1:${closingPort}`], 1, /closed the connection during the handshake: is it a TLS server\?/],
			[[`127.0.0.1:${silentPort}`, "--timeout", "0.2"], 1, /^127\.0\.0\.1 port \d+ did not answer within 0\.2 s/],
		] as const) {
			const result = await pin(...values);
			assert.match(result.words, says);
			assert.equal(result.code, code, result.words);
			assert.doesNotMatch(result.words, /\n {4}at /, "no stack");
		}
	} finally {
		for (const server of [silent, plain, closing]) server.close();
	}
	assert.match((await pin("--help")).words, /npm run pin -- HOST/);
});
