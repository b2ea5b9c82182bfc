/*
	npm run pin: prints the pins of the certificates that a server sends, ready to paste into an app's options. It says
	what each certificate is. Nothing is proved by it: who is between this computer and the server now is pinned, too.
*/

import { createHash, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";

import { Problem } from "../build/files.js";
import { type Options, readOptions, readSeconds } from "./arguments.js";
import { runCommand } from "./guarded.js";
import { keyFault, keyTitle, titleOf } from "./rootfile.js";

const usage = `npm run pin -- HOST[:PORT] [--name NAME] [--timeout SECONDS]

Connects to a TLS server, says what each certificate is that it sends, and prints their pins for the option "pins"
of an app: the SHA-256 of each public key. The port is 443 by default. Compare the pins with the server's owner:
this program checks nothing.

  --name NAME         the name to ask for (SNI), if it is not HOST
  --timeout SECONDS   how long to wait; 10 by default

Exit codes: 0 pins were printed; 1 the server could not be reached or speaks no TLS; 2 wrong arguments.
`;

interface Target {
	readonly host: string;
	readonly port: number;
	readonly name: string | undefined;
	readonly timeout: number;
}

function refuseTarget(text: string): never {
	throw new Problem(`"${text}" is not HOST:PORT, such as server.example:443, 192.0.2.1:8883 or [2001:db8::1]:443`, 2);
}

/** Reads HOST, HOST:PORT or [ADDRESS]:PORT. */
function readTarget(text: string): { host: string; port: number } {
	const parts = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:/@[\]\s]+))(?::(\d{1,5}))?$/.exec(text);
	if (!parts && isIP(text) === 6) return { host: text, port: 443 };
	const host = parts?.[1] ?? parts?.[2];
	if (!host || (parts?.[1] && isIP(host) !== 6)) refuseTarget(text);
	const port = Number(parts?.[3] ?? 443);
	if (port < 1 || port > 65535) throw new Problem(`"${text}": a port is a number from 1 to 65535`, 2);
	return { host, port };
}

interface Given {
	target?: { host: string; port: number };
	name?: string;
	timeout: number;
}

const options: Options<Given> = {
	"--name": { take: (result, name) => (result.name = name) },
	"--timeout": { take: (result, text, option) => (result.timeout = readSeconds(option, text)) },
};

function readArguments(values: readonly string[]): Target {
	const { target, name, timeout } = readOptions<Given>(values, options, { timeout: 10 }, (given, value) => {
		if (given.target) throw new Problem(`one server at a time: ${value} is one too many`, 2);
		given.target = readTarget(value);
	});
	if (!target) throw new Problem("HOST:PORT is missing: whose pins? --help says more", 2);
	const isName = isIP(target.host) === 0;
	return { ...target, name: name ?? (isName ? target.host : undefined), timeout };
}

/** Says why there is no connection. */
function wordsOf(error: unknown, { host, port, timeout }: Target): string {
	const { code, message } = error as NodeJS.ErrnoException;
	const where = `${host} port ${port}`;
	switch (code) {
		case "ENOTFOUND":
		case "EAI_AGAIN":
			return `the name ${host} has no address`;
		case "ECONNREFUSED":
			return `${where} refuses connections: nothing listens there`;
		case "ECONNRESET":
			return `${where} closed the connection during the handshake: is it a TLS server?`;
		case "EHOSTUNREACH":
		case "ENETUNREACH":
			return `there is no route to ${host}`;
		case "ETIMEDOUT":
			return `${where} did not answer within ${timeout} s`;
		case "ERR_SSL_WRONG_VERSION_NUMBER":
		case "ERR_SSL_PACKET_LENGTH_TOO_LONG":
			return `${where} does not speak TLS`;
		default:
			return `${where}: ${/SSL alert number (\d+)/.test(message) ? `the server refused (${message.trim().split(":").at(-3) ?? message})` : message}`;
	}
}

