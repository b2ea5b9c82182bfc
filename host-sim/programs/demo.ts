/*
	npm start [-- URL [--ca FILE.pem]]: runs the demo, main.ts, in the simulator and prints what it cost. Without a URL it starts an HTTPS server
	of its own, with certificates made on the spot.
*/

import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { resolve } from "node:path";

import { buildApp } from "../build/build.js";
import { cryptoName } from "../build/crypto.js";
import { makeIdentity } from "../servers/certificates.js";
import type { Chip } from "../chip/costs.js";
import { chipNamed } from "../chip/model.js";
import { phasesOf, withPhases } from "../chip/phases.js";
import { guarded } from "./cli.js";
import { fileProblem, Problem, projectRoot } from "../build/files.js";
import { say } from "../build/progress.js";
import type { Mark, Report } from "../build/run.js";
import { runTraced, type Wanted } from "../trace/run.js";
import { canBuild, findToolchain } from "../build/toolchain.js";

const usage = `npm start [-- URL [--ca FILE.pem] [OPTION ...]]

Makes an HTTPS request from TypeScript on the XS engine, in the simulator, with the memory that manifest.json gives the app. Without a
URL it asks a server that it starts itself.

  URL               https://HOST[:PORT][/PATH]
  --ca FILE.pem     the certificates to trust: an authority's, or the server's own; without it, the roots in roots/common.bin
  --tls WORDS       1.2 or 1.3: that version only; without it, the server picks. "rsa", "dhe" and "cbc"
                    add what old servers of 1.2 need; the server that is started is then such a one
  --m32, --native   the 32-bit build, whose memory figures are the device's (the default where it can be built), or the host's own
  --live            collect garbage at every allocation: peaks are then what is really in use
  --chip NAME       say also what the handshake would take on esp32, esp32s2, esp32s3, esp32c3, esp32c6 or esp32h2, and offer what that chip would
  --messages        list the handshake message by message, and the keys that were derived; their values only with SSLKEYLOGFILE set
  --pcap FILE       write what was sent and received, with the secrets, for Wireshark
  --picture FILE    write a page of HTML that shows the run: messages, phases, memory, accelerators
  --timeout SECONDS end the run then; 30 without it
  --help            this text
`;

/** What main.ts prints in front of the sentence in which it ends. */
const FAILED = "failed: ";

const versionWords = ["1.2", "1.3"];

/** What needs modules/optional/legacy. */
const oldWords = ["rsa", "dhe", "cbc"];

interface Arguments {
	url?: string;
	ca?: string;
	tls: string;
	variant?: string;
	live: boolean;
	timeout: number;
	chip?: Chip;
	readonly wanted: Wanted;
}

/** A path as the user means it: npm runs scripts in the project's folder. */
function userPath(path: string): string {
	return resolve(process.env["INIT_CWD"] ?? process.cwd(), path);
}

function readFile(path: string): string {
	const file = userPath(path);
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		throw new Problem(`${path}: ${fileProblem(error)}`, 2);
	}
}

