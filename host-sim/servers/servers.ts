/*
	Programs that are TLS servers, started on loopback for one run: openssl s_server for firmware.ts and the tests,
	which start others, too.
*/

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import type { ServerIdentity } from "./certificates.js";

export interface RunningServer {
	readonly port: number;
	stop(): Promise<void>;
}

/** A program that takes commands. */
export interface TalkingServer extends RunningServer {
	/** Writes to its standard input. */
	tell(words: string): void;
	/** Waits until it has printed something; throws after ten seconds. */
	hear(what: RegExp): Promise<void>;
}

function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer()
			.on("error", reject)
			.listen(0, "127.0.0.1", () => {
				const { port } = server.address() as { port: number };
				server.close(() => resolve(port));
			});
	});
}

function tryConnect(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect(port, "127.0.0.1", () => {
			socket.destroy();
			resolve(true);
		}).on("error", () => resolve(false));
	});
}

/**
 * Starts a program that listens, and waits until it does; with another port if somebody else has got it first. `values`
 * gets the port and the folder in which the program runs. There it finds chain.pem, key.pem, the certificates one by
 * one, and `files` by their names. A file is a text, or a function that makes one for the port and the folder. A
 * program that `values` prepares is a function, too.
 */
export async function startProgram(
	program: string | (() => string),
	identity: ServerIdentity,
	values: (port: number, folder: string) => string[],
	files: Readonly<Record<string, string | ((port: number, folder: string) => string)>> = {},
	tries = 3,
): Promise<TalkingServer> {
	const folder = mkdtempSync(join(tmpdir(), "xs-tls-peer-"));
	writeFileSync(join(folder, "chain.pem"), identity.chain);
	writeFileSync(join(folder, "leaf.pem"), identity.leaf.pem);
	writeFileSync(join(folder, "root.pem"), identity.root.pem);
	writeFileSync(join(folder, "intermediate.pem"), identity.chain.slice(identity.leaf.pem.length));
	writeFileSync(join(folder, "key.pem"), identity.leaf.keyPem);
	const port = await freePort();
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, name)), { recursive: true });
		writeFileSync(join(folder, name), typeof text === "string" ? text : text(port, folder));
	}
	const commandLine = values(port, folder);
	const command = typeof program === "string" ? program : program();
	const child = spawn(command, commandLine, { stdio: ["pipe", "pipe", "pipe"], cwd: folder });
	let words = "";
	child.stdout.on("data", data => (words += data));
	child.stderr.on("data", data => (words += data));
	const ended = new Promise<void>(resolve => child.on("close", () => resolve()));
	const stop = async (): Promise<void> => {
		child.kill("SIGKILL");
		await ended;
		rmSync(folder, { recursive: true, force: true });
	};
	const hear = async (what: RegExp): Promise<void> => {
		for (let tries = 0; !what.test(words); tries++) {
			if (tries === 200) throw new Error(`${command} does not say ${what}: ${words}`);
			await new Promise(resolve => setTimeout(resolve, 50));
		}
	};
	for (let tries = 0; tries < 100; tries++) {
		if (child.exitCode !== null) break;
		if (await tryConnect(port)) return { port, stop, hear, tell: text => child.stdin.write(text) };
		await new Promise(resolve => setTimeout(resolve, 50));
	}
	await stop();
	if (tries > 1 && /already in use/i.test(words)) return startProgram(program, identity, values, files, tries - 1);
	throw new Error(`${command} does not listen: ${words}`);
}

/** Values of `openssl s_server` with the identity's files in `folder`. */
export function openSSLValues(port: number, folder: string): string[] {
	return [
		"s_server",
		"-accept",
		`127.0.0.1:${port}`,
		"-cert",
		join(folder, "leaf.pem"),
		"-cert_chain",
		join(folder, "intermediate.pem"),
		"-key",
		join(folder, "key.pem"),
	];
}

/** Answers with a page about the connection. */
export function startOpenSSL(identity: ServerIdentity, ...more: string[]): Promise<RunningServer> {
	return startProgram("openssl", identity, (port, folder) => [
		...openSSLValues(port, folder),
		"-www",
		"-quiet",
		...more,
	]);
}

/** OpenSSL's server as a person uses it: it sends its input to the client, except for commands of one letter. */
export function startTalkingOpenSSL(identity: ServerIdentity, ...more: string[]): Promise<TalkingServer> {
	return startProgram("openssl", identity, (port, folder) => [...openSSLValues(port, folder), ...more]);
}

/** Answers with the text, for the path /hello.txt. */
export function startOpenSSLWithText(
	identity: ServerIdentity,
	text: string,
	...more: string[]
): Promise<RunningServer> {
	return startWithText("openssl", identity, text, ...more);
}

/** The same with another OpenSSL. */
export function startWithText(
	program: string,
	identity: ServerIdentity,
	text: string,
	...more: string[]
): Promise<RunningServer> {
	return startProgram(
		program,
		identity,
		(port, folder) => [...openSSLValues(port, folder), "-WWW", "-quiet", ...more],
		{ "hello.txt": text },
	);
}
