/*
	Messages and lists of every length against heaps of every size. Nothing that a server sends may end the app (XS's
	exit codes 20 to 28), and after each case a good connection works. The app is ./sweep, the cases are ./cases.ts. For
	a client with a session, an external key and a certificate of its own they are ./armed.ts. XS_TLS_SWEEP=long runs
	all lengths, XS_TLS_SWEEP_HEAPS="32768 65536" only these heaps.
*/

import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { memoryVariant } from "../../host-sim/programs/bench/measure.js";
import { buildApp } from "../../host-sim/build/build.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { runApp } from "../../host-sim/build/run.js";
import { makeIdentity } from "../../host-sim/servers/certificates.js";
import { lacks32, variants } from "../drivers/machine.js";
import { armedCasesFor, EXTERNAL_KEY, serveFirst } from "./armed.js";
import { casesFor, serveGood, type Case, type Known } from "./cases.js";

const isLong = process.env["XS_TLS_SWEEP"] === "long";
const heaps = process.env["XS_TLS_SWEEP_HEAPS"]?.split(" ").map(Number) ?? [
	18432, 20480, 24576, 32768, 49152, 65536, 131072,
];
const identity = makeIdentity(["*.sweep.test"]);
const device = makeIdentity(["device"]);

/** The name in a ClientHello: whether it is for a good connection, and the number of the case. */
function caseOf(hello: Buffer): { isGood: boolean; index: number } | undefined {
	const name = /(good|c)(\d+)\.sweep\.test/.exec(hello.toString("latin1"));
	return name ? { isGood: name[1] === "good", index: Number(name[2]) } : undefined;
}

interface Swept {
	readonly lines: readonly string[];
	readonly exit: number;
	readonly stderr: string;
	/** Good connections that did not work. */
	readonly failed: readonly string[];
}

/** What the app has besides the trusted root. */
const armed = {
	secure: JSON.stringify({
		clientCertificates: [device.leaf.pem, device.intermediate.pem],
		clientKey: device.leaf.keyPem,
		postHandshakeAuth: true,
	}),
	key: EXTERNAL_KEY,
};

/** Runs the app over `cases` with this much memory. */
async function sweep(variant: string, bytes: number, cases: readonly Case[], isArmed: boolean): Promise<Swept> {
	const sockets = new Set<Socket>();
	let known: Known = {};
	const serve = async (socket: Socket, isGood: boolean, index: number): Promise<void> => {
		if (!isGood) return cases[index]!.serve(socket, identity, known);
		if (!isArmed) return serveGood(socket, identity, index);
		// the case before may have left a connection
		const is13 = !cases[index + 1]?.name.startsWith("TLS 1.2");
		known = {};
		known = await serveFirst(socket, identity, is13);
	};
	const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket));
		socket.on("error", () => {});
		socket.once("data", hello => {
			socket.pause();
			socket.unshift(hello);
			const found = caseOf(hello);
			// an alert of a connection for which there was no room
			if (!found) return socket.destroy();
			const { isGood, index } = found;
			void serve(socket, isGood, index).catch(() => socket.destroy());
		});
	});
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	try {
		const { port } = server.address() as { port: number };
		const app = await buildApp(join(projectRoot, "tests", "memory", "sweep"), {
			variant,
			extra: { creation: { static: bytes } },
			config: {
				port: String(port),
				ca: identity.root.pem,
				plan: cases.map(({ connections }) => connections).join(""),
				...(isArmed ? armed : {}),
			},
		});
		const { code, stdout, stderr } = await runApp(app, { timeout: isLong ? 3000 : 240 });
		return { lines: stdout, exit: code, stderr, failed: stdout.filter(line => !line.endsWith("| closed")) };
	} finally {
		for (const socket of sockets) socket.destroy();
		server.close();
	}
}

/** The name of the case in which the app ended. */
function lastCase(cases: readonly Case[], { lines }: Swept): string {
	const at = cases[lines.length];
	return at ? `case ${lines.length}, ${at.name}` : "no case";
}

const ofMemory = ["out_of_memory", "message_too_long", "record_too_long"];

/** Each connection of a case ended in one of the ways that it may. */
function checkCodes(line: string, { name, codes }: Case): void {
	if (!codes) return;
	for (const code of line.split("|")[0]!.trim().split(" ").slice(1))
		assert.ok(codes.includes(code) || ofMemory.includes(code), `${name}: ${line}`);
}

/** With less, no connection is possible; then that is all that may happen. */
const NEEDED = 24576;

/** The bytes for an app that is armed; its own certificates and keys take some. */
const NEEDED_ARMED = 32768;

for (const variant of variants.includes("m32") ? [memoryVariant] : []) {
	describe(`messages of every length in little memory, ${variant}`, { skip: lacks32 }, () => {
		for (const bytes of heaps) {
			test(`${bytes} bytes`, t => check(t, variant, bytes, casesFor(bytes, isLong), false));
			test(`${bytes} bytes, with a session, a key and a certificate`, t =>
				check(t, variant, bytes, armedCasesFor(bytes, isLong), true));
		}
	});
}

async function check(
	t: TestContext,
	variant: string,
	bytes: number,
	cases: readonly Case[],
	isArmed: boolean,
): Promise<void> {
	const swept = await sweep(variant, bytes, cases, isArmed);
	assert.equal(swept.exit, 0, `${lastCase(cases, swept)}: ${swept.stderr}`);
	assert.equal(swept.lines.length, cases.length);
	for (const line of swept.lines) checkCodes(line, cases[Number.parseInt(line, 10)]!);
	const codes = new Map<string, number>();
	for (const line of swept.lines)
		for (const code of line.split("|")[0]!.trim().split(" ").slice(1)) codes.set(code, (codes.get(code) ?? 0) + 1);
	for (const code of codes.keys())
		assert.notEqual(
			code,
			"internal",
			swept.lines.find(line => line.includes("internal")),
		);
	const allowed = bytes < (isArmed ? NEEDED_ARMED : NEEDED) ? /\| (closed|out_of_memory)$/ : /\| closed$/;
	assert.deepEqual(
		swept.lines.filter(line => !allowed.test(line)).map(line => `${line}: ${cases[Number.parseInt(line, 10)]!.name}`),
		[],
	);
	// with room for them, most are right handshakes: they end when the server ends the connection
	if (isArmed && bytes >= 65536) assert.ok((codes.get("truncated") ?? 0) > cases.length / 2, "handshakes that open");
	t.diagnostic(
		`${cases.length} cases: ${[...codes].map(([code, count]) => `${count} ${code}`).join(", ")}; ${swept.failed.length} good ones had no room`,
	);
}