/** Connects, without any trust unless `isChecked`. */
function handshake(target: Target, trust: "none" | "Node.js"): Promise<TLSSocket> {
	return new Promise((resolve, reject) => {
		const socket = connect({
			host: target.host,
			port: target.port,
			minVersion: "TLSv1.2",
			...(target.name === undefined ? {} : { servername: target.name }),
			// no root of this computer completes what the server sends
			...(trust === "none" ? { ca: [], rejectUnauthorized: false } : {}),
		});
		const fail = (error: unknown): void => {
			socket.destroy();
			reject(error);
		};
		socket.setTimeout(target.timeout * 1000, () => fail(Object.assign(new Error(), { code: "ETIMEDOUT" })));
		socket.once("error", fail);
		socket.once("secureConnect", () => {
			socket.setTimeout(0);
			resolve(socket);
		});
	});
}

/** Returns the certificates that the server sent, as far as one has issued the one before. */
function chainOf(socket: TLSSocket): X509Certificate[] {
	const chain: X509Certificate[] = [];
	let peer: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
	while (peer?.raw) {
		chain.push(new X509Certificate(peer.raw));
		const issuer: DetailedPeerCertificate | undefined = peer.issuerCertificate;
		if (issuer === peer || issuer?.fingerprint256 === peer.fingerprint256) break;
		peer = issuer;
	}
	return chain;
}

/** Says whether Node.js, with its own roots, trusts the server. */
async function trustOf(target: Target): Promise<string> {
	try {
		(await handshake(target, "Node.js")).destroy();
		return "Node.js trusts them for this name";
	} catch (error) {
		return `Node.js does not trust them: ${(error as Error).message.trim().split("\n")[0]}`;
	}
}

function pinOf({ publicKey }: X509Certificate): Buffer {
	return createHash("sha256")
		.update(publicKey.export({ type: "spki", format: "der" }))
		.digest();
}

function dayOf(text: string): string {
	return new Date(text).toISOString().slice(0, 10);
}

/** What a certificate is, in a few lines. */
function describe(certificate: X509Certificate, index: number): string {
	const isSelfSigned = certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
	const kind = index === 0 ? (isSelfSigned ? "leaf, self-signed" : "leaf") : isSelfSigned ? "root" : "intermediate";
	const fault = keyFault(certificate);
	const lines = [
		`certificate ${index}: ${kind}, ${titleOf(certificate.subject)}`,
		`  issued by   ${titleOf(certificate.issuer)}`,
		`  valid       ${dayOf(certificate.validFrom)} to ${dayOf(certificate.validTo)}`,
		`  key         ${keyTitle(certificate)}${fault ? `: ${fault}, which xs-tls does not support` : ""}`,
	];
	if (index === 0)
		lines.push(`  names       ${certificate.subjectAltName ?? "none: it is trusted or pinned itself, or refused"}`);
	lines.push(`  pin         ${pinOf(certificate).toString("hex")}`);
	return lines.join("\n");
}

/** A pin as an item of the option, two lines of 16 bytes. */
function literalOf(certificate: X509Certificate, index: number): string {
	const bytes = [...pinOf(certificate)].map(byte => `0x${byte.toString(16).padStart(2, "0")}`);
	return [
		`\t// ${index === 0 ? "leaf" : `certificate ${index}`}, ${titleOf(certificate.subject)}, until ${dayOf(certificate.validTo)}`,
		"\tUint8Array.of(",
		`\t\t${bytes.slice(0, 16).join(", ")},`,
		`\t\t${bytes.slice(16).join(", ")}`,
		"\t),",
	].join("\n");
}

async function run(target: Target): Promise<number> {
	let socket: TLSSocket;
	try {
		socket = await handshake(target, "none");
	} catch (error) {
		throw new Problem(wordsOf(error, target));
	}
	const chain = chainOf(socket);
	const version = socket.getProtocol();
	socket.destroy();
	if (chain.length === 0) throw new Problem(`${target.host} port ${target.port} sent no certificate`);
	const trust = await trustOf(target);
	const count = `${chain.length} certificate${chain.length === 1 ? "" : "s"}`;
	process.stdout.write(`${target.host} port ${target.port} sent ${count} (${version}). ${trust}\n\n`);
	process.stdout.write(`${chain.map(describe).join("\n\n")}\n\n`);
	process.stdout.write(
		"Pin the leaf's key and a spare one, or an issuer's key; compare with the server's owner first.\n\n",
	);
	process.stdout.write(`pins: [\n${chain.map(literalOf).join("\n")}\n],\n`);
	return 0;
}

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return runCommand(values, usage, async () => run(readArguments(values)));
}
