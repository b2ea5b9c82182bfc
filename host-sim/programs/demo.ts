/*
	npm start [-- URL [--ca FILE.pem]]: runs the demo, main.ts, in the simulator and prints what it cost. Without a URL
	it starts an HTTPS server of its own, with certificates made on the spot.
*/

import { readFileSync } from "node:fs";
import { createServer } from "node:https";

import { buildApp } from "../build/build.js";
import { cryptoName } from "../build/crypto.js";
import { fileProblem, Problem, projectRoot } from "../build/files.js";
import { say } from "../build/progress.js";
import { canBuild, findToolchain } from "../build/toolchain.js";
import { type Chip, chipNames } from "../chip/costs.js";
import { chipNamed } from "../chip/model.js";
import { withPhases } from "../chip/phases.js";
import { makeIdentity } from "../servers/certificates.js";
import { runTraced, type Wanted } from "../trace/run.js";
import { type Options, outputPath, readAddress, readOptions, readSeconds, userPath } from "./arguments.js";
import { checkURL } from "./demo/url.js";
import { Failure, plainWords } from "./failure.js";
import { runCommand } from "./guarded.js";
import { printPrediction, printReport } from "./tables.js";

const usage = `npm start [-- URL [--ca FILE.pem] [OPTION ...]]

Makes an HTTPS request from TypeScript on the XS engine, in the simulator, with the memory that manifest.json gives the app. Without a
URL it asks a server that it starts itself.

  URL               https://HOST[:PORT][/PATH]
  --method NAME     GET, or POST with --data, unless this says otherwise
  --data TEXT       the request's body
  --header 'N: V'   a header of the request; may be given again
  --ca FILE.pem     the certificates to trust: a CA's, or the server's own; without it, the roots in roots/common.bin
  --tls WORDS       1.2 or 1.3: that version only; without it, the server picks. "rsa", "dhe" and "cbc"
                    add what old servers of 1.2 need; the server that is started is then such a one
  --m32, --native   the 32-bit build, whose memory figures are the device's (the default where it can be built), or the host's own
  --live            collect garbage at every allocation: peaks are then what is really in use
  --chip NAME       say also what the handshake would take on that chip, and offer what it would: ${chipNames}
  --messages        list the handshake message by message, and the keys that were derived; their values only with SSLKEYLOGFILE set
  --pcap FILE       write what was sent and received, with the secrets, for Wireshark
  --picture FILE    write a page of HTML that shows the run: messages, phases, memory, accelerators
  --debug HOST:PORT be debugged by xsbug, which listens there (localhost:5002); there is no --timeout then
  --timeout SECONDS end the run then; 30 without it
  --verbose         show all of a stack, with the frames of the library
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
	method: string;
	data: string;
	readonly headers: string[];
	variant?: string;
	live: boolean;
	verbose: boolean;
	timeout: number;
	debug?: string;
	chip?: Chip;
	readonly wanted: Wanted;
}

/** Reads certificates to trust. Refuses other files here, as the app could do so only after the build. */
function readCertificates(path: string): string {
	let text: string;
	try {
		text = readFileSync(userPath(path), "utf8");
	} catch (error) {
		throw new Problem(`--ca ${path}: ${fileProblem(error)}`, 2);
	}
	if (!text.includes("-----BEGIN CERTIFICATE-----"))
		throw new Problem(
			`--ca ${path}: no certificate in PEM is in it ("-----BEGIN CERTIFICATE-----"); from DER: openssl x509 -in ${path} -out ca.pem`,
			2,
		);
	return text;
}

function readWords(text: string): string {
	if (versionWords.every(version => text.split(" ").includes(version)))
		throw new Problem("--tls takes one version, 1.2 or 1.3: without it, the server picks", 2);
	for (const word of text.split(" "))
		if (!versionWords.includes(word) && !oldWords.includes(word))
			throw new Problem(`--tls takes ${[...versionWords, ...oldWords].join(", ")}, not "${word}"`, 2);
	return text;
}

/** A method: a word that HTTP allows there (RFC 9110 section 9.1). */
function readMethod(text: string): string {
	if (!/^[\w!#$%&'*+.^`|~-]+$/.test(text)) throw new Problem(`--method takes a word such as GET, not "${text}"`, 2);
	return text;
}

