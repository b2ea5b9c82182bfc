/*
	The firmware's HTTPS request: to a server it may trust, to ones it must refuse, with too little memory. A run that
	is played again takes the same instructions. The server is openssl s_server, but where it has to fail.
*/

import assert from "node:assert/strict";
import { connect, createServer, type Socket } from "node:net";
import { describe, test } from "node:test";
import { createServer as createTLSServer } from "node:tls";

import {
	makeCertificate,
	makeIdentity,
	makeKey,
	type KeyType,
	type ServerIdentity,
} from "../../host-sim/servers/certificates.js";
import { buildRequest } from "../../host-sim/programs/firmware.js";
import { runFirmware, type FirmwareOptions, type FirmwareResult } from "../../host-sim/firmware/run.js";
import { readSizes, tables } from "../../host-sim/firmware/tables.js";
import { lacksTools } from "../../host-sim/firmware/tools.js";
import { startOpenSSLWithText } from "../../host-sim/servers/servers.js";
import { lacks } from "../drivers/machine.js";

const text = "Hello from openssl s_server";
const phases = ["start", "connect", "hello", "answer", "agreement", "chain", "proof", "finished", "request"];

interface Request {
	readonly identity: ServerIdentity;
	/** Whom the firmware trusts; the identity's root without it. */
	readonly ca?: string;
	readonly creation?: Record<string, unknown>;
	readonly options?: FirmwareOptions;
}

type Requested = FirmwareResult & { readonly config: Record<string, string> };

async function request({ identity, ca = identity.root.pem, creation = {}, options = {} }: Request): Promise<Requested> {
	const server = await startOpenSSLWithText(identity, `${text}\n`, "-tls1_3");
	try {
		const config = { host: "localhost", port: String(server.port), path: "/hello.txt", ca };
		return { ...(await runFirmware(await buildRequest(config, { creation }), { timeout: 60, ...options })), config };
	} finally {
		await server.stop();
	}
}

/** What a refusal must look like: the words, and nothing of the server's answer. */
function assertRefused({ code, lines }: FirmwareResult, says: RegExp): void {
	const words = lines.join("\n").trim();
	assert.match(words, /^firmware: uncaught exception\nTLSError: /);
	assert.match(lines.find(line => line.startsWith("TLSError"))!, says);
	assert.doesNotMatch(words, /Hello|HTTP\/1|TLS 1\.3,/);
	assert.equal(code, 10);
}

/** A server that does with a connection what `serve` says. */
async function requestTo(serve: (socket: Socket) => void): Promise<FirmwareResult> {
	const server = createServer(socket => {
		socket.on("error", () => {});
		serve(socket);
	});
	await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
	try {
		const { port } = server.address() as { port: number };
		const ca = makeIdentity(["localhost"]).root.pem;
		return await runFirmware(await buildRequest({ host: "localhost", port: String(port), path: "/", ca }), {
			timeout: 30,
		});
	} finally {
		server.close();
	}
}

