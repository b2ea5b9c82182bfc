/*
	npm run firmware [-- OPTION ...]: builds the stack as firmware for the ESP32-C3's instruction set, and runs it in
	QEMU. There it makes an HTTPS request over its serial line to openssl s_server, which this program starts.
*/

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { makeIdentity } from "../servers/certificates.js";
import { type Options, readOptions, readSeconds, refuseOther } from "./arguments.js";
import { runCommand } from "./guarded.js";
import { buildFolder, Problem, projectRoot } from "../build/files.js";
import { buildImage, type Image } from "../firmware/image.js";
import type { Transcript } from "../firmware/link.js";
import { runFirmware, type FirmwareOptions, type FirmwareResult } from "../firmware/run.js";
import { readSizes, tables } from "../firmware/tables.js";
import type { Dictionary } from "../build/manifest.js";
import { run } from "../build/process.js";
import { say } from "../build/progress.js";
import { findOpenSSL35 } from "../servers/openssl35.js";
import { startWithText } from "../servers/servers.js";

const usage = `npm run firmware [-- OPTION ...]

Builds the stack, the XS engine and Mbed TLS's crypto as bare-metal firmware for rv32imc (the ESP32-C3's instruction set) and runs it in QEMU,
in 200 KB of SRAM: an HTTPS request over TLS 1.3 to openssl s_server. Prints the answer, sizes, peaks of memory, and instructions.

  --chain ecdsa|rsa   the server's certificates: P-256 (without this option) or RSA of 2048 bits
  --hybrid            with the group X25519MLKEM768 (modules/optional/hybrid), and OpenSSL 3.5, which Debian's trixie has
  --replay            play the server's side of the last run again: every instruction is then the same
  --json              print the figures as JSON, and nothing else
  --timeout SECONDS   end the run then; 60 without it
  --help              this text

Random numbers are the same in every run, so that runs can be compared: they are for QEMU only, and no device may have them.
Exit codes are those of the simulator (host-sim/README.md), and 29 for other faults of the processor. Build problems give 1.
`;

interface Arguments {
	type: "p256" | "rsa2048";
	hybrid: boolean;
	replay: boolean;
	json: boolean;
	timeout: number;
}

function readChain(option: string, text: string): Arguments["type"] {
	if (text !== "ecdsa" && text !== "rsa") throw new Problem(`${option} takes ecdsa or rsa, not "${text}"`, 2);
	return text === "rsa" ? "rsa2048" : "p256";
}

const options: Options<Arguments> = {
	"--chain": { take: (result, text, option) => (result.type = readChain(option, text)) },
	"--timeout": { take: (result, text, option) => (result.timeout = readSeconds(option, text)) },
	"--hybrid": { set: result => (result.hybrid = true) },
	"--replay": { set: result => (result.replay = true) },
	"--json": { set: result => (result.json = true) },
};

function readArguments(values: readonly string[]): Arguments {
	return readOptions<Arguments>(
		values,
		options,
		{ type: "p256", hybrid: false, replay: false, json: false, timeout: 60 },
		refuseOther,
	);
}

/** What a run needs to be had again. */
interface Kept {
	readonly config: Record<string, string>;
	readonly time: string;
	readonly sent: string;
	readonly answers: readonly { readonly after: number; readonly bytes: string }[];
}

const keptFile = join(buildFolder, "firmware", "last-run.json");

function keep(config: Record<string, string>, time: Date, { sent, answers }: Transcript): void {
	const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
	const kept: Kept = {
		config,
		time: time.toISOString(),
		sent: text(sent),
		answers: answers.map(({ after, bytes }) => ({ after, bytes: text(bytes) })),
	};
	writeFileSync(keptFile, JSON.stringify(kept));
}

function readKept(): { config: Record<string, string>; time: Date; replay: Transcript } {
	if (!existsSync(keptFile)) throw new Problem("there is no run to play again: start one without --replay", 2);
	const { config, time, sent, answers } = JSON.parse(readFileSync(keptFile, "utf8")) as Kept;
	const bytes = (text: string): Uint8Array => Buffer.from(text, "base64");
	const replay = {
		sent: bytes(sent),
		answers: answers.map(one => ({ after: one.after, bytes: bytes(one.bytes) })),
	};
	return { config, time: new Date(time), replay };
}

/** The app of the command, host-sim/firmware/app; `extra` is more of its manifest. */
export function buildRequest(config: Readonly<Record<string, string>>, extra: Dictionary = {}): Promise<Image> {
	return buildImage(join(projectRoot, "host-sim", "firmware", "app"), { config, extra });
}

/** What --hybrid adds to the app's manifest. */
const hybridPart: Dictionary = { include: ["../../../modules/optional/hybrid/manifest.json"] };

interface Run {
	readonly image: Image;
	readonly result: FirmwareResult;
}

async function playAgain(hybrid: boolean, options: FirmwareOptions): Promise<Run> {
	const { config, time, replay } = readKept();
	const image = await buildRequest(config, hybrid ? hybridPart : {});
	const result = await runFirmware(image, { ...options, time, replay });
	if (Buffer.compare(result.transcript.sent, replay.sent) !== 0) {
		throw new Problem("the firmware is another than that of the last run: what it sends is not the same");
	}
	return { image, result };
}

async function request(type: "p256" | "rsa2048", hybrid: boolean, options: FirmwareOptions): Promise<Run> {
	const program = hybrid ? await findOpenSSL35() : "openssl";
	if ((await run(program, ["version"])).code !== 0)
		throw new Problem("the server is openssl s_server: apt-get install openssl");
	const identity = makeIdentity(["localhost"], type);
	const server = await startWithText(program, identity, "Hello from openssl s_server\n", "-tls1_3");
	try {
		const config = { host: "localhost", port: String(server.port), path: "/hello.txt", ca: identity.root.pem };
		const image = await buildRequest(config, hybrid ? hybridPart : {});
		const time = new Date();
		say("running the firmware in QEMU");
		const result = await runFirmware(image, { ...options, time });
		keep(config, time, result.transcript);
		return { image, result };
	} finally {
		await server.stop();
	}
}

async function firmware(values: readonly string[]): Promise<number> {
	const { type, hybrid, replay, json, timeout } = readArguments(values);
	const options: FirmwareOptions = {
		timeout,
		...(json
			? {}
			: {
					onLine: line => {
						process.stdout.write(`${line}\n`);
					},
				}),
	};
	const {
		image,
		result: { code, figures },
	} = await (replay ? playAgain(hybrid, options) : request(type, hybrid, options));
	if (!figures) return code;
	const sizes = await readSizes(image);
	process.stdout.write(
		json ? `${JSON.stringify({ sizes, figures }, undefined, "\t")}\n` : `${tables(sizes, figures)}\n`,
	);
	return code;
}

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return runCommand(values, usage, async () => firmware(values));
}