/** A header as the app reads it: a line of its own. */
function readHeader(text: string): string {
	if (!/^[\w!#$%&'*+.^`|~-]+:[^\r\n]*$/.test(text)) throw new Problem("--header takes 'name: value'", 2);
	return text;
}

const options: Options<Arguments> = {
	"--ca": { take: (result, path) => (result.ca = readCertificates(path)) },
	"--method": { take: (result, text) => (result.method = readMethod(text)) },
	"--data": { take: (result, text) => (result.data = text) },
	"--header": { take: (result, text) => result.headers.push(readHeader(text)) },
	"--tls": { take: (result, text) => (result.tls = readWords(text)) },
	"--m32": { set: result => (result.variant = "m32") },
	"--native": { set: result => (result.variant = "native") },
	"--live": { set: result => (result.live = true) },
	"--verbose": { set: result => (result.verbose = true) },
	"--chip": { take: (result, name) => (result.chip = chipNamed(name)) },
	"--debug": { take: (result, address, option) => (result.debug = readAddress(option, address)) },
	"--messages": { set: result => (result.wanted.messages = true) },
	"--picture": { take: (result, path, option) => (result.wanted.picture = outputPath(option, path)) },
	"--pcap": { take: (result, path, option) => (result.wanted.pcap = outputPath(option, path)) },
	"--timeout": { take: (result, text, option) => (result.timeout = readSeconds(option, text)) },
};

function readArguments(values: readonly string[]): Arguments {
	const empty: Arguments = {
		tls: "",
		method: "",
		data: "",
		headers: [],
		live: false,
		verbose: false,
		timeout: 30,
		wanted: {},
	};
	const result = readOptions(values, options, empty, (given, value) => {
		const url = checkURL(value);
		if (given.url) throw new Problem(`"${value}": one URL at a time`, 2);
		given.url = url;
	});
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
	await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
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

/** Runs main.ts against a server, and prints what it said and cost. Returns the exit code. */
async function request(given: Arguments, variant: string, url: string, ca: string): Promise<number> {
	const isOld = given.tls.split(" ").some(word => oldWords.includes(word));
	const extra = {
		...(isOld ? { include: ["modules/optional/legacy/manifest.json"] } : {}),
		...(given.chip || given.wanted.picture ? withPhases() : {}),
	};
	const isDebugged = given.debug !== undefined;
	const app = await buildApp(projectRoot, {
		variant,
		config: { url, ca, xs_tls: given.tls, method: given.method, data: given.data, headers: given.headers.join("\n") },
		extra,
		isDebugged,
	});
	say(`running main.ts in the simulator (${variant})`);
	const chip = given.chip ? { chip: given.chip.features } : {};
	const words = (text: string): boolean => process.stderr.write(text);
	const last = new Failure(words);
	let sentence = "";
	const { code, report } = await runTraced(
		app,
		{
			live: given.live,
			...(given.debug === undefined ? { timeout: given.timeout } : { debug: given.debug }),
			...chip,
			onLine: line => {
				if (line.startsWith(FAILED)) sentence = plainWords(line.slice(FAILED.length));
				else process.stdout.write(`${line}\n`);
			},
			onError: text => (given.verbose ? words(text) : last.push(text)),
		},
		given.wanted,
		{ title: `${given.method || (given.data ? "POST" : "GET")} ${url}`, ...(given.chip ? { chip: given.chip } : {}) },
	);
	last.end();
	if (sentence) throw new Problem(sentence);
	if (report && code === 0) printReport(report, variant, await cryptoName(await findToolchain(variant)));
	if (report && code === 0 && given.chip) printPrediction(given.chip, report.marks);
	return code;
}

async function demo(values: readonly string[]): Promise<number> {
	const given = readArguments(values);
	const variant = given.variant ?? ((await canBuild("m32")) ? "m32" : "native");
	if (given.url) return request(given, variant, given.url, given.ca ?? "");
	const server = await startServer(given.tls);
	try {
		return await request(given, variant, server.url, server.ca);
	} finally {
		server.stop();
	}
}

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return runCommand(values, usage, async () => demo(values));
}