describe("an HTTPS request from firmware", { skip: (await lacksTools()) || lacks("openssl", "openssl") }, () => {
	for (const type of ["p256", "rsa2048"] as KeyType[]) {
		test(`${type}: handshake, answer, figures`, async () => {
			const { code, lines, figures } = await request({ identity: makeIdentity(["localhost"], type) });
			assert.equal(code, 0, lines.join("\n"));
			assert.match(lines[0]!, /^TLS 1\.3, TLS_\w+, peer: localhost$/);
			assert.ok(lines.includes(text), lines.join("\n"));
			assert.deepEqual(
				figures?.marks.map(mark => mark.name),
				phases,
			);
			const verify = figures.functions.find(one => one.name === "xs_signature_verify");
			assert.equal(verify?.calls, 3, "the leaf's, the intermediate's and the server's signature");
			assert.ok(figures.marks.every(mark => mark.heapPeak < figures.arena - figures.stackLimit * figures.slotSize));
			assert.ok(figures.cStack < figures.cStackLimit && figures.cHeap < figures.cHeapLimit);
		});
	}

	test("a run that is played again takes the same instructions and memory, and sends the same", async () => {
		const options = { time: new Date("2026-11-24T12:00:00Z") };
		const identity = makeIdentity(["localhost"]);
		const first = await request({ identity, options });
		const image = await buildRequest(first.config);
		const again = await runFirmware(image, { ...options, replay: first.transcript });
		const third = await runFirmware(image, { ...options, replay: first.transcript });
		assert.deepEqual(again.lines, first.lines);
		assert.ok(Buffer.from(again.transcript.sent).equals(first.transcript.sent), "it sent something else");
		assert.deepEqual(again.figures, first.figures);
		assert.deepEqual(third.figures, first.figures);
	});

	test("a slow server changes nothing but time: played again without its pauses, the run is the same", async () => {
		// longer than the client's idle timer waits, shorter than the firmware's patience with the line
		const pause = 400;
		const identity = makeIdentity(["localhost"]);
		const server = await startOpenSSLWithText(identity, `${text}\n`, "-tls1_3");
		const proxy = createServer(socket => {
			const far = connect(server.port, "127.0.0.1");
			socket
				.on("data", data => far.write(data))
				.on("error", () => {})
				.on("close", () => far.destroy());
			far.on("data", data => setTimeout(() => socket.write(data), pause)).on("error", () => {});
			far.on("end", () => setTimeout(() => socket.end(), pause));
		});
		await new Promise<void>(done => proxy.listen(0, "127.0.0.1", done));
		try {
			const { port } = proxy.address() as { port: number };
			const image = await buildRequest({
				host: "localhost",
				port: String(port),
				path: "/hello.txt",
				ca: identity.root.pem,
			});
			const options = { time: new Date() };
			const first = await runFirmware(image, options);
			assert.ok(first.lines.includes(text), first.lines.join("\n"));
			assert.deepEqual((await runFirmware(image, { ...options, replay: first.transcript })).figures, first.figures);
		} finally {
			proxy.close();
			await server.stop();
		}
	});

	test("two runs differ by what the server's random numbers change", async () => {
		// ECDSA's numbers are as long as they happen to be, and Mbed TLS's arithmetic takes as long as its numbers
		const identity = makeIdentity(["localhost"]);
		const [one, other] = [(await request({ identity })).figures!, (await request({ identity })).figures!];
		assert.ok(
			Math.abs(one.instructions - other.instructions) < 0.03 * one.instructions,
			`${one.instructions} and ${other.instructions}`,
		);
		const script = (figures: typeof one): number => figures.instructions - figures.natives;
		assert.ok(
			Math.abs(script(one) - script(other)) < 0.03 * script(one),
			`${script(one)} and ${script(other)} of script`,
		);
	});

	test("the tables add up", async () => {
		const { figures, config } = await request({ identity: makeIdentity(["localhost"]) });
		const image = await buildRequest(config);
		const sizes = await readSizes(image);
		assert.equal(sizes.heap, figures!.rom.bytes);
		assert.ok(
			sizes.parts.every(({ code }) => code > 0),
			"a part has no code",
		);
		const untold = 200 * 1024 - (sizes.data + sizes.bss + figures!.cStackLimit + figures!.cHeapLimit);
		assert.ok(untold >= 0 && untold < 32, `of SRAM ${untold} bytes are not told of`);
		assert.match(tables(sizes, figures!), /XS engine +\d{3},\d{3} +\d/);
	});

	test("another authority", async () => {
		const result = await request({ identity: makeIdentity(["localhost"]), ca: makeIdentity(["localhost"]).root.pem });
		assertRefused(result, /certificate 1 .* is not signed with the trusted key of its issuer's name/);
	});
	test("a refused server gets an alert", async () => {
		const { leaf, chain } = makeIdentity(["localhost"]);
		const server = createTLSServer({ cert: chain, key: leaf.keyPem, minVersion: "TLSv1.3" });
		const told = new Promise<Error>(resolve => {
			server.on("tlsClientError", resolve);
			server.on("secureConnection", socket => socket.on("error", resolve));
		});
		await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
		try {
			const { port } = server.address() as { port: number };
			const ca = makeIdentity(["localhost"]).root.pem;
			await runFirmware(await buildRequest({ host: "localhost", port: String(port), path: "/", ca }), { timeout: 30 });
			assert.match((await told).message, /alert/);
		} finally {
			server.close();
		}
	});
	test("a certificate for another name", async () => {
		assertRefused(
			await request({ identity: makeIdentity(["other.example"]) }),
			/is for other\.example, not for localhost/,
		);
	});
	test("a forged signature in the chain", async () => {
		const { root, intermediate } = makeIdentity(["localhost"]);
		const changeSignature = (signature: Buffer): Buffer => {
			signature[signature.length - 1]! ^= 1;
			return signature;
		};
		const leaf = makeCertificate({
			subject: "localhost",
			key: makeKey("p256"),
			issuer: intermediate,
			names: ["localhost"],
			changeSignature,
		});
		const result = await request({ identity: { root, intermediate, leaf, chain: leaf.pem + intermediate.pem } });
		assertRefused(result, /certificate 0 \(CN=localhost\) is forged or damaged: its signature is not its issuer's/);
	});
	test("a clock that was never set", async () => {
		assertRefused(
			await request({ identity: makeIdentity(["localhost"]), options: { time: new Date(0) } }),
			/the clock is not set/,
		);
	});
	test("a clock ten years on", async () => {
		assertRefused(
			await request({ identity: makeIdentity(["localhost"]), options: { time: new Date("2036-11-24T00:00:00Z") } }),
			/expired/,
		);
	});
	test("too little memory for a handshake is an error of the connection, which this app does not catch", async () => {
		const { code, lines } = await request({ identity: makeIdentity(["localhost"]), creation: { static: 20 * 1024 } });
		assert.match(lines.join("\n"), /TLSError: memory is full: a connection needs \d+ bytes in one piece, \d+ are free/);
		assert.equal(code, 10);
	});
	test("a server that closes at once", async () => {
		assertRefused(await requestTo(socket => socket.destroy()), /closed the connection during the handshake/);
	});
	test("a server that does not speak TLS", async () => {
		assertRefused(
			await requestTo(socket => socket.end("220 mail.example ESMTP\r\n")),
			/does not speak TLS on this port/,
		);
	});
});