function readArguments(values: readonly string[]): Arguments {
	const result: Arguments = { tls: "", live: false, timeout: 30, wanted: {} };
	for (let i = 0; i < values.length; i++) {
		const option = values[i]!;
		const next = (): string => {
			const value = values[++i];
			if (value === undefined) throw new Problem(`${option} needs a value`, 2);
			return value;
		};
		switch (option) {
			case "--ca":
				result.ca = readFile(next());
				break;
			case "--tls":
				result.tls = next();
				for (const word of result.tls.split(" "))
					if (!versionWords.includes(word) && !oldWords.includes(word))
						throw new Problem(`--tls takes ${[...versionWords, ...oldWords].join(", ")}`, 2);
				break;
			case "--m32":
				result.variant = "m32";
				break;
			case "--native":
				result.variant = "native";
				break;
			case "--chip":
				result.chip = chipNamed(next());
				break;
			case "--live":
				result.live = true;
				break;
			case "--messages":
				result.wanted.messages = true;
				break;
			case "--picture":
				result.wanted.picture = userPath(next());
				break;
			case "--pcap":
				result.wanted.pcap = userPath(next());
				break;
			case "--timeout":
				result.timeout = Number(next());
				if (!(result.timeout > 0)) throw new Problem("--timeout takes a number of seconds above 0", 2);
				break;
			default:
				if (!/^https:\/\//i.test(option))
					throw new Problem(`"${option}" is neither an option nor an https:// URL; --help lists the options`, 2);
				if (result.url) throw new Problem(`"${option}": one URL at a time`, 2);
				result.url = option;
		}
	}
	if (!result.url && result.ca) throw new Problem("--ca goes with a URL: https://HOST:PORT/PATH", 2);
	return result;
}

/** OpenSSL's name of the suite that an old server has, by the words that it takes; undefined for a modern one. */
function oldCipher(words: readonly string[]): string | undefined {
	const [rsa, cbc] = [words.includes("rsa"), words.includes("cbc")];
	if (words.includes("dhe"))
		throw new Problem("--tls with dhe goes with a URL: Node's server has other groups than RFC 7919's", 2);
	if (rsa) return cbc ? "AES128-SHA256" : "AES128-GCM-SHA256";
	return cbc ? "ECDHE-RSA-AES128-SHA256" : undefined;
}

/** A server that answers one request with a short text. */
async function startServer(tls: string): Promise<{ url: string; ca: string; stop: () => void }> {
	const cipher = oldCipher(tls.split(" "));
	const { root, intermediate, leaf } = makeIdentity(["localhost"], cipher ? "rsa2048" : "p256");
	const key = leaf.key.privateKey.export({ type: "pkcs8", format: "pem" });
	const old = cipher ? { ciphers: cipher, maxVersion: "TLSv1.2" as const } : {};
	const server = createServer({ key, cert: leaf.pem + intermediate.pem, ...old }, (request, response) => {
		response.end(`Hello from Node ${process.versions.node}: you asked for ${request.url}\n`);
	});
	await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
	const { port } = server.address() as { port: number };
	return {
		url: `https://localhost:${port}/`,
		ca: root.pem,
		stop: () => {
			server.close();
			server.closeAllConnections();
		},
	};
}

function row(name: string, ...cells: (string | number)[]): string {
	return `  ${name.padEnd(22)}${cells.map(cell => (typeof cell === "number" ? cell.toLocaleString("en-US") : cell).padStart(12)).join("")}`;
}

function printReport({ memory, meter, accelerators }: Report, variant: string, library: string): void {
	const { chunks, slots, stack, native, collections } = memory;
	const lines = [
		"",
		`memory (${variant === "m32" ? "32-bit, as on the device" : "64-bit: slots are twice the device's"}; ${library})`,
		row("", "peak", "limit"),
		row("chunks, bytes", chunks.peak, chunks.limit),
		row(`slots of ${slots.size} bytes`, slots.peak, slots.limit),
		row("stack, slots", stack.peak, stack.limit),
		row("native, bytes", native.peak, ""),
		row("collections", collections, ""),
		row("XS metering", meter, ""),
		"",
		"accelerators",
		row("", "calls", "bytes"),
	];
	for (const { name, calls, bytes } of accelerators) lines.push(row(name, calls, bytes));
	process.stdout.write(`${lines.join("\n")}\n`);
}

/** What a chip would take: each phase, what most of it goes to, and the share of script. */
function printPrediction(chip: Chip, marks: readonly Mark[]): void {
	const lines = [
		"",
		`predicted for the ${chip.name} at ${chip.mhz} MHz, in ms, without waiting for the network`,
		row("", "script", "C crypto", "together", "most of it"),
	];
	let script = 0;
	let crypto = 0;
	for (const [name, time] of phasesOf(chip, marks)) {
		script += time.script;
		crypto += time.crypto;
		const most = time.parts.filter(([, ms]) => ms >= 0.1 * (time.script + time.crypto) && ms >= 1).slice(0, 3);
		lines.push(
			`${row(name, time.script.toFixed(1), time.crypto.toFixed(1), (time.script + time.crypto).toFixed(1))}  ${most.map(([part, ms]) => `${part} ${ms.toFixed(0)}`).join(", ")}`,
		);
		for (const part of time.unknown) lines.push(`  ${part}: no cost is known`);
	}
	lines.push(
		row("in all", script.toFixed(1), crypto.toFixed(1), (script + crypto).toFixed(1)),
		"",
		`  script is ${((100 * script) / (script + crypto)).toFixed(0)} % of it. Most figures are estimates: host-sim/chip/costs.ts names the source of each.`,
	);
	process.stdout.write(`${lines.join("\n")}\n`);
}

async function demo(values: readonly string[]): Promise<number> {
	const given = readArguments(values);
	const variant = given.variant ?? ((await canBuild("m32")) ? "m32" : "native");
	const server = given.url ? undefined : await startServer(given.tls);
	try {
		const { url, ca } = server ?? { url: given.url!, ca: given.ca ?? "" };
		const isOld = given.tls.split(" ").some(word => oldWords.includes(word));
		const extra = {
			...(isOld ? { include: ["modules/optional/legacy/manifest.json"] } : {}),
			...(given.chip || given.wanted.picture ? withPhases() : {}),
		};
		const app = await buildApp(projectRoot, { variant, config: { url, ca, tls: given.tls }, extra });
		say(`running main.ts in the simulator (${variant})`);
		let failure = "";
		const { code, report } = await runTraced(
			app,
			{
				live: given.live,
				timeout: given.timeout,
				...(given.chip ? { chip: given.chip.features } : {}),
				onLine: line => {
					if (line.startsWith(FAILED)) failure = line.slice(FAILED.length);
					else process.stdout.write(`${line}\n`);
				},
				onError: text => process.stderr.write(text),
			},
			given.wanted,
			{ title: `GET ${url}`, ...(given.chip ? { chip: given.chip } : {}) },
		);
		if (failure) throw new Problem(failure);
		if (report && code === 0) printReport(report, variant, await cryptoName(await findToolchain(variant)));
		if (report && code === 0 && given.chip) printPrediction(given.chip, report.marks);
		return code;
	} finally {
		server?.stop();
	}
}

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return guarded(async () => {
		if (values.includes("--help") || values.includes("-h")) {
			process.stdout.write(usage);
			return 0;
		}
		return demo(values);
	});
}
