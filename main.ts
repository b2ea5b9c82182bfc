/*
	The demo: one HTTPS request. It prints the answer, what was negotiated, and how long each phase took. Where it goes and whom it trusts
	comes from the manifest's "config", or from the command line: url=https://host:port/path ca="-----BEGIN CERTIFICATE-----..."
	"method", "data" and "headers", with a line for each, say what is asked.
	Without "ca" it trusts the root store in flash that "roots" names.
*/

import config from "mc/config";
import Net from "net";
import Resource from "Resource";
import TCP from "embedded:io/socket/tcp";
import { TLSClient } from "tls/client";
import type { HandshakeInfo } from "tls/client";
import { HTTPClient } from "tls/https";
import { groupName, phaseNames, schemeName, versionName } from "tls/names";
import { RootStore } from "tls/trust";

interface Target {
	/** A name or an address, without brackets. */
	readonly host: string;
	/** What the server is called in the request: host and port as the URL has them. */
	readonly authority: string;
	readonly port: number;
	/** With the query. */
	readonly path: string;
}

/** The first of "/" and "?" in `text`: there the authority ends (RFC 3986 section 3.2). */
function authorityEnd(text: string): number {
	const slash = text.indexOf("/"),
		query = text.indexOf("?");
	if (slash < 0 && query < 0) return text.length;
	return slash < 0 ? query : query < 0 ? slash : Math.min(slash, query);
}

/** Takes an https URL apart. The fragment stays here (RFC 9110 section 7.1). */
function parseURL(url: string): Target {
	const scheme = "https://";
	if (url.slice(0, scheme.length).toLowerCase() !== scheme) throw new Error(`"${url}" does not start with ${scheme}`);
	const rest = url.slice(scheme.length).split("#", 1)[0]!,
		end = authorityEnd(rest);
	const authority = rest.slice(0, end),
		path = rest.slice(end);
	const colon = authority.lastIndexOf(":"),
		hasPort = colon > authority.lastIndexOf("]");
	const name = hasPort ? authority.slice(0, colon) : authority;
	const host = name.startsWith("[") && name.endsWith("]") ? name.slice(1, -1) : name;
	const port = hasPort ? Number(authority.slice(colon + 1)) : 443;
	if (!host || !(port > 0 && port < 65536 && Math.floor(port) === port))
		throw new Error(`"${url}" has no host, or a port that is none`);
	return { host, authority, port, path: path.startsWith("/") ? path : `/${path}` };
}

/** The versions that "xs_tls" allows: with the word "1.2" or "1.3" that one, else both. Other words are for modules/optional/legacy. */
function versions(tls: string): object {
	const words = tls.split(" ");
	return words.includes("1.2") ? { maxVersion: 0x0303 } : words.includes("1.3") ? { minVersion: 0x0304 } : {};
}

function printHandshake(info: HandshakeInfo): void {
	const group = info.group ? groupName(info.group) : "RSA key transport",
		signature = info.signature ? schemeName(info.signature) : "nothing signed";
	trace(`${versionName(info.version)}, ${info.suite}, ${group}, ${signature}`);
	trace(info.protocol === undefined ? "\n" : `, ${info.protocol}\n`);
	trace(`peer: ${info.peer.subject}\n`);
	let total = 0;
	phaseNames.forEach((name, i) => {
		const time = info.timing.phases[i]!;
		total += time;
		trace(`  ${name.padEnd(10)} ${String(time).padStart(6)} ms\n`);
	});
	trace(`  ${"total".padEnd(10)} ${String(total).padStart(6)} ms\n`);
}

/** What is read at a time: the answer may be larger than all of the memory. */
const PIECE = 256;

/** A piece may end inside a character, so what is not ASCII prints as a dot. */
function printASCII(bytes: Uint8Array, count: number): void {
	for (let i = 0; i < count; i++) if (bytes[i]! >= 0x80) bytes[i] = 0x2e;
	const buffer = bytes.buffer as ArrayBuffer;
	trace(String.fromArrayBuffer(count === bytes.length ? buffer : buffer.slice(0, count)));
}

/** Whom to trust, as options of `secure`. */
const trusted = config.ca ? { certificate: config.ca as string } : { roots: new RootStore(new Resource(config.roots)) };

/** "name: value" lines as pairs, with the length of the body. */
function requestHeaders(authority: string, length: number): [string, string][] {
	const headers: [string, string][] = [
		["host", authority],
		["user-agent", "xs-tls"],
		["connection", "close"],
	];
	for (const line of (config.headers as string).split("\n").filter(text => text)) {
		const colon = line.indexOf(":");
		headers.push([line.slice(0, Math.max(0, colon)), line.slice(colon + 1).trim()]);
	}
	if (length) headers.push(["content-length", String(length)]);
	return headers;
}

function request({ host, authority, port, path }: Target, address: string): void {
	const data = ArrayBuffer.fromString(config.data);
	let sent = 0,
		received = 0;
	const client = new HTTPClient({
		host,
		port,
		// the address is known
		dns: {
			io: class {
				resolve(options: { host: string; onResolved(name: string, address: string): void }): void {
					options.onResolved(options.host, address);
				}
			},
		},
		socket: {
			io: TLSClient,
			TCP: { io: TCP },
			secure: { ...trusted, ...versions(config.xs_tls), onHandshake: printHandshake },
		},
		onError(error) {
			fail(error.message);
		},
	});
	client.request({
		method: config.method || (data.byteLength ? "POST" : "GET"),
		path,
		headers: requestHeaders(authority, data.byteLength),
		onHeaders(status, headers, statusText) {
			trace(`\nstatus ${status} ${statusText}\n`);
			for (const [name, value] of headers) trace(`${name}: ${value}\n`);
			trace("\n");
		},
		onWritable(count) {
			const end = Math.min(sent + count, data.byteLength);
			this.write(new Uint8Array(data, sent, end - sent));
			sent = end;
		},
		onReadable(count) {
			const piece = new Uint8Array(PIECE);
			received += count;
			for (let left = count; left > 0; left -= PIECE) printASCII(piece, this.read(piece)!);
		},
		onDone(error) {
			if (!error) trace(`\n${received} bytes received\n`);
		},
	});
}

/** Ends in a sentence; the simulator's demo looks for the word in front. */
function fail(message: string): void {
	trace(`failed: ${message}\n`);
}

function main(): void {
	const target = parseURL(config.url);
	trace(`https request to ${target.host} port ${target.port}, ${target.path}\n`);
	if (target.host.includes(":")) request(target, target.host);
	else
		Net.resolve(target.host, (name: string, address?: string) => {
			if (address === undefined) fail(`the name ${name} has no address`);
			else request(target, address);
		});
}

try {
	main();
} catch (error) {
	fail((error as Error).message);
}
