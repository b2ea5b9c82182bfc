/*
	The demo: one HTTPS request. It prints the answer, what was negotiated, and how long each phase took. Where it goes
	and whom it trusts comes from the manifest's "config", or from the command line: url=https://host:port/path
	ca="-----BEGIN CERTIFICATE-----..." "method", "data" and "headers", with a line for each, say what is asked. Without
	"ca" it trusts the root store in flash that "roots" names.
*/

import config from "mc/config";
import Net from "net";
import Resource from "Resource";
import TCP from "embedded:io/socket/tcp";
import { TLSClient } from "tls/client";
import type { HandshakeInfo } from "tls/client";
import { HTTPClient, type HTTPRequest } from "tls/https";
import { groupName, phaseNames, schemeName, versionName } from "tls/names";
import { RootStore } from "tls/trust";

/** What HTTPClient asks of a resolver. */
interface Lookup {
	readonly host: string;
	onResolved(this: void, host: string, address: string): void;
	onError(this: void): void;
}

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
		throw new Error(`"${url}" has no host, or an invalid port`);
	return { host, authority, port, path: path.startsWith("/") ? path : `/${path}` };
}

/**
 * The versions that "xs_tls" allows: with the word "1.2" or "1.3" that one, else both. Other words are for
 * modules/optional/legacy.
 */
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
function trusted(): object {
	return config.ca ? { certificate: config.ca as string } : { roots: new RootStore(new Resource(config.roots)) };
}

/** Looks names up with the SDK's Net. Its answer comes from the event loop, where the stack is empty. */
class Resolver {
	resolve({ host, onResolved, onError }: Lookup): void {
		Net.resolve(host, (_: string, address?: string) => {
			if (address === undefined) onError();
			else onResolved(host, address);
		});
	}
}

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

/** Bytes of a body that are sent, and those of the answer that have come. */
class Progress {
	sent = 0;
	received = 0;
}

function printHead(status: number, headers: Map<string, string>, statusText: string): void {
	trace(`\nstatus ${status} ${statusText}\n`);
	for (const [name, value] of headers) trace(`${name}: ${value}\n`);
	trace("\n");
}

function sendBody(request: HTTPRequest, data: ArrayBuffer, progress: Progress, count: number): void {
	const { sent } = progress;
	progress.sent = Math.min(sent + count, data.byteLength);
	request.write(new Uint8Array(data, sent, progress.sent - sent));
}

function printBody(request: HTTPRequest, progress: Progress, count: number): void {
	const piece = new Uint8Array(PIECE);
	progress.received += count;
	for (let left = count; left > 0; left -= PIECE) printASCII(piece, request.read(piece)!);
}

/** XS: a closure of a preloaded module is copied into memory with its code, so each only calls a function. */
function request({ host, authority, port, path }: Target): void {
	const data = ArrayBuffer.fromString(config.data);
	const progress = new Progress();
	const client = new HTTPClient({
		host,
		port,
		dns: { io: Resolver },
		socket: {
			io: TLSClient,
			TCP: { io: TCP },
			secure: { ...trusted(), ...versions(config.xs_tls), onHandshake: printHandshake },
		},
		onError: fail,
	});
	client.request({
		method: config.method || (data.byteLength ? "POST" : "GET"),
		path,
		headers: requestHeaders(authority, data.byteLength),
		onHeaders: printHead,
		onWritable(count) {
			sendBody(this, data, progress, count);
		},
		onReadable(count) {
			printBody(this, progress, count);
		},
		onDone(error) {
			if (!error) trace(`\n${progress.received} bytes received\n`);
		},
	});
}

/** Ends in a sentence; the simulator's demo looks for the word in front. */
function fail({ message }: Error): void {
	trace(`failed: ${message}\n`);
}

// called by the runtime: what is preloaded stays in flash, and can't connect while it is linked
export default function (): void {
	try {
		const target = parseURL(config.url);
		trace(`https request to ${target.host} port ${target.port}, ${target.path}\n`);
		request(target);
	} catch (error) {
		fail(error as Error);
	}
}
